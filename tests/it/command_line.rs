//! Commands as operators and scripts use them: the real binary beside real servers, on both engines.

mod doctor;
mod first_hour;
mod output;

use macro_rules_attribute::apply;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use reqwest::StatusCode;
use serde_json::Value;

use crate::harness::{
    Credentials, Installation, Node, PATIENCE, PROMPTLY, Ran, SmtpServer, installed_on_both_engines, kid_of,
    master_key, text, until,
};

impl Ran {
    /// The command failed as commands fail: this code, nothing on stdout, the reason on stderr.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, reason: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.contains(reason), "expected '{reason}' in {self:?}");
    }

    #[track_caller]
    fn done(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.stdout
    }
}

#[apply(installed_on_both_engines)]
async fn app_create_prints_one_document_with_the_secret_and_everything_else_elsewhere(at: Installation) {
    at.migrated().await;
    let ran = at.run(&["app", "create", "--name", "Nightly reports", "--json"]).await;
    let created: Value = serde_json::from_str(ran.done()).expect("one JSON document");
    let Credentials { id, secret } = Credentials::from(&created);
    assert!(secret.starts_with("gps_") && secret.len() == 4 + 43 + 6, "{secret}");
    assert_eq!(ran.stdout.matches(&secret).count(), 1);
    assert!(ran.stderr.contains("never shown again") && !ran.stderr.contains(&secret), "{ran:?}");
    assert!(ran.stderr.contains("openid admin; --scope chooses others"), "a service's scopes are told: {ran:?}");

    for words in
        [&["app", "show", &id][..], &["app", "list"], &["app", "show", &id, "--json"], &["app", "list", "--json"]]
    {
        let ran = at.run(words).await;
        assert!(ran.done().contains("Nightly reports"), "{words:?}: {ran:?}");
        assert!(!format!("{ran:?}").contains(&secret), "{words:?}: {ran:?}");
    }
    let shown = at.run(&["app", "show", &id]).await;
    let column = shown.done().find(&id).unwrap();
    for line in shown.done().lines() {
        let value: String = line.chars().skip(column - 1).take(2).collect();
        assert!(value.starts_with(' ') && value.trim_end().len() > 1, "all values stand in one column: {line}");
    }
    let node = at.start().await;
    node.token(&Credentials { id, secret: secret.clone() }).await;
    assert!(!node.log().contains(&secret));
}

#[apply(installed_on_both_engines)]
async fn an_application_goes_through_its_states_from_the_command_line(at: Installation) {
    let Credentials { id, .. } = at.application("states").await;
    let state = async |word: &str| text(&at.json(&["app", word, &id]).await["state"]);
    assert_eq!(state("show").await, "active");
    at.run(&["app", "activate", &id]).await.refused(1, &format!("the application {id} is active already"));
    assert_eq!(state("deactivate").await, "deactivated");
    at.run(&["app", "deactivate", &id]).await.refused(1, "is deactivated already");
    assert_eq!(state("show").await, "deactivated");
    assert_eq!(state("activate").await, "active");
    assert_eq!(state("delete").await, "deleted");
    for word in ["deactivate", "activate", "delete", "rotate-secret"] {
        at.run(&["app", word, &id, "--json"]).await.refused(1, &format!("there is no application {id}"));
    }
    let again = at.run(&["app", "create", "--name", "again", "--client-id", &id]).await;
    again.refused(1, &format!("the client id {id} is or was another application's"));
    assert_eq!(at.json(&["app", "list"]).await, serde_json::json!([]));
    let deleted = at.json(&["app", "list", "--deleted"]).await;
    assert_eq!(
        deleted.as_array().unwrap().iter().map(|one| text(&one["client_id"])).collect::<Vec<_>>(),
        std::slice::from_ref(&id)
    );
    at.run(&["app", "undelete", &id]).await.done();
    assert_eq!(state("show").await, "active");
    assert_eq!(at.json(&["app", "list", "--deleted"]).await, serde_json::json!([]));
}

#[apply(installed_on_both_engines)]
async fn a_sweep_says_what_it_did_and_what_comes_next(at: Installation) {
    // Only a running server lets time pass.
    let at = at.with("applications.deactivate_after", "200ms").with("applications.delete_after", "40d");
    let node = at.start().await;
    let steps = async |words: &[&str], list: &str| -> Vec<(String, String)> {
        let swept = at.json(words).await;
        let steps = swept[list].as_array().expect("a list");
        steps.iter().map(|step| (text(&step["step"]), text(&step["client_id"]))).collect()
    };
    let kept = at.json(&["app", "create", "--name", "kept", "--exempt"]).await;
    let kept = text(&kept["client_id"]);
    let lost = at.application("lost").await.id;
    let state = async || text(&at.json(&["app", "show", &lost]).await["state"]);
    until("deactivated", PATIENCE, async || (state().await == "deactivated").then_some(())).await;
    assert_eq!(steps(&["app", "sweep", "--dry-run"], "steps").await, []);
    assert_eq!(steps(&["app", "sweep"], "next").await, [("delete".to_owned(), lost.clone())]);
    let listed = at.run(&["app", "list"]).await;
    let line = |id: &str| listed.stdout.lines().find(|line| line.contains(id)).expect("a line").to_owned();
    assert!(line(&kept).ends_with("stays") && line(&lost).contains("delete at "), "{listed:?}");
    let ran = at.run(&["app", "sweep", "--dry-run"]).await;
    assert!(ran.done().contains("delete at ") && !ran.stdout.contains(&kept), "{ran:?}");
    at.run(&["app", "exempt", &lost]).await.done();
    assert_eq!(steps(&["app", "sweep"], "next").await, []);
    at.run(&["app", "exempt", &lost]).await.refused(1, &format!("the application {lost} is exempt already"));
    drop(node);
}

#[apply(installed_on_both_engines)]
async fn a_running_server_obeys_within_a_second(at: Installation) {
    let nodes = nodes(&at).await;
    let first = at.application("obedience").await;
    let each = async |what: &str, credentials: &Credentials, wanted: StatusCode| {
        for node in &nodes {
            let took = node.answers(credentials, wanted).await;
            assert!(took < PROMPTLY, "{what}: {wanted} after {took:?}");
        }
    };
    each("create", &first, StatusCode::OK).await;
    at.run(&["app", "deactivate", &first.id]).await.done();
    each("deactivate", &first, StatusCode::UNAUTHORIZED).await;
    at.run(&["app", "activate", &first.id]).await.done();
    each("activate", &first, StatusCode::OK).await;

    let second = Credentials::from(&at.json(&["app", "rotate-secret", &first.id]).await);
    each("a new secret", &second, StatusCode::OK).await;
    each("the secret before it", &first, StatusCode::OK).await;
    let third = Credentials::from(&at.json(&["app", "rotate-secret", &first.id]).await);
    each("the secret before the last but one", &first, StatusCode::UNAUTHORIZED).await;
    each("the newest secret", &third, StatusCode::OK).await;
    each("the secret before it", &second, StatusCode::OK).await;

    at.run(&["app", "delete", &first.id]).await.done();
    each("delete", &third, StatusCode::UNAUTHORIZED).await;
}

#[apply(installed_on_both_engines)]
async fn a_revoked_key_and_its_tokens_are_refused_within_a_second(at: Installation) {
    let nodes = nodes(&at).await;
    let credentials = at.application("revocation").await;
    let token = nodes[0].token(&credentials).await;
    let kid = kid_of(&token);
    for node in &nodes {
        assert_eq!(node.hello(&token).await, StatusCode::OK);
    }
    at.run(&["key", "revoke", &kid]).await.done();
    for node in &nodes {
        let gone = async || (!node.published().await.contains(&kid)).then_some(());
        until("the key is gone", PROMPTLY, gone).await;
        assert_eq!(node.hello(&token).await, StatusCode::UNAUTHORIZED);
        let new = node.token(&credentials).await;
        assert_ne!(kid_of(&new), kid);
        for other in &nodes {
            assert_eq!(other.hello(&new).await, StatusCode::OK);
        }
    }
    at.run(&["key", "revoke", &kid]).await.refused(1, &format!("there is no key {kid} that could be revoked"));
}

#[apply(installed_on_both_engines)]
async fn a_wrong_master_key_is_refused_by_name(at: Installation) {
    let mut at = at;
    at.set("keys.master_key", &master_key(1));
    at.start().await.stop().await;
    at.set("keys.master_key", &master_key(2));
    let said = at.try_start().await.err().expect("the server refuses");
    let reason = "which is not among the configured keys.master_key";
    assert!(said.contains("signing key") && said.contains(reason), "{said}");
    at.run(&["key", "list"]).await.refused(1, reason);
    at.run(&["app", "create", "--name", "x", "--json"]).await.refused(1, reason);
    let doctor = at.run(&["doctor"]).await;
    assert!(doctor.code == Some(1) && doctor.stdout.contains(reason), "{doctor:?}");
}

#[apply(installed_on_both_engines)]
async fn a_newer_database_is_refused_by_everything_that_opens_it(at: Installation) {
    at.run(&["migrate"]).await.done();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                 select 9999, description, success, checksum, execution_time from _sqlx_migrations where version = 1";
    at.execute(newer).await;
    let reason = "migrated by a newer Gatepost (migration 9999)";
    for words in [&["migrate"][..], &["app", "list"], &["key", "list"], &["app", "create", "--name", "x"]] {
        at.run(words).await.refused(1, reason);
    }
    let said = at.try_start().await.err().expect("the server refuses");
    assert!(said.contains(reason), "{said}");
}

/// A command in the wrong folder would create a second database and a second key.
#[apply(installed_on_both_engines)]
async fn only_a_server_and_migrate_make_a_database(at: Installation) {
    let reason = if at.is_sqlite() { "there is no database at /" } else { "has no tables of Gatepost yet" };
    for words in [
        &["app", "create", "--name", "x"][..],
        &["app", "list"],
        &["user", "create", "john@example.com"],
        &["webhook", "list"],
        &["key", "list"],
        &["key", "rotate"],
    ] {
        let ran = at.run(words).await;
        ran.refused(1, reason);
        ran.refused(1, "database.url: GATEPOST__DATABASE__URL");
        ran.refused(1, &format!("there is none at {}/config/gatepost.toml", at.folder().display()));
        ran.refused(1, "`gatepost migrate` makes a new database");
        assert_eq!(fs::read_dir(at.folder()).unwrap().count(), 0, "{words:?}");
    }
    at.migrated().await.run(&["app", "list"]).await.done();
}

#[apply(installed_on_both_engines)]
async fn the_audit_log_is_listed_as_far_as_it_is_asked_for(at: Installation) {
    let Credentials { id, .. } = at.application("audited").await;
    at.run(&["app", "deactivate", &id]).await.done();
    let all = at.json(&["audit", "list", "--subject", &id]).await;
    let mut events: Vec<_> = all.as_array().unwrap().iter().map(|line| text(&line["event"])).collect();
    assert_eq!(events.remove(0), "application.deactivated", "the newest comes first");
    // Both happened in one transaction, at one moment.
    events.sort_unstable();
    assert_eq!(events, ["application.created", "secret.added"]);
    assert!(all.as_array().unwrap().iter().all(|line| line["actor"] == "command line" && line["at"].is_string()));
    let one = at.json(&["audit", "list", "--event", "secret.added", "--actor", "command line"]).await;
    assert_eq!(one.as_array().unwrap().len(), 1, "{one}");
    assert_eq!(at.json(&["audit", "list", "--to", "2020-01-01T00:00:00+01:00"]).await, serde_json::json!([]));
    assert_eq!(at.json(&["audit", "list", "--limit", "1"]).await.as_array().unwrap().len(), 1);
    at.run(&["audit", "list", "--from", "yesterday"]).await.refused(2, "2026-03-01T12:00:00Z");
    assert!(at.run(&["audit", "list"]).await.done().starts_with("AT "));
}

/// It needs no database, and prints the answer of the mail server.
#[tokio::test]
async fn a_test_mail_is_sent_at_once() {
    let smtp = SmtpServer::start().await;
    let mut at = Installation::on_sqlite().with("mail.url", &format!("smtp://{}", smtp.address));
    let sent = at.json(&["mail", "test", "ada@example.com"]).await;
    assert_eq!(sent["to"], "ada@example.com");
    assert!(text(&sent["answer"]).starts_with("250"), "{sent}");
    assert_eq!(smtp.offered().len(), 1);
    at.set("mail.url", "smtp://127.0.0.1:9");
    at.run(&["mail", "test", "ada@example.com"]).await.refused(1, "the mail was not sent: 127.0.0.1:9");
    at.unset("mail.url");
    at.run(&["mail", "test", "ada@example.com"]).await.refused(1, "mail.url is not set");
    assert!(!at.path("gatepost.db").exists());
}

#[tokio::test]
async fn the_version_is_told_whatever_the_configuration_says() {
    let at = Installation::on_sqlite().with("server.listen", "nonsense");
    assert_eq!(at.json(&["version"]).await["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(at.run(&["version"]).await.done(), concat!("gatepost ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// What `serve` refuses, `config check` finds, all of it at once.
#[tokio::test]
async fn config_check_finds_what_serve_would_refuse() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut at = Installation::on_sqlite().with("server.management_listen", &address);
    at.unset("mail.url");
    fs::write(at.path("file"), "no folder").unwrap();
    at.set("database.url", &format!("sqlite://{}/file/gatepost.db", at.folder().display()));
    let ran = at.run(&["config", "check"]).await;
    for reason in ["mail.url", &format!("server.management_listen {address}"), "no folder that files can be made in"] {
        ran.refused(1, reason);
    }
    let at = Installation::on_sqlite();
    at.run(&["config", "check"]).await.done();
    assert!(!at.path("gatepost.db").exists() && !at.path("gatepost.key").exists());
    at.run(&["config", "check", "--online"]).await.refused(1, "mail.url: 127.0.0.1:9");
    let node = at.start().await;
    at.beside(&node).run(&["config", "check"]).await.done();
    node.stop().await;
    fs::write(at.path("gatepost.key"), "AAAA").unwrap();
    at.run(&["config", "check"]).await.refused(1, "gatepost.key does not hold a master key");
    fs::remove_file(at.path("gatepost.key")).unwrap();
    at.run(&["config", "check"]).await.refused(1, "the master key of the database is not at /");
}

#[tokio::test]
async fn config_check_asks_the_database_when_it_may() {
    Installation::on_postgres(async |at| {
        let smtp = SmtpServer::start().await;
        let at = at.with("mail.url", &format!("smtp://{}", smtp.address));
        at.run(&["config", "check", "--online"]).await.done();
        let at = at.with("database.url", "postgres://nobody@127.0.0.1:1/none");
        at.run(&["config", "check"]).await.done();
        at.run(&["config", "check", "--online"]).await.refused(1, "database.url: the database does not answer");
    })
    .await;
}

/// Where nothing is configured, the message names the file of the default and the folder that it was looked for in.
#[tokio::test]
async fn a_command_in_the_wrong_folder_says_where_it_looked() {
    let mut at = Installation::on_sqlite();
    at.unset("database.url");
    let ran = at.run(&["app", "list"]).await;
    ran.refused(1, &format!("there is no database at {}/data/gatepost.db", at.folder().display()));
    ran.refused(1, "database.url: default");
    fs::write(at.path("mine.toml"), "[database]\nurl = \"sqlite://here.db\"\n").unwrap();
    let ran = at.run(&["--config", "mine.toml", "key", "list"]).await;
    ran.refused(1, &format!("there is no database at {}/here.db", at.folder().display()));
    ran.refused(1, &format!("the configuration file is {}/mine.toml", at.folder().display()));
    assert!(!at.path("data").exists() && !at.path("here.db").exists());
}

#[tokio::test]
async fn a_command_makes_no_second_master_key() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    fs::remove_file(at.path("gatepost.key")).unwrap();
    at.run(&["app", "create", "--name", "x"]).await.refused(1, "the master key of the database is not at /");
    assert!(!at.path("gatepost.key").exists());
}

/// A service that nobody has thought about gets what is usual, and the command says what that is and how to choose.
#[tokio::test]
async fn a_service_with_the_usual_scopes_is_said_to_have_them() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let said = "It may ask for the scopes openid admin; --scope chooses others.";
    let usual = at.run(&["app", "create", "--name", "Usual"]).await;
    assert!(usual.stderr.contains(said), "{usual:?}");
    for words in [&["--scope", "orders/read"][..], &["--type", "web"]] {
        let ran = at.run(&[&["app", "create", "--name", "Chosen"][..], words].concat()).await;
        assert!(ran.code == Some(0) && !ran.stderr.contains("--scope chooses"), "{ran:?}");
    }
}

#[tokio::test]
async fn what_a_shell_needs_to_complete_commands_is_printed() {
    let at = Installation::on_sqlite();
    for shell in ["bash", "zsh", "fish"] {
        let ran = at.run(&["completions", shell]).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(["gatepost", "rotate-secret", "redirect-uri"].iter().all(|word| ran.stdout.contains(word)), "{shell}");
    }
}

/// A list that is given replaces the one before, and what that takes away is said.
#[tokio::test]
async fn an_update_says_what_it_takes_away() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let (one, other) = ("https://one.example/cb", "https://other.example/cb");
    let words = ["app", "create", "--name", "Shop", "--client-id", "shop", "--type", "web", "--redirect-uri", one];
    at.json(&words).await;
    let kept = at.run(&["app", "update", "shop", "--redirect-uri", one, "--redirect-uri", other]).await;
    assert!(kept.code == Some(0) && !kept.stderr.contains("taken away"), "{kept:?}");
    let gone = at.run(&["app", "update", "shop", "--redirect-uri", other]).await;
    assert!(gone.stderr.contains(&format!("taken away from redirect_uris: {one}")), "{gone:?}");
}

/// A server of the older version may be running on it.
#[apply(installed_on_both_engines)]
async fn an_older_database_is_left_alone_by_commands_until_somebody_migrates_it(at: Installation) {
    at.application("known").await;
    let versions = async || at.texts("select cast(version as text) from _sqlx_migrations order by version").await;
    let all = versions().await;
    at.execute("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)").await;
    let older = versions().await;
    assert_eq!(older.len(), all.len() - 1);
    for words in [&["app", "list"][..], &["app", "create", "--name", "x"], &["user", "list"], &["key", "rotate"]] {
        at.run(words).await.refused(1, "run `gatepost migrate` first");
    }
    assert_eq!(versions().await, older);
    assert_eq!(at.texts("select name from applications").await, ["known"]);
}

#[apply(installed_on_both_engines)]
async fn a_secret_is_printed_although_no_signing_keys_could_be_made(at: Installation) {
    at.run(&["migrate"]).await.done();
    at.execute(if at.is_sqlite() {
        "create trigger no_keys before insert on signing_keys begin select raise(abort, 'no keys today'); end"
    } else {
        "alter table signing_keys add constraint no_keys_today check (false) not valid"
    })
    .await;
    let ran = at.run(&["app", "create", "--name", "x", "--json"]).await;
    let created: Value = serde_json::from_str(ran.done()).expect("one JSON document");
    assert!(ran.stderr.contains("Warning") && ran.stderr.contains("signing keys are not ready"), "{ran:?}");
    at.execute(if at.is_sqlite() {
        "drop trigger no_keys"
    } else {
        "alter table signing_keys drop constraint no_keys_today"
    })
    .await;
    at.start().await.token(&Credentials::from(&created)).await;
}

#[apply(installed_on_both_engines)]
async fn migrating_any_number_of_times_at_once_is_migrating_once(at: Installation) {
    let commands: Vec<_> = (0..4).map(|_| at.command(&["migrate"])).collect();
    let started: Vec<_> = commands.into_iter().map(|mut command| command.spawn().expect("it starts")).collect();
    for mut child in started {
        assert!(child.wait().expect("it ends").success());
    }
    at.run(&["migrate"]).await.done();
    assert_eq!(at.texts("select description from _sqlx_migrations where version = 1").await.len(), 1);
}

#[apply(installed_on_both_engines)]
async fn doctor_says_that_all_is_well(at: Installation) {
    let smtp = SmtpServer::start().await;
    let at = at.with("mail.url", &format!("smtp://{}", smtp.address));
    let node = at.start().await;
    let beside = at.beside(&node);
    let checks = beside.json(&["doctor"]).await;
    let findings: Vec<_> = checks.as_array().expect("a list").iter().map(|check| text(&check["finding"])).collect();
    assert!(!findings.contains(&"problem".to_owned()), "{checks}");
    let of = |name: &str| checks.as_array().expect("a list").iter().find(|check| check["name"] == name).cloned();
    assert_eq!(of("server").expect("a check")["detail"], "ready");
    assert_eq!(of("signing keys").expect("a check")["finding"], "good");
    assert_eq!(of("mail").expect("a check")["finding"], "good");
    assert_eq!(of("issuer").expect("a check")["finding"], "warning", "http is not for others: {checks}");
}

/// Clients go by the issuer's name; a name without an address is a fault wherever the server runs.
#[apply(installed_on_both_engines)]
async fn doctor_fails_for_a_host_that_does_not_resolve(at: Installation) {
    let smtp = SmtpServer::start().await;
    let mut at = at.with("mail.url", &format!("smtp://{}", smtp.address));
    at.start().await.stop().await;
    at.run(&["doctor"]).await.done();
    at.set("server.issuer", "https://id.nowhere.invalid");
    let ran = at.run(&["doctor", "--json"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let checks: Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
    let problems: Vec<_> =
        checks.as_array().expect("a list").iter().filter(|check| check["finding"] == "problem").collect();
    assert_eq!(problems.len(), 1, "{checks}");
    assert_eq!(problems[0]["name"], "public address");
    assert!(text(&problems[0]["detail"]).contains("id.nowhere.invalid does not resolve"), "{checks}");
}

#[apply(installed_on_both_engines)]
async fn commands_of_many_terminals_at_once_all_take_effect(at: Installation) {
    let node = at.start().await;
    let commands: Vec<_> =
        (0..6).map(|n| at.command(&["app", "create", "--json", "--name", &format!("terminal {n}")])).collect();
    let started: Vec<_> =
        commands.into_iter().map(|mut command| std::thread::spawn(move || command.output())).collect();
    for terminal in started {
        let output = terminal.join().expect("no panic").expect("it runs");
        assert!(output.status.success(), "{output:?}");
        let created: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        node.token(&Credentials::from(&created)).await;
    }
}

/// One server on SQLite, two on PostgreSQL.
async fn nodes(at: &Installation) -> Vec<Node> {
    let mut nodes = vec![at.start().await];
    if !at.is_sqlite() {
        nodes.push(at.another().start().await);
    }
    nodes
}

#[tokio::test]
async fn every_listing_and_creating_command_prints_one_document_when_asked_for_json() {
    let smtp = SmtpServer::start().await;
    let at = Installation::on_sqlite().with("mail.url", &format!("smtp://{}", smtp.address));
    let Credentials { id, .. } = at.application("json").await;
    at.start().await.stop().await;
    for words in [
        &["app", "list"][..],
        &["app", "show", &id],
        &["app", "deactivate", &id],
        &["app", "activate", &id],
        &["app", "rotate-secret", &id],
        &["app", "create", "--name", "other", "--type", "spa", "--redirect-uri", "https://example.com/cb"],
        &["key", "list"],
        &["key", "rotate"],
        &["key", "rotate", "--now"],
        &["key", "revoke", &at.key("RS256", "announced").await],
        &["doctor"],
        &["config", "show"],
        &["app", "exempt", &id],
        &["app", "exempt", &id, "--off"],
        &["app", "sweep"],
        &["app", "sweep", "--dry-run"],
        &["app", "delete", &id],
        &["app", "undelete", &id],
    ] {
        at.json(words).await;
    }
}

#[tokio::test]
async fn a_mistake_ends_with_a_code_and_the_reason_and_prints_no_result() {
    let at = Installation::on_sqlite();
    at.run(&["migrate"]).await.done();
    let mistakes: [(&[&str], i32, &str); 20] = [
        (&["frobnicate"], 2, "frobnicate"),
        (&["app"], 2, "Usage: gatepost app"),
        (&["app", "create"], 2, "--name"),
        (&["app", "create", "--name", "x", "--type", "fridge"], 2, "service, web, spa, native, device"),
        (&["app", "create", "--name", "x", "--grant", "password"], 2, "client_credentials"),
        (&["app", "create", "--name", "x", "--scope", "a\"b"], 2, "--scope"),
        (&["app", "create", "--name", "x", "--token-ttl", "soon"], 2, "--token-ttl"),
        (&["app", "create", "--name", "x", "--token-ttl", "0"], 1, "lifetime"),
        (&["app", "create", "--name", "x", "--signing-algorithm", "HS256"], 2, "RS256"),
        (&["app", "create", "--name", "x", "--audience", "not a uri"], 2, "--audience"),
        (&["app", "create", "--name", "x", "--jwks", "missing.json"], 1, "missing.json"),
        (&["app", "create", "--name", "x", "--client-id", "a b"], 2, "client id"),
        (&["app", "create", "--name", "x", "--redirect-uri", "https://a.example/?code=1"], 1, "'code' is reserved"),
        (&["app", "create", "--name", ""], 1, "name"),
        (&["app", "create", "--name", "two\nlines"], 1, "name"),
        (&["app", "show", "nobody"], 1, "there is no application nobody"),
        (&["app", "delete", "nobody", "--json"], 1, "there is no application nobody"),
        (&["key", "revoke", "nothing"], 1, "there is no key nothing"),
        (&["--config", "missing.toml", "app", "list"], 1, "missing.toml"),
        (&["backup", "missing/folder/copy.db"], 1, "missing/folder/copy.db"),
    ];
    for (words, code, reason) in mistakes {
        let ran = at.run(words).await;
        ran.refused(code, reason);
    }
    assert_eq!(at.json(&["app", "list"]).await, serde_json::json!([]), "nothing half done");
}

/// What libraries ask for by themselves, people's applications may have from the start.
#[tokio::test]
async fn app_create_needs_no_scopes_where_people_sign_in() {
    let at = Installation::on_sqlite();
    at.run(&["migrate"]).await.done();
    for kind in ["web", "spa", "native", "device"] {
        let made = at.json(&["app", "create", "--name", "Shop", "--type", kind]).await;
        let usual = ["openid", "profile", "email", "offline_access", "user"];
        assert_eq!(made["scopes"], serde_json::json!(usual), "{kind}");
    }
}

#[tokio::test]
async fn health_follows_the_server() {
    let at = Installation::on_sqlite();
    let node = at.start().await;
    let beside = at.beside(&node);
    assert_eq!(beside.run(&["health"]).await.done(), "ready\n");
    node.stop().await;
    beside.run(&["health"]).await.refused(1, "does not answer");
}

#[tokio::test]
async fn health_fails_when_the_address_is_held_by_something_that_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = Installation::on_sqlite().with("server.listen", &silent.local_addr().unwrap().to_string());
    at.run(&["health"]).await.refused(1, "did not answer within 5 s");
}

#[tokio::test]
async fn a_backup_taken_under_load_opens_as_a_server_of_its_own() {
    let at = Installation::on_sqlite();
    let credentials = at.application("backup").await;
    let node = at.start().await;
    let token = node.token(&credentials).await;
    let copy = at.path("copy.db");
    let ((), ran) = tokio::join!(
        async {
            for n in 0..5 {
                at.application(&format!("meanwhile {n}")).await;
            }
        },
        at.run(&["backup", "copy.db"])
    );
    assert!(ran.done().contains("copy.db") && ran.stderr.contains("master key"), "{ran:?}");
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o077, 0, "a copy is for its owner only");

    fs::copy(at.path("gatepost.key"), at.path("copy.key")).unwrap();
    let restored = at.another().with("database.url", &format!("sqlite://{}", copy.display())).start().await;
    assert_eq!(restored.published().await, node.published().await);
    assert_eq!(restored.hello(&token).await, StatusCode::OK);
    restored.token(&credentials).await;
}

#[tokio::test]
async fn a_backup_never_overwrites_and_is_never_taken_of_nothing() {
    let at = Installation::on_sqlite();
    let backup = async || at.run(&["backup", "copy.db"]).await;
    backup().await.refused(1, "gatepost.db");
    assert!(!at.path("copy.db").exists() && !at.path("gatepost.db").exists());
    at.run(&["migrate"]).await.done();
    backup().await.done();
    let before = fs::read(at.path("copy.db")).unwrap();
    backup().await.refused(1, "copy.db exists already");
    assert_eq!(fs::read(at.path("copy.db")).unwrap(), before);
}

#[tokio::test]
async fn postgresql_is_backed_up_with_its_own_tools_and_says_so() {
    Installation::on_postgres(async |at| at.run(&["backup", "copy.db"]).await.refused(1, "pg_dump")).await;
}

#[tokio::test]
async fn doctor_looks_and_does_not_touch() {
    let at = Installation::on_sqlite();
    let ran = at.run(&["doctor"]).await;
    assert_eq!(ran.code, Some(1), "there is nothing yet: {ran:?}");
    let left: Vec<_> = fs::read_dir(at.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn doctor_finds_a_master_key_that_others_can_read() {
    let at = Installation::on_sqlite();
    at.start().await.stop().await;
    let key = at.path("gatepost.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = at.run(&["doctor"]).await;
    assert!(ran.code == Some(1) && ran.stdout.contains("chmod 600"), "{ran:?}");
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_by_whatever_name() {
    let at = Installation::on_sqlite().with("keys.master_key", &master_key(1));
    let node = at.start().await;
    let alias = at.path("alias.db");
    symlink(at.path("gatepost.db"), &alias).unwrap();
    let hard_link = at.path("hard-link.db");
    std::fs::hard_link(at.path("gatepost.db"), &hard_link).unwrap();
    for path in [at.path("gatepost.db"), at.folder().join("./gatepost.db"), alias, hard_link] {
        let second = at.another().with("database.url", &format!("sqlite://{}", path.display()));
        let second = second.with("keys.master_key", &master_key(1));
        let said = second.try_start().await.err().expect("the second server refuses");
        assert!(said.contains("another server is using") && said.contains("PostgreSQL any number"), "{said}");
    }
    assert_eq!(node.get("/health/ready").await.status(), StatusCode::OK);
    node.kill();
    at.start().await;
}

#[tokio::test]
async fn postgresql_without_a_master_key_is_refused() {
    let mut at = Installation::on_sqlite().with("database.url", "postgres://nobody@127.0.0.1:1/none");
    at.unset("keys.master_key");
    for words in [&["serve"][..], &["app", "list"], &["config", "check"]] {
        at.run(words).await.refused(1, "keys.master_key");
    }
}

#[tokio::test]
async fn serve_without_a_mail_server_is_refused() {
    let mut at = Installation::on_sqlite();
    at.unset("mail.url");
    let ran = at.run(&["serve"]).await;
    ran.refused(1, "mail.url");
    ran.refused(1, "serve --dev");
    at.run(&["migrate"]).await.done();
}

/// `doctor` connects and logs in as for a mail, and names the step that failed.
#[tokio::test]
async fn doctor_says_what_is_wrong_with_the_mail_server() {
    let mut at = Installation::on_sqlite();
    at.run(&["migrate"]).await.done();
    let smtp = SmtpServer::start_with(Some(("me", "right"))).await;
    let address = smtp.address;
    for (url, finding, detail) in [
        (format!("smtp://me:right@{address}"), "good", "NOT encrypted, logged in as me"),
        (format!("smtp://me:wrong@{address}"), "problem", "logging in: 535 5.7.8 wrong password"),
        (format!("smtp://me:right@{address}?tls=required"), "problem", "STARTTLS is not supported"),
        (format!("smtps://{address}"), "problem", "connecting: "),
        ("smtp://127.0.0.1:9".to_owned(), "problem", "127.0.0.1:9, connecting: "),
    ] {
        at.set("mail.url", &url);
        let ran = at.run(&["doctor", "--json"]).await;
        let checks: Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
        let check = checks.as_array().expect("a list").iter().find(|check| check["name"] == "mail").expect("a check");
        let said = text(&check["detail"]);
        assert!(check["finding"] == finding && said.contains(detail), "{url}: {check}");
        assert!(!said.contains("right@") && !said.contains("wrong@"), "{said}");
    }
    assert!(smtp.offered().is_empty(), "no mail is sent");
}

#[tokio::test]
async fn a_damaged_master_key_file_is_named_and_left_alone() {
    let at = Installation::on_sqlite();
    at.run(&["migrate"]).await.done();
    let key = at.path("gatepost.key");
    for damaged in ["", "not a key\n", "AAAA\n"] {
        fs::write(&key, damaged).unwrap();
        at.run(&["serve"]).await.refused(1, "gatepost.key");
        assert_eq!(fs::read_to_string(&key).unwrap(), damaged);
    }
}

#[tokio::test]
async fn a_lost_master_key_is_not_quietly_replaced() {
    let at = Installation::on_sqlite();
    at.start().await.stop().await;
    let (key, elsewhere) = (at.path("gatepost.key"), at.path("elsewhere"));
    fs::rename(&key, &elsewhere).unwrap();
    let said = at.try_start().await.err().expect("the server refuses");
    assert!(said.contains("the master key of the database is not at /"), "{said}");
    // With a new one beside it every check would call the key good.
    assert!(!key.exists());
    fs::rename(&elsewhere, &key).unwrap();
    at.start().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named_and_left_alone() {
    let at = Installation::on_sqlite();
    let text = "dear diary, ".repeat(1000);
    fs::write(at.path("gatepost.db"), &text).unwrap();
    let ran = at.run(&["serve"]).await;
    ran.refused(1, "not a database");
    assert_eq!(fs::read_to_string(at.path("gatepost.db")).unwrap(), text);
}

#[tokio::test]
async fn an_address_in_use_is_named_before_anything_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let at = Installation::on_sqlite().with("server.listen", &address);
    at.run(&["serve"]).await.refused(1, &address);
    assert!(!at.path("gatepost.db").exists());
}

#[tokio::test]
async fn config_check_and_show_name_the_key_its_place_and_hide_secrets() {
    let at = Installation::on_sqlite().with("keys.master_key", &master_key(3));
    at.run(&["config", "check"]).await.done();
    for ran in [at.run(&["config", "show"]).await, at.run(&["config", "show", "--json"]).await] {
        assert!(ran.done().contains("rotate_every") && !ran.stdout.contains(&master_key(3)), "{ran:?}");
        assert!(ran.stdout.contains("GATEPOST__KEYS__MASTER_KEY"), "it says where a setting comes from: {ran:?}");
    }
    fs::write(at.path("bad.toml"), "[keys]\nrotate_every = \"yesterday\"\nrotat = 1\n").unwrap();
    let ran = at.run(&["--config", "bad.toml", "config", "check"]).await;
    for part in ["bad.toml:2", "keys.rotate_every", "bad.toml:3", "keys.rotat"] {
        ran.refused(1, part);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Installation::on_sqlite().command(&["version"]).stdout(writer).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
