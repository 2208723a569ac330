//! The permission of who does something, looked at once more in the transaction of what they do.
//!
//! Between the first look and the write a secret is hashed, a name looked up or a lock waited for: long enough for an
//! account to be disabled, an operator to become none, an application to be stopped. Here their rows are locked, so
//! that such a change comes either before, and refuses what is done, or after it.

use super::{Caller, Need, Reach, sign_in_anew};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, UserId};
use crate::domain::user::{User, UserState};
use crate::flows::sessions::{SignIn, SignedInPerson};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Generation, Store, StoreError, Transaction};

/// Begins the transaction of a change, in which its actor may still make it.
pub(in crate::flows) async fn begin_acting(store: &Store, actor: &Actor, need: Need) -> Result<Transaction, Refusal> {
    let mut tx = store.begin().await?;
    check_acting(&mut tx, actor, need).await?;
    Ok(tx)
}

/// The same for a caller, as far as their permission goes now.
pub(in crate::flows) async fn begin_as(
    store: &Store,
    caller: &Caller,
    need: Need,
) -> Result<(Transaction, Caller), Refusal> {
    let mut tx = store.begin().await?;
    let caller = as_now(&mut tx, caller).await?;
    caller.reach(need)?;
    Ok((tx, caller))
}

/// Begins the transaction of a change to an account, which comes with it as it is now. `not_found` (404) if it is deleted.
pub(in crate::flows) async fn begin_acting_on(
    store: &Store,
    id: UserId,
    actor: &Actor,
) -> Result<(Transaction, User), Refusal> {
    let mut tx = begin_acting(store, actor, Need::WriteUsers).await?;
    // Its row is locked, so that it becomes no operator meanwhile. One that is disabled cannot sign in as one.
    tx.user_hold(id).await?;
    let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such account");
    let user = check_acting_on(&mut tx, id, actor).await?.ok_or_else(unknown)?;
    Ok((tx, user))
}

/// An account that an actor is about to change, as it is now; none if it is deleted. Whoever may change an operator's
/// account could take it over, so that only operators do.
pub(in crate::flows) async fn check_acting_on(
    tx: &mut Transaction,
    id: UserId,
    actor: &Actor,
) -> Result<Option<User>, Refusal> {
    let user = tx.user(id).await?.filter(|user| !matches!(user.state, UserState::Deleted { .. }));
    if user.as_ref().is_some_and(|user| user.admin) && *actor != Actor::User(id) {
        check_acting(tx, actor, Need::Operate).await?;
    }
    Ok(user)
}

/// Begins the transaction of what somebody does to their own account who has signed in a moment ago. Account and session
/// are locked, so that neither ends meanwhile.
pub(in crate::flows) async fn begin_fresh(store: &Store, person: &SignedInPerson) -> Result<Transaction, Refusal> {
    check_fresh(person)?;
    person.begin(store).await
}

/// Adding a way in, taking one away or taking everything out wants a sign-in of the last quarter of an hour, by mail or
/// with a passkey.
pub(in crate::flows) fn check_fresh(person: &SignedInPerson) -> Result<(), Refusal> {
    match person.sign_in {
        SignIn::Fresh => Ok(()),
        SignIn::Aged => Err(sign_in_anew()),
    }
}

/// Refuses an actor who may not do this any more. Whether an application is theirs is looked at where it is changed.
///
/// The counter of applications is locked first, as in every change of one, so that two who stop each other wait here.
pub(in crate::flows) async fn check_acting(tx: &mut Transaction, actor: &Actor, need: Need) -> Result<(), Refusal> {
    match actor {
        Actor::CommandLine | Actor::Configuration | Actor::Schedule | Actor::Visitor => Ok(()),
        Actor::User(id) => {
            let user = active_user(tx, *id).await?;
            if need.is_owners() || user.admin { Ok(()) } else { Err(operators_only()) }
        }
        Actor::Application(client_id) => {
            let application = active_application(tx, client_id).await?;
            let caller = Caller::Token { client_id: client_id.clone(), scope: application.settings.scope, user: None };
            caller.reach(need).map(|_| ())
        }
    }
}

/// How far an actor's permission goes by their account alone. For a [`Caller`] it is [`Caller::reach`] that says so, which
/// knows how they signed in.
pub(in crate::flows) async fn reach_of(tx: &mut Transaction, actor: &Actor) -> Result<Reach, StoreError> {
    let Actor::User(id) = actor else { return Ok(Reach::All) };
    let operates = tx.user(*id).await?.is_some_and(|user| user.admin);
    Ok(if operates { Reach::All } else { Reach::OwnedBy(*id) })
}

/// The caller with their account, or the application of their token, as it is now.
async fn as_now(tx: &mut Transaction, caller: &Caller) -> Result<Caller, Refusal> {
    Ok(match caller {
        Caller::Person(user, sign_in) => Caller::Person(as_now_at_most(tx, user).await?, *sign_in),
        Caller::Token { client_id, scope, user } => {
            let scope: Scope = active_application(tx, client_id).await?.still_allowed(scope, &Scope::empty());
            let user = match user {
                Some(user) => Some(as_now_at_most(tx, user).await?),
                None => None,
            };
            Caller::Token { client_id: client_id.clone(), scope, user }
        }
    })
}

/// The account as it is now, with no more power than it came with: that may have been withheld.
async fn as_now_at_most(tx: &mut Transaction, user: &User) -> Result<User, Refusal> {
    let now = active_user(tx, user.id).await?;
    Ok(User { admin: now.admin && user.admin, ..now })
}

async fn active_user(tx: &mut Transaction, id: UserId) -> Result<User, Refusal> {
    tx.lock(Generation::Applications).await?;
    let is_active = tx.user_hold(id).await?;
    let user = tx.user(id).await?.filter(|_| is_active);
    user.ok_or_else(|| Refusal::new(ErrorCode::AccessDenied, "this account is disabled or deleted"))
}

async fn active_application(tx: &mut Transaction, client_id: &ClientId) -> Result<Application, Refusal> {
    tx.lock(Generation::Applications).await?;
    let known = tx.application(client_id).await?.filter(|known| known.state == ApplicationState::Active);
    known.ok_or_else(|| {
        Refusal::new(ErrorCode::AccessDenied, "the application that does this is deactivated or deleted")
    })
}

fn operators_only() -> Refusal {
    Refusal::new(ErrorCode::AccessDenied, "only an operator of this server may do this")
}
