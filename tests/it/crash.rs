//! `kill -9` at any moment: what was promised holds, nothing is half done, the next start goes on.

use macro_rules_attribute::apply;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::harness::{Credentials, Installation, Node, PATIENCE, installed_on_both_engines, random, until};

/// A random time below this, in steps of a few microseconds.
fn up_to(limit: Duration) -> Duration {
    limit.mul_f64(f64::from(u16::from_be_bytes(random())) / 65_536.0)
}

/// The keys are what they should be: one that signs, one that is announced, each told of once.
async fn keys_are_whole(at: &Installation, algorithms: &[&str]) {
    for algorithm in algorithms {
        let count = |keys: &[(String, String)], wanted: &str| keys.iter().filter(|(state, _)| state == wanted).count();
        // A key may be taking over at this very moment; the server then announces the next one.
        let whole = async || {
            let keys = at.keys(algorithm).await;
            assert_eq!(count(&keys, "active"), 1, "{algorithm}: {keys:?}");
            (count(&keys, "announced") == 1).then_some(())
        };
        until(&format!("one {algorithm} key is announced"), PATIENCE, whole).await;
    }
    // One statement, so that it sees one state.
    let odd = at
        .texts(
            "select kid from signing_keys where (select count(*) from audit_events \
             where event = 'key.created' and subject = kid) <> 1 \
             union all select subject from audit_events where event = 'key.created' \
             and subject not in (select kid from signing_keys)",
        )
        .await;
    assert!(odd.is_empty(), "keys and what the audit log tells of them differ: {odd:?}");
}

/// Empties the installation.
async fn forget_everything(at: &Installation) {
    if at.is_sqlite() {
        for entry in std::fs::read_dir(at.folder()).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
    } else {
        at.execute("drop schema public cascade; create schema public").await;
    }
}

#[apply(installed_on_both_engines)]
async fn killed_at_any_moment_of_the_first_start_the_next_one_goes_on(at: Installation) {
    let started = Instant::now();
    at.start().await.kill();
    let whole = started.elapsed();
    for _ in 0..6 {
        forget_everything(&at).await;
        for _ in 0..2 {
            let node = at.spawn();
            sleep(up_to(whole)).await;
            node.kill();
        }
        let node = at.start().await;
        keys_are_whole(&at, &["RS256"]).await;
        node.token(&at.application("after").await).await;
        // A forgotten copy of the master key would be the worst thing to leave behind.
        if at.is_sqlite() {
            let mut names: Vec<_> =
                std::fs::read_dir(at.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.retain(|name| name.to_string_lossy().starts_with("gatepost.key."));
            assert!(names.is_empty(), "{names:?}");
        }
        node.kill();
    }
}

#[apply(installed_on_both_engines)]
async fn killed_at_any_moment_of_a_rotation_the_next_start_goes_on(at: Installation) {
    let at = at.with("keys.rotate_every", "2s").with("keys.announce_for", "1s");
    let at = at.with("keys.algorithms", "RS256, ES256, EdDSA");
    at.migrated().await;
    let algorithms = ["RS256", "ES256", "EdDSA"];
    let mut applications = Vec::new();
    for algorithm in algorithms {
        let words = ["app", "create", "--name", algorithm, "--signing-algorithm", algorithm];
        applications.push(Credentials::from(&at.json(&words).await));
    }
    for _ in 0..5 {
        let node = at.start().await;
        sleep(up_to(Duration::from_millis(1200))).await;
        node.kill();
    }
    for _ in 0..15 {
        // These die while they start, which is when overdue rotations happen.
        let node = at.spawn();
        sleep(up_to(Duration::from_millis(150))).await;
        node.kill();
    }
    let node = at.start().await;
    keys_are_whole(&at, &algorithms).await;
    for application in &applications {
        let token = node.token(application).await;
        assert_eq!(node.hello(&token).await, 200);
    }
}

/// Runs a command and kills it at some moment, if it is not done by then. What it printed, if that was all.
async fn run_and_kill(mut command: Command, after: Duration) -> Option<Value> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    sleep(after).await;
    let _ = child.kill();
    let output = spawn_blocking(move || child.wait_with_output()).await.unwrap().expect("it ends");
    serde_json::from_slice(&output.stdout).ok()
}

/// How long the command takes undisturbed.
async fn duration_of(at: &Installation, words: &[&str]) -> Duration {
    let started = Instant::now();
    at.json(words).await;
    started.elapsed()
}

#[apply(installed_on_both_engines)]
async fn every_secret_that_was_printed_works_whenever_creating_was_killed(at: Installation) {
    let node = at.start().await;
    let words = ["app", "create", "--name", "killed", "--json"];
    let whole = duration_of(&at, &words[..4]).await;
    let mut printed = Vec::new();
    for round in 0..24_u32 {
        // From hardly any time to more than enough, so that on any machine some are killed and some finish.
        let limit = whole.mul_f64(0.1 + f64::from(round) / 8.0);
        let created = run_and_kill(at.command(&words), limit.mul_f64(f64::from(round) / 48.0) + up_to(limit)).await;
        printed.extend(created.as_ref().map(Credentials::from));
    }
    assert!(!printed.is_empty() && printed.len() < 24, "{} of 24 were done in time", printed.len());
    for credentials in &printed {
        node.token(credentials).await;
    }
    let half = at
        .texts(
            "select client_id from applications a where \
             (select count(*) from application_secrets s where s.application_id = a.id) <> 1 \
             or (select count(*) from audit_events e where e.subject = a.client_id) <> 2",
        )
        .await;
    assert!(half.is_empty(), "half done: {half:?}");
}

#[apply(installed_on_both_engines)]
async fn the_last_secret_that_was_printed_works_whenever_rotating_was_killed(at: Installation) {
    let node = at.start().await;
    let mut newest = at.application("rotated").await;
    let words = ["app", "rotate-secret", &newest.id.clone(), "--json"];
    let whole = duration_of(&at, &words[..3]).await;
    for _ in 0..8 {
        let rotated = run_and_kill(at.command(&words), whole.mul_f64(0.2) + up_to(whole)).await;
        // Killed after it was done and before it was printed, the secret is lost; the one before it is not.
        newest = rotated.as_ref().map_or(newest, Credentials::from);
        works(&at, &node, &newest).await;
        newest = Credentials::from(&at.json(&words[..3]).await);
    }
    assert_eq!(at.texts("select hint from application_secrets").await.len(), 2);
    let told = at.texts("select event from audit_events where event like 'secret.%'").await;
    let added = told.iter().filter(|event| *event == "secret.added").count();
    assert_eq!(added - 2, told.len() - added, "every secret but two has an end: {told:?}");
}

/// Obeyed within a second, so asked for that long.
async fn works(at: &Installation, node: &Node, credentials: &Credentials) {
    let good = async || (node.token_status(credentials).await == 200).then_some(());
    until(&format!("{credentials:?} of {}", at.folder().display()), PATIENCE, good).await;
}
