//! Where a browser may be sent.

use macro_rules_attribute::apply;

use gatepost::app::App;
use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::NewApplication;
use serde_json::json;

use super::{JOHN, UNLIMITED, is_page};
use crate::harness::browser::Browser;
use crate::harness::person::{CHALLENGE, authorize, web_settings};
use crate::harness::{Registered, TestServer, World, on_both_engines};

async fn native(server: &TestServer, uris: &[&str]) -> Registered {
    let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
    let settings = ApplicationSettings::new("Tool".to_owned(), ApplicationKind::Native);
    Registered::at(&server.rooms, ApplicationSettings { redirect_uris, ..settings }).await
}

/// RFC 8252 §7.3, §8.3.
#[apply(on_both_engines)]
async fn a_native_application_is_called_back_at_any_port_of_loopback_and_no_other_kind_is(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let uris = ["http://127.0.0.1/cb", "http://[::1]:3000/cb", "http://localhost/cb"];
    let tool = native(&server, &uris).await;
    for uri in ["http://127.0.0.1:51234/cb", "http://[::1]:51234/cb", "http://localhost:51234/cb", uris[1]] {
        let page = Browser::of(&server).visit(&authorize(&tool, &[("redirect_uri", uri), ("prompt", "none")])).await;
        assert!(page.redirect().unwrap().starts_with(&format!("{uri}?error=login_required")), "{page:?}");
    }
    for uri in ["http://localhost:51234/cb/", "http://LOCALHOST:51234/cb", "http://user@127.0.0.1:1/cb"] {
        assert!(is_page(&Browser::of(&server).visit(&authorize(&tool, &[("redirect_uri", uri)])).await, 400), "{uri}");
    }
    for kind in [ApplicationKind::Web, ApplicationKind::Spa] {
        let redirect_uris = uris.map(str::to_owned).to_vec();
        let settings = ApplicationSettings::new("Shop".to_owned(), kind);
        let shop = Registered::at(&server.rooms, ApplicationSettings { redirect_uris, ..settings }).await;
        for uri in ["http://127.0.0.1:51234/cb", "http://localhost:51234/cb"] {
            let page = Browser::of(&server).visit(&authorize(&shop, &[("redirect_uri", uri)])).await;
            assert!(is_page(&page, 400), "{kind}: {uri}");
        }
    }
}

/// A code that went to one port is redeemed with that port and no other (RFC 6749 §4.1.3).
#[apply(on_both_engines)]
async fn a_pushed_request_of_a_native_application_may_name_any_port_too(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let tool = native(&server, &["http://127.0.0.1/cb"]).await;
    let form = |uri| {
        let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        [&[("response_type", "code"), ("redirect_uri", uri)][..], &challenge].concat()
    };
    let pushed = server.form("/oauth/par", &tool, &form("http://127.0.0.1:51234/cb")).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    server.form("/oauth/par", &tool, &form("http://127.0.0.1:51234/other")).await.refusal(400, "invalid_request");
}

/// RFC 9700 §2.6: whichever way an address comes in, the rule it breaks is the same and is named.
#[apply(on_both_engines)]
async fn every_door_refuses_an_address_by_the_same_rule(world: World) {
    let cases = [
        ("https://shop.example.com/../cb", "'.' or '..'"),
        ("http://shop.example.com/cb", "loopback hosts only"),
        ("https://user@shop.example.com/cb", "'@'"),
        ("https://*.example.com/cb", "'*'"),
        ("com.example.shop:/cb", "type native"),
    ];
    for list in ["redirect_uris", "post_logout_redirect_uris"] {
        let (uri, rule) = cases[0];
        let toml =
            format!("[[applications]]\nclient_id = \"shop\"\nname = \"Shop\"\ntype = \"web\"\n{list} = [\"{uri}\"]");
        let refused = match App::start(world.config(&toml), world.outside()).await {
            Ok(_) => panic!("{toml} is taken"),
            Err(refused) => refused.to_string(),
        };
        assert!(refused.contains(rule) && refused.contains(list), "{refused}");
    }
    let server = world.server_with(UNLIMITED).await;
    let (management, admin) = (server.management().await, server.machine("gatepost:admin").await);
    let portal = Browser::of(&server);
    let page = portal.visit("/portal/applications").await;
    portal.sign_in(&server, &page, JOHN, 1).await;
    let new = portal.visit("/portal/applications/new").await;
    for (uri, rule) in cases {
        for list in ["redirect_uris", "post_logout_redirect_uris"] {
            let mut settings = web_settings("Shop");
            let uris = if list == "redirect_uris" {
                &mut settings.redirect_uris
            } else {
                &mut settings.post_logout_redirect_uris
            };
            uris.push(uri.to_owned());
            let new = NewApplication { client_id: None, settings };
            let command =
                server.rooms.applications.application_create(new, &Actor::CommandLine).await.unwrap_err().to_string();
            assert!(command.contains(rule) && command.contains(list), "{command}");
            let body = json!({ "name": "Shop", "type": "web", list: [uri] });
            let told = management.post(&admin, "/applications", body).await;
            assert!(told.text().contains(rule) && told.text().contains(list), "{}", told.text());
        }
        let form = new.form_with("app-create");
        let told = portal.submit(form, &[("name", "Shop"), ("type", "web"), ("redirect_uris", uri)]).await;
        assert!(told.has("app-redirect-uris-problem"), "{}", told.text());
        assert!(told.text().contains(&rule.replace('\'', "&#39;")), "{}", told.text());
    }
}
