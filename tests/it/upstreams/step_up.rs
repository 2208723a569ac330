//! What a sign-in at an upstream is not enough for.

use macro_rules_attribute::apply;

use super::{JANE, by_mail, connected, identities, is_signed_in, with_upstream, with_upstream_and};
use crate::harness::browser::Browser;
use crate::harness::person::{authorize, operator, web_application};
use crate::harness::{World, on_both_engines};
use crate::passkeys::is_answered;
use gatepost::domain::application::ApplicationSettings;
use gatepost::domain::assurance::RequiredSignIn;

/// OIDC Core §3.1.2.1 `prompt=login`: the upstream is asked for a sign-in anew, and has to say that there was one.
#[apply(on_both_engines)]
async fn a_sign_in_anew_has_to_be_one_at_the_upstream_too(world: World) {
    let (server, corp) = with_upstream(&world).await;
    connected(&server, &corp, JANE).await;
    let application = web_application(&server.rooms).await;
    let now = world.clock.seconds();
    for (auth_time, good) in [(None, false), (Some(now - 600), false), (Some(now), true)] {
        corp.claim("auth_time", serde_json::json!(auth_time));
        let browser = Browser::of(&server);
        let page = browser.visit(&authorize(&application, &[("scope", "openid"), ("prompt", "login")])).await;
        let begun = corp.begin(&browser, &page).await;
        assert_eq!((begun.asked["prompt"].as_str(), begun.asked["max_age"].as_str()), ("login", "0"));
        let page = corp.come_back(&browser, &begun).await;
        assert_eq!(page.has("consent-allow"), good, "{auth_time:?}: {}", page.text());
        if !good {
            assert!(page.text().contains("sign in anew") && page.has("login-submit"), "{}", page.text());
            let page = by_mail(&server, &browser, &page, JANE).await;
            assert!(page.has("consent-allow"), "mail does: {}", page.text());
        }
    }
}

/// OIDC Core §3.1.2.1 `max_age`: a sign-in of which the upstream does not say when it was is not recent.
#[apply(on_both_engines)]
async fn what_the_upstream_does_not_date_is_not_recent(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    corp.sign_in(&browser).await;
    assert!(is_signed_in(&browser).await);
    let application = web_application(&server.rooms).await;
    let page = browser.visit(&authorize(&application, &[("scope", "openid"), ("max_age", "3600")])).await;
    assert!(page.has("login-submit") && page.has("upstream-corp"), "{}", page.text());
    let page = browser.visit(&authorize(&application, &[("scope", "openid")])).await;
    assert!(page.has("consent-allow"), "{}", page.text());
}

/// `require = "passkey"`: an upstream is not enough, and leads to no passkey of its own.
#[apply(on_both_engines)]
async fn an_upstream_is_no_passkey(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let application = web_application(&server.rooms).await;
    let require = |settings: &mut ApplicationSettings| settings.require = RequiredSignIn::Passkey;
    application.settle(&server.rooms, require).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("scope", "openid")])).await;
    let begun = corp.begin(&browser, &page).await;
    let page = corp.come_back(&browser, &begun).await;
    assert!(page.has("login-submit") && !page.has("upstream-corp") && !is_answered(&page), "{}", page.text());
    assert!(!page.has("consent-allow") && !page.has("passkey-add"), "{}", page.text());
    let page = by_mail(&server, &browser, &page, JANE).await;
    assert!(page.has("passkey-add"), "{}", page.text());
}

/// `login.operators = "passkey"`: nor is it one for operators.
#[apply(on_both_engines)]
async fn an_upstream_gives_no_operators_power_where_that_wants_a_passkey(world: World) {
    let (server, corp) = with_upstream_and(&world, "[login]\noperators = \"passkey\"", "").await;
    operator(&server.rooms, JANE).await;
    connected(&server, &corp, JANE).await;
    let browser = Browser::of(&server);
    corp.sign_in(&browser).await;
    assert!(is_signed_in(&browser).await);
    let page = browser.visit("/admin").await;
    assert!(page.has("login-submit") && !page.has("upstream-corp"), "{}", page.text());
}

/// Account page: what changes the account wants a sign-in by mail or with a passkey, however fresh the other one is.
#[apply(on_both_engines)]
async fn what_changes_the_account_wants_more_than_an_upstream(world: World) {
    let (server, corp) = with_upstream(&world).await;
    connected(&server, &corp, JANE).await;
    let browser = Browser::of(&server);
    corp.claim("auth_time", world.clock.seconds());
    let account = corp.sign_in(&browser).await;
    for page in ["/account/delete", "/account/address", "/account/export"] {
        let page = browser.visit(page).await;
        assert!(page.has("login-submit") && !page.has("upstream-corp"), "{}", page.text());
    }
    let refused = browser.submit(account.form_to("/disconnect"), &[]).await;
    assert!(refused.has("login-submit"), "{}", refused.text());
    assert_eq!(identities(&server, JANE).await, 1);
    let page = by_mail(&server, &browser, &browser.visit("/account/delete").await, JANE).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
}
