//! Every error at an address that browsers visit is shown on a page, with a way to go on.

use macro_rules_attribute::apply;
use reqwest::Method;

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::{Answer, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";

async fn developer(server: &TestServer) -> Browser {
    let browser = Browser::of(server);
    let page = browser.visit("/portal/applications").await;
    browser.sign_in(server, &page, JOHN, 1).await;
    browser
}

fn is_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.header("content-security-policy").is_some() && answer.header("x-frame-options").is_some());
    assert!(answer.text().contains("<h1>") && answer.text().contains(answer.header("x-request-id").unwrap()));
}

#[apply(on_both_engines)]
async fn what_is_not_there_or_not_taken_is_told_on_a_page(world: World) {
    let server = world.server().await;
    for (from, to) in [
        ("/portal/", "/portal"),
        ("/admin/", "/admin"),
        ("/account/", "/account"),
        ("/portal/applications/", "/portal/applications"),
        ("/admin/audit/?event=x", "/admin/audit?event=x"),
    ] {
        let answer = server.get(from).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some(to)), "{from}");
    }
    for path in ["/portal/nothing", "/admin/nothing", "/account/nothing", "/login/nothing"] {
        is_page(&server.get(path).await, 404);
    }
    is_page(&server.get("/portal/applications/%ff").await, 400);
    let put = Answer::of(server.request(Method::PUT, "/account")).await;
    is_page(&put, 405);
    assert!(put.header("allow").unwrap().contains("GET"));
    // Programs still get JSON.
    server.get("/nothing").await.refusal(404, "not_found");
    server.get("/api/v1/nothing/").await.problem(404, "not_found");
}

/// What browsers send.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[apply(on_both_engines)]
async fn the_root_says_what_this_server_is_and_leads_on(world: World) {
    let server = world.server().await;
    let home = server.get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.header("content-security-policy").is_some());
    assert!(home.text().contains("<bdi>localhost</bdi>"), "{}", home.text());
    for link in ["/login", "/portal", "/docs", "/.well-known/openid-configuration"] {
        assert!(home.text().contains(&format!("href=\"{link}\"")), "{link} in {}", home.text());
        assert!(server.get(link).await.status.as_u16() < 400, "{link}");
    }
    let german = Answer::of(server.request(Method::GET, "/").header("accept-language", "de")).await;
    assert!(german.text().contains("Startseite"), "{}", german.text());
}

#[apply(on_both_engines)]
async fn an_unknown_address_is_a_page_for_a_browser_and_json_for_a_program(world: World) {
    let server = world.server().await;
    for path in ["/nothing", "/oauth/nothing", "/Token", "/%00"] {
        is_page(&Answer::of(server.request(Method::GET, path).header("accept", BROWSER)).await, 404);
        Answer::of(server.request(Method::GET, path).header("accept", "*/*")).await.refusal(404, "not_found");
    }
    server.get_management("/").await.refusal(404, "not_found");
}

#[apply(on_both_engines)]
async fn a_form_that_cannot_be_read_is_told_on_a_page(world: World) {
    let server = world.server().await;
    let browser = developer(&server).await;
    let form = browser.visit("/portal/applications/new").await.form_with("app-create");
    let long = "x".repeat(70_000);
    is_page(&browser.post(&form, &[("name", &long), ("type", "service")]).await.answer, 413);
    is_page(&browser.post(&form, &[("name", "a\0b"), ("type", "service")]).await.answer, 400);
    let foreign = server.request(Method::POST, "/portal/applications/new").header("sec-fetch-site", "cross-site");
    let foreign = Answer::of(foreign.form(&[("name", "A")])).await;
    is_page(&foreign, 403);
    assert!(foreign.text().contains("another site") && foreign.text().contains("You may not do this"));
}

fn says_too_old(page: &Page, back: &str) {
    is_page(&page.answer, 403);
    assert!(page.text().contains("This page was open too long"), "{}", page.text());
    assert!(!page.text().contains("Allow cookies"), "{}", page.text());
    assert!(page.text().contains(&format!("href=\"{back}\"")), "no way back to {back}: {}", page.text());
}

/// The session ended, or another began, since the page was opened.
#[apply(on_both_engines)]
async fn a_stale_form_says_so_and_leads_back_to_its_page(world: World) {
    let server = world.server().await;
    let browser = developer(&server).await;
    let stale = |form: PageForm| {
        let fields = form.fields.into_iter().map(|(name, value)| match name.as_str() {
            "csrf" => (name, "stale".to_owned()),
            _ => (name, value),
        });
        PageForm { fields: fields.collect(), ..form }
    };
    let new = browser.visit("/portal/applications/new").await.form_with("app-create");
    says_too_old(&browser.post(&stale(new), &[("name", "A")]).await, "/portal/applications/new");
    let stranger = Browser::of(&server);
    let login = stranger.visit("/login?return_to=/portal").await.form_with("login-submit");
    says_too_old(&stranger.post(&stale(login.clone()), &[("email", JOHN)]).await, "/login?return_to=/portal");
    // Without any cookie the page says that cookies are missing.
    stranger.forget("gatepost_browser");
    let lost = stranger.post(&login, &[("email", JOHN)]).await;
    is_page(&lost.answer, 403);
    assert!(lost.text().contains("Allow cookies"), "{}", lost.text());
}

#[apply(on_both_engines)]
async fn a_sign_in_leads_to_no_address_with_dots(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    for path in ["/portal/../../x", "/portal/..", "/admin/./users"] {
        let form = browser.visit(&format!("/login?return_to={path}")).await.form_with("login-submit");
        assert!(form.fields.contains(&("return_to".to_owned(), "/account".to_owned())), "{:?}", form.fields);
    }
}

#[apply(on_both_engines)]
async fn a_grant_that_is_not_there_is_told(world: World) {
    let server = world.server().await;
    let browser = developer(&server).await;
    let form = browser.visit("/portal/applications/new").await.form_with("app-create");
    let page = browser.submit(form, &[("name", "Orders"), ("type", "service")]).await;
    let refused = browser.submit(page.form_with("app-save"), &[("name", "Orders"), ("grants", "password")]).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.text().contains("&#39;password&#39; is not among them"), "{}", refused.text());
}
