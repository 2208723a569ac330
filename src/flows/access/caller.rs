//! The caller of a change or a query, and how far their permission goes.

use crate::domain::application::Application;
use crate::domain::approval::is_management;
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, UserId};
use crate::domain::user::User;
use crate::flows::sessions::{SignIn, SignedInPerson};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;

/// The scope that allows everything. A person's token carries its power only while they are an operator.
pub const ADMIN_SCOPE: &str = "gatepost:admin";

/// What a caller wants to do, with the scopes that allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To see applications.
    ReadApplications,
    /// To register and change applications.
    WriteApplications,
    /// To see accounts.
    ReadUsers,
    /// To make and change accounts.
    WriteUsers,
    /// To see groups.
    ReadGroups,
    /// To make and delete groups, and to say who is in them.
    WriteGroups,
    /// To see signing keys.
    ReadKeys,
    /// To rotate and revoke signing keys.
    WriteKeys,
    /// To read the audit log.
    ReadAudit,
    /// To see everything else that operators see.
    Oversee,
    /// Everything else that operators do.
    Operate,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 11] = [
        Self::ReadApplications,
        Self::WriteApplications,
        Self::ReadUsers,
        Self::WriteUsers,
        Self::ReadGroups,
        Self::WriteGroups,
        Self::ReadKeys,
        Self::WriteKeys,
        Self::ReadAudit,
        Self::Oversee,
        Self::Operate,
    ];

    /// The scopes of which each is enough, the narrowest first. What may be written may be read.
    pub const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::ReadApplications => &["applications:read", "applications:write"],
            Self::WriteApplications => &["applications:write"],
            Self::ReadUsers => &["users:read", "users:write"],
            Self::WriteUsers => &["users:write"],
            Self::ReadGroups => &["groups:read", "groups:write"],
            Self::WriteGroups => &["groups:write"],
            Self::ReadKeys => &["keys:read", "keys:write"],
            Self::WriteKeys => &["keys:write"],
            Self::ReadAudit => &["audit:read"],
            Self::Oversee | Self::Operate => &[],
        }
    }

    /// Whether owners may do it with their own applications, or see of it what developers may.
    pub(super) const fn is_owners(self) -> bool {
        matches!(self, Self::ReadApplications | Self::WriteApplications | Self::ReadGroups)
    }

    /// Whether it changes something.
    const fn is_change(self) -> bool {
        matches!(self, Self::WriteApplications | Self::WriteUsers | Self::WriteGroups | Self::WriteKeys | Self::Operate)
    }
}

/// The caller of a flow that needs authorization.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A person with a session, at one of this server's own pages.
    Person(User, SignIn),
    /// The bearer of an access token.
    Token {
        /// The application it was issued to.
        client_id: ClientId,
        /// Its scope.
        scope: Scope,
        /// The person it was issued for; none if the application acts for itself.
        user: Option<User>,
    },
}

/// How far a caller's permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Over everything.
    All,
    /// Over the applications of this owner.
    OwnedBy(UserId),
}

impl Caller {
    /// A person in the act itself, such as accepting an invitation; it needs no fresh sign-in.
    pub(in crate::flows) fn in_person(user: &User) -> Self {
        Self::Person(user.clone(), SignIn::Fresh)
    }

    /// The caller of a session.
    pub fn person(person: SignedInPerson) -> Self {
        let admin = person.user.admin && !person.lacks_power();
        Self::Person(User { admin, ..person.user }, person.sign_in)
    }

    /// The actor for the audit log.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Person(user, _) | Self::Token { user: Some(user), .. } => Actor::User(user.id),
            Self::Token { client_id, user: None, .. } => Actor::Application(client_id.clone()),
        }
    }

    /// The account behind it, if there is one.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::Person(user, _) => Some(user),
            Self::Token { user, .. } => user.as_ref(),
        }
    }

    /// How far this caller's permission for `need` goes.
    ///
    /// Refuses with `insufficient_scope` (403) a token that does not allow it, with `access_denied` (403) a person who
    /// is no operator where only operators may, and with `insufficient_user_authentication` (401, RFC 9470) an
    /// operator who signed in too long ago to change something.
    pub fn reach(&self, need: Need) -> Result<Reach, Refusal> {
        if let Self::Token { scope, .. } = self {
            let allowed = scope.contains(ADMIN_SCOPE) || need.scopes().iter().any(|enough| scope.contains(enough));
            if !allowed {
                return Err(insufficient(need, scope));
            }
        }
        match self.user() {
            None => Ok(Reach::All),
            Some(user) if user.admin && !(need.is_change() && self.is_aged()) => Ok(Reach::All),
            Some(user) if need.is_owners() => Ok(Reach::OwnedBy(user.id)),
            Some(user) if user.admin => Err(sign_in_anew()),
            Some(_) => Err(Refusal::new(ErrorCode::AccessDenied, "only an operator of this server may do this")),
        }
    }

    /// Whether this caller may choose everything: an operator at the pages, or a token for all that operators do.
    pub fn chooses_everything(&self) -> bool {
        match self {
            Self::Person(user, sign_in) => user.admin && *sign_in == SignIn::Fresh,
            Self::Token { scope, user, .. } => {
                scope.contains(ADMIN_SCOPE) && user.as_ref().is_none_or(|user| user.admin)
            }
        }
    }

    /// Whether a fresh sign-in would let this caller choose everything.
    pub(in crate::flows) fn could_choose_everything(&self) -> bool {
        matches!(self, Self::Person(user, _) if user.admin)
    }

    const fn is_aged(&self) -> bool {
        matches!(self, Self::Person(_, SignIn::Aged))
    }

    /// Control of an application gives all of its power, so a token must not change one that may do more here than the
    /// token itself, nor a `first_party` one, which needs no consent.
    pub(super) fn check_power_over(&self, application: &Application) -> Result<(), Refusal> {
        let Self::Token { scope, .. } = self else { return Ok(()) };
        if self.chooses_everything() {
            return Ok(());
        }
        let settings = &application.settings;
        let more = settings.scope.iter().find(|token| is_management(token) && !scope.contains(token));
        if more.is_some() || settings.first_party {
            let what = "this application may do more than the access token; changing it needs the scope gatepost:admin";
            return Err(Refusal::new(ErrorCode::InsufficientScope, what));
        }
        Ok(())
    }
}

/// RFC 9470 §3: the sign-in is too long ago.
pub(in crate::flows) fn sign_in_anew() -> Refusal {
    let what = "for this one must have signed in within the last 15 minutes; sign in again at /login?fresh=1";
    Refusal::new(ErrorCode::InsufficientUserAuthentication, what)
}

fn insufficient(need: Need, scope: &Scope) -> Refusal {
    let enough: Vec<&str> = need.scopes().iter().copied().chain([ADMIN_SCOPE]).collect();
    let has = if scope.is_empty() { "nothing".to_owned() } else { scope.to_string() };
    let description = format!("the access token must have the scope {}; it allows: {has}", enough.join(" or "));
    Refusal::new(ErrorCode::InsufficientScope, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attribute::Attributes;
    use crate::domain::ids::Timestamp;
    use crate::domain::user::UserState;

    fn user(admin: bool) -> User {
        User {
            id: UserId::from_bytes([7; 16]),
            sub: "s".to_owned(),
            email: "a@example.com".parse().ok(),
            email_verified_at: None,
            name: None,
            username: None,
            locale: None,
            admin,
            attributes: Attributes::default(),
            state: UserState::Active,
            created_at: Timestamp::from_micros(0),
            updated_at: None,
            last_sign_in_at: None,
        }
    }

    fn token(scope: &str, user: Option<User>) -> Caller {
        Caller::Token { client_id: "c".parse().unwrap(), scope: scope.parse().unwrap(), user }
    }

    #[test]
    fn an_operator_reaches_everything_and_a_developer_what_is_theirs() {
        for need in Need::ALL {
            assert_eq!(Caller::Person(user(true), SignIn::Fresh).reach(need), Ok(Reach::All), "{need:?}");
            let own = need.is_owners().then_some(Reach::OwnedBy(UserId::from_bytes([7; 16])));
            assert_eq!(Caller::Person(user(false), SignIn::Fresh).reach(need).ok(), own, "{need:?}");
            let aged = Caller::Person(user(true), SignIn::Aged).reach(need);
            match (need.is_change(), own) {
                (false, _) => assert_eq!(aged, Ok(Reach::All), "{need:?}"),
                (true, Some(own)) => assert_eq!(aged, Ok(own), "{need:?}"),
                (true, None) => {
                    assert_eq!(aged.unwrap_err().code, ErrorCode::InsufficientUserAuthentication, "{need:?}");
                }
            }
        }
    }

    #[test]
    fn a_token_allows_what_its_scope_says_and_no_more_than_its_person_may() {
        let own = Reach::OwnedBy(UserId::from_bytes([7; 16]));
        for need in Need::ALL {
            assert_eq!(token(ADMIN_SCOPE, None).reach(need), Ok(Reach::All), "{need:?}");
            assert!(token("openid admin", None).reach(need).is_err(), "{need:?}");
            assert!(token("openid admin", Some(user(true))).reach(need).is_err(), "{need:?}");
        }
        assert_eq!(token("applications:read", None).reach(Need::ReadApplications), Ok(Reach::All));
        assert!(token("applications:read", None).reach(Need::WriteApplications).is_err());
        assert_eq!(token("applications:write", None).reach(Need::ReadApplications), Ok(Reach::All));
        assert_eq!(token("applications:write", Some(user(false))).reach(Need::WriteApplications), Ok(own));
        assert_eq!(token(ADMIN_SCOPE, Some(user(false))).reach(Need::WriteApplications), Ok(own));
        assert!(token(ADMIN_SCOPE, Some(user(false))).reach(Need::ReadUsers).is_err());
        assert!(token("users:write", Some(user(false))).reach(Need::WriteUsers).is_err());
    }
}
