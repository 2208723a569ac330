//! A client sees, changes and deletes its registration (RFC 7592).

use macro_rules_attribute::apply;

use gatepost::domain::application::ApplicationState;
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::{ACTIVATE, DEACTIVATE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{LOOPBACK, OPEN, at_once, client, made, native_client, register, stored, text, web_client};
use crate::harness::{Answer, TestServer, World, on_both_engines};

pub(super) fn asking(server: &TestServer, method: Method, made: &Value) -> RequestBuilder {
    let path = format!("/oauth/register/{}", text(&made["client_id"]));
    server.request(method, &path).bearer_auth(text(&made["registration_access_token"]))
}

pub(super) async fn read(server: &TestServer, made: &Value) -> Answer {
    Answer::of(asking(server, Method::GET, made)).await
}

pub(super) fn changing(server: &TestServer, made: &Value, more: &Value) -> RequestBuilder {
    let mut body = json!({ "client_id": made["client_id"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    asking(server, Method::PUT, made).json(&body)
}

pub(super) async fn change(server: &TestServer, made: &Value, more: &Value) -> Answer {
    Answer::of(changing(server, made, more)).await
}

/// RFC 7592 §2.1: reading says what is registered, and changes nothing.
#[apply(on_both_engines)]
async fn a_client_reads_what_it_registered_as_often_as_it_likes(world: World) {
    let server = world.server_with(OPEN).await;
    let native = made(&register(&server, &native_client()).await);
    for _ in 0..2 {
        assert_eq!(read(&server, &native).await.success(), native);
    }
    let web = made(&register(&server, &web_client()).await);
    let mut known = web.clone();
    known.as_object_mut().unwrap().retain(|name, _| !name.starts_with("client_secret"));
    assert_eq!(read(&server, &web).await.success(), known, "only a hash of the secret is kept");
    for wrong in [json!({ "client_id": web["client_id"] }), json!({ "client_id": "never-was" })] {
        let mut wrong = wrong;
        wrong["registration_access_token"] = native["registration_access_token"].clone();
        read(&server, &wrong).await.refusal(401, "invalid_token");
    }
    let path = format!("/oauth/register/{}", text(&web["client_id"]));
    let missing = server.get(&path).await;
    missing.refusal(401, "invalid_token");
    assert_eq!(missing.header("www-authenticate"), Some("Bearer realm=\"gatepost\""));
}

/// RFC 7592 §2.2: everything is said anew, and the token is another one from then on.
#[apply(on_both_engines)]
async fn a_change_replaces_what_was_registered_and_the_token(world: World) {
    let server = world.server_with(OPEN).await;
    let first = made(&register(&server, &native_client()).await);
    let uris = json!(["http://127.0.0.1/cb"]);
    let more = json!({ "redirect_uris": uris, "token_endpoint_auth_method": "none", "client_name": "Second" });
    let second = change(&server, &first, &more).await.success();
    assert_eq!((&second["client_name"], &second["redirect_uris"]), (&json!("Second"), &uris));
    assert_eq!(second["grant_types"], json!(["authorization_code"]), "what is left out is as it is by default");
    assert_eq!(second["client_id_issued_at"], first["client_id_issued_at"]);
    assert_ne!(second["registration_access_token"], first["registration_access_token"]);
    read(&server, &first).await.refusal(401, "invalid_token");
    change(&server, &first, &more).await.refusal(401, "invalid_token");
    assert_eq!(read(&server, &second).await.success(), second);
    let application = stored(&server, &second).await;
    assert_eq!(application.settings.redirect_uris, ["http://127.0.0.1/cb"]);
    let changed = "select detail from audit_events where event = 'application.changed'";
    assert!(world.database.texts(changed).await[0].contains("redirect_uris +http://127.0.0.1/cb"));
}

/// A change that is refused leaves everything as it was, the token too.
#[apply(on_both_engines)]
async fn a_change_that_cannot_be_changes_nothing(world: World) {
    let server = world.server_with(OPEN).await;
    let web = made(&register(&server, &web_client()).await);
    let known = read(&server, &web).await.success();
    let good = |name: &str, value: Value| {
        let mut more = web_client();
        more[name] = value;
        more
    };
    for (more, error) in [
        (good("redirect_uris", json!(["javascript:alert(1)"])), "invalid_redirect_uri"),
        (json!({}), "invalid_redirect_uri"),
        (good("client_id", json!("another")), "invalid_client_metadata"),
        (good("client_id", json!(null)), "invalid_client_metadata"),
        (good("client_secret", json!("gps_mine")), "invalid_client_metadata"),
        (good("client_secret", json!(7)), "invalid_client_metadata"),
        (good("client_name", json!("Gatepost")), "invalid_client_metadata"),
        (good("token_endpoint_auth_method", json!("none")), "invalid_client_metadata"),
    ] {
        change(&server, &web, &more).await.refusal(400, error);
        assert_eq!(read(&server, &web).await.success(), known, "{more}");
    }
    let same = change(&server, &web, &good("client_secret", web["client_secret"].clone())).await.success();
    assert!(same.get("client_secret").is_none(), "it stays what it is");
    let form = [("grant_type", "authorization_code"), ("code", "nonsense")];
    server.form("/token", &client(&web), &form).await.refusal(400, "invalid_grant");
}

/// A client that signs from now on loses its secret, and gets one when it wants one again.
#[apply(on_both_engines)]
async fn how_a_client_authenticates_can_change(world: World) {
    let server = world.server_with(OPEN).await;
    let web = made(&register(&server, &web_client()).await);
    let mut signs = web_client();
    signs["token_endpoint_auth_method"] = json!("private_key_jwt");
    signs["jwks"] = json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    ] });
    let signing = change(&server, &web, &signs).await.success();
    assert_eq!(signing["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(signing["jwks"]["keys"][0]["crv"], "Ed25519");
    let form = [("grant_type", "authorization_code"), ("code", "nonsense")];
    server.form("/token", &client(&web), &form).await.refusal(401, "invalid_client");
    let mut posts = web_client();
    posts["token_endpoint_auth_method"] = json!("client_secret_post");
    let again = change(&server, &signing, &posts).await.success();
    assert_eq!((&again["token_endpoint_auth_method"], again.get("jwks")), (&json!("client_secret_post"), None));
    server.form("/token", &client(&again), &form).await.refusal(400, "invalid_grant");
    server.form("/token", &client(&web), &form).await.refusal(401, "invalid_client");
}

/// The write decides: of changes with one token one is made, and what is registered is wholly that one.
#[apply(on_both_engines)]
async fn of_two_changes_at_once_one_is_made(world: World) {
    let one = world.server_with(OPEN).await;
    let first = made(&register(&one, &native_client()).await);
    let changes = (0..6).map(|number| {
        let uri = format!("http://localhost:{}/cb", 4000 + number);
        let name = format!("N{number}");
        let more = json!({ "redirect_uris": [uri], "client_name": name, "token_endpoint_auth_method": "none" });
        changing(&one, &first, &more)
    });
    let answers = at_once(changes).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (1, 5));
    for answer in refused {
        answer.refusal(401, "invalid_token");
    }
    let done = done[0].json();
    assert_eq!(read(&one, &done).await.success(), done);
    let number = text(&done["client_name"]).trim_start_matches('N').parse::<u32>().unwrap();
    assert_eq!(done["redirect_uris"], json!([format!("http://localhost:{}/cb", 4000 + number)]));
}

/// RFC 7592 §2.3: afterwards neither token nor client id is good for anything.
#[apply(on_both_engines)]
async fn a_client_deletes_itself_once(world: World) {
    let server = world.server_with(OPEN).await;
    let web = made(&register(&server, &web_client()).await);
    let deleted = at_once((0..4).map(|_| asking(&server, Method::DELETE, &web))).await;
    let mut statuses: Vec<u16> = deleted.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401, 401, 401]);
    read(&server, &web).await.refusal(401, "invalid_token");
    change(&server, &web, &web_client()).await.refusal(401, "invalid_token");
    let form = [("grant_type", "authorization_code"), ("code", "nonsense")];
    server.form("/token", &client(&web), &form).await.refusal(401, "invalid_client");
    assert!(matches!(stored(&server, &web).await.state, ApplicationState::Deleted { .. }));
    let deletions = "select actor from audit_events where event = 'application.deleted'";
    assert_eq!(world.database.texts(deletions).await, [format!("application {}", text(&web["client_id"]))]);
}

/// What an operator stopped does not change itself, and says why.
#[apply(on_both_engines)]
async fn what_an_operator_stopped_stays_as_it_is(world: World) {
    let server = world.server_with(OPEN).await;
    let native = made(&register(&server, &native_client()).await);
    let change_state = async |change| {
        let applications = &server.rooms.applications;
        applications.application_change_state(&client(&native).id(), change, &Actor::CommandLine).await.unwrap();
    };
    change_state(DEACTIVATE).await;
    let more = json!({ "redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none" });
    for answer in [
        read(&server, &native).await,
        change(&server, &native, &more).await,
        Answer::of(asking(&server, Method::DELETE, &native)).await,
    ] {
        assert!(answer.refusal(403, "access_denied").contains("deactivated on"));
    }
    change_state(ACTIVATE).await;
    read(&server, &native).await.success();
}
