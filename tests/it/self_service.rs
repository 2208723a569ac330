//! What developers may choose alone, and what waits for an operator.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::approval::Decision;
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::flows::Server;
use gatepost::flows::access::Caller;
use gatepost::flows::manage_application::SettingsChange;
use gatepost::flows::manage_user::{Admin, NewUser};
use gatepost::protocol::refusal::ErrorCode;

use crate::harness::{World, on_both_engines};

const LIMITS: &str = "[self_service]\napplications_per_owner = 2\nscopes = [\"openid\", \"admin\"]";

async fn person(server: &Server, email: &str, admin: Admin) -> (User, Caller) {
    let new = NewUser { email: email.parse().unwrap(), name: None, locale: None, admin };
    let user = server.user_create(new, &Actor::CommandLine).await.unwrap();
    (user.clone(), Caller::Person(user))
}

fn service(scope: &str) -> ApplicationSettings {
    let scope: gatepost::protocol::scope::Scope = scope.parse().unwrap();
    ApplicationSettings {
        default_scope: scope.clone(),
        scope,
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    }
}

on_both_engines!(
    /// The allowed part holds at once; the rest when an operator says yes, and only then.
    async fn what_a_developer_may_not_choose_waits_for_an_operator(world: World) {
        let running = world.server_with(LIMITS).await;
        let server = &*running.server;
        let (ann, developer) = person(server, "ann@example.com", Admin::No).await;
        let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
        let made = server.register_for(&developer, service("openid payments:write"), "for the shop").await.unwrap();
        let secret = made.secret.unwrap();
        assert_eq!(made.application.settings.scope.to_string(), "openid");
        assert_eq!(made.application.settings.owner.as_deref(), Some("ann@example.com"));
        assert!(server.store.is_owner(made.application.id, ann.id).await.unwrap());
        let waiting = made.waiting.unwrap();
        assert_eq!(
            (waiting.extras.scope.to_string(), waiting.reason.as_str()),
            ("payments:write".into(), "for the shop")
        );

        let client_id = made.application.client_id.clone();
        let pair = format!("{client_id}:{}", secret.expose());
        let ask = || running.token().with_basic_pair(&pair).scope("payments:write");
        ask().send().await.refusal(400, "invalid_scope");
        let refused = server.approval_decide(&developer, waiting.id, Decision::Granted).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::AccessDenied, "nobody approves their own wishes");
        assert_eq!(server.approvals_waiting(&operator).await.unwrap().len(), 1);
        server.approval_decide(&operator, waiting.id, Decision::Granted).await.unwrap();
        assert_eq!(ask().send().await.success()["scope"], "payments:write");
        let again = server.approval_decide(&operator, waiting.id, Decision::Granted).await.unwrap_err();
        assert_eq!(again.code, ErrorCode::NotFound);
        assert!(server.approvals_waiting(&developer).await.is_err());
    }
);

on_both_engines!(
    /// A later wish takes the place of an earlier one; what is refused changes nothing.
    async fn a_change_waits_like_a_registration_and_can_be_refused(world: World) {
        let running = world.server_with(LIMITS).await;
        let server = &*running.server;
        let (_, developer) = person(server, "ann@example.com", Admin::No).await;
        let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
        let made = server.register_for(&developer, service("openid first"), "").await.unwrap();
        let known = server.store.application(&made.application.client_id).await.unwrap().unwrap();
        let change = SettingsChange { settings: service("openid admin second"), version: known.version };
        let changed = server.change_for(&developer, &known.client_id, change.clone(), "").await.unwrap();
        assert_eq!(changed.application.settings.scope.to_string(), "openid admin");
        assert_eq!(server.approvals_waiting(&operator).await.unwrap().len(), 1);
        let waiting = changed.waiting.unwrap();
        assert_eq!(waiting.extras.scope.to_string(), "second");
        server.approval_decide(&operator, waiting.id, Decision::Refused).await.unwrap();
        assert_eq!(server.store.approval_of(known.id).await.unwrap(), None);
        let stale = server.change_for(&developer, &known.client_id, change, "").await.unwrap_err();
        assert_eq!(stale.code, ErrorCode::PreconditionFailed);
    }
);

on_both_engines!(
    /// As many as are allowed and not one more, however many are asked for at once. An operator is not counted.
    async fn a_developer_looks_after_a_limited_number_of_applications(world: World) {
        let running = world.server_with(LIMITS).await;
        let server = &*running.server;
        let (_, developer) = person(server, "ann@example.com", Admin::No).await;
        let (_, operator) = person(server, "root@example.com", Admin::Yes).await;
        let one = || server.register_for(&developer, service("openid"), "");
        let (a, b, c) = tokio::join!(one(), one(), one());
        let refused: Vec<_> = [a, b, c].into_iter().filter_map(Result::err).map(|refusal| refusal.code).collect();
        assert_eq!(refused, [ErrorCode::AccessDenied]);
        for _ in 0..3 {
            server.register_for(&operator, service("openid gatepost:admin"), "").await.unwrap();
        }
    }
);

on_both_engines!(
    /// A machine that may register applications cannot give them, and so itself, more than it has.
    async fn a_narrow_token_cannot_make_itself_an_operator(world: World) {
        let running = world.server_with(LIMITS).await;
        let server = &*running.server;
        let token = |scope: &str| Caller::Token {
            client_id: "machine".parse().unwrap(),
            scope: scope.parse().unwrap(),
            user: None,
        };
        let asked = || service("openid gatepost:admin");
        let refused = server.register_for(&token("applications:write"), asked(), "").await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InsufficientScope);
        assert!(server.register_for(&token("applications:read"), service("openid"), "").await.is_err());
        assert!(server.register_for(&token("gatepost:admin"), asked(), "").await.is_ok());
    }
);
