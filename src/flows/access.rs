//! Who may do what to whose applications, accounts and keys: one answer for the portal, the operator's pages and
//! the management API.

use super::Server;
use super::check_bearer::Bearer;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, UserId};
use crate::domain::user::User;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;

/// The scope that allows everything. A person's token carries its power only while they are an operator.
pub const ADMIN_SCOPE: &str = "gatepost:admin";

/// What somebody needs to be allowed, each with the scope that allows it and nothing else.
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
    /// To see signing keys.
    ReadKeys,
    /// To rotate and revoke signing keys.
    WriteKeys,
    /// To read the audit log.
    ReadAudit,
    /// Everything else that operators do.
    Operate,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 8] = [
        Self::ReadApplications,
        Self::WriteApplications,
        Self::ReadUsers,
        Self::WriteUsers,
        Self::ReadKeys,
        Self::WriteKeys,
        Self::ReadAudit,
        Self::Operate,
    ];

    /// The scope that is enough. What may be written may be read.
    pub const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::ReadApplications => &["applications:read", "applications:write"],
            Self::WriteApplications => &["applications:write"],
            Self::ReadUsers => &["users:read", "users:write"],
            Self::WriteUsers => &["users:write"],
            Self::ReadKeys => &["keys:read", "keys:write"],
            Self::WriteKeys => &["keys:write"],
            Self::ReadAudit => &["audit:read"],
            Self::Operate => &[],
        }
    }

    /// Whether owners have it for what is theirs, without being operators.
    const fn is_owners(self) -> bool {
        matches!(self, Self::ReadApplications | Self::WriteApplications)
    }
}

/// Somebody who wants to see or change something.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Somebody signed in, at one of this server's own pages.
    Person(User),
    /// Whoever has an access token.
    Token {
        /// The application it was issued to.
        client_id: ClientId,
        /// What it allows.
        scope: Scope,
        /// Whom it speaks for; none where the application speaks for itself.
        user: Option<User>,
    },
}

/// How far somebody's permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Over everything.
    All,
    /// Over the applications that this account looks after.
    OwnedBy(UserId),
}

impl Caller {
    /// The bearer of an access token that was found good.
    pub fn bearer(bearer: Bearer, client_id: ClientId) -> Self {
        let scope = bearer.claims.scope.parse().unwrap_or_default();
        Self::Token { client_id, scope, user: bearer.user }
    }

    /// Who the audit log says it was.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Person(user) | Self::Token { user: Some(user), .. } => Actor::User(user.id),
            Self::Token { client_id, user: None, .. } => Actor::Application(client_id.clone()),
        }
    }

    /// The account behind it, if there is one.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::Person(user) => Some(user),
            Self::Token { user, .. } => user.as_ref(),
        }
    }

    /// How far this caller's permission for `need` goes.
    ///
    /// Refuses with `insufficient_scope` (403) a token that does not allow it, and with `access_denied` (403) a
    /// person who is no operator where only operators may.
    pub fn reach(&self, need: Need) -> Result<Reach, Refusal> {
        if let Self::Token { scope, .. } = self {
            let allowed = scope.contains(ADMIN_SCOPE) || need.scopes().iter().any(|enough| scope.contains(enough));
            if !allowed {
                return Err(insufficient(need, scope));
            }
        }
        match self.user() {
            None => Ok(Reach::All),
            Some(user) if user.admin => Ok(Reach::All),
            Some(user) if need.is_owners() => Ok(Reach::OwnedBy(user.id)),
            Some(_) => Err(Refusal::new(ErrorCode::AccessDenied, "only an operator of this server may do this")),
        }
    }
}

fn insufficient(need: Need, scope: &Scope) -> Refusal {
    let enough: Vec<&str> = need.scopes().iter().copied().chain([ADMIN_SCOPE]).collect();
    let has = if scope.is_empty() { "nothing".to_owned() } else { scope.to_string() };
    let description = format!("the access token must have the scope {}; it allows: {has}", enough.join(" or "));
    Refusal::new(ErrorCode::InsufficientScope, description)
}

impl Server {
    /// The application that this caller may see or change, as the database has it now; a deleted one is gone.
    ///
    /// Somebody else's is `not_found`, like one that never was: who may not see it does not learn that it is there.
    pub async fn application_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        need: Need,
    ) -> Result<Application, Refusal> {
        let application = self.remembered_application_for(caller, client_id, need).await?;
        if matches!(application.state, ApplicationState::Deleted { .. }) {
            return Err(unknown_application());
        }
        Ok(application)
    }

    /// The same, and also one that was deleted, as long as anything of it is remembered.
    pub async fn remembered_application_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        need: Need,
    ) -> Result<Application, Refusal> {
        let reach = caller.reach(need)?;
        let known = self.store.application(client_id).await?;
        let application = known.filter(|known| known.life.purged_at.is_none()).ok_or_else(unknown_application)?;
        match reach {
            Reach::All => Ok(application),
            Reach::OwnedBy(user) if self.store.is_owner(application.id, user).await? => Ok(application),
            Reach::OwnedBy(_) => Err(unknown_application()),
        }
    }
}

/// What whoever may not see an application is told, whether or not there is one.
pub fn unknown_application() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "there is no such application")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Timestamp;
    use crate::domain::user::UserState;

    fn user(admin: bool) -> User {
        User {
            id: UserId::from_bytes([7; 16]),
            sub: "s".to_owned(),
            email: "a@example.com".parse().ok(),
            email_verified_at: None,
            name: None,
            locale: None,
            admin,
            state: UserState::Active,
            created_at: Timestamp::from_micros(0),
            last_sign_in_at: None,
        }
    }

    fn token(scope: &str, user: Option<User>) -> Caller {
        Caller::Token { client_id: "c".parse().unwrap(), scope: scope.parse().unwrap(), user }
    }

    #[test]
    fn an_operator_reaches_everything_and_a_developer_what_is_theirs() {
        for need in Need::ALL {
            assert_eq!(Caller::Person(user(true)).reach(need), Ok(Reach::All), "{need:?}");
            let own = need.is_owners().then_some(Reach::OwnedBy(UserId::from_bytes([7; 16])));
            assert_eq!(Caller::Person(user(false)).reach(need).ok(), own, "{need:?}");
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
