//! A device whose tokens are bound to a key (RFC 9449 §5).

use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::Value;

use super::signed_in_beside;
use crate::harness::{ClientKey, World, on_both_engines};

/// RFC 9449 §5, §8: whether somebody has answered or not, what is wrong with the proof is told first and spends nothing.
#[apply(on_both_engines)]
async fn a_devices_tokens_are_bound_to_the_key_it_proves(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let (key, thief) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let form = [("grant_type", GrantType::DeviceCode.name()), ("device_code", asked.device_code.as_str())];
    let poll = async |proof| server.prove(&device.application, &form, &proof).await;
    poll(key.proves(&server)).await.refusal(400, "authorization_pending");
    let question = browser.visit(&asked.complete).await;
    let question = browser.submit(question.form_with("device-submit"), &[]).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    poll(key.proves(&server).claim("nonce", Value::Null)).await.refusal(400, "use_dpop_nonce");
    poll(key.proves(&server).claim("htm", "GET")).await.refusal(400, "invalid_dpop_proof");
    let tokens = poll(key.proves(&server)).await.success();
    assert_eq!(tokens["token_type"], "DPoP");
    let claims = server.verify(tokens["access_token"].as_str().unwrap()).await.claims;
    assert_eq!(claims["cnf"]["jkt"], key.kid());
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    server.prove(&device.application, &refresh, &thief.proves(&server)).await.refusal(400, "invalid_grant");
    server.prove(&device.application, &refresh, &key.proves(&server)).await.success();
}
