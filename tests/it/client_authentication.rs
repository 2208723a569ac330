//! Client authentication (RFC 6749 §2.1, §2.3, RFC 7523).

use macro_rules_attribute::apply;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use gatepost::protocol::jose::SigningAlgorithm;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Assertion, ClientKey, World, on_both_engines};

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
            right().claim("aud", json!(["https://other.example.com", server.issuer()])),
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

/// The audience is the issuer alone: an address that two servers share must not let one use the other's.
#[apply(on_both_engines)]
async fn an_assertion_for_the_address_of_the_token_endpoint_is_refused(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let application = server.service_with_key(&key).await;
    for audience in ["http://localhost:8080/token", "http://localhost:8080/", "https://localhost:8080"] {
        let assertion = Assertion::new(&server, &application, &key).claim("aud", audience).signed(&key);
        let description = server.token().with_assertion(&assertion).send().await.refusal(401, "invalid_client");
        assert!(description.contains("http://localhost:8080"), "{description}");
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
