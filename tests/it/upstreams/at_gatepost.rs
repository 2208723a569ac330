//! Gatepost at Gatepost: the upstream is this very server, a second one.

use std::net::TcpListener;

use gatepost::domain::application::ApplicationSettings;
use macro_rules_attribute::apply;

use super::{UNLIMITED, is_signed_in, user_at};
use crate::harness::browser::Browser;
use crate::harness::person::web_settings;
use crate::harness::{Registered, TestServer, World, on_both_engines};

/// A server with a database of its own, whose issuer is where it listens.
async fn upstream(world: &World) -> TestServer {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let issuer = format!("http://127.0.0.1:{port}");
    let mut config = world.config(&format!("[server]\nissuer = \"{issuer}\"\n{UNLIMITED}"));
    config.server.listen = format!("127.0.0.1:{port}").parse().unwrap();
    Box::pin(TestServer::start(config, world)).await
}

/// OIDC Core §3.1: the whole flow, with a provider that checks all of it.
#[apply(on_both_engines)]
async fn a_person_signs_in_at_another_gatepost(world: World) {
    let elsewhere = world.another();
    let provider = upstream(&elsewhere).await;
    let callback = "http://localhost:8080/login/upstream/gatepost/callback".to_owned();
    let settings = ApplicationSettings { redirect_uris: vec![callback], ..web_settings("Another server") };
    let registered = Registered::at(&provider.rooms, settings).await;
    let declared = format!(
        "{UNLIMITED}\n[[upstreams]]\nname = \"gatepost\"\nissuer = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n",
        provider.issuer(),
        registered.client_id,
        registered.secret
    );
    let server = world.server_with(&declared).await;
    let (here, there) = (Browser::of(&server), Browser::of(&provider));
    let page = here.visit("/login").await;
    let sent = here.post(&page.form_with("upstream-gatepost"), &[]).await.redirect().unwrap();
    let page = there.visit(&sent).await;
    let page = there.sign_in(&provider, &page, "ann@example.com", 1).await;
    // Not followed: the browser at the provider takes the address of the other server for its own.
    let back = there.post(&page.form_with("consent-allow"), &[]).await.redirect().unwrap();
    assert!(back.contains("iss="), "it names itself (RFC 9207): {back}");
    let page = here.visit(&back).await;
    assert!(is_signed_in(&here).await && page.text().contains("ann@example.com"), "{}", page.text());
    let ann = user_at(&server, "ann@example.com").await.unwrap();
    let theirs = user_at(&provider, "ann@example.com").await.unwrap();
    let known = server.rooms.store.upstream_identities_of(ann.id).await.unwrap();
    assert_eq!((known.len(), &known[0].subject, known[0].issuer.as_str()), (1, &theirs.sub, provider.issuer()));
    assert_ne!(ann.sub, theirs.sub, "what it is called there stays there");
    provider.stop().await;
    elsewhere.database.remove().await;
}
