//! The compose files as what they are, YAML: no container has more than it needs.

use serde_norway::Value;

use super::{COMPOSE, LARGE};

/// The services of a file by name, with what they take over from others filled in.
fn services(compose: &str) -> Vec<(String, Value)> {
    let mut document: Value = serde_norway::from_str(compose).unwrap();
    document.apply_merge().unwrap();
    let services = document["services"].as_mapping().expect("services").clone();
    services.into_iter().map(|(name, service)| (name.as_str().unwrap().to_owned(), service)).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn every_service() -> Vec<(String, Value)> {
    let all: Vec<_> = [COMPOSE, LARGE].into_iter().flat_map(services).collect();
    assert_eq!(all.iter().filter(|(name, _)| name == "gatepost").count(), 2);
    assert!(all.len() >= 4);
    all
}

#[test]
fn no_container_has_a_power_or_a_root_to_write_to() {
    for (name, service) in every_service() {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"], "{name}");
        for more in ["cap_add", "privileged", "network_mode", "pid", "ipc", "devices"] {
            assert!(service.get(more).is_none(), "{name} has {more}");
        }
        let user = service["user"].as_str().unwrap_or("as its image says");
        assert!(!user.starts_with("root") && !user.starts_with('0'), "{name}");
        for mounted in texts(&service["volumes"]) {
            assert!(!mounted.starts_with('/') && !mounted.starts_with('.'), "{name} sees {mounted} of the machine");
        }
    }
}

#[test]
fn no_container_takes_all_of_the_machine() {
    for (name, service) in every_service() {
        let memory = service["mem_limit"].as_str().and_then(|limit| limit.strip_suffix('m')?.parse::<u32>().ok());
        assert!(memory.is_some_and(|megabytes| (128..=1024).contains(&megabytes)), "{name}: {service:?}");
        assert!(service["pids_limit"].as_u64().is_some_and(|limit| (64..=512).contains(&limit)), "{name}");
        assert_eq!(service["restart"], "unless-stopped", "{name}");
    }
}

#[test]
fn nothing_is_open_to_the_network_and_no_image_changes_by_itself() {
    for (name, service) in every_service() {
        for port in texts(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:") && !port.ends_with(":9090"), "{name} publishes {port}");
        }
        let image = service["image"].as_str().unwrap();
        let is_ours = image == "gatepost" && service.get("build").is_some();
        assert!(is_ours || image.contains(':') && !image.ends_with(":latest"), "{name}: {image}");
    }
}

#[test]
fn the_server_knows_its_proxy_has_time_to_stop_and_gets_secrets_by_file() {
    for compose in [COMPOSE, LARGE] {
        let (_, service) = services(compose).into_iter().find(|(name, _)| name == "gatepost").unwrap();
        let environment = &service["environment"];
        assert_eq!(environment["GATEPOST__SERVER__TRUSTED_PROXIES"], "${GATEPOST_TRUSTED_PROXIES:-}");
        // Longer than `server.shutdown_timeout`.
        assert_eq!(service["stop_grace_period"], "15s");
        for (name, value) in environment.as_mapping().unwrap() {
            let (name, value) = (name.as_str().unwrap(), value.as_str().unwrap());
            let is_secret = name.contains("DATABASE__URL") || name.contains("MASTER_KEY");
            let by_file = name.ends_with("_FILE") && value.starts_with("/run/secrets/");
            assert!(!is_secret || by_file, "{name}");
        }
        let document: Value = serde_norway::from_str(compose).unwrap();
        for secret in texts(&service["secrets"]) {
            assert!(document["secrets"][secret]["file"].as_str().is_some(), "{secret}");
        }
    }
}
