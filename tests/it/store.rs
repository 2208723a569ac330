//! The store on either engine: what is written is read back, what must happen once happens once, and what
//! cannot be read is an error that says where.

mod corruption;
mod indexes;
mod migrations;
mod purge;

use macro_rules_attribute::apply;
use serde_json::json;
use std::time::Duration;

use gatepost::adapters::entropy::{SystemEntropy, row_id};
use gatepost::domain::application::PkcePolicy;
use gatepost::domain::application::{
    AccessPolicy, Application, ApplicationKind, ApplicationSettings, ApplicationState, ClientAuthentication,
    DeactivationReason, Origin, SettingValue as _,
};
use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::{Actor, AuditEntry, AuditEvent};
use gatepost::domain::catalogue::{Catalogue, ForeignServer, NamedScope, Resource, ResourceAccess};
use gatepost::domain::encryption::Sealed;
use gatepost::domain::ids::{ApplicationId, AuditId, SecretId, Timestamp};
use gatepost::domain::one_time::ValueHash;
use gatepost::domain::secret::{SecretHash, SecretOrigin, StoredSecret};
use gatepost::domain::sign_in::{LinkMode, UnknownAccount};
use gatepost::domain::signing_key::SigningKey;
use gatepost::protocol::assertion::AssertionAudience;
use gatepost::protocol::claims::TokenProfile;
use gatepost::protocol::client_keys::client_keys;
use gatepost::protocol::id_token::IdTokenContent;
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::protocol::requested_scope::ScopePolicy;
use gatepost::store::{ApplicationUse, Generation, Generations, StateChange, Store, StoreError};
use tokio::task::JoinSet;

use crate::harness::{ClientKey, START, World, on_both_engines, service};

const NOW: Timestamp = Timestamp::from_seconds(START);

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn application(client_id: &str, settings: ApplicationSettings) -> Application {
    let id = ApplicationId::new(row_id(&SystemEntropy::default(), NOW));
    Application::new(id, client_id.parse().unwrap(), settings, Origin::Registered, NOW)
}

fn secret(hash: &str, origin: SecretOrigin, created_at: Timestamp) -> StoredSecret {
    StoredSecret {
        id: SecretId::new(row_id(&SystemEntropy::default(), created_at)),
        hash: SecretHash::new(hash.to_owned()),
        hint: "hint".to_owned(),
        origin,
        created_at,
        last_used_on: None,
    }
}

async fn insert(store: &Store, application: &Application) {
    let mut tx = store.begin().await.unwrap();
    tx.application_insert(application).await.unwrap();
    for secret in &application.secrets {
        tx.secret_insert(application.id, secret).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn read(store: &Store, known: &Application) -> Application {
    store.application(&known.client_id).await.unwrap().unwrap()
}

/// An application with every setting off its default.
fn elaborate() -> Application {
    let settings = ApplicationSettings {
        name: "Ünïcode \"quoted\" 'name' \\ 🦀".to_owned(),
        kind: ApplicationKind::Web,
        grants: Vec::new(),
        scope: "openid transactions/mock a:b".parse().unwrap(),
        default_scope: "a:b openid".parse().unwrap(),
        redirect_uris: vec!["https://a.example.com/cb?x=[1,2]&y=\"".to_owned(), "app:/cb".to_owned()],
        audiences: vec![
            "https://api.example.com/v1".parse().unwrap(),
            "urn:x:y".parse().unwrap(),
            "till".parse().unwrap(),
        ],
        allowed_callers: vec!["*".parse().unwrap(), "till".parse().unwrap()],
        may_exchange_for: vec!["urn:x:y".parse().unwrap(), "stock".parse().unwrap()],
        token_ttl: Some(Duration::from_secs(31_536_000)),
        token_profile: Some(TokenProfile::Plain),
        signing_algorithm: SigningAlgorithm::EdDsa,
        scope_policy: ScopePolicy::Strict,
        assertion_audience: AssertionAudience::Issuer,
        authentication: ClientAuthentication::Secret,
        jwks_uri: Some("https://a.example.com/jwks?x='".parse().unwrap()),
        owner: Some("jane@example.com".to_owned()),
        first_party: true,
        post_logout_redirect_uris: vec!["https://a.example.com/bye".to_owned()],
        pkce: PkcePolicy::Required,
        link_mode: Some(LinkMode::Confirm),
        unknown_account: Some(UnknownAccount::Conceal),
        access: AccessPolicy::Groups,
        allowed_groups: vec!["staff".parse().unwrap()],
        visible_groups: vec!["staff".parse().unwrap(), "team/red".parse().unwrap()],
        groups_claim: Some("policy".parse().unwrap()),
        claims: vec!["department=dept".parse().unwrap(), "level=https://a.example.com/level".parse().unwrap()],
        groups_in_access_token: true,
        dpop_bound: true,
        description: Some("It’s “elaborate”.".parse().unwrap()),
        client_uri: Some("https://a.example.com/?x='\"".parse().unwrap()),
        tos_uri: Some("http://localhost:3000/terms".parse().unwrap()),
        policy_uri: Some("https://a.example.com/privacy".parse().unwrap()),
        logo_uri: Some("https://a.example.com/logo.svg".parse().unwrap()),
        initiate_login_uri: Some("https://a.example.com/login".parse().unwrap()),
        require: RequiredSignIn::Passkey,
        id_token_claims: IdTokenContent::SubOnly,
        backchannel_logout_uri: Some("https://a.example.com/logout?a='b".parse().unwrap()),
        backchannel_logout_session_required: true,
        federated: Vec::read(&json!([{ "issuer": "https://ci.example", "subject": "job:’shop’/*", "reusable": true }]))
            .unwrap(),
    };
    let imported = |fingerprint: Option<&str>| SecretOrigin::Imported { fingerprint: fingerprint.map(str::to_owned) };
    let secrets = vec![
        secret("$argon2id$one", imported(None), NOW),
        secret("$argon2id$two", imported(Some("print")), later(1)),
        secret("$argon2id$three", SecretOrigin::Generated, later(2)),
    ];
    Application { origin: Origin::Declared, secrets, ..application("elaborate", settings) }
}

/// Store, applications.
#[apply(on_both_engines)]
async fn an_application_is_read_back_as_it_was_written(world: World) {
    let store = world.store().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let with_keys = service(|settings| {
        settings.authentication = ClientAuthentication::PrivateKeyJwt(client_keys(&key.jwks()).unwrap());
    });
    let public = ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Spa);
    for written in [elaborate(), application("keys", with_keys), application("public", public)] {
        insert(&store, &written).await;
        // Every secret that was added is a change.
        let version = 1 + i64::try_from(written.secrets.len()).unwrap();
        assert_eq!(read(&store, &written).await, Application { version, ..written });
    }
    assert_eq!(store.application(&"unknown".parse().unwrap()).await.unwrap(), None);
}

/// Store, applications: listed by name, without the deleted and without secrets.
#[apply(on_both_engines)]
async fn applications_are_listed_by_name(world: World) {
    let store = world.store().await;
    for (client_id, name) in [("1", "Beta"), ("2", "Alpha"), ("3", "Gamma")] {
        insert(&store, &application(client_id, service(|settings| name.clone_into(&mut settings.name)))).await;
    }
    let gone = read(&store, &application("3", service(|_| {}))).await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.application_change_state(gone.id, StateChange::Delete, None, NOW).await.unwrap());
    tx.commit().await.unwrap();
    let names: Vec<_> = store.applications().await.unwrap().into_iter().map(|known| known.settings.name).collect();
    assert_eq!(names, ["Alpha", "Beta"]);
}

/// Store, applications: a client id belongs to one application for ever.
#[apply(on_both_engines)]
async fn a_client_id_is_taken_even_when_its_application_is_deleted(world: World) {
    let store = world.store().await;
    let first = application("same", service(|_| {}));
    insert(&store, &first).await;
    let mut tx = store.begin().await.unwrap();
    tx.application_change_state(first.id, StateChange::Delete, None, NOW).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let refused = tx.application_insert(&application("same", service(|_| {}))).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    drop(tx);
    assert_eq!(read(&store, &first).await.state, ApplicationState::Deleted { at: NOW });
}

/// Store, applications: everything that can be set can be changed.
#[apply(on_both_engines)]
async fn an_applications_settings_can_be_changed_as_a_whole(world: World) {
    let store = world.store().await;
    let before = application("changing", service(|_| {}));
    insert(&store, &before).await;
    let before = read(&store, &before).await;
    let settings = elaborate().settings;
    let mut tx = store.begin().await.unwrap();
    tx.application_update(before.id, &settings, Origin::Declared).await.unwrap();
    tx.commit().await.unwrap();
    let after = Application { settings, origin: Origin::Declared, version: before.version + 1, ..before };
    assert_eq!(read(&store, &after).await, after);
}

/// The write decides: a change of state happens only from the state it begins with.
#[apply(on_both_engines)]
async fn a_state_is_changed_only_from_the_state_it_begins_with(world: World) {
    let store = world.store().await;
    let known = application("states", service(|_| {}));
    insert(&store, &known).await;
    let deactivate = StateChange::Deactivate(DeactivationReason::Undeclared);
    let deactivated = ApplicationState::Deactivated { at: NOW, reason: DeactivationReason::Undeclared };
    for (change, done, state) in [
        (StateChange::Activate, false, ApplicationState::Active),
        (deactivate, true, deactivated),
        (deactivate, false, deactivated),
        (StateChange::Activate, true, ApplicationState::Active),
        (deactivate, true, deactivated),
        (StateChange::Delete, true, ApplicationState::Deleted { at: NOW }),
        (StateChange::Delete, false, ApplicationState::Deleted { at: NOW }),
        (StateChange::Activate, false, ApplicationState::Deleted { at: NOW }),
    ] {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.application_change_state(known.id, change, None, NOW).await.unwrap(), done, "{change:?}");
        tx.commit().await.unwrap();
        assert_eq!(read(&store, &known).await.state, state, "{change:?}");
    }
}

/// Store, secrets: oldest first; a use is remembered by its day and never put back.
#[apply(on_both_engines)]
async fn secrets_come_and_go_and_remember_their_last_day(world: World) {
    let store = world.store().await;
    let mut known = elaborate();
    insert(&store, &known).await;
    let [first, second] = [known.secrets[0].id, known.secrets[1].id];
    let day = Duration::from_hours(24);
    for (at, secret) in [(NOW.plus(day), Some(second)), (NOW, Some(second)), (NOW.plus(2 * day), None)] {
        let mut tx = store.begin().await.unwrap();
        tx.application_used(&ApplicationUse { application: known.id, secret, at }).await.unwrap();
        if let Some(secret) = secret {
            tx.secret_used(secret, at.start_of_day()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    assert!(tx.secret_delete(known.id, first).await.unwrap());
    tx.commit().await.unwrap();
    known.secrets.remove(0);
    known.secrets[0].last_used_on = Some(NOW.plus(day).start_of_day());
    known.last_used_at = Some(NOW.plus(2 * day));
    // A use is no change, the end of a secret is.
    known.version = 5;
    assert_eq!(read(&store, &known).await, known);
}

/// Store, transactions: dropped without a commit, it is rolled back.
#[apply(on_both_engines)]
async fn what_is_not_committed_never_happened(world: World) {
    let store = world.store().await;
    let before = world.database.dump().await;
    let mut tx = store.begin().await.unwrap();
    tx.application_insert(&elaborate()).await.unwrap();
    tx.generation_raise(Generation::Applications).await.unwrap();
    assert!(tx.application(&elaborate().client_id).await.unwrap().is_some(), "seen from inside");
    assert_eq!(store.application(&elaborate().client_id).await.unwrap(), None, "not from outside");
    drop(tx);
    assert_eq!(world.database.dump().await, before);
}

/// Store, generations: each counts for itself, and parallel changes are all counted.
#[apply(on_both_engines)]
async fn parallel_changes_are_counted_one_by_one(world: World) {
    let store = world.store().await;
    let raise = |store: Store| async move {
        let mut tx = store.begin().await.unwrap();
        tx.generation_raise(Generation::Applications).await.unwrap();
        tx.commit().await.unwrap();
    };
    (0..30).map(|_| raise(store.clone())).collect::<JoinSet<_>>().join_all().await;
    assert_eq!(store.generations().await.unwrap(), Generations { applications: 30, signing_keys: 0, groups: 0 });
}

fn key(kid: &str) -> SigningKey {
    let pair = ClientKey::new(SigningAlgorithm::EdDsa);
    SigningKey {
        kid: kid.to_owned(),
        algorithm: SigningAlgorithm::EdDsa,
        jwk: serde_json::from_value(pair.jwk()).unwrap(),
        private: Sealed { master_key_id: "one".to_owned(), bytes: vec![0, 255, 1, 128] },
        created_at: NOW,
        activates_at: later(10),
        keep_for: Duration::from_secs(100),
        revoked_at: None,
    }
}

/// Store, signing keys.
#[apply(on_both_engines)]
async fn a_signing_key_is_read_back_moved_resealed_revoked_and_forgotten(world: World) {
    let store = world.store().await;
    let keys = async || format!("{:?}", store.signing_keys().await.unwrap());
    let (mut first, mut second) = (key("a"), key("b"));
    let mut tx = store.begin().await.unwrap();
    tx.signing_key_insert(&second).await.unwrap();
    tx.signing_key_insert(&first).await.unwrap();
    assert!(matches!(tx.signing_key_insert(&first).await, Err(StoreError::Conflict)));
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    tx.signing_key_insert(&second).await.unwrap();
    tx.signing_key_insert(&first).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(keys().await, format!("{:?}", [&first, &second]));
    let mut tx = store.begin().await.unwrap();
    tx.signing_key_activate_at("a", later(20)).await.unwrap();
    tx.signing_key_reseal("b", &Sealed { master_key_id: "two".to_owned(), bytes: vec![7] }).await.unwrap();
    assert!(tx.signing_key_revoke("b", later(5)).await.unwrap());
    assert!(!tx.signing_key_revoke("b", later(6)).await.unwrap(), "once");
    assert!(!tx.signing_key_revoke("c", later(6)).await.unwrap());
    assert_eq!(tx.signing_keys_keep_for(Duration::from_secs(50)).await.unwrap(), 0, "never shortened");
    assert_eq!(tx.signing_keys_keep_for(Duration::from_secs(200)).await.unwrap(), 2);
    tx.commit().await.unwrap();
    first.activates_at = later(20);
    second.private = Sealed { master_key_id: "two".to_owned(), bytes: vec![7] };
    second.revoked_at = Some(later(5));
    (first.keep_for, second.keep_for) = (Duration::from_secs(200), Duration::from_secs(200));
    assert_eq!(keys().await, format!("{:?}", [&second, &first]), "by the date on which they begin");
    let mut tx = store.begin().await.unwrap();
    tx.signing_key_delete("b").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(keys().await, format!("{:?}", [&first]));
}

/// Store, applications: what keys must be kept for.
#[apply(on_both_engines)]
async fn the_algorithms_in_use_and_the_longest_lifetime_are_known(world: World) {
    let store = world.store().await;
    assert_eq!(store.applications_signing().await.unwrap(), (Vec::new(), None));
    for (client_id, algorithm, ttl) in [
        ("1", SigningAlgorithm::Rs256, None),
        ("2", SigningAlgorithm::Es256, Some(60)),
        ("3", SigningAlgorithm::Es256, Some(90)),
    ] {
        let settings = service(|settings| {
            settings.signing_algorithm = algorithm;
            settings.token_ttl = ttl.map(Duration::from_secs);
        });
        insert(&store, &application(client_id, settings)).await;
    }
    let (mut algorithms, longest) = store.applications_signing().await.unwrap();
    algorithms.sort_unstable();
    assert_eq!(algorithms, [SigningAlgorithm::Rs256, SigningAlgorithm::Es256]);
    assert_eq!(longest, Some(Duration::from_secs(90)));
}

/// Store, catalogue: replaced as a whole.
#[apply(on_both_engines)]
async fn a_catalogue_replaces_the_one_before(world: World) {
    let store = world.store().await;
    let scope = |name: &str| NamedScope { name: name.to_owned(), description: format!("{name}'s ✓") };
    let resource = |id: &str, access| {
        let (identifier, name) = (id.parse().unwrap(), id.to_owned());
        let (scope, token_format, application) = ("a b".parse().unwrap(), None, None);
        Resource { identifier, name, scope, access, token_format, application, authorization_server: None }
    };
    let choosy = Resource {
        token_format: Some(TokenProfile::Plain),
        application: Some("orders-api".parse().unwrap()),
        authorization_server: Some(ForeignServer {
            issuer: "https://chat.example/".to_owned(),
            client_ids: [("a".to_owned(), "b".to_owned())].into(),
        }),
        ..resource("urn:a:c", ResourceAccess::Open)
    };
    let resources = vec![resource("urn:a:b", ResourceAccess::Registered), choosy];
    let first = Catalogue { scopes: vec![scope("a"), scope("b")], resources };
    let second = Catalogue { scopes: vec![scope("c")], resources: Vec::new() };
    for catalogue in [first, second, Catalogue::default()] {
        let mut tx = store.begin().await.unwrap();
        tx.catalogue_replace(&catalogue).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.catalogue().await.unwrap(), catalogue);
    }
}

/// Store, audit: in the order in which it happened.
#[apply(on_both_engines)]
async fn audit_lines_are_told_in_their_order(world: World) {
    let store = world.store().await;
    let client_id = || "audited".parse().unwrap();
    let mut tx = store.begin().await.unwrap();
    for (seconds, actor, event) in [
        (2, Actor::Schedule, AuditEvent::ApplicationActivated { client_id: client_id() }),
        (0, Actor::CommandLine, AuditEvent::ApplicationCreated { client_id: client_id() }),
        (1, Actor::Configuration, AuditEvent::SecretAdded { client_id: client_id(), hint: "abcd".to_owned() }),
    ] {
        let at = later(seconds);
        let id = AuditId::new(row_id(&SystemEntropy::default(), at));
        tx.audit_append(&AuditEntry { id, at, actor, event }).await.unwrap();
    }
    tx.commit().await.unwrap();
    let lines = store.audit_of("audited").await.unwrap();
    let told: Vec<_> = lines.iter().map(|line| (&*line.actor, &*line.event, &*line.detail)).collect();
    let expected = [
        ("command line", "application.created", ""),
        ("configuration", "secret.added", "abcd"),
        ("schedule", "application.activated", ""),
    ];
    assert_eq!(told, expected);
    assert_eq!(store.audit_of("other").await.unwrap(), []);
}

/// RFC 7523 §3, `jti`: the write decides.
#[apply(on_both_engines)]
async fn an_assertion_is_spent_once_for_each_application(world: World) {
    let store = world.store().await;
    let (one, other) = (application("1", service(|_| {})), application("2", service(|_| {})));
    insert(&store, &one).await;
    insert(&store, &other).await;
    for (application, jti, first) in
        [(&one, 1, true), (&one, 1, false), (&one, 2, true), (&other, 1, true), (&other, 1, false)]
    {
        let spent =
            store.client_assertion_spend(application.id, ValueHash::from_raw([jti; 32]), later(60)).await.unwrap();
        assert_eq!(spent, first);
    }
    assert_eq!(store.client_assertions_forget(later(59)).await.unwrap(), 0);
    assert_eq!(store.client_assertions_forget(later(60)).await.unwrap(), 3);
    assert!(store.client_assertion_spend(one.id, ValueHash::from_raw([1; 32]), later(120)).await.unwrap());
}

/// RFC 7523 §3: a token of another issuer is spent once, for whichever application.
#[apply(on_both_engines)]
async fn a_foreign_token_is_spent_once(world: World) {
    let store = world.store().await;
    for (mark, first) in [(1, true), (1, false), (2, true)] {
        assert_eq!(store.foreign_token_spend(ValueHash::from_raw([mark; 32]), later(60)).await.unwrap(), first);
    }
    assert_eq!(store.foreign_tokens_forget(later(59)).await.unwrap(), 0);
    assert_eq!(store.foreign_tokens_forget(later(60)).await.unwrap(), 2);
    assert!(store.foreign_token_spend(ValueHash::from_raw([1; 32]), later(120)).await.unwrap());
}

/// Fifty at once, over two pools of connections: exactly one wins, every time.
#[apply(on_both_engines)]
async fn of_fifty_parallel_spends_exactly_one_wins(world: World) {
    let stores = [world.store().await, world.store().await];
    let known = application("1", service(|_| {}));
    insert(&stores[0], &known).await;
    for round in 0..5 {
        let spend = |n: usize| {
            let (store, id) = (stores[n % 2].clone(), known.id);
            let jti = ValueHash::from_raw([round; 32]);
            async move { store.client_assertion_spend(id, jti, later(60)).await.unwrap() }
        };
        let won = (0..50).map(spend).collect::<JoinSet<_>>().join_all().await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    }
}
