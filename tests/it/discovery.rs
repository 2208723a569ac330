//! What the server publishes about itself: metadata (RFC 8414, OIDC Discovery) and keys (RFC 7517).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::flows::keys::Promotion;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, EVERY_ALGORITHM, RSA_ALONE, TestServer, World, eventually, on_both_engines};

const JWKS: &str = "/.well-known/jwks.json";

/// The metadata of a server with nothing configured.
fn expected_metadata() -> Value {
    let algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
    let chosen_from = ["RS256", "PS256", "ES256"];
    json!({
        "issuer": "http://localhost:8080",
        "authorization_endpoint": "http://localhost:8080/oauth/authorize",
        "end_session_endpoint": "http://localhost:8080/oauth/logout",
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "token_endpoint": "http://localhost:8080/token",
        "jwks_uri": "http://localhost:8080/.well-known/jwks.json",
        "userinfo_endpoint": "http://localhost:8080/oauth/userinfo",
        "introspection_endpoint": "http://localhost:8080/oauth/introspect",
        "revocation_endpoint": "http://localhost:8080/oauth/revoke",
        "pushed_authorization_request_endpoint": "http://localhost:8080/oauth/par",
        "device_authorization_endpoint": "http://localhost:8080/oauth/device_authorization",
        "grant_types_supported": [
            "client_credentials", "authorization_code", "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:gatepost:params:oauth:grant-type:login-code",
        ],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
        "authorization_response_iss_parameter_supported": true,
        "ui_locales_supported": ["en", "de", "fr", "es", "it", "nl", "pl", "pt"],
        "request_uri_parameter_supported": false,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": chosen_from,
        "acr_values_supported": ["urn:gatepost:mail", "urn:gatepost:passkey", "phr", "phrh"],
        "claims_parameter_supported": true,
        "claims_supported": [
            "iss", "sub", "aud", "token_use", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "acr", "amr",
            "name", "preferred_username", "updated_at", "locale", "email", "email_verified", "groups",
            "given_name", "family_name", "picture", "zoneinfo",
        ],
        "scopes_supported": ["openid", "profile", "email", "groups", "offline_access"],
        "protected_resources": ["http://localhost:8080/api/v1"],
        "dpop_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
    })
}

/// RFC 8414 §2, §3.2; OIDC Discovery §3.
#[apply(on_both_engines)]
async fn the_metadata_says_only_what_is_there(world: World) {
    let server = world.server().await;
    let expected = expected_metadata();
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let answer = server.get(path).await;
        assert_eq!(answer.success(), expected);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        for (name, address) in expected.as_object().unwrap() {
            let Some(path) = address.as_str().and_then(|url| url.strip_prefix("http://localhost:8080/")) else {
                continue;
            };
            assert_ne!(server.get(&format!("/{path}")).await.status, 404, "{name} is there");
        }
    }
}

/// RFC 8414 §3.3: every address begins with the issuer as configured; scopes are those that any application may ask for.
#[apply(on_both_engines)]
async fn the_metadata_follows_the_configuration(world: World) {
    let toml = "[server]\nissuer = \"https://id.example.com/auth\"\n[[scopes]]\nname = \"c\"\n\
                [[resources]]\nidentifier = \"urn:x\"\nscopes = [\"c\"]\n\
                [[resources]]\nidentifier = \"urn:y\"\nscopes = [\"a\", \"b\"]\nopen = true";
    let server = world.server_with(toml).await;
    let metadata = server.get("/.well-known/oauth-authorization-server").await.success();
    assert_eq!(metadata["issuer"], "https://id.example.com/auth");
    assert_eq!(metadata["token_endpoint"], "https://id.example.com/auth/token");
    assert_eq!(
        metadata["scopes_supported"],
        json!(["openid", "profile", "email", "groups", "offline_access", "a", "b"])
    );
    assert_eq!(metadata["protected_resources"], json!(["urn:y", "https://id.example.com/auth/api/v1"]));
}

fn kids(answer: &Answer) -> Vec<String> {
    let body = answer.success();
    let keys = body["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn signing_kid(server: &TestServer) -> String {
    let token = server.token().with_basic(&server.service().await).send().await.access_token();
    jsonwebtoken::decode_header(&token).unwrap().kid.unwrap()
}

/// RFC 7517 §4, §5; RFC 7518 §6: public members only, and all that a verifier needs.
#[apply(on_both_engines)]
async fn the_key_set_holds_public_keys_only(world: World) {
    let server = world.server_with(EVERY_ALGORITHM).await;
    let body = server.get(JWKS).await.success();
    let keys = body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 8, "one that signs and one to follow for each algorithm");
    for key in keys {
        let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        let expected: &[&str] = match key["kty"].as_str().unwrap() {
            "RSA" => &["alg", "e", "kid", "kty", "n", "use"],
            "EC" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            "OKP" => &["alg", "crv", "kid", "kty", "use", "x"],
            other => panic!("{other}"),
        };
        assert_eq!(members, expected);
        assert_eq!(key["use"], "sig");
    }
}

/// A key is published before it signs: at the first start there is one that signs and one to follow.
#[apply(on_both_engines)]
async fn at_the_first_start_there_is_a_key_that_signs_and_one_announced(world: World) {
    let server = world.server_with(RSA_ALONE).await;
    let before = kids(&server.get(JWKS).await);
    assert_eq!(before.len(), 2);
    let signing = signing_kid(&server).await;
    assert!(before.contains(&signing));
    world.clock.advance(Duration::from_secs(1));
    server.rooms.keys.rotate_keys(Promotion::Now, &Actor::CommandLine).await.unwrap();
    let next = signing_kid(&server).await;
    assert!(next != signing && before.contains(&next), "the announced one took over");
    let after = kids(&server.get(JWKS).await);
    assert!(after.len() == 3 && after.contains(&signing), "the old one stays for the tokens it signed");
}

/// Rotation by date: announced, active for 90 days at most, then published until its tokens are over.
#[apply(on_both_engines)]
async fn keys_follow_one_another_without_anybody_doing_anything(world: World) {
    let server = world.server_with(RSA_ALONE).await;
    let first = signing_kid(&server).await;
    let keys = server.rooms.store.signing_keys().await.unwrap();
    let next = keys.iter().find(|key| key.kid != first).unwrap();
    let ahead = next.activates_at.since(server.rooms.instruments.now());
    let day = Duration::from_hours(24);
    assert!((81 * day..=90 * day).contains(&ahead), "jittered: {ahead:?}");
    world.clock.advance(ahead.checked_sub(Duration::from_secs(1)).unwrap());
    assert_eq!(signing_kid(&server).await, first);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(signing_kid(&server).await, next.kid);
    for (passed, published) in [(Duration::ZERO, true), (day, true), (Duration::from_mins(10), false)] {
        world.clock.advance(passed);
        server.rooms.keys.maintain_keys().await.unwrap();
        server.rooms.upkeep.refresh().await.unwrap();
        let kids = kids(&server.get(JWKS).await);
        assert_eq!(kids.contains(&first), published, "{kids:?}");
        assert!(kids.contains(&next.kid) && kids.len() == 2 + usize::from(published), "one is announced again");
    }
    let stored = server.rooms.store.signing_keys().await.unwrap();
    assert!(!stored.iter().any(|key| key.kid == first), "what is over is forgotten");
}

/// A rotation by a command reaches the running server without a restart.
#[apply(on_both_engines)]
async fn a_rotation_by_a_command_is_published_and_used_within_a_second(world: World) {
    let server = world.server_with(RSA_ALONE).await;
    let command = world.idle_with(RSA_ALONE).await;
    let before = signing_kid(&server).await;
    world.clock.advance(Duration::from_secs(1));
    command.keys.rotate_keys(Promotion::Now, &Actor::CommandLine).await.unwrap();
    eventually("the new key signs", async || signing_kid(&server).await != before).await;
    // Making the next key takes a while.
    eventually("another is announced", async || kids(&server.get(JWKS).await).len() == 3).await;
}

/// RFC 9111 §5.2.2: a copy is good for a day at most, and a third of the announcement.
#[apply(on_both_engines)]
async fn the_key_set_may_be_kept_for_a_third_of_the_announcement(world: World) {
    for (toml, max_age) in [
        ("", 86_400),
        ("[keys]\nrotate_every = \"4s\"\nannounce_for = \"3s\"", 1),
        ("[keys]\nrotate_every = \"2h\"", 1200),
    ] {
        let server = world.server_with(toml).await;
        let answer = server.get(JWKS).await;
        assert_eq!(answer.header("cache-control"), Some(format!("public, max-age={max_age}").as_str()));
        server.stop().await;
    }
}

/// RFC 9110 §13.1.2, §15.4.5.
#[apply(on_both_engines)]
async fn who_has_the_key_set_gets_304(world: World) {
    let server = world.server().await;
    let fresh = server.get(JWKS).await;
    let etag = fresh.header("etag").unwrap().to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20, "{etag}");
    let ask = |tags: String| Answer::of(server.request(Method::GET, JWKS).header("if-none-match", tags));
    for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        let answer = ask(known).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
        assert_eq!(answer.header("cache-control"), fresh.header("cache-control"));
    }
    for unknown in ["\"other\"".to_owned(), String::new(), etag.trim_matches('"').to_owned()] {
        assert_eq!(ask(unknown).await.body, fresh.body);
    }
    server.rooms.keys.rotate_keys(Promotion::Now, &Actor::CommandLine).await.unwrap();
    let changed = ask(etag.clone()).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(etag.as_str()));
}

/// Two nodes that start together on an empty database make one set of keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_start_together_share_one_key_set() {
    World::on_postgres(async |world| {
        let (one, other) = tokio::join!(world.server(), world.server());
        let sets: Vec<Value> = vec![one.get(JWKS).await.success(), other.get(JWKS).await.success()];
        assert_eq!(sets[0], sets[1]);
        assert_eq!(sets[0]["keys"].as_array().unwrap().len(), 6, "two of each algorithm");
    })
    .await;
}
