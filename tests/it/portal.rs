//! The developer portal: registering applications and looking after them in a browser (PRODUCT §2, DESIGN §10).
//!
//! Shared helpers are here; the rules are in the modules below.

mod access;
mod changes;
mod every_setting;
mod logo;
mod people;
mod registration;
mod try_sign_in;
mod webhooks;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Registered, TestServer};

const JOHN: &str = "john@example.com";
const ANNA: &str = "anna@example.com";
const APPLICATIONS: &str = "/portal/applications";
const NEW: &str = "/portal/applications/new";

/// A browser in which this person is signed in to the portal.
async fn developer(server: &TestServer, email: &str) -> Browser {
    let browser = Browser::of(server);
    let page = browser.visit(APPLICATIONS).await;
    let list = browser.sign_in(server, &page, email, 1).await;
    assert!(list.text().contains("Your applications"), "{}", list.text());
    browser
}

/// Registers an application; the page that follows.
async fn register(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    let form = browser.visit(NEW).await;
    browser.submit(form.form_with("app-create"), fields).await
}

async fn service(browser: &Browser) -> (Page, Registered) {
    let page = register(browser, &[("name", "Orders"), ("type", "service")]).await;
    let application = registered(&page);
    (page, application)
}

/// What an application's page shows once: whose secret, and the secret.
fn registered(page: &Page) -> Registered {
    Registered { client_id: element(page, "app-client-id"), secret: element(page, "app-client-secret") }
}

fn address(application: &Registered) -> String {
    format!("{APPLICATIONS}/{}", application.client_id)
}

/// A tab of an application's page.
async fn tab(browser: &Browser, application: &Registered, name: &str) -> Page {
    browser.visit(&format!("{}/{name}", address(application))).await
}

/// The text of an element.
fn element(page: &Page, id: &str) -> String {
    let (_, rest) = page.text().split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{}", page.text()));
    rest.split_once('>').unwrap().1.split('<').next().unwrap().replace("&#34;", "\"")
}

/// The element that has this id, from its `<` to its `>`.
fn tag(page: &Page, id: &str) -> String {
    let at = page.text().find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no #{id} in {}", page.text()));
    let start = page.text()[..at].rfind('<').unwrap();
    page.text()[start..].split('>').next().unwrap().to_owned()
}

fn status(page: &Page) -> u16 {
    page.answer.status.as_u16()
}
