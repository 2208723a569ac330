//! What a proof must be (RFC 9449 §4.3), and that it is used once (§11.1).

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use gatepost::domain::application::ApplicationKind;
use gatepost::flows::Rooms;
use gatepost::protocol::refusal::ErrorCode;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{MACHINE, begun, check_bound, granted, redeeming, refresh_token, refreshing};
use crate::harness::{Answer, ClientKey, Registered, START, TestServer, World, form_body, on_both_engines, token_with};

fn altered(jwk: &Value, name: &str, value: Value) -> Value {
    let mut jwk = jwk.clone();
    jwk[name] = value;
    jwk
}

/// Proofs that are wrong in one thing each, with what that is.
fn wrong_proofs(server: &TestServer, key: &ClientKey, other: &ClientKey) -> Vec<(&'static str, String)> {
    let good = || key.proves(server);
    let jwk = key.jwk();
    let mac = |message: &[u8]| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"shared with nobody"), message).as_ref().to_vec()
    };
    let symmetric = json!({ "kty": "oct", "k": "c2hhcmVkIHdpdGggbm9ib2R5" });
    vec![
        ("no JWT", "nonsense".to_owned()),
        ("empty", String::new()),
        ("typ of another JWT", good().header("typ", "at+jwt").signed()),
        ("without typ", good().header("typ", Value::Null).signed()),
        ("unsigned", good().header("alg", "none").sealed(|_| Vec::new())),
        ("symmetric", good().header("alg", "HS256").sealed(mac)),
        ("symmetric by its own key", good().header("alg", "HS256").header("jwk", symmetric).sealed(mac)),
        ("of an algorithm that is not its key's", good().header("alg", "EdDSA").signed()),
        ("of an unknown algorithm", good().header("alg", "ES512").signed()),
        ("without a key", good().header("jwk", Value::Null).signed()),
        ("with the private key", good().header("jwk", altered(&jwk, "d", "c2VjcmV0".into())).signed()),
        ("with another's key", good().header("jwk", other.jwk()).signed()),
        ("signed by another", good().sealed(|message| other.sign(message))),
        ("with an extension", good().header("crit", json!(["exp"])).signed()),
        ("without htm", good().claim("htm", Value::Null).signed()),
        ("for another method", good().claim("htm", "GET").signed()),
        ("without htu", good().claim("htu", Value::Null).signed()),
        ("for another path", good().claim("htu", "http://localhost:8080/oauth/token").signed()),
        ("for another server", good().claim("htu", "https://evil.example/token").signed()),
        ("for the address in the request", good().claim("htu", format!("http://{}/token", server.address)).signed()),
        ("without iat", good().claim("iat", Value::Null).signed()),
        ("old", good().claim("iat", START - 61).signed()),
        ("of the future", good().claim("iat", START + 61).signed()),
        ("without jti", good().claim("jti", Value::Null).signed()),
        ("with a long jti", good().claim("jti", "j".repeat(257)).signed()),
    ]
}

/// RFC 9449 §4.3, §11.6: each is refused, and costs nothing.
#[apply(on_both_engines)]
async fn a_wrong_proof_is_refused_and_spends_nothing(world: World) {
    let server = world.server().await;
    let (key, other) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let grant = granted(&server, ApplicationKind::Web).await;
    let machine = server.service().await;
    let code = grant.code().await;
    for (what, proof) in wrong_proofs(&server, &key, &other) {
        for (from, form) in [(&grant.application, &redeeming(&code)[..]), (&machine, &MACHINE)] {
            let answer = Answer::of(server.proven_form("/token", from, form, std::slice::from_ref(&proof))).await;
            assert_eq!(answer.status, 400, "{what}: {}", answer.text());
            answer.refusal(400, "invalid_dpop_proof");
            assert_eq!(answer.header("dpop-nonce"), Some(server.rooms.proofs.nonce().as_str()), "{what}");
        }
    }
    let twice = [key.proves(&server).signed(), key.proves(&server).signed()];
    let answer = Answer::of(server.proven_form("/token", &grant.application, &redeeming(&code), &twice)).await;
    assert!(answer.refusal(400, "invalid_dpop_proof").contains("more than once"));
    let answer = server.prove(&grant.application, &redeeming(&code), &key.proves(&server)).await;
    check_bound(&server, &answer, &key).await;
}

/// RFC 9449 §4.3, 9: compared after normalisation, without query and fragment.
#[apply(on_both_engines)]
async fn a_target_that_is_written_otherwise_is_the_same(world: World) {
    let server = world.server().await;
    let (key, machine) = (ClientKey::for_proofs(), server.service().await);
    for htu in ["HTTP://LOCALHOST:8080/token", "http://localhost:8080/%74oken", "http://localhost:8080/token?a#b"] {
        server.prove(&machine, &MACHINE, &key.proves(&server).claim("htu", htu)).await.success();
    }
    for path in ["/token", "/oauth/token", "/oauth2/token"] {
        let proof = key.proves_at(&server, "POST", path).signed();
        Answer::of(server.proven_form(path, &machine, &MACHINE, &[proof])).await.success();
    }
    for iat in [START - 60, START + 60] {
        server.prove(&machine, &MACHINE, &key.proves(&server).claim("iat", iat)).await.success();
    }
}

/// RFC 9449 §4.3, 9: below an issuer with a path, whether or not the proxy in front strips it.
#[apply(on_both_engines)]
async fn the_target_is_the_issuers_whatever_the_proxy_makes_of_it(world: World) {
    let server = world.server_with("[server]\nissuer = \"http://localhost:8080/id\"").await;
    let (key, machine) = (ClientKey::for_proofs(), server.service().await);
    for seen in ["/token", "/id/token"] {
        let proof = key.proves(&server);
        Answer::of(server.proven_form(seen, &machine, &MACHINE, &[proof.signed()])).await.success();
        let outside = key.proves(&server).claim("htu", "http://localhost:8080/token").signed();
        let answer = Answer::of(server.proven_form(seen, &machine, &MACHINE, &[outside])).await;
        answer.refusal(400, "invalid_dpop_proof");
    }
}

/// RFC 9449 §11.1: on one node, for machines too.
#[apply(on_both_engines)]
async fn a_proof_is_good_once(world: World) {
    let server = world.server().await;
    let (key, machine) = (ClientKey::for_proofs(), server.service().await);
    let proof = key.proves(&server).claim("iat", START + 60).claim("nonce", Value::Null);
    server.prove(&machine, &MACHINE, &proof).await.success();
    for seconds in [0, 60, 60] {
        world.clock.advance(Duration::from_secs(seconds));
        let told = server.prove(&machine, &MACHINE, &proof).await.refusal(400, "invalid_dpop_proof");
        assert!(told.contains("used before"), "{told}");
    }
    world.clock.advance(Duration::from_secs(1));
    let told = server.prove(&machine, &MACHINE, &proof).await.refusal(400, "invalid_dpop_proof");
    assert!(told.contains("iat"), "{told}");
    // A jti is its key's alone.
    let again = |key: &ClientKey| key.proves(&server).claim("jti", "the same").signed();
    for key in [&key, &ClientKey::for_proofs()] {
        Answer::of(server.proven_form("/token", &machine, &MACHINE, &[again(key)])).await.success();
    }
}

/// RFC 9449 §11.1: on all nodes, where a code or a refresh token is spent.
#[apply(on_both_engines)]
async fn a_proof_that_was_used_on_one_node_is_used_on_all(world: World) {
    let server = world.server().await;
    let another_node = world.command().await;
    let key = ClientKey::for_proofs();
    let grant = granted(&server, ApplicationKind::Web).await;
    let (proof, code) = (key.proves(&server), grant.code().await);
    let first = server.prove(&grant.application, &redeeming(&code), &proof).await;
    let replayed = proof.sent();
    let token = refresh_token(&first);
    for form in [form_body(&refreshing(&token)), form_body(&redeeming(&grant.code().await))] {
        let refused = token_with(&another_node, &grant.application, &form, Some(&replayed)).await.err().unwrap();
        assert_eq!(refused.code, ErrorCode::InvalidDpopProof, "{refused:?}");
        assert!(refused.description.contains("used before"), "{refused:?}");
    }
    let fresh = key.proves(&server).sent();
    let refreshed = token_with(&another_node, &grant.application, &form_body(&refreshing(&token)), Some(&fresh)).await;
    assert_eq!(refreshed.unwrap().token_type, "DPoP", "the replay has spent nothing");
    let answer = server.prove(&grant.application, &redeeming(&grant.code().await), &key.proves(&server)).await;
    check_bound(&server, &answer, &key).await;
    assert_eq!(world.database.texts("select 'x' from dpop_proofs").await.len(), 3);
}

async fn at_once(
    nodes: &[Arc<Rooms>],
    from: &Registered,
    forms: &[String],
    key: &ClientKey,
    server: &TestServer,
) -> usize {
    let proof = Arc::new(key.proves(server).sent());
    let mut tasks = JoinSet::new();
    for (n, form) in forms.iter().enumerate() {
        let (node, from, form, proof) =
            (Arc::clone(&nodes[n % nodes.len()]), from.clone(), form.clone(), Arc::clone(&proof));
        tasks.spawn(async move { token_with(&node, &from, &form, Some(&proof)).await.is_ok() });
    }
    tasks.join_all().await.into_iter().filter(|won| *won).count()
}

/// The write decides.
#[apply(on_both_engines)]
async fn of_many_codes_with_one_proof_one_is_redeemed(world: World) {
    let server = world.server().await;
    let nodes = [Arc::clone(&server.rooms), world.command().await];
    let grant = granted(&server, ApplicationKind::Web).await;
    let mut forms = Vec::new();
    for _ in 0..10 {
        forms.push(form_body(&redeeming(&grant.code().await)));
    }
    let key = ClientKey::for_proofs();
    assert_eq!(at_once(&nodes, &grant.application, &forms, &key, &server).await, 1);
}

/// What is remembered of a proof is forgotten with it.
#[apply(on_both_engines)]
async fn used_proofs_are_forgotten_when_they_are_too_old_to_come_again(world: World) {
    let server = world.server().await;
    let grant = granted(&server, ApplicationKind::Web).await;
    begun(&grant, &ClientKey::for_proofs()).await;
    for (later, kept) in [(60, 1), (1, 0)] {
        world.clock.advance(Duration::from_secs(later));
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!(world.database.texts("select 'x' from dpop_proofs").await.len(), kept);
    }
}
