//! The page of a person: where they are signed in, which applications they use, and signing them out.

use macro_rules_attribute::apply;

use super::{root, status};
use crate::harness::browser::Browser;
use crate::harness::{World, on_both_engines, person};

#[apply(on_both_engines)]
async fn it_shows_where_they_are_signed_in_and_what_they_use_and_signs_them_out(world: World) {
    let server = world.server().await;
    let anna = person::account(&server.rooms, "anna@example.com").await;
    let application = person::web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&person::authorize(&application, &[])).await;
    let asked = browser.sign_in(&server, &page, "anna@example.com", 1).await;
    browser.submit(asked.form_with("consent-allow"), &[]).await;
    let root = root(&server).await;
    let address = format!("/admin/users/{}", anna.sub);
    let page = root.visit(&address).await;
    assert_eq!(status(&page), 200);
    let used = format!("<a href=\"/portal/applications/{}\">", application.client_id);
    assert!(page.text().contains(&used) && page.text().contains("last seen"), "{}", page.text());
    assert!(page.text().contains("<code>openid"), "{}", page.text());

    let page = root.submit(page.form_with("user-sign-out"), &[]).await;
    assert!(page.text().contains("signed out everywhere") && page.text().contains("Nowhere."), "{}", page.text());
    assert!(browser.visit("/account").await.has("login-submit"), "the session is over");
}
