//! The life of an unused application in real seconds, with the real binary, on PostgreSQL with two nodes.

use macro_rules_attribute::apply;
use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::sleep;

use crate::harness::{Credentials, Installation, Node, PATIENCE, SmtpServer, installed_on_both_engines, text, until};

async fn application(at: &Installation, name: &str, owner: &str) -> Credentials {
    Credentials::from(&at.json(&["app", "create", "--name", name, "--owner", owner]).await)
}

/// Why a token is refused; nothing if it is granted.
async fn refused(node: &Node, credentials: &Credentials) -> Option<String> {
    let answer = node.token_request(credentials).await.expect("an answer");
    if answer.status() == StatusCode::OK {
        return None;
    }
    let body: serde_json::Value = answer.json().await.expect("JSON");
    Some(text(&body["error_description"]))
}

#[apply(installed_on_both_engines)]
async fn one_is_warned_deactivated_deleted_and_brought_back_while_one_in_use_lives_on(at: Installation) {
    let smtp = SmtpServer::start().await;
    let at = at
        .with("mail.url", &format!("smtp://{}", smtp.address))
        .with("applications.deactivate_after", "10s")
        .with("applications.delete_after", "12s")
        .with("applications.warn_before", "2s, 1s")
        .with("applications.undelete_for", "10m")
        .with("applications.sweep_every", "200ms");
    let first = at.start().await;
    let nodes = if at.is_sqlite() { vec![first] } else { vec![first, at.start().await] };
    let used = application(&at, "Used", "bob@example.com").await;
    let unused = application(&at, "Unused", "ada@example.com").await;
    let shown = at.json(&["app", "show", &unused.id]).await;
    assert!(shown["next_warning_at"].is_string() && shown["deletion_at"].is_string(), "{shown}");
    tokio::select! {
        () = keep_using(&nodes, &used) => {}
        () = watch(&at, &nodes, &unused, &smtp) => {}
    }
}

/// Uses an application at each node in turn; it must always work.
async fn keep_using(nodes: &[Node], used: &Credentials) {
    for node in nodes.iter().cycle() {
        assert_eq!(refused(node, used).await, None);
        sleep(Duration::from_millis(100)).await;
    }
}

async fn watch(at: &Installation, nodes: &[Node], unused: &Credentials, smtp: &SmtpServer) {
    for (state, told) in [("deactivated", "deactivated on"), ("deleted", "deleted on")] {
        // Asked for a token, it would be in use.
        let reached = async || (text(&at.json(&["app", "show", &unused.id]).await["state"]) == state).then_some(());
        until(state, PATIENCE, reached).await;
        for node in nodes {
            let told = async || refused(node, unused).await.filter(|why| why.contains(told) || why.contains("deleted"));
            until("the application is told", PATIENCE, told).await;
        }
    }
    let subjects = || {
        let mails = smtp.received();
        let told = mails.iter().map(|mail| (mail.recipients[0].clone(), mail.header("Subject")));
        let mut told: Vec<_> = told.map(|(to, subject)| (to, subject.chars().take(16).collect::<String>())).collect();
        told.sort();
        told
    };
    let ada = |subject: &str| ("ada@example.com".to_owned(), subject.to_owned());
    let expected = ["was dea", "was del", "will be", "will be"].map(|told| ada(&format!("“Unused” {told}")));
    until("the mails", PATIENCE, async || (subjects().len() >= expected.len()).then_some(())).await;
    assert_eq!(subjects(), expected);
    // A second one would have been written in the same moment; the outbox remembers what it has.
    assert_eq!(at.texts("select subject from outbox").await.len(), expected.len());

    at.run(&["app", "undelete", &unused.id]).await;
    for node in nodes {
        node.answers(unused, StatusCode::OK).await;
    }
}
