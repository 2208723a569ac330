//! Assertions of a trusted issuer (draft §4.4, RFC 7523 §3).

use gatepost::domain::application::AccessPolicy;
use gatepost::domain::audit::Actor;
use gatepost::protocol::jose::SigningAlgorithm;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{JWT_BEARER, OPEN_API, TOOLS, agent, connect, redeem, says, trusted};
use crate::harness::{ClientKey, ForeignIssuer, Installation, Manner, Registered, TestServer, World, on_both_engines};

/// A server that trusts an issuer with a key, an application there, and a person whose identity is connected.
struct Trusting {
    server: TestServer,
    issuer: ForeignIssuer,
    key: ClientKey,
    agent: Registered,
    sub: String,
}

async fn trusting(world: &World) -> Trusting {
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let server = world.server_with(&format!("{}{OPEN_API}", trusted(&issuer.issuer, ""))).await;
    let person = server.person("john@example.com").await;
    connect(&server, &person, &issuer.issuer, "u1").await;
    let agent = server.service_with(agent).await;
    Trusting { server, issuer, key, agent, sub: person.sub }
}

/// The person is asked nothing, and gets neither ID token nor refresh token.
#[apply(on_both_engines)]
async fn an_application_acts_for_the_person_whom_a_trusted_issuer_names(world: World) {
    let Trusting { server, issuer, key, agent, sub } = trusting(&world).await;
    let assertion = says(&issuer, &server, &key, &agent).claim("auth_time", 7).signed(&key);
    let answer = redeem(&server, &agent, &assertion, &[]).await;
    let body = answer.success();
    let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "expires_in", "scope", "token_type"]);
    assert_eq!(body["scope"], "tools:read tools:write", "the API is open, and brings its scopes along");
    let claims = server.verify(&answer.access_token()).await.claims;
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["client_id"]),
        (&json!(sub), &json!(TOOLS), &json!(agent.client_id))
    );
    assert_eq!((&claims["auth_time"], &claims["amr"]), (&json!(7), &json!(["fed"])));
    let lines = server.rooms.store.audit_of(&agent.client_id).await.unwrap();
    let line = lines.iter().find(|line| line.event == "tokens.asserted").unwrap();
    assert_eq!(line.detail, format!("in the name of {sub}, by {}", issuer.issuer));
}

/// Draft §4.4, RFC 8707 §2.2: less than was asserted can be asked for, and more cannot.
#[apply(on_both_engines)]
async fn scope_and_resource_only_become_less(world: World) {
    let Trusting { server, issuer, key, agent, .. } = trusting(&world).await;
    let said = || says(&issuer, &server, &key, &agent);
    let less = redeem(&server, &agent, &said().signed(&key), &[("scope", "tools:read"), ("resource", TOOLS)]).await;
    assert_eq!(less.success()["scope"], "tools:read");
    let assertion = said().claim("scope", "tools:read openid email").signed(&key);
    redeem(&server, &agent, &assertion, &[("scope", "tools:write")]).await.refusal(400, "invalid_scope");
    redeem(&server, &agent, &assertion, &[("resource", "https://b.example")]).await.refusal(400, "invalid_target");
    assert_eq!(
        redeem(&server, &agent, &assertion, &[]).await.success()["scope"],
        "tools:read",
        "nothing was spent yet"
    );
    let nothing = said().claim("scope", "other").signed(&key);
    redeem(&server, &agent, &nothing, &[]).await.refusal(400, "invalid_scope");
    let elsewhere = said().claim("resource", "https://b.example").signed(&key);
    redeem(&server, &agent, &elsewhere, &[]).await.refusal(400, "invalid_target");
}

/// RFC 7523 §3, RFC 8725 §3: what is wrong about an assertion grants nothing.
#[apply(on_both_engines)]
async fn an_assertion_that_is_not_right_is_refused(world: World) {
    let Trusting { server, issuer, key, agent, .. } = trusting(&world).await;
    let said = || says(&issuer, &server, &key, &agent);
    let now = server.world.clock.seconds();
    let stranger = ClientKey::new(SigningAlgorithm::Es256);
    let mut wrong: Vec<(&str, String)> = [
        ("iss", json!("https://other.example")),
        ("aud", json!("https://other.example")),
        ("aud", json!([server.issuer(), "https://other.example"])),
        ("client_id", json!("other")),
        ("sub", json!("u2")),
        ("exp", json!(now - 60)),
        ("iat", json!(now + 61)),
        ("jti", Value::Null),
    ]
    .into_iter()
    .map(|(name, value)| (name, said().claim(name, value).signed(&key)))
    .collect();
    wrong.push(("typ", said().header("typ", "JWT").signed(&key)));
    wrong.push(("crit", said().header("crit", json!(["b64"])).signed(&key)));
    wrong.push(("alg", said().header("alg", "none").sealed(|_| Vec::new())));
    wrong.push(("signature", said().signed(&stranger)));
    wrong.push(("kid", said().header("kid", "other").signed(&stranger)));
    wrong.push(("text", "x".to_owned()));
    for (what, assertion) in wrong {
        let told = redeem(&server, &agent, &assertion, &[]).await.refusal(400, "invalid_grant");
        assert!(!told.is_empty(), "{what}");
    }
    server.form("/token", &agent, &[("grant_type", JWT_BEARER)]).await.refusal(400, "invalid_request");
    redeem(&server, &agent, &said().signed(&key), &[]).await.success();
}

/// RFC 7523 §3: an assertion is taken once, however many send it at the same time.
#[apply(on_both_engines)]
async fn an_assertion_is_taken_once(world: World) {
    let Trusting { server, issuer, key, agent, .. } = trusting(&world).await;
    let assertion = says(&issuer, &server, &key, &agent).signed(&key);
    let one = || redeem(&server, &agent, &assertion, &[]);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert_eq!([a, b, c, d].iter().filter(|answer| answer.status == 200).count(), 1);
    let told = redeem(&server, &agent, &assertion, &[]).await.refusal(400, "invalid_grant");
    assert!(told.contains("used before"), "{told}");
}

/// Whoever is disabled, disconnected or may not use the application is not acted for, and what was got ends.
#[apply(on_both_engines)]
async fn only_an_account_that_may_use_the_application_is_acted_for(world: World) {
    let Trusting { server, issuer, key, agent, sub } = trusting(&world).await;
    let said = || says(&issuer, &server, &key, &agent).signed(&key);
    let token = redeem(&server, &agent, &said(), &[]).await.access_token();
    let known = || async { server.form("/oauth/introspect", &agent, &[("token", token.as_str())]).await.success() };
    assert_eq!(known().await["active"], true);
    agent.settle(&server.rooms, |settings| settings.access = AccessPolicy::Owners).await;
    redeem(&server, &agent, &said(), &[]).await.refusal(400, "invalid_grant");
    agent.settle(&server.rooms, |settings| settings.access = AccessPolicy::Everybody).await;
    let user = server.rooms.store.user_by_sub(&sub).await.unwrap().unwrap();
    server.rooms.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    redeem(&server, &agent, &said(), &[]).await.refusal(400, "invalid_grant");
    assert_eq!(known().await["active"], false);
}

/// An address says whose account it is only where the operator says so, of its domains, and if it is proven.
#[apply(on_both_engines)]
async fn an_address_counts_where_the_operator_says_so(world: World) {
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let toml = format!("{}{OPEN_API}", trusted(&issuer.issuer, "email_domains = [\"example.com\"]"));
    let server = world.server_with(&toml).await;
    let agent = server.service_with(agent).await;
    let (jane, _) = (server.person("jane@example.com").await, server.person("jim@example.org").await);
    let said = |email: &str, proven: Value| {
        let said = says(&issuer, &server, &key, &agent).claim("email", email).claim("email_verified", proven);
        said.signed(&key)
    };
    let answer = redeem(&server, &agent, &said("Jane@EXAMPLE.com", json!(true)), &[]).await;
    assert_eq!(server.verify(&answer.access_token()).await.claims["sub"], jane.sub);
    for (email, proven) in [
        ("jane@example.com", json!(false)),
        ("jane@example.com", json!("true")),
        ("jim@example.org", json!(true)),
        ("nobody@example.com", json!(true)),
        ("no address", json!(true)),
    ] {
        redeem(&server, &agent, &said(email, proven), &[]).await.refusal(400, "invalid_grant");
    }
    // A connected identity goes before the address.
    let joe = server.person("joe@example.com").await;
    connect(&server, &joe, &issuer.issuer, "u1").await;
    let answer = redeem(&server, &agent, &said("jane@example.com", json!(true)), &[]).await;
    assert_eq!(server.verify(&answer.access_token()).await.claims["sub"], joe.sub);
}

/// Draft §8.1: a public client is whoever says so; and the grant has to be registered.
#[apply(on_both_engines)]
async fn the_grant_is_for_applications_that_have_it_and_prove_themselves(world: World) {
    let Trusting { server, issuer, key, agent, .. } = trusting(&world).await;
    let other = server.service().await;
    let assertion = says(&issuer, &server, &key, &agent).signed(&key);
    redeem(&server, &other, &assertion, &[]).await.refusal(400, "unauthorized_client");
    redeem(&server, &agent.with_secret("wrong"), &assertion, &[]).await.refusal(401, "invalid_client");
    redeem(&server, &agent, &assertion, &[]).await.success();
}

/// An issuer that does not answer, or answers for another, costs nobody anything.
#[apply(on_both_engines)]
async fn an_issuer_that_answers_wrongly_is_not_believed(world: World) {
    let Trusting { server, issuer, key, agent, .. } = trusting(&world).await;
    issuer.behave(Manner::OfIssuer("https://other.example".to_owned()));
    let assertion = says(&issuer, &server, &key, &agent).signed(&key);
    redeem(&server, &agent, &assertion, &[]).await.refusal(400, "invalid_grant");
    issuer.behave(Manner::Good);
    redeem(&server, &agent, &assertion, &[]).await.refusal(400, "invalid_grant");
    assert_eq!(issuer.asked(), (1, 0), "a failure is remembered for a minute");
    server.world.clock.advance(std::time::Duration::from_secs(61));
    let assertion = says(&issuer, &server, &key, &agent).signed(&key);
    redeem(&server, &agent, &assertion, &[]).await.success();
}

/// Draft §8.3: an issuer that takes its own assertions would widen what it granted.
#[test]
fn the_servers_own_assertions_do_not_count() {
    let own = format!("server.issuer = \"https://id.example\"\n{}", trusted("https://id.example/", ""));
    let problems = gatepost::config::Config::from_toml("gatepost.toml", &own, &[]).unwrap_err().to_string();
    assert!(problems.contains("other issuers than this server's own"), "{problems}");
}

/// `gatepost doctor` reads the keys, as for an assertion.
#[tokio::test]
async fn doctor_says_whether_the_keys_of_a_trusted_issuer_can_be_read() {
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let at = Installation::on_sqlite();
    at.migrated().await;
    std::fs::write(at.path("gatepost.toml"), trusted(&issuer.issuer, "")).unwrap();
    let found = async || {
        let file = at.path("gatepost.toml").display().to_string();
        let ran = at.run(&["--config", &file, "doctor", "--json"]).await;
        let checks: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
        let name = format!("trusted issuer {}", issuer.issuer);
        checks.as_array().unwrap().iter().find(|check| check["name"] == name).cloned().expect("it is asked")
    };
    assert_eq!(found().await["finding"], "good");
    issuer.behave(Manner::OfIssuer("https://other.example".to_owned()));
    let check = found().await;
    assert_eq!(check["finding"], "warning", "{check}");
}
