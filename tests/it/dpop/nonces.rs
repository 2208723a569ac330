//! Nonces (RFC 9449 §8, §9, §11.2): demanded where a token speaks for a person.

use std::time::Duration;

use gatepost::domain::application::ApplicationKind;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::Value;

use super::{MACHINE, begun, check_bound, granted, redeeming, refresh_token, refreshing};
use crate::harness::{Answer, ClientKey, World, on_both_engines};

const HOUR: Duration = Duration::from_secs(3600);

/// RFC 9449 §8: the answer has the nonce, and nothing is spent.
#[apply(on_both_engines)]
async fn a_proof_without_a_nonce_is_told_one_where_a_person_is_spoken_for(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let grant = granted(&server, ApplicationKind::Spa).await;
    let code = grant.code().await;
    let ask = async |form: &[(&str, &str)]| {
        let without = key.proves(&server).claim("nonce", Value::Null);
        let told = server.prove(&grant.application, form, &without).await;
        told.refusal(400, "use_dpop_nonce");
        let nonce = told.header("dpop-nonce").unwrap().to_owned();
        let answer = server.prove(&grant.application, form, &key.proves(&server).claim("nonce", nonce.as_str())).await;
        assert_eq!(answer.header("dpop-nonce"), Some(&*nonce), "the next one comes with the answer");
        answer
    };
    let first = ask(&redeeming(&code)).await;
    ask(&refreshing(&refresh_token(&first))).await.success();
    let machine = server.service().await;
    let answer = server.prove(&machine, &MACHINE, &key.proves(&server).claim("nonce", Value::Null)).await;
    check_bound(&server, &answer, &key).await;
}

/// RFC 9449 §8.2, §11.2: an attacker who had the key yesterday has made no proof for today.
#[apply(on_both_engines)]
async fn a_nonce_is_good_for_its_hour_and_the_next(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let grant = granted(&server, ApplicationKind::Web).await;
    let machine = server.service().await;
    let nonce = server.rooms.proofs.nonce();
    let with = |nonce: &str| key.proves(&server).claim("nonce", nonce);
    for (passed, good) in [(HOUR, true), (HOUR, false), (22 * HOUR, false)] {
        world.clock.advance(passed);
        let code = grant.server.grant_to(crate::harness::for_people(ApplicationKind::Web)).await.stored().await;
        let answer = server.prove(&code.application, &redeeming(&code.code().await), &with(&nonce)).await;
        let of_machine = server.prove(&machine, &MACHINE, &with(&nonce)).await;
        if good {
            assert_ne!(answer.header("dpop-nonce"), Some(&*nonce), "a fresh one");
            check_bound(&server, &answer, &key).await;
            check_bound(&server, &of_machine, &key).await;
        } else {
            let told = answer.refusal(400, "use_dpop_nonce");
            assert!(told.contains("not good any more"), "{told}");
            of_machine.refusal(400, "use_dpop_nonce");
            let fresh = answer.header("dpop-nonce").unwrap();
            server.prove(&code.application, &redeeming(&code.code().await), &with(fresh)).await.success();
        }
    }
    for foreign in ["", "AAAAAAAAAAAAAAAAAAAAAA", "ü"] {
        server.prove(&machine, &MACHINE, &with(foreign)).await.refusal(400, "use_dpop_nonce");
    }
}

/// Nonces are stored nowhere: any node of the database knows them.
#[apply(on_both_engines)]
async fn every_node_knows_the_nonces_of_the_others(world: World) {
    let server = world.server().await;
    let another_node = world.command().await;
    assert_eq!(server.rooms.proofs.nonce(), another_node.proofs.nonce());
}

/// RFC 9449 §9: at a resource it is a challenge.
#[apply(on_both_engines)]
async fn a_resource_asks_for_a_nonce_with_a_challenge(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let grant = granted(&server, ApplicationKind::Spa).await;
    let token = begun(&grant, &key).await.access_token();
    let path = "/oauth/userinfo";
    let proof = || key.proves_at(&server, "GET", path).beside(&token);
    for nonce in [Value::Null, "old".into()] {
        let told =
            Answer::of(server.presents(Method::GET, path, &token, &proof().claim("nonce", nonce).signed())).await;
        told.refusal(401, "use_dpop_nonce");
        let challenge = told.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""), "{challenge}");
        let nonce = told.header("dpop-nonce").unwrap();
        let again = server.presents(Method::GET, path, &token, &proof().claim("nonce", nonce).signed());
        let answer = Answer::of(again).await;
        assert_eq!(answer.success()["sub"], grant.user.sub);
        assert_eq!(answer.header("dpop-nonce"), Some(nonce));
    }
}

/// RFC 9449 §8.2: no nonce in what caches keep.
#[apply(on_both_engines)]
async fn a_document_that_everybody_may_keep_has_no_nonce(world: World) {
    let server = world.server().await;
    let proof = ClientKey::for_proofs().proves_at(&server, "GET", "/.well-known/jwks.json").signed();
    let answer = Answer::of(server.request(Method::GET, "/.well-known/jwks.json").header("dpop", proof)).await;
    assert_eq!((answer.status.as_u16(), answer.header("dpop-nonce")), (200, None));
}
