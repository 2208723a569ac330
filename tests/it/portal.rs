//! The developer portal: registering applications and looking after them in a browser (PRODUCT §2, DESIGN §10).
//!
//! Shared helpers are here; the rules are in the modules below.

mod access;
mod changes;
mod every_setting;
mod people;
mod registration;
mod webhooks;

use crate::harness::browser::{Browser, Page, PageForm};
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

/// The first form that is sent to an address with this in it.
fn form_to(page: &Page, action: &str) -> PageForm {
    let forms = page.text().split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let form = forms
        .into_iter()
        .find(|form| form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().contains(action));
    let form = form.unwrap_or_else(|| panic!("no form to {action} in {}", page.text()));
    let of = |input: &str, name: &str| Some(input.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.to_owned());
    let hidden = form.split("<input").skip(1).filter(|input| input.contains("type=\"hidden\""));
    PageForm {
        action: of(form, "action").unwrap(),
        fields: hidden.map(|input| (of(input, "name").unwrap(), of(input, "value").unwrap())).collect(),
    }
}

/// What a browser would send with a form beside its hidden fields: every field as it is.
fn filled(page: &Page, id: &str) -> PageForm {
    let mut form = page.form_with(id);
    let wanted = format!("id=\"{id}\"");
    let markup =
        page.text().split("<form").skip(1).find(|form| form.split("</form>").next().unwrap().contains(&wanted));
    let markup = markup.unwrap().split("</form>").next().unwrap();
    for area in markup.split("<textarea").skip(1) {
        let name = area.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        let text = area.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
        form.fields.push((name.to_owned(), text.trim_start_matches('\n').to_owned()));
    }
    for input in markup.split("<input").skip(1).map(|input| input.split('>').next().unwrap()) {
        let of = |name: &str| Some(input.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.to_owned());
        if of("type").as_deref() == Some("text") {
            form.fields.push((of("name").unwrap(), of("value").unwrap_or_default()));
        }
    }
    form
}

fn status(page: &Page) -> u16 {
    page.answer.status.as_u16()
}
