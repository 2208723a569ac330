//! Tokens that are bound to a key (DPoP, RFC 9449).

mod keys;
mod nonces;
mod proofs;
mod resources;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::authorization::Source;
use gatepost::domain::sign_in::LoginCode;
use gatepost::flows::access::Caller;
use gatepost::flows::sessions::SignIn;
use gatepost::protocol::refusal::ErrorCode;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::{
    Answer, CALLBACK, ClientKey, Grant, Registered, TestServer, VERIFIER, World, for_people, on_both_engines, person,
};

const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// The form that redeems a code.
fn redeeming(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]
}

/// The form that refreshes.
fn refreshing(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

fn refresh_token(answer: &Answer) -> String {
    answer.success()["refresh_token"].as_str().unwrap().to_owned()
}

/// An application of this kind with a person's grant.
async fn granted(server: &TestServer, kind: ApplicationKind) -> Grant<'_> {
    server.grant_to(for_people(kind)).await.stored().await
}

/// The tokens of a new code, bound to this key.
async fn begun(grant: &Grant<'_>, key: &ClientKey) -> Answer {
    let code = grant.code().await;
    let answer = grant.server.prove(&grant.application, &redeeming(&code), &key.proves(grant.server)).await;
    check_bound(grant.server, &answer, key).await;
    answer
}

/// What a new machine gets with a proof of this key.
async fn machine_token(server: &TestServer, key: &ClientKey) -> (Registered, String) {
    let machine = server.service().await;
    let answer = server.prove(&machine, &MACHINE, &key.proves(server)).await;
    check_bound(server, &answer, key).await;
    (machine, answer.access_token())
}

/// RFC 9449 §5, §6.1.
async fn check_bound(server: &TestServer, answer: &Answer, key: &ClientKey) {
    assert_eq!(answer.success()["token_type"], "DPoP");
    let claims = server.verify(&answer.access_token()).await.claims;
    assert_eq!(claims["cnf"], json!({ "jkt": key.kid() }), "our kid is the thumbprint of RFC 7638");
}

fn login_code_settings() -> ApplicationSettings {
    let mut settings = for_people(ApplicationKind::Native);
    settings.grants.push(GrantType::LoginCode);
    settings
}

/// RFC 9449 §5: with each grant. The device's is in `device::bound`.
#[apply(on_both_engines)]
async fn every_grant_gives_tokens_that_are_bound_to_the_key_of_the_proof(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    machine_token(&server, &key).await;
    for kind in [ApplicationKind::Web, ApplicationKind::Spa, ApplicationKind::Native] {
        let grant = granted(&server, kind).await;
        let first = begun(&grant, &key).await;
        let form = refresh_token(&first);
        let second = server.prove(&grant.application, &refreshing(&form), &key.proves(&server)).await;
        check_bound(&server, &second, &key).await;
    }
    let mut grant = server.grant_to(login_code_settings()).await;
    grant.authorization.source = Source::Api;
    let mut grant = grant.stored().await;
    let code = LoginCode::from_random([1; 8]);
    grant.sign_in(&code).await;
    let (email, code) = (grant.user.email.clone().unwrap(), code.grouped());
    let form = [
        ("grant_type", GrantType::LoginCode.name()),
        ("username", email.as_str()),
        ("login_code", &code),
        ("code_verifier", VERIFIER),
    ];
    check_bound(&server, &server.prove(&grant.application, &form, &key.proves(&server)).await, &key).await;
}

/// Every algorithm that signs.
#[apply(on_both_engines)]
async fn a_proof_is_signed_with_any_algorithm_that_discovery_names(world: World) {
    let server = world.server().await;
    let discovered = server.get("/.well-known/openid-configuration").await.success();
    for name in discovered["dpop_signing_alg_values_supported"].as_array().unwrap() {
        let key = ClientKey::new(name.as_str().unwrap().parse().unwrap());
        machine_token(&server, &key).await;
    }
}

/// Clients that know nothing of it.
#[apply(on_both_engines)]
async fn without_a_proof_everything_is_as_it_was(world: World) {
    let server = world.server().await;
    let machine = server.service().await;
    let answer = server.form("/token", &machine, &MACHINE).await;
    assert_eq!((&answer.success()["token_type"], answer.header("dpop-nonce")), (&json!("Bearer"), None));
    assert_eq!(server.verify(&answer.access_token()).await.claims["cnf"], Value::Null);
}

/// RFC 9449 §5.2, `dpop_bound_access_tokens`: whatever the grant, and nothing is spent by it.
#[apply(on_both_engines)]
async fn an_application_whose_tokens_are_bound_gets_none_without_a_proof(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let bound = |mut settings: ApplicationSettings| {
        settings.dpop_bound = true;
        settings
    };
    let machine = server.service_with(|settings| settings.dpop_bound = true).await;
    let told = server.form("/token", &machine, &MACHINE).await.refusal(400, "invalid_dpop_proof");
    assert!(told.contains("dpop_bound"), "{told}");
    check_bound(&server, &server.prove(&machine, &MACHINE, &key.proves(&server)).await, &key).await;
    let known = server.rooms.store.application(&machine.id()).await.unwrap().unwrap();
    let operator = Caller::Person(person::operator(&server.rooms, "boss@example.com").await, SignIn::Fresh);
    let tried = server.rooms.tokens.token_to_look_at(&operator, &known).await;
    assert_eq!(tried.err().map(|refusal| refusal.code), Some(ErrorCode::Conflict), "not even to look at");

    for kind in [ApplicationKind::Web, ApplicationKind::Spa] {
        let grant = server.grant_to(bound(for_people(kind))).await.stored().await;
        let code = grant.code().await;
        grant.redeem(&code).await.refusal(400, "invalid_dpop_proof");
        let answer = server.prove(&grant.application, &redeeming(&code), &key.proves(&server)).await;
        check_bound(&server, &answer, &key).await;
        let token = refresh_token(&answer);
        grant.refresh(&token).await.refusal(400, "invalid_dpop_proof");
        let answer = server.prove(&grant.application, &refreshing(&token), &key.proves(&server)).await;
        check_bound(&server, &answer, &key).await;
    }
}

/// RFC 9449 §5.2: a client says it of itself.
#[apply(on_both_engines)]
async fn a_client_that_registers_itself_can_have_its_tokens_bound(world: World) {
    let server = world.server_with("registration.dynamic = \"open\"\n").await;
    for said in [Some(true), Some(false), None] {
        let mut metadata = json!({ "redirect_uris": ["https://app.example/cb"], "client_name": "Shop" });
        if let Some(said) = said {
            metadata["dpop_bound_access_tokens"] = said.into();
        }
        let made = Answer::of(server.request(reqwest::Method::POST, "/oauth/register").json(&metadata)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        assert_eq!(made["dpop_bound_access_tokens"], said.unwrap_or(false));
        let client_id = made["client_id"].as_str().unwrap().parse().unwrap();
        let stored = server.rooms.store.application(&client_id).await.unwrap().unwrap();
        assert_eq!(stored.settings.dpop_bound, said.unwrap_or(false));
    }
}
