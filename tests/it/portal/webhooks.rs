//! The webhooks of an application: creating one, its deliveries, changing and deleting it.

use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::{Webhook, WebhookOwner};
use gatepost::flows::webhooks::{NewWebhook, VisibleWebhooks};
use macro_rules_attribute::apply;
use reqwest::Method;

use super::{ANNA, JOHN, NEW, address, developer, element, register, registered, service, status, tab, tag};
use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::{Answer, Receiver, Registered, Reply, TestServer, World, eventually, on_both_engines};

fn new_page(application: &Registered) -> String {
    format!("{}/webhooks/new", address(application))
}

/// Creates a webhook for all events; returns the page that follows.
async fn made(browser: &Browser, application: &Registered, url: &str) -> Page {
    let form = browser.visit(&new_page(application)).await.form_with("hook-create");
    let page = browser.submit(form, &[("url", url), ("which", "all")]).await;
    assert!(page.has("hook-secret"), "{}", page.text());
    page
}

fn page_of(application: &Registered, page: &Page) -> String {
    format!("{}/webhooks/{}", address(application), element(page, "hook-id"))
}

async fn stored(server: &TestServer, page: &Page) -> Webhook {
    let id = element(page, "hook-id").parse().unwrap();
    server.rooms.webhooks.webhook(id, &VisibleWebhooks::Everything).await.unwrap()
}

/// The page of a webhook once it says this.
async fn saying(browser: &Browser, page: &str, said: &str) -> Page {
    eventually(said, async || browser.visit(page).await.text().contains(said)).await;
    browser.visit(page).await
}

#[apply(on_both_engines)]
async fn a_webhook_is_made_shows_its_secret_once_and_its_messages(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let page = tab(&browser, &application, "insight").await;
    assert!(page.has("hook-new") && page.text().contains("None yet."), "{}", page.text());
    let form = browser.visit(&new_page(&application)).await;
    assert!(
        form.text().contains("One of its secrets is refused from now on.") && !form.text().contains("user.created")
    );
    let url = receiver.url();
    let fields = [("url", url.as_str()), ("which", "chosen"), ("event", "secret.added"), ("event", "secret.revoked")];
    let page = browser.submit(form.form_with("hook-create"), &fields).await;
    assert!(
        page.text().contains("The webhook is made.") && page.text().contains("nothing was sent yet"),
        "{}",
        page.text()
    );
    let (secret, own) = (element(&page, "hook-secret"), page_of(&application, &page));
    let again = browser.visit(&own).await;
    assert!(!again.has("hook-secret") && !again.text().contains(&secret), "a secret is shown once");

    let sent = browser.submit(again.form_with("hook-ping"), &[]).await;
    assert!(sent.text().contains("A test event is on its way."), "{}", sent.text());
    saying(&browser, &own, "The receiver answered 204").await;
    browser.submit(tab(&browser, &application, "credentials").await.form_with("app-rotate-secret"), &[]).await;
    browser.submit(tab(&browser, &application, "danger").await.form_with("app-deactivate"), &[]).await;
    eventually("the new secret is told", async || receiver.received().len() == 2).await;
    let mut events = receiver.events();
    events.sort();
    assert_eq!(events, ["ping", "secret.added"]);
    assert!(receiver.received().iter().all(|message| message.is_signed_with(&secret)));
    let list = saying(&browser, &format!("{}/insight", address(&application)), "last message taken").await;
    assert!(list.text().contains("secret.added, secret.revoked") && list.text().contains(&own), "{}", list.text());
    assert_eq!(
        browser.get(&format!("{}/webhooks", address(&application))).await.redirect().unwrap(),
        format!("{}/insight#webhooks", address(&application))
    );
    assert_eq!(browser.get(&format!("{own}/ping")).await.redirect().unwrap(), own, "what showed the page again");
}

#[apply(on_both_engines)]
async fn two_clicks_make_one_webhook_and_one_new_secret(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let form = browser.visit(&new_page(&application)).await.form_with("hook-create");
    let (url, all) = (receiver.url(), ("which", "all"));
    let fields = [("url", url.as_str()), all];
    let (first, second) = tokio::join!(browser.post(&form, &fields), browser.post(&form, &fields));
    assert_eq!((status(&first), first.redirect()), (303, second.redirect()));
    let owner = WebhookOwner::Application(application.id());
    assert_eq!(server.rooms.webhooks.webhooks_of(&owner).await.unwrap().len(), 1);
    let page = browser.visit(&first.redirect().unwrap()).await;
    assert!(page.has("hook-secret"), "whichever answer the browser shows: {}", page.text());
    let rotate = page.form_with("hook-rotate");
    browser.post(&rotate, &[]).await;
    let rotated = browser.submit(rotate, &[]).await;
    browser.submit(rotated.form_with("hook-ping"), &[]).await;
    eventually("the test event arrives", async || receiver.received().len() == 1).await;
    let message = receiver.received().remove(0);
    assert!(
        message.is_signed_with(&element(&rotated, "hook-secret"))
            && message.is_signed_with(&element(&page, "hook-secret"))
    );
}

#[apply(on_both_engines)]
async fn what_is_wrong_with_a_webhook_is_said_beside_its_field(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let form = browser.visit(&new_page(&application)).await;
    let good = "https://93.184.215.14/hooks";
    for (url, which, event, problem, said) in [
        ("http://example.com/", "all", "", "hook-url", "An address for messages is https; http is for localhost only."),
        ("", "all", "", "hook-url", "An address for messages is a URL such as"),
        ("https://10.0.0.1/", "all", "", "hook-url", "leads to no public address"),
        ("\"><script>alert(1)</script>", "all", "", "hook-url", "is a URL such as"),
        (good, "chosen", "", "hook-events", "Tick at least one event"),
        (good, "chosen", "secret.exploded", "hook-events", "There is no such event."),
        (good, "chosen", "user.created", "hook-events", "is not told to the webhooks of an application"),
    ] {
        let mut fields = vec![("url", url), ("which", which), ("event", event)];
        fields.retain(|(_, value)| !value.is_empty());
        let refused = browser.submit(form.form_with("hook-create"), &fields).await;
        assert_eq!(status(&refused), 400, "{url} {event}");
        assert!(
            refused.has(&format!("{problem}-problem")) && refused.text().contains(said),
            "{said} in {}",
            refused.text()
        );
        assert!(
            refused.text().contains(&format!("<a href=\"#{problem}\">")) && refused.text().contains("<title>Error: ")
        );
        assert!(!refused.text().contains("<script>alert"));
        assert!(tag(&refused, &format!("which-{which}")).contains("checked"));
    }
    let both = browser.submit(form.form_with("hook-create"), &[("url", "nonsense"), ("which", "chosen")]).await;
    assert!(both.has("hook-url-problem") && both.has("hook-events-problem"));
    assert!(tag(&both, "hook-url").contains("value=\"nonsense\"") && tag(&both, "hook-url").contains("aria-invalid"));
    let ticked = [("url", "nonsense"), ("which", "chosen"), ("event", "secret.added")];
    let kept = browser.submit(form.form_with("hook-create"), &ticked).await;
    assert!(kept.text().contains("value=\"secret.added\" checked>"), "{}", kept.text());

    let owner = WebhookOwner::Application(application.id());
    for _ in 0..5 {
        let new = NewWebhook { owner: owner.clone(), url: good.parse().unwrap(), events: Vec::new() };
        server.rooms.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap();
    }
    let full = browser.submit(form.form_with("hook-create"), &[("url", good), ("which", "all")]).await;
    assert_eq!(status(&full), 409);
    assert!(full.text().contains("There are 5 webhooks already, and no more are allowed."), "{}", full.text());
    let list = tab(&browser, &application, "insight").await;
    assert!(!list.has("hook-new") && list.text().contains("no more are allowed"), "{}", list.text());
    assert_eq!(server.rooms.webhooks.webhooks_of(&owner).await.unwrap().len(), 5);
}

#[apply(on_both_engines)]
async fn a_webhook_is_changed_given_another_secret_paused_and_deleted(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let page = made(&browser, &application, "https://93.184.215.14/hooks").await;
    let (first, own) = (element(&page, "hook-secret"), page_of(&application, &page));

    let url = receiver.url();
    let change =
        [("url", url.as_str()), ("which", "chosen"), ("event", "application.kept"), ("event", "application.changed")];
    let page = browser.submit(page.form_with("hook-save"), &change).await;
    assert!(page.text().contains("The webhook is changed.") && page.text().contains(&url), "{}", page.text());
    let changed = stored(&server, &page).await;
    assert_eq!(
        changed.events.iter().map(|event| event.name()).collect::<Vec<_>>(),
        ["application.kept", "application.changed"]
    );
    let unticked = page.form_with("hook-save").without("event");
    let refused = browser.submit(unticked, &[("url", "nonsense"), ("which", "chosen")]).await;
    assert_eq!(
        (status(&refused), refused.has("hook-url-problem"), refused.has("hook-events-problem")),
        (400, true, true)
    );
    assert!(tag(&refused, "hook-url").contains("value=\"nonsense\""), "{}", refused.text());
    assert_eq!(stored(&server, &page).await, changed);

    let page = browser.submit(page.form_with("hook-rotate"), &[]).await;
    let second = element(&page, "hook-secret");
    assert!(first != second && page.text().contains("The webhook has a new secret."), "{}", page.text());
    assert!(!browser.visit(&own).await.has("hook-secret"), "a secret is shown once");
    browser.submit(page.form_with("hook-ping"), &[]).await;
    eventually("the test event arrives", async || receiver.received().len() == 1).await;
    assert!([&first, &second].into_iter().all(|secret| receiver.received()[0].is_signed_with(secret)));

    let ping = page.form_with("hook-ping");
    let page = browser.submit(page.form_with("hook-disable"), &[]).await;
    assert!(page.has("hook-enable") && !page.has("hook-ping") && !page.has("hook-disable"), "{}", page.text());
    assert!(page.text().contains("by hand"), "{}", page.text());
    let late = browser.submit(ping, &[]).await;
    assert_eq!(status(&late), 409);
    assert!(late.text().contains("The webhook is disabled; enable it first."), "{}", late.text());
    let page = browser.submit(late.form_with("hook-enable"), &[]).await;
    assert!(page.has("hook-ping") && page.text().contains("The webhook is sent messages again."), "{}", page.text());

    let list = browser.submit(page.form_with("hook-delete"), &[]).await;
    assert!(list.text().contains("The webhook is deleted.") && list.text().contains("None yet."), "{}", list.text());
    assert_eq!(status(&browser.visit(&own).await), 404);
    assert_eq!(status(&browser.post(&page.form_with("hook-delete"), &[]).await), 404, "sent twice");
}

#[apply(on_both_engines)]
async fn a_message_shows_what_was_answered_and_is_sent_again_by_hand(world: World) {
    let (server, receiver) = (world.server().await, Receiver::replying(Reply::Later(503, "120".to_owned())).await);
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let page = made(&browser, &application, &receiver.url()).await;
    let own = page_of(&application, &page);
    browser.submit(page.form_with("hook-ping"), &[]).await;
    let said = "The receiver answered 503 and asked to wait for 120 s.";
    let page = saying(&browser, &own, said).await;
    for said in
        ["Not taken yet", "next <time datetime=\"2026-03-01T12:02:00Z\">", "nothing got through since", "Failing"]
    {
        assert!(page.text().contains(said), "{said} in {}", page.text());
    }
    receiver.reply(Reply::Status(204));
    let now = page.form_to("/again");
    let page = browser.submit(now.clone(), &[]).await;
    assert!(page.text().contains("The message is on its way again."), "{}", page.text());
    let page = saying(&browser, &own, "The receiver answered 204").await;
    assert!(page.text().contains("Delivered") && page.text().contains("Deliver again"), "{}", page.text());
    browser.submit(page.form_to("/again"), &[]).await;
    eventually("it arrives once more", async || receiver.received().len() == 3).await;
    let messages = receiver.received();
    assert!(messages.iter().all(|message| message.id() == messages[0].id()), "a receiver can tell");
    for unknown in ["01936f00-0000-7000-8000-000000000000", "nonsense"] {
        let form = PageForm { action: format!("{own}/messages/{unknown}/again"), ..now.clone() };
        let refused = browser.submit(form, &[]).await;
        assert_eq!(status(&refused), 409);
        assert!(refused.text().contains("This message cannot be sent again"), "{}", refused.text());
    }

    receiver.reply(Reply::Status(410));
    let page = saying(&browser, &own, "Deliver again").await;
    browser.submit(page.form_with("hook-ping"), &[]).await;
    let page = saying(&browser, &own, "because the receiver answered 410 Gone").await;
    assert!(page.has("hook-enable") && !page.text().contains("Deliver again"), "{}", page.text());
}

#[apply(on_both_engines)]
async fn a_webhook_is_found_at_its_own_application_only(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
    let (_, application) = service(&john).await;
    let other = register(&john, &[("name", "Other"), ("type", "service")]).await;
    let other = Registered::from_id(&element(&other, "app-client-id"));
    let annas = registered(&register(&anna, &[("name", "Bills"), ("type", "service")]).await);
    let page = made(&john, &application, &receiver.url()).await;
    let own = page_of(&application, &page);
    let new = NewWebhook { owner: WebhookOwner::Server, url: receiver.url().parse().unwrap(), events: Vec::new() };
    let servers = server.rooms.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap().webhook.id.to_string();
    let hook = element(&page, "hook-id");
    for (browser, of, id) in [
        (&john, &other, &hook),
        (&john, &application, &servers),
        (&anna, &application, &hook),
        (&anna, &annas, &hook),
        (&john, &application, &"nonsense".to_owned()),
    ] {
        let page = format!("{}/webhooks/{id}", address(of));
        assert_eq!(status(&browser.visit(&page).await), 404, "{page}");
        let own = browser.visit(NEW).await.form_with("app-create");
        for action in ["change", "ping", "rotate-secret", "enable", "disable", "delete"] {
            let form = PageForm { action: format!("{page}/{action}"), ..own.clone() };
            assert_eq!(status(&browser.post(&form, &[]).await), 404, "{page}/{action}");
        }
    }
    assert_eq!(status(&john.visit(&own).await), 200);
    // The page of a deleted application has none.
    john.submit(tab(&john, &application, "danger").await.form_with("app-delete"), &[("name", "Orders")]).await;
    assert_eq!(status(&john.visit(&own).await), 404);
}

/// Only a page that a person can read takes the secret away from the browser.
#[apply(on_both_engines)]
async fn a_secret_that_nobody_has_seen_is_still_there(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let form = browser.visit(&new_page(&application)).await.form_with("hook-create");
    let sent = browser.post(&form, &[("url", receiver.url().as_str()), ("which", "all")]).await;
    let target = sent.redirect().unwrap();
    let cookies = ["gatepost_session", "gatepost_browser", "gatepost_shown_once"];
    let cookies = cookies.map(|name| format!("{name}={}", browser.cookie(name).unwrap())).join("; ");
    let path = target.strip_prefix(server.issuer()).unwrap_or(&target);
    let head = Answer::of(server.request(Method::HEAD, path).header("cookie", cookies)).await;
    assert_eq!((head.status.as_u16(), head.headers.contains_key("set-cookie")), (200, false), "{head:?}");
    world.database.execute("alter table webhook_deliveries rename to elsewhere").await;
    let broken = browser.get(&target).await;
    assert!(status(&broken) >= 500, "{}", broken.text());
    assert!(browser.cookie("gatepost_shown_once").is_some());
    world.database.execute("alter table elsewhere rename to webhook_deliveries").await;
    assert!(browser.get(&target).await.has("hook-secret"));
    assert_eq!(browser.cookie("gatepost_shown_once"), None);
    assert!(!browser.get(&target).await.has("hook-secret"));
}
