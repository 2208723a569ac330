//! Keys through their life, watched from outside while it runs at intervals of seconds.

use macro_rules_attribute::apply;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::StatusCode;
use reqwest::header::CACHE_CONTROL;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::harness::{
    Credentials, Installation, LogLines, PATIENCE, PROMPTLY, World, installed_on_both_engines, kid_of, master_key,
    on_both_engines, until,
};

/// Short intervals, though a machine that is kept busy by other tests may do nothing for a second or two.
fn fast(at: Installation) -> Installation {
    rsa_alone(at).with("keys.rotate_every", "8s").with("keys.announce_for", "6s")
}

/// With keys of one algorithm, so that they can be counted.
fn rsa_alone(at: Installation) -> Installation {
    at.with("keys.algorithms", "RS256")
}

#[apply(installed_on_both_engines)]
async fn the_first_start_makes_one_key_that_signs_and_one_that_is_announced(at: Installation) {
    let at = rsa_alone(at);
    let node = at.start().await;
    let (active, announced) = (at.key("RS256", "active").await, at.key("RS256", "announced").await);
    assert_eq!(at.keys("RS256").await.len(), 2);
    let published: BTreeSet<_> = node.published().await.into_iter().collect();
    assert_eq!(published, BTreeSet::from([active.clone(), announced]));
    let token = node.token(&at.application("first").await).await;
    assert_eq!(kid_of(&token), active);
    node.stop().await;
    let again = at.start().await;
    assert_eq!(again.published().await.into_iter().collect::<BTreeSet<_>>(), published, "a restart makes none");
}

/// What a resource server does: keeps the key set while it may, verifies tokens with it.
struct Verifier {
    keys: HashMap<String, Jwk>,
    fetched: Option<(Instant, Duration)>,
    fetches: usize,
    kids: BTreeSet<String>,
}

impl Verifier {
    fn new() -> Self {
        Self { keys: HashMap::new(), fetched: None, fetches: 0, kids: BTreeSet::new() }
    }

    /// Fetches the key set if the copy is too old; false if the server did not answer.
    async fn refresh(&mut self, url: &str, client: &reqwest::Client) -> bool {
        if self.fetched.is_some_and(|(at, keep)| at.elapsed() < keep) {
            return true;
        }
        let asked = Instant::now();
        let Ok(answer) = client.get(format!("{url}/.well-known/jwks.json")).send().await else { return false };
        let caching = answer.headers()[CACHE_CONTROL].to_str().unwrap().to_owned();
        let max_age: u64 = caching.rsplit_once("max-age=").unwrap().1.parse().unwrap();
        let Ok(set) = answer.json::<JwkSet>().await else { return false };
        self.keys = set.keys.into_iter().map(|key| (key.common.key_id.clone().unwrap(), key)).collect();
        self.fetched = Some((asked, Duration::from_secs(max_age)));
        self.fetches += 1;
        true
    }

    fn verify(&mut self, token: &str) {
        let kid = kid_of(token);
        let Some(key) = self.keys.get(&kid) else {
            let age = self.fetched.map(|(at, _)| at.elapsed());
            panic!("unknown kid {kid}; the copy is {age:?} old and has {:?}", self.keys.keys());
        };
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation);
        decoded.unwrap_or_else(|e| panic!("a token of {kid} does not verify: {e}"));
        self.kids.insert(kid);
    }
}

/// Asks for tokens and verifies them until told to stop. A server that is away is waited for.
fn load(credentials: Credentials, place: watch::Receiver<Option<String>>) -> JoinHandle<(Verifier, usize)> {
    tokio::spawn(async move {
        let client = reqwest::Client::new();
        let mut verifier = Verifier::new();
        let mut tokens = 0;
        loop {
            let Some(url) = place.borrow().clone() else { return (verifier, tokens) };
            let request = client.post(format!("{url}/token")).basic_auth(&credentials.id, Some(&credentials.secret));
            let known = verifier.refresh(&url, &client).await;
            let answer = request.form(&[("grant_type", "client_credentials")]).send().await;
            if let Ok(answer) = answer
                && known
                && answer.status() == StatusCode::OK
                && let Ok(body) = answer.json::<Value>().await
            {
                verifier.verify(body["access_token"].as_str().unwrap());
                tokens += 1;
            }
            sleep(Duration::from_millis(5)).await;
        }
    })
}

/// Over a minute, on both engines at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verifier_that_keeps_the_key_set_as_long_as_it_may_never_meets_an_unknown_key() {
    let on_postgres = Installation::on_postgres(never_meets_an_unknown_key);
    tokio::join!(never_meets_an_unknown_key(Installation::on_sqlite()), on_postgres);
}

/// The server stops in the middle and another goes on, and later one is killed.
async fn never_meets_an_unknown_key(at: Installation) {
    let at = fast(at);
    let credentials = at.application("verified").await;
    let mut node = at.start().await;
    let (place, at_place) = watch::channel(Some(node.url("")));
    let loads: Vec<_> = (0..3).map(|_| load(credentials.clone(), at_place.clone())).collect();
    sleep(Duration::from_secs(27)).await;
    assert!(node.stop().await.success());
    node = at.start().await;
    place.send_replace(Some(node.url("")));
    sleep(Duration::from_secs(16)).await;
    // Long enough for the announced key to have taken over while no server was up.
    node.kill();
    sleep(Duration::from_secs(3)).await;
    node = at.start().await;
    place.send_replace(Some(node.url("")));
    sleep(Duration::from_secs(15)).await;
    place.send_replace(None);
    for load in loads {
        let (verifier, tokens) = load.await.expect("every token verifies");
        assert!(tokens > 100, "{tokens} tokens are no load");
        assert!(verifier.kids.len() >= 6, "{} keys in a minute of 8 s each", verifier.kids.len());
        assert!(verifier.fetches < 40, "it kept the key set: {} fetches", verifier.fetches);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_on_one_postgresql_rotate_once() {
    Installation::on_postgres(async |at| {
        let at = fast(at);
        let credentials = at.application("nodes").await;
        let (a, b) = tokio::join!(async { at.start().await }, async { at.start().await });
        let mut verifiers = (Verifier::new(), Verifier::new());
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(32) {
            // Each verifies what the other issued.
            assert!(
                verifiers.0.refresh(&a.url(""), &a.client).await && verifiers.1.refresh(&b.url(""), &b.client).await
            );
            verifiers.0.verify(&b.token(&credentials).await);
            verifiers.1.verify(&a.token(&credentials).await);
        }
        let same = async || (a.published().await == b.published().await).then_some(());
        until("both publish the same", PROMPTLY, same).await;
        each_key_was_announced_once(&at).await;
        let announced = at.texts("select subject from audit_events where event = 'key.created'").await.len();
        // 32 seconds of 7.2 to 8 each, the first, the one ahead, and what passed before and after.
        assert!((5..=9).contains(&announced), "{announced} keys in 32 s");
    })
    .await;
}

/// No two keys begin to sign within less than an interval of each other, and the audit log tells of each once.
async fn each_key_was_announced_once(at: &Installation) {
    let audited = at.texts("select subject from audit_events where event = 'key.created' order by subject").await;
    let kids = at.texts("select kid from signing_keys order by kid").await;
    assert_eq!(audited, kids, "every key was announced, and once");
    let moments = at.texts("select cast(activates_at as text) from signing_keys order by activates_at").await;
    let moments: Vec<i64> = moments.iter().map(|moment| moment.parse().unwrap()).collect();
    for pair in moments.windows(2) {
        assert!(pair[1] - pair[0] >= 7_000_000, "two keys for one interval: {moments:?}");
    }
}

#[apply(installed_on_both_engines)]
async fn rotating_now_makes_the_announced_key_sign_within_a_second(at: Installation) {
    let at = rsa_alone(at);
    let node = at.start().await;
    let credentials = at.application("now").await;
    let (old, next) = (at.key("RS256", "active").await, at.key("RS256", "announced").await);
    let before = node.token(&credentials).await;
    at.json(&["key", "rotate", "--now"]).await;
    let signs = async || (kid_of(&node.token(&credentials).await) == next).then_some(());
    until("the announced key signs", PROMPTLY, signs).await;
    assert_eq!(at.key("RS256", "active").await, next);
    assert_eq!(at.key("RS256", "retiring").await, old);
    let third = at.key("RS256", "announced").await;
    let all = async || (node.published().await.len() == 3).then_some(());
    until("the new announced key is published", PROMPTLY, all).await;
    assert!(node.published().await.contains(&third));
    assert_eq!(node.hello(&before).await, StatusCode::OK, "what the old key signed stays good");
    let promoted = at.texts("select actor from audit_events where event = 'key.promoted'").await;
    assert_eq!(promoted, ["command line"]);
}

#[apply(installed_on_both_engines)]
async fn rotating_waits_until_the_key_was_announced_long_enough(at: Installation) {
    let at = rsa_alone(at).with("keys.rotate_every", "1h").with("keys.announce_for", "15s");
    let started = Instant::now();
    let node = at.start().await;
    let credentials = at.application("patient").await;
    let (old, next) = (at.key("RS256", "active").await, at.key("RS256", "announced").await);
    let listed = at.json(&["key", "rotate"]).await;
    assert_eq!(listed.as_array().expect("a list").len(), 2, "the announced key only got an earlier date: {listed}");
    assert_eq!(kid_of(&node.token(&credentials).await), old);
    let signs = async || (kid_of(&node.token(&credentials).await) == next).then_some(());
    until("the announced key signs", PATIENCE, signs).await;
    assert!(started.elapsed() > Duration::from_secs(15), "after {:?}", started.elapsed());
    let announced = async || at.keys("RS256").await.iter().find(|(state, _)| state == "announced").cloned();
    until("another is announced", PROMPTLY, announced).await;
}

#[apply(installed_on_both_engines)]
async fn revoking_a_key_of_any_state_leaves_one_that_signs_and_one_that_is_announced(at: Installation) {
    let node = at.start().await;
    let credentials = at.application("revoked").await;
    let by_first = node.token(&credentials).await;
    at.json(&["key", "rotate", "--now"]).await;
    for state in ["announced", "active", "retiring"] {
        let kid = at.key("RS256", "announced").await;
        let (active, revoked) = (at.key("RS256", "active").await, at.keys("RS256").await);
        let revoked = revoked.iter().find(|(of, _)| of == state).expect("there is one").1.clone();
        let by_active = node.token(&credentials).await;
        at.json(&["key", "revoke", &revoked]).await;
        let gone = async || (!node.published().await.contains(&revoked)).then_some(());
        until("it is not published", PROMPTLY, gone).await;
        match state {
            "announced" => assert_eq!(at.key("RS256", "active").await, active),
            "active" => assert_eq!(at.key("RS256", "active").await, kid, "the announced one takes over"),
            _ => {}
        }
        let good = if state == "active" { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
        assert_eq!(node.hello(&by_active).await, good, "{state}");
        at.key("RS256", "announced").await;
        assert_eq!(kid_of(&node.token(&credentials).await), at.key("RS256", "active").await);
    }
    assert!(!node.published().await.contains(&kid_of(&by_first)) || node.hello(&by_first).await == StatusCode::OK);
    assert_eq!(at.texts("select actor from audit_events where event = 'key.revoked'").await.len(), 3);
    node.stop().await;
    let again = at.start().await;
    assert_eq!(again.hello(&again.token(&credentials).await).await, StatusCode::OK);
}

#[apply(installed_on_both_engines)]
async fn a_retired_key_is_published_for_as_long_as_was_configured_and_then_forgotten(at: Installation) {
    let at = at.with("keys.retire_after", "3s");
    let node = at.start().await;
    let credentials = at.application("retired").await;
    let old = at.key("RS256", "active").await;
    let token = node.token(&credentials).await;
    let before = Instant::now();
    at.json(&["key", "rotate", "--now"]).await;
    let gone = async || (!node.published().await.contains(&old)).then_some(());
    until("it is not published", PATIENCE, gone).await;
    let kept = before.elapsed();
    assert!(kept > Duration::from_secs(3), "kept {kept:?}");
    assert_eq!(node.hello(&token).await, StatusCode::UNAUTHORIZED);
    // The next maintenance of the keys deletes it; every key command runs one.
    at.json(&["key", "rotate"]).await;
    let left = at.texts("select kid from signing_keys").await;
    assert!(!left.contains(&old), "{left:?}");
}

#[apply(installed_on_both_engines)]
async fn an_application_gets_keys_of_its_algorithm_at_once(at: Installation) {
    let at = at.with("keys.algorithms", "RS256, PS256, ES256, EdDSA");
    let node = at.start().await;
    for algorithm in ["ES256", "EdDSA", "PS256"] {
        let words = ["app", "create", "--name", algorithm, "--signing-algorithm", algorithm];
        let credentials = Credentials::from(&at.json(&words).await);
        let (active, announced) = (at.key(algorithm, "active").await, at.key(algorithm, "announced").await);
        let token = node.token(&credentials).await;
        assert_eq!(kid_of(&token), active);
        assert_eq!(node.hello(&token).await, StatusCode::OK);
        let published = node.published().await;
        assert!(published.contains(&active) && published.contains(&announced), "{algorithm}");
        let set: JwkSet = node.get("/.well-known/jwks.json").await.json().await.unwrap();
        let key = set.find(&active).unwrap();
        assert_eq!(key.common.key_algorithm.unwrap().to_string(), algorithm);
        let header = jsonwebtoken::decode_header(&token).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.validate_aud = false;
        jsonwebtoken::decode::<Value>(&token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap();
    }
    assert_eq!(node.published().await.len(), 8);
}

/// What is stored of each private key, as hex, by kid.
async fn sealed(at: &Installation) -> BTreeMap<String, String> {
    let hex = if at.is_sqlite() { "lower(hex(private_key))" } else { "encode(private_key, 'hex')" };
    let rows = at.texts(&format!("select kid || ' ' || {hex} from signing_keys")).await;
    rows.iter().map(|row| row.split_once(' ').unwrap()).map(|(kid, hex)| (kid.to_owned(), hex.to_owned())).collect()
}

/// How a statement of this engine writes bytes.
fn literal(at: &Installation, hex: &str) -> String {
    if at.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
}

#[apply(installed_on_both_engines)]
async fn private_keys_are_nowhere_in_the_database_in_the_clear(at: Installation) {
    let at = at.with("keys.algorithms", "RS256, PS256, ES256, EdDSA");
    at.migrated().await;
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        at.json(&["app", "create", "--name", algorithm, "--signing-algorithm", algorithm]).await;
    }
    let node = at.start().await;
    let sealed = sealed(&at).await;
    assert_eq!(sealed.len(), 8);
    // The object identifiers by which every PKCS#8 document says what it is (RFC 5208, 8410, 5480).
    let identifiers =
        [("rsaEncryption", "06092a864886f70d010101"), ("EC", "06072a8648ce3d0201"), ("Ed25519", "06032b6570")];
    for (kid, hex) in &sealed {
        for (name, identifier) in identifiers {
            assert!(!hex.contains(identifier), "{kid}: {name} in the clear");
        }
    }
    if at.is_sqlite() {
        // The file and its journal as a thief would find them: no trace of the key.
        for file in ["gatepost.db", "gatepost.db-wal"] {
            let bytes = std::fs::read(at.path(file)).unwrap();
            for (name, identifier) in identifiers {
                let needle: Vec<u8> = (0..identifier.len() / 2)
                    .map(|at| u8::from_str_radix(&identifier[2 * at..2 * at + 2], 16).unwrap())
                    .collect();
                assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{file}: {name}");
            }
        }
    }
    assert_eq!(node.published().await.len(), 8);
}

#[apply(installed_on_both_engines)]
async fn a_private_key_that_was_changed_or_moved_is_noticed(at: Installation) {
    at.start().await.stop().await;
    let before = sealed(&at).await;
    let kids: Vec<_> = before.keys().cloned().collect();
    let put = async |kid: &str, hex: &str| {
        at.execute(&format!("update signing_keys set private_key = {} where kid = '{kid}'", literal(&at, hex))).await;
    };
    let refused = async |what: &str| {
        let said = at.try_start().await.err().unwrap_or_else(|| panic!("{what}: the server starts"));
        assert!(said.contains("the stored bytes were changed, or belong to another row"), "{what}: {said}");
        let ran = at.run(&["doctor"]).await;
        assert!(ran.code == Some(1) && ran.stdout.contains("signing key"), "{what}: {ran:?}");
    };
    put(&kids[0], &before[&kids[1]]).await;
    put(&kids[1], &before[&kids[0]]).await;
    refused("swapped").await;
    put(&kids[1], &before[&kids[1]]).await;
    let original = &before[&kids[0]];
    for flipped in [0, original.len() / 2, original.len() - 1] {
        let mut changed = original.clone();
        let digit = if &original[flipped..=flipped] == "0" { "1" } else { "0" };
        changed.replace_range(flipped..=flipped, digit);
        put(&kids[0], &changed).await;
        refused("one digit").await;
    }
    put(&kids[0], &original[..original.len() - 2]).await;
    refused("shortened").await;
    put(&kids[0], "").await;
    refused("emptied").await;
    put(&kids[0], original).await;
    at.start().await;
}

/// The public half is stored in the clear; it must not be trusted.
#[apply(installed_on_both_engines)]
async fn whoever_can_write_to_the_database_cannot_have_a_key_of_theirs_published(at: Installation) {
    at.start().await.stop().await;
    let (active, announced) = (at.key("RS256", "active").await, at.key("RS256", "announced").await);
    at.execute(&format!(
        "update signing_keys set jwk = (select jwk from signing_keys where kid = '{announced}') where kid = '{active}'"
    ))
    .await;
    let node = at.start().await;
    let token = node.token(&at.application("honest").await).await;
    assert_eq!(node.hello(&token).await, StatusCode::OK, "the published key is the one that signs");
    node.stop().await;
    // A retiring key need not sign anything to be trusted.
    at.execute(&format!(
        "insert into signing_keys (kid, algorithm, jwk, private_key, master_key_id, created_at, activates_at, keep_for) \
         select 'theirs', algorithm, jwk, private_key, master_key_id, created_at - 1000, activates_at - 1000, keep_for \
         from signing_keys where kid = '{active}'"
    ))
    .await;
    let said = at.try_start().await.err().expect("the server refuses");
    assert!(said.contains("signing key theirs"), "{said}");
}

#[apply(installed_on_both_engines)]
async fn a_new_master_key_takes_over_and_the_old_one_can_be_dropped(at: Installation) {
    let mut at = rsa_alone(at);
    at.set("keys.master_key", &master_key(1));
    let credentials = at.application("master").await;
    at.start().await.stop().await;
    at.json(&["key", "rotate", "--now"]).await;
    let before = sealed(&at).await;
    assert_eq!(at.run(&["key", "reencrypt"]).await.stdout, "0 private keys and webhook secrets were encrypted again\n");

    at.set("keys.master_key", &format!("{},{}", master_key(2), master_key(1)));
    let node = at.start().await;
    let published = node.published().await;
    let token = node.token(&credentials).await;
    let ran = at.run(&["key", "reencrypt"]).await;
    assert_eq!(ran.stdout, "3 private keys and webhook secrets were encrypted again\n", "{ran:?}");
    let after = sealed(&at).await;
    assert!(before.iter().all(|(kid, hex)| after[kid] != *hex));
    assert_eq!(node.hello(&token).await, StatusCode::OK, "the running server goes on");
    node.stop().await;

    at.set("keys.master_key", &master_key(2));
    let node = at.start().await;
    assert_eq!(node.published().await, published);
    assert_eq!(node.hello(&token).await, StatusCode::OK);
    node.token(&credentials).await;
    node.stop().await;
    at.set("keys.master_key", &master_key(1));
    assert!(at.try_start().await.is_err(), "the old one opens nothing any more");
}

/// The machine's clock runs ahead for a while, keys are made and deleted by it, and then it is set right.
#[apply(on_both_engines)]
async fn a_clock_that_was_ahead_leaves_a_key_that_signs_and_dates_that_are_right(world: World) {
    let log = LogLines::listen();
    let server = world.server().await;
    let service = server.service().await;
    let ahead = Duration::from_hours(24 * 1000);
    world.clock.advance(ahead);
    for _ in 0..3 {
        server.rooms.keys.maintain_keys().await.unwrap();
        world.clock.advance(Duration::from_hours(24 * 100));
    }
    server.rooms.keys.maintain_keys().await.unwrap();
    world.clock.set_back(ahead + Duration::from_hours(24 * 300));
    server.get("/health/ready").await.success();
    let token = server.token().with_basic(&service).send().await.access_token();
    server.verify(&token).await;
    server.rooms.keys.maintain_keys().await.unwrap();
    let now = server.rooms.instruments.now();
    let keys = server.rooms.store.signing_keys().await.unwrap();
    let due = keys.iter().find(|key| key.kid == kid_of(&token)).expect("the same key goes on");
    let told = log.lines_with(&["no signing key is due, the nearest signs", &due.kid]);
    assert!(!told.is_empty(), "the log says so");
    assert!(due.activates_at <= now, "{due:?}");
    let next = keys.iter().filter(|key| key.activates_at > now).map(|key| key.activates_at).min().expect("a next key");
    assert!(next.since(now) <= server.rooms.keys.rotation_policy().rotate_every, "{next}");
}
