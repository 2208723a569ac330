//! What the types of the settings alone cannot say: the rules of each, and how they agree with each other.

use super::authentication::ClientAuthentication;
use super::name::{self, LONGEST_NAME};
use super::settings::ApplicationSettings;
use super::values::LONGEST_TOKEN_TTL;
use super::{ApplicationKind, MOST_SCOPES};
use crate::domain::claim_mapping::{ClaimMapping, MOST_MAPPINGS};
use crate::domain::group::{GroupName, MOST_GROUPS_OF_A_PERSON};
use crate::domain::user::EmailAddress;
use crate::protocol::claim_name::ClaimName;
use crate::protocol::federation::MOST_IDENTITIES;
use crate::protocol::id_token::GroupsClaim;
use crate::protocol::redirect_uri::{self, ReturnFrom, UriRule};
use crate::protocol::token::GrantType;

/// What the list of addresses after a sign-in is called, here and in client metadata (RFC 7591 §2).
pub const REDIRECT_URIS: &str = "redirect_uris";

/// The setting with the APIs that tokens may be asked for.
pub const AUDIENCES: &str = "audiences";

/// The setting with the addresses after signing out.
pub const POST_LOGOUT_REDIRECT_URIS: &str = "post_logout_redirect_uris";

/// Settings that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A name that is empty, too long, or has invisible characters.
    #[error("an application's name has 1 to {LONGEST_NAME} characters, all of them to be seen")]
    Name,
    /// A name that a mail program would make a link of.
    #[error("an application's name holds no address, and '{0}' is or looks like one")]
    AddressInName(String),
    /// Too many scopes.
    #[error("an application has {MOST_SCOPES} scopes at most")]
    Scopes,
    /// A default scope that is not among the scopes.
    #[error("the default scope '{0}' is not among the scopes the application may ask for")]
    DefaultScope(String),
    /// RFC 6749 §4.4: this grant is for confidential clients only.
    #[error("the grant client_credentials needs an application that can keep a secret: type service or web")]
    ClientCredentials,
    /// RFC 8693 §5: who acts in somebody's name has to be known.
    #[error("the grant token-exchange needs an application that can keep a secret: type service or web")]
    TokenExchange,
    /// Who gets tokens in the name of people that nobody asks has to be known.
    #[error("the grant jwt-bearer is for applications that authenticate themselves, with a secret or a key")]
    JwtBearer,
    /// More than are read.
    #[error("at most {MOST_MAPPINGS} attributes have a claim of their own")]
    Mappings,
    /// One attribute would be two claims, or two would be the same one.
    #[error("'{0}' names an attribute or a claim that stands there already, or the claim with the groups")]
    ClaimTwice(String),
    /// Keys for a public application, which cannot keep the private half to itself.
    #[error("an application of type {0} cannot authenticate with keys; only service and web can")]
    Keys(ApplicationKind),
    /// RFC 7591 §2: keys are registered, or published, and not both.
    #[error("jwks and jwks_uri exclude each other")]
    KeysTwice,
    /// Workloads of a public application, which does not authenticate.
    #[error(
        "an application of type {0} does not authenticate, so no token of another issuer can do it; only service and web can"
    )]
    Federated(ApplicationKind),
    /// Too many identities.
    #[error("an application trusts {MOST_IDENTITIES} identities of other issuers at most")]
    Identities,
    /// A token lifetime out of bounds.
    #[error("the token lifetime must be from one second to a year")]
    TokenTtl,
    /// An owner that is no e-mail address.
    #[error("the owner '{0}' is not an e-mail address")]
    Owner(String),
    /// Too many groups.
    #[error("an application names {MOST_GROUPS_OF_A_PERSON} groups at most")]
    Groups,
    /// A redirect URI that may not be registered.
    #[error("the address '{uri}' among the {list} cannot be registered: {rule}")]
    RedirectUri {
        /// The list that it is in.
        list: &'static str,
        /// The URI.
        uri: String,
        /// The rule that it violates.
        rule: UriRule,
    },
}

type Checked = Result<(), SettingsError>;

pub(super) fn name(settings: &ApplicationSettings) -> Checked {
    name::check(&settings.name)
}

pub(super) fn scopes(settings: &ApplicationSettings) -> Checked {
    if settings.scope.iter().count() > MOST_SCOPES { Err(SettingsError::Scopes) } else { Ok(()) }
}

pub(super) fn default_scopes(settings: &ApplicationSettings) -> Checked {
    match settings.default_scope.first_outside(&settings.scope) {
        Some(outside) => Err(SettingsError::DefaultScope(outside.to_owned())),
        None => Ok(()),
    }
}

pub(super) fn grants(settings: &ApplicationSettings) -> Checked {
    let has_own_tokens = settings.grants.contains(&GrantType::ClientCredentials);
    let exchanges = settings.grants.contains(&GrantType::TokenExchange);
    match settings.kind.is_confidential() {
        false if has_own_tokens => Err(SettingsError::ClientCredentials),
        false if exchanges => Err(SettingsError::TokenExchange),
        false if settings.grants.contains(&GrantType::JwtBearer) => Err(SettingsError::JwtBearer),
        _ => Ok(()),
    }
}

pub(super) fn keys(settings: &ApplicationSettings) -> Checked {
    match settings.authentication {
        ClientAuthentication::PrivateKeyJwt(_) if !settings.kind.is_confidential() => {
            Err(SettingsError::Keys(settings.kind))
        }
        _ => Ok(()),
    }
}

pub(super) fn jwks_uri(settings: &ApplicationSettings) -> Checked {
    match (&settings.jwks_uri, &settings.authentication) {
        (Some(_), ClientAuthentication::PrivateKeyJwt(_)) => Err(SettingsError::KeysTwice),
        (Some(_), _) if !settings.kind.is_confidential() => Err(SettingsError::Keys(settings.kind)),
        (None | Some(_), _) => Ok(()),
    }
}

pub(super) fn federated(settings: &ApplicationSettings) -> Checked {
    match settings.federated.len() {
        0 => Ok(()),
        _ if !settings.kind.is_confidential() => Err(SettingsError::Federated(settings.kind)),
        1..=MOST_IDENTITIES => Ok(()),
        _ => Err(SettingsError::Identities),
    }
}

/// Each attribute is one claim, and each claim is one thing.
pub(super) fn claims(settings: &ApplicationSettings) -> Checked {
    let mappings = &settings.claims;
    if mappings.len() > MOST_MAPPINGS {
        return Err(SettingsError::Mappings);
    }
    let groups = settings.groups_claim.as_ref().map_or(GroupsClaim::USUAL, ClaimName::as_str);
    for (place, mapping) in mappings.iter().enumerate() {
        let before = &mappings[..place];
        let is_twice = |one: &ClaimMapping| one.claim == mapping.claim || one.attribute == mapping.attribute;
        if mapping.claim.as_str() == groups || before.iter().any(is_twice) {
            return Err(SettingsError::ClaimTwice(mapping.to_string()));
        }
    }
    Ok(())
}

pub(super) fn token_ttl(settings: &ApplicationSettings) -> Checked {
    let is_outside = |ttl: std::time::Duration| ttl.as_secs() == 0 || ttl > LONGEST_TOKEN_TTL;
    if settings.token_ttl.is_some_and(is_outside) { Err(SettingsError::TokenTtl) } else { Ok(()) }
}

pub(super) fn owner(settings: &ApplicationSettings) -> Checked {
    match settings.owner.as_deref().filter(|owner| owner.parse::<EmailAddress>().is_err()) {
        Some(owner) => Err(SettingsError::Owner(owner.to_owned())),
        None => Ok(()),
    }
}

pub(super) fn allowed_groups(settings: &ApplicationSettings) -> Checked {
    number_of_groups(&settings.allowed_groups)
}

pub(super) fn visible_groups(settings: &ApplicationSettings) -> Checked {
    number_of_groups(&settings.visible_groups)
}

fn number_of_groups(named: &[GroupName]) -> Checked {
    if named.len() > MOST_GROUPS_OF_A_PERSON { Err(SettingsError::Groups) } else { Ok(()) }
}

pub(super) fn redirect_uris(settings: &ApplicationSettings) -> Checked {
    uris(settings, (REDIRECT_URIS, &settings.redirect_uris), ReturnFrom::SignIn)
}

pub(super) fn post_logout_redirect_uris(settings: &ApplicationSettings) -> Checked {
    uris(settings, (POST_LOGOUT_REDIRECT_URIS, &settings.post_logout_redirect_uris), ReturnFrom::SignOut)
}

/// A redirect URI that could never be answered is refused now, and not at each request.
fn uris(settings: &ApplicationSettings, (list, uris): (&'static str, &[String]), from: ReturnFrom) -> Checked {
    uris.iter().try_for_each(|uri| {
        redirect_uri::check_registrable(uri, from, settings.kind.own_scheme())
            .map_err(|rule| SettingsError::RedirectUri { list, uri: uri.clone(), rule })
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::scope::Scope;

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
        let exchanging = ApplicationSettings { grants: vec![GrantType::TokenExchange], ..settings };
        assert_eq!(exchanging.check(), Err(SettingsError::TokenExchange));
    }

    #[test]
    fn only_what_authenticates_trusts_other_issuers_and_not_too_many_of_them() {
        use crate::domain::application::SettingValue as _;
        use serde_json::json;
        let trusting = |kind, count| {
            let entry = |number| json!({ "issuer": "https://a.example", "subject": format!("s{number}") });
            let federated = Vec::read(&(0..count).map(entry).collect()).unwrap();
            ApplicationSettings { federated, ..ApplicationSettings::new("A".to_owned(), kind) }.check()
        };
        assert_eq!(trusting(ApplicationKind::Service, MOST_IDENTITIES), Ok(()));
        assert_eq!(trusting(ApplicationKind::Web, 1), Ok(()));
        assert_eq!(trusting(ApplicationKind::Service, MOST_IDENTITIES + 1), Err(SettingsError::Identities));
        assert_eq!(trusting(ApplicationKind::Spa, 1), Err(SettingsError::Federated(ApplicationKind::Spa)));
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
    fn every_address_keeps_the_rules_of_its_list_and_type() {
        fn check(kind: ApplicationKind, login: &str, logout: &str) -> Checked {
            let owned = |uris: &str| uris.split_ascii_whitespace().map(str::to_owned).collect();
            let settings = ApplicationSettings::new("Orders".to_owned(), kind);
            let (redirect_uris, post_logout_redirect_uris) = (owned(login), owned(logout));
            ApplicationSettings { redirect_uris, post_logout_redirect_uris, ..settings }.check()
        }
        let web = |login: &str, logout: &str| check(ApplicationKind::Web, login, logout);
        for parameter in ["code", "state", "iss", "error", "error_description", "error_uri"] {
            let uri = format!("https://a.example/cb?tenant=1&{parameter}=x");
            let (list, rule) = (REDIRECT_URIS, UriRule::Reserved(parameter));
            let expected = SettingsError::RedirectUri { list, uri: uri.clone(), rule };
            let both = format!("https://a.example/cb {uri}");
            assert_eq!(web(&both, ""), Err(expected), "{parameter}");
        }
        assert!(web("", "https://a.example/bye?state=x").is_err());
        assert_eq!(web("https://a.example/cb?tenant=1", "https://a.example/bye?code=logout"), Ok(()));
        for (login, logout) in [("com.example.app:/cb", ""), ("", "com.example.app:/bye")] {
            assert!(web(login, logout).is_err());
            assert_eq!(check(ApplicationKind::Native, login, logout), Ok(()));
        }
        let message = web("", "http://a.example/bye").unwrap_err().to_string();
        assert!(message.contains("post_logout_redirect_uris") && message.contains("http is for loopback"), "{message}");
    }
}
