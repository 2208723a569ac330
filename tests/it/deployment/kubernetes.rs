//! What the manifests for Kubernetes set is understood by the server; that they are good manifests, tests/kubernetes finds.

use gatepost::config::Config;
use serde_norway::Value;

use super::LARGE;
use crate::harness::master_key;

const SETTINGS: &str = include_str!("../../../deploy/kubernetes/settings.yaml");

#[test]
fn the_settings_of_the_manifests_are_settings_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = [
        ("database_url", "postgres://gatepost:secret@postgres/gatepost".to_owned()),
        ("master_key", master_key(1)),
        ("mail_url", "smtps://user:password@mail.example.com".to_owned()),
    ];
    for (name, value) in secrets {
        std::fs::write(folder.path().join(name), value).unwrap();
    }
    let document: Value = serde_norway::from_str(SETTINGS).unwrap();
    let here = |text: &Value| text.as_str().unwrap().replace("/run/secrets/gatepost", folder.path().to_str().unwrap());
    let set = document["data"].as_mapping().unwrap().iter();
    let set: Vec<_> = set.map(|(name, value)| (name.as_str().unwrap().to_owned(), here(value))).collect();
    let config = Config::from_toml("none.toml", "", &set).unwrap().config;
    assert!(config.server.issuer.is_https() && !config.server.trusted_proxies.is_empty());
    assert!(config.keys.master_key.is_some() && config.mail.url.is_some());
}

/// The same PostgreSQL in both, so that one is not forgotten.
#[test]
fn the_database_of_the_manifests_is_that_of_the_compose_file() {
    let manifest = include_str!("../../../deploy/kubernetes/postgres.yaml");
    let image =
        |text: &str| text.lines().find_map(|line| Some(line.trim().strip_prefix("image: postgres:")?.to_owned()));
    assert!(image(manifest).is_some());
    assert_eq!(image(manifest), image(LARGE));
}
