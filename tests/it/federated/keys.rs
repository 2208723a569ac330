//! Where the keys of another issuer come from, and what they cost (OIDC Discovery §4).

use std::time::Duration;

use gatepost::adapters::clock::{Clock as _, SystemClock};
use gatepost::protocol::jose::SigningAlgorithm;
use macro_rules_attribute::apply;
use serde_json::json;

use super::{SUBJECT, ask, owner_reads, workload};
use crate::harness::{
    Authority, ClientKey, ForeignIssuer, Installation, Manner, World, installed_on_both_engines, on_both_engines,
};

const MINUTE: Duration = Duration::from_secs(61);

/// A key that is newer than what is kept is found by fetching again, once; unknown ones that anybody can name cost no
/// more than that a minute.
#[apply(on_both_engines)]
async fn an_unknown_kid_has_the_keys_fetched_again_once_a_minute(world: World) {
    let server = world.server().await;
    let (old, new) = (ClientKey::new(SigningAlgorithm::Es256), ClientKey::new(SigningAlgorithm::Rs256));
    let issuer = ForeignIssuer::with_keys(&[&old]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    ask(&server, &application, &issuer.token(&server, &old, SUBJECT).signed(&old)).await.success();
    assert_eq!(issuer.asked(), (1, 1));
    let storm = async || {
        for number in 0..20 {
            let token = issuer.token(&server, &old, SUBJECT).header("kid", format!("unknown-{number}"));
            ask(&server, &application, &token.signed(&old)).await.refusal(401, "invalid_client");
        }
    };
    storm().await;
    assert_eq!(issuer.asked(), (1, 1), "they were fetched a moment ago");
    world.clock.advance(MINUTE);
    storm().await;
    assert_eq!(issuer.asked(), (1, 2));
    issuer.publish(&[&old, &new]);
    world.clock.advance(MINUTE);
    for key in [&new, &old, &new] {
        ask(&server, &application, &issuer.token(&server, key, SUBJECT).signed(key)).await.success();
    }
    assert_eq!(issuer.asked(), (1, 3));
    // A token that does not name its key may be by a newer one as well.
    issuer.publish(&[&old]);
    world.clock.advance(Duration::from_mins(6));
    let nameless = issuer.token(&server, &new, SUBJECT).header("kid", serde_json::Value::Null).signed(&new);
    ask(&server, &application, &nameless).await.refusal(401, "invalid_client");
    assert_eq!(issuer.asked(), (2, 4), "the key that the issuer took away counts no more");
}

/// OIDC Discovery §4.3, and what else an issuer can answer: nothing of it is followed, the owner reads what it was, and
/// it is asked again after a minute, not sooner.
#[apply(on_both_engines)]
async fn an_issuer_that_answers_wrongly_is_not_believed(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let honest = ForeignIssuer::with_keys(&[&key]).await;
    for (manner, reason) in [
        (Manner::OfIssuer(honest.issuer.clone()), "it says that it is of the issuer"),
        (Manner::Redirect, "redirects are not followed"),
        (Manner::Type("text/html"), "no JSON by its content type"),
        (Manner::Huge, "cannot be used"),
        (Manner::Status(500), "the answer was 500"),
        (Manner::KeysAt("ftp://127.0.0.1/keys".to_owned()), "only https"),
        (Manner::KeysAt("file:///etc/passwd".to_owned()), "cannot be used"),
    ] {
        let issuer = ForeignIssuer::with_keys(&[&key]).await;
        let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
        let token = issuer.token(&server, &key, SUBJECT).signed(&key);
        issuer.behave(manner.clone());
        for _ in 0..2 {
            let failure = owner_reads(&server, &application, &ask(&server, &application, &token).await).await;
            assert!(failure.reason.contains(reason), "{manner:?}: {failure:?}");
        }
        assert_eq!(issuer.asked(), (1, 0), "{manner:?}");
        issuer.behave(Manner::Good);
        ask(&server, &application, &token).await.refusal(401, "invalid_client");
        // What was well-formed is kept for longer than a failure.
        let wait = if matches!(manner, Manner::KeysAt(_)) { Duration::from_mins(6) } else { MINUTE };
        world.clock.advance(wait);
        let token = issuer.token(&server, &key, SUBJECT).signed(&key);
        ask(&server, &application, &token).await.success();
    }
}

/// With a slash more the metadata is that of another issuer, at the same address.
#[apply(on_both_engines)]
async fn the_issuer_in_the_metadata_is_the_trusted_one_to_the_letter(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let with_slash = format!("{}/", issuer.issuer);
    let application = workload(&server, &json!([{ "issuer": with_slash, "subject": SUBJECT }])).await;
    let token = issuer.token(&server, &key, SUBJECT).claim("iss", with_slash).signed(&key);
    let failure = owner_reads(&server, &application, &ask(&server, &application, &token).await).await;
    assert!(failure.reason.contains("says that it is of the issuer"), "{failure:?}");
    assert_eq!(issuer.asked(), (1, 0));
}

/// One that says nothing holds nobody up for long.
#[apply(on_both_engines)]
async fn an_issuer_that_is_late_is_given_up(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry(SUBJECT)])).await;
    issuer.behave(Manner::Silence);
    for _ in 0..2 {
        let token = issuer.token(&server, &key, SUBJECT).signed(&key);
        let failure = owner_reads(&server, &application, &ask(&server, &application, &token).await).await;
        assert!(failure.reason.contains("no answer within"), "{failure:?}");
    }
    assert_eq!(issuer.asked(), (1, 0));
}

/// A developer who chooses an issuer does not make this server look around in its operator's network.
#[apply(on_both_engines)]
async fn an_issuer_at_a_private_address_is_not_fetched(world: World) {
    let server = world.server_with("[server]\nissuer = \"https://id.example.com\"\n").await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    world.names.set("inside.example.com", &[&["10.0.0.1"]]);
    world.names.set("metadata.example.com", &[&["169.254.169.254"]]);
    let inside = "https://inside.example.com";
    for other in [issuer.issuer.as_str(), inside, "https://metadata.example.com", "https://127.0.0.1"] {
        let application = workload(&server, &json!([{ "issuer": other, "subject": SUBJECT }])).await;
        let token = issuer.token(&server, &key, SUBJECT).claim("iss", other).signed(&key);
        let failure = owner_reads(&server, &application, &ask(&server, &application, &token).await).await;
        let why = ["no public address", "only https"];
        assert!(why.iter().any(|why| failure.reason.contains(why)), "{other}: {failure:?}");
    }
    assert_eq!(issuer.asked(), (0, 0));
}

/// The issuer of a cluster that nobody outside reaches: its keys stand beside the entry, and nothing is fetched.
#[apply(on_both_engines)]
async fn keys_beside_the_entry_are_used_without_a_fetch(world: World) {
    let key = ClientKey::new(SigningAlgorithm::Rs256);
    let issuer = ForeignIssuer::with_keys(&[]).await;
    let cluster = "https://kubernetes.default.svc.cluster.local";
    let (inline, file) = (key.jwk().to_string().replace("\":", "\" = "), world.database.folder().join("cluster.json"));
    std::fs::write(&file, key.jwks()).unwrap();
    let toml = format!(
        "[[applications]]\nclient_id = \"by-file\"\n\
         federated = [{{ issuer = \"{cluster}\", subject = \"system:serviceaccount:shop:*\", jwks_file = \"{}\" }}]\n\
         [[applications]]\nclient_id = \"inline\"\n\
         federated = [{{ issuer = \"{}\", subject = \"{SUBJECT}\", jwks = {{ keys = [{inline}] }} }}]\n",
        file.display(),
        issuer.issuer
    );
    let server = world.server_with(&toml).await;
    let pod = issuer.token(&server, &key, "system:serviceaccount:shop:orders").claim("iss", cluster);
    for (application, token) in [("by-file", pod.clone()), ("inline", issuer.token(&server, &key, SUBJECT))] {
        let request = server.token().parameter("client_id", application).with_assertion(&token.signed(&key));
        request.send().await.success();
    }
    assert_eq!(issuer.asked(), (0, 0));
    let stranger = ClientKey::new(SigningAlgorithm::Rs256);
    let posed = pod.claim("jti", "other").header("kid", stranger.kid()).signed(&stranger);
    let request = server.token().parameter("client_id", "by-file").with_assertion(&posed);
    request.send().await.refusal(401, "invalid_client");
}

/// RFC 9110 §4.2.2: what is fetched from an issuer comes by TLS from a server that the machine trusts; and the whole of
/// it as an operator does it, by command and process.
#[apply(installed_on_both_engines)]
async fn the_keys_come_by_tls_from_who_is_trusted(at: Installation) {
    let authority = Authority::named("Test authority");
    let key = ClientKey::new(SigningAlgorithm::Rs256);
    let issuer = ForeignIssuer::with_certificate_of(&authority, &[&key]).await;
    at.migrated().await;
    let entry = format!("{} repo:octo/*", issuer.issuer);
    let made = at.json(&["app", "create", "--name", "Deployer", "--federated", &entry]).await;
    assert_eq!(made["client_secret"], serde_json::Value::Null);
    assert_eq!(made["federated"], json!([issuer.entry("repo:octo/*")]));
    let client_id = made["client_id"].as_str().unwrap();
    let now = SystemClock.now().as_seconds();
    let token = |jti: &str| {
        let claims = json!({ "iss": issuer.issuer, "sub": SUBJECT, "aud": "http://localhost:8080", "jti": jti,
            "iat": now, "exp": now + 300 });
        let header = json!({ "alg": key.alg(), "kid": key.kid(), "typ": "JWT" });
        crate::harness::Assertion { header, claims }.signed(&key)
    };
    let ask = async |node: &crate::harness::Node, token: String| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &token),
        ];
        node.client.post(node.url("/token")).form(&form).send().await.unwrap().status().as_u16()
    };
    let node = at.another().trusting(&Authority::named("Another authority")).start().await;
    assert_eq!(ask(&node, token("one")).await, 401);
    assert_eq!(issuer.asked(), (0, 0));
    drop(node);
    let node = at.another().trusting(&authority).start().await;
    assert_eq!(ask(&node, token("two")).await, 200);
    assert_eq!(ask(&node, token("two")).await, 401);
    assert_eq!(issuer.asked(), (1, 1));
}
