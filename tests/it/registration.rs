//! Applications that register themselves (RFC 7591, RFC 7592).

mod bounds;
mod limits;
mod manage;
mod names;
mod powers;
mod redirects;
mod tokens;

use macro_rules_attribute::apply;

use gatepost::domain::application::{Admission, Application, Origin};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::browser::Browser;
use crate::harness::person::{CHALLENGE, VERIFIER};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const OPEN: &str = "registration.dynamic = \"open\"\n";

/// Where the native client of these tests is called back.
const LOOPBACK: &str = "http://localhost:3334/oauth/callback";

/// What mcp-remote says of itself.
fn native_client() -> Value {
    json!({
        "redirect_uris": [LOOPBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "MCP CLI Proxy",
        "client_uri": "https://github.com/modelcontextprotocol/mcp-cli",
        "software_id": "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
        "software_version": "0.1.37",
        "application_type": "native",
        "scope": "openid offline_access",
    })
}

/// A web application with a secret.
fn web_client() -> Value {
    json!({ "redirect_uris": ["https://app.example/cb"], "client_name": "Shop" })
}

fn registering(server: &TestServer, metadata: &Value) -> RequestBuilder {
    server.request(Method::POST, "/oauth/register").json(metadata)
}

async fn register(server: &TestServer, metadata: &Value) -> Answer {
    Answer::of(registering(server, metadata)).await
}

async fn register_with(server: &TestServer, token: &str, metadata: &Value) -> Answer {
    Answer::of(registering(server, metadata).bearer_auth(token)).await
}

/// Sends these requests at the same time.
async fn at_once(requests: impl Iterator<Item = RequestBuilder>) -> Vec<Answer> {
    requests.map(Answer::of).collect::<JoinSet<_>>().join_all().await
}

/// The answer of a registration.
fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("expected a string, found {value}"))
}

async fn stored(server: &TestServer, made: &Value) -> Application {
    server.rooms.store.application(&text(&made["client_id"]).parse().unwrap()).await.unwrap().unwrap()
}

/// A registered client, as tests know applications.
fn client(made: &Value) -> Registered {
    let secret = made["client_secret"].as_str().unwrap_or_default().to_owned();
    Registered { client_id: text(&made["client_id"]).to_owned(), secret }
}

/// Everything a public native client needs, without a person who registers it.
#[apply(on_both_engines)]
async fn a_client_of_mcp_registers_itself_and_signs_its_person_in(world: World) {
    let server = world.server_with(OPEN).await;
    let metadata = server.get("/.well-known/oauth-authorization-server").await.success();
    assert_eq!(metadata["registration_endpoint"], format!("{}/oauth/register", server.issuer()));

    let made = made(&register(&server, &native_client()).await);
    let sent = native_client();
    for name in ["redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "client_name", "scope"]
    {
        assert_eq!(made[name], sent[name], "{name}");
    }
    assert!(made.get("client_secret").is_none() && made.get("software_id").is_none(), "{made}");
    let uri = format!("{}/oauth/register/{}", server.issuer(), text(&made["client_id"]));
    assert_eq!(made["registration_client_uri"], uri);

    let application = client(&made);
    let query = [
        ("client_id", application.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", LOOPBACK),
        ("scope", "openid offline_access"),
        ("prompt", "consent"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let browser = Browser::of(&server);
    let page = browser.visit(&format!("/oauth/authorize?{query}")).await;
    let consent = browser.sign_in(&server, &page, "john@example.com", 1).await;
    assert!(consent.text().contains("It registered itself; nobody has checked who offers it"), "{}", consent.text());
    assert!(consent.text().contains("localhost"), "{}", consent.text());
    let answer = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let code = answer.answer_parameters()["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", LOOPBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.form("/token", &application, &form).await.success();
    assert_eq!(tokens["scope"], "openid offline_access");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens["refresh_token"]))];
    server.form("/token", &application, &refresh).await.success();
}

/// RFC 7591 §3.2.1.
#[apply(on_both_engines)]
async fn a_confidential_client_gets_a_secret_that_works_and_of_which_a_hash_is_kept(world: World) {
    let server = world.server_with(OPEN).await;
    let made = made(&register(&server, &web_client()).await);
    assert_eq!(made["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(made["client_secret_expires_at"], 0);
    let issued = made["client_id_issued_at"].as_i64().unwrap();
    assert_eq!(issued, server.rooms.instruments.now().as_seconds());
    let (secret, token) = (text(&made["client_secret"]), text(&made["registration_access_token"]));
    // It gets past its secret.
    let form = [("grant_type", "authorization_code"), ("code", "nonsense")];
    server.form("/token", &client(&made), &form).await.refusal(400, "invalid_grant");
    server.form("/token", &client(&made).with_secret("gps_wrong"), &form).await.refusal(401, "invalid_client");
    let stored = stored(&server, &made).await;
    assert_eq!((stored.origin, stored.settings.owner.as_deref()), (Origin::Dynamic(Admission::Open), None));
    let rows = format!("{:?}", world.database.dump().await);
    assert!(rows.contains(&client(&made).client_id) && !rows.contains(secret) && !rows.contains(token));
}

/// RFC 7591 §3.2.2; whatever cannot be read or registered leaves nothing behind.
#[apply(on_both_engines)]
async fn what_cannot_be_registered_is_refused_by_its_own_code(world: World) {
    let server = world.server_with(&format!("{OPEN}rate_limits.enabled = false\n")).await;
    for uri in ["javascript:alert(1)", "http://app.example/cb", "https://a\u{0}b/", "https://*.example/", "/cb"] {
        let answer = register(&server, &json!({ "redirect_uris": [uri] })).await;
        let code = if uri.contains('\u{0}') { "invalid_client_metadata" } else { "invalid_redirect_uri" };
        answer.refusal(400, code);
    }
    register(&server, &json!({})).await.refusal(400, "invalid_redirect_uri");
    for own in ["  GatePost ", "G\u{430}tepost"] {
        let own = json!({ "redirect_uris": ["https://app.example/cb"], "client_name": own });
        register(&server, &own).await.refusal(400, "invalid_client_metadata");
    }
    let hidden = json!({ "redirect_uris": ["https://app.example/cb"], "client_name": "Shop\u{202e}" });
    register(&server, &hidden).await.refusal(400, "invalid_client_metadata");
    let deep = format!("{{\"a\":{}", "[".repeat(30_000));
    for body in ["", "{", "[]", "null", "7", "{\"a\":1,\"a\":2}", "\u{feff}{}", &deep] {
        let request = server.request(Method::POST, "/oauth/register").header("content-type", "application/json");
        Answer::of(request.body(body.to_owned())).await.refusal(400, "invalid_client_metadata");
    }
    let form = server.request(Method::POST, "/oauth/register").form(&[("client_name", "Shop")]);
    Answer::of(form).await.refusal(400, "invalid_client_metadata");
    let huge = json!({ "redirect_uris": ["https://app.example/cb"], "client_name": "a".repeat(70_000) });
    assert_eq!(register(&server, &huge).await.status, 413);
    let left = "select client_id from applications";
    assert_eq!(world.database.texts(left).await, Vec::<String>::new());
    assert_eq!(world.database.texts("select event from audit_events where event like 'application.%'").await.len(), 0);
}

/// Where it is off there is no endpoint, and the metadata name none; what registered itself before goes on.
#[apply(on_both_engines)]
async fn it_is_off_unless_an_operator_wants_it(world: World) {
    let open = world.server_with(OPEN).await;
    let made = made(&register(&open, &native_client()).await);
    open.stop().await;
    let server = world.server().await;
    let metadata = server.get("/.well-known/openid-configuration").await.success();
    assert!(metadata.get("registration_endpoint").is_none(), "{metadata}");
    register(&server, &native_client()).await.refusal(404, "not_found");
    let path = format!("/oauth/register/{}", text(&made["client_id"]));
    let token = text(&made["registration_access_token"]);
    Answer::of(server.request(Method::GET, &path).bearer_auth(token)).await.success();
}

/// Scripts of any origin register, as they ask for tokens.
#[apply(on_both_engines)]
async fn scripts_of_other_origins_may_register(world: World) {
    let server = world.server_with(OPEN).await;
    let origin = |request: RequestBuilder| request.header("origin", "https://app.example");
    for (path, method) in [("/oauth/register", "POST"), ("/oauth/register/x", "PUT"), ("/oauth/register/x", "DELETE")] {
        let request = server.request(Method::OPTIONS, path).header("access-control-request-method", method);
        let request = request.header("access-control-request-headers", "authorization,content-type");
        let answer = Answer::of(origin(request)).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
        assert!(answer.header("access-control-allow-methods").unwrap().contains(method));
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,content-type"));
    }
    let answer = Answer::of(origin(registering(&server, &native_client()))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("access-control-allow-origin")),
        (201, Some("https://app.example"))
    );
}
