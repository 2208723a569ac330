//! Deleting many expired rows does not hold up other writers: SQLite has one at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use macro_rules_attribute::apply;

use crate::harness::{World, on_both_engines};

const ROWS: u32 = 20_000;

/// As many families and codes as there are numbers, all like the one that is there.
fn many(blob: &str) -> [String; 2] {
    let numbers = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})");
    [
        format!(
            "insert into token_families (id, application_id, user_id, session_id, scope, resources, nonce, auth_time, \
             amr, created_at, expires_at) {numbers} select 'f' || i, application_id, user_id, session_id, scope, \
             resources, nonce, auth_time, amr, created_at, expires_at from n, token_families"
        ),
        format!(
            "insert into authorization_codes (code_hash, authorization_id, application_id, user_id, session_id, \
             sign_in_id, scope, auth_time, amr, created_at, expires_at, spent_at, family_id) {numbers} \
             select {blob}, authorization_id, application_id, user_id, session_id, sign_in_id, scope, auth_time, amr, \
             created_at, expires_at, spent_at, 'f' || i from n, authorization_codes"
        ),
    ]
}

#[apply(on_both_engines)]
async fn a_purge_of_many_rows_lets_others_write_meanwhile(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    grant.redeem(&grant.code().await).await.success();
    let postgres = server.rooms.store.engine_name() == "PostgreSQL";
    let blob = if postgres { "sha256(('c' || i)::bytea)" } else { "randomblob(32)" };
    for sql in many(blob) {
        world.database.execute(&sql).await;
    }
    // Long after the end of all of them.
    world.clock.advance(Duration::from_hours(24 * 400));
    let done = Arc::new(AtomicBool::new(false));
    let purge = tokio::spawn({
        let (server, done) = (Arc::clone(&server.rooms), Arc::clone(&done));
        async move {
            let outcome = server.upkeep.forget_expired().await;
            done.store(true, Ordering::Release);
            outcome
        }
    });
    let mut turns = 0;
    while !done.load(Ordering::Acquire) {
        let mut tx = server.rooms.store.begin().await.unwrap();
        let (burst, every) = (1_000_000, Duration::from_micros(1));
        tx.rate_limit_take("somebody", burst, every, server.rooms.instruments.now()).await.unwrap();
        tx.commit().await.unwrap();
        turns += 1;
    }
    purge.await.unwrap().unwrap();
    // In one piece it leaves hardly any.
    assert!(turns > 20, "{turns} turns");
    for table in ["authorization_codes", "token_families", "refresh_tokens"] {
        let left = world.database.texts(&format!("select 'left' from {table}")).await;
        assert!(left.is_empty(), "{} of {table} are left", left.len());
    }
}

/// Of these there are few, however long a server runs: each was made by an operator, or took a mail that is limited.
const FEW: [&str; 4] =
    ["account_invitations_forget", "address_changes_forget", "outages_forget", "registration_tokens_forget"];

/// What is deleted because its time is over is deleted in batches, whatever it is. A new table is no exception.
#[test]
fn whatever_expires_is_deleted_in_batches() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let code = std::fs::read_to_string(&entry).unwrap();
        for function in code.split("pub async fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap();
            let body = function.split("\n    }\n").next().unwrap();
            // A transaction is about one thing: what belongs to an application, or to a person.
            let of_one = function.split('{').next().unwrap().contains("&mut self");
            if !name.ends_with("_forget") || of_one || FEW.contains(&name) {
                continue;
            }
            assert!(body.contains("_in_batches("), "{name} of {}", entry.display());
            found += 1;
        }
    }
    assert!(found >= 15, "{found}");
}
