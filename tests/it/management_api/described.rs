//! What the API tells of the configuration, and of the passkeys of an account.

use macro_rules_attribute::apply;
use serde_json::json;

use crate::harness::{World, on_both_engines};
use crate::passkeys::with_passkey;

const DECLARED: &str = r#"
    [[scopes]]
    name = "orders:read"
    description = "See your orders"
    [[resources]]
    identifier = "https://orders.example.com"
    name = "Orders"
    scopes = ["orders:read"]
    [[resources]]
    identifier = "https://notes.example.com"
    name = "Notes"
    scopes = ["notes:read", "notes:write"]
    open = true
"#;

#[apply(on_both_engines)]
async fn the_scopes_and_apis_that_the_configuration_declares_are_listed(world: World) {
    let server = world.server_with(DECLARED).await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let scopes = management.get(&ops, "/scopes").await.success();
    let declared = json!({ "name": "orders:read", "description": "See your orders" });
    assert!(scopes["items"].as_array().unwrap().contains(&declared), "{scopes}");
    let resources = management.get(&ops, "/resources").await.success();
    let seen: Vec<_> = resources["items"].as_array().unwrap().iter().collect();
    let described = |identifier: &str| seen.iter().find(|one| one["identifier"] == identifier).copied().unwrap();
    let (orders, notes) = (described("https://orders.example.com"), described("https://notes.example.com"));
    assert_eq!(
        (&orders["name"], &orders["scopes"], &orders["open"]),
        (&json!("Orders"), &json!(["orders:read"]), &json!(false))
    );
    assert_eq!((&notes["scopes"], &notes["open"]), (&json!(["notes:read", "notes:write"]), &json!(true)));
}

/// What it signs with is not told.
#[apply(on_both_engines)]
async fn an_operator_sees_the_passkeys_of_an_account_and_removes_one(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let (browser, _) = with_passkey(&server, "john@example.com").await;
    let users = management.get(&ops, "/users?q=john@example.com").await.success();
    let path = format!("/users/{}/passkeys", users["items"][0]["sub"].as_str().unwrap());
    let listed = management.get(&ops, &path).await.success();
    let [passkey] = listed["items"].as_array().unwrap().as_slice() else { panic!("{listed}") };
    let mut members: Vec<_> = passkey.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["backed_up", "backup_eligible", "created_at", "id", "last_used_at", "name"]);
    let one = format!("{path}/{}", passkey["id"].as_str().unwrap());
    assert_eq!(management.delete(&ops, &one).await.status, 204);
    assert_eq!(management.delete(&ops, &one).await.status, 404);
    assert_eq!(management.get(&ops, &path).await.success()["items"], json!([]));
    assert!(!browser.visit("/account").await.text().contains("On several devices"));
}
