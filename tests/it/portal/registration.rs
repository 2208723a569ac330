//! Registering an application: its secret, its programs to paste, what is refused.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::ClientId;
use gatepost::flows::applications::NewApplication;
use reqwest::Method;

use super::{APPLICATIONS, JOHN, NEW, address, developer, element, register, registered, service, status, tab, tag};
use crate::harness::{Answer, World, on_both_engines};

#[apply(on_both_engines)]
async fn a_developer_registers_a_service_and_its_secret_gets_a_token(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (page, application) = service(&browser).await;
    assert_eq!(status(&page), 200);
    assert!(page.text().contains("Store this secret now"), "{}", page.text());
    let token = server.token().with_basic(&application).send().await.success();
    assert_eq!(token["scope"], "openid");
    // The command to paste has everything in it.
    let curl = element(&page, "snippet-curl");
    assert!(curl.contains(&format!("{}:{}", application.client_id, application.secret)), "{curl}");
    assert!(curl.contains(&format!("{}/token", server.issuer())), "{curl}");
    assert!(browser.visit("/account").await.text().contains("href=\"/portal/applications\""));
    let list = browser.visit(APPLICATIONS).await;
    assert!(list.text().contains("Orders") && list.text().contains(&address(&application)), "{}", list.text());
}

#[apply(on_both_engines)]
async fn a_secret_is_shown_once_to_who_made_it_and_stands_in_no_address(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let form = browser.visit(NEW).await.form_with("app-create");
    let answer = browser.post(&form, &[("name", "Orders"), ("type", "service")]).await;
    assert_eq!(status(&answer), 303);
    let target = answer.redirect().unwrap();
    assert!(!target.contains("gps_") && !answer.text().contains("gps_"), "{target}");
    let sealed = browser.cookie("gatepost_shown_once").unwrap();
    assert!(!sealed.contains("gps_"), "{sealed}");
    let line =
        answer.answer.headers.get_all("set-cookie").iter().find(|line| line.to_str().unwrap().contains("shown_once"));
    let line = line.unwrap().to_str().unwrap();
    assert!(line.contains("HttpOnly") && line.contains("Max-Age=120"), "{line}");
    let page = browser.get(&target).await;
    assert!(element(&page, "app-client-secret").starts_with("gps_"));
    assert_eq!(page.answer.header("cache-control"), Some("no-store"));
    assert_eq!(browser.cookie("gatepost_shown_once"), None);
    let again = browser.get(&target).await;
    assert!(!again.has("app-client-secret") && again.has("app-client-id"), "{}", again.text());
    let hint = element(&page, "app-client-secret");
    let application = registered(&page);
    let credentials = tab(&browser, &application, "credentials").await;
    assert!(credentials.text().contains(&format!("gps_…{}", &hint[hint.len() - 4..])), "{}", credentials.text());
}

/// Only a page that was shown takes the secret away from the browser.
#[apply(on_both_engines)]
async fn a_secret_that_nobody_has_seen_is_still_there(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let form = browser.visit(NEW).await.form_with("app-create");
    let target = browser.post(&form, &[("name", "Orders"), ("type", "service")]).await.redirect().unwrap();
    let cookies = ["gatepost_session", "gatepost_browser", "gatepost_shown_once"];
    let cookies = cookies.map(|name| format!("{name}={}", browser.cookie(name).unwrap())).join("; ");
    let path = target.strip_prefix(server.issuer()).unwrap_or(&target);
    let head = Answer::of(server.request(Method::HEAD, path).header("cookie", cookies)).await;
    assert_eq!((head.status.as_u16(), head.headers.contains_key("set-cookie")), (200, false), "{head:?}");
    world.database.execute("alter table approvals rename to elsewhere").await;
    let broken = browser.get(&target).await;
    assert!(status(&broken) >= 500, "{}", broken.text());
    world.database.execute("alter table elsewhere rename to approvals").await;
    let page = browser.get(&target).await;
    server.token().with_basic(&registered(&page)).send().await.success();
    assert_eq!(browser.cookie("gatepost_shown_once"), None);
}

/// A browser shows only the answer to the second click, so that one has to have the secret too.
#[apply(on_both_engines)]
async fn a_button_that_is_pressed_twice_makes_one_thing(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let form = browser.visit(NEW).await.form_with("app-create");
    let filled = [("name", "Orders"), ("type", "service")];
    let (one, two) = tokio::join!(browser.post(&form, &filled), browser.post(&form, &filled));
    assert_eq!(one.redirect().unwrap(), two.redirect().unwrap());
    let page = browser.get(&two.redirect().unwrap()).await;
    let application = registered(&page);
    server.token().with_basic(&application).send().await.success();
    assert_eq!(browser.visit(APPLICATIONS).await.text().matches("class=\"tile\"").count(), 1);
    // Filled in anew it is another one, though the browser went back to the same form.
    let other = browser.post(&form, &[("name", "Bills"), ("type", "service")]).await;
    assert_ne!(other.redirect().unwrap(), one.redirect().unwrap());

    // Of two secrets of one moment neither is the older.
    world.clock.advance(Duration::from_secs(1));
    let rotate = tab(&browser, &application, "credentials").await.form_with("app-rotate-secret");
    let (one, two) = tokio::join!(browser.post(&rotate, &[]), browser.post(&rotate, &[]));
    assert_eq!((status(&one), status(&two)), (303, 303));
    let rotated = browser.get(&two.redirect().unwrap()).await;
    server.token().with_basic(&registered(&rotated)).send().await.success();
    server.token().with_basic(&application).send().await.success();
    world.clock.advance(Duration::from_secs(1));
    let again = tab(&browser, &application, "credentials").await.form_with("app-rotate-secret");
    assert_eq!(status(&browser.post(&again, &[]).await), 303);
    server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
}

#[apply(on_both_engines)]
async fn a_sealed_secret_opens_only_for_its_session_its_application_and_two_minutes(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (_, other) = service(&browser).await;
    let form = browser.visit(NEW).await.form_with("app-create");
    let target = browser.post(&form, &[("name", "Orders"), ("type", "service")]).await.redirect().unwrap();
    assert!(!browser.get(&address(&other)).await.has("app-client-secret"));
    world.clock.advance(Duration::from_secs(121));
    assert!(!browser.get(&target).await.has("app-client-secret"));
}

#[apply(on_both_engines)]
async fn an_application_for_people_needs_a_redirect_uri_and_a_public_one_gets_no_secret(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let refused = register(&browser, &[("name", "Shop & <Co>"), ("type", "spa"), ("scopes", "openid user")]).await;
    assert_eq!(status(&refused), 400);
    assert!(refused.text().contains("<title>Error:"), "{}", refused.text());
    let field = tag(&refused, "app-redirect-uris");
    assert!(field.contains("aria-invalid=\"true\"") && field.contains("app-redirect-uris-problem"), "{field}");
    assert!(refused.has("app-redirect-uris-problem"));
    // What was typed is still there.
    assert!(tag(&refused, "app-name").contains("Shop &#38; &#60;Co&#62;"), "{}", tag(&refused, "app-name"));
    assert!(tag(&refused, "kind-spa").contains("checked"));
    let uris = "https://shop.example/cb\r\nhttp://localhost:3000/cb";
    let page = browser
        .submit(refused.form_with("app-create"), &[("name", "Shop"), ("type", "spa"), ("redirect_uris", uris)])
        .await;
    assert!(page.has("app-client-id") && !page.has("app-client-secret"));
    let credentials = browser.visit(&format!("{APPLICATIONS}/{}/credentials", element(&page, "app-client-id"))).await;
    assert!(credentials.has("app-client-id") && !credentials.has("app-rotate-secret"), "{}", credentials.text());
    let id: ClientId = element(&page, "app-client-id").parse().unwrap();
    let made = server.rooms.store.application(&id).await.unwrap().unwrap();
    assert_eq!(made.settings.redirect_uris, ["https://shop.example/cb", "http://localhost:3000/cb"]);
    assert_eq!((made.settings.scope.to_string().as_str(), made.settings.kind), ("openid user", ApplicationKind::Spa));
}

#[apply(on_both_engines)]
async fn who_looks_after_too_many_is_told_so_with_the_form(world: World) {
    let server = world.server_with("[self_service]\napplications_per_owner = 1").await;
    let browser = developer(&server, JOHN).await;
    service(&browser).await;
    let refused = register(&browser, &[("name", "Second"), ("type", "service")]).await;
    assert_eq!(status(&refused), 403);
    assert!(refused.text().contains("as many as this server allows") && tag(&refused, "app-name").contains("Second"));
}

#[apply(on_both_engines)]
async fn a_service_is_tried_without_its_secret_and_that_is_no_use(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (page, application) = service(&browser).await;
    let tried = browser.submit(page.form_with("app-try"), &[]).await;
    let token = element(&tried, "tried-token");
    let claims = server.verify(&token).await.claims;
    assert_eq!(
        (claims["sub"].as_str(), claims["scope"].as_str()),
        (Some(application.client_id.as_str()), Some("openid"))
    );
    assert!(tried.text().contains("10 minutes"), "{}", tried.text());
    let again = browser.get(&format!("{}/try", address(&application))).await;
    assert_eq!(again.redirect(), Some(address(&application)));
    server.rooms.upkeep.flush_usage().await.unwrap();
    let store = &server.rooms.store;
    assert_eq!(store.application(&application.id()).await.unwrap().unwrap().last_used_at, None);
    let events = store.audit_of(&application.client_id).await.unwrap();
    assert!(
        events.iter().any(|line| line.event == "application.tried" && line.actor.starts_with("user ")),
        "{events:?}"
    );
}

#[apply(on_both_engines)]
async fn somebody_with_very_many_applications_sees_them_page_by_page(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    for number in 0..52 {
        let settings = ApplicationSettings {
            owner: Some(JOHN.to_owned()),
            ..ApplicationSettings::new(format!("App {number:02} & more"), ApplicationKind::Spa)
        };
        let new = NewApplication { client_id: None, settings };
        server.rooms.applications.application_create(new, &Actor::CommandLine).await.unwrap();
    }
    let first = browser.visit(APPLICATIONS).await;
    assert!(first.text().contains("App 49") && !first.text().contains("App 50"), "{}", first.text());
    let next = tag(&first, "next-page").split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let rest = browser.visit(&next.replace("&#38;", "&").replace("&amp;", "&")).await;
    assert!(!rest.text().contains("App 49") && rest.text().contains("App 50") && rest.text().contains("App 51"));
    assert!(!rest.has("next-page"));
}

/// The first step fills in what an application wants that many run, also what the form has no field for.
#[apply(on_both_engines)]
async fn an_application_that_many_run_is_filled_in(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let page = browser.visit(&format!("{NEW}?for=grafana&url=https%3A%2F%2Fgrafana.example.com%2F")).await;
    let form = page.form_with("app-create");
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for wanted in [
        ("name", "Grafana"),
        ("type", "web"),
        ("redirect_uris", "https://grafana.example.com/login/generic_oauth"),
        ("scopes", "openid profile email groups offline_access"),
    ] {
        assert!(fields.contains(&wanted), "{wanted:?} in {fields:?}");
    }
    let page = browser.submit(form, &[("scopes", "openid profile email")]).await;
    assert_eq!(status(&page), 200, "{}", page.text());
    let client_id: ClientId = element(&page, "app-client-id").parse().unwrap();
    let settings = server.rooms.store.application(&client_id).await.unwrap().unwrap().settings;
    assert_eq!(settings.kind, ApplicationKind::Web);
    assert_eq!(settings.redirect_uris, ["https://grafana.example.com/login/generic_oauth"]);
    assert_eq!(settings.post_logout_redirect_uris, ["https://grafana.example.com/login"]);
    assert_eq!(settings.scope.to_string(), "openid profile email", "what was changed stays changed");
    for (query, field) in
        [("for=grafana&url=grafana", "app-url"), ("for=nothing&url=https%3A%2F%2Fa.example", "app-for")]
    {
        let page = browser.visit(&format!("{NEW}?{query}")).await;
        assert_eq!(status(&page), 400, "{query}");
        assert!(page.text().contains(&format!("href=\"#{field}\"")), "{}", page.text());
    }
}
