//! Limits on wrong secrets: an attack on an application affects neither its owner nor other applications.

use macro_rules_attribute::apply;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use gatepost::domain::secret::ClientSecret;
use reqwest::Method;
use tokio::task::JoinSet;

use crate::harness::{Answer, Registered, World, on_both_engines};

/// A well-formed secret that no application has.
fn guess(application: &Registered) -> Registered {
    static COUNT: AtomicU8 = AtomicU8::new(0);
    let secret = ClientSecret::from_random([COUNT.fetch_add(1, Ordering::SeqCst); 32]);
    application.with_secret(secret.expose())
}

/// A restart under load: many requests at once with a right secret that this server has not verified yet.
#[apply(on_both_engines)]
async fn many_at_once_with_a_right_secret_are_one_guess(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_application = 1").await;
    let application = server.service().await;
    let crowd: JoinSet<_> = (0..50).map(|_| server.token().with_basic(&application).send()).collect();
    for answer in crowd.join_all().await {
        answer.success();
    }
}

/// RFC 6585 §4: 429 with `Retry-After`. A right secret is not held up, whether it was verified before or not.
#[apply(on_both_engines)]
async fn wrong_secrets_run_out_for_one_application_while_its_own_goes_on_working(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_application = 3").await;
    let (attacked, other) = (server.service().await, server.service().await);
    for _ in 0..3 {
        server.token().with_basic(&guess(&attacked)).send().await.refusal(401, "invalid_client");
    }
    world.clock.advance(Duration::from_secs(20));
    let answer = server.token().with_post(&guess(&attacked)).send().await;
    answer.refusal(429, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some("40"));
    server.token().with_basic(&attacked).send().await.success();
    server.token().with_basic(&guess(&other)).send().await.refusal(401, "invalid_client");
    server.token().with_basic(&other).send().await.success();
    world.clock.advance(Duration::from_secs(40));
    server.token().with_basic(&guess(&attacked)).send().await.refusal(401, "invalid_client");
}

/// The limit per address counts over all applications.
#[apply(on_both_engines)]
async fn wrong_secrets_run_out_for_one_address(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_address = 3").await;
    for n in 0..5 {
        let application = server.service().await;
        let answer = server.token().with_basic(&guess(&application)).send().await;
        if n < 3 {
            answer.refusal(401, "invalid_client")
        } else {
            answer.refusal(429, "temporarily_unavailable")
        };
    }
}

/// `X-Forwarded-For` is taken from a trusted proxy only.
#[apply(on_both_engines)]
async fn behind_a_trusted_proxy_each_of_its_clients_is_counted(world: World) {
    for (trusted, third_and_fourth) in [("[\"127.0.0.0/8\"]", 401), ("[]", 429)] {
        let toml = format!("[server]\ntrusted_proxies = {trusted}\n[rate_limits]\ntoken_failures_per_address = 2");
        let server = world.server_with(&toml).await;
        let mut statuses = Vec::new();
        for from in ["198.51.100.1", "198.51.100.1", "198.51.100.2", "198.51.100.2", "198.51.100.1"] {
            let wrong = guess(&server.service().await);
            let request = server
                .request(Method::POST, "/token")
                .header("x-forwarded-for", from)
                .basic_auth(wrong.client_id, Some(wrong.secret))
                .form(&[("grant_type", "client_credentials")]);
            statuses.push(Answer::of(request).await.status.as_u16());
        }
        assert_eq!(statuses, [401, 401, third_and_fourth, third_and_fourth, 429]);
        server.stop().await;
    }
}

/// A secret that was found wrong before is not counted again.
#[apply(on_both_engines)]
async fn only_new_guesses_are_counted(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_application = 3").await;
    let application = server.service().await;
    let wrong = guess(&application);
    for secret in ["secret", "secret", &wrong.secret, &wrong.secret, &application.secret[..52], "secret"] {
        let request = server.token().with_basic(&application.with_secret(secret));
        request.send().await.refusal(401, "invalid_client");
    }
    server.token().with_basic(&guess(&application)).send().await.refusal(429, "temporarily_unavailable");
}

/// The limits can be switched off.
#[apply(on_both_engines)]
async fn without_limits_guesses_never_run_out(world: World) {
    let server = world.server_with("[rate_limits]\nenabled = false\ntoken_failures_per_application = 1").await;
    let application = server.service().await;
    for _ in 0..4 {
        server.token().with_basic(&guess(&application)).send().await.refusal(401, "invalid_client");
    }
}

/// An application of which the configuration knows nothing but the hash of its secret, so that each guess is compared.
const HASHED: &str = "[[applications]]\nclient_id = \"hashed\"\nclient_secret_hash = \
     \"$argon2id$v=19$m=19456,t=2,p=1$AgICAgICAgICAgICAgICAg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n";

/// RFC 9110 §15.6.4: beyond the few places of a client at one address, its secrets are refused at once, with
/// `Retry-After`. One of another application that was never verified is.
#[apply(on_both_engines)]
async fn secrets_beyond_the_places_of_their_client_are_turned_away(world: World) {
    let server = world.server_with(&format!("[rate_limits]\nenabled = false\n{HASHED}")).await;
    let other = server.service().await;
    let attacked = other.renamed("hashed");
    let crowd: JoinSet<_> = (0..80).map(|_| server.token().with_basic(&guess(&attacked)).send()).collect();
    server.token().with_basic(&other).send().await.success();
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for answer in crowd.join_all().await {
        let status = answer.status.as_u16();
        let error = if status == 401 { "invalid_client" } else { "temporarily_unavailable" };
        answer.refusal(status, error);
        *statuses.entry(status).or_default() += 1;
    }
    assert_eq!(statuses.keys().collect::<Vec<_>>(), [&401, &503], "{statuses:?}");
    assert!(statuses[&401] >= 4, "the places are used: {statuses:?}");
}

/// An attacker who knows the client id, from the same network: with a secret that was made here, and with two that the
/// configuration brought. None of them was verified before.
#[apply(on_both_engines)]
async fn wrong_secrets_lock_no_application_out(world: World) {
    let server = world.server().await;
    let hashed = server.service().await;
    let hash = server.rooms.store.application(&hashed.id()).await.unwrap().unwrap().secrets[0].hash.clone();
    server.stop().await;
    let toml = format!(
        "[[applications]]\nclient_id = \"plain\"\nclient_secret = \"hunter2 hunter2\"\n\
         [[applications]]\nclient_id = \"hash\"\nclient_secret_hash = \"{}\"\n",
        hash.as_str()
    );
    let server = world.server_with(&toml).await;
    let generated = server.service().await;
    let plain = generated.renamed("plain").with_secret("hunter2 hunter2");
    for application in [generated, plain, hashed.renamed("hash")] {
        let guesses: JoinSet<_> = (0..40).map(|_| server.token().with_basic(&guess(&application)).send()).collect();
        for answer in guesses.join_all().await {
            assert!([401, 429, 503].contains(&answer.status.as_u16()), "{}", answer.status);
        }
        server.token().with_basic(&application).send().await.success();
    }
}

/// Nor do they differ in work, where it is most: a wrong secret is compared with a hash as often for a client id that
/// nobody has as for one that is there, whatever the server knows of its secret.
#[apply(on_both_engines)]
async fn a_wrong_secret_costs_as_much_whether_the_client_id_exists_or_not(world: World) {
    for (toml, runs) in [("", 0), (HASHED, 1)] {
        let server = world.server_with(&format!("[rate_limits]\nenabled = false\n{toml}")).await;
        let existing = server.service().await;
        let mut ids = vec![existing.client_id.clone(), "nobody".to_owned()];
        ids.extend((runs > 0).then(|| "hashed".to_owned()));
        for id in ids {
            let before = server.rooms.clients.argon2_runs();
            let wrong = guess(&existing.renamed(&id));
            server.token().with_basic(&wrong).send().await.refusal(401, "invalid_client");
            assert_eq!(server.rooms.clients.argon2_runs() - before, runs, "{id}");
        }
        server.stop().await;
    }
}

/// At each endpoint where applications authenticate, whether a client id exists shows neither in the answers nor in what
/// is done for them: as many answers of each kind, and none is compared with a hash.
#[apply(on_both_engines)]
async fn wrong_secrets_for_a_client_id_that_exists_and_for_one_that_does_not_are_answered_alike(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_address = 1000").await;
    for path in ["/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"] {
        let existing = server.service().await;
        let unknown = existing.renamed(&format!("nobody{}", path.len()));
        let mut seen = Vec::new();
        for application in [&existing, &unknown] {
            let mut answers = Vec::new();
            for number in 0..33 {
                let secret = if number % 2 == 0 { guess(application).secret } else { format!("no secret {number}") };
                let request = server.request(Method::POST, path).basic_auth(&application.client_id, Some(secret));
                let answer = Answer::of(request.form(&[("grant_type", "client_credentials"), ("token", "x")])).await;
                let body = answer.json();
                let description = body["error_description"].as_str().unwrap_or_default().to_owned();
                answers.push((answer.status, answer.header("retry-after").map(str::to_owned), description));
            }
            seen.push(answers);
        }
        assert_eq!(seen[0], seen[1], "{path}");
        assert_eq!(seen[0].iter().filter(|(status, ..)| status.as_u16() == 429).count(), 3, "{path}");
    }
}
