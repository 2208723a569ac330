//! Who looks after an application, and what only they may see and change.

use gatepost::domain::application::{Application, ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::flows::Server;
use gatepost::flows::access::{Caller, Need};
use gatepost::flows::manage_application::{ManageError, NewApplication};
use gatepost::flows::manage_user::{Admin, NewUser};
use gatepost::protocol::refusal::ErrorCode;

use crate::harness::{World, on_both_engines};

async fn owned_by(server: &Server, owner: &str) -> Application {
    let settings = ApplicationSettings {
        owner: Some(owner.to_owned()),
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    };
    let new = NewApplication { client_id: None, settings };
    server.application_create(new, &Actor::CommandLine).await.unwrap().application
}

async fn account(server: &Server, email: &str) -> User {
    let new = NewUser { email: email.parse().unwrap(), name: None, locale: None, admin: Admin::No };
    server.user_create(new, &Actor::CommandLine).await.unwrap()
}

/// Proves the address, as every sign-in does.
async fn sign_in(server: &Server, user: &User) {
    let mut tx = server.store.begin().await.unwrap();
    assert!(tx.user_signed_in(user.id, server.now()).await.unwrap());
    tx.commit().await.unwrap();
}

async fn can_see(server: &Server, user: &User, application: &Application) -> bool {
    let caller = Caller::Person(user.clone());
    match server.application_for(&caller, &application.client_id, Need::ReadApplications).await {
        Ok(seen) => seen.id == application.id,
        Err(refusal) => {
            assert_eq!(refusal.code, ErrorCode::NotFound);
            false
        }
    }
}

on_both_engines!(
    /// An address that was named before it had an account owns nothing until it is proven.
    async fn who_proves_the_address_named_as_owner_owns_the_application(world: World) {
        let server = world.command().await;
        let application = owned_by(&server, "Ann@Example.com").await;
        let (ann, bob) = (account(&server, "ann@example.com").await, account(&server, "bob@example.com").await);
        assert!(!can_see(&server, &ann, &application).await, "the address is not proven yet");
        sign_in(&server, &ann).await;
        sign_in(&server, &bob).await;
        assert!(can_see(&server, &ann, &application).await);
        assert!(!can_see(&server, &bob, &application).await, "somebody else's application is not there");
        let owners = server.store.owners_of(application.id).await.unwrap();
        assert_eq!(owners.iter().map(|owner| owner.user).collect::<Vec<_>>(), [Some(ann.id)]);
    }
);

on_both_engines!(
    /// An account that exists owns at once; when it is deleted, nobody who gets its address later does.
    async fn an_owner_who_deletes_the_account_leaves_nothing_to_the_next_with_the_address(world: World) {
        let server = world.command().await;
        let ann = account(&server, "ann@example.com").await;
        let application = owned_by(&server, "ann@example.com").await;
        assert!(can_see(&server, &ann, &application).await);
        server.user_delete(ann.id, &Actor::CommandLine).await.unwrap();
        let next = account(&server, "ann@example.com").await;
        sign_in(&server, &next).await;
        assert!(!can_see(&server, &next, &application).await);
        assert_eq!(server.store.owners_of(application.id).await.unwrap(), []);
    }
);

on_both_engines!(
    /// RFC 9110 §13.1.1: who changes what somebody else has changed meanwhile is told so, and nothing is lost.
    async fn of_two_changes_of_the_same_version_one_is_made(world: World) {
        let server = world.command().await;
        let application = owned_by(&server, "ann@example.com").await;
        let named = |name: &str| ApplicationSettings { name: name.to_owned(), ..application.settings.clone() };
        let (client_id, version) = (&application.client_id, server.store.application(&application.client_id).await);
        let version = version.unwrap().unwrap().version;
        let [first, second] = ["First", "Second"]
            .map(|name| server.application_change_settings(client_id, named(name), version, &Actor::CommandLine));
        let (first, second) = tokio::join!(first, second);
        let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        assert!(matches!(lost, Err(ManageError::Changed(_))), "{lost:?}");
        let stored = server.store.application(client_id).await.unwrap().unwrap();
        assert_eq!(stored, won.unwrap());
        assert!(stored.version > version);
    }
);

on_both_engines!(
    /// One secret ends, the other goes on; a secret of another application is none of this one's.
    async fn a_secret_is_revoked_alone(world: World) {
        let server = world.command().await;
        let (one, other) = (owned_by(&server, "a@example.com").await, owned_by(&server, "a@example.com").await);
        let rotated = server.application_rotate_secret(&one.client_id, &Actor::CommandLine).await.unwrap().application;
        let [old, new] = [rotated.secrets[0].id, rotated.secrets[1].id];
        let revoke = |secret| server.application_revoke_secret(&one.client_id, secret, &Actor::CommandLine);
        assert!(matches!(revoke(other.secrets[0].id).await, Err(ManageError::UnknownSecret(_))));
        let left = revoke(old).await.unwrap();
        assert_eq!(left.secrets.iter().map(|secret| secret.id).collect::<Vec<_>>(), [new]);
        assert!(matches!(revoke(old).await, Err(ManageError::UnknownSecret(_))));
        assert_eq!(server.store.application(&other.client_id).await.unwrap().unwrap().secrets.len(), 1);
    }
);
