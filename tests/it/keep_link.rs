//! The link in a warning (docs/deployment.md, "Unused applications"): one page, one button, no signing in.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::flows::life_cycle::Sweep;
use gatepost::flows::people::{Admin, NewUser};
use reqwest::Method;

use crate::harness::browser::Browser;
use crate::harness::{Answer, Registered, TestServer, World, eventually, on_both_engines, service};

const DAY: Duration = Duration::from_hours(24);
const OWNER: &str = "ada@example.com";

async fn pass(world: &World, time: Duration) {
    let until = world.clock.micros() + i64::try_from(time.as_micros()).unwrap();
    world.database.execute(&format!("update heartbeat set alive_until = {until}")).await;
    world.clock.advance(time);
}

async fn sweep(server: &TestServer) {
    server.rooms.life_cycle.sweep_applications(Sweep::Real, &Actor::Schedule).await.unwrap();
}

/// An application of Ada's that was just warned, and the link in its mail.
pub(crate) async fn warned(world: &World, server: &TestServer) -> (Registered, String) {
    server.rooms.life_cycle.heartbeat().await.unwrap();
    let application = Registered::at(&server.rooms, service(|settings| settings.owner = Some(OWNER.to_owned()))).await;
    pass(world, 21 * DAY).await;
    sweep(server).await;
    (application, newest_link(world, 1).await)
}

async fn newest_link(world: &World, count: usize) -> String {
    eventually("the warning", async || world.mail.mails().len() >= count).await;
    let mails = world.mail.mails();
    assert_eq!((mails.len(), mails[0].to.as_str()), (count, OWNER));
    mails[0].text.split_whitespace().find(|word| word.contains("/keep/gpk_")).expect("a link").to_owned()
}

async fn kept_times(world: &World) -> usize {
    world.database.dump().await["audit_events"].iter().filter(|line| line.contains("application.kept")).count()
}

/// Opening it changes nothing, because mail scanners open links. Pressing the button twice has the effect of once.
#[apply(on_both_engines)]
async fn opening_changes_nothing_and_the_button_keeps_once(world: World) {
    let server = world.server().await;
    let (application, link) = warned(&world, &server).await;
    let browser = Browser::of(&server);
    let page = browser.get(&link).await;
    assert!(page.text().contains("<bdi>Orders</bdi>") && page.text().contains("29 March 2026, 12:00 UTC"));
    assert_eq!(page.answer.header("cache-control"), Some("no-store"));
    let path = link.strip_prefix("http://localhost:8080").unwrap();
    server.request(Method::HEAD, path).send().await.unwrap();
    let bare = server.request(Method::POST, path).form(&[("csrf", "guess")]);
    assert_eq!(Answer::of(bare).await.status, 403, "a form that was not shown here");
    let foreign = server.request(Method::POST, path).header("sec-fetch-site", "cross-site");
    assert_eq!(Answer::of(foreign.form(&[("csrf", "guess")])).await.status, 403);
    assert_eq!(kept_times(&world).await, 0);

    pass(&world, DAY).await;
    for _ in 0..2 {
        let done = browser.post(&page.form_with("keep"), &[]).await;
        assert_eq!((done.answer.status.as_u16(), done.redirect().as_deref()), (303, Some(path)));
        assert!(browser.get(&link).await.text().contains("The application is kept"));
    }
    assert_eq!(kept_times(&world).await, 1);
    let kept = server.rooms.store.application(&application.id()).await.unwrap().unwrap();
    assert_eq!(kept.unused_since(), server.rooms.instruments.now());
}

/// It is good until the deactivation, and then says so; another warning has a link of its own.
#[apply(on_both_engines)]
async fn it_is_good_until_the_deactivation(world: World) {
    let server = world.server().await;
    let (_, first) = warned(&world, &server).await;
    let browser = Browser::of(&server);
    browser.submit(browser.get(&first).await.form_with("keep"), &[]).await;
    pass(&world, 21 * DAY).await;
    sweep(&server).await;
    let second = newest_link(&world, 2).await;
    assert_ne!(first, second);
    assert_eq!(browser.get(&first).await.answer.status, 400, "of an idle time that is over");
    let page = browser.get(&second).await;
    for days in [6, 1] {
        pass(&world, days * DAY).await;
        assert!(browser.get(&second).await.has("keep"), "also after the next warning");
        sweep(&server).await;
    }
    let late = browser.submit(page.form_with("keep"), &[]).await;
    assert!(late.text().contains("It is deactivated already"), "{}", late.text());
    assert_eq!(kept_times(&world).await, 1);
    assert_eq!(browser.get("/keep/gpk_0").await.answer.status, 400);
}

/// Mail and page speak the language of the owner's account, and the audit log names the account.
#[apply(on_both_engines)]
async fn mail_and_page_speak_the_owners_language(world: World) {
    let server = world.server().await;
    let locale = Some("de-AT".to_owned());
    let new = NewUser { email: OWNER.parse().unwrap(), name: None, locale, admin: Admin::No };
    let ada = server.rooms.people.user_create(new, &Actor::CommandLine).await.unwrap();
    let (_, link) = warned(&world, &server).await;
    let subject = world.mail.mails()[0].subject.as_str().to_owned();
    assert_eq!(subject, "„Orders“ wird am 29. März 2026, 12:00 Uhr (UTC) deaktiviert");
    let browser = Browser::of(&server);
    let page = browser.get(&link).await;
    assert!(page.text().contains("lang=\"de\"") && page.text().contains(" noch?"));
    browser.submit(page.form_with("keep"), &[]).await;
    let audit = &world.database.dump().await["audit_events"];
    let kept = audit.iter().find(|line| line.contains("application.kept")).unwrap();
    assert!(kept.contains(&ada.id.to_string()), "{kept}");
}
