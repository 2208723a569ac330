//! Our own API as a protected resource (RFC 9728): a client that knows its address finds out the rest.

use macro_rules_attribute::apply;

use gatepost::domain::own_api::SCOPES;
use gatepost::flows::access::{ADMIN_SCOPE, Need};
use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Registered, TestServer, World, on_both_engines, service};

const API: &str = "http://localhost:8080/api/v1";

/// RFC 9728 §2, §3, §5: from a refusal to the metadata to the server that issues tokens.
#[apply(on_both_engines)]
async fn a_client_finds_its_way_from_a_refusal_to_a_token(world: World) {
    let server = world.server().await;
    for path in ["/api/v1/me", "/api/v1/hello", "/api/v1/users"] {
        let refused = server.get(path).await;
        assert_eq!(refused.status, 401);
        let challenge = refused.header("www-authenticate").unwrap().to_owned();
        let (_, metadata) = challenge.split_once("resource_metadata=\"").unwrap();
        let (metadata, _) = metadata.split_once('"').unwrap();
        let path = metadata.strip_prefix("http://localhost:8080").unwrap();
        let metadata = server.get(path).await;
        let metadata = metadata.success();
        assert_eq!(
            (&metadata["resource"], &metadata["authorization_servers"]),
            (&json!(API), &json!([server.issuer()]))
        );
        assert_eq!(metadata["bearer_methods_supported"], json!(["header"]));
        assert_eq!(metadata["dpop_signing_alg_values_supported"], json!(["RS256", "PS256", "ES256", "EdDSA"]));
        assert_eq!(metadata["scopes_supported"].as_array().unwrap().len(), SCOPES.len());
    }
    let wrong = Answer::of(server.request(Method::GET, "/api/v1/me").bearer_auth("nonsense")).await;
    let challenge = wrong.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains("resource_metadata="), "{challenge}");
    let elsewhere = server.get("/oauth/userinfo").await;
    assert!(!elsewhere.header("www-authenticate").unwrap().contains("resource_metadata"), "it is no part of the API");
    let listed = server.get("/.well-known/oauth-authorization-server").await.success();
    assert_eq!(listed["protected_resources"], json!([API]));
}

async fn token(server: &TestServer, from: &Registered, resource: &str) -> Answer {
    server.form("/token", from, &[("grant_type", "client_credentials"), ("resource", resource)]).await
}

/// RFC 8707 §2: a token may be meant for the API, by which it gets no power that its application does not have.
#[apply(on_both_engines)]
async fn a_token_may_be_meant_for_our_own_api(world: World) {
    let server = world.server().await;
    let reader = Registered::at(
        &server.rooms,
        service(|settings| {
            settings.scope = "openid applications:read orders:read".parse().unwrap();
            settings.default_scope = settings.scope.clone();
        }),
    )
    .await;
    let answer = token(&server, &reader, API).await;
    assert_eq!(answer.success()["scope"], "applications:read", "the other scopes mean nothing there");
    let claims = server.verify(&answer.access_token()).await.claims;
    assert_eq!(claims["aud"], API);
    let ask = async |path: &str| {
        Answer::of(server.request(Method::GET, path).bearer_auth(answer.access_token())).await.status.as_u16()
    };
    assert_eq!((ask("/api/v1/applications").await, ask("/api/v1/users").await), (200, 403));
    assert_eq!(ask("/oauth/userinfo").await, 401, "it is meant for the API alone");
    let powerless = server.service().await;
    assert_eq!(token(&server, &powerless, API).await.success().get("scope"), None);
    token(&server, &powerless, "https://other.example").await.refusal(400, "invalid_target");
}

/// What the metadata say is what the API takes.
#[test]
fn the_scopes_of_the_metadata_are_those_of_the_api() {
    let mut needed: Vec<&str> = Need::ALL.into_iter().flat_map(Need::scopes).copied().chain([ADMIN_SCOPE]).collect();
    needed.sort_unstable();
    needed.dedup();
    let mut told = SCOPES.to_vec();
    told.sort_unstable();
    assert_eq!(told, needed);
}
