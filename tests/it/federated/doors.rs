//! The setting at its doors: what is said wrongly is refused where it is said, and changes nothing.

use gatepost::config::Config;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::{Installation, World, installed_on_both_engines, on_both_engines};

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// Entries that nobody may register, and a part of what is said of each.
fn wrong() -> [(Value, &'static str); 12] {
    let entry = |issuer: &str, subject: &str| json!({ "issuer": issuer, "subject": subject });
    let with = |name: &str, value: Value| {
        let mut entry = entry(GITHUB, "repo:octo/shop");
        entry[name] = value;
        entry
    };
    [
        (entry("http://issuer.example", "a"), "https"),
        (entry("https://issuer.example?x=1", "a"), "https"),
        (entry(GITHUB, "*"), "'/' or ':' before it"),
        (entry(GITHUB, "repo*"), "'/' or ':' before it"),
        (entry(GITHUB, "repo:*/shop"), "last character"),
        (entry(GITHUB, "repo:octo/**"), "last character"),
        (entry(GITHUB, "repo:*"), "names its owner whole"),
        (entry("spiffe://example.org", "spiffe://example.org/a"), "needs the keys"),
        (with("audience", json!("two words")), "audience"),
        (with("jwks", json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] })), "private or symmetric"),
        (with("jwks", json!({ "keys": [] })), "no RSA"),
        (with("branch", json!("main")), "unknown member 'branch'"),
    ]
}

/// Federation, entries: the management API.
#[apply(on_both_engines)]
async fn the_api_refuses_what_names_no_identity(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    for (entry, what) in wrong() {
        let body = json!({ "name": "Deployer", "federated": [entry] });
        let description = management.post(&ops, "/applications", body).await.problem(400, "invalid_request");
        assert!(description.contains("'federated'") && description.contains(what), "{entry}: {description}");
    }
    let file = json!({ "issuer": GITHUB, "subject": "a:b:c", "jwks_file": "/etc/passwd" });
    let body = json!({ "name": "Deployer", "federated": [file] });
    let description = management.post(&ops, "/applications", body).await.problem(400, "invalid_request");
    assert!(description.contains("only the configuration"), "{description}");
    let many: Vec<Value> =
        (0..21).map(|number| json!({ "issuer": GITHUB, "subject": format!("repo:octo/{number}") })).collect();
    let body = json!({ "name": "Deployer", "federated": many });
    management.post(&ops, "/applications", body).await.problem(400, "invalid_request");
    let public = json!({ "name": "App", "type": "spa", "federated": [{ "issuer": GITHUB, "subject": "repo:octo/a" }] });
    let description = management.post(&ops, "/applications", public).await.problem(400, "invalid_request");
    assert!(description.contains("does not authenticate"), "{description}");
    let good = json!({ "name": "Deployer", "federated": [{ "issuer": GITHUB, "subject": "repo:octo/*" }] });
    let made = management.post(&ops, "/applications", good).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.json().get("client_secret").is_none_or(Value::is_null));
}

/// Federation, entries: the configuration refuses to start and names the key.
#[apply(on_both_engines)]
async fn the_configuration_refuses_what_names_no_identity(world: World) {
    let folder = world.database.folder();
    let read = |entry: &str| {
        let toml = format!("[[applications]]\nclient_id = \"a\"\nfederated = [{{ {entry} }}]\n");
        Config::from_toml("test.toml", &toml, &world.environment()).map(|_| ()).map_err(|e| e.to_string())
    };
    let whole = format!("issuer = \"{GITHUB}\", subject = \"repo:octo/shop\"");
    assert_eq!(read(&whole), Ok(()));
    let at = |name: &str| folder.join(name).display().to_string();
    let (none, broken) = (at("none.json"), at("broken.json"));
    std::fs::write(&broken, "not JSON").unwrap();
    for (entry, what) in [
        (format!("issuer = \"{GITHUB}\""), "a member 'subject'"),
        (format!("issuer = \"{GITHUB}\", subject = \"repo:*\""), "names its owner whole"),
        ("issuer = \"http://a.example\", subject = \"b\"".to_owned(), "https"),
        (format!("{whole}, jwks_file = \"{none}\""), "readable file"),
        (format!("{whole}, jwks_file = \"{broken}\""), "expected a JWK Set"),
        (format!("{whole}, jwks_file = 7"), "path of a file"),
        (format!("{whole}, jwks_file = \"{broken}\", jwks = {{ keys = [] }}"), "only one of"),
        (format!("{whole}, subjects = []"), "unknown member 'subjects'"),
    ] {
        let refused = read(&entry).unwrap_err();
        assert!(refused.contains("applications[0].federated") && refused.contains(what), "{entry}: {refused}");
    }
}

/// Federation, entries: a line on the command line, or JSON where there is more to say; and what the audit log tells.
#[apply(installed_on_both_engines)]
async fn an_entry_is_a_line_or_json_on_the_command_line(at: Installation) {
    at.migrated().await;
    let reusable =
        json!({ "issuer": "https://cluster.example", "subject": "system:serviceaccount:a:b", "reusable": true });
    let line = format!("{GITHUB} repo:octo/* https://audience.example");
    let words = ["app", "create", "--name", "Deployer", "--client-id", "deployer", "--federated", &line, "--federated"];
    let made = at.json(&[&words[..], &[&reusable.to_string()]].concat()).await;
    let expected =
        json!([{ "issuer": GITHUB, "subject": "repo:octo/*", "audience": "https://audience.example" }, reusable]);
    assert_eq!(made["federated"], expected);
    for wrong in ["https://a.example", "http://a.example b", "{\"issuer\":", "https://a.example *"] {
        let ran = at.run(&["app", "update", "deployer", "--federated", wrong]).await;
        assert_eq!(ran.code, Some(2), "{wrong}: {ran:?}");
    }
    let fewer = at.json(&["app", "update", "deployer", "--federated", &line]).await;
    assert_eq!(fewer["federated"].as_array().unwrap().len(), 1);
    let listed = at.json(&["audit", "list"]).await.to_string();
    assert!(listed.contains("federated -{"), "{listed}");
    let cleared = at.json(&["app", "update", "deployer", "--clear", "federated"]).await;
    assert_eq!(cleared["federated"], json!([]));
    let listed = at.json(&["audit", "list"]).await.to_string();
    assert!(listed.contains(&format!("federated -{line}")), "{listed}");
}
