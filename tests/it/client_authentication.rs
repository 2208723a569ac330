//! Client authentication (RFC 6749 §2.1, §2.3, RFC 7523).

use macro_rules_attribute::apply;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ClientAuthentication};
use gatepost::flows::Rooms;
use gatepost::protocol::assertion::AssertionAudience;
use gatepost::protocol::client_auth::JWT_BEARER_ASSERTION;
use gatepost::protocol::client_keys::client_keys;
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::protocol::refusal::Refusal;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Assertion, CALLBACK, ClientKey, Registered, World, for_people, on_both_engines, token};

/// The outcomes of all tries, made at the same time.
async fn all<T: Send + 'static>(tries: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    tries.collect::<JoinSet<T>>().join_all().await
}

/// RFC 6749 §2.3.1.
#[apply(on_both_engines)]
async fn the_secret_is_taken_from_the_header_and_from_the_body(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    server.token().with_basic(&application).send().await.success();
    server.token().with_post(&application).send().await.success();
    let named_twice = server.token().with_basic(&application).parameter("client_id", &application.client_id);
    named_twice.send().await.success();
}

/// RFC 6749 §2.3.1: both halves of the Basic pair are form-encoded before they are joined.
#[apply(on_both_engines)]
async fn a_basic_pair_is_form_decoded(world: World) {
    let declared = "[[applications]]\nclient_id = \"shop~1\"\nclient_secret = \"p q+%:é&=\"";
    let server = world.server_with(declared).await;
    for pair in ["shop~1:p+q%2B%25%3A%C3%A9%26%3D", "shop%7E1:p%20q%2b%25:%C3%A9%26=", "shop~1:p q%2B%25:é&="] {
        server.token().with_basic_pair(pair).send().await.success();
    }
    for pair in ["shop~1:p q+%25:é&=", "shop~1:p+q%252B%2525%253A%25C3%25A9%2526%253D"] {
        server.token().with_basic_pair(pair).send().await.refusal(401, "invalid_client");
    }
}

/// RFC 6749 §5.2: 401 with the scheme that the client used.
#[apply(on_both_engines)]
async fn a_wrong_secret_and_an_unknown_client_get_the_same_answer(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let other = server.service().await;
    let mut descriptions = Vec::new();
    for wrong in [application.with_secret(&other.secret), application.with_secret("guess"), other.renamed("nobody")] {
        for request in [server.token().with_basic(&wrong), server.token().with_post(&wrong)] {
            let answer = request.send().await;
            descriptions.push(answer.refusal(401, "invalid_client"));
            assert!(answer.header("www-authenticate").unwrap().starts_with("Basic realm="));
        }
    }
    descriptions.dedup();
    assert_eq!(descriptions.len(), 1, "{descriptions:?}");
}

/// RFC 7523 §2.2, §3; RFC 7518 §3.1; RFC 8037.
#[apply(on_both_engines)]
async fn an_assertion_signed_with_any_of_the_algorithms_is_accepted(world: World) {
    let server = world.server().await;
    for algorithm in SigningAlgorithm::ALL {
        let key = ClientKey::new(algorithm);
        let application = server.service_with_key(&key).await;
        let right = || Assertion::new(&server, &application, &key);
        for assertion in [
            right(),
            right().header("kid", json!(null)),
            right().header("typ", "client-authentication+jwt"),
            right().claim("aud", json!([server.issuer(), "http://localhost:8080/oauth2/token"])),
            right().header("typ", json!(null)),
            right().claim("iat", json!(null)),
            right().claim("nbf", world.clock.seconds() + 30),
        ] {
            let request = server.token().with_assertion(&assertion.signed(&key));
            request.send().await.success();
        }
        let named = server.token().with_assertion(&right().signed(&key)).parameter("client_id", &application.client_id);
        named.in_json().send().await.success();
    }
}

/// OIDC Core §9; decision 9: an assertion is for the issuer or the endpoint, and for no other server besides.
#[apply(on_both_engines)]
async fn an_assertion_is_for_the_issuer_or_an_endpoint_of_this_server(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let application = server.service_with_key(&key).await;
    let ask = async |audience: Value| {
        let assertion = Assertion::new(&server, &application, &key).claim("aud", audience).signed(&key);
        server.token().with_assertion(&assertion).send().await
    };
    for path in ["/token", "/oauth/token", "/oauth2/token"] {
        ask(json!(format!("http://localhost:8080{path}"))).await.success();
    }
    for audience in [
        json!("http://localhost:8080/"),
        json!("https://localhost:8080"),
        json!("http://localhost:8080/oauth/introspect"),
        json!("http://localhost:8080/oauth/par"),
        json!(["http://localhost:8080", "https://other.example.com/token"]),
        json!([]),
    ] {
        let description = ask(audience).await.refusal(401, "invalid_client");
        assert!(description.contains("'aud'") && description.contains("http://localhost:8080"), "{description}");
    }
}

/// Decision 9: an application that signs for several servers may want the issuer alone.
#[apply(on_both_engines)]
async fn an_application_may_have_its_assertions_taken_for_the_issuer_alone(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let strict = server.service_with(|settings| {
        settings.authentication = ClientAuthentication::PrivateKeyJwt(client_keys(&key.jwks()).unwrap());
        settings.assertion_audience = AssertionAudience::Issuer;
    });
    let application = strict.await;
    for (audience, status) in
        [(json!(server.issuer()), 200), (json!([server.issuer()]), 401), (json!("http://localhost:8080/token"), 401)]
    {
        let assertion = Assertion::new(&server, &application, &key).claim("aud", audience.clone()).signed(&key);
        assert_eq!(server.token().with_assertion(&assertion).send().await.status, status, "{audience}");
    }
}

/// RFC 9126 §2: at its own endpoint a pushed request may be for that endpoint too.
#[apply(on_both_engines)]
async fn an_assertion_for_the_endpoint_of_pushed_requests_is_good_there(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let mut settings = for_people(ApplicationKind::Web);
    settings.authentication = ClientAuthentication::PrivateKeyJwt(client_keys(&key.jwks()).unwrap());
    let application = Registered::at(&server.rooms, settings).await;
    for (path, status) in [("/oauth/par", 201), ("/token", 201), ("/oauth/revoke", 401)] {
        let audience = format!("http://localhost:8080{path}");
        let assertion = Assertion::new(&server, &application, &key).claim("aud", audience).signed(&key);
        let form = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("client_assertion_type", JWT_BEARER_ASSERTION),
            ("client_assertion", assertion.as_str()),
        ];
        let answer = Answer::of(server.request(Method::POST, "/oauth/par").form(&form)).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
}

/// The operator who reads the refusal knows where to look.
#[apply(on_both_engines)]
async fn a_refused_assertion_is_told_which_member_is_wrong(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let application = server.service_with_key(&key).await;
    for (member, value) in [
        ("iss", json!("x")),
        ("iss", json!(null)),
        ("sub", json!(1)),
        ("aud", json!(null)),
        ("aud", json!(7)),
        ("exp", json!("soon")),
        ("exp", json!(null)),
        ("exp", json!(0)),
        ("nbf", json!("now")),
        ("iat", json!([1])),
        ("jti", json!(null)),
        ("jti", json!("")),
    ] {
        let assertion = Assertion::new(&server, &application, &key).claim(member, value.clone()).signed(&key);
        let description = server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
        assert!(description.contains(&format!("'{member}'")), "{member} {value}: {description}");
    }
    for (member, value) in [("typ", "at+jwt"), ("typ", "dpop+jwt"), ("alg", "HS256")] {
        let assertion = Assertion::new(&server, &application, &key).header(member, value).signed(&key);
        let description = server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
        assert!(description.contains(&format!("'{member}'")), "{member} {value}: {description}");
    }
}

/// RFC 7523 §3, `jti`.
#[apply(on_both_engines)]
async fn an_assertion_is_good_once_even_after_a_restart(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::EdDsa);
    let application = server.service_with_key(&key).await;
    let assertion = Assertion::new(&server, &application, &key).signed(&key);
    server.token().with_assertion(&assertion).send().await.success();
    server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
    server.stop().await;
    let server = world.server().await;
    let description = server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
    assert!(description.contains("used before"), "{description}");
}

/// RFC 7523 §3: `jti` is unique for its issuer only.
#[apply(on_both_engines)]
async fn two_applications_may_use_the_same_jti(world: World) {
    let server = world.server().await;
    for _ in 0..2 {
        let key = ClientKey::new(SigningAlgorithm::EdDsa);
        let application = server.service_with_key(&key).await;
        let assertion = Assertion::new(&server, &application, &key).claim("jti", "1").signed(&key);
        server.token().with_assertion(&assertion).send().await.success();
    }
}

/// RFC 7523 §3: an attacker who sees an assertion cannot use its `jti` up with a forgery.
#[apply(on_both_engines)]
async fn a_forged_assertion_does_not_spend_the_jti_it_names(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::EdDsa);
    let application = server.service_with_key(&key).await;
    let assertion = Assertion::new(&server, &application, &key);
    let forged = assertion.signed(&ClientKey::new(SigningAlgorithm::EdDsa));
    server.token().with_assertion(&forged).send().await.refusal(401, "invalid_client");
    server.token().with_assertion(&assertion.signed(&key)).send().await.success();
}

/// RFC 7523 §3, single use: the write decides.
#[apply(on_both_engines)]
async fn of_fifty_parallel_tries_with_one_assertion_exactly_one_wins(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::EdDsa);
    let application = server.service_with_key(&key).await;
    let assertion = Assertion::new(&server, &application, &key).signed(&key);
    let request = server.token().with_assertion(&assertion);
    let mut outcomes = BTreeMap::new();
    for answer in all((0..50).map(|_| request.clone().send())).await {
        *outcomes.entry(answer.status.as_u16()).or_insert(0) += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([(200, 1), (401, 49)]));
}

/// RFC 7523 §3, on two nodes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_used_at_one_node_is_refused_at_the_other() {
    World::on_postgres(async |world| {
        let (one, other) = (world.server().await, world.server().await);
        let key = ClientKey::new(SigningAlgorithm::Es256);
        let application = one.service_with_key(&key).await;
        let assertion = Assertion::new(&one, &application, &key).signed(&key);
        other.token().with_assertion(&assertion).send().await.success();
        one.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
        let assertion = Assertion::new(&one, &application, &key).signed(&key);
        let tries =
            (0..50).map(|n| if n % 2 == 0 { one.token() } else { other.token() }.with_assertion(&assertion).send());
        let won = all(tries).await.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1);
    })
    .await;
}

/// RFC 7523 §3, `exp`: an assertion is remembered as long as it could be used again, not longer.
#[apply(on_both_engines)]
async fn a_used_assertion_is_forgotten_when_it_could_not_be_used_any_more(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::EdDsa);
    let application = server.service_with_key(&key).await;
    let assertion = Assertion::new(&server, &application, &key).signed(&key);
    server.token().with_assertion(&assertion).send().await.success();
    for (seconds, remembered) in [(89, 1), (1, 0)] {
        world.clock.advance(Duration::from_secs(seconds));
        server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!(world.database.dump().await["client_assertions"].len(), remembered);
    }
}

/// An application has one way to authenticate; another's credentials are of no use to it.
#[apply(on_both_engines)]
async fn an_application_with_keys_has_no_secret_and_one_with_a_secret_no_keys(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let (with_key, with_secret) = (server.service_with_key(&key).await, server.service().await);
    assert_eq!(with_key.secret, "");
    let posed = with_key.with_secret(&with_secret.secret);
    server.token().with_basic(&posed).send().await.refusal(401, "invalid_client");
    server.token().parameter("client_id", &with_key.client_id).send().await.refusal(401, "invalid_client");
    let assertion = Assertion::new(&server, &with_secret, &key).signed(&key);
    server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
}

/// After a restart no secret is remembered, and all applications come at once. One that has to wait for too long is told
/// when to come back.
#[apply(on_both_engines)]
async fn many_applications_that_come_at_once_after_a_restart_all_get_their_token(world: World) {
    let server = world.server().await;
    let mut applications = Vec::new();
    for _ in 0..60 {
        applications.push(server.service().await);
    }
    server.stop().await;
    let restarted = world.idle_with("[database]\nacquire_timeout = \"30s\"").await;
    let asking = applications.into_iter().map(|application| {
        let server = Arc::clone(&restarted);
        async move { token_by_and_by(&server, &application).await }
    });
    let refused: Vec<_> = all(asking).await.into_iter().filter_map(Result::err).collect();
    assert!(refused.is_empty(), "{} were refused, such as {:?}", refused.len(), refused.first());
}

/// Comes back when it is told to.
async fn token_by_and_by(server: &Rooms, application: &Registered) -> Result<(), Refusal> {
    for _ in 0..5 {
        match token(server, application, "grant_type=client_credentials").await {
            Err(Refusal { retry_after: Some(wait), .. }) => tokio::time::sleep(wait).await,
            outcome => return outcome.map(|_| ()),
        }
    }
    token(server, application, "grant_type=client_credentials").await.map(|_| ())
}
