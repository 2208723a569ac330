//! An exchanged token that is bound to a key (RFC 9449 §5).

use macro_rules_attribute::apply;

use super::{ACCESS_TOKEN, EXCHANGE, api, api_with, claims, signed_in};
use crate::harness::{ClientKey, World, on_both_engines};

/// The key is that of whoever exchanges, and a bound token is exchanged by who holds its key (RFC 9449 §7).
#[apply(on_both_engines)]
async fn an_exchanged_token_is_bound_to_the_key_of_whoever_exchanges(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let stock = api(&server, &[]).await;
    let orders = api_with(&server, &[&stock.client_id], |settings| settings.dpop_bound = true).await;
    let (_, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let subject = tokens.access_token();
    let form = |subject| {
        let subject = [("subject_token", subject), ("subject_token_type", ACCESS_TOKEN)];
        [("grant_type", EXCHANGE), subject[0], subject[1], ("audience", stock.client_id.as_str())]
    };
    server.form("/token", &orders, &form(subject.as_str())).await.refusal(400, "invalid_dpop_proof");
    let proof = key.proves(&server);
    let answer = server.prove(&orders, &form(subject.as_str()), &proof).await;
    assert_eq!(answer.success()["token_type"], "DPoP");
    assert_eq!(claims(&server, &answer).await["cnf"]["jkt"], key.kid());
    server.prove(&orders, &form(subject.as_str()), &proof).await.refusal(400, "invalid_dpop_proof");
    let bound = answer.access_token();
    let other = ClientKey::for_proofs();
    let told =
        server.prove(&orders, &form(bound.as_str()), &other.proves(&server)).await.refusal(400, "invalid_request");
    assert!(told.contains("bound to a key"), "{told}");
    orders.settle(&server.rooms, |settings| settings.dpop_bound = false).await;
    let told = server.form("/token", &orders, &form(bound.as_str())).await.refusal(400, "invalid_request");
    assert!(told.contains("bound to a key"), "{told}");
    let next = server.prove(&orders, &form(bound.as_str()), &key.proves(&server)).await;
    assert_eq!(claims(&server, &next).await["cnf"]["jkt"], key.kid());
}
