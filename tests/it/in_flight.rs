//! Who may do something is looked at in the transaction that does it: what is on its way when an account is disabled,
//! an operator becomes none or an owner is removed comes too late.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::approval::Decision;
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::{ApprovalId, ClientId, InvitationId};
use gatepost::domain::life_marks::Exempt;
use gatepost::domain::ownership::{InvitationPath, InvitationPurpose};
use gatepost::domain::user::{Profile, User};
use gatepost::domain::webhook::{Webhook, WebhookOwner};
use gatepost::flows::Rooms;
use gatepost::flows::access::Caller;
use gatepost::flows::applications::{ACTIVATE, DEACTIVATE, DELETE, SettingsChange};
use gatepost::flows::consequences::Consequences;
use gatepost::flows::keys::Promotion;
use gatepost::flows::people::{Admin, NewUser};
use gatepost::flows::sessions::SignIn;
use gatepost::flows::webhooks::{NewWebhook, WebhookChange};
use gatepost::protocol::refusal::Refusal;
use macro_rules_attribute::apply;

use crate::harness::{Registered, World, on_both_engines, person, service};

/// How many try at the same time.
const TRIES: usize = 50;

/// Something that a caller does.
type Change = fn(Arc<Scene>) -> Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>>;

/// A caller and what is theirs to change.
struct Scene {
    server: Arc<Rooms>,
    user: User,
    mine: ClientId,
    paused: ClientId,
    deleted: ClientId,
    asked: ApprovalId,
    sent: InvitationId,
    received: InvitationId,
    hook: Webhook,
    /// Another account.
    other: User,
    /// Unlike any other address.
    new: String,
    /// What the account has, and what operators have to do with.
    own: Belongings,
}

impl Scene {
    /// The caller as they were when their request was let in.
    fn caller(&self) -> Caller {
        Caller::Person(self.user.clone(), SignIn::Fresh)
    }

    fn actor(&self) -> Actor {
        Actor::User(self.user.id)
    }
}

/// Makes a change of an expression over the scene.
macro_rules! changes {
    ($($name:literal => |$scene:ident| $what:expr),+ $(,)?) => {
        &[$(($name, |$scene| Box::pin(async move {
            let _ = $what.await.map_err(Refusal::from)?;
            Ok(())
        }))),+]
    };
}

pub(crate) mod belongings;
mod every_change;
mod operators;
mod people;

use belongings::Belongings;
pub(crate) use belongings::signed_in;
use operators::MORE_OF_OPERATORS;
use people::OF_PEOPLE;

fn settings(name: &str) -> ApplicationSettings {
    ApplicationSettings::new(name.to_owned(), ApplicationKind::Service)
}

async fn version(scene: &Scene) -> SettingsChange {
    let known = scene.server.store.application(&scene.mine).await.unwrap().unwrap();
    SettingsChange {
        settings: ApplicationSettings { name: "Bills".to_owned(), ..known.settings },
        version: known.version,
        consequences: Consequences::default(),
    }
}

async fn secret(scene: &Scene) -> gatepost::domain::ids::SecretId {
    scene.server.store.application(&scene.mine).await.unwrap().unwrap().secrets[0].id
}

fn hook(owner: WebhookOwner) -> NewWebhook {
    NewWebhook { owner, url: "http://127.0.0.1:9/hook".parse().unwrap(), events: Vec::new() }
}

/// What an owner does with an application of theirs.
const OF_OWNERS: &[(&str, Change)] = changes! {
    "change settings" => |scene| async {
        scene.server.self_service.change_for(&scene.caller(), &scene.mine, version(&scene).await, "").await
    },
    "rotate the secret" => |scene| scene.server.applications.application_rotate_secret(&scene.mine, &scene.actor()),
    "revoke a secret" => |scene| async {
        let secret = secret(&scene).await;
        scene.server.applications.application_revoke_secret(&scene.mine, secret, &scene.actor()).await
    },
    "deactivate" => |scene| async {
        scene.server.applications.application_change_state_for(&scene.caller(), &scene.mine, DEACTIVATE, None).await
    },
    "activate" => |scene| async {
        scene.server.applications.application_change_state_for(&scene.caller(), &scene.paused, ACTIVATE, None).await
    },
    "delete" => |scene| async {
        scene.server.applications.application_change_state_for(&scene.caller(), &scene.mine, DELETE, None).await
    },
    "try" => |scene| async {
        let known = scene.server.store.application(&scene.mine).await.unwrap().unwrap();
        scene.server.tokens.token_to_look_at(&scene.caller(), &known).await
    },
    "invite" => |scene| async {
        let known = scene.server.store.application(&scene.mine).await.unwrap().unwrap();
        let address = format!("friend.{}", scene.new).parse().unwrap();
        scene.server.ownership.invite_owner(&scene.caller(), &known, address, InvitationPurpose::Share).await
    },
    "withdraw an invitation" => |scene| async {
        let known = scene.server.store.application(&scene.mine).await.unwrap().unwrap();
        scene.server.ownership.invitation_withdraw(&scene.caller(), &known, scene.sent).await
    },
    "remove an owner" => |scene| async {
        let known = scene.server.store.application(&scene.mine).await.unwrap().unwrap();
        let other = scene.other.email.clone().unwrap();
        scene.server.ownership.remove_owner(&scene.caller(), &known, &other).await
    },
    "take back what was asked for" => |scene| {
        let (caller, asked) = (scene.caller(), scene.asked);
        async move { scene.server.self_service.approval_decide(&caller, asked, Decision::Withdrawn).await }
    },
    "make a webhook" => |scene| {
        let (new, actor) = (hook(WebhookOwner::Application(scene.mine.clone())), scene.actor());
        async move { scene.server.webhooks.webhook_create(new, &actor).await }
    },
    "change a webhook" => |scene| scene.server.webhooks.webhook_update(&scene.hook, WebhookChange::default(), &scene.actor()),
    "rotate a webhook's secret" => |scene| scene.server.webhooks.webhook_rotate_secret(&scene.hook, &scene.actor()),
    "test a webhook" => |scene| scene.server.webhooks.webhook_ping(&scene.hook, &scene.actor()),
    "delete a webhook" => |scene| scene.server.webhooks.webhook_delete(&scene.hook, &scene.actor()),
};

/// What every developer does.
const OF_DEVELOPERS: &[(&str, Change)] = changes! {
    "register" => |scene| scene.server.self_service.register_for(&scene.caller(), settings("New"), ""),
    "undelete" => |scene| scene.server.life_cycle.undelete_for(&scene.caller(), &scene.deleted, None),
    "accept an invitation" => |scene| {
        let path = InvitationPath::Listed(scene.received);
        async move { scene.server.ownership.invitation_accept(&scene.user, &path).await }
    },
    "decline an invitation" => |scene| {
        let path = InvitationPath::Listed(scene.received);
        async move { scene.server.ownership.invitation_decline(&scene.user, &path).await }
    },
    "delete their account" => |scene| scene.server.people.user_delete(scene.user.id, &scene.actor()),
};

/// What only operators do.
const OF_OPERATORS: &[(&str, Change)] = changes! {
    "make an account" => |scene| {
        let email = scene.new.parse().unwrap();
        let (new, actor) = (NewUser { email, name: None, locale: None, admin: Admin::No }, scene.actor());
        async move { scene.server.people.user_create(new, &actor).await }
    },
    "change an account" => |scene| {
        let profile = Profile { name: Some("Jane".to_owned()), ..Profile::default() };
        async move { scene.server.people.user_change(&scene.other, profile, &scene.actor()).await }
    },
    "promote an account" => |scene| {
        let profile = Profile { admin: true, ..Profile::default() };
        async move { scene.server.people.user_change(&scene.other, profile, &scene.actor()).await }
    },
    "disable an account" => |scene| scene.server.people.user_disable(scene.other.id, &scene.actor()),
    "sign an account out" => |scene| scene.server.people.user_sign_out(&scene.other, &scene.actor()),
    "delete an account" => |scene| scene.server.people.user_delete(scene.other.id, &scene.actor()),
    "rotate keys" => |scene| scene.server.keys.rotate_keys(Promotion::Now, &scene.actor()),
    "revoke a key" => |scene| async {
        let keys = scene.server.store.signing_keys().await.unwrap();
        let last = keys.into_iter().filter(|key| key.revoked_at.is_none()).max_by_key(|key| key.activates_at).unwrap();
        scene.server.keys.revoke_key(&last.kid, &scene.actor()).await
    },
    "exempt" => |scene| scene.server.life_cycle.application_set_exempt(&scene.mine, Exempt::Yes, &scene.actor()),
    "grant what was asked for" => |scene| {
        let (caller, asked) = (scene.caller(), scene.asked);
        async move { scene.server.self_service.approval_decide(&caller, asked, Decision::Granted).await }
    },
    "make a webhook of the server" => |scene| {
        let (new, actor) = (hook(WebhookOwner::Server), scene.actor());
        async move { scene.server.webhooks.webhook_create(new, &actor).await }
    },
    "register with an operator's power" => |scene| {
        let settings = ApplicationSettings { first_party: true, ..settings("Own") };
        async move { scene.server.self_service.register_for(&scene.caller(), settings, "").await }
    },
};

/// How a caller loses what they had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Disabled,
    Deleted,
    Demoted,
    Removed,
}

async fn lose(scene: &Scene, loss: Loss) {
    let (server, user, command) = (&scene.server, &scene.user, Actor::CommandLine);
    match loss {
        Loss::Disabled => drop(server.people.user_disable(user.id, &command).await.unwrap()),
        Loss::Deleted => drop(server.people.user_delete(user.id, &command).await.unwrap()),
        Loss::Demoted => {
            let profile = Profile { admin: false, ..Profile::of(user) };
            drop(server.people.user_change(user, profile, &command).await.unwrap());
        }
        Loss::Removed => {
            let mut tx = server.store.begin().await.unwrap();
            for client_id in [&scene.mine, &scene.paused, &scene.deleted] {
                let known = tx.application(client_id).await.unwrap().unwrap();
                assert!(tx.owner_remove(known.id, user.id).await.unwrap());
            }
            tx.commit().await.unwrap();
        }
    }
}

async fn scene(server: &Arc<Rooms>, admin: Admin) -> Arc<Scene> {
    Box::pin(set_scene(server, admin)).await
}

async fn set_scene(server: &Arc<Rooms>, admin: Admin) -> Arc<Scene> {
    let new = format!("{:x}@example.com", u64::from_be_bytes(server.instruments.random()));
    let make = async |prefix: &str, admin| {
        let email = format!("{prefix}.{new}").parse().unwrap();
        let made = NewUser { email, name: None, locale: None, admin };
        let made = server.people.user_create(made, &Actor::CommandLine).await.unwrap();
        let mut tx = server.store.begin().await.unwrap();
        tx.user_signed_in(made.id, server.instruments.now()).await.unwrap();
        tx.commit().await.unwrap();
        server.store.user(made.id).await.unwrap().unwrap()
    };
    let (user, other) = (make("me", admin).await, make("other", Admin::No).await);
    let register = async |owner: &User, name: &str| {
        let owner = owner.email.as_ref().map(ToString::to_string);
        Registered::at(
            server,
            service(|settings| {
                settings.owner = owner;
                name.clone_into(&mut settings.name);
            }),
        )
        .await
        .id()
    };
    let (mine, paused) = (register(&user, "Mine").await, register(&user, "Paused").await);
    let (deleted, theirs) = (register(&user, "Deleted").await, register(&other, "Theirs").await);
    let own = Actor::User(user.id);
    server.applications.application_change_state(&paused, DEACTIVATE, &own).await.unwrap();
    server.applications.application_change_state(&deleted, DELETE, &own).await.unwrap();
    let known = async |id: &ClientId| server.store.application(id).await.unwrap().unwrap();
    let (of_mine, of_theirs) = (known(&mine).await, known(&theirs).await);
    let mut tx = server.store.begin().await.unwrap();
    tx.owner_add(of_mine.id, other.id, server.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    let ownership = &server.ownership;
    let invite = async |from: &User, to: &str, application| {
        let caller = Caller::Person(from.clone(), SignIn::Fresh);
        let address = to.parse().unwrap();
        ownership.invite_owner(&caller, application, address, InvitationPurpose::Share).await.unwrap().id
    };
    let sent = invite(&user, &format!("guest.{new}"), &of_mine).await;
    let received = invite(&other, user.email.as_ref().unwrap().as_str(), &of_theirs).await;
    let wanted = ApplicationSettings { scope: "openid admin orders".parse().unwrap(), ..of_mine.settings.clone() };
    let asking = Caller::Person(other.clone(), SignIn::Fresh);
    let change = SettingsChange { settings: wanted, version: of_mine.version, consequences: Consequences::default() };
    let asked = server.self_service.change_for(&asking, &mine, change, "please").await.unwrap().waiting.unwrap().id;
    let new_hook = hook(WebhookOwner::Application(mine.clone()));
    let hook = server.webhooks.webhook_create(new_hook, &Actor::CommandLine).await.unwrap().webhook;
    let own = belongings::make(server, &user, &other, &new).await;
    let server = Arc::clone(server);
    Arc::new(Scene { server, user, mine, paused, deleted, asked, sent, received, hook, other, new, own })
}

/// Fifty who were let in before try after it, at the same time: none gets through, and nothing is written.
async fn none_gets_through(world: &World, scene: &Arc<Scene>, changes: &[(&str, Change)], loss: Loss) {
    lose(scene, loss).await;
    let before = world.database.facts().await;
    for (name, change) in changes {
        let tries: Vec<_> = (0..TRIES).map(|_| tokio::spawn(change(Arc::clone(scene)))).collect();
        for one in tries {
            assert!(one.await.unwrap().is_err(), "{name} after: {loss:?}");
        }
        assert_eq!(world.database.facts().await, before, "{name} after: {loss:?}");
    }
}

/// What is refused below is possible without the loss.
#[apply(on_both_engines)]
async fn each_of_these_changes_can_be_made(world: World) {
    let server = world.idle_with(CONFIG).await;
    person::operator(&server, "root@example.com").await;
    let all = [
        (OF_OWNERS, Admin::No),
        (OF_DEVELOPERS, Admin::No),
        (OF_PEOPLE, Admin::No),
        (OF_OPERATORS, Admin::Yes),
        (MORE_OF_OPERATORS, Admin::Yes),
    ];
    for (changes, admin) in all {
        for (name, change) in changes {
            let scene = scene(&server, admin).await;
            let done = change(scene).await;
            assert!(done.is_ok(), "{name}: {done:?}");
        }
    }
}

#[apply(on_both_engines)]
async fn who_is_disabled_or_deleted_changes_nothing_any_more(world: World) {
    let server = world.idle_with(CONFIG).await;
    person::operator(&server, "root@example.com").await;
    for loss in [Loss::Disabled, Loss::Deleted] {
        let developer = scene(&server, Admin::No).await;
        none_gets_through(&world, &developer, &[OF_OWNERS, OF_DEVELOPERS, OF_PEOPLE].concat(), loss).await;
        let operator = scene(&server, Admin::Yes).await;
        none_gets_through(&world, &operator, &[OF_OWNERS, OF_OPERATORS, MORE_OF_OPERATORS].concat(), loss).await;
    }
}

#[apply(on_both_engines)]
async fn who_is_no_operator_or_owner_any_more_changes_nothing_as_such(world: World) {
    let server = world.idle_with(CONFIG).await;
    person::operator(&server, "root@example.com").await;
    let operator = scene(&server, Admin::Yes).await;
    let power = OF_OPERATORS
        .iter()
        .chain(MORE_OF_OPERATORS)
        .filter(|(name, _)| !name.starts_with("register"))
        .copied()
        .collect::<Vec<_>>();
    none_gets_through(&world, &operator, &power, Loss::Demoted).await;
    let owner = scene(&server, Admin::No).await;
    let undelete = OF_DEVELOPERS.iter().filter(|(name, _)| *name == "undelete").copied();
    none_gets_through(&world, &owner, &OF_OWNERS.iter().copied().chain(undelete).collect::<Vec<_>>(), Loss::Removed)
        .await;
}

/// Fifty registrations at the very moment: those that begin after it fail, and what was refused left nothing.
#[apply(on_both_engines)]
async fn registrations_at_the_moment_of_the_end_count_before_it_or_not_at_all(world: World) {
    let server = world.idle_with(CONFIG).await;
    let scene = scene(&server, Admin::No).await;
    let disabled = Arc::new(AtomicBool::new(false));
    let tries: Vec<_> = (0..TRIES)
        .map(|_| {
            let (scene, disabled) = (Arc::clone(&scene), Arc::clone(&disabled));
            tokio::spawn(async move {
                let is_late = disabled.load(Ordering::SeqCst);
                let asked = ApplicationSettings { name: "Raced".to_owned(), ..settings("Raced") };
                (is_late, scene.server.self_service.register_for(&scene.caller(), asked, "").await)
            })
        })
        .collect();
    server.people.user_disable(scene.user.id, &Actor::CommandLine).await.unwrap();
    disabled.store(true, Ordering::SeqCst);
    let mut made = 0;
    for one in tries {
        let (is_late, registered) = one.await.unwrap();
        assert!(!(is_late && registered.is_ok()), "it began after the account was disabled");
        made += usize::from(registered.is_ok());
    }
    let stored = world.database.texts("select client_id from applications where name = 'Raced'").await;
    assert_eq!(stored.len(), made);
    let late = scene.server.self_service.register_for(&scene.caller(), settings("Late"), "").await;
    assert!(late.is_err());
}

const CONFIG: &str = "[webhooks]\nallow_private = [\"127.0.0.0/8\"]\n";
