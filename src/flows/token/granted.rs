//! The result of a grant: the subject of the token, what it may carry, and what has to be written before the answer is
//! sent.

use std::sync::Arc;

use crate::domain::application::Application;
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::{SessionId, SignInId};
use crate::domain::logout::Sid;
use crate::domain::one_time::{AuthorizationCode, RefreshToken, ValueHash};
use crate::domain::token_family::TokenFamily;
use crate::domain::user::{EmailAddress, User};
use crate::flows::clients::SpentToken;
use crate::protocol::claims::{AccessTokenClaims, ActingParty};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;

/// What a grant allows.
pub(super) struct Granted {
    /// Whom the token speaks for.
    pub(super) subject: Subject,
    /// What it may carry at most.
    pub(super) allowed_scope: Scope,
    /// The scope if none is requested.
    pub(super) default_scope: Scope,
    /// The resources it may be for.
    pub(super) resources: Resources,
    /// What has to be spent.
    pub(super) payment: Payment,
}

/// Whom a token speaks for.
pub(super) enum Subject {
    /// The application itself.
    Application,
    /// A person.
    Person(Box<Person>),
    /// Whom the token speaks for that it is exchanged for.
    Exchanged(Box<Exchanged>),
}

/// A token that is exchanged for another one.
pub(super) struct Exchanged {
    /// What it says, without what does not count any more.
    pub(super) token: AccessTokenClaims,
    /// Who will act with the new one.
    pub(super) act: ActingParty,
    /// The person it speaks for; none if it is an application.
    pub(super) user: Option<User>,
    /// What they granted.
    pub(super) family: Option<TokenFamily>,
    /// The application that it was issued to, and those before it.
    pub(super) applications: Vec<Arc<Application>>,
    /// The tokens of other issuers that are spent for it.
    pub(super) spent: Vec<SpentToken>,
}

/// The person who made the grant.
pub(super) struct Person {
    /// Their account.
    pub(super) user: User,
    /// Their grant; not yet stored if it begins with this request.
    pub(super) family: TokenFamily,
    /// What the application calls the session they granted it in.
    pub(super) sid: Option<Sid>,
    /// The nonce for the ID token; only in the answer to its own request.
    pub(super) nonce: Option<String>,
}

/// The resources a token may be for.
pub(super) enum Resources {
    /// Any that the application may ask for by itself, and none by default.
    Any,
    /// Some or all of these, and all by default (RFC 8707 §2.2).
    Granted(Vec<ResourceId>),
}

impl Resources {
    /// The resources that were granted, as far as the application may still ask for them.
    pub(super) fn granted(granted: &[ResourceId], registered: &[ResourceId]) -> Result<Self, Refusal> {
        let still: Vec<_> = granted.iter().filter_map(|resource| resource.find_in(registered)).cloned().collect();
        // Going on without any would silently make it a token for the application itself.
        if still.is_empty() && !granted.is_empty() {
            return Err(Refusal::new(
                ErrorCode::InvalidTarget,
                "the application may not ask for any of the resources of this grant any more",
            ));
        }
        Ok(Self::Granted(still))
    }

    /// Whether a request that asks for these is for no resource.
    pub(super) fn are_none(&self, requested: &[ResourceId]) -> bool {
        let none = match self {
            Self::Any => true,
            Self::Granted(granted) => granted.is_empty(),
        };
        none && requested.is_empty()
    }

    /// Those that a request of this application may name. Where none was granted, a token is for the application itself,
    /// which may say so.
    pub(super) fn allowed(&self, application: &Application, catalogue: &Catalogue) -> Vec<ResourceId> {
        match self {
            Self::Granted(granted) if granted.is_empty() => application.as_target().into_iter().collect(),
            Self::Granted(granted) => granted.clone(),
            Self::Any => catalogue.with_own(&application.targets()),
        }
    }

    /// Those that a token is for whose request names none.
    pub(super) fn by_default(&self) -> &[ResourceId] {
        match self {
            Self::Granted(granted) => granted,
            Self::Any => &[],
        }
    }
}

/// What has to be spent before the answer is sent. Whether that write succeeds decides.
pub(super) enum Payment {
    /// Nothing.
    Nothing,
    /// A code, a device code, a sign-in, or a code with its sign-in, for a new family.
    Begin(Beginning),
    /// A refresh token is spent for its successor.
    Rotate(RefreshToken),
    /// It was spent within the grace period; its unused successor is sent again.
    Repeat(RefreshToken),
}

/// What is spent for a new family.
#[derive(Default)]
pub(super) struct Beginning {
    /// The authorization code.
    pub(super) code: Option<AuthorizationCode>,
    /// The device code.
    pub(super) device_code: Option<ValueHash>,
    /// The session of the browser that got it, with or without `offline_access`.
    pub(super) session: Option<SessionId>,
    /// The sign-in that is redeemed together with it.
    pub(super) sign_in: Option<SignInId>,
    /// The sign-in of the person for this request, for its delivery trace.
    pub(super) traced_sign_in: Option<SignInId>,
    /// The assertion of another issuer.
    pub(super) assertion: Option<Assertion>,
}

/// An assertion of another issuer that an application may act for a person.
pub(super) struct Assertion {
    /// What it is remembered by once it was used.
    pub(super) spent: SpentToken,
    /// Who made it.
    pub(super) issuer: String,
    /// The person, as the issuer calls them.
    pub(super) subject: String,
    /// Their proven address, where that may say who they are.
    pub(super) email: Option<EmailAddress>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::{ApplicationKind, ApplicationSettings, Origin};
    use crate::domain::ids::{ApplicationId, Timestamp};

    fn ids(texts: &[&str]) -> Vec<ResourceId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn shop() -> Application {
        let settings = ApplicationSettings {
            audiences: ids(&["https://a"]),
            ..ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Service)
        };
        let (id, now) = (ApplicationId::from_bytes([1; 16]), Timestamp::from_seconds(0));
        Application::new(id, "shop".parse().unwrap(), settings, Origin::Registered, now)
    }

    #[test]
    fn without_asking_a_person_s_token_is_for_all_that_was_granted_and_an_application_s_for_itself() {
        let granted = Resources::granted(&ids(&["https://a", "https://b"]), &ids(&["https://b", "https://a"])).unwrap();
        assert_eq!(granted.by_default(), ids(&["https://a", "https://b"]));
        assert_eq!(granted.allowed(&shop(), &Catalogue::default()), ids(&["https://a", "https://b"]));
        assert_eq!(Resources::Any.by_default(), ids(&[]));
        assert_eq!(Resources::Any.allowed(&shop(), &Catalogue::default()), ids(&["https://a", "shop"]));
    }

    #[test]
    fn what_was_granted_for_no_resource_is_for_the_application_which_may_name_itself() {
        let none = Resources::granted(&[], &ids(&["https://a"])).unwrap();
        assert_eq!(none.by_default(), ids(&[]));
        assert_eq!(none.allowed(&shop(), &Catalogue::default()), ids(&["shop"]));
    }

    #[test]
    fn what_the_application_may_not_ask_for_any_more_is_not_granted_any_more() {
        let some = Resources::granted(&ids(&["https://a", "https://b"]), &ids(&["https://b"])).unwrap();
        assert_eq!(some.by_default(), ids(&["https://b"]));
        assert_eq!(some.allowed(&shop(), &Catalogue::default()), ids(&["https://b"]));
        assert!(Resources::granted(&ids(&["https://a"]), &[]).is_err());
        assert_eq!(Resources::granted(&[], &[]).unwrap().by_default(), ids(&[]));
    }
}
