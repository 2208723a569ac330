//! Commands as somebody types them who has not read about them.

use serde_json::json;

use crate::harness::{Installation, text};

/// `gatepost help` is what most programs have.
#[tokio::test]
async fn help_is_a_command_too() {
    let at = Installation::on_sqlite();
    let ran = at.run(&["help", "app", "create"]).await;
    assert!(ran.done().contains("gatepost app create --name Reports"), "{ran:?}");
}

/// What a flag wants is seen from its placeholder.
#[tokio::test]
async fn a_flag_says_what_it_wants() {
    let at = Installation::on_sqlite();
    let ran = at.run(&["app", "create", "--help"]).await;
    for flag in
        ["--redirect-uri <URI>", "--allowed-group <GROUP>", "--claim <ATTRIBUTE=CLAIM>", "--allowed-caller <CLIENT_ID>"]
    {
        assert!(ran.stdout.contains(flag), "{flag}: {ran:?}");
    }
}

/// `serve --dev` has defaults of its own; what they are can be seen beforehand, and that they are no choice of anybody's.
#[tokio::test]
async fn the_defaults_of_a_trial_can_be_seen() {
    let mut at = Installation::on_sqlite();
    at.unset("mail.url");
    at.unset("login.signup");
    at.run(&["config", "check"]).await.refused(1, "mail.url");
    at.run(&["config", "check", "--dev"]).await.done();
    let plain = at.json(&["config", "show"]).await;
    assert_eq!(plain["settings"]["registration"]["dynamic"], json!({ "value": "off", "source": "default" }));
    let trial = at.json(&["config", "show", "--dev"]).await;
    let is_open = json!({ "value": "open", "source": "default of --dev" });
    assert_eq!(trial["settings"]["registration"]["dynamic"], is_open);
    assert_eq!(trial["settings"]["login"]["signup"], is_open);
    at.set("server.issuer", "https://id.example.com");
    at.run(&["config", "check", "--dev"]).await.refused(1, "server.issuer: expected a loopback host");
}

/// An account that there is becomes an operator, and stops being one.
#[tokio::test]
async fn an_account_becomes_an_operator() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    at.run(&["user", "create", "ann@example.com"]).await.done();
    for (flag, admin) in [("--admin", true), ("--admin=false", false)] {
        let changed = at.json(&["user", "set", "ann@example.com", flag]).await;
        assert_eq!(changed["admin"], admin, "{changed}");
        assert_eq!(at.json(&["user", "list"]).await[0]["admin"], admin);
    }
    let lines = at.json(&["audit", "list", "--event", "user.changed"]).await;
    let details: Vec<_> = lines.as_array().unwrap().iter().map(|line| text(&line["detail"])).collect();
    assert_eq!(details, ["demoted", "promoted"]);
}

/// A group whose people need a passkey is made in one step: between two, somebody could sign in without.
#[tokio::test]
async fn a_group_is_made_with_what_it_requires() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let made = at.json(&["group", "create", "staff", "--require", "passkey"]).await;
    assert_eq!(made["require"], "passkey", "{made}");
    at.run(&["group", "create", "others", "--require", "magic"]).await.refused(2, "passkey");
}

/// Who mistypes a name is told which one was not found.
#[tokio::test]
async fn what_is_unknown_is_named() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    at.run(&["user", "create", "ann@example.com"]).await.done();
    for (words, named) in [
        (&["user", "disable", "bob@example.com"][..], "there is no account with the address bob@example.com"),
        (&["user", "set", "bob@example.com", "locale=de"], "there is no account with the address bob@example.com"),
        (&["group", "show", "staf"], "there is no group staf"),
        (&["group", "add", "staf", "ann@example.com"], "there is no group staf"),
    ] {
        at.run(words).await.refused(1, named);
    }
    at.run(&["webhook", "show", "mine"]).await.refused(2, "as a listing shows it");
}

/// A day is as good as a moment.
#[tokio::test]
async fn the_audit_log_is_asked_for_a_day() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    at.run(&["group", "create", "staff"]).await.done();
    assert_eq!(
        at.json(&["audit", "list", "--event", "group.created", "--from", "2020-01-01"]).await[0]["subject"],
        "staff"
    );
    assert_eq!(at.json(&["audit", "list", "--to", "2020-01-01"]).await, json!([]));
}

/// Elsewhere scopes are separated by commas; here that makes one scope with a strange name.
#[tokio::test]
async fn scopes_with_commas_are_pointed_out() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let ran = at.run(&["app", "create", "--name", "Orders", "--scope", "orders:read,orders:write"]).await;
    assert!(ran.code == Some(0) && ran.stderr.contains("separated by spaces"), "{ran:?}");
    let ran = at.run(&["app", "create", "--name", "Reports", "--scope", "orders:read orders:write"]).await;
    assert!(ran.code == Some(0) && !ran.stderr.contains("separated by spaces"), "{ran:?}");
}

/// What an application without a secret shows itself by is said in words, not with the method of another.
#[tokio::test]
async fn an_application_of_a_workload_says_how_it_authenticates() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let identity = "https://token.actions.githubusercontent.com repo:acme/shop:ref:refs/heads/main";
    let words = ["app", "create", "--name", "Deploy", "--client-id", "deploy", "--federated", identity];
    at.run(&words).await.done();
    let shown = at.run(&["app", "show", "deploy"]).await;
    assert!(shown.done().contains("a token of another issuer"), "{shown:?}");
}
