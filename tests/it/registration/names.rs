//! What registers itself passes for nothing that people here look after.

use macro_rules_attribute::apply;

use serde_json::json;

use super::manage::change;
use super::{OPEN, made, register, web_client};
use crate::harness::person::web_settings;
use crate::harness::{Registered, World, on_both_engines};

#[apply(on_both_engines)]
async fn no_name_is_registered_that_looks_like_that_of_an_application_here(world: World) {
    let server = world.server_with(OPEN).await;
    Registered::at(&server.rooms, web_settings("PayPal")).await;
    let named = |name: &str| {
        let mut metadata = web_client();
        metadata["client_name"] = json!(name);
        metadata
    };
    for alike in ["PayPal", "paypal", "PaypaI", "Pay-Pal", "Pаypаl", "Gatepost", "GATEP0ST"] {
        let refused = register(&server, &named(alike)).await;
        refused.refusal(400, "invalid_client_metadata");
        assert!(refused.text().contains("client_name"), "{alike}: {}", refused.text());
    }
    // Those that registered themselves may look like each other.
    let first = made(&register(&server, &named("MCP CLI Proxy")).await);
    let second = made(&register(&server, &named("MCP CLI Proxy")).await);
    let changed = change(&server, &second, &named("PaypaI")).await;
    changed.refusal(400, "invalid_client_metadata");
    change(&server, &second, &named("Trains")).await.success();

    // An operator may call an application what something else calls itself, which then keeps its name.
    Registered::at(&server.rooms, web_settings("MCP CLI Proxy")).await;
    let mut same = named("MCP CLI Proxy");
    same["redirect_uris"] = json!(["https://app.example/elsewhere"]);
    assert_eq!(change(&server, &first, &same).await.success()["client_name"], "MCP CLI Proxy");
    register(&server, &named("MCP CLI Proxy")).await.refusal(400, "invalid_client_metadata");
}
