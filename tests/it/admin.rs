//! The operator pages: who sees them, what they show, what can be done there, and when a fresh sign-in is needed.

mod languages;
mod person;
mod webhooks;

use macro_rules_attribute::apply;
use std::sync::Arc;
use std::time::Duration;

use gatepost::config::Config;
use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::ClientId;
use gatepost::domain::user::{User, UserState};
use gatepost::flows::applications::{DELETE, NewApplication};

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::person::{account, operator};
use crate::harness::{TestServer, World, on_both_engines};

const ROOT: &str = "root@example.com";
const JOHN: &str = "john@example.com";

const PAGES: [&str; 11] = [
    "/admin",
    "/admin/approvals",
    "/admin/applications",
    "/admin/users",
    "/admin/groups",
    "/admin/audit",
    "/admin/keys",
    "/admin/mail",
    "/admin/webhooks",
    "/admin/scopes",
    "/admin/settings",
];

/// A browser in which an operator is signed in.
async fn root(server: &TestServer) -> Browser {
    operator(&server.rooms, ROOT).await;
    signed_in(server, "/admin", ROOT).await
}

/// A browser in which this person is signed in.
async fn signed_in(server: &TestServer, page: &str, email: &str) -> Browser {
    let browser = Browser::of(server);
    let sign_in = browser.visit(page).await;
    browser.sign_in(server, &sign_in, email, 1).await;
    browser
}

fn status(page: &Page) -> u16 {
    page.answer.status.as_u16()
}

async fn fresh(server: &TestServer, user: &User) -> User {
    server.rooms.store.user(user.id).await.unwrap().unwrap()
}

/// What the audit log says happened to this, oldest first.
async fn history(server: &TestServer, subject: &str) -> Vec<String> {
    let lines = server.rooms.store.audit_of(subject).await.unwrap();
    lines.into_iter().map(|line| line.event).collect()
}

/// The client id of an application that John has registered and that waits for more.
async fn waiting(server: &TestServer) -> ClientId {
    let john = signed_in(server, "/portal/applications", JOHN).await;
    let form = john.visit("/portal/applications/new").await.form_with("app-create");
    let fields =
        [("name", "Orders <b>"), ("type", "service"), ("scopes", "openid orders:write"), ("reason", "We <sync>.")];
    let page = john.submit(form, &fields).await;
    let (_, rest) = page.text().split_once("id=\"app-client-id\"").unwrap();
    rest.split_once('>').unwrap().1.split('<').next().unwrap().parse().unwrap()
}

#[apply(on_both_engines)]
async fn the_pages_are_there_for_operators_and_for_nobody_else(world: World) {
    let server = world.server().await;
    let user = account(&server.rooms, "anna@example.com").await;
    let own = format!("/admin/users/{}", user.sub);
    let (root, john) = (root(&server).await, signed_in(&server, "/portal/applications", JOHN).await);
    let anonymous = Browser::of(&server);
    for page in PAGES.into_iter().chain([own.as_str(), "/admin/audit/export?format=csv"]) {
        assert_eq!(status(&root.get(page).await), 200, "{page}");
        assert_eq!(status(&john.get(page).await), 404, "{page}");
        let sent = anonymous.get(page).await;
        let back = sent.redirect().unwrap();
        assert!(status(&sent) == 303 && back.starts_with("/login?return_to=/admin"), "{page}: {back}");
    }
    assert_eq!(status(&root.get("/admin/users/nobody").await), 404);
    let overview = root.get("/admin").await;
    assert!(
        overview.has("all-well") && overview.text().contains("aria-current=\"true\">Overview"),
        "{}",
        overview.text()
    );
}

#[apply(on_both_engines)]
async fn a_form_that_is_not_ours_changes_nothing(world: World) {
    let server = world.server().await;
    let user = account(&server.rooms, "anna@example.com").await;
    let (root, john) = (root(&server).await, signed_in(&server, "/portal/applications", JOHN).await);
    let of_user = ["disable", "enable", "delete", "promote", "demote", "sign-out"]
        .map(|what| format!("/admin/users/{}/{what}", user.sub));
    let others = ["/admin/keys/rotate", "/admin/keys/revoke", "/admin/approvals/x/grant", "/admin/approvals/x/refuse"];
    let before = history(&server, &user.sub).await;
    for action in of_user.into_iter().chain(others.map(str::to_owned)) {
        let form =
            PageForm { action: action.clone(), fields: vec![("email".to_owned(), "anna@example.com".to_owned())] };
        assert_eq!(status(&root.post(&form, &[]).await), 403, "{action}");
        assert_eq!(status(&root.post(&form, &[("csrf", "guessed")]).await), 403, "{action}");
        assert_eq!(status(&john.post(&form, &[]).await), 404, "{action}");
    }
    assert_eq!(history(&server, &user.sub).await, before);
    assert_eq!(fresh(&server, &user).await, user);
}

#[apply(on_both_engines)]
async fn what_developers_ask_for_is_granted_or_refused(world: World) {
    let server = world.server().await;
    let client_id = waiting(&server).await;
    let root = root(&server).await;
    assert!(root.get("/admin").await.text().contains("1 request waits"));
    let page = root.get("/admin/approvals").await;
    for said in ["<code>orders:write</code>", "We &#60;sync&#62;.", "Orders &#60;b&#62;", JOHN] {
        assert!(page.text().contains(said), "{said} in {}", page.text());
    }
    let done = root.submit(page.form_with("grant-1"), &[]).await;
    assert!(done.text().contains("Granted.") && done.text().contains("Nothing waits."), "{}", done.text());
    let application = server.rooms.store.application(&client_id).await.unwrap().unwrap();
    assert!(application.settings.scope.contains("orders:write"));
    assert!(history(&server, client_id.as_str()).await.contains(&"application.approval_decided".to_owned()));
    // A decision is final.
    assert_eq!(status(&root.post(&page.form_with("refuse-1"), &[]).await), 404);
}

#[apply(on_both_engines)]
async fn an_account_is_disabled_enabled_raised_and_deleted(world: World) {
    let server = world.server().await;
    let anna = account(&server.rooms, "anna@example.com").await;
    let root = root(&server).await;
    let page = format!("/admin/users/{}", anna.sub);
    let shown = root.submit(root.get(&page).await.form_with("user-disable"), &[]).await;
    assert!(matches!(fresh(&server, &anna).await.state, UserState::Disabled { .. }) && !shown.has("user-disable"));
    let shown = root.submit(shown.form_with("user-enable"), &[]).await;
    assert!(fresh(&server, &anna).await.is_active());
    let shown = root.submit(shown.form_with("user-promote"), &[]).await;
    assert!(fresh(&server, &anna).await.admin);
    let shown = root.submit(shown.form_with("user-demote"), &[]).await;
    assert!(!fresh(&server, &anna).await.admin);
    let refused = root.submit(shown.form_with("user-delete"), &[("email", "anna@example.org")]).await;
    assert!(status(&refused) == 400 && refused.has("delete-email-problem") && fresh(&server, &anna).await.is_active());
    let list = root.submit(refused.form_with("user-delete"), &[("email", " Anna@example.com ")]).await;
    assert!(list.text().contains("The account is deleted.") && !list.text().contains("anna@example.com"));
    // The clock stands still, so the log knows no order.
    let mut events = history(&server, &anna.sub).await;
    events.sort_unstable();
    let all = ["changed", "changed", "created", "deleted", "disabled", "enabled"].map(|what| format!("user.{what}"));
    assert_eq!(events, all);
    let own = server.rooms.store.user_by_email(&ROOT.parse().unwrap()).await.unwrap().unwrap();
    let page = root.get(&format!("/admin/users/{}", own.sub)).await;
    assert!(!page.has("user-demote") && !page.has("user-delete"), "{}", page.text());
    let form = PageForm {
        action: format!("/admin/users/{}/demote", own.sub),
        ..root.get("/admin").await.form_with("sign-out")
    };
    assert_eq!((status(&root.post(&form, &[]).await), fresh(&server, &own).await.admin), (409, true));
}

#[apply(on_both_engines)]
async fn a_change_that_matters_wants_a_fresh_sign_in(world: World) {
    let server = world.server().await;
    let anna = account(&server.rooms, "anna@example.com").await;
    let root = root(&server).await;
    let path = format!("/admin/users/{}", anna.sub);
    let page = root.get(&path).await;
    let keys = root.get("/admin/keys").await;
    world.clock.advance(Duration::from_secs(15 * 60 + 1));
    for (form, back) in [
        (page.form_with("user-disable"), path.as_str()),
        (page.form_with("user-promote"), path.as_str()),
        (page.form_with("user-delete"), path.as_str()),
        (keys.form_with("key-rotate-now"), "/admin/keys"),
    ] {
        let sent = root.post(&form, &[("email", "anna@example.com")]).await;
        assert_eq!(sent.redirect().unwrap(), format!("/login?fresh=1&return_to={back}"));
    }
    assert_eq!(fresh(&server, &anna).await, anna);
    // With a session they are asked all the same, and come back to the page they were at.
    let again = root.get(&format!("/login?fresh=1&return_to={path}")).await;
    assert!(
        again.text().contains("It is a while since you signed in") && again.text().contains(ROOT),
        "{}",
        again.text()
    );
    let page = root.sign_in(&server, &again, ROOT, 2).await;
    root.submit(page.form_with("user-disable"), &[]).await;
    assert!(!fresh(&server, &anna).await.is_active());
    // Without `fresh`, the session is enough.
    assert_eq!(root.get("/login?return_to=/admin").await.redirect().as_deref(), Some("/admin"));
}

#[apply(on_both_engines)]
async fn keys_are_rotated_and_revoked_by_their_id(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    let page = root.get("/admin/keys").await;
    assert!(
        page.text().contains("<svg viewBox=\"0 0 1000 ") && page.text().contains("class=\"issued\""),
        "{}",
        page.text()
    );
    let page = root.submit(page.form_with("key-rotate-now"), &[]).await;
    assert!(page.text().contains("sign from now on"), "{}", page.text());
    let form = page.form_with("revoke-1");
    let kid = form.fields.iter().find(|(name, _)| name == "kid").unwrap().1.clone();
    let refused = root.post(&form, &[("typed", "something else")]).await;
    assert_eq!(status(&refused), 400);
    assert!(!history(&server, &kid).await.contains(&"key.revoked".to_owned()));
    let done = root.submit(form.clone(), &[("typed", &kid)]).await;
    assert!(done.text().contains("The key is revoked.") && done.text().contains("class=\"failed\""), "{}", done.text());
    assert!(history(&server, &kid).await.contains(&"key.revoked".to_owned()));
    assert_eq!(status(&root.post(&form, &[("typed", &kid)]).await), 404);
}

#[apply(on_both_engines)]
async fn lists_are_searched_and_read_page_by_page(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    let client_id = waiting(&server).await;
    for number in 0..60 {
        world.clock.advance(Duration::from_millis(1));
        account(&server.rooms, &format!("p{number}@example.com")).await;
    }
    for search in ["ORDERS", client_id.as_str(), JOHN] {
        let page = root.get(&format!("/admin/applications?q={search}&state=active")).await;
        assert!(page.text().contains(client_id.as_str()) && page.text().contains(JOHN), "{search} in {}", page.text());
    }
    for search in ["nothing", "nobody@example.com", "%25"] {
        let page = root.get(&format!("/admin/applications?q={search}")).await;
        assert!(page.text().contains("There is no such application."), "{search}");
    }
    let first = root.get("/admin/users?q=example.com").await;
    assert!(first.text().contains(">p59@example.com<") && !first.text().contains(">p0@example.com<"));
    let (_, link) = first.text().split_once("id=\"next-page\" href=\"").unwrap();
    let second = root.get(&link.split('"').next().unwrap().replace("&#38;", "&")).await;
    assert!(second.text().contains(">p0@example.com<") && !second.has("next-page"), "{}", second.text());
    let events = root.get("/admin/audit?event=user.created").await;
    assert!(events.has("next-page") && events.text().contains("command line"));
    let mine = root.get(&format!("/admin/audit?subject={client_id}")).await;
    assert!(mine.text().contains("application.created") && mine.text().contains(JOHN), "{}", mine.text());
    assert_eq!(status(&root.get("/admin/audit?from=yesterday").await), 400);
    assert!(root.get("/admin/audit?to=1999-12-31").await.text().contains("Nothing of the kind"));
}

#[apply(on_both_engines)]
async fn the_audit_log_is_a_file_too(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    let csv = root.get("/admin/audit/export?format=csv&event=user.created").await;
    assert_eq!(csv.answer.header("content-disposition"), Some("attachment; filename=\"audit.csv\""));
    let mut lines = csv.text().lines();
    assert_eq!(lines.next(), Some("id,at,actor,event,subject,detail"));
    let lines: Vec<&str> = lines.collect();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.contains("\"command line\",\"user.created\"")),
        "{}",
        csv.text()
    );
    world
        .database
        .execute(
            "insert into audit_events (id, at, actor, event, subject, detail) values \
        ('01980000-0000-7000-8000-000000000000', 0, 'schedule', 'old.done', '=1+1', '')",
        )
        .await;
    let formula = root.get("/admin/audit/export?format=csv&event=old.done").await;
    assert!(formula.text().contains("\"'=1+1\""), "{}", formula.text());
    let ndjson = root.get("/admin/audit/export?format=ndjson&event=user.created").await;
    let line: serde_json::Value = serde_json::from_str(ndjson.text().lines().next().unwrap()).unwrap();
    assert_eq!((line["event"].as_str(), line["actor"].as_str()), (Some("user.created"), Some("command line")));
    for bad in ["/admin/audit/export?format=xls", "/admin/applications?q=a&q=b"] {
        let page = root.get(bad).await;
        assert!(status(&page) == 400 && page.text().contains("has a mistake in it"), "{}", page.text());
        assert!(!page.text().contains("sent you here"), "{}", page.text());
    }
}

#[apply(on_both_engines)]
async fn lost_mail_and_settings_are_shown_without_secrets(world: World) {
    let server = world.server().await;
    let toml =
        "[server]\nissuer = \"https://login.example.com\"\n[mail]\nurl = \"smtps://me:hunter2@mail.example.com\"\n";
    let loaded = Config::from_toml("gatepost.toml", toml, &[]).unwrap();
    server.rooms.sources.store(Some(Arc::new(loaded.sources)));
    world
        .database
        .execute(
            "insert into outbox (id, recipient, subject, master_key_id, created_at, not_after, attempts, \
         next_attempt_at, given_up_at, last_error) values ('019a0000-0000-7000-8000-000000000000', 'gone@example.com', \
         'Sign in', 'k', 0, 4000000000000000, 3, 0, 1, '550 no such mailbox')",
        )
        .await;
    let root = root(&server).await;
    let overview = root.get("/admin").await;
    assert!(overview.text().contains("1 mail was given up") && !overview.has("all-well"), "{}", overview.text());
    let mail = root.get("/admin/mail").await;
    assert!(mail.text().contains("gone@example.com") && mail.text().contains("550 no such mailbox"), "{}", mail.text());
    let settings = root.get("/admin/settings").await;
    assert!(settings.text().contains("https://login.example.com") && settings.text().contains("gatepost.toml:2:"));
    assert!(settings.text().contains("me:********@mail.example.com") && !settings.text().contains("hunter2"));
}

/// A server without an operator has a link for the first one: it asks for an address, works once, and is void once
/// there is an operator.
#[apply(on_both_engines)]
async fn the_first_operator_comes_in_by_a_link_that_works_once(world: World) {
    let server = world.server().await;
    let link = server.rooms.sign_ins.set_up_link().await.unwrap().unwrap();
    let path = link.strip_prefix(server.issuer()).unwrap();
    let [first, second] = [Browser::of(&server), Browser::of(&server)];
    let asked = first.visit(path).await;
    let late = second.visit(path).await;
    let refused = first.submit(asked.form_with("set-up-submit"), &[("email", "nobody")]).await;
    assert_eq!(status(&refused), 400);
    let form = refused.form_with("set-up-submit");
    first.submit(form, &[("email", ROOT)]).await;
    assert_eq!(status(&first.visit("/admin").await), 200, "signed in, without any mail");
    assert_eq!(status(&second.submit(late.form_with("set-up-submit"), &[("email", JOHN)]).await), 404);
    assert!(!second.visit(path).await.has("set-up-submit"));
    assert_eq!(server.rooms.sign_ins.set_up_link().await.unwrap(), None, "there is an operator");
    assert!(server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().is_none());
}

/// Any address can be entered with the link, so it is not proven until a mail to it was answered.
#[apply(on_both_engines)]
async fn a_set_up_link_proves_no_address(world: World) {
    let server = world.server().await;
    let settings = ApplicationSettings {
        owner: Some(ROOT.to_owned()),
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    };
    let new = NewApplication { client_id: None, settings };
    let application = server.rooms.applications.application_create(new, &Actor::CommandLine).await.unwrap().application;
    let link = server.rooms.sign_ins.set_up_link().await.unwrap().unwrap();
    let browser = Browser::of(&server);
    let asked = browser.visit(link.strip_prefix(server.issuer()).unwrap()).await;
    browser.submit(asked.form_with("set-up-submit"), &[("email", ROOT)]).await;
    let root = server.rooms.store.user_by_email(&ROOT.parse().unwrap()).await.unwrap().unwrap();
    assert!(root.admin && root.email_verified_at.is_none() && root.last_sign_in_at.is_some());
    assert!(!server.rooms.store.is_owner(application.id, root.id).await.unwrap());
    let made = server.rooms.store.audit_of(&root.sub).await.unwrap().remove(0);
    assert_eq!((&*made.event, &*made.detail, &*made.actor), ("user.created", "operator", "visitor"));
}

/// Nothing but its client id is left, so there is nothing to show.
#[apply(on_both_engines)]
async fn a_purged_application_is_unknown_to_operators_too(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    let id = waiting(&server).await;
    let page = format!("/portal/applications/{id}");
    server.rooms.applications.application_change_state(&id, DELETE, &Actor::CommandLine).await.unwrap();
    assert_eq!(status(&root.get(&page).await), 200, "it can be brought back");
    assert!(!root.get("/admin/approvals").await.has("grant-1"), "nothing waits for what is deleted");
    world.database.execute("update applications set name = '', purged_at = 1").await;
    assert_eq!(status(&root.get(&page).await), 404);
}

/// A search text that is too long and an impossible `sub` are refused; neither is a fault of the server.
#[apply(on_both_engines)]
async fn nonsense_in_an_address_is_not_the_servers_fault(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    for list in ["applications", "users"] {
        let long = root.get(&format!("/admin/{list}?q={}", "x".repeat(60_000))).await;
        assert!(matches!(status(&long), 400 | 414 | 431), "{list}: {}", status(&long));
        assert_eq!(status(&root.get(&format!("/admin/{list}?q={}", "x".repeat(255))).await), 400, "{list}");
        assert_eq!(status(&root.get(&format!("/admin/{list}?q={}", "x".repeat(254))).await), 200, "{list}");
        assert_eq!(status(&root.get(&format!("/admin/{list}?state=actve")).await), 400, "{list}");
        assert_eq!(status(&root.get(&format!("/admin/{list}?state=deleted")).await), 200, "{list}");
    }
    assert_eq!(status(&root.get("/admin/users/%00").await), 404);
    let overview = root.get("/admin").await;
    let form = PageForm { action: "/admin/users/%00/disable".to_owned(), ..overview.form_with("sign-out") };
    assert_eq!(status(&root.post(&form, &[]).await), 404);
}

/// An account that is there becomes the operator's; a link that is too old makes no operator.
#[apply(on_both_engines)]
async fn a_set_up_link_raises_an_account_and_ends_after_a_day(world: World) {
    let server = world.server().await;
    let john = account(&server.rooms, JOHN).await;
    let old = server.rooms.sign_ins.set_up_link().await.unwrap().unwrap();
    let browser = Browser::of(&server);
    let asked = browser.visit(old.strip_prefix(server.issuer()).unwrap()).await;
    world.clock.advance(Duration::from_hours(24));
    let form = asked.form_with("set-up-submit");
    assert_eq!(status(&browser.submit(form, &[("email", JOHN)]).await), 404);
    assert!(!fresh(&server, &john).await.admin);
    let link = server.rooms.sign_ins.set_up_link().await.unwrap().unwrap();
    let asked = browser.visit(link.strip_prefix(server.issuer()).unwrap()).await;
    browser.submit(asked.form_with("set-up-submit"), &[("email", "John@Example.com")]).await;
    assert!(fresh(&server, &john).await.admin);
    let last = server.rooms.store.audit_of(&john.sub).await.unwrap().pop().unwrap();
    assert_eq!((&*last.event, &*last.detail, &*last.actor), ("user.changed", "promoted", "visitor"));
}
