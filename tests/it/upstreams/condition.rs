//! What operators learn of an upstream that does not work.

use std::time::Duration;

use gatepost::domain::upstream::FAILURES_KEPT_FOR;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::stand_in::{Reply, StandIn};
use super::{JANE, by_mail, connected, is_signed_in, with_upstream};
use crate::harness::browser::Browser;
use crate::harness::person::operator;
use crate::harness::{Installation, World, on_both_engines};

/// Overview: the reason that the person is not told, how often, and until when. What people do there is none.
#[apply(on_both_engines)]
async fn an_operator_reads_why_an_upstream_failed(world: World) {
    let (server, corp) = with_upstream(&world).await;
    operator(&server.rooms, "root@example.com").await;
    let root = Browser::of(&server);
    by_mail(&server, &root, &root.visit("/login").await, "root@example.com").await;
    let page = root.visit("/admin").await;
    assert!(page.text().contains("Nobody with a connected account") && page.text().contains(&corp.issuer()));
    corp.answers("/token", Reply::Json(401, json!({ "error": "invalid_client", "error_description": "jane" })));
    for _ in 0..2 {
        let person = Browser::of(&server);
        let page = corp.sign_in(&person).await;
        assert!(!page.text().contains("invalid_client"), "{}", page.text());
    }
    let person = Browser::of(&server);
    let begun = corp.begin(&person, &person.visit("/login").await).await;
    person.visit(&corp.callback(&[("error", "access_denied"), ("state", &begun.asked["state"])])).await;
    let page = root.visit("/admin").await;
    let told = "its token endpoint answered 401 &#39;invalid_client&#39;";
    assert!(page.text().contains(told) && page.text().contains("2 times, last"), "{}", page.text());
    assert!(page.text().contains("failed last") && !page.text().contains("cancelled"), "{}", page.text());
    corp.script(|script| script.answers.remove("/token"));
    world.clock.advance(Duration::from_secs(1));
    connected(&server, &corp, JANE).await;
    corp.sign_in(&Browser::of(&server)).await;
    let page = root.visit("/admin").await;
    assert!(page.text().contains("Last signed somebody in") && !page.text().contains("failed last"), "{}", page.text());
    world.clock.advance(FAILURES_KEPT_FOR);
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert!(world.database.texts("select why from upstream_failures").await.is_empty());
}

/// Overview: whoever comes from an upstream chooses the error that it names, and fills no table with them.
#[apply(on_both_engines)]
async fn few_reasons_are_kept(world: World) {
    let (server, corp) = with_upstream(&world).await;
    for number in 0..12 {
        let person = Browser::of(&server);
        let begun = corp.begin(&person, &person.visit("/login").await).await;
        let error = format!("e{number}");
        person.visit(&corp.callback(&[("error", &error), ("state", &begun.asked["state"])])).await;
        world.clock.advance(Duration::from_secs(1));
        assert!(!is_signed_in(&person).await);
    }
    let kept = world.database.texts("select why from upstream_failures order by last_at").await;
    assert_eq!((kept.len(), kept[0].as_str()), (10, "it answered with the error 'e2'"));
}

/// `gatepost doctor`: fetches what a sign-in would, and says what is wrong with it.
#[apply(on_both_engines)]
async fn doctor_asks_every_upstream(world: World) {
    let corp = StandIn::start("corp", &world).await;
    let at = Installation::on_sqlite();
    at.migrated().await;
    std::fs::write(at.path("gatepost.toml"), corp.declared("")).unwrap();
    let found = async || {
        let file = at.path("gatepost.toml").display().to_string();
        let ran = at.run(&["--config", &file, "doctor", "--json"]).await;
        let checks: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
        let check = checks.as_array().unwrap().iter().find(|check| check["name"] == "upstream corp").cloned();
        check.unwrap_or_else(|| panic!("{checks}"))
    };
    assert_eq!(found().await["finding"], "good");
    corp.answers("/keys", Reply::Json(200, json!({ "keys": [{ "kty": "quantum" }] })));
    let check = found().await;
    assert_eq!((&check["finding"], check["detail"].as_str().unwrap().contains("no key")), (&json!("warning"), true));
    corp.publishes("issuer", "https://sso.example.com");
    assert!(found().await["detail"].as_str().unwrap().contains("another issuer's"));
    corp.answers("/.well-known/openid-configuration", Reply::Json(404, json!({})));
    assert!(found().await["detail"].as_str().unwrap().contains("404"));
}
