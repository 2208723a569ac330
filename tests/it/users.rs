//! `POST /users`: who may create accounts, and how bodies are read.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::flows::applications::DEACTIVATE;
use gatepost::store::Store;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const LIFETIME: Duration = Duration::from_secs(600);

/// Lets an application have accounts made.
fn users_write(settings: &mut ApplicationSettings) {
    settings.scope = "openid users:write".parse().unwrap();
    settings.default_scope = settings.scope.clone();
}

impl TestServer {
    async fn token_for(&self, application: &Registered) -> String {
        self.token().with_basic(application).send().await.access_token()
    }

    async fn users_token(&self) -> String {
        self.token_for(&self.service_with(users_write).await).await
    }

    async fn post_users(&self, token: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, "/users").bearer_auth(token).json(body)).await
    }

    async fn post_users_raw(&self, token: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, "/users").bearer_auth(token);
        Answer::of(request.header("content-type", content_type).body(body)).await
    }

    async fn post_users_basic(&self, application: &Registered, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/users");
        Answer::of(request.basic_auth(&application.client_id, Some(&application.secret)).json(body)).await
    }
}

async fn count(store: &Store) -> usize {
    store.users().await.unwrap().len()
}

fn john() -> Value {
    json!({ "email": "john.smith@example.com" })
}

/// RFC 9110 §15.3.2.
#[apply(on_both_engines)]
async fn the_account_is_made_and_shown(world: World) {
    let server = world.server().await;
    let application = server.service_with(users_write).await;
    let token = server.token_for(&application).await;
    let body = json!({ "email": "John.Smith@Example.com", "name": "John Smith", "locale": "de-AT" });
    let answer = server.post_users(&token, &body).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, Some("no-store")));
    let account = answer.json();
    let sub = account["sub"].as_str().unwrap();
    assert!(sub.len() == 22 && sub.bytes().all(|c| c.is_ascii_alphanumeric()), "{sub}");
    let expected = json!({
        "sub": sub, "email": "John.Smith@Example.com", "email_verified": false, "name": "John Smith",
        "locale": "de-AT", "created_at": "2026-03-01T12:00:00Z",
    });
    assert_eq!(account, expected);
    let location = format!("http://localhost:8080/api/v1/users/{sub}");
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let user = server.rooms.store.user_by_sub(sub).await.unwrap().unwrap();
    assert!(user.is_active() && !user.admin);
    let audited = server.rooms.store.audit_of(sub).await.unwrap();
    let audited: Vec<_> = audited.iter().map(|line| (line.actor.as_str(), line.event.as_str())).collect();
    assert_eq!(audited, [(format!("application {}", application.client_id).as_str(), "user.created")]);
}

/// The passwordless API calls the address `username`.
#[apply(on_both_engines)]
async fn an_application_needs_no_token_and_may_say_username(world: World) {
    let server = world.server().await;
    for kind in [ApplicationKind::Service, ApplicationKind::Web] {
        let mut settings = ApplicationSettings::new("Shop".to_owned(), kind);
        users_write(&mut settings);
        let application = Registered::at(&server.rooms, settings).await;
        let email = format!("{}@example.com", kind.name());
        let answer = server.post_users_basic(&application, &json!({ "username": email, "email": null })).await;
        assert_eq!((answer.status.as_u16(), answer.json()["email"].as_str()), (201, Some(email.as_str())));
    }
    let application = server.service_with(users_write).await;
    let both = json!({ "username": "b@example.com", "email": "b@example.com" });
    assert_eq!(server.post_users_basic(&application, &both).await.status, 201);
}

/// Unknown members are ignored, and none makes an operator.
#[apply(on_both_engines)]
async fn members_that_mean_nothing_here_are_ignored(world: World) {
    let server = world.server().await;
    let token = server.users_token().await;
    let body = json!({
        "email": "a@example.com", "admin": true, "email_verified": true, "sub": "x", "id": 7, "more": [1, { "email": 2 }],
    });
    let account = server.post_users(&token, &body).await.json();
    assert_ne!(account["sub"], "x");
    let user = server.rooms.store.user_by_sub(account["sub"].as_str().unwrap()).await.unwrap().unwrap();
    assert!(!user.admin && user.email_verified_at.is_none(), "{user:?}");
}

/// RFC 9110 §15.5.10. However the address is spelled, it is one mailbox.
#[apply(on_both_engines)]
async fn a_taken_address_is_a_conflict(world: World) {
    let server = world.server().await;
    let token = server.users_token().await;
    assert_eq!(server.post_users(&token, &john()).await.status, 201);
    for email in ["john.smith@example.com", "John.Smith@EXAMPLE.COM"] {
        let description = server.post_users(&token, &json!({ "email": email })).await.refusal(409, "conflict");
        assert!(!description.contains('@'), "a description reaches the log: {description}");
    }
    assert_eq!(count(&server.rooms.store).await, 1);
}

/// RFC 6750 §3.1, `invalid_request`: the description names what is wrong.
#[apply(on_both_engines)]
async fn what_is_not_an_account_is_refused_with_the_reason(world: World) {
    let server = world.server().await;
    let token = server.users_token().await;
    for (body, says) in [
        ("{}", "'email' is missing"),
        (r#"{"name": "John"}"#, "'email' is missing"),
        (r#"{"email": null}"#, "'email' is missing"),
        (r#"{"email": 7}"#, "'email'"),
        (r#"{"email": ["a@example.com", "b@example.com"]}"#, "'email'"),
        (r#"{"email": {"address": "a@example.com"}}"#, "'email'"),
        (r#"{"email": "a@example.com", "email": "b@example.com"}"#, "the member 'email' is sent twice"),
        (r#"{"email": "a@example.com", "username": "b@example.com"}"#, "two different addresses"),
        (r#"{"email": "john"}"#, "'email' is not an e-mail address"),
        (r#"{"username": "john"}"#, "'username' is not an e-mail address"),
        (r#"{"email": "a@example.com", "name": 7}"#, "'name'"),
        (r#"{"email": "a@example.com", "name": ""}"#, "a name has 1 to 200 characters"),
        (r#"{"email": "a@example.com", "name": "a\r\nBcc: b"}"#, "a name has 1 to 200 characters"),
        (r#"{"email": "a@example.com", "locale": true}"#, "'locale'"),
        (r#"{"email": "a@example.com", "locale": "../../etc"}"#, "a locale is a BCP 47 language tag"),
        (r#"["a@example.com", null, null, null]"#, "not a JSON object"),
        (r#""a@example.com""#, "not a JSON object"),
        ("", "not a JSON object"),
        ("email=a@example.com", "not a JSON object"),
        (r#"{"email": "a@example.com""#, "EOF"),
        (r#"{"email": "a@example.com"} {}"#, "something follows"),
    ] {
        let answer = server.post_users_raw(&token, "application/json", body).await;
        let description = answer.refusal(400, "invalid_request");
        assert!(description.contains(says), "{body}: {description}");
    }
    for content_type in ["application/x-www-form-urlencoded", "text/plain", "application/jsonp"] {
        let answer = server.post_users_raw(&token, content_type, john().to_string()).await;
        assert!(answer.refusal(400, "invalid_request").contains("application/json"));
    }
    let large = json!({ "email": "a@example.com", "name": "n".repeat(70_000) }).to_string();
    server.post_users_raw(&token, "application/json", large).await.refusal(413, "invalid_request");
    assert_eq!(count(&server.rooms.store).await, 0, "a refusal leaves nothing behind");
}

/// Lists, quotes, line breaks, look-alikes: nothing of the kind becomes an account that mail is sent to.
#[apply(on_both_engines)]
async fn address_tricks_never_make_an_account(world: World) {
    let server = world.server().await;
    let token = server.users_token().await;
    for trick in [
        "a@example.com,b@example.com",
        "a@example.com;b@example.com",
        "a@example.com b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\n",
        "a@example.com\u{0}",
        "a@example.com%0ab@example.com",
        "\"a b\"@example.com",
        "\"a@example.com\"@evil.example",
        "A <a@example.com>",
        "<a@example.com>",
        "a@example.com(b@example.com)",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@b@example.com",
        "а@example.com",
        "a@ex\u{430}mple.com",
        "a\u{ff20}example.com",
        "a@example.com\u{200b}",
        "a@example。com",
        " a@example.com",
        "a@example.com ",
        "a..b@example.com",
        "a@example..com",
        "@example.com",
        "a@",
        "",
    ] {
        let answer = server.post_users(&token, &json!({ "email": trick })).await;
        let description = answer.refusal(400, "invalid_request");
        assert!(!description.contains(".com,") && description.contains("not an e-mail address"), "{description}");
    }
    assert_eq!(count(&server.rooms.store).await, 0);
}

/// RFC 6750 §3: without credentials, with bad ones, with too little.
#[apply(on_both_engines)]
async fn only_who_has_the_scope_may_have_accounts_made(world: World) {
    let server = world.server().await;
    let plain = Answer::of(server.request(Method::POST, "/users").json(&john())).await;
    plain.refusal(401, "invalid_token");
    assert!(plain.header("www-authenticate").unwrap().starts_with("Bearer realm=\"gatepost\", DPoP algs="));
    let forged = server.post_users("a.b.c", &john()).await;
    forged.refusal(401, "invalid_token");
    assert!(forged.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));

    let poor = server.service().await;
    let answer = server.post_users(&server.token_for(&poor).await, &john()).await;
    let description = answer.refusal(403, "insufficient_scope");
    assert!(description.contains("users:write") && description.contains("openid admin"), "{description}");
    assert!(answer.header("www-authenticate").unwrap().contains("error=\"insufficient_scope\""));
    server.post_users_basic(&poor, &john()).await.refusal(403, "insufficient_scope");

    let rich = server.service_with(users_write).await;
    let wrong = server.post_users_basic(&rich.with_secret(&poor.secret), &john()).await;
    wrong.refusal(401, "invalid_client");
    assert!(wrong.header("www-authenticate").unwrap().starts_with("Basic"));
    let token = server.token().with_basic(&rich).scope("openid").send().await.access_token();
    server.post_users(&token, &john()).await.refusal(403, "insufficient_scope");
    let token = server.token_for(&rich).await;
    world.clock.advance(LIFETIME);
    server.post_users(&token, &john()).await.refusal(401, "invalid_token");
    assert_eq!(count(&server.rooms.store).await, 0);
}

/// RFC 6749 §2.1: a client id alone does not authenticate.
#[apply(on_both_engines)]
async fn a_public_client_cannot_have_accounts_made_by_its_name_alone(world: World) {
    let server = world.server().await;
    let mut settings = ApplicationSettings::new("App".to_owned(), ApplicationKind::Spa);
    users_write(&mut settings);
    let application = Registered::at(&server.rooms, settings).await;
    server.post_users_basic(&application, &john()).await.refusal(401, "invalid_client");
    assert_eq!(count(&server.rooms.store).await, 0);
}

/// RFC 9068 §4: an API that was sent a token cannot use it here.
#[apply(on_both_engines)]
async fn a_token_for_another_audience_is_refused(world: World) {
    let server = world.server().await;
    let resources = ["https://api.example.com", server.issuer()];
    let audiences = |settings: &mut ApplicationSettings| {
        users_write(settings);
        settings.audiences = resources.iter().map(|resource| resource.parse().unwrap()).collect();
    };
    let application = server.service_with(audiences).await;
    let token_for = async |resource| server.token().with_basic(&application).resource(resource).send().await;
    let foreign = token_for(resources[0]).await.access_token();
    let description = server.post_users(&foreign, &john()).await.refusal(401, "invalid_token");
    assert!(description.contains("another audience"), "{description}");
    let ours = token_for(resources[1]).await.access_token();
    assert_eq!(server.post_users(&ours, &john()).await.status, 201);
}

/// A deactivation takes effect at once, also for tokens that were issued before.
#[apply(on_both_engines)]
async fn a_deactivated_application_makes_no_accounts(world: World) {
    let server = world.server().await;
    let application = server.service_with(users_write).await;
    let token = server.token_for(&application).await;
    application.change(&server.rooms, DEACTIVATE).await;
    server.post_users(&token, &john()).await.refusal(401, "invalid_token");
    server.post_users_basic(&application, &john()).await.refusal(401, "invalid_client");
}

/// The write decides.
#[apply(on_both_engines)]
async fn fifty_at_once_with_one_address_make_one_account(world: World) {
    let server = world.server().await;
    let token = server.users_token().await;
    let mut tries = JoinSet::new();
    for n in 0..50 {
        // Two spellings of one mailbox.
        let email = if n % 2 == 0 { "john@example.com" } else { "JOHN@example.com" };
        let request = server.request(Method::POST, "/users").bearer_auth(&token).json(&json!({ "email": email }));
        tries.spawn(Answer::of(request));
    }
    let answers = tries.join_all().await;
    let (made, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{answers:?}");
    for other in others {
        other.refusal(409, "conflict");
    }
    assert_eq!(world.database.texts("select sub from users").await.len(), 1);
    assert_eq!(world.database.texts("select id from audit_events where event = 'user.created'").await.len(), 1);
}
