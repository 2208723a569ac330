//! A row that means nothing is an error naming table and row: never a guess, never a panic.

use gatepost::store::{Store, StoreError};
use macro_rules_attribute::apply;

use super::{elaborate, insert, key};
use crate::harness::{World, on_both_engines};

/// Damage, and the table and row that the error must name.
const DAMAGE: [(&str, &str, &str); 16] = [
    ("update applications set id = 'no-uuid-at-all'", "applications", "elaborate"),
    ("update applications set kind = 'toaster'", "applications", "elaborate"),
    ("update applications set origin = ''", "applications", "elaborate"),
    ("update applications set grants = 'password'", "applications", "elaborate"),
    ("update applications set scope = 'a\\b'", "applications", "elaborate"),
    ("update applications set default_scope = 'a\"b'", "applications", "elaborate"),
    ("update applications set redirect_uris = 'https://a'", "applications", "elaborate"),
    ("update applications set audiences = '[1]'", "applications", "elaborate"),
    ("update applications set audiences = '[\"not absolute\"]'", "applications", "elaborate"),
    ("update applications set token_profile = 'fancy'", "applications", "elaborate"),
    ("update applications set signing_algorithm = 'none'", "applications", "elaborate"),
    ("update applications set jwks = '{}'", "applications", "elaborate"),
    ("update applications set deactivated_at = 1", "applications", "elaborate"),
    ("update applications set deactivation_reason = 'requested'", "applications", "elaborate"),
    ("update applications set deactivated_at = 1, deactivation_reason = 'mood'", "applications", "elaborate"),
    ("update applications set client_id = 'ela borate'", "applications", "ela borate"),
];

const DAMAGED_KEYS: [&str; 3] = [
    "update signing_keys set algorithm = 'HS256'",
    "update signing_keys set jwk = '{\"kty\":\"oct\"}'",
    "update signing_keys set jwk = 'nonsense'",
];

fn names<T: std::fmt::Debug>(outcome: Result<T, StoreError>, expected_table: &str, expected_row: &str) -> bool {
    match outcome {
        Err(StoreError::Corrupt { table, row, .. }) => (table, row.as_str()) == (expected_table, expected_row),
        other => panic!("{other:?}"),
    }
}

async fn damaged(world: &World, store: &Store, damage: &str) {
    // Ids are referred to; without their secrets they can be damaged too.
    world.database.execute("delete from application_secrets").await;
    world.database.execute("delete from applications").await;
    insert(store, &elaborate()).await;
    world.database.execute("delete from application_secrets").await;
    world.database.execute(damage).await;
}

/// Store: columns become a state in one exhaustive match; the rest is an error.
#[apply(on_both_engines)]
async fn an_application_that_cannot_be_read_is_named(world: World) {
    let store = world.store().await;
    for (damage, table, row) in DAMAGE {
        damaged(&world, &store, damage).await;
        assert!(names(store.applications().await, table, row), "{damage}");
    }
}

/// Store: the same for secrets.
#[apply(on_both_engines)]
async fn a_secret_that_cannot_be_read_is_named(world: World) {
    let store = world.store().await;
    let known = elaborate();
    insert(&store, &known).await;
    let id = known.secrets[2].id.to_string();
    world.database.execute(&format!("update application_secrets set origin = 'found' where id = '{id}'")).await;
    assert!(names(store.application(&known.client_id).await, "application_secrets", &id));
}

/// Store: the same for signing keys.
#[apply(on_both_engines)]
async fn a_signing_key_that_cannot_be_read_is_named(world: World) {
    let store = world.store().await;
    for damage in DAMAGED_KEYS {
        world.database.execute("delete from signing_keys").await;
        let mut tx = store.begin().await.unwrap();
        tx.signing_key_insert(&key("kid-1")).await.unwrap();
        tx.commit().await.unwrap();
        world.database.execute(damage).await;
        assert!(names(store.signing_keys().await, "signing_keys", "kid-1"), "{damage}");
    }
}

/// Store: the same for the catalogue.
#[apply(on_both_engines)]
async fn a_resource_that_cannot_be_read_is_named(world: World) {
    let store = world.store().await;
    world.database.execute("insert into resources (identifier, name, scope) values ('no uri', 'x', '')").await;
    assert!(names(store.catalogue().await, "resources", "no uri"));
    world.database.execute("update resources set identifier = 'urn:a:b', scope = 'a\"b'").await;
    assert!(names(store.catalogue().await, "resources", "urn:a:b"));
}

/// Such a row is a 500 in the form of the RFC for whom it concerns, and the others go on working.
#[apply(on_both_engines)]
async fn one_damaged_application_does_not_harm_another(world: World) {
    let server = world.server().await;
    let (damaged, whole) = (server.service().await, server.service().await);
    let damage = format!(
        "update applications set kind = 'toaster' where client_id = '{}'; \
         update generations set value = value + 1 where name = 'applications'",
        damaged.client_id
    );
    world.database.execute(&damage).await;
    world.clock.advance(std::time::Duration::from_secs(1));
    let description = server.token().with_basic(&damaged).send().await.refusal(500, "server_error");
    assert!(!description.contains("toaster"), "{description}");
    server.token().with_basic(&whole).send().await.success();
}
