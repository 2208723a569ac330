//! A token of another issuer is taken once (RFC 7523 §3), unless its entry says that its workloads have one for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost::protocol::jose::SigningAlgorithm;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{SUBJECT, ask, owner_reads, workload};
use crate::harness::{ClientKey, ForeignIssuer, World, on_both_engines};

/// The order of P-256, of which a signature's `s` is as good as its difference to it (SEC 1 §4.1.3).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The same token with the other signature that is good for it.
fn turned(token: &str) -> String {
    let (head, signature) = token.rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        signature[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    format!("{head}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// RFC 7523 §3, `jti`, and without one the token itself; also for another application that trusts it, after a restart,
/// and with another signature that is as good.
#[apply(on_both_engines)]
async fn a_token_is_taken_once(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let entries = json!([issuer.entry(SUBJECT)]);
    let (application, other) = (workload(&server, &entries).await, workload(&server, &entries).await);
    let mut used = Vec::new();
    for jti in [json!("one"), Value::Null, json!(7)] {
        let token = issuer.token(&server, &key, SUBJECT).claim("jti", jti.clone()).signed(&key);
        ask(&server, &application, &token).await.success();
        let again = [token.clone(), turned(&token)];
        for (sent, by) in again.iter().map(|token| (token, &application)).chain([(&token, &other)]) {
            let failure = owner_reads(&server, by, &ask(&server, by, sent).await).await;
            assert!(failure.reason.contains("used before"), "{jti}: {failure:?}");
        }
        used.push(token);
    }
    let again = issuer.token(&server, &key, SUBJECT).claim("jti", "one").signed(&key);
    ask(&server, &application, &again).await.refusal(401, "invalid_client");
    server.stop().await;
    let server = world.server().await;
    for token in used {
        ask(&server, &application, &token).await.refusal(401, "invalid_client");
    }
}

/// Kubernetes writes a pod's token to a file and renews it there: the pod has the same one until then.
#[apply(on_both_engines)]
async fn a_token_that_its_entry_calls_reusable_is_taken_until_it_expires(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let mut entry = issuer.entry(SUBJECT);
    entry["reusable"] = true.into();
    let application = workload(&server, &json!([entry])).await;
    let token = issuer.token(&server, &key, SUBJECT).signed(&key);
    for _ in 0..3 {
        ask(&server, &application, &token).await.success();
    }
    assert_eq!(world.database.dump().await["foreign_tokens"].len(), 0);
    world.clock.advance(Duration::from_secs(361));
    let failure = owner_reads(&server, &application, &ask(&server, &application, &token).await).await;
    assert!(failure.reason.contains("expired"), "{failure:?}");
}

/// Nobody uses up what they have seen and cannot use.
#[apply(on_both_engines)]
async fn a_forgery_does_not_spend_the_token_it_copies(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    let token = issuer.token(&server, &key, SUBJECT);
    let forged = token.signed(&ClientKey::new(SigningAlgorithm::Es256));
    ask(&server, &application, &forged).await.refusal(401, "invalid_client");
    ask(&server, &application, &token.signed(&key)).await.success();
}

/// Whoever may register an application may write down any issuer with keys of their own, and sign what it will say.
#[apply(on_both_engines)]
async fn an_issuer_with_keys_of_ones_own_spends_nothing_of_the_real_one(world: World) {
    let server = world.server().await;
    let (key, own) = (ClientKey::new(SigningAlgorithm::Es256), ClientKey::new(SigningAlgorithm::Es256));
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    let mut posing = issuer.entry(SUBJECT);
    posing["jwks"] = json!({ "keys": [own.jwk()] });
    posing["jwks"]["keys"][0]["kid"] = key.kid().into();
    let posing = workload(&server, &json!([posing])).await;
    for jti in [json!("next"), Value::Null] {
        let token = issuer.token(&server, &key, SUBJECT).claim("jti", jti);
        ask(&server, &posing, &token.signed(&own)).await.success();
        ask(&server, &application, &token.signed(&key)).await.success();
    }
}

/// The write decides.
#[apply(on_both_engines)]
async fn of_thirty_parallel_tries_with_one_token_exactly_one_wins(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    let token = issuer.token(&server, &key, SUBJECT).signed(&key);
    let request = server.token().parameter("client_id", &application.client_id).with_assertion(&token);
    let answers = (0..30).map(|_| request.clone().send()).collect::<JoinSet<_>>().join_all().await;
    let mut outcomes = BTreeMap::new();
    for answer in answers {
        *outcomes.entry(answer.status.as_u16()).or_insert(0) += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([(200, 1), (401, 29)]));
    assert_eq!(issuer.asked(), (1, 1), "all of them waited for one fetch");
}

/// What was used at one node is used at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_used_at_one_node_is_refused_at_the_other() {
    World::on_postgres(async |world| {
        let (one, other) = (world.server().await, world.server().await);
        let key = ClientKey::new(SigningAlgorithm::Es256);
        let issuer = ForeignIssuer::with_keys(&[&key]).await;
        let application = workload(&one, &json!([issuer.entry(SUBJECT)])).await;
        let token = issuer.token(&one, &key, SUBJECT).signed(&key);
        ask(&other, &application, &token).await.success();
        ask(&one, &application, &token).await.refusal(401, "invalid_client");
    })
    .await;
}

/// A used token is remembered as long as it could be used again, not longer.
#[apply(on_both_engines)]
async fn a_used_token_is_forgotten_when_it_could_not_be_used_any_more(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    let token = issuer.token(&server, &key, SUBJECT).signed(&key);
    ask(&server, &application, &token).await.success();
    for (seconds, remembered) in [(359, 1), (1, 0)] {
        world.clock.advance(Duration::from_secs(seconds));
        ask(&server, &application, &token).await.refusal(401, "invalid_client");
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!(world.database.dump().await["foreign_tokens"].len(), remembered);
    }
}
