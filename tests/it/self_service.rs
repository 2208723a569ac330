//! What developers may choose alone, and what waits for an operator.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::approval::Decision;
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::ClientId;
use gatepost::domain::ownership::{InvitationPath, InvitationPurpose};
use gatepost::domain::user::User;
use gatepost::flows::Rooms;
use gatepost::flows::access::Caller;
use gatepost::flows::applications::{DELETE, SettingsChange};
use gatepost::flows::consequences::Consequences;
use gatepost::flows::people::{Admin, NewUser};
use gatepost::flows::sessions::SignIn;
use gatepost::protocol::refusal::ErrorCode;
use macro_rules_attribute::apply;

use crate::harness::{World, bearer, on_both_engines};

const LIMITS: &str = "[self_service]\napplications_per_owner = 2\nscopes = [\"openid\", \"admin\"]";

/// The events about an application since it was made, each with its detail, sorted: the clock of the tests stands still.
async fn told(server: &Rooms, client_id: &ClientId) -> Vec<(String, String)> {
    let lines = server.store.audit_of(&client_id.to_string()).await.unwrap();
    let born = ["application.created", "secret.added"];
    let told = lines.into_iter().filter(|line| !born.contains(&line.event.as_str()));
    let mut told: Vec<_> = told.map(|line| (line.event, line.detail)).collect();
    told.sort_unstable();
    told
}

async fn person(server: &Rooms, email: &str, admin: Admin) -> (User, Caller) {
    let new = NewUser { admin, ..account(email) };
    let user = server.people.user_create(new, &Actor::CommandLine).await.unwrap();
    (user.clone(), Caller::Person(user, SignIn::Fresh))
}

fn service(scope: &str) -> ApplicationSettings {
    let scope: gatepost::protocol::scope::Scope = scope.parse().unwrap();
    ApplicationSettings {
        default_scope: scope.clone(),
        scope,
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    }
}

/// The allowed part holds at once; the rest when an operator says yes, and only then.
#[apply(on_both_engines)]
async fn what_a_developer_may_not_choose_waits_for_an_operator(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (ann, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
    let made =
        server.self_service.register_for(&developer, service("openid payments:write"), "for the shop").await.unwrap();
    let secret = made.secret.unwrap();
    assert_eq!(made.application.settings.scope.to_string(), "openid");
    assert_eq!(made.application.settings.owner.as_deref(), Some("ann@example.com"));
    assert!(server.store.is_owner(made.application.id, ann.id).await.unwrap());
    let waiting = made.waiting.unwrap();
    assert_eq!((waiting.extras.scope.to_string(), waiting.reason.as_str()), ("payments:write".into(), "for the shop"));

    let client_id = made.application.client_id.clone();
    let pair = format!("{client_id}:{}", secret.expose());
    let ask = || running.token().with_basic_pair(&pair).scope("payments:write");
    ask().send().await.refusal(400, "invalid_scope");
    let refused = server.self_service.approval_decide(&developer, waiting.id, Decision::Granted).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AccessDenied, "nobody approves their own wishes");
    assert_eq!(server.self_service.approvals_waiting(&operator).await.unwrap().len(), 1);
    server.self_service.approval_decide(&operator, waiting.id, Decision::Granted).await.unwrap();
    assert_eq!(ask().send().await.success()["scope"], "payments:write");
    let again = server.self_service.approval_decide(&operator, waiting.id, Decision::Granted).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    assert!(server.self_service.approvals_waiting(&developer).await.is_err());
}

/// A later wish takes the place of an earlier one; what is refused changes nothing.
#[apply(on_both_engines)]
async fn a_change_waits_like_a_registration_and_can_be_refused(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (_, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
    let made = server.self_service.register_for(&developer, service("openid first"), "").await.unwrap();
    let known = server.store.application(&made.application.client_id).await.unwrap().unwrap();
    let change = SettingsChange {
        settings: service("openid admin second"),
        version: known.version,
        consequences: Consequences::default(),
    };
    let changed = server.self_service.change_for(&developer, &known.client_id, change.clone(), "").await.unwrap();
    assert_eq!(changed.application.settings.scope.to_string(), "openid admin");
    assert_eq!(server.self_service.approvals_waiting(&operator).await.unwrap().len(), 1);
    let waiting = changed.waiting.unwrap();
    assert_eq!(waiting.extras.scope.to_string(), "second");
    server.self_service.approval_decide(&operator, waiting.id, Decision::Refused).await.unwrap();
    assert_eq!(server.store.approval_of(known.id).await.unwrap(), None);
    let stale = server.self_service.change_for(&developer, &known.client_id, change, "").await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::PreconditionFailed);
}

/// As many as are allowed and not one more, however many are asked for at once. An operator is not counted.
#[apply(on_both_engines)]
async fn a_developer_looks_after_a_limited_number_of_applications(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (_, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
    let one = || server.self_service.register_for(&developer, service("openid"), "");
    let (a, b, c) = tokio::join!(one(), one(), one());
    let refused: Vec<_> = [a, b, c].into_iter().filter_map(Result::err).map(|refusal| refusal.code).collect();
    assert_eq!(refused, [ErrorCode::AccessDenied]);
    for _ in 0..3 {
        server.self_service.register_for(&operator, service("openid gatepost:admin"), "").await.unwrap();
    }
}

/// A machine that may register applications cannot give them, and so itself, more than it has.
#[apply(on_both_engines)]
async fn a_narrow_token_cannot_make_itself_an_operator(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let asked = || service("openid gatepost:admin");
    let refused =
        server.self_service.register_for(&bearer(server, "applications:write").await, asked(), "").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InsufficientScope);
    assert!(
        server
            .self_service
            .register_for(&bearer(server, "applications:read").await, service("openid"), "")
            .await
            .is_err()
    );
    assert!(server.self_service.register_for(&bearer(server, "gatepost:admin").await, asked(), "").await.is_ok());
}

/// However an application is gained: registered, brought back, or taken over.
#[apply(on_both_engines)]
async fn nobody_gets_past_the_limit_by_deleting_or_by_an_invitation(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (ann, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, other) = person(server, "bob@example.com", Admin::No).await;
    let mut tx = server.store.begin().await.unwrap();
    assert!(tx.user_signed_in(ann.id, server.instruments.now()).await.unwrap());
    tx.commit().await.unwrap();
    let ann = server.store.user(ann.id).await.unwrap().unwrap();
    let one = async || server.self_service.register_for(&developer, service("openid"), "").await.unwrap().application;
    let first = one().await;
    one().await;
    server.applications.application_change_state(&first.client_id, DELETE, &developer.actor()).await.unwrap();
    let second = one().await;
    let refused = server.life_cycle.undelete_for(&developer, &first.client_id, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AccessDenied);

    let another = ApplicationSettings { name: "Bills".to_owned(), ..service("openid") };
    let theirs = server.self_service.register_for(&other, another, "").await.unwrap().application;
    let email = "ann@example.com".parse().unwrap();
    let path = server.ownership.invite_owner(&other, &theirs, email, InvitationPurpose::Share).await.unwrap().id;
    let path = InvitationPath::Listed(path);
    assert_eq!(server.ownership.invitation_accept(&ann, &path).await.unwrap_err().code, ErrorCode::AccessDenied);
    server.applications.application_change_state(&second.client_id, DELETE, &developer.actor()).await.unwrap();
    server.ownership.invitation_accept(&ann, &path).await.expect("the invitation is not used up by what was refused");
    let known = server.store.applications_of_owner(ann.id, 10).await.unwrap();
    let living = known.iter().filter(|application| application.state.name() != "deleted");
    assert_eq!(living.count(), 2);
}

/// What waits is neither dropped by saving something else, nor listed when there is nothing left to decide.
#[apply(on_both_engines)]
async fn a_wish_waits_until_it_is_decided_or_fulfilled(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (_, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
    let made =
        server.self_service.register_for(&developer, service("openid first"), "for \u{202e}the shop").await.unwrap();
    let (client_id, waiting) = (made.application.client_id, made.waiting.unwrap());
    assert_eq!(waiting.reason, "for the shop");
    let change = async |caller: &Caller, settings: ApplicationSettings| {
        let version = server.store.application(&client_id).await.unwrap().unwrap().version;
        server
            .self_service
            .change_for(
                caller,
                &client_id,
                SettingsChange { settings, version, consequences: Consequences::default() },
                "",
            )
            .await
            .unwrap()
    };
    let renamed = ApplicationSettings { name: "Shop".to_owned(), ..service("openid") };
    let kept = change(&developer, renamed.clone()).await;
    assert_eq!(kept.waiting.as_ref(), Some(&waiting), "a new name is no other wish");
    let audiences = vec!["https://api.example.com".parse().unwrap()];
    let more = change(&developer, ApplicationSettings { audiences: audiences.clone(), ..renamed.clone() }).await;
    let extras = more.waiting.unwrap().extras;
    assert_eq!((extras.scope.to_string(), extras.audiences), ("first".into(), audiences.clone()));
    assert_eq!(server.self_service.approvals_waiting(&operator).await.unwrap().len(), 1);

    server.applications.application_change_state(&client_id, DELETE, &developer.actor()).await.unwrap();
    assert_eq!(server.self_service.approvals_waiting(&operator).await.unwrap(), []);
    assert_eq!(server.oversight.counts(&operator).await.unwrap().approvals, 0);
    server.life_cycle.undelete_for(&developer, &client_id, None).await.unwrap();
    assert_eq!(server.self_service.approvals_waiting(&operator).await.unwrap().len(), 1);

    let by_hand = ApplicationSettings {
        scope: "openid first".parse().unwrap(),
        default_scope: "openid".parse().unwrap(),
        audiences,
        owner: Some("ann@example.com".to_owned()),
        ..renamed
    };
    change(&operator, by_hand).await;
    assert_eq!(server.self_service.approvals_waiting(&operator).await.unwrap(), []);
    let events = told(server, &client_id).await;
    let expected = [
        ("approval_asked", "scopes +first"),
        ("changed", "name"),
        ("approval_asked", "scopes +first, audiences +https://api.example.com"),
        ("deleted", ""),
        ("undeleted", ""),
        ("changed", "scopes +first, audiences +https://api.example.com"),
        ("approval_decided", "granted scopes +first, audiences +https://api.example.com"),
    ];
    let mut expected = expected.map(|(event, detail)| (format!("application.{event}"), detail.to_owned()));
    expected.sort_unstable();
    assert_eq!(events, expected);
}

/// A scope that an operator grants is not in every token unless that was asked for.
#[apply(on_both_engines)]
async fn a_granted_scope_is_asked_for_by_name(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (_, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
    let sparing = ApplicationSettings { default_scope: "openid".parse().unwrap(), ..service("openid payments:write") };
    for (asked, by_default) in [(sparing, "openid"), (service("openid payments:write"), "openid payments:write")] {
        let made = server.self_service.register_for(&developer, asked, "").await.unwrap();
        server.self_service.approval_decide(&operator, made.waiting.unwrap().id, Decision::Granted).await.unwrap();
        let settings = server.store.application(&made.application.client_id).await.unwrap().unwrap().settings;
        assert_eq!(settings.scope.to_string(), "openid payments:write");
        assert_eq!(settings.default_scope.to_string(), by_default);
    }
}

/// People trust the name of an application; a developer cannot use this server's name.
#[apply(on_both_engines)]
async fn a_name_can_be_seen_and_is_not_the_servers(world: World) {
    let running = world.server_with(LIMITS).await;
    let server = &*running.rooms;
    let (_, developer) = person(server, "ann@example.com", Admin::No).await;
    let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
    let named = |name: &str| ApplicationSettings { name: name.to_owned(), ..service("openid") };
    let hidden = ["\u{202e}knaB", "\u{200b}", "\u{3164}", "Ba\u{ad}nk", "\u{2800}", "Bank\u{e0041}"];
    for name in hidden {
        for caller in [&developer, &operator] {
            let refused = server.self_service.register_for(caller, named(name), "").await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidRequest, "{name:?}");
        }
        let new = NewUser { name: Some(name.to_owned()), ..account("eve@example.com") };
        assert!(server.people.user_create(new, &Actor::CommandLine).await.is_err(), "{name:?}");
    }
    for name in ["Gatepost", " gatePOST "] {
        assert_eq!(
            server.self_service.register_for(&developer, named(name), "").await.unwrap_err().code,
            ErrorCode::AccessDenied
        );
        server.self_service.register_for(&operator, named(name), "").await.unwrap();
    }
    let known = server.self_service.register_for(&developer, named("Österreich"), "").await.unwrap().application;
    let change = SettingsChange { settings: named("Gatepost"), version: 1, consequences: Consequences::default() };
    assert_eq!(
        server.self_service.change_for(&developer, &known.client_id, change, "").await.unwrap_err().code,
        ErrorCode::AccessDenied
    );
}

fn account(email: &str) -> NewUser {
    NewUser { email: email.parse().unwrap(), name: None, locale: None, admin: Admin::No }
}
