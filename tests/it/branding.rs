//! `[branding]`: the operator's name, picture and colours on the pages, and in mails.

use std::fs;

use macro_rules_attribute::apply;

use crate::harness::browser::Browser;
use crate::harness::person::{account, authorize, letter, web_application};
use crate::harness::{Installation, World, on_both_engines};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

#[apply(on_both_engines)]
async fn every_page_and_mail_carries_the_operators_name_and_pages_the_picture_and_colours(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    fs::write(&logo, SVG).unwrap();
    let server = world
        .server_with(&format!(
            "[branding]\nname = \"Acme <b>\"\nlogo = \"{}\"\naccent = \"#0b5394\"\nsupport_url = \"help@acme.example\"\n\
             terms_url = \"https://acme.example/terms\"\nprivacy_url = \"https://acme.example/privacy\"\n",
            logo.display()
        ))
        .await;
    account(&server.rooms, "john@example.com").await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    for page in ["/", "/login", "/device", "/docs", &authorize(&application, &[])] {
        let page = browser.visit(page).await;
        let text = page.text();
        assert!(text.contains(" – Acme &#60;b&#62;</title>"), "{text}");
        assert!(text.contains("<img class=\"mark\"") && text.contains("/static/brand.css?v="), "{text}");
        for href in ["mailto:help@acme.example", "https://acme.example/terms", "https://acme.example/privacy"] {
            assert!(text.contains(&format!("<a href=\"{href}\">")), "{href} in {text}");
        }
    }
    let sheet = server.get("/static/brand.css").await;
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(sheet.text().contains("light-dark(#0b5394,#"), "{}", sheet.text());
    let picture = server.get("/static/brand-logo").await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(picture.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(server.get("/static/brand-logo-dark").await.status, 404);

    let page = browser.visit("/login").await;
    browser.submit(page.form_with("login-submit"), &[("email", "john@example.com")]).await;
    letter(&server, "john@example.com", 1).await;
    let mail = server.rooms.mail.caught_mails().unwrap().remove(0);
    assert!(mail.subject.as_str().contains("Acme"), "{}", mail.subject.as_str());
    assert!(mail.html.contains("background:#0b5394;color:#ffffff"), "{}", mail.html);
    assert!(!mail.html.contains("#1a5fd0") && !mail.html.contains("#5b9dff"), "{}", mail.html);
}

/// Whoever reads a locked screen wants the code; whoever lists what was not sent must not get it.
#[apply(on_both_engines)]
async fn the_code_is_in_the_subject_where_the_operator_wants_it_and_in_no_list(world: World) {
    let server = world.server_with("[mail]\ncode_in_subject = true\n").await;
    account(&server.rooms, "john@example.com").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    browser.submit(page.form_with("login-submit"), &[("email", "john@example.com")]).await;
    let code = letter(&server, "john@example.com", 1).await.code;
    let mail = server.rooms.mail.caught_mails().unwrap().remove(0);
    assert!(mail.subject.as_str().starts_with(&format!("{code} – Sign in to ")), "{}", mail.subject.as_str());
    let listed = world.database.texts("select subject from outbox").await;
    assert!(listed.iter().all(|subject| subject.starts_with("Sign in to ") && !subject.contains(&code)), "{listed:?}");
    assert_eq!(listed.len(), 1);
}

/// A server that has no other name is called as it always was.
#[apply(on_both_engines)]
async fn without_it_pages_are_the_products_own(world: World) {
    let server = world.server().await;
    let page = Browser::of(&server).visit("/login").await;
    assert!(page.text().contains(" – Gatepost</title>") && !page.text().contains("brand.css"), "{}", page.text());
    assert_eq!(server.get("/static/brand.css").await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_shown_or_read_refuses_the_start() {
    let at = Installation::on_sqlite();
    fs::write(at.path("page.png"), "<html>").unwrap();
    fs::write(at.path("large.png"), [&b"\x89PNG\r\n\x1a\n"[..], &vec![0; 300_000]].concat()).unwrap();
    let refused = async |settings: &[(&str, &str)], reason: &str| {
        let at = settings.iter().fold(at.another(), |at, (key, value)| at.with(key, value));
        at.run(&["config", "check"]).await.refused(1, reason);
        at.run(&["serve"]).await.refused(1, reason);
    };
    refused(&[("branding.logo", &at.path("page.png").display().to_string())], "expected a picture").await;
    refused(&[("branding.logo", &at.path("large.png").display().to_string())], "larger than 256 KB").await;
    refused(&[("branding.logo", &at.path("none.png").display().to_string())], "none.png").await;
    refused(&[("branding.accent", "#ffcc00")], "the nearest that can is #").await;
    refused(&[("branding.accent", "#0b5394"), ("branding.accent_dark", "#0b5394")], "in the dark scheme").await;
    refused(&[("branding.accent_dark", "#ffffff")], "branding.accent too").await;
    refused(&[("branding.name", "a\u{202e}b")], "a name of at most 60 characters").await;
    refused(&[("branding.terms_url", "javascript:alert(1)")], "an https address").await;
}
