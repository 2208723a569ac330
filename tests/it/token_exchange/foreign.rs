//! Tokens of other issuers in an exchange: they stand for the application whose entry (`federated`) names them.

use gatepost::domain::application::SettingValue as _;
use gatepost::protocol::federation::FederatedIdentity;
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{ACCESS_TOKEN, api, api_with, claims, exchanged, introspected, signed_in};
use crate::harness::{ClientKey, ForeignIssuer, Registered, TestServer, World, on_both_engines};

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const SUBJECT: &str = "system:serviceaccount:prod:orders";

/// An API that other issuers know too, and which exchanges for these.
async fn workload(server: &TestServer, entries: &Value, to: &Registered) -> Registered {
    let federated: Vec<FederatedIdentity> = Vec::read(entries).unwrap();
    let with_secret = api_with(server, &[&to.client_id], |settings| {
        settings.audiences = vec![to.client_id.parse().unwrap()];
        settings.federated = federated;
    })
    .await;
    with_secret.rotated(&server.rooms).await
}

async fn issuer() -> (ForeignIssuer, ClientKey) {
    let key = ClientKey::new(SigningAlgorithm::Es256);
    (ForeignIssuer::with_keys(&[&key]).await, key)
}

/// RFC 8693 §2.1: the token of a workload's platform becomes one of this server, with less and for no longer.
#[apply(on_both_engines)]
async fn a_token_of_a_trusted_issuer_is_exchanged_by_the_application_it_stands_for(world: World) {
    let server = world.server().await;
    let (issuer, key) = issuer().await;
    let stock = api(&server, &[]).await;
    let orders = workload(&server, &json!([issuer.entry(SUBJECT)]), &stock).await;
    let now = server.world.clock.seconds();
    let token = issuer.token(&server, &key, SUBJECT).claim("exp", now + 120).signed(&key);
    let form = [("subject_token_type", JWT), ("scope", "orders:read")];
    let answer = exchanged(&server, &orders, &token, &form).await;
    assert_eq!(answer.success()["expires_in"], 120, "not longer than the token that it is for");
    let claims = claims(&server, &answer).await;
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!(orders.client_id), &json!(stock.client_id)));
    assert_eq!((&claims["act"], &claims["scope"]), (&json!({ "sub": orders.client_id }), &json!("orders:read")));
    assert_eq!(introspected(&server, &stock, &answer.access_token()).await["active"], true);
    let again = exchanged(&server, &orders, &token, &form).await.refusal(400, "invalid_request");
    assert!(!again.contains(SUBJECT), "{again}");
    orders.settle(&server.rooms, |settings| settings.grants = vec![GrantType::ClientCredentials]).await;
    assert_eq!(introspected(&server, &stock, &answer.access_token()).await, json!({ "active": false }));
}

/// What no entry names is nobody, and the right token of another application is not this one's.
#[apply(on_both_engines)]
async fn a_token_that_no_entry_names_is_refused_and_not_spent(world: World) {
    let server = world.server().await;
    let (issuer, key) = issuer().await;
    let stranger = ClientKey::new(SigningAlgorithm::Es256);
    let stock = api(&server, &[]).await;
    let orders = workload(&server, &json!([issuer.entry(SUBJECT)]), &stock).await;
    let other = api(&server, &[&stock.client_id]).await;
    let good = issuer.token(&server, &key, SUBJECT);
    let form = [("subject_token_type", JWT)];
    let now = server.world.clock.seconds();
    for bad in [
        issuer.token(&server, &key, "system:serviceaccount:dev:orders").signed(&key),
        good.clone().claim("iss", "https://other.example").signed(&key),
        good.clone().claim("aud", "https://other.example").signed(&key),
        good.clone().claim("exp", now - 60).signed(&key),
        good.clone().header("typ", "at+jwt").signed(&key),
        good.signed(&stranger),
    ] {
        exchanged(&server, &orders, &bad, &form).await.refusal(400, "invalid_request");
    }
    exchanged(&server, &other, &good.signed(&key), &form).await.refusal(400, "invalid_request");
    let elsewhere = [("subject_token_type", JWT), ("audience", "https://b.example")];
    exchanged(&server, &orders, &good.signed(&key), &elsewhere).await.refusal(400, "invalid_target");
    exchanged(&server, &orders, &good.signed(&key), &form).await.success();
}

/// RFC 8693 §1.1: an actor may prove itself by the token that its platform gave it.
#[apply(on_both_engines)]
async fn an_actor_token_may_be_of_a_trusted_issuer(world: World) {
    let server = world.server().await;
    let (issuer, key) = issuer().await;
    let stock = api(&server, &[]).await;
    let orders = workload(&server, &json!([issuer.entry(SUBJECT)]), &stock).await;
    let (_, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let subject = tokens.access_token();
    let ask = async |actor: &str| {
        let form = [
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", actor),
            ("actor_token_type", JWT),
            ("audience", stock.client_id.as_str()),
        ];
        exchanged(&server, &orders, &subject, &form).await
    };
    let stranger = issuer.token(&server, &key, "system:serviceaccount:prod:other").signed(&key);
    ask(&stranger).await.refusal(400, "invalid_request");
    let actor = issuer.token(&server, &key, SUBJECT).signed(&key);
    let answer = ask(&actor).await;
    assert_eq!(claims(&server, &answer).await["act"], json!({ "sub": orders.client_id }));
    ask(&actor).await.refusal(400, "invalid_request");
}
