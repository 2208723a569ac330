//! An application's name is a name: neither an address nor a message, and not to be taken for another one.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::json;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, account, authorize, mails_to, operator, web_settings};
use crate::harness::{Installation, Registered, TestServer, World, on_both_engines};

const NEW: &str = "/portal/applications/new";

/// Names that are none.
const NO_NAMES: [&str; 5] = ["Pay at https://evil.example", "evil.example/pay", "Ask x@evil.example", "two\nlines", ""];

async fn register(browser: &Browser, name: &str) -> Page {
    let form = browser.visit(NEW).await.form_with("app-create");
    browser.submit(form, &[("name", name), ("type", "service")]).await
}

async fn developer(server: &TestServer, email: &str) -> Browser {
    let browser = Browser::of(server);
    let page = browser.visit(NEW).await;
    browser.sign_in(server, &page, email, 1).await;
    browser
}

#[apply(on_both_engines)]
async fn what_is_no_name_is_refused_by_the_portal_and_the_api(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let (browser, ops) = (developer(&server, "john@example.com").await, server.machine("gatepost:admin").await);
    let management = server.management().await;
    let long = "x".repeat(61);
    for name in NO_NAMES.into_iter().chain([long.as_str()]) {
        let page = register(&browser, name).await;
        assert_eq!(page.answer.status, 400, "{name:?}");
        let body = json!({ "name": name, "type": "service" });
        let refused = management.call(&ops, Method::POST, "/applications", Some(body)).await;
        assert_eq!(refused.status, 400, "{name:?}");
        assert!(refused.text().contains("'name'"), "{}", refused.text());
    }
    let body = json!({ "name": "x".repeat(60), "type": "service" });
    assert_eq!(management.call(&ops, Method::POST, "/applications", Some(body)).await.status, 201);
}

#[tokio::test]
async fn what_is_no_name_is_refused_on_the_command_line_and_in_the_file() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let refuses = async |words: &[&str]| {
        let ran = at.run(words).await;
        assert!(ran.code == Some(1) && ran.stderr.contains("name"), "{words:?}: {ran:?}");
    };
    for name in NO_NAMES {
        refuses(&["app", "create", "--name", name]).await;
        let file = format!("[[applications]]\nclient_id = \"orders\"\nname = {}\n", json!(name));
        std::fs::write(at.path("names.toml"), file).unwrap();
        refuses(&["--config", "names.toml", "config", "check"]).await;
    }
    // Where no name is declared the client id stands for it.
    std::fs::write(at.path("names.toml"), "[[applications]]\nclient_id = \"pay.evil.example\"\n").unwrap();
    refuses(&["--config", "names.toml", "config", "check"]).await;
}

#[apply(on_both_engines)]
async fn no_developer_takes_a_name_that_passes_for_anothers_or_the_servers(world: World) {
    let mail = "[mail]\nfrom = \"Acme Login <login@example.com>\"";
    let server = world.server_with(mail).await;
    let (john, anna) = (developer(&server, "john@example.com").await, developer(&server, "anna@example.com").await);
    let named = |name: &str| ApplicationSettings::new(name.to_owned(), ApplicationKind::Service);
    Registered::at(&server.rooms, named("Payroll 2")).await;
    assert_eq!(register(&john, "PayPal").await.answer.status, 200);
    for alike in ["PayPal", "paypal", "PaypaI", "Pay-Pal", "Pаypаl", "payro11 2", "PAYROLL  2"] {
        let page = register(&anna, alike).await;
        assert_eq!(page.answer.status, 409, "{alike}");
        assert!(page.text().contains("that of another owner"), "{}", page.text());
        assert!(page.text().contains(alike), "what was typed stays");
    }
    for own in ["Gatepost", "GATEP0ST", "Acme Login", "Αcme Lоgin"] {
        assert_eq!(register(&anna, own).await.answer.status, 403, "{own}");
    }
    assert_eq!(register(&john, "Paypal").await.answer.status, 200, "one's own may look like one's own");
    let page = register(&anna, "Trains").await;
    assert_eq!(page.answer.status, 200);
    // Nor by changing the name afterwards.
    let renamed = anna.submit(page.form_with("app-save"), &[("name", "PaypaI")]).await;
    assert_eq!(renamed.answer.status, 409, "{}", renamed.text());
    // An operator decides for themselves.
    let ops = server.session_of(&operator(&server.rooms, "root@example.com").await).await;
    let body = json!({ "name": "PayPal", "type": "service" });
    let made = server.management().await.call(&ops, Method::POST, "/applications", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text());
}

/// A name in a mail cannot be read as a sentence of this server.
#[apply(on_both_engines)]
async fn mails_quote_names_even_those_of_before(world: World) {
    let server = world.server().await;
    let application = Registered::at(&server.rooms, web_settings("Shop")).await;
    account(&server.rooms, "john@example.com").await;
    let old = "update applications set name = 'Your account is locked, go to http://evil.example'";
    world.database.execute(old).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    browser.enter_address(&page, "john@example.com").await;
    crate::harness::eventually("the mail is sent", async || mails_to(&server, "john@example.com").await == 1).await;
    let mail = server.rooms.mail.caught_mails().unwrap().remove(0);
    assert!(mail.text.contains("sign in to “Your account is locked, go to …” as"), "{}", mail.text);
    assert!(!mail.text.contains("evil.example") && !mail.html.contains("evil.example"), "{}", mail.text);
}

/// An attacker who registers several redirect URIs cannot show one and use another.
#[apply(on_both_engines)]
async fn the_sign_in_page_shows_where_this_request_leads(world: World) {
    let server = world.server().await;
    let uris = [CALLBACK, "https://other.example/cb", "com.example.app:/cb"].map(str::to_owned).to_vec();
    let settings = ApplicationSettings { redirect_uris: uris, ..web_settings("Shop") };
    let application =
        Registered::at(&server.rooms, ApplicationSettings { kind: ApplicationKind::Native, ..settings }).await;
    let shown = [
        (CALLBACK, "www.example.com"),
        ("https://other.example/cb", "other.example"),
        ("com.example.app:/cb", "com.example.app"),
    ];
    for (uri, place) in shown {
        let page = Browser::of(&server).visit(&authorize(&application, &[("redirect_uri", uri)])).await;
        assert!(page.text().contains(&format!("<bdi>{place}</bdi>")), "{uri}: {}", page.text());
    }
}
