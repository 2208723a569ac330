//! What `docs/deployment.md` has typed where there is a container engine or a cluster, as far as it needs none.

use std::fs;
use std::process::Command;

use super::{Terminal, blocks, read, root};

/// What a line has done in a container, if it does.
fn in_a_container(line: &str) -> Option<&str> {
    let ways = [" exec gatepost ", " exec deployment/gatepost -- "];
    ways.into_iter().find_map(|way| line.split_once(way).map(|(_, inside)| inside))
}

/// What `docker compose exec` and `kubectl exec` are told to do in the container is done here without one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_document_of_deployment_has_typed_in_a_container_works() {
    let terminal = Terminal::open().await;
    let mut typed = 0;
    for block in blocks("docs/deployment.md", &["sh"]) {
        for line in block.lines().filter_map(in_a_container) {
            let folder = terminal.at.folder().display();
            terminal.types(&line.replace("/data/", &format!("{folder}/"))).await;
            typed += 1;
        }
    }
    assert_eq!(typed, 3);
    assert!(terminal.at.path("backup.db").exists());
    let listed = terminal.at.json(&["app", "list"]).await;
    assert!(listed.as_array().unwrap().iter().any(|one| one["name"] == "My service"), "{listed}");
}

/// The `.env` that the document has written is what the compose file asks for, and the server understands it.
#[test]
fn the_variables_of_the_document_of_deployment_are_those_of_the_compose_file() {
    let block = blocks("docs/deployment.md", &["sh"]).remove(0);
    let (script, _) = block.split_once("docker ").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let wrote = Command::new("bash").args(["-euc", script]).current_dir(folder.path()).status().unwrap();
    assert!(wrote.success());
    let written = fs::read_to_string(folder.path().join(".env")).unwrap();
    let compose = read("compose.sqlite.yaml");
    let mut set = Vec::new();
    for (name, value) in written.lines().map(|line| line.split_once('=').unwrap()) {
        let asks = format!("${{{name}:-");
        let asking =
            compose.lines().find(|line| line.contains(&asks)).unwrap_or_else(|| panic!("nobody asks for {name}"));
        set.push((asking.trim().split(':').next().unwrap().to_owned(), value.to_owned()));
    }
    assert_eq!(set.len(), 3);
    let config = gatepost::config::Config::from_toml("none.toml", "", &set).unwrap().config;
    assert_eq!(config.server.issuer.as_str(), "https://auth.example.com");
    assert!(config.mail.url.is_some());
}

/// `deploy/make-secrets`, as printed, in a copy of the folder: what it makes opens a database, once.
#[test]
fn the_secrets_that_the_script_makes_are_good() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deploy")).unwrap();
    fs::copy(root().join("deploy/make-secrets"), folder.path().join("deploy/make-secrets")).unwrap();
    let run = || Command::new("bash").arg("deploy/make-secrets").current_dir(folder.path()).output().unwrap();
    assert!(run().status.success());
    let secret = |name: &str| fs::read_to_string(folder.path().join("secrets").join(name)).unwrap();
    let set = [
        ("GATEPOST__DATABASE__URL_FILE".to_owned(), folder.path().join("secrets/database_url").display().to_string()),
        ("GATEPOST__KEYS__MASTER_KEY_FILE".to_owned(), folder.path().join("secrets/master_key").display().to_string()),
    ];
    let loaded = gatepost::config::Config::from_toml("none.toml", "", &set).unwrap();
    assert!(loaded.config.keys.master_key.is_some());
    assert!(secret("database_url").contains(&secret("postgres_password")));
    let again = run();
    assert!(!again.status.success(), "never over existing ones: {again:?}");
}
