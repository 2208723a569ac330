//! Initial access tokens (RFC 7591 §1.2): on the command line, by API, in the operators' pages, and at the endpoint.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{Admission, ApplicationKind, Origin};
use gatepost::domain::audit::Actor;
use gatepost::domain::registration::NewToken;
use gatepost::protocol::scope::Scope;
use serde_json::json;

use super::{OPEN, at_once, client, made, native_client, register, register_with, registering, stored, text};
use crate::harness::browser::Browser;
use crate::harness::{
    Answer, Installation, TestServer, Who, World, installed_on_both_engines, on_both_engines, person,
};

const BY_TOKEN: &str = "registration.dynamic = \"token\"\n";

/// An initial access token, changed as the test wants.
pub(super) async fn token(server: &TestServer, change: impl FnOnce(&mut NewToken)) -> String {
    let (name, lifetime) = ("CI".to_owned(), NewToken::USUAL_LIFE);
    let mut new = NewToken { name, uses: None, lifetime, scope: Scope::empty(), grants: Vec::new() };
    change(&mut new);
    let made = server.rooms.registrations.registration_token_create(new, &Actor::CommandLine).await.unwrap();
    made.token.expose().to_owned()
}

/// RFC 7591 §3: without a good token nothing is registered; a bad one is refused even where none is needed.
#[apply(on_both_engines)]
async fn only_a_good_token_registers(world: World) {
    let server = world.server_with(BY_TOKEN).await;
    let missing = register(&server, &native_client()).await;
    missing.refusal(401, "invalid_token");
    assert_eq!(missing.header("www-authenticate"), Some("Bearer realm=\"gatepost\""));
    let good = token(&server, |new| new.lifetime = Duration::from_hours(1)).await;
    let application = stored(&server, &made(&register_with(&server, &good, &native_client()).await)).await;
    assert_eq!(application.origin, Origin::Dynamic(Admission::Token));
    let registered = "select detail from audit_events where event = 'application.registered'";
    assert!(world.database.texts(registered).await[0].starts_with("with token "));
    let of_another_kind = good.replace("gpit_", "gprt_");
    for bad in ["nonsense", &of_another_kind, &format!("{good}x")] {
        let refused = register_with(&server, bad, &native_client()).await;
        refused.refusal(401, "invalid_token");
        assert!(refused.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    }
    world.clock.advance(Duration::from_hours(1));
    register_with(&server, &good, &native_client()).await.refusal(401, "invalid_token");
    server.stop().await;
    let server = world.server_with(OPEN).await;
    register_with(&server, &good, &native_client()).await.refusal(401, "invalid_token");
    made(&register(&server, &native_client()).await);
}

/// The write decides how often a token is used; a refused registration uses nothing.
#[apply(on_both_engines)]
async fn a_token_registers_as_many_as_it_may(world: World) {
    let server = world.server_with(BY_TOKEN).await;
    let twice = token(&server, |new| new.uses = Some(2)).await;
    let wrong = json!({ "redirect_uris": ["javascript:alert(1)"] });
    register_with(&server, &twice, &wrong).await.refusal(400, "invalid_redirect_uri");
    let answers = at_once((0..6).map(|_| registering(&server, &native_client()).bearer_auth(&twice))).await;
    let (through, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((through.len(), refused.len()), (2, 4));
    refused[0].refusal(401, "invalid_token");
    assert_eq!(world.database.texts("select client_id from applications").await.len(), 2);
}

/// What everybody may not have, a token may allow.
#[apply(on_both_engines)]
async fn a_token_may_allow_a_machine(world: World) {
    let server = world.server_with(BY_TOKEN).await;
    let machine = json!({ "grant_types": ["client_credentials"], "scope": "orders:read admin", "client_name": "Job" });
    let plain = token(&server, |_| {}).await;
    register_with(&server, &plain, &machine).await.refusal(400, "invalid_client_metadata");
    let more = token(&server, |new| {
        new.scope = "orders:read".parse().unwrap();
        new.grants = vec!["client_credentials".parse().unwrap()];
    })
    .await;
    let made = made(&register_with(&server, &more, &machine).await);
    assert_eq!((&made["scope"], &made["response_types"]), (&json!("orders:read"), &json!([])));
    assert_eq!(stored(&server, &made).await.settings.kind, ApplicationKind::Service);
    let answer = server.form("/token", &client(&made), &[("grant_type", "client_credentials")]).await.success();
    assert_eq!(answer["scope"], "orders:read");
}

/// The same by API, which only operators use.
#[apply(on_both_engines)]
async fn operators_make_and_revoke_tokens_by_api(world: World) {
    let server = world.server_with(BY_TOKEN).await;
    let api = server.management().await;
    let admin = server.machine("gatepost:admin").await;
    let new = json!({ "name": "CI", "uses": 5, "expires": "12h", "scopes": ["orders:read"], "grants": ["client_credentials"] });
    let made = api.post(&admin, "/registration-tokens", new).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!((&made["name"], &made["most_uses"], &made["state"]), (&json!("CI"), &json!(5), &json!("good")));
    register_with(&server, text(&made["token"]), &native_client()).await.success_or_created();
    let listed = api.get(&admin, "/registration-tokens").await.success();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["uses"]), (&made["id"], &json!(1)));
    assert!(!listed.to_string().contains(text(&made["token"])));
    for bad in [
        json!({ "uses": 0 }),
        json!({ "expires": "soon" }),
        json!({ "expires": "400d" }),
        json!({ "scopes": ["gatepost:admin"] }),
        json!({ "grants": ["password"] }),
        json!({ "unknown": 1 }),
    ] {
        assert_eq!(api.post(&admin, "/registration-tokens", bad.clone()).await.status, 400, "{bad}");
    }
    // Events of one moment have no order.
    world.clock.advance(Duration::from_secs(1));
    let path = format!("/registration-tokens/{}", text(&made["id"]));
    assert_eq!(api.delete(&admin, &path).await.status, 204);
    assert_eq!(api.delete(&admin, &path).await.status, 404);
    register_with(&server, text(&made["token"]), &native_client()).await.refusal(401, "invalid_token");
    let events = "select event from audit_events where event like 'registration_token.%' order by event";
    assert_eq!(world.database.texts(events).await, ["registration_token.created", "registration_token.revoked"]);
}

impl Answer {
    fn success_or_created(&self) {
        assert!(self.status.is_success(), "{}", self.text());
    }
}

/// The same in the operators' pages; the token is shown once.
#[apply(on_both_engines)]
async fn operators_make_and_revoke_tokens_in_their_pages(world: World) {
    let server = world.server_with(BY_TOKEN).await;
    let operator = person::operator(&server.rooms, "ann@example.com").await;
    let Who::Session(session) = server.session_of(&operator).await else { panic!("a session") };
    let browser = Browser::of(&server);
    browser.remember("gatepost_session", &session);
    let page = browser.visit("/admin/registration").await;
    let filled = [("name", "Nightly"), ("uses", "1"), ("expires", "2h"), ("scopes", "orders:read")];
    let shown = browser.submit(page.form_with("token-create"), &filled).await;
    assert!(shown.has("registration-token") && shown.text().contains("Nightly"), "{}", shown.text());
    let begin = shown.text().find("gpit_").unwrap();
    let token = shown.text()[begin..begin + 48].to_owned();
    made(&register_with(&server, &token, &native_client()).await);
    let again = browser.visit("/admin/registration").await;
    assert!(!again.text().contains(&token) && again.text().contains("used up"), "{}", again.text());
    let refused = browser.submit(again.form_with("token-create"), &[("expires", "soon")]).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.text().contains("Good for") && refused.text().contains("value=\"soon\""), "{}", refused.text());
    let other = browser.submit(again.form_with("token-create"), &[("name", "Other")]).await;
    let revoked = browser.submit(other.form_to("/admin/registration/revoke"), &[]).await;
    assert!(revoked.text().contains("The token is revoked"), "{}", revoked.text());
    let listed = browser.visit("/admin/applications").await;
    assert!(listed.text().contains("registered dynamically"), "{}", listed.text());
}

/// The same on the command line, beside a server.
#[apply(installed_on_both_engines)]
async fn operators_make_and_revoke_tokens_on_the_command_line(at: Installation) {
    let at = at.with("registration.dynamic", "token");
    let node = at.start().await;
    let made = at.json(&["registration-token", "create", "--uses", "2", "--expires", "1h"]).await;
    let register = async || {
        let request = node.client.post(node.url("/oauth/register")).bearer_auth(text(&made["token"]));
        request.json(&native_client()).send().await.unwrap()
    };
    let answer = register().await;
    assert_eq!(answer.status(), 201);
    let client_id = text(&answer.json::<serde_json::Value>().await.unwrap()["client_id"]).to_owned();
    assert_eq!(at.json(&["app", "show", &client_id]).await["origin"], "dynamic");
    let listed = at.run(&["app", "list"]).await;
    assert!(listed.stdout.contains("native (dynamic)"), "{listed:?}");
    let listed = at.json(&["registration-token", "list"]).await;
    assert_eq!((&listed[0]["id"], &listed[0]["uses"], &listed[0]["state"]), (&made["id"], &json!(1), &json!("good")));
    assert!(!listed.to_string().contains(text(&made["token"])));
    at.json(&["registration-token", "revoke", text(&made["id"])]).await;
    assert_eq!(register().await.status(), 401);
    let again = at.run(&["registration-token", "revoke", text(&made["id"])]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    for words in [&["--uses", "0"], &["--expires", "never"], &["--scope", "users:write"], &["--grant", "password"]] {
        let ran = at.run(&[&["registration-token", "create"], &words[..]].concat()).await;
        assert!(ran.code != Some(0) && ran.stdout.is_empty(), "{ran:?}");
    }
}
