//! The forms that few people meet on their way: passkeys, other providers, devices, and applications that are not for all.

use gatepost::domain::application::{AccessPolicy, ApplicationSettings};
use macro_rules_attribute::apply;

use super::{SETTINGS, assert_sent};
use crate::device::{enter, signed_in_beside};
use crate::harness::browser::Browser;
use crate::harness::person::{account, authorize, sign_in_letter, sign_in_mails, web_application, web_settings};
use crate::harness::{Registered, World, on_both_engines};
use crate::passkeys::{JOHN, Passkeys, with_passkey};
use crate::upstreams::{by_mail, connected, with_upstream_and};

const PASSKEYS: [&str; 7] = [
    "/account/passkeys/options",
    "/account/passkeys",
    "/account/passkeys/{id}/name",
    "/account/passkeys/{id}/remove",
    "/login/passkey/options",
    "/login/passkey",
    "/login/add-passkey",
];
const UPSTREAMS: [&str; 4] = [
    "/login/upstream/{name}",
    "/login/connect/{id}",
    "/login/connect/{id}/later",
    "/account/upstreams/{id}/disconnect",
];
const DEVICES: [&str; 2] = ["/device", "/device/{id}"];
const NO_ACCESS: [&str; 1] = ["/no-access"];

/// All of them.
pub(super) const LISTS: [&[&str]; 4] = [&PASSKEYS, &UPSTREAMS, &DEVICES, &NO_ACCESS];

/// Where a script sends what an authenticator said, it sends the fields that the page gives it.
#[apply(on_both_engines)]
async fn the_forms_about_passkeys_are_taken_as_they_are_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    let application = web_application(&server.rooms).await;
    let (owner, mut authenticator) = with_passkey(&server, JOHN).await;
    let account = owner.visit("/account").await;
    let renamed = owner.submit(account.form_to("/account/passkeys/"), &[]).await;
    assert_eq!(renamed.answer.status, 200, "{}", renamed.text());

    let browser = Browser::of(&server);
    let login = browser.visit("/login").await;
    let page = Passkeys { browser: &browser }.sign_in(&login, &mut authenticator).await;
    assert!(page.has("passkey-add"), "{}", page.text());
    let removed = browser.submit(page.form_to("/remove"), &[]).await;
    assert_eq!(removed.answer.status, 200, "{}", removed.text());

    let able = Browser::of(&server);
    let login = able.visit(&authorize(&application, &[])).await;
    let before = sign_in_mails(&server, JOHN).len();
    let form = login.form_with("login-submit");
    let waiting = able.submit(form, &[("email", JOHN), ("passkeys", "possible")]).await;
    let letter = sign_in_letter(&server, JOHN, before).await;
    let offer = able.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await;
    let onward = able.submit(offer.form_with("passkey-later"), &[]).await;
    assert!(onward.has("consent-allow"), "{}", onward.text());
    assert_sent(&[&owner, &browser, &able], &PASSKEYS);
}

#[apply(on_both_engines)]
async fn the_forms_about_other_providers_are_taken_as_they_are_shown(world: World) {
    let (server, corp) = with_upstream_and(&world, "", "").await;
    let email = "jane@example.com";
    account(&server.rooms, email).await;
    let doubtful = Browser::of(&server);
    let page = corp.sign_in(&doubtful).await;
    let question = by_mail(&server, &doubtful, &page, email).await;
    let without = doubtful.submit(question.form_with("upstream-later"), &[]).await;
    assert!(without.has("change-address"), "{}", without.text());
    let browser = connected(&server, &corp, email).await;
    let page = browser.visit("/account").await;
    let page = browser.submit(page.form_to("/disconnect"), &[]).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
    assert_sent(&[&doubtful, &browser], &UPSTREAMS);
}

#[apply(on_both_engines)]
async fn the_forms_about_devices_are_taken_as_they_are_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    let (device, _, browser) = signed_in_beside(&server).await;
    for (button, said) in [("device-deny", "access_denied"), ("device-allow", "access_token")] {
        let asked = device.asks().await;
        let question = enter(&browser, &asked.user_code).await;
        let done = browser.submit(question.form_with(button), &[]).await;
        assert_eq!(done.answer.status, 200, "{}", done.text());
        let answer = device.polls(&asked).await;
        assert!(answer.text().contains(said), "{}", answer.text());
    }
    assert_sent(&[&browser], &DEVICES);
}

#[apply(on_both_engines)]
async fn the_form_that_leads_away_from_an_application_is_taken_as_it_is_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    account(&server.rooms, JOHN).await;
    let settings = ApplicationSettings { access: AccessPolicy::Groups, ..web_settings("Shop") };
    let shop = Registered::at(&server.rooms, settings).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&shop, &[])).await;
    let page = browser.sign_in(&server, &page, JOHN, 1).await;
    let answer = browser.submit(page.form_with("no-access-back"), &[]).await.answer_parameters();
    assert_eq!(answer["error"], "access_denied");
    assert_sent(&[&browser], &NO_ACCESS);
}
