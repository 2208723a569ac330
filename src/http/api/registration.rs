//! The settings of an application in request bodies.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::problem::Named as _;
use crate::domain::application::{
    ApplicationKind, ApplicationSettings, ClientAuthentication, PkcePolicy, SettingsError,
};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::http::reply::{Answer, Refused};
use crate::protocol::claims::TokenProfile;
use crate::protocol::client_keys::client_keys;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// What an application is for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ApplicationType)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A machine that acts for itself.
    Service,
    /// A web application with a server of its own.
    Web,
    /// An application that runs wholly in the browser.
    Spa,
    /// An application on a desktop or phone.
    Native,
    /// A device with little or no keyboard.
    Device,
}

impl From<Kind> for ApplicationKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Service => Self::Service,
            Kind::Web => Self::Web,
            Kind::Spa => Self::Spa,
            Kind::Native => Self::Native,
            Kind::Device => Self::Device,
        }
    }
}

impl From<ApplicationKind> for Kind {
    fn from(kind: ApplicationKind) -> Self {
        match kind {
            ApplicationKind::Service => Self::Service,
            ApplicationKind::Web => Self::Web,
            ApplicationKind::Spa => Self::Spa,
            ApplicationKind::Native => Self::Native,
            ApplicationKind::Device => Self::Device,
        }
    }
}

/// A member of a merge patch (RFC 7396).
#[derive(Clone, Debug, Default)]
pub(super) enum Change<T> {
    /// Left out: unchanged.
    #[default]
    Keep,
    /// `null`: back to the default.
    Unset,
    /// A new value.
    To(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Unset, Self::To))
    }
}

impl<T> Change<T> {
    /// Whether the member was sent.
    pub(super) const fn is_said(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    /// The new value of an optional setting.
    pub(super) fn over(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Keep => known,
            Self::Unset => None,
            Self::To(value) => Some(value),
        }
    }

    /// Sets the new value, or the default.
    fn put<V>(self, place: &mut V, unset: V, read: impl FnOnce(T) -> Answer<V>) -> Answer<()> {
        match self {
            Self::Keep => {}
            Self::Unset => *place = unset,
            Self::To(value) => *place = read(value)?,
        }
        Ok(())
    }
}

/// Declares the bodies with settings: each has the settings below and members of its own.
macro_rules! settings_bodies {
    ($($(#[$meta:meta])* $name:ident { $($own:tt)* })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($own)*
            /// The grants it may use, such as `client_credentials`.
            #[serde(default)]
            #[schema(value_type = Option<Vec<String>>)]
            grants: Change<Vec<String>>,
            /// The scope it may ask for, separated by spaces.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            scope: Change<String>,
            /// The scope it gets when it asks for none.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            default_scope: Change<String>,
            /// The redirect URIs.
            #[serde(default)]
            #[schema(value_type = Option<Vec<String>>)]
            redirect_uris: Change<Vec<String>>,
            /// The post-logout redirect URIs.
            #[serde(default)]
            #[schema(value_type = Option<Vec<String>>)]
            post_logout_redirect_uris: Change<Vec<String>>,
            /// The APIs it may ask tokens for.
            #[serde(default)]
            #[schema(value_type = Option<Vec<String>>)]
            audiences: Change<Vec<String>>,
            /// How many seconds its access tokens live.
            #[serde(default)]
            #[schema(value_type = Option<u64>)]
            token_ttl: Change<u64>,
            /// The format of its access tokens: `rfc9068` (`typ` is `at+jwt`) or `plain` (`JWT`).
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            token_profile: Change<String>,
            /// What its tokens are signed with, such as `RS256`.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            signing_algorithm: Change<String>,
            /// Public keys to authenticate with instead of a secret (RFC 7517).
            #[serde(default)]
            #[schema(value_type = Option<Object>)]
            jwks: Change<Value>,
            /// Whether it is the operator's own. Only operators can set it.
            #[serde(default)]
            #[schema(value_type = Option<bool>)]
            first_party: Change<bool>,
            /// Whether it must use PKCE although it can keep a secret.
            #[serde(default)]
            #[schema(value_type = Option<bool>)]
            require_pkce: Change<bool>,
            /// What opening one of its sign-in links does: `auto`, `direct` or `confirm`.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            link_mode: Change<String>,
            /// How its requests for addresses without an account are answered: `reject` or `conceal`.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            unknown_account: Change<String>,
        }

        impl $name {
            fn put_settings(self, settings: &mut ApplicationSettings) -> Answer<()> {
                let Self {
                    grants, scope, default_scope, redirect_uris, post_logout_redirect_uris, audiences, token_ttl,
                    token_profile, signing_algorithm, jwks, first_party, require_pkce, link_mode, unknown_account, ..
                } = self;
                let kind = settings.kind;
                grants.put(&mut settings.grants, kind.default_grants(), |names| {
                    names.iter().map(|name| named("grants", name, GrantType::from_name)).collect()
                })?;
                let default = || kind.default_scope().parse().unwrap_or_default();
                scope.put(&mut settings.scope, default(), |text| parsed("scope", &text))?;
                default_scope.put(&mut settings.default_scope, default(), |text| parsed("default_scope", &text))?;
                redirect_uris.put(&mut settings.redirect_uris, Vec::new(), Ok)?;
                post_logout_redirect_uris.put(&mut settings.post_logout_redirect_uris, Vec::new(), Ok)?;
                audiences.put(&mut settings.audiences, Vec::new(), |texts| {
                    texts.iter().map(|text| parsed("audiences", text)).collect()
                })?;
                token_ttl.put(&mut settings.token_ttl, None, |seconds| Ok(Some(Duration::from_secs(seconds))))?;
                token_profile.put(&mut settings.token_profile, TokenProfile::default(), |name| {
                    named("token_profile", &name, TokenProfile::from_name)
                })?;
                signing_algorithm.put(&mut settings.signing_algorithm, SigningAlgorithm::default(), |name| {
                    named("signing_algorithm", &name, SigningAlgorithm::from_name)
                })?;
                let without_keys =
                    if kind.is_confidential() { ClientAuthentication::Secret } else { ClientAuthentication::None };
                jwks.put(&mut settings.authentication, without_keys, |keys| {
                    let keys = client_keys(&keys.to_string());
                    keys.map(ClientAuthentication::PrivateKeyJwt).map_err(|e| wrong("jwks", &e))
                })?;
                first_party.put(&mut settings.first_party, false, Ok)?;
                require_pkce.put(&mut settings.pkce, PkcePolicy::ByType, |required| {
                    Ok(if required { PkcePolicy::Required } else { PkcePolicy::ByType })
                })?;
                link_mode.put(&mut settings.link_mode, None, |name| {
                    named("link_mode", &name, LinkMode::from_name).map(Some)
                })?;
                unknown_account.put(&mut settings.unknown_account, None, |name| {
                    named("unknown_account", &name, UnknownAccount::from_name).map(Some)
                })
            }
        }
    )+};
}

settings_bodies! {
    /// An application to be registered. What is left out gets the default of its type.
    NewApplication {
        /// The name that people see.
        name: String,
        /// The type; `service` by default.
        #[serde(rename = "type")]
        kind: Option<Kind>,
        /// The address of the owner. Only operators register for others.
        owner: Option<String>,
        /// Why it needs what only an operator may grant; they read it.
        reason: Option<String>,
    }

    /// A change of an application (RFC 7396): what is left out stays, `null` is back to the default.
    ApplicationChange {
        /// The name that people see. It cannot be removed.
        #[serde(default)]
        #[schema(value_type = String)]
        name: Change<String>,
        /// Why it needs what only an operator may grant; they read it.
        reason: Option<String>,
    }
}

impl NewApplication {
    /// Why it needs what only an operator may grant.
    pub(super) fn reason(&self) -> String {
        self.reason.clone().unwrap_or_default()
    }

    /// The initial settings.
    pub(super) fn settings(mut self, algorithm: SigningAlgorithm) -> Answer<ApplicationSettings> {
        let kind = self.kind.map_or_else(ApplicationKind::default, Into::into);
        let mut settings = ApplicationSettings::new(std::mem::take(&mut self.name), kind);
        settings.signing_algorithm = algorithm;
        settings.owner = self.owner.take();
        // If only the scope is given, it is the default scope too.
        if let (Change::To(scope), Change::Keep) = (&self.scope, &self.default_scope) {
            self.default_scope = Change::To(scope.clone());
        }
        self.put_settings(&mut settings)?;
        checked(settings)
    }
}

impl ApplicationChange {
    /// Why it needs what only an operator may grant.
    pub(super) fn reason(&self) -> String {
        self.reason.clone().unwrap_or_default()
    }

    /// The settings with this change made.
    pub(super) fn over(mut self, mut settings: ApplicationSettings) -> Answer<ApplicationSettings> {
        match std::mem::take(&mut self.name) {
            Change::Keep => {}
            Change::Unset => return Err(wrong("name", &"an application always has one")),
            Change::To(name) => settings.name = name,
        }
        self.put_settings(&mut settings)?;
        checked(settings)
    }
}

fn checked(settings: ApplicationSettings) -> Answer<ApplicationSettings> {
    settings.check().map_err(|e| wrong(field_of(&e), &e))?;
    Ok(settings)
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Answer<T> {
    text.parse().map_err(|e: T::Err| wrong(field, &e))
}

fn named<T>(field: &str, name: &str, from: fn(&str) -> Option<T>) -> Answer<T> {
    from(name).ok_or_else(|| wrong(field, &format!("'{name}' is not known here")))
}

fn wrong(field: &str, what: &dyn std::fmt::Display) -> Refused {
    Refusal::invalid_request(format!("'{field}': {what}")).of(field)
}

const fn field_of(error: &SettingsError) -> &'static str {
    match error {
        SettingsError::Name => "name",
        SettingsError::Scopes => "scope",
        SettingsError::DefaultScope(_) => "default_scope",
        SettingsError::ClientCredentials => "grants",
        SettingsError::Keys(_) => "jwks",
        SettingsError::TokenTtl => "token_ttl",
        SettingsError::Owner(_) => "owner",
        SettingsError::RedirectUri(_) | SettingsError::ReservedParameter { .. } => "redirect_uris",
    }
}
