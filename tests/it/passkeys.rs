//! Passkeys (WebAuthn Level 3): registered after a sign-in, used to sign in, removed again.

mod register;
mod require;
mod sign_in;

use serde_json::Value;

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::person::CALLBACK;
use crate::harness::{Authenticator, TestServer};

pub(crate) const JOHN: &str = "john@example.com";

/// A browser in which an authenticator's answers are sent as the pages' script sends them.
pub(crate) struct Passkeys<'a> {
    pub(crate) browser: &'a Browser,
}

impl Passkeys<'_> {
    /// The options that the button of this page gets.
    pub(crate) async fn options(&self, page: &Page, button: &str) -> Value {
        let page = self.ask(page, button).await;
        assert_eq!(page.answer.status, 200, "{}", page.text());
        serde_json::from_str(page.text()).unwrap()
    }

    /// What the button's script is answered.
    pub(crate) async fn ask(&self, page: &Page, button: &str) -> Page {
        let (ask, fields) = (attribute(page, button, "data-ask"), fields(page, button));
        self.browser.post(&PageForm { action: ask, fields }, &[]).await
    }

    /// Sends an answer as the button's script does.
    pub(crate) async fn answer(&self, page: &Page, button: &str, answer: &str) -> Page {
        let form = PageForm { action: attribute(page, button, "data-answer"), fields: fields(page, button) };
        self.browser.submit(form, &[("credential", answer)]).await
    }

    /// Adds a passkey at the account page.
    pub(crate) async fn add(&self, authenticator: &mut Authenticator) -> Page {
        let page = self.browser.visit("/account").await;
        let options = self.options(&page, "passkey-add").await;
        self.answer(&page, "passkey-add", &authenticator.create(&options)).await
    }

    /// Signs in at this sign-in page.
    pub(crate) async fn sign_in(&self, page: &Page, authenticator: &mut Authenticator) -> Page {
        let options = self.options(page, "passkey-login").await;
        self.answer(page, "passkey-login", &authenticator.get(&options)).await
    }
}

/// The value of an attribute of a page's button.
pub(crate) fn attribute(page: &Page, button: &str, name: &str) -> String {
    let document = page.document();
    let found = document.with_id(button).and_then(|place| document.at(place).attribute(name).map(str::to_owned));
    found.unwrap_or_else(|| panic!("no #{button} with {name} in {}", page.text()))
}

fn fields(page: &Page, button: &str) -> Vec<(String, String)> {
    let json: Value = serde_json::from_str(&attribute(page, button, "data-fields")).unwrap();
    json.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// A browser in which somebody has signed in by mail and added a passkey.
pub(crate) async fn with_passkey(server: &TestServer, email: &str) -> (Browser, Authenticator) {
    let (browser, mut authenticator) = (Browser::of(server), Authenticator::new());
    let page = browser.visit("/login").await;
    let account = browser.sign_in(server, &page, email, 1).await;
    assert!(account.has("passkey-add"), "{}", account.text());
    let added = Passkeys { browser: &browser }.add(&mut authenticator).await;
    assert!(added.text().contains("The passkey is added"), "{}", added.text());
    (browser, authenticator)
}

/// Whether the answer went back to the application.
pub(crate) fn is_answered(page: &Page) -> bool {
    page.redirect().is_some_and(|address| address.starts_with(CALLBACK) && address.contains("code="))
}
