//! `gatepost user …` through the binary, beside a running server.

use macro_rules_attribute::apply;
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::{Child, World, on_both_engines};

async fn user(world: &World, words: &[&str]) -> Output {
    Child::run(world, &[], &[&["user"], words].concat()).await
}

/// What a command that went well printed, and nothing else.
async fn shown(world: &World, words: &[&str]) -> Value {
    let output = user(world, &[words, &["--json"]].concat()).await;
    assert!(output.status.success(), "{words:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

/// Why a command failed; standard output must be empty then.
async fn failure(world: &World, words: &[&str]) -> String {
    let output = user(world, words).await;
    assert!(!output.status.success() && output.stdout.is_empty(), "{words:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The whole life of an account from the command line.
#[apply(on_both_engines)]
async fn an_account_goes_through_its_states_from_the_command_line(world: World) {
    let server = world.server().await;
    let words = ["create", "John@Example.com", "--name", "John", "--locale", "de", "--admin"];
    let made = shown(&world, &words).await;
    let expected = json!({
        "sub": made["sub"], "email": "John@Example.com", "email_verified": false, "name": "John", "locale": "de",
        "preferred_username": null, "attributes": {}, "admin": true, "state": "active", "created_at": made["created_at"], "last_sign_in_at": null,
    });
    assert_eq!(made, expected);
    let sub = made["sub"].as_str().unwrap();
    assert!(server.rooms.store.user_by_sub(sub).await.unwrap().unwrap().admin, "the server sees it");
    assert_eq!(shown(&world, &["list"]).await, json!([made]));

    assert_eq!(shown(&world, &["disable", "john@example.com"]).await["state"], "disabled");
    assert!(failure(&world, &["disable", "john@example.com"]).await.contains("disabled already"));
    assert!(shown(&world, &["list"]).await[0]["since"].is_string());
    assert_eq!(shown(&world, &["enable", "JOHN@example.com"]).await, made);
    assert!(failure(&world, &["enable", "john@example.com"]).await.contains("enabled already"));

    let deleted = shown(&world, &["delete", "john@example.com"]).await;
    assert_eq!((&deleted["state"], &deleted["email"]), (&json!("deleted"), &Value::Null));
    assert_eq!(shown(&world, &["list"]).await, json!([]));
    assert!(
        failure(&world, &["enable", "john@example.com"]).await.contains("no account with the address john@example.com")
    );
    let events = server.rooms.store.audit_of(sub).await.unwrap();
    let events: Vec<_> = events.iter().map(|line| (line.actor.as_str(), line.event.as_str())).collect();
    let names = ["user.created", "user.disabled", "user.enabled", "user.deleted"];
    assert_eq!(events, names.map(|name| ("command line", name)));
}

/// What is printed without `--json` is for people.
#[apply(on_both_engines)]
async fn a_listing_for_people_has_a_line_for_each_account(world: World) {
    Child::run(&world, &[], &["migrate"]).await;
    for email in ["anna@example.com", "john@example.com"] {
        let output = user(&world, &["create", email]).await;
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(email) && text.contains("active") && text.contains("never"), "{text}");
    }
    let text = String::from_utf8(user(&world, &["list"]).await.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("EMAIL") && lines[1].starts_with("anna@"), "{text}");
}

/// Invalid arguments create no account.
#[apply(on_both_engines)]
async fn a_command_that_is_wrong_says_why_and_changes_nothing(world: World) {
    Child::run(&world, &[], &["migrate"]).await;
    shown(&world, &["create", "john@example.com"]).await;
    for (words, says) in [
        (&["create", "JOHN@example.com"][..], "exists already"),
        (&["create", "a@example.com,b@example.com"], "not an e-mail address"),
        (&["create", "a@example.com\nBcc: b@example.com"], "not an e-mail address"),
        (&["create", "a@example.com", "--name", "a\u{1b}[2J"], "a name has"),
        (&["create", "a@example.com", "--locale", "x"], "a locale is"),
        (&["disable", "a@example.com"], "no account with the address a@example.com"),
        (&["delete", "a@example.com"], "no account with the address a@example.com"),
        (&["create"], "EMAIL"),
    ] {
        let why = failure(&world, words).await;
        assert!(why.contains(says), "{words:?}: {why}");
    }
    assert_eq!(shown(&world, &["list"]).await.as_array().unwrap().len(), 1);
}
