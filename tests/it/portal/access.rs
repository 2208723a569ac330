//! Who sees which page, who may send which form, and names with script in them.

use macro_rules_attribute::apply;
use reqwest::Method;

use super::{ANNA, APPLICATIONS, JOHN, NEW, address, developer, element, register, service, status, tab};
use crate::harness::browser::{Browser, PageForm};
use crate::harness::person::operator;
use crate::harness::{Answer, Registered, World, on_both_engines};

/// Every form of an application's page, by what follows its address.
const CHANGES: [&str; 15] = [
    "",
    "/credentials",
    "/sign-in",
    "/access",
    "/settings",
    "/secrets",
    "/try",
    "/try-sign-in",
    "/deactivate",
    "/activate",
    "/delete",
    "/owners/invite",
    "/owners/remove",
    "/leave",
    "/approval/withdraw",
];

#[apply(on_both_engines)]
async fn a_form_without_its_token_or_from_another_site_changes_nothing(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let (page, application) = service(&browser).await;
    let own = page.form_with("app-save");
    let stored = || async { server.rooms.store.application(&application.id()).await.unwrap() };
    let before = stored().await;
    let actions = CHANGES.iter().map(|change| format!("{}{change}", address(&application))).chain([NEW.to_owned()]);
    for action in actions {
        let fields = vec![("name".to_owned(), "Orders".to_owned()), ("type".to_owned(), "service".to_owned())];
        let without = browser.post(&PageForm { action: action.clone(), fields: fields.clone() }, &[]).await;
        assert_eq!(status(&without), 403, "{action}");
        let wrong = browser.post(&PageForm { action: action.clone(), fields }, &[("csrf", "AAAA")]).await;
        assert_eq!(status(&wrong), 403, "{action}");
        let cookies =
            ["gatepost_browser", "gatepost_session"].map(|name| format!("{name}={}", browser.cookie(name).unwrap()));
        let foreign = server
            .request(Method::POST, &action)
            .header("origin", "https://evil.example")
            .header("cookie", cookies.join("; "));
        let body = own.fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let foreign = foreign.header("content-type", "application/x-www-form-urlencoded").body(body);
        assert_eq!(Answer::of(foreign).await.status, 403, "{action}");
    }
    assert_eq!(stored().await, before);
}

#[apply(on_both_engines)]
async fn what_is_somebody_else_s_is_not_there(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let (_, application) = service(&john).await;
    let anna = developer(&server, ANNA).await;
    let own = register(&anna, &[("name", "Bills"), ("type", "service")]).await;
    assert!(!anna.visit(APPLICATIONS).await.text().contains(&application.client_id));
    for id in [application.client_id.as_str(), "nobody", "not%20an%20id"] {
        assert_eq!(status(&anna.visit(&format!("{APPLICATIONS}/{id}")).await), 404, "{id}");
        for change in CHANGES {
            let form = PageForm { action: format!("{APPLICATIONS}/{id}{change}"), ..own.form_with("app-save") };
            assert_eq!(status(&anna.post(&form, &[("name", "Orders")]).await), 404, "{id} {change}");
        }
    }
    server.token().with_basic(&application).send().await.success();
}

#[apply(on_both_engines)]
async fn who_is_not_signed_in_is_asked_to_and_comes_back(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let (_, application) = service(&john).await;
    let nobody = Browser::of(&server);
    assert_eq!(nobody.get("/portal").await.redirect().as_deref(), Some(APPLICATIONS));
    let tabs = ["", "/credentials", "/sign-in", "/access", "/insight", "/danger"];
    let tabs = tabs.map(|tab| format!("{}{tab}", address(&application)));
    for page in [APPLICATIONS.to_owned(), NEW.to_owned()].into_iter().chain(tabs) {
        let expected = format!("/login?return_to={page}");
        assert_eq!(nobody.get(&page).await.redirect(), Some(expected), "{page}");
    }
    let form = PageForm { action: format!("{}/deactivate", address(&application)), fields: Vec::new() };
    assert!(nobody.post(&form, &[]).await.redirect().unwrap().starts_with("/login?return_to=/portal/"));
}

#[apply(on_both_engines)]
async fn an_operator_sees_and_steers_what_is_not_theirs(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let (_, application) = service(&john).await;
    operator(&server.rooms, "root@example.com").await;
    let root = developer(&server, "root@example.com").await;
    let page = root.visit(&address(&application)).await;
    assert!(
        page.text().contains("You see this as an operator") && page.text().contains("href=\"/admin\""),
        "{}",
        page.text()
    );
    let page = root.submit(tab(&root, &application, "danger").await.form_with("app-deactivate"), &[]).await;
    assert!(page.has("app-activate"));
    let johns = john.visit(&address(&application)).await;
    assert!(!johns.text().contains("as an operator") && !johns.text().contains("href=\"/admin\""));
}

/// What would run if it was taken for markup.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{}}";

#[apply(on_both_engines)]
async fn a_name_with_script_in_it_stays_a_name(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let page =
        register(&browser, &[("name", HOSTILE), ("type", "service"), ("scopes", "it's `id` $(x) </script>")]).await;
    let id = element(&page, "app-client-id");
    let refused =
        register(&browser, &[("name", HOSTILE), ("type", "web"), ("redirect_uris", HOSTILE), ("scopes", HOSTILE)])
            .await;
    let application = Registered { client_id: id.clone(), secret: String::new() };
    let access = tab(&browser, &application, "access").await;
    let again = browser.submit(access.form_with("app-save"), &[("token_ttl", HOSTILE), ("audiences", HOSTILE)]).await;
    let danger = tab(&browser, &application, "danger").await;
    let kept = browser.submit(danger.form_with("app-delete"), &[("name", "x")]).await;
    for page in [page, refused, again, kept, browser.visit(APPLICATIONS).await] {
        let text = page.text();
        assert!(!text.contains("<script>") && !text.contains("<img") && !text.contains("alert(1)</script>"), "{text}");
        assert!(text.contains("alert(1)") && !text.contains("<!-- "), "{text}");
    }
    let long = "x".repeat(60);
    let page = register(&browser, &[("name", &long), ("type", "service")]).await;
    assert!(page.has("app-client-id") && element(&page, "app-client-id") != id);
}
