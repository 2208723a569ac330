//! Owners of applications, and what only they may see and change.

mod invitations;
mod removal;

use gatepost::domain::application::{Application, ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::one_time::InvitationToken;
use gatepost::domain::ownership::{InvitationPath, InvitationPurpose};
use gatepost::domain::user::User;
use gatepost::flows::Rooms;
use gatepost::flows::access::{Caller, Need};
use gatepost::flows::applications::{ManageError, NewApplication, SettingsChange};
use gatepost::flows::consequences::Consequences;
use gatepost::flows::people::{Admin, NewUser};
use gatepost::flows::sessions::SignIn;
use gatepost::protocol::refusal::{ErrorCode, Refusal};
use macro_rules_attribute::apply;

use crate::harness::{TestServer, World, bearer, eventually, on_both_engines};

async fn owned_by(server: &Rooms, owner: &str) -> Application {
    let settings = ApplicationSettings {
        owner: Some(owner.to_owned()),
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    };
    let new = NewApplication { client_id: None, settings };
    server.applications.application_create(new, &Actor::CommandLine).await.unwrap().application
}

async fn account(server: &Rooms, email: &str) -> User {
    let new = NewUser { email: email.parse().unwrap(), name: None, locale: None, admin: Admin::No };
    server.people.user_create(new, &Actor::CommandLine).await.unwrap()
}

/// Proves the address, as every sign-in does.
async fn sign_in(server: &Rooms, user: &User) {
    let mut tx = server.store.begin().await.unwrap();
    assert!(tx.user_signed_in(user.id, server.instruments.now()).await.unwrap());
    tx.commit().await.unwrap();
}

async fn can_see(server: &Rooms, user: &User, application: &Application) -> bool {
    let caller = Caller::Person(user.clone(), SignIn::Fresh);
    match server.access.application_for(&caller, &application.client_id, Need::ReadApplications).await {
        Ok(seen) => seen.id == application.id,
        Err(refusal) => {
            assert_eq!(refusal.code, ErrorCode::NotFound);
            false
        }
    }
}

/// An address that was named before it had an account owns nothing until it is proven.
#[apply(on_both_engines)]
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

/// An existing account is owner at once; after its deletion, a later account with the same address is not.
#[apply(on_both_engines)]
async fn an_owner_who_deletes_the_account_leaves_nothing_to_the_next_with_the_address(world: World) {
    let server = world.command().await;
    let ann = account(&server, "ann@example.com").await;
    let application = owned_by(&server, "ann@example.com").await;
    assert!(can_see(&server, &ann, &application).await);
    server.people.user_delete(ann.id, &Actor::CommandLine).await.unwrap();
    let next = account(&server, "ann@example.com").await;
    sign_in(&server, &next).await;
    assert!(!can_see(&server, &next, &application).await);
    assert_eq!(server.store.owners_of(application.id).await.unwrap(), []);
    let left = server.store.application(&application.client_id).await.unwrap().unwrap().settings.owner;
    assert_eq!(left.as_deref(), Some("deleted-account@invalid"), "nobody's, and not the operator's own");
}

/// RFC 9110 §13.1.1: a change of something that has changed meanwhile is refused, and nothing is lost.
#[apply(on_both_engines)]
async fn of_two_changes_of_the_same_version_one_is_made(world: World) {
    let server = world.command().await;
    let application = owned_by(&server, "ann@example.com").await;
    let named = |name: &str| ApplicationSettings { name: name.to_owned(), ..application.settings.clone() };
    let (client_id, version) = (&application.client_id, server.store.application(&application.client_id).await);
    let version = version.unwrap().unwrap().version;
    let [first, second] = ["First", "Second"]
        .map(|name| SettingsChange { settings: named(name), version, consequences: Consequences::default() })
        .map(|change| server.applications.application_change_settings(client_id, change, &Actor::CommandLine));
    let (first, second) = tokio::join!(first, second);
    let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
    assert!(matches!(lost, Err(ManageError::Changed(_))), "{lost:?}");
    let stored = server.store.application(client_id).await.unwrap().unwrap();
    assert_eq!(stored, won.unwrap());
    assert!(stored.version > version);
}

/// One secret ends, the other goes on; a secret of another application is none of this one's.
#[apply(on_both_engines)]
async fn a_secret_is_revoked_alone(world: World) {
    let server = world.command().await;
    let (one, other) = (owned_by(&server, "a@example.com").await, owned_by(&server, "a@example.com").await);
    let rotated =
        server.applications.application_rotate_secret(&one.client_id, &Actor::CommandLine).await.unwrap().application;
    let [old, new] = [rotated.secrets[0].id, rotated.secrets[1].id];
    let revoke = |secret| server.applications.application_revoke_secret(&one.client_id, secret, &Actor::CommandLine);
    assert!(matches!(revoke(other.secrets[0].id).await, Err(ManageError::UnknownSecret(_))));
    let left = revoke(old).await.unwrap();
    assert_eq!(left.secrets.iter().map(|secret| secret.id).collect::<Vec<_>>(), [new]);
    assert!(matches!(revoke(old).await, Err(ManageError::UnknownSecret(_))));
    assert_eq!(server.store.application(&other.client_id).await.unwrap().unwrap().secrets.len(), 1);
}

/// An owner whose address is proven.
async fn owner(server: &Rooms, email: &str) -> User {
    let user = account(server, email).await;
    sign_in(server, &user).await;
    server.store.user(user.id).await.unwrap().unwrap()
}

/// The token in the newest mail to this address.
async fn invitation_in_mail(server: &TestServer, to: &str, count: usize) -> InvitationPath {
    let mails = || server.rooms.mail.caught_mails().unwrap_or_default();
    let to_them = || mails().into_iter().filter(|mail| mail.to.as_str() == to).collect::<Vec<_>>();
    eventually("the invitation is in the mail", || async { to_them().len() >= count }).await;
    let text = to_them().iter().map(|mail| mail.text.clone()).find(|text| text.contains("/invitations/")).unwrap();
    let at = text.find(InvitationToken::PREFIX).unwrap();
    InvitationPath::Link(text[at..].split_whitespace().next().unwrap().parse().unwrap())
}

fn code(refused: &Result<impl Sized, Refusal>) -> Option<ErrorCode> {
    refused.as_ref().err().map(|refusal| refusal.code)
}

/// Only the person who proves the invited address becomes an owner, once; owners are equal and the last one stays.
#[apply(on_both_engines)]
async fn an_invitation_makes_one_more_owner_and_the_last_owner_cannot_leave(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let (ann, bob, eve) = (
        owner(server, "ann@example.com").await,
        owner(server, "bob@example.com").await,
        owner(server, "eve@example.com").await,
    );
    let application = owned_by(server, "ann@example.com").await;
    let by = Caller::Person(ann.clone(), SignIn::Fresh);
    let invite = |email: &str| {
        server.ownership.invite_owner(&by, &application, email.parse().unwrap(), InvitationPurpose::Share)
    };
    invite("bob@example.com").await.unwrap();
    assert_eq!(code(&invite("Bob@example.com").await), Some(ErrorCode::Conflict), "twice");
    assert_eq!(code(&invite("ANN@example.com").await), Some(ErrorCode::Conflict), "an owner already");
    let stranger = Caller::Person(eve.clone(), SignIn::Fresh);
    let foreign = server.ownership.invite_owner(
        &stranger,
        &application,
        "eve@example.com".parse().unwrap(),
        InvitationPurpose::Share,
    );
    assert_eq!(code(&foreign.await), Some(ErrorCode::NotFound));

    let token = invitation_in_mail(&running, "bob@example.com", 1).await;
    assert_eq!(code(&server.ownership.invitation_accept(&eve, &token).await), Some(ErrorCode::NotFound), "not for her");
    assert_eq!(server.ownership.invitations_for(&bob).await.unwrap().len(), 1);
    let (one, two) = tokio::join!(
        server.ownership.invitation_accept(&bob, &token),
        server.ownership.invitation_accept(&bob, &token)
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert!(can_see(server, &bob, &application).await && can_see(server, &ann, &application).await);

    let (one, two) = tokio::join!(
        server.ownership.leave_application(&ann, &application),
        server.ownership.leave_application(&bob, &application)
    );
    let refused = [&one, &two].into_iter().filter(|left| left.is_err()).collect::<Vec<_>>();
    assert_eq!(refused.len(), 1, "of two that leave at once one stays");
    assert_eq!(code(refused[0]), Some(ErrorCode::Conflict));
}

/// An owner who hands an application over leaves when it is accepted, and not before.
#[apply(on_both_engines)]
async fn an_application_is_handed_over(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let (ann, bob) = (owner(server, "ann@example.com").await, owner(server, "bob@example.com").await);
    let application = owned_by(server, "ann@example.com").await;
    let by = Caller::Person(ann.clone(), SignIn::Fresh);
    let purpose = InvitationPurpose::Transfer;
    server.ownership.invite_owner(&by, &application, "bob@example.com".parse().unwrap(), purpose).await.unwrap();
    assert!(can_see(server, &ann, &application).await);
    let token = invitation_in_mail(&running, "bob@example.com", 1).await;
    server.ownership.invitation_accept(&bob, &token).await.unwrap();
    assert!(!can_see(server, &ann, &application).await && can_see(server, &bob, &application).await);
    let named = server.store.application(&application.client_id).await.unwrap().unwrap().settings.owner;
    assert_eq!(named.as_deref(), Some("bob@example.com"), "the address that users are shown follows");
}

/// An invitation that was declined, withdrawn or has expired is void.
#[apply(on_both_engines)]
async fn an_invitation_that_is_over_is_worth_nothing(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let (ann, bob) = (owner(server, "ann@example.com").await, owner(server, "bob@example.com").await);
    let application = owned_by(server, "ann@example.com").await;
    let by = Caller::Person(ann.clone(), SignIn::Fresh);
    let invite = || {
        server.ownership.invite_owner(&by, &application, "bob@example.com".parse().unwrap(), InvitationPurpose::Share)
    };
    invite().await.unwrap();
    let declined = invitation_in_mail(&running, "bob@example.com", 1).await;
    server.ownership.invitation_decline(&bob, &declined).await.unwrap();
    assert_eq!(code(&server.ownership.invitation_accept(&bob, &declined).await), Some(ErrorCode::NotFound));
    let withdrawn = invite().await.unwrap();
    server.ownership.invitation_withdraw(&by, &application, withdrawn.id).await.unwrap();
    assert_eq!(server.ownership.invitations_for(&bob).await.unwrap().len(), 0);
    invite().await.unwrap();
    world.clock.advance(std::time::Duration::from_hours(24 * 7));
    assert_eq!(server.ownership.invitations_for(&bob).await.unwrap().len(), 0);
    assert!(!can_see(server, &bob, &application).await);
}
