//! Sign-out at an application's request.

use macro_rules_attribute::apply;

use gatepost::domain::application::ApplicationSettings;
use gatepost::protocol::authorize::LONGEST_STATE;

use super::{JOHN, UNLIMITED, is_page};
use crate::harness::browser::Browser;
use crate::harness::person::{authorize, mails_to, web_settings};
use crate::harness::{Registered, World, on_both_engines};

/// OIDC RP-Initiated Logout §3: no browser is sent to an address that is not proven, and no person is kept signed in.
#[apply(on_both_engines)]
async fn a_bad_sign_out_request_leads_nowhere_but_signs_out_who_wants_it(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let back = "https://www.example.com/bye";
    let settings = ApplicationSettings { post_logout_redirect_uris: vec![back.to_owned()], ..web_settings("Shop") };
    let application = Registered::at(&server.rooms, settings).await;
    let id = &application.client_id;
    let giant = "s".repeat(LONGEST_STATE + 1);
    for (query, said) in [
        (format!("client_id={id}&post_logout_redirect_uri=https://evil.example"), "not registered"),
        (format!("post_logout_redirect_uri={back}"), "client_id or id_token_hint"),
        (format!("id_token_hint=ey.J.x&client_id={id}&post_logout_redirect_uri={back}"), "id_token_hint"),
        ("id_token_hint=ey.J.x".to_owned(), "id_token_hint"),
        ("client_id=no%20such%20thing".to_owned(), "client_id"),
        (format!("client_id={id}&post_logout_redirect_uri={back}&state={giant}"), "8192"),
    ] {
        let browser = Browser::of(&server);
        // A person who is not signed in is told that, and goes nowhere either.
        assert!(is_page(&browser.visit(&format!("/oauth/logout?{query}")).await, 200), "{query}");
        let page = browser.visit(&authorize(&application, &[])).await;
        let mails = mails_to(&server, JOHN).await;
        browser.sign_in(&server, &page, JOHN, mails + 1).await;
        let asked = browser.visit(&format!("/oauth/logout?{query}")).await;
        assert!(is_page(&asked, 200) && asked.has("logout-yes") && asked.text().contains(said), "{}", asked.text());
        let gone = browser.submit(asked.form_with("logout-yes"), &[("decision", "yes")]).await;
        assert!(is_page(&gone, 200), "{query}: {}", gone.text());
        assert_eq!(browser.cookie("gatepost_session"), None, "{query}");
    }
}
