//! The files that operators copy (`deploy/`, the compose files): what they set starts the server and hides what it must.

use std::collections::BTreeMap;

use crate::harness::Installation;

const COMPOSE: &str = include_str!("../../compose.sqlite.yaml");
const NGINX: &str = include_str!("../../deploy/nginx.conf");

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

#[tokio::test]
async fn the_environment_of_the_small_compose_file_starts_the_server() {
    let at = Installation::on_sqlite();
    let set = environment(COMPOSE);
    assert!(set.contains_key("GATEPOST__SERVER__TRUSTED_PROXIES"), "{set:?}");
    let mut command = at.command(&["config", "check"]);
    command.env_remove("GATEPOST__MAIL__URL").envs(set);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn nginx_logs_no_address_that_works_once() {
    let hidden = NGINX.split("location ").find(|block| block.contains("access_log off")).expect("a block");
    for path in ["l", "keep", "portal/invitations", "admin/set-up"] {
        let pattern = hidden.lines().next().unwrap();
        assert!(pattern.split(['(', '|', ')']).any(|known| known == path), "{path} in {pattern}");
    }
    assert!(NGINX.contains("add_header Strict-Transport-Security"));
}
