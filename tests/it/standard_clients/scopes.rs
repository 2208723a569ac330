//! What an application asks for and what it comes to.

use macro_rules_attribute::apply;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::protocol::requested_scope::ScopePolicy;
use gatepost::protocol::token::GrantType;
use serde_json::json;

use super::{JOHN, UNLIMITED};
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, mails_to, web_application, web_settings};
use crate::harness::{Installation, Registered, TestServer, World, installed_on_both_engines, on_both_engines};

/// What an application learns of what it was granted.
async fn granted(server: &TestServer, application: &Registered, scope: &str) -> String {
    let browser = Browser::of(server);
    let page = browser.visit(&authorize(application, &[("scope", scope)])).await;
    let mails = mails_to(server, JOHN).await;
    let mut page = browser.sign_in(server, &page, JOHN, mails + 1).await;
    if page.has("consent-allow") {
        page = browser.submit(page.form_with("consent-allow"), &[("decision", "allow")]).await;
    }
    let token = server.token().with_basic(application).by_grant("authorization_code");
    let token = token.parameter("code", &page.answer_parameters()["code"]).parameter("redirect_uri", CALLBACK);
    let tokens = token.parameter("code_verifier", VERIFIER).send().await.success();
    tokens["scope"].as_str().unwrap().to_owned()
}

/// The error that a request for this scope comes back with.
async fn refused(server: &TestServer, application: &Registered, scope: &str) -> String {
    let page = Browser::of(server).visit(&authorize(application, &[("scope", scope)])).await;
    page.answer_parameters()["error"].clone()
}

/// OIDC Core §3.1.2.1, §11; decision 10.
#[apply(on_both_engines)]
async fn scopes_that_an_application_may_not_have_are_left_out_of_what_a_person_is_asked_for(world: World) {
    let server = world
        .server_with(&format!("{UNLIMITED}\n[[scopes]]\nname = \"orders:read\"\ndescription = \"See orders\""))
        .await;
    let mut settings = web_settings("Shop");
    settings.scope = "openid email user".parse().unwrap();
    let application = Registered::at(&server.rooms, settings.clone()).await;
    for (asked, comes_to) in [
        ("openid  email ", "openid email"),
        ("openid roles web-origins email", "openid email"),
        ("openid offline_access email", "openid email"),
        ("openid profile orders:read email", "openid email"),
        ("email orders:read", "email"),
    ] {
        assert_eq!(granted(&server, &application, asked).await, comes_to, "{asked}");
    }
    for asked in ["orders:read", "email usr", "profile"] {
        assert_eq!(refused(&server, &application, asked).await, "invalid_scope", "{asked}");
    }
    // One that wants to be told is told.
    let strict = ApplicationSettings { scope_policy: ScopePolicy::Strict, ..settings };
    let strict = Registered::at(&server.rooms, strict).await;
    assert_eq!(granted(&server, &strict, "openid roles offline_access email").await, "openid email");
    assert_eq!(refused(&server, &strict, "openid orders:read").await, "invalid_scope");
}

/// RFC 6749 §3.3: blanks separate, however many there are.
#[apply(on_both_engines)]
async fn blanks_in_a_scope_mean_nothing_at_any_endpoint(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let service = server.service().await;
    for scope in ["openid admin", "openid  admin", " openid admin", "openid admin ", "  openid   admin  ", " ", "   "] {
        let answer = server.token().with_basic(&service).scope(scope).send().await.success();
        assert_eq!(answer["scope"], "openid admin", "{scope:?}");
    }
    let application = web_application(&server.rooms).await;
    for (asked, comes_to) in [(" openid  email ", "openid email"), ("  ", "openid user")] {
        assert_eq!(granted(&server, &application, asked).await, comes_to, "{asked:?}");
        let form = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", asked)];
        let pushed = server.form("/oauth/par", &application, &form).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text());
    }
}

/// The libraries for applications with people in front of them ask for these by themselves.
#[apply(on_both_engines)]
async fn an_application_with_nothing_but_a_type_may_ask_for_what_libraries_ask_for(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let kinds = [ApplicationKind::Web, ApplicationKind::Spa, ApplicationKind::Native];
    for kind in kinds {
        let settings = ApplicationSettings::new("Shop".to_owned(), kind);
        let settings = ApplicationSettings { redirect_uris: vec![CALLBACK.to_owned()], ..settings };
        let application = Registered::at(&server.rooms, settings).await;
        let all = "openid profile email offline_access user";
        let page = Browser::of(&server).visit(&authorize(&application, &[("scope", all)])).await;
        assert!(page.has("login-submit"), "{kind}");
        let known = server.rooms.application_cache.application(&application.id()).await.unwrap().unwrap();
        assert_eq!(
            (known.settings.scope.to_string().as_str(), kind.default_scopes().to_string().as_str()),
            (all, "openid user")
        );
    }
}

/// A type is enough, whichever way an application is registered; developers begin with what everybody may choose.
#[apply(on_both_engines)]
async fn every_door_gives_a_new_application_what_is_usual_for_its_type(world: World) {
    let all = json!(["openid", "profile", "email", "offline_access", "user"]);
    let kinds = ["web", "spa", "native", "device", "service"];
    let declared =
        |kind: &str| format!("[[applications]]\nclient_id = \"{kind}\"\nname = \"{kind}\"\ntype = \"{kind}\"\n");
    let server = world.server_with(&kinds.map(declared).concat()).await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let developer = account(&server.rooms, JOHN).await;
    let developer = server.session_of(&developer).await;
    for kind in kinds {
        let usual = if kind == "service" { json!(["openid", "admin"]) } else { all.clone() };
        let new = |name: &str| json!({ "name": name, "type": kind });
        let stated = management.get(&ops, &format!("/applications/{kind}")).await.success();
        assert_eq!(stated["scopes"], usual, "declared {kind}");
        let made = management.post(&ops, "/applications", new("Ours")).await.json();
        assert_eq!(made["scopes"], usual, "an operator's {kind}");
        let own = management.post(&developer, "/applications", new("Theirs")).await.json();
        let chosen = if kind == "service" { json!(["openid"]) } else { all.clone() };
        assert_eq!(own["scopes"], chosen, "a developer's {kind}");
    }
}

/// The same from the portal, where nothing but a name and a type is filled in.
#[apply(on_both_engines)]
async fn the_portal_gives_a_new_application_what_is_usual_for_its_type(world: World) {
    let server = world.server_with(UNLIMITED).await;
    account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/portal/applications").await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    for kind in ApplicationKind::ALL {
        let form = browser.visit("/portal/applications/new").await.form_with("app-create");
        // Where people are sent back to has no usual value.
        let callback = if kind.default_grants().contains(&GrantType::AuthorizationCode) { CALLBACK } else { "" };
        let name = format!("Of type {kind}");
        let filled = [("name", name.as_str()), ("type", kind.name()), ("redirect_uris", callback)];
        let made = browser.submit(form, &filled).await;
        assert_eq!(made.answer.status, 200, "{kind}: {}", made.text());
        let document = made.document();
        let client_id = document.at(document.with_id("app-client-id").expect("it is shown")).text.clone();
        let known = server.rooms.application_cache.application(&client_id.parse().unwrap()).await.unwrap().unwrap();
        let usual = if kind.is_for_people() { "openid profile email offline_access user" } else { "openid" };
        assert_eq!(known.settings.kind, kind);
        assert_eq!(known.settings.scope.to_string(), usual, "{kind}");
        assert_eq!(known.settings.grants, kind.default_grants(), "{kind}");
    }
}

/// And from the command line, which is the operator's.
#[apply(installed_on_both_engines)]
async fn the_command_line_gives_a_new_application_what_is_usual_for_its_type(at: Installation) {
    at.migrated().await;
    for kind in ApplicationKind::ALL {
        let made = at.json(&["app", "create", "--name", kind.name(), "--type", kind.name()]).await;
        let shown = at.json(&["app", "show", made["client_id"].as_str().unwrap()]).await;
        let usual = if kind.is_for_people() {
            json!(["openid", "profile", "email", "offline_access", "user"])
        } else {
            json!(["openid", "admin"])
        };
        assert_eq!((&shown["type"], &shown["scopes"]), (&json!(kind.name()), &usual));
    }
}
