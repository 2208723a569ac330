//! Looking after an application: secrets, settings, state, what waits for an operator, what its requests came to.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::DEACTIVATE;

use super::{ANNA, APPLICATIONS, JOHN, address, developer, element, register, registered, service, status, tab, tag};
use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::{Registered, World, eventually, on_both_engines};

#[apply(on_both_engines)]
async fn a_secret_is_rotated_without_a_break_and_the_old_one_revoked(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (_, first) = service(&browser).await;
    world.clock.advance(Duration::from_secs(1));
    let page = tab(&browser, &first, "credentials").await;
    let page = browser.submit(page.form_with("app-rotate-secret"), &[]).await;
    let second = first.with_secret(&element(&page, "app-client-secret"));
    for good in [&first, &second] {
        server.token().with_basic(good).send().await.success();
    }
    let revoke = page.text().split("action=\"").find(|rest| rest.contains("/revoke\"")).unwrap();
    let action = revoke.split('"').next().unwrap().to_owned();
    let form = PageForm { action, ..page.form_with("app-rotate-secret") };
    let page = browser.submit(form.clone(), &[]).await;
    assert!(page.text().contains("The secret is refused from now on."), "{}", page.text());
    server.token().with_basic(&first).send().await.refusal(401, "invalid_client");
    server.token().with_basic(&second).send().await.success();
    assert_eq!(status(&browser.submit(form, &[]).await), 404);
}

#[apply(on_both_engines)]
async fn an_application_is_deactivated_activated_and_deleted_by_its_name(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (page, application) = service(&browser).await;
    assert!(page.has("app-try"), "{}", page.text());
    let page = browser.submit(tab(&browser, &application, "danger").await.form_with("app-deactivate"), &[]).await;
    assert!(page.has("app-activate") && !page.has("app-deactivate"));
    assert!(!browser.visit(&address(&application)).await.has("app-try"));
    server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
    let page = browser.submit(page.form_with("app-activate"), &[]).await;
    assert!(page.has("app-deactivate"));
    server.token().with_basic(&application).send().await.success();
    let wrong = browser.submit(page.form_with("app-delete"), &[("name", "Others")]).await;
    assert_eq!((status(&wrong), wrong.has("delete-name-problem")), (400, true));
    let list = browser.submit(wrong.form_with("app-delete"), &[("name", "Orders")]).await;
    assert!(list.text().contains("The application is deleted."), "{}", list.text());
    server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
    // Sent twice, a form is refused instead of acting again.
    let late = browser.submit(page.form_with("app-deactivate"), &[]).await;
    assert_eq!(status(&late), 404);
}

#[apply(on_both_engines)]
async fn a_deleted_application_can_be_brought_back_for_a_while(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let page = tab(&browser, &application, "danger").await;
    let list = browser.submit(page.form_with("app-delete"), &[("name", "Orders")]).await;
    assert!(
        list.text().contains("Bring back") && !list.text().contains(&format!("href=\"{}\"", address(&application)))
    );
    let gone = tab(&browser, &application, "access").await;
    assert!(gone.has("app-undelete") && !gone.has("app-delete") && !gone.has("app-save"), "{}", gone.text());
    let back = browser.submit(gone.form_with("app-undelete"), &[]).await;
    assert!(back.text().contains("The application is back."), "{}", back.text());
    server.token().with_basic(&application).send().await.success();
    let anna = developer(&server, ANNA).await;
    browser.submit(page.form_with("app-delete"), &[("name", "Orders")]).await;
    let form = PageForm {
        action: format!("{}/undelete", address(&application)),
        ..service(&anna).await.0.form_with("app-save")
    };
    assert_eq!(status(&anna.post(&form, &[]).await), 404);
}

#[apply(on_both_engines)]
async fn what_cannot_be_brought_back_is_not_offered(world: World) {
    let server = world.server_with("[applications]\nundelete_for = \"0s\"\nsweep_every = \"1h\"").await;
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let page = tab(&browser, &application, "danger").await;
    let list = browser.submit(page.form_with("app-delete"), &[("name", "Orders")]).await;
    assert!(!list.text().contains("Bring back") && list.text().contains("Nothing here yet"), "{}", list.text());
    let gone = browser.visit(&address(&application)).await;
    assert!(gone.text().contains("This application is deleted") && !gone.has("app-undelete"), "{}", gone.text());
}

#[apply(on_both_engines)]
async fn the_list_says_what_becomes_of_an_application_that_nobody_uses(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (page, application) = service(&browser).await;
    // The clock of tests begins on 1 March 2026.
    for page in [page, browser.visit(APPLICATIONS).await] {
        assert!(page.text().contains("deactivates on 29 March 2026"), "{}", page.text());
    }
    browser.submit(tab(&browser, &application, "danger").await.form_with("app-deactivate"), &[]).await;
    let list = browser.visit(APPLICATIONS).await;
    assert!(list.text().contains("is deleted on 24 May 2026"), "{}", list.text());
}

#[apply(on_both_engines)]
async fn what_is_done_twice_is_told_on_the_page(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let page = tab(&browser, &application, "danger").await;
    server
        .rooms
        .applications
        .application_change_state(&application.id(), DEACTIVATE, &Actor::CommandLine)
        .await
        .unwrap();
    let late = browser.submit(page.form_with("app-deactivate"), &[]).await;
    assert_eq!((status(&late), late.has("app-activate")), (409, true));
    assert!(late.text().contains("is deactivated already"), "{}", late.text());
}

#[apply(on_both_engines)]
async fn settings_are_changed_and_nobody_overwrites_what_they_have_not_seen(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (_, application) = service(&browser).await;
    let stale = tab(&browser, &application, "credentials").await;
    let changes = [
        ("name", "Invoices"),
        ("token_ttl", "24h"),
        ("scopes", "openid profile"),
        ("grants", "client_credentials"),
        ("token_format", "plain"),
        ("signing_algorithm", "ES256"),
    ];
    let page = browser.submit(stale.form_with("app-save"), &changes).await;
    assert!(page.text().contains("The settings are saved.") && page.text().contains("Invoices"), "{}", page.text());
    let token = server.token().with_basic(&application).send().await.success();
    assert_eq!(token["expires_in"], 86400);
    let header = server.verify(token["access_token"].as_str().unwrap()).await.header;
    assert_eq!((header.typ.as_deref(), format!("{:?}", header.alg).as_str()), (Some("JWT"), "ES256"));

    let late = browser.submit(stale.form_with("app-save"), &[("token_ttl", "12h")]).await;
    assert_eq!(status(&late), 412);
    assert!(
        late.text().contains("This application was changed after you opened the page")
            && tag(&late, "set-token-ttl").contains("12h")
    );
    let kept = server.rooms.store.application(&application.id()).await.unwrap().unwrap();
    assert_eq!((kept.settings.name.as_str(), kept.settings.token_ttl), ("Invoices", Some(Duration::from_hours(24))));

    let bad = browser.submit(page.form_with("app-save"), &[("token_ttl", "soon"), ("name", "")]).await;
    assert_eq!(status(&bad), 400);
    assert!(
        tag(&bad, "set-token-ttl").contains("value=\"soon\"") && tag(&bad, "set-token-ttl").contains("aria-invalid")
    );
    let elsewhere = format!("<a href=\"{}#set-name\">", address(&application));
    assert!(bad.has("set-token-ttl-problem") && bad.text().contains(&elsewhere), "{}", bad.text());
    let (access, wrong) = (tab(&browser, &application, "access").await, [("audiences", "/v1"), ("scopes", "a\"")]);
    let bad = browser.submit(access.form_with("app-save"), &wrong).await;
    assert!(bad.has("set-audiences-problem") && bad.text().contains("<details class=\"more\" open>"), "{}", bad.text());
    assert!(bad.has("set-scopes-other-problem") && tag(&bad, "set-scopes-other").contains("a&#34;"), "{}", bad.text());
}

#[apply(on_both_engines)]
async fn what_nobody_may_choose_alone_waits_for_an_operator(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let fields =
        [("name", "Orders"), ("type", "service"), ("scopes", "openid orders:write"), ("reason", "We <sync> orders.")];
    let page = register(&browser, &fields).await;
    for said in ["Waiting for an operator", "<code>orders:write</code>", "We &#60;sync&#62; orders."] {
        assert!(page.text().contains(said), "{said} in {}", page.text());
    }
    let application =
        Registered { client_id: element(&page, "app-client-id"), secret: element(&page, "app-client-secret") };
    assert_eq!(server.token().with_basic(&application).send().await.success()["scope"], "openid");
    let page = browser.submit(page.form_with("approval-withdraw"), &[]).await;
    assert!(page.text().contains("The request is withdrawn.") && !page.has("approval-withdraw"), "{}", page.text());
    let access = tab(&browser, &application, "access").await;
    let page = browser
        .submit(access.form_with("app-save"), &[("scopes", "openid users:write"), ("grants", "client_credentials")])
        .await;
    assert!(
        page.text().contains("except for what waits") && page.text().contains("<code>users:write</code>"),
        "{}",
        page.text()
    );
    let credentials = tab(&browser, &application, "credentials").await;
    let long = browser.submit(credentials.form_with("app-save"), &[("token_ttl", "300d")]).await;
    assert_eq!(status(&long), 403);
    assert!(tag(&long, "set-token-ttl").contains("value=\"300d\""), "{}", long.text());
}

#[apply(on_both_engines)]
async fn a_failed_request_is_explained_to_the_character(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let fields = [("name", "Shop"), ("type", "web"), ("redirect_uris", "https://shop.example/callback")];
    let page = register(&browser, &fields).await;
    let id = element(&page, "app-client-id");
    let bad = format!("/oauth/authorize?client_id={id}&response_type=code&redirect_uri=https://shop.example/Callback");
    assert_eq!(status(&Browser::of(&server).visit(&bad).await), 400);
    let look = async || browser.visit(&format!("{APPLICATIONS}/{id}/insight")).await;
    eventually("the request is noted", || async {
        server.rooms.upkeep.flush_usage().await.unwrap();
        look().await.text().contains("Refused")
    })
    .await;
    let page = look().await;
    for said in [
        "<code>https://shop.example/<mark>C</mark>allback</code>",
        "<code>https://shop.example/<mark>c</mark>allback</code>",
        "redirect_uri sent",
        "0 tokens issued, 1 request failed",
    ] {
        assert!(page.text().contains(said), "{said} in {}", page.text());
    }
}

/// An address of another kind explains nothing, nor does one that has nothing in common with what was sent.
#[apply(on_both_engines)]
async fn a_failed_request_is_compared_with_nothing_where_nothing_like_it_is_registered(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let fields = [("name", "Shop"), ("type", "web"), ("redirect_uris", "https://shop.example/callback")];
    let id = element(&register(&browser, &fields).await, "app-client-id");
    let look = async || browser.visit(&format!("{APPLICATIONS}/{id}/insight")).await;
    for sent in ["http://localhost:3000/callback", "https://bank.test/welcome"] {
        let bad = format!("/oauth/authorize?client_id={id}&response_type=code&redirect_uri={sent}");
        assert_eq!(status(&Browser::of(&server).visit(&bad).await), 400);
        eventually("the request is noted", || async {
            server.rooms.upkeep.flush_usage().await.unwrap();
            look().await.text().contains(&format!("<code>{sent}</code>"))
        })
        .await;
        let page = look().await;
        assert!(page.text().contains("nothing like it is registered"), "{}", page.text());
        assert!(!page.text().contains("<mark>"), "{}", page.text());
        world.clock.advance(Duration::from_secs(1));
    }
}

#[apply(on_both_engines)]
async fn settings_that_were_refused_stand_in_the_form_as_they_were_typed(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (page, _) = service(&browser).await;
    let form = page.form_with("app-save");
    let version = |value: &str| {
        let fields = form.fields.iter().filter(|(name, _)| name != "version").cloned();
        let fields = fields.chain([("version".to_owned(), value.to_owned())]).collect();
        PageForm { fields, ..form.clone() }
    };
    for (version, expected) in [(version(""), 400), (version("x"), 400)] {
        let again = browser.submit(version, &[("name", "Bills")]).await;
        assert_eq!(status(&again), expected, "{}", again.text());
        assert!(tag(&again, "set-name").contains("value=\"Bills\""), "{}", tag(&again, "set-name"));
    }
}

#[apply(on_both_engines)]
async fn a_declared_application_is_shown_and_changed_in_the_configuration_only(world: World) {
    let server = world.server().await;
    let settings = ApplicationSettings {
        owner: Some(JOHN.to_owned()),
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service)
    };
    let application = Registered::at(&server.rooms, settings).await;
    world
        .database
        .execute(&format!("update applications set origin = 'declared' where client_id = '{}'", application.client_id))
        .await;
    let browser = developer(&server, JOHN).await;
    for name in ["", "/credentials", "/sign-in", "/access"] {
        let page = browser.visit(&format!("{}{name}", address(&application))).await;
        assert!(page.text().contains("declared in the configuration") && !page.has("app-save"), "{}", page.text());
    }
    let page = tab(&browser, &application, "danger").await;
    assert!(!page.has("app-delete") && page.has("app-deactivate"));
}

#[apply(on_both_engines)]
async fn what_waits_stands_in_the_form_and_goes_on_waiting_when_something_else_is_saved(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let fields = [("name", "Orders"), ("type", "service"), ("scopes", "openid payments:write")];
    let page = register(&browser, &fields).await;
    let registered = registered(&page);
    let access = tab(&browser, &registered, "access").await;
    let ticked = |page: &Page, scope: &str| {
        let boxes = page.form_with("app-save").fields;
        boxes.iter().any(|(name, value)| name == "scopes" && value == scope)
    };
    assert!(ticked(&access, "openid") && ticked(&access, "payments:write"), "{}", access.text());
    assert!(access.text().contains("Waiting for an operator: payments:write."), "{}", access.text());
    let saved = browser.submit(access.form_with("app-save"), &[("scope_policy", "narrow")]).await;
    assert!(saved.text().contains("The settings are saved, except for what waits"), "{}", saved.text());
    let renamed = browser.submit(page.form_with("app-save"), &[("name", "Shop")]).await;
    assert!(renamed.has("approval-withdraw") && tag(&renamed, "set-name").contains("Shop"), "{}", renamed.text());
    let id = registered.id();
    let application = server.rooms.store.application(&id).await.unwrap().unwrap();
    assert_eq!(application.settings.scope.to_string(), "openid");
    let waiting = server.rooms.store.approval_of(application.id).await.unwrap().unwrap();
    assert_eq!(waiting.extras.scope.to_string(), "payments:write");
    // Saving the form as an operator does not grant what waits.
    let root = crate::harness::person::operator(&server.rooms, "root@example.com").await;
    let operator = developer(&server, root.email.unwrap().as_str()).await;
    let theirs = tab(&operator, &registered, "access").await;
    assert!(ticked(&theirs, "openid") && !ticked(&theirs, "payments:write"), "{}", theirs.text());
    operator.submit(theirs.form_with("app-save"), &[("token_ttl", "10m")]).await;
    assert_eq!(server.rooms.store.approval_of(application.id).await.unwrap(), Some(waiting));
}
