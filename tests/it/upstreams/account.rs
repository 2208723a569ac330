//! What people and operators see of it, and how it ends.

use std::time::Duration;

use gatepost::domain::audit::Actor;
use macro_rules_attribute::apply;
use serde_json::Value;

use super::stand_in::StandIn;
use super::{JANE, UNLIMITED, audited, by_mail, connected, identities, is_signed_in, user_at, with_upstream};
use crate::harness::browser::Browser;
use crate::harness::person::{mails_to, operator};
use crate::harness::{World, eventually, on_both_engines};

/// Account page: what is connected, and disconnecting it, which a mail tells of. What it signed in is signed out.
#[apply(on_both_engines)]
async fn a_person_sees_what_is_connected_and_disconnects_it(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = connected(&server, &corp, JANE).await;
    let by_upstream = Browser::of(&server);
    corp.sign_in(&by_upstream).await;
    let page = browser.visit("/account").await;
    assert!(page.text().contains("Corp &#60;b&#62;") && page.text().contains("last used"), "{}", page.text());
    assert!(page.text().contains("Signed in with Corp &#60;b&#62;"), "it stands among the events: {}", page.text());
    // What happens in one moment has no order in the audit log.
    world.clock.advance(Duration::from_secs(1));
    let page = browser.submit(page.form_to("/disconnect"), &[]).await;
    assert!(page.text().contains("is disconnected") && page.text().contains("None is connected"), "{}", page.text());
    assert!(!is_signed_in(&by_upstream).await && is_signed_in(&browser).await);
    let jane = user_at(&server, JANE).await.unwrap();
    assert_eq!(audited(&server, &jane).await.last().unwrap(), "upstream.unlinked corp");
    eventually("three mails", || async { mails_to(&server, JANE).await == 3 }).await;
    let stranger = Browser::of(&server);
    corp.sign_in(&stranger).await;
    assert!(!is_signed_in(&stranger).await, "it opens nothing any more");
}

/// Account page: one more is connected from there, with the same proof. No account is made of it, and nobody is signed in
/// to another one.
#[apply(on_both_engines)]
async fn an_account_is_connected_from_its_own_page(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let account = by_mail(&server, &browser, &page, "me@example.org").await;
    let begun = corp.begin(&browser, &account).await;
    let question = corp.come_back(&browser, &begun).await;
    assert!(question.text().contains(JANE) && question.text().contains("me@example.org"), "{}", question.text());
    let page = browser.submit(question.form_with("upstream-connect"), &[]).await;
    assert!(page.has("change-address"), "{}", page.text());
    assert_eq!(identities(&server, "me@example.org").await, 1);
    assert!(user_at(&server, JANE).await.is_none());
    let policy = account.answer.header("content-security-policy").unwrap();
    assert!(!policy.contains("form-action"), "its button leads to another server: {policy}");
    let other = Browser::of(&server);
    let page = other.visit("/login").await;
    let account = by_mail(&server, &other, &page, "other@example.org").await;
    let begun = corp.begin(&other, &account).await;
    let refused = corp.come_back(&other, &begun).await;
    assert_eq!(refused.answer.status, 409, "it is another account's: {}", refused.text());
    assert!(other.visit("/account").await.text().contains("other@example.org"));
}

/// Account page: ten are enough.
#[apply(on_both_engines)]
async fn an_account_has_ten_identities_at_most(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    by_mail(&server, &browser, &page, "me@example.org").await;
    for number in 0..=10 {
        corp.claim("sub", format!("u-{number}"));
        let page = browser.visit("/account").await;
        let begun = corp.begin(&browser, &page).await;
        let question = corp.come_back(&browser, &begun).await;
        let page = browser.submit(question.form_with("upstream-connect"), &[]).await;
        assert_eq!(page.answer.status.as_u16(), if number < 10 { 200 } else { 409 }, "{}", page.text());
    }
    assert_eq!(identities(&server, "me@example.org").await, 10);
}

/// Export and deletion: it is in the one, and goes with the other.
#[apply(on_both_engines)]
async fn it_is_exported_and_goes_with_the_account(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = connected(&server, &corp, JANE).await;
    let page = browser.visit("/account/export").await;
    let export = browser.post(&page.form_with("export-download"), &[]).await;
    let export: Value = serde_json::from_str(export.text()).unwrap();
    let known = &export["upstreams"][0];
    assert_eq!((&known["name"], &known["sub"], &known["address"]), (&"corp".into(), &"u-1".into(), &JANE.into()));
    assert_eq!(known["issuer"], corp.issuer());
    let page = browser.visit("/account/delete").await;
    browser.submit(page.form_with("delete-submit"), &[("email", JANE)]).await;
    assert!(user_at(&server, JANE).await.is_none());
    assert!(world.database.texts("select id from upstream_identities").await.is_empty());
    let newcomer = Browser::of(&server);
    corp.sign_in(&newcomer).await;
    assert!(is_signed_in(&newcomer).await && user_at(&server, JANE).await.is_some(), "a new account");
}

/// Operator pages: who is known where, and disconnecting it for somebody.
#[apply(on_both_engines)]
async fn an_operator_sees_it_and_disconnects_it(world: World) {
    let (server, corp) = with_upstream(&world).await;
    connected(&server, &corp, JANE).await;
    operator(&server.rooms, "root@example.com").await;
    let jane = user_at(&server, JANE).await.unwrap();
    let root = Browser::of(&server);
    by_mail(&server, &root, &root.visit("/login").await, "root@example.com").await;
    corp.sign_in(&Browser::of(&server)).await;
    let page = root.visit(&format!("/admin/users/{}", jane.sub)).await;
    for way in ["by <bdi>mail</bdi>", "by <bdi>Corp &#60;b&#62;</bdi>"] {
        assert!(page.text().contains(way), "{way} in {}", page.text());
    }
    assert!(!page.text().contains("by <bdi>passkey</bdi>"), "{}", page.text());
    assert!(page.text().contains(&corp.issuer()) && page.text().contains("u-1"), "{}", page.text());
    let page = root.submit(page.form_to("/upstreams/"), &[]).await;
    assert!(page.text().contains("does not sign in here any more"), "{}", page.text());
    assert_eq!(identities(&server, JANE).await, 0);
    eventually("three mails", || async { mails_to(&server, JANE).await == 3 }).await;
}

/// Address change: who gets their address back has every way in taken away that came since.
#[apply(on_both_engines)]
async fn an_address_that_is_given_back_disconnects_everything(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = connected(&server, &corp, JANE).await;
    let page = browser.visit("/account/address").await;
    browser.submit(page.form_with("address-send"), &[("email", "thief@example.org")]).await;
    let link_to = async |to: &'static str, kind: &str| {
        let found = || {
            let mails = server.rooms.mail.caught_mails().unwrap();
            let mut mine = mails.into_iter().filter(|mail| mail.to.as_str() == to);
            mine.find_map(|mail| mail.text.split_whitespace().find(|word| word.contains(kind)).map(str::to_owned))
        };
        eventually("the link", || async { found().is_some() }).await;
        found().unwrap()
    };
    let page = browser.visit(&link_to("thief@example.org", "/account/address/gpa_").await).await;
    browser.submit(page.form_with("address-confirm"), &[]).await;
    let page = Browser::of(&server);
    let undo = page.visit(&link_to(JANE, "/account/undo/gpu_").await).await;
    page.submit(undo.form_with("address-undo"), &[]).await;
    assert_eq!(identities(&server, JANE).await, 0);
    let jane = user_at(&server, JANE).await.unwrap();
    assert!(audited(&server, &jane).await.contains(&"upstream.unlinked corp".to_owned()));
}

/// `[[upstreams]]`: an upstream that is left out of the configuration signs nobody in, and its identities come back with it.
#[apply(on_both_engines)]
async fn an_upstream_that_is_left_out_comes_back_with_its_identities(world: World) {
    let corp = StandIn::start("corp", &world).await;
    let with = format!("{UNLIMITED}{}", corp.declared(""));
    let server = world.server_with(&with).await;
    connected(&server, &corp, JANE).await;
    server.stop().await;
    let server = world.server_with(UNLIMITED).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    assert!(!page.has("upstream-corp"));
    let account = by_mail(&server, &browser, &page, JANE).await;
    assert!(account.text().contains("Not offered here at the moment"), "{}", account.text());
    assert_eq!(browser.get(&corp.callback(&[("code", "c"), ("state", "s")])).await.answer.status, 404);
    server.stop().await;
    // Under another name too: it is the issuer that counts.
    let server = world.server_with(&with.replace("\"corp\"", "\"again\"")).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let mut again = corp;
    again.name = "again";
    let begun = again.begin(&browser, &page).await;
    again.come_back(&browser, &begun).await;
    assert!(is_signed_in(&browser).await);
    server.rooms.people.user_delete(user_at(&server, JANE).await.unwrap().id, &Actor::CommandLine).await.unwrap();
}
