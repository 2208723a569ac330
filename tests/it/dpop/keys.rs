//! What is bound to a key is for who holds it (RFC 9449 §5, §10, §11.9).

use std::time::Duration;

use gatepost::domain::application::ApplicationKind;
use gatepost::domain::authorization::Source;
use gatepost::domain::sign_in::LoginCode;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::json;

use super::{begun, check_bound, granted, login_code_settings, redeeming, refresh_token, refreshing};
use crate::harness::browser::Browser;
use crate::harness::{Answer, CALLBACK, CHALLENGE, ClientKey, VERIFIER, World, for_people, on_both_engines, person};

/// RFC 9449 §5: a public application has nothing else that binds it. A stolen token does nothing, not even harm.
#[apply(on_both_engines)]
async fn a_stolen_refresh_token_of_a_public_application_is_worth_nothing(world: World) {
    let server = world.server().await;
    let (key, thief) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    for kind in [ApplicationKind::Spa, ApplicationKind::Native] {
        let grant = granted(&server, kind).await;
        let first = refresh_token(&begun(&grant, &key).await);
        let steal = async |token: &str| {
            let answer = server.prove(&grant.application, &refreshing(token), &thief.proves(&server)).await;
            answer.refusal(400, "invalid_grant");
            grant.refresh(token).await.refusal(400, "invalid_dpop_proof");
        };
        steal(&first).await;
        let second = server.prove(&grant.application, &refreshing(&first), &key.proves(&server)).await;
        check_bound(&server, &second, &key).await;
        // The used one neither, even when reuse would end the family.
        world.clock.advance(Duration::from_secs(60));
        steal(&first).await;
        let second = refresh_token(&second);
        steal(&second).await;
        let third = server.prove(&grant.application, &refreshing(&second), &key.proves(&server)).await;
        check_bound(&server, &third, &key).await;
        // Of its owner it is a replay.
        let replay = server.prove(&grant.application, &refreshing(&first), &key.proves(&server)).await;
        replay.refusal(400, "invalid_grant");
        let ended = server.prove(&grant.application, &refreshing(&refresh_token(&third)), &key.proves(&server)).await;
        ended.refusal(400, "invalid_grant");
    }
}

/// RFC 9449 §5: one that authenticates is bound by that, and may change its key.
#[apply(on_both_engines)]
async fn a_confidential_application_may_refresh_with_another_key(world: World) {
    let server = world.server().await;
    let (key, other) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let grant = granted(&server, ApplicationKind::Web).await;
    let first = refresh_token(&begun(&grant, &key).await);
    let second = server.prove(&grant.application, &refreshing(&first), &other.proves(&server)).await;
    check_bound(&server, &second, &other).await;
    let third = grant.refresh(&refresh_token(&second)).await;
    assert_eq!(third.success()["token_type"], "Bearer");
}

/// RFC 9449 §5: the first proof binds, whenever it comes. Who bound it first with a stolen token is found out by reuse.
#[apply(on_both_engines)]
async fn the_first_proof_binds_the_refresh_tokens_that_follow(world: World) {
    let server = world.server().await;
    let (key, thief) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let grant = granted(&server, ApplicationKind::Spa).await;
    let unbound = refresh_token(&grant.redeem(&grant.code().await).await);
    let bound = server.prove(&grant.application, &refreshing(&unbound), &key.proves(&server)).await;
    check_bound(&server, &bound, &key).await;
    grant.refresh(&refresh_token(&bound)).await.refusal(400, "invalid_dpop_proof");
    let answer = server.prove(&grant.application, &refreshing(&refresh_token(&bound)), &key.proves(&server)).await;
    check_bound(&server, &answer, &key).await;

    for past_grace in [false, true] {
        let grant = granted(&server, ApplicationKind::Spa).await;
        let unbound = refresh_token(&grant.redeem(&grant.code().await).await);
        let stolen = server.prove(&grant.application, &refreshing(&unbound), &thief.proves(&server)).await;
        check_bound(&server, &stolen, &thief).await;
        if past_grace {
            world.clock.advance(Duration::from_secs(60));
        }
        grant.refresh(&unbound).await.refusal(400, "invalid_grant");
        let token = refresh_token(&stolen);
        let ended = server.prove(&grant.application, &refreshing(&token), &thief.proves(&server)).await;
        ended.refusal(400, "invalid_grant");
    }
}

/// A lost answer: the same key gets the same successor again.
#[apply(on_both_engines)]
async fn a_retry_within_the_grace_needs_the_same_key_and_a_new_proof(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let grant = granted(&server, ApplicationKind::Spa).await;
    let first = refresh_token(&begun(&grant, &key).await);
    let proof = key.proves(&server);
    let lost = server.prove(&grant.application, &refreshing(&first), &proof).await;
    server.prove(&grant.application, &refreshing(&first), &proof).await.refusal(400, "invalid_dpop_proof");
    let again = server.prove(&grant.application, &refreshing(&first), &key.proves(&server)).await;
    assert_eq!(refresh_token(&again), refresh_token(&lost));
    check_bound(&server, &again, &key).await;
}

/// RFC 9449 §10: a code that was requested for a key is redeemed with it.
#[apply(on_both_engines)]
async fn a_code_for_a_key_is_redeemed_with_a_proof_of_it(world: World) {
    let server = world.server().await;
    let (key, thief) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    for kind in [ApplicationKind::Web, ApplicationKind::Spa] {
        let mut grant = server.grant_to(for_people(kind)).await;
        grant.authorization.dpop_jkt = Some(key.kid().parse().unwrap());
        let grant = grant.stored().await;
        let code = grant.code().await;
        let steal = async || {
            let answer = server.prove(&grant.application, &redeeming(&code), &thief.proves(&server)).await;
            answer.refusal(400, "invalid_grant");
            grant.redeem(&code).await.refusal(400, "invalid_dpop_proof");
        };
        steal().await;
        let answer = server.prove(&grant.application, &redeeming(&code), &key.proves(&server)).await;
        check_bound(&server, &answer, &key).await;
        steal().await;
        assert!(is_known(&grant, &key, &answer.access_token()).await, "who could not redeem it does no harm");
        let replay = server.prove(&grant.application, &redeeming(&code), &key.proves(&server)).await;
        replay.refusal(400, "invalid_grant");
        assert!(!is_known(&grant, &key, &answer.access_token()).await, "who could has used it twice");
    }
}

async fn is_known(grant: &crate::harness::Grant<'_>, key: &ClientKey, token: &str) -> bool {
    let proof = key.proves_at(grant.server, "GET", "/oauth/userinfo").beside(token).signed();
    let request = grant.server.presents(reqwest::Method::GET, "/oauth/userinfo", token, &proof);
    Answer::of(request).await.status == 200
}

/// RFC 9449 §10: a login code is a code.
#[apply(on_both_engines)]
async fn a_login_code_for_a_key_is_typed_with_a_proof_of_it(world: World) {
    let server = world.server().await;
    let (key, thief) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let mut grant = server.grant_to(login_code_settings()).await;
    grant.authorization.source = Source::Api;
    grant.authorization.dpop_jkt = Some(key.kid().parse().unwrap());
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
    for _ in 0..6 {
        server.prove(&grant.application, &form, &thief.proves(&server)).await.refusal(400, "invalid_grant");
        server.form("/token", &grant.application, &form).await.refusal(400, "invalid_grant");
    }
    let answer = server.prove(&grant.application, &form, &key.proves(&server)).await;
    check_bound(&server, &answer, &key).await;
}

/// RFC 9449 §10: the parameter of the authorization endpoint.
#[apply(on_both_engines)]
async fn an_authorization_request_names_the_key_of_its_code(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let application = person::web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let begun = browser.visit(&person::authorize(&application, &[("dpop_jkt", key.kid())])).await;
    assert!(begun.has("login-submit"), "{}", begun.text());
    let stored = world.database.texts("select dpop_jkt from authorizations where dpop_jkt is not null").await;
    assert_eq!(stored, [key.kid()]);
    let malformed = browser.get(&person::authorize(&application, &[("dpop_jkt", "short")])).await;
    let told = malformed.redirect().unwrap();
    assert!(told.contains("error=invalid_request") && told.contains("dpop_jkt"), "{told}");
}

/// RFC 9449 §10.1: in a pushed request by the parameter, by a proof beside it, or by both.
#[apply(on_both_engines)]
async fn a_pushed_request_names_the_key_by_parameter_or_by_proof(world: World) {
    let server = world.server().await;
    let (key, other) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let path = "/oauth/par";
    for kind in [ApplicationKind::Web, ApplicationKind::Spa] {
        let application = server.grant_to(for_people(kind)).await.application;
        let push = async |named: Option<&ClientKey>, proof: Option<String>| {
            let mut form = vec![
                ("response_type", "code"),
                ("redirect_uri", CALLBACK),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ];
            form.extend(named.map(|key| ("dpop_jkt", key.kid())));
            let proofs: Vec<String> = proof.into_iter().collect();
            Answer::of(server.proven_form(path, &application, &form, &proofs)).await
        };
        let proof = || key.proves_at(&server, "POST", path);
        for (named, proof) in [
            (Some(&key), None),
            (None, Some(proof().signed())),
            (Some(&key), Some(proof().claim("nonce", serde_json::Value::Null).signed())),
        ] {
            let pushed = push(named, proof).await;
            assert_eq!(pushed.status, 201, "{}", pushed.text());
            let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
            let taken = server.rooms.authorizations.take_pushed_request(&application.id(), &uri).await.unwrap();
            assert_eq!(taken.value("dpop_jkt"), Some(key.kid()));
        }
        push(Some(&other), Some(proof().signed())).await.refusal(400, "invalid_request");
        push(None, Some(key.proves(&server).signed())).await.refusal(400, "invalid_dpop_proof");
        push(None, Some(proof().claim("nonce", json!("old")).signed())).await.refusal(400, "use_dpop_nonce");
        let once = proof().signed();
        assert_eq!(push(None, Some(once.clone())).await.status, 201);
        push(None, Some(once)).await.refusal(400, "invalid_dpop_proof");
    }
}
