//! Workloads that authenticate with a token of another issuer instead of a secret (RFC 7521 §4.2, RFC 7523 §3).

mod doors;
mod keys;
mod refused;
mod replay;

use std::time::Duration;

use gatepost::domain::activity::Failure;
use gatepost::domain::application::{ApplicationSettings, SettingValue as _};
use gatepost::protocol::federation::FederatedIdentity;
use gatepost::protocol::jose::SigningAlgorithm;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::{
    Answer, Assertion, ClientKey, ForeignIssuer, Registered, TestServer, World, eventually, on_both_engines,
};

/// What a workload is called by its issuer.
const SUBJECT: &str = "repo:octo/shop:ref:refs/heads/main";

/// Entries, as a setting has them.
fn identities(entries: &Value) -> Vec<FederatedIdentity> {
    Vec::read(entries).unwrap()
}

/// Registers a service that is known by these identities.
async fn workload(server: &TestServer, entries: &Value) -> Registered {
    let federated = identities(entries);
    server.service_with(move |settings: &mut ApplicationSettings| settings.federated = federated).await
}

/// Asks for a token in the name of this application.
async fn ask(server: &TestServer, application: &Registered, token: &str) -> Answer {
    server.token().parameter("client_id", &application.client_id).with_assertion(token).send().await
}

/// What the owner of the application reads of the request that was refused so. One line with the trace id of the first
/// stands for requests that are refused alike before it is written down, so the refusal before has to be read first.
async fn owner_reads(server: &TestServer, application: &Registered, answer: &Answer) -> Failure {
    let description = answer.refusal(401, "invalid_client");
    assert!(description.starts_with("the token of another issuer is not accepted for this client_id"), "{description}");
    let trace = answer.json()["trace_id"].as_str().unwrap().to_owned();
    let id = server.rooms.store.application(&application.id()).await.unwrap().unwrap().id;
    let look = || async {
        server.rooms.upkeep.flush_usage().await.unwrap();
        let noted = server.rooms.insight.application_requests(id, 1000).await.unwrap();
        noted.into_iter().find(|request| request.trace_id == trace)
    };
    eventually("the request is noted", || async { look().await.is_some() }).await;
    look().await.unwrap().failure.unwrap()
}

/// Two keys of the kinds that issuers sign with.
fn both_kinds() -> [ClientKey; 2] {
    [SigningAlgorithm::Rs256, SigningAlgorithm::Es256].map(ClientKey::new)
}

/// RFC 7521 §4.2: no secret, no key of ours; the keys of the issuer are fetched once.
#[apply(on_both_engines)]
async fn a_workload_gets_its_token_by_a_token_of_its_issuer(world: World) {
    let server = world.server().await;
    let keys = both_kinds();
    let issuer = ForeignIssuer::with_keys(&[&keys[0], &keys[1]]).await;
    let application = workload(&server, &json!([issuer.entry("repo:octo/*")])).await;
    assert_eq!(application.secret, "", "it has the tokens of its issuer instead");
    for key in &keys {
        let token = issuer.token(&server, key, SUBJECT).signed(key);
        let access_token = ask(&server, &application, &token).await.access_token();
        let claims = server.verify(&access_token).await.claims;
        assert_eq!(
            (&claims["sub"], &claims["client_id"]),
            (&json!(application.client_id), &json!(application.client_id))
        );
    }
    assert_eq!(issuer.asked(), (1, 1));
    let secret = application.rotated(&server.rooms).await;
    server.token().with_basic(&secret).send().await.success();
}

/// OIDC Discovery §4.1, GitHub, GitLab, Kubernetes: the claims that each sends are understood, whatever else it says.
#[apply(on_both_engines)]
async fn the_tokens_of_real_issuers_are_understood(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Rs256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let pod = "system:serviceaccount:shop:orders";
    let job = "project_path:shop/orders:ref_type:branch:ref:main";
    let entries = json!([issuer.entry("repo:octo/*"), issuer.entry(pod), issuer.entry(job)]);
    let application = workload(&server, &entries).await;
    let base = |subject: &str| issuer.token(&server, &key, subject);
    let github = base("repo:octo/shop:environment:production").header("x5t", "abc").claim("repository", "octo/shop");
    let kubernetes = base(pod)
        .header("typ", Value::Null)
        .claim("aud", json!([server.issuer()]))
        .claim("kubernetes.io", json!({ "namespace": "shop", "serviceaccount": { "name": "orders" } }));
    let gitlab = base(job).claim("namespace_path", "shop").claim("aud", server.issuer());
    for token in [github, kubernetes, gitlab] {
        ask(&server, &application, &token.signed(&key)).await.success();
    }
}

/// SPIFFE JWT-SVID §3, §5: no `iss`; the keys are those of the bundle, of which those of certificates do not count.
#[apply(on_both_engines)]
async fn a_jwt_svid_counts_by_the_bundle_of_its_trust_domain(world: World) {
    let server = world.server().await;
    let (key, of_certificates) = (ClientKey::new(SigningAlgorithm::Es256), ClientKey::new(SigningAlgorithm::Es256));
    let used = |key: &ClientKey, of: &str| {
        let mut jwk = key.jwk();
        (jwk["use"], jwk["alg"]) = (of.into(), Value::Null);
        jwk.as_object_mut().unwrap().remove("alg");
        jwk
    };
    let bundle = json!({ "keys": [used(&key, "jwt-svid"), used(&of_certificates, "x509-svid")], "spiffe_sequence": 1 });
    let domain = "spiffe://example.org";
    let entry = json!({ "issuer": domain, "subject": format!("{domain}/ns/prod/*"), "jwks": bundle });
    let application = workload(&server, &json!([entry])).await;
    let now = world.clock.seconds();
    let svid = |key: &ClientKey, sub: String| Assertion {
        header: json!({ "alg": key.alg(), "kid": key.kid() }),
        claims: json!({ "sub": sub, "aud": [server.issuer()], "exp": now + 300 }),
    };
    let good = svid(&key, format!("{domain}/ns/prod/sa/shop"));
    ask(&server, &application, &good.signed(&key)).await.success();
    let wrong = svid(&of_certificates, format!("{domain}/ns/prod/sa/shop")).signed(&of_certificates);
    let failure = owner_reads(&server, &application, &ask(&server, &application, &wrong).await).await;
    assert!(failure.reason.contains("none of the keys"), "{failure:?}");
    let elsewhere = svid(&key, format!("{domain}.evil.example/ns/prod/sa/shop")).signed(&key);
    let failure = owner_reads(&server, &application, &ask(&server, &application, &elsewhere).await).await;
    assert_eq!(failure.mismatch.unwrap().field.name(), "iss");
}

/// Confused deputies: one issuer serves many applications, and the entry alone says whose a subject is.
#[apply(on_both_engines)]
async fn a_token_stands_for_the_application_whose_entry_names_it(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let shop = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    let bills = workload(&server, &json!([issuer.entry("repo:octo/bills:ref:refs/heads/main")])).await;
    let (without, secret) = (Registered::from_id("nobody"), server.service().await);
    let token = || issuer.token(&server, &key, SUBJECT).signed(&key);
    ask(&server, &shop, &token()).await.success();
    let refused = ask(&server, &bills, &token()).await;
    let told = refused.refusal(401, "invalid_client");
    for other in [&without, &secret] {
        let same = ask(&server, other, &token()).await.refusal(401, "invalid_client");
        assert_eq!(same, told, "nobody learns which of them exist, or trust anybody");
    }
    let failure = owner_reads(&server, &bills, &refused).await;
    assert_eq!(failure.mismatch.unwrap().field.name(), "sub");
    server.token().with_assertion(&token()).send().await.refusal(401, "invalid_client");
}

/// Federation: wherever applications authenticate.
#[apply(on_both_engines)]
async fn a_workload_authenticates_at_the_other_endpoints_too(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let federated = identities(&json!([issuer.entry(SUBJECT)]));
    let scope = "openid admin introspect";
    let application = server
        .service_with(|settings| {
            settings.federated = federated;
            settings.scope = scope.parse().unwrap();
        })
        .await;
    let token = || issuer.token(&server, &key, SUBJECT).signed(&key);
    let access_token = ask(&server, &application, &token()).await.access_token();
    let to = |path: &'static str, assertion: String| {
        let request = server.token().at(path).parameter("client_id", &application.client_id);
        request.with_assertion(&assertion).parameter("token", &access_token).send()
    };
    assert_eq!(to("/oauth/introspect", token()).await.success()["active"], true);
    assert_eq!(to("/oauth/revoke", token()).await.status, 200);
    assert_eq!(to("/oauth/introspect", token()).await.success()["active"], false);
    to("/oauth/introspect", issuer.token(&server, &key, "repo:other/x").signed(&key))
        .await
        .refusal(401, "invalid_client");
}

/// RFC 7523 §3: an application that signs for itself does so as ever, whether or not it trusts others.
#[apply(on_both_engines)]
async fn an_application_may_sign_for_itself_beside(world: World) {
    let server = world.server().await;
    let (own, foreign) = (ClientKey::new(SigningAlgorithm::EdDsa), ClientKey::new(SigningAlgorithm::Es256));
    let issuer = ForeignIssuer::with_keys(&[&foreign]).await;
    let application = server.service_with_key(&own).await;
    let federated = identities(&json!([issuer.entry(SUBJECT)]));
    application.settle(&server.rooms, |settings| settings.federated = federated).await;
    let signed = Assertion::new(&server, &application, &own).signed(&own);
    ask(&server, &application, &signed).await.success();
    ask(&server, &application, &issuer.token(&server, &foreign, SUBJECT).signed(&foreign)).await.success();
    let posed = Assertion::new(&server, &application, &foreign).signed(&foreign);
    ask(&server, &application, &posed).await.refusal(401, "invalid_client");
}

/// A trust that was withdrawn ends at once, with what was got by it.
#[apply(on_both_engines)]
async fn an_identity_that_is_taken_away_counts_no_more(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    let token = || issuer.token(&server, &key, SUBJECT).signed(&key);
    let access_token = ask(&server, &application, &token()).await.access_token();
    let introspects = |settings: &mut ApplicationSettings| {
        settings.scope = "introspect".parse().unwrap();
        settings.default_scope = settings.scope.clone();
    };
    let checker = server.service_with(introspects).await;
    let is_active = async || {
        let asked = [("token", access_token.as_str())];
        server.form("/oauth/introspect", &checker, &asked).await.success()["active"] == true
    };
    assert!(is_active().await);
    let add = identities(&json!([issuer.entry(SUBJECT), issuer.entry("repo:octo/bills")]));
    application.settle(&server.rooms, |settings| settings.federated = add).await;
    assert!(is_active().await, "more trust ends nothing");
    // What is issued in the moment of a change counts as issued after it.
    world.clock.advance(Duration::from_secs(1));
    application.settle(&server.rooms, |settings| drop(settings.federated.remove(0))).await;
    eventually("the token counts no more", || async { !is_active().await }).await;
    ask(&server, &application, &token()).await.refusal(401, "invalid_client");
}
