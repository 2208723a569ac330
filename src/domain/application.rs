//! Applications, which the RFCs call clients.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;

use super::authorization::Trust;
use super::ids::{ApplicationId, ClientId, Timestamp};
use super::life_marks::LifeMarks;
use super::secret::{ClientSecret, StoredSecret};
use super::sign_in::{LinkMode, UnknownAccount};
use super::user::EmailAddress;
use super::visible_text::is_visible_text;
use crate::protocol::claims::TokenProfile;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::redirect_uri;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// How many secrets an application may have at once: the one in use and the one that replaces it.
pub const MOST_SECRETS: usize = 2;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// How many scopes an application may have: each of them is read with every request.
pub const MOST_SCOPES: usize = 100;

/// What an application is for. It decides the defaults, and whether it can keep a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ApplicationKind {
    /// A machine that acts for itself.
    #[default]
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

impl ApplicationKind {
    /// All types.
    pub const ALL: [Self; 5] = [Self::Service, Self::Web, Self::Spa, Self::Native, Self::Device];

    /// The name in settings and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Device => "device",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// RFC 6749 §2.1: whether it can keep a secret.
    pub const fn is_confidential(self) -> bool {
        matches!(self, Self::Service | Self::Web)
    }

    /// The grants it gets when none are named.
    pub fn default_grants(self) -> Vec<GrantType> {
        match self {
            Self::Service => vec![GrantType::ClientCredentials],
            Self::Web | Self::Spa | Self::Native => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            Self::Device => Vec::new(),
        }
    }

    /// The scope it is registered with when none is given.
    pub const fn default_scope(self) -> &'static str {
        match self {
            Self::Service => "openid admin",
            Self::Web | Self::Spa | Self::Native | Self::Device => "openid user",
        }
    }
}

impl fmt::Display for ApplicationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How an application authenticates at the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// With a secret (RFC 6749 §2.3.1).
    Secret,
    /// With a signed assertion, checked against these public keys (RFC 7523).
    PrivateKeyJwt(JwkSet),
    /// Not at all: a public client (RFC 6749 §2.1).
    None,
}

/// Where an application was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the portal, by API or on the command line.
    Registered,
    /// In the configuration file, which is the only place to change it.
    Declared,
}

impl Origin {
    /// The name in the database and in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Declared => "declared",
        }
    }

    /// The origin of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Registered, Self::Declared].into_iter().find(|origin| origin.name() == name)
    }
}

/// Why an application was deactivated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeactivationReason {
    /// One of its owners decided so.
    Requested,
    /// An operator decided so; only an operator activates it again.
    Suspended,
    /// An operator deleted it; if an owner brings it back it stays deactivated.
    Removed,
    /// It left the configuration file that had declared it.
    Undeclared,
    /// It was not used for too long.
    Unused,
}

impl DeactivationReason {
    /// Whether an owner may activate the application again.
    pub const fn is_owners(self) -> bool {
        matches!(self, Self::Requested | Self::Unused)
    }

    /// The name in the database and in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
            Self::Undeclared => "undeclared",
            Self::Unused => "unused",
        }
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Requested, Self::Suspended, Self::Removed, Self::Undeclared, Self::Unused]
            .into_iter()
            .find(|reason| reason.name() == name)
    }
}

/// The life-cycle state of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationState {
    /// It can be used.
    Active,
    /// It is refused until it is activated again.
    Deactivated {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: DeactivationReason,
    },
    /// It is deleted; its client id is kept, so that it is never issued again.
    Deleted {
        /// Since when.
        at: Timestamp,
    },
}

impl ApplicationState {
    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated { .. } => "deactivated",
            Self::Deleted { .. } => "deleted",
        }
    }
}

/// Which applications must use PKCE (RFC 7636).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PkcePolicy {
    /// Public applications must, confidential ones may.
    #[default]
    ByType,
    /// This application must, even if it is confidential.
    Required,
}

impl PkcePolicy {
    /// Both policies.
    pub const ALL: [Self; 2] = [Self::ByType, Self::Required];

    /// The name in settings and listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByType => "by_type",
            Self::Required => "required",
        }
    }

    /// The policy of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// The settings of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSettings {
    /// The name that people see.
    pub name: String,
    /// The type, which decides defaults and whether it is confidential.
    pub kind: ApplicationKind,
    /// The grants it may use.
    pub grants: Vec<GrantType>,
    /// The scope it may ask for.
    pub scope: Scope,
    /// The scope it gets when it asks for none.
    pub default_scope: Scope,
    /// The registered redirect URIs (RFC 6749 §3.1.2.2).
    pub redirect_uris: Vec<String>,
    /// The resources it may ask tokens for, besides itself.
    pub audiences: Vec<ResourceId>,
    /// How long its access tokens live; none follows the server's setting.
    pub token_ttl: Option<Duration>,
    /// The format of its access tokens.
    pub token_profile: TokenProfile,
    /// What its tokens are signed with.
    pub signing_algorithm: SigningAlgorithm,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// The e-mail address of its owner.
    pub owner: Option<String>,
    /// Whether it belongs to the operator, so that there is no consent page as long as the identity of the application
    /// is assured.
    pub first_party: bool,
    /// Where the browser may be sent after signing out (OIDC RP-Initiated Logout §3.1).
    pub post_logout_redirect_uris: Vec<String>,
    /// Whether it must use PKCE although it can keep a secret. Public ones must anyway (RFC 9700 §2.1.1).
    pub pkce: PkcePolicy,
    /// What opening one of its sign-in links does; none follows the server's setting.
    pub link_mode: Option<LinkMode>,
    /// How a request for an address without an account is answered; none follows the server's setting.
    pub unknown_account: Option<UnknownAccount>,
}

/// Settings that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A name that is empty, too long, or has invisible characters.
    #[error("an application's name has 1 to {LONGEST_NAME} characters, all of them to be seen")]
    Name,
    /// Too many scopes.
    #[error("an application has {MOST_SCOPES} scopes at most")]
    Scopes,
    /// A default scope that is not among the scopes.
    #[error("the default scope '{0}' is not among the scopes the application may ask for")]
    DefaultScope(String),
    /// RFC 6749 §4.4: this grant is for confidential clients only.
    #[error("the grant client_credentials needs an application that can keep a secret: type service or web")]
    ClientCredentials,
    /// Keys for a public application, which cannot keep the private half to itself.
    #[error("an application of type {0} cannot authenticate with keys; only service and web can")]
    Keys(ApplicationKind),
    /// A token lifetime out of bounds.
    #[error("the token lifetime must be from one second to a year")]
    TokenTtl,
    /// An owner that is no e-mail address.
    #[error("the owner '{0}' is not an e-mail address")]
    Owner(String),
    /// Not an absolute URI, or one that carries a fragment (RFC 6749 §3.1.2).
    #[error("the redirect URI '{0}' is not an absolute URI in plain ASCII, without a fragment, that a browser opens")]
    RedirectUri(String),
    /// A redirect URI with a query parameter that the authorization response uses.
    #[error("the redirect URI '{uri}' has a query parameter '{parameter}', which is reserved for the answer")]
    ReservedParameter {
        /// The URI.
        uri: String,
        /// The parameter.
        parameter: &'static str,
    },
}

impl ApplicationSettings {
    /// The settings of a new application of this kind.
    pub fn new(name: String, kind: ApplicationKind) -> Self {
        let scope: Scope = kind.default_scope().parse().unwrap_or_default();
        Self {
            name,
            kind,
            grants: kind.default_grants(),
            default_scope: scope.clone(),
            scope,
            redirect_uris: Vec::new(),
            audiences: Vec::new(),
            token_ttl: None,
            token_profile: TokenProfile::default(),
            signing_algorithm: SigningAlgorithm::default(),
            authentication: if kind.is_confidential() {
                ClientAuthentication::Secret
            } else {
                ClientAuthentication::None
            },
            owner: None,
            first_party: false,
            post_logout_redirect_uris: Vec::new(),
            pkce: PkcePolicy::ByType,
            link_mode: None,
            unknown_account: None,
        }
    }

    /// Checks what the types alone cannot.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.name.trim().chars().count() > LONGEST_NAME || !is_visible_text(&self.name) {
            return Err(SettingsError::Name);
        }
        if self.scope.iter().count() > MOST_SCOPES {
            return Err(SettingsError::Scopes);
        }
        if let Some(outside) = self.default_scope.first_outside(&self.scope) {
            return Err(SettingsError::DefaultScope(outside.to_owned()));
        }
        if self.grants.contains(&GrantType::ClientCredentials) && !self.kind.is_confidential() {
            return Err(SettingsError::ClientCredentials);
        }
        if matches!(self.authentication, ClientAuthentication::PrivateKeyJwt(_)) && !self.kind.is_confidential() {
            return Err(SettingsError::Keys(self.kind));
        }
        let year = Duration::from_hours(366 * 24);
        if self.token_ttl.is_some_and(|ttl| ttl < Duration::from_secs(1) || ttl > year) {
            return Err(SettingsError::TokenTtl);
        }
        if let Some(owner) = self.owner.as_deref().filter(|owner| owner.parse::<EmailAddress>().is_err()) {
            return Err(SettingsError::Owner(owner.to_owned()));
        }
        self.check_redirect_uris()
    }

    /// A redirect URI that could never be answered is refused now, and not at each request.
    fn check_redirect_uris(&self) -> Result<(), SettingsError> {
        let mut uris = self.redirect_uris.iter().chain(&self.post_logout_redirect_uris);
        if let Some(bad) = uris.find(|uri| !redirect_uri::can_be_registered(uri)) {
            return Err(SettingsError::RedirectUri(bad.clone()));
        }
        let login = self.redirect_uris.iter().map(|uri| (uri, redirect_uri::reserved_parameter(uri)));
        let logout = self.post_logout_redirect_uris.iter().map(|uri| (uri, redirect_uri::reserved_at_logout(uri)));
        match login.chain(logout).find_map(|(uri, reserved)| Some((uri, reserved?))) {
            Some((uri, parameter)) => Err(SettingsError::ReservedParameter { uri: uri.clone(), parameter }),
            None => Ok(()),
        }
    }
}

/// An application, with all that is needed to authenticate it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The key of its row.
    pub id: ApplicationId,
    /// The client id (RFC 6749 §2.2).
    pub client_id: ClientId,
    /// The settings.
    pub settings: ApplicationSettings,
    /// Where it was registered.
    pub origin: Origin,
    /// The life-cycle state.
    pub state: ApplicationState,
    /// Its live secrets, oldest first.
    pub secrets: Vec<StoredSecret>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last made a successful request.
    pub last_used_at: Option<Timestamp>,
    /// Raised by every change. A change names the version it was made from, so that no change is overwritten unseen.
    pub version: i64,
    /// What else the life cycle of unused applications needs.
    pub life: LifeMarks,
    /// Access tokens that were issued before this second are not accepted by this server.
    pub tokens_not_before: Option<Timestamp>,
}

impl Application {
    /// Whether the presented text could be one of its secrets, by shape and checksum alone.
    pub fn could_have_secret(&self, presented: &ClientSecret) -> bool {
        self.secrets.iter().any(|secret| secret.could_be(presented))
    }

    /// Whether its authorization requests must have a PKCE challenge.
    pub fn needs_pkce(&self) -> bool {
        self.settings.pkce == PkcePolicy::Required || self.settings.authentication == ClientAuthentication::None
    }

    /// How far its identity is assured, if the answer goes to this redirect URI.
    pub fn trust_at(&self, redirect_uri: &str) -> Trust {
        let authenticates = self.settings.authentication != ClientAuthentication::None;
        Trust {
            first_party: self.settings.first_party,
            identity_assured: authenticates || redirect_uri::is_https(redirect_uri),
        }
    }

    /// How long its access tokens live, given the server's own setting.
    pub fn token_ttl(&self, default: Duration) -> Duration {
        self.settings.token_ttl.unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> ApplicationSettings {
        ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    }

    #[test]
    fn the_defaults_of_every_kind_agree_with_each_other() {
        for kind in ApplicationKind::ALL {
            assert_eq!(ApplicationSettings::new("A".to_owned(), kind).check(), Ok(()), "{kind}");
            assert_eq!(ApplicationKind::from_name(kind.name()), Some(kind));
        }
    }

    #[test]
    fn a_default_scope_must_be_an_allowed_one() {
        let settings = ApplicationSettings { default_scope: "other".parse().unwrap(), ..service() };
        assert_eq!(settings.check(), Err(SettingsError::DefaultScope("other".to_owned())));
    }

    #[test]
    fn a_public_application_cannot_use_client_credentials() {
        let settings = ApplicationSettings { kind: ApplicationKind::Spa, ..service() };
        assert_eq!(settings.check(), Err(SettingsError::ClientCredentials));
    }

    #[test]
    fn names_lifetimes_owners_and_redirect_uris_are_checked() {
        let refused = |settings: ApplicationSettings| settings.check().is_err();
        assert!(refused(ApplicationSettings { name: " ".to_owned(), ..service() }));
        assert!(refused(ApplicationSettings { name: "a\nb".to_owned(), ..service() }));
        assert!(refused(ApplicationSettings { name: "a".repeat(101), ..service() }));
        assert!(refused(ApplicationSettings { name: "Orders\u{202e}".to_owned(), ..service() }));
        let scopes: Vec<String> = (0..=MOST_SCOPES).map(|number| format!("s{number}")).collect();
        let many = |count: usize| ApplicationSettings {
            scope: scopes[..count].join(" ").parse().unwrap(),
            default_scope: Scope::empty(),
            ..service()
        };
        assert_eq!(many(MOST_SCOPES).check(), Ok(()));
        assert_eq!(many(MOST_SCOPES + 1).check(), Err(SettingsError::Scopes));
        assert!(refused(ApplicationSettings { token_ttl: Some(Duration::ZERO), ..service() }));
        for owner in ["nobody", "a@", "@b", "a@b@c", "a@b,c@d", "a b@c", "a@b\n"] {
            assert!(refused(ApplicationSettings { owner: Some(owner.to_owned()), ..service() }), "{owner}");
        }
        for uri in ["callback", "https://a/#x", "//a/b"] {
            assert!(refused(ApplicationSettings { redirect_uris: vec![uri.to_owned()], ..service() }), "{uri}");
        }
    }

    #[test]
    fn a_redirect_uri_leaves_the_answers_parameters_to_the_answer() {
        let check = |login: &[&str], logout: &[&str]| {
            let owned = |uris: &[&str]| uris.iter().map(|uri| (*uri).to_owned()).collect();
            let (redirect_uris, post_logout_redirect_uris) = (owned(login), owned(logout));
            ApplicationSettings { redirect_uris, post_logout_redirect_uris, ..service() }.check()
        };
        for parameter in ["code", "state", "iss", "error", "error_description", "error_uri"] {
            let uri = format!("https://a.example/cb?tenant=1&{parameter}=x");
            let expected = SettingsError::ReservedParameter { uri: uri.clone(), parameter };
            assert_eq!(check(&["https://a.example/cb", &uri], &[]), Err(expected), "{parameter}");
        }
        assert!(check(&[], &["https://a.example/bye?state=x"]).is_err());
        assert_eq!(check(&["https://a.example/cb?tenant=1"], &["https://a.example/bye?code=logout"]), Ok(()));
    }
}
