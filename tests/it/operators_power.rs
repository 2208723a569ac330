//! The power of an operator: it cannot be gained indirectly, cannot be used with an old sign-in, and the last operator
//! keeps it.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, ApplicationState};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::PasskeyId;
use gatepost::domain::user::Profile;
use gatepost::flows::access::Caller;
use gatepost::flows::applications::SettingsChange;
use gatepost::flows::consequences::Consequences;
use gatepost::flows::sessions::SignIn;
use gatepost::protocol::refusal::ErrorCode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, PageForm};
use crate::harness::person::{account, operator};
use crate::harness::{Answer, Management, Registered, TestServer, Who, World, on_both_engines};
use crate::upstreams::with_identity;

/// Longer than a sign-in is fresh.
const A_WHILE: Duration = Duration::from_mins(16);

async fn mighty(server: &TestServer, scope: &str) -> Registered {
    let change = |settings: &mut ApplicationSettings| {
        settings.scope = scope.parse().unwrap();
        settings.default_scope = settings.scope.clone();
    };
    server.service_with(change).await
}

async fn state_of(server: &TestServer, application: &Registered) -> ApplicationState {
    server.rooms.store.application(&application.id()).await.unwrap().unwrap().state
}

/// Every way to take hold of an application.
async fn takes_hold(management: &Management<'_>, who: &Who, application: &Registered) -> Vec<Answer> {
    let path = format!("/applications/{}", application.client_id);
    vec![
        management.post(who, &format!("{path}/secrets"), json!({})).await,
        management.patch(who, &path, json!({ "jwks": { "keys": [] } })).await,
        management.patch(who, &path, json!({ "redirect_uris": ["http://localhost:6666/"] })).await,
        management.call(who, Method::POST, &format!("{path}/deactivate"), None).await,
        management.post(who, &format!("{path}/webhooks"), json!({ "url": "https://a.example/", "events": [] })).await,
        management.delete(who, &path).await,
    ]
}

/// Control of an application gives its power: a narrow token could otherwise become a powerful one.
#[apply(on_both_engines)]
async fn a_token_takes_hold_of_nothing_that_may_do_more(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let ann = operator(&server.rooms, "ann@example.com").await;
    let narrow = [server.machine("applications:write").await, server.speaking_for(&ann, "applications:write").await];
    let own = server.service_with(|settings| settings.first_party = true).await;
    for application in [mighty(&server, "openid gatepost:admin").await, mighty(&server, "keys:write").await, own] {
        for who in &narrow {
            for answer in takes_hold(&management, who, &application).await {
                answer.problem(403, "insufficient_scope");
            }
        }
        assert_eq!(state_of(&server, &application).await, ApplicationState::Active);
    }
    let plain = mighty(&server, "openid applications:read").await;
    let path = format!("/applications/{}/secrets", plain.client_id);
    // Reading is part of writing, and what it may do itself it may hand on.
    management.post(&narrow[0], &path, json!({})).await.problem(403, "insufficient_scope");
    let equal = mighty(&server, "openid applications:write").await;
    let path = format!("/applications/{}/secrets", equal.client_id);
    assert_eq!(management.post(&narrow[0], &path, json!({})).await.status, 201);
}

/// What has no owner counts as the operator's own, so a machine has to say for whom it registers.
#[apply(on_both_engines)]
async fn nobody_registers_for_the_operator_or_for_somebody_else(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let machine = server.machine("applications:write").await;
    let new = |owner: Option<&str>| {
        let name = owner.and_then(|owner| owner.split('@').next()).unwrap_or("Bills");
        json!({ "name": name, "type": "service", "owner": owner })
    };
    management
        .post(&machine, "/applications", json!({ "name": "Orders", "type": "service" }))
        .await
        .problem(400, "invalid_request");
    let made = management.post(&machine, "/applications", new(Some("ann@example.com"))).await.json();
    let id = made["client_id"].as_str().unwrap().parse().unwrap();
    let stored = server.rooms.store.application(&id).await.unwrap().unwrap();
    assert_eq!(stored.settings.owner.as_deref(), Some("ann@example.com"));
    let bob = account(&server.rooms, "bob@example.com").await;
    let bob = server.session_of(&bob).await;
    management.post(&bob, "/applications", new(Some("ann@example.com"))).await.problem(403, "access_denied");
    assert_eq!(management.post(&bob, "/applications", new(Some("bob@example.com"))).await.status, 201);
}

/// RFC 9470: with the session of the pages the API wants what the pages want.
#[apply(on_both_engines)]
async fn the_api_wants_a_fresh_sign_in_where_the_pages_do(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let root = operator(&server.rooms, "root@example.com").await;
    let bob = account(&server.rooms, "bob@example.com").await;
    let foreign = server.application_of(&bob, "Orders").await;
    let session = server.session_of(&root).await;
    world.clock.advance(A_WHILE);
    let user = format!("/users/{}", bob.sub);
    let application = format!("/applications/{}", foreign.client_id);
    let may_not = [
        (Method::PATCH, user.clone(), json!({ "admin": true })),
        (Method::DELETE, user.clone(), Value::Null),
        (Method::POST, format!("{user}/disable"), Value::Null),
        (Method::POST, "/keys/rotate".to_owned(), json!({})),
        (Method::POST, format!("{application}/secrets"), json!({})),
        (Method::PATCH, application.clone(), json!({ "name": "Bills" })),
        (
            Method::POST,
            "/applications".to_owned(),
            json!({ "name": "a", "type": "service", "scope": "gatepost:admin" }),
        ),
        (Method::POST, "/applications".to_owned(), json!({ "name": "a", "type": "service", "first_party": true })),
    ];
    for (method, path, body) in may_not {
        let body = (!body.is_null()).then_some(body);
        let refused = management.call(&session, method, &path, body).await;
        refused.problem(401, "insufficient_user_authentication");
        let challenge = refused.header("www-authenticate").unwrap_or_default();
        assert!(challenge.contains("insufficient_user_authentication"), "{path}: {challenge}");
    }
    for path in ["/users", "/audit", "/keys", "/approvals", &application, &user] {
        management.get(&session, path).await.success();
    }
    // What is one's own is one's own for as long as the session lasts.
    let own = json!({ "name": "Mine", "type": "service", "scope": "openid" });
    let made = management.post(&session, "/applications", own).await.json();
    let own = format!("/applications/{}", made["client_id"].as_str().unwrap());
    management.patch(&session, &own, json!({ "name": "Still mine" })).await.success();
    let fresh = server.session_of(&root).await;
    management.patch(&fresh, &application, json!({ "name": "Bills" })).await.success();
}

/// The portal is no way round the fresh sign-in of the operator's pages.
#[apply(on_both_engines)]
async fn the_portal_wants_a_fresh_sign_in_where_the_operators_pages_do(world: World) {
    let server = world.server().await;
    operator(&server.rooms, "root@example.com").await;
    let bob = account(&server.rooms, "bob@example.com").await;
    let foreign = server.application_of(&bob, "Orders").await;
    let root = Browser::of(&server);
    let page = root.visit("/portal/applications").await;
    root.sign_in(&server, &page, "root@example.com", 1).await;
    world.clock.advance(A_WHILE);
    let address = format!("/portal/applications/{}", foreign.client_id);
    let page = root.visit(&address).await;
    for action in ["credentials", "secrets", "deactivate", "owners/invite", "try"] {
        let form = PageForm { action: format!("{address}/{action}"), ..page.form_with("app-save") };
        let answer = root.post(&form, &[("version", "1"), ("name", "Bills"), ("email", "eve@example.com")]).await;
        let back = format!("/login?fresh=1&return_to={address}/{action}");
        assert_eq!(answer.redirect().as_deref(), Some(back.as_str()), "{action}");
    }
    let new = root.visit("/portal/applications/new").await.form_with("app-create");
    let fields = |scope| [("name", "Mine"), ("type", "service"), ("scope", scope)];
    let answer = root.post(&new, &fields("gatepost:admin")).await;
    assert_eq!(answer.redirect().as_deref(), Some("/login?fresh=1&return_to=/portal/applications/new"));
    let answer = root.post(&new, &fields("openid")).await;
    assert!(answer.redirect().unwrap().ends_with("?done=created"));
}

/// The last operator stays, in the pages, by API and on the command line.
#[apply(on_both_engines)]
async fn the_last_operator_stays(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let root = operator(&server.rooms, "root@example.com").await;
    let machine = server.machine("gatepost:admin").await;
    let path = format!("/users/{}", root.sub);
    management.patch(&machine, &path, json!({ "admin": null })).await.problem(409, "conflict");
    management.delete(&machine, &path).await.problem(409, "conflict");
    management.call(&machine, Method::POST, &format!("{path}/disable"), None).await.problem(409, "conflict");
    let browser = Browser::of(&server);
    let page = browser.visit("/account").await;
    browser.sign_in(&server, &page, "root@example.com", 1).await;
    let form = browser.visit("/account/delete").await.form_with("delete-submit");
    assert_eq!(browser.post(&form, &[("email", "root@example.com")]).await.answer.status, 409);

    let second = operator(&server.rooms, "second@example.com").await;
    let (root, second) = (server.session_of(&root).await, (server.session_of(&second).await, second));
    let other = format!("/users/{}", second.1.sub);
    let (one, two) = tokio::join!(
        management.patch(&root, &other, json!({ "admin": false })),
        management.patch(&second.0, &path, json!({ "admin": false })),
    );
    let done = [one.status, two.status].iter().filter(|status| **status == 200).count();
    assert_eq!(done, 1, "{} {}", one.text(), two.text());
    assert!(server.rooms.store.operator_exists().await.unwrap());
}

/// The scope for accounts does not extend to operators.
#[apply(on_both_engines)]
async fn an_operators_account_is_an_operators_to_change(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    operator(&server.rooms, "root@example.com").await;
    let other = operator(&server.rooms, "other@example.com").await;
    let narrow = server.machine("users:write").await;
    let path = format!("/users/{}", other.sub);
    management.delete(&narrow, &path).await.problem(403, "insufficient_scope");
    management.patch(&narrow, &path, json!({ "name": "x" })).await.problem(403, "insufficient_scope");
    management.call(&narrow, Method::POST, &format!("{path}/disable"), None).await.problem(403, "insufficient_scope");
    management.delete(&narrow, &format!("{path}/sessions")).await.problem(403, "insufficient_scope");
    let machine = server.machine("gatepost:admin").await;
    assert_eq!(management.delete(&machine, &path).await.status, 204);
}

/// Whose account it is now counts, not whose it was when it was looked up: who became an operator meanwhile keeps their
/// ways in.
#[apply(on_both_engines)]
async fn an_account_that_becomes_an_operators_meanwhile_keeps_its_ways_in(world: World) {
    let server = world.server().await;
    with_identity(&server, "john@example.com").await;
    let before = server.rooms.store.user_by_email(&"john@example.com".parse().unwrap()).await.unwrap().unwrap();
    let promoted = Profile { admin: true, ..Profile::of(&before) };
    server.rooms.people.user_change(&before, promoted, &Actor::CommandLine).await.unwrap();
    let identity = server.rooms.store.upstream_identities_of(before.id).await.unwrap().remove(0).id;
    let passkey = PasskeyId::from_bytes([9; 16]);
    let narrow = Actor::Application(mighty(&server, "users:write").await.id());
    let refused = server.rooms.upstreams.disconnect(&before, identity, &narrow).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InsufficientScope, "{refused:?}");
    assert_eq!(server.rooms.store.upstream_identities_of(before.id).await.unwrap().len(), 1);
    let refused = server.rooms.passkeys.remove(&before, passkey, &narrow).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InsufficientScope, "and it is not told whether there is one: {refused:?}");
    let mighty = Actor::Application(mighty(&server, "gatepost:admin").await.id());
    server.rooms.upstreams.disconnect(&before, identity, &mighty).await.unwrap();
    assert_eq!(server.rooms.store.upstream_identities_of(before.id).await.unwrap(), []);
    server.rooms.people.user_delete(before.id, &Actor::CommandLine).await.unwrap();
    let gone = server.rooms.passkeys.remove(&before, passkey, &mighty).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound, "{gone:?}");
}

/// The token of a person who is no operator creates no accounts, at neither of the two endpoints.
#[apply(on_both_engines)]
async fn a_person_s_token_allows_no_more_than_the_person_may(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let bob = account(&server.rooms, "bob@example.com").await;
    let token = server.speaking_for(&bob, "users:write").await;
    management.post(&token, "/users", json!({ "email": "a@example.com" })).await.problem(403, "access_denied");
    let request = token.sends(server.request(Method::POST, "/users")).json(&json!({ "email": "a@example.com" }));
    assert_eq!(Answer::of(request).await.status, 403);
    // And what the application may not see of the person it does not see here.
    let root = operator(&server.rooms, "root@example.com").await;
    let me = management.get(&server.speaking_for(&root, "openid").await, "/me").await.success();
    assert_eq!((&me["sub"], &me["email"], &me["admin"]), (&json!(root.sub), &Value::Null, &json!(false)));
    let me = management.get(&server.speaking_for(&root, "openid email").await, "/me").await.success();
    assert_eq!(me["email"], "root@example.com");
    let me = management.get(&server.speaking_for(&root, "gatepost:admin").await, "/me").await.success();
    assert_eq!((&me["email"], &me["admin"]), (&json!("root@example.com"), &json!(true)));
}

/// A token lives on for its hour; what was taken from its application does not.
#[apply(on_both_engines)]
async fn what_an_application_loses_its_tokens_lose(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let machine = server.machine("gatepost:admin").await;
    let application = mighty(&server, "users:read keys:read").await;
    let path = format!("/applications/{}", application.client_id);
    let token = async || {
        let answer = server.token().with_basic(&application).scope("users:read keys:read").send().await;
        Who::Token(answer.access_token())
    };
    let before = token().await;
    management.get(&before, "/users").await.success();
    management.patch(&machine, &path, json!({ "scope": "keys:read", "default_scope": "keys:read" })).await.success();
    management.get(&before, "/users").await.problem(403, "insufficient_scope");
    management.get(&before, "/keys").await.success();

    world.clock.advance(Duration::from_secs(5));
    for (off, on) in [("deactivate", "activate"), ("delete", "undelete")] {
        let before = Who::Token(server.token().with_basic(&application).scope("keys:read").send().await.access_token());
        management.get(&before, "/keys").await.success();
        world.clock.advance(Duration::from_secs(5));
        match off {
            "delete" => management.delete(&machine, &path).await,
            _ => management.call(&machine, Method::POST, &format!("{path}/{off}"), None).await,
        };
        management.call(&machine, Method::POST, &format!("{path}/{on}"), None).await.success();
        management.get(&before, "/keys").await.problem(401, "invalid_token");
        let after = Who::Token(server.token().with_basic(&application).scope("keys:read").send().await.access_token());
        management.get(&after, "/keys").await.success();
    }
}

/// What an operator stops only an operator lets go on; what its owner stopped is the owner's.
#[apply(on_both_engines)]
async fn what_an_operator_stops_stays_stopped(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let machine = server.machine("gatepost:admin").await;
    let bob = account(&server.rooms, "bob@example.com").await;
    let application = server.application_of(&bob, "Orders").await;
    let bob = server.session_of(&bob).await;
    let path = format!("/applications/{}", application.client_id);
    let act = async |who: &Who, what: &str| management.call(who, Method::POST, &format!("{path}/{what}"), None).await;
    act(&bob, "deactivate").await.success();
    act(&bob, "activate").await.success();
    assert_eq!(act(&machine, "deactivate").await.success()["state_reason"], "suspended");
    act(&bob, "activate").await.problem(403, "access_denied");
    act(&machine, "activate").await.success();
    // Also one that its owner had stopped before.
    act(&bob, "deactivate").await.success();
    act(&machine, "deactivate").await.success();
    act(&bob, "activate").await.problem(403, "access_denied");
    act(&machine, "activate").await.success();
    assert_eq!(management.delete(&machine, &path).await.status, 204);
    assert_eq!(act(&bob, "undelete").await.success()["state_reason"], "removed");
    act(&bob, "activate").await.problem(403, "access_denied");
    act(&machine, "activate").await.success();
    assert_eq!(management.delete(&bob, &path).await.status, 204);
    assert_eq!(act(&bob, "undelete").await.success()["state"], "active");
    // An owner who is an operator has what both have.
    let root = operator(&server.rooms, "root@example.com").await;
    let own = server.application_of(&root, "Bills").await;
    let (root, own) = (server.session_of(&root).await, format!("/applications/{}", own.client_id));
    let act_on_own = async |who: &Who, what: &str| {
        management.call(who, Method::POST, &format!("{own}/{what}"), None).await.success()["state_reason"].clone()
    };
    assert_eq!(act_on_own(&machine, "deactivate").await, "suspended");
    assert_eq!(act_on_own(&root, "activate").await, Value::Null);
    assert_eq!(act_on_own(&root, "deactivate").await, "requested");
    assert_eq!(management.delete(&machine, &path).await.status, 204);
    assert_eq!(act(&machine, "undelete").await.success()["state"], "active");
}

/// For their own applications the session of an operator is enough, for what an operator stopped it has to be fresh.
#[apply(on_both_engines)]
async fn who_starts_what_an_operator_stopped_has_signed_in_a_moment_ago(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let root = operator(&server.rooms, "root@example.com").await;
    let own = server.application_of(&root, "Bills").await;
    let path = format!("/applications/{}", own.client_id);
    let act = async |who: &Who, what: &str| management.call(who, Method::POST, &format!("{path}/{what}"), None).await;
    let aged = server.session_of(&root).await;
    world.clock.advance(Duration::from_secs(16 * 60));
    act(&aged, "deactivate").await.success();
    act(&aged, "activate").await.success();
    act(&server.machine("gatepost:admin").await, "deactivate").await.success();
    act(&aged, "activate").await.problem(401, "insufficient_user_authentication");
    act(&server.session_of(&root).await, "activate").await.success();
}

/// An owner who guesses the version that an operator's change will make gets nothing back that it takes away.
#[apply(on_both_engines)]
async fn what_is_taken_away_is_not_won_back_by_being_quick(world: World) {
    let server = world.server().await;
    let bob = account(&server.rooms, "bob@example.com").await;
    let root = operator(&server.rooms, "root@example.com").await;
    let application = server.application_of(&bob, "Orders").await;
    let owner = Caller::Person(bob, SignIn::Fresh);
    let by_root = Caller::Person(root, SignIn::Fresh);
    let with = |scope: &str| {
        let settings = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
        ApplicationSettings { scope: scope.parse().unwrap(), default_scope: "openid".parse().unwrap(), ..settings }
    };
    let change = async |caller: &Caller, scope: &str, version: i64| {
        let change = SettingsChange { settings: with(scope), version, consequences: Consequences::default() };
        server.rooms.self_service.change_for(caller, &application.id(), change, "").await
    };
    let stored = async || server.rooms.store.application(&application.id()).await.unwrap().unwrap();
    for _ in 0..5 {
        change(&by_root, "openid users:write", stored().await.version).await.unwrap();
        let version = stored().await.version;
        let (taken, one, two, three) = tokio::join!(
            change(&by_root, "openid", version),
            change(&owner, "openid users:write", version + 1),
            change(&owner, "openid users:write", version + 1),
            change(&owner, "openid users:write", version + 1),
        );
        taken.unwrap();
        for won in [one, two, three].into_iter().filter_map(Result::ok) {
            assert!(won.waiting.is_some(), "it waits for an operator again");
        }
        assert!(!stored().await.settings.scope.contains("users:write"));
    }
}

/// An owner who was removed while a new secret was made for them gets none.
#[apply(on_both_engines)]
async fn who_was_removed_meanwhile_changes_nothing(world: World) {
    let server = world.server().await;
    let bob = account(&server.rooms, "bob@example.com").await;
    let eve = account(&server.rooms, "eve@example.com").await;
    let application = server.application_of(&bob, "Orders").await;
    let rotated = server.rooms.applications.application_rotate_secret(&application.id(), &Actor::User(eve.id)).await;
    assert_eq!(gatepost::protocol::refusal::Refusal::from(rotated.unwrap_err()).code, ErrorCode::NotFound);
    assert!(server.rooms.applications.application_rotate_secret(&application.id(), &Actor::User(bob.id)).await.is_ok());
}

/// A path is part of an address that a browser is sent to, whatever is in it.
#[apply(on_both_engines)]
async fn an_odd_path_is_no_fault_of_the_server(world: World) {
    let server = world.server().await;
    for path in [
        "/admin/users/%0aX/disable",
        "/portal/applications/%0aX/settings",
        "/portal/applications/%00/settings",
        "/portal/invitations/%0d%0aX/accept",
        "/portal/invitations/a%26fresh=1/accept",
    ] {
        let form = server.request(Method::POST, path).header("origin", server.issuer());
        let answer = Answer::of(form.header("content-type", "application/x-www-form-urlencoded").body("a=b")).await;
        assert!(answer.status.is_redirection() || answer.status.is_client_error(), "{path}: {}", answer.status);
        let target = answer.header("location").unwrap_or_default();
        assert!(!target.contains("&fresh"), "{path}: {target}");
    }
}
