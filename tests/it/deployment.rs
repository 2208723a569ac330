//! The files that operators copy (`deploy/`, the compose files): what they set starts the server and hides what it must.

mod compose;
mod kubernetes;
mod proxies;
mod updates;

use std::collections::BTreeMap;
use std::process::Command;

use crate::harness::{Installation, master_key};

const COMPOSE: &str = include_str!("../../compose.sqlite.yaml");
const LARGE: &str = include_str!("../../compose.yaml");
const DOCKERFILE: &str = include_str!("../../Dockerfile");

/// The variables that a compose file gives its server where nothing else is said, `${NAME:-default}` resolved.
fn environment(compose: &str) -> BTreeMap<String, String> {
    let lines = compose.lines().filter_map(|line| line.trim().strip_prefix("GATEPOST__")?.split_once(": "));
    let resolved = |value: &str| match value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(variable) => {
            let (_, default) = variable.split_once(":-").unwrap_or_else(|| panic!("{variable} has no default"));
            default.to_owned()
        }
        None => value.to_owned(),
    };
    lines.map(|(name, value)| (format!("GATEPOST__{name}"), resolved(value))).collect()
}

/// The image sets where it listens and nothing else; a test listens where it finds a port.
fn started_by(compose: &str, secrets: &[(&str, String)]) -> impl Fn(Installation) -> Installation {
    let set = environment(compose);
    let secrets: BTreeMap<String, String> =
        secrets.iter().map(|(path, value)| (format!("/run/secrets/{path}"), value.clone())).collect();
    move |mut at| {
        at.unset("mail.url");
        for (name, value) in &set {
            let key = name.trim_start_matches("GATEPOST__").to_lowercase().replace("__", ".");
            match key.strip_suffix("_file") {
                Some(key) => at.set(key, &secrets[value]),
                None => at.set(&key, value),
            }
        }
        at
    }
}

#[tokio::test]
async fn the_environment_of_the_small_compose_file_starts_the_server() {
    let at = started_by(COMPOSE, &[])(Installation::on_sqlite());
    let node = at.start().await;
    assert_eq!(node.get("/health/ready").await.status(), 200);
    assert!(environment(COMPOSE).contains_key("GATEPOST__SERVER__TRUSTED_PROXIES"));
}

/// With a database that is reached here, and the secrets that the script makes.
#[test]
fn the_environment_of_the_large_compose_file_starts_the_server() {
    crate::harness::run_installed_on_postgres(|at| {
        Box::pin(async move {
            let secrets = [("database_url", at.database_url()), ("master_key", master_key(7))];
            let node = started_by(LARGE, &secrets)(at).start().await;
            assert_eq!(node.get("/health/ready").await.status(), 200);
        })
    });
}

#[test]
fn the_container_listens_on_ipv4_and_ipv6() {
    for setting in ["GATEPOST__SERVER__LISTEN=[::]:8080", "GATEPOST__SERVER__MANAGEMENT_LISTEN=[::]:9090"] {
        assert!(DOCKERFILE.contains(setting), "{setting}");
    }
}

/// What `systemd-analyze security` says of 10, where 10 is a service that may do anything.
#[test]
fn the_systemd_unit_may_do_little() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/gatepost.service");
    let analysed = Command::new("systemd-analyze").args(["security", "--offline=true", "--no-pager", unit]).output();
    let Ok(analysed) = analysed else {
        eprintln!("skipped: systemd-analyze is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&analysed.stdout);
    let overall = text.lines().find_map(|line| line.split_once("exposure level for gatepost.service: "));
    let (_, rest) = overall.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&analysed.stderr)));
    let score: f32 = rest.split_whitespace().next().unwrap().parse().unwrap();
    assert!(score < 2.0, "{text}");
}
