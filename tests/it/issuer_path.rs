//! An issuer with a path, behind a proxy that leaves the path in the request and behind one that strips it (RFC 8414
//! §3.1, OIDC Discovery §4).

use macro_rules_attribute::apply;

use reqwest::Method;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, VERIFIER, authorize, web_application};
use crate::harness::{Answer, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";
const BELOW: &str = "[server]\nissuer = \"http://localhost:8080/id\"";

/// What is in front of the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proxy {
    Keeps,
    Strips,
}

impl Proxy {
    /// The address that the server sees of one below the issuer's path.
    fn seen(self, address: &str) -> String {
        let path = address.strip_prefix("http://localhost:8080").unwrap_or(address);
        let inner = path.strip_prefix("/id").unwrap_or_else(|| panic!("{address} is not below the path"));
        match self {
            Self::Keeps => path.to_owned(),
            Self::Strips if inner.is_empty() => "/".to_owned(),
            Self::Strips => inner.to_owned(),
        }
    }

    async fn visit(self, browser: &Browser, address: &str) -> Page {
        let page = browser.get(&self.seen(address)).await;
        self.follow(browser, page).await
    }

    async fn submit(self, browser: &Browser, page: &Page, id: &str, filled: &[(&str, &str)]) -> Page {
        let mut form = page.form_with(id);
        form.action = self.seen(&form.action);
        let page = browser.post(&form, filled).await;
        self.follow(browser, page).await
    }

    async fn follow(self, browser: &Browser, mut page: Page) -> Page {
        while let Some(address) = page.redirect().filter(|address| !address.starts_with("https://")) {
            page = browser.get(&self.seen(&address)).await;
        }
        self.check(browser, &page).await;
        page
    }

    /// Whatever a page refers to on this host is below the path, and what it is made with is there.
    async fn check(self, browser: &Browser, page: &Page) {
        let attributes = [" href=\"", " src=\"", " action=\""];
        let ends = |rest: &str| rest.split('"').next().map(str::to_owned);
        for attribute in attributes {
            for reference in page.text().split(attribute).skip(1).filter_map(ends) {
                assert!(!reference.starts_with('/') || reference.starts_with("/id/"), "{reference}");
                if reference.starts_with("/id/static/") {
                    assert_eq!(browser.get(&self.seen(&reference)).await.answer.status, 200, "{reference}");
                }
            }
        }
    }
}

/// Signs in to an application, goes to one's account and signs out.
async fn walk(server: &TestServer, proxy: Proxy, mails: usize) {
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(server);
    let begin = format!("/id{}", authorize(&application, &[("scope", "openid email")]));
    let sign_in = proxy.visit(&browser, &begin).await;
    let waiting = proxy.submit(&browser, &sign_in, "login-submit", &[("email", JOHN)]).await;
    let letter = crate::harness::person::letter(server, JOHN, mails).await;
    assert!(letter.link.starts_with("http://localhost:8080/id/l/"), "{}", letter.link);
    let consent = proxy.submit(&browser, &waiting, "login-code-submit", &[("code", &letter.code)]).await;
    let answered = proxy.submit(&browser, &consent, "consent-allow", &[("decision", "allow")]).await;
    let answer = answered.answer_parameters();
    assert_eq!(answer["iss"], "http://localhost:8080/id");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", answer["code"].as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.form(&proxy.seen("/id/token"), &application, &form).await.success();
    let hint = tokens["id_token"].as_str().unwrap();
    let account = proxy.visit(&browser, "/id/account").await;
    assert!(account.has("sign-out"), "{}", account.text());
    let left = proxy.visit(&browser, &format!("/id/oauth/logout?id_token_hint={hint}")).await;
    assert_eq!((left.answer.status.as_u16(), browser.cookie("gatepost_session")), (200, None));
    let again = proxy.visit(&browser, "/id/account").await;
    assert!(again.has("login-submit"), "{}", again.text());
    for address in ["/id", "/id/", "/id/docs", "/id/nothing-here"] {
        proxy.visit(&browser, address).await;
    }
}

#[apply(on_both_engines)]
async fn everything_works_behind_a_proxy_that_leaves_the_path(world: World) {
    let server = world.server_with(BELOW).await;
    walk(&server, Proxy::Keeps, 1).await;
}

#[apply(on_both_engines)]
async fn everything_works_behind_a_proxy_that_strips_the_path(world: World) {
    let server = world.server_with(BELOW).await;
    walk(&server, Proxy::Strips, 1).await;
}

#[apply(on_both_engines)]
async fn a_cookie_is_for_the_path_only(world: World) {
    let server = world.server_with(BELOW).await;
    let page = Browser::of(&server).get("/id/login").await;
    let cookies: Vec<_> = page.answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    assert!(!cookies.is_empty() && cookies.iter().all(|line| line.contains("Path=/id;")), "{cookies:?}");
}

/// RFC 8414 §3.1 puts the issuer's path behind the well-known name, OIDC Discovery §4 before it.
#[apply(on_both_engines)]
async fn the_metadata_is_found_at_both_well_known_places(world: World) {
    let server = world.server_with(BELOW).await;
    for path in [
        "/id/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/id",
        "/id/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/id",
    ] {
        let metadata = server.get(path).await.success();
        assert_eq!(metadata["issuer"], "http://localhost:8080/id", "{path}");
        assert_eq!(metadata["token_endpoint"], "http://localhost:8080/id/token");
        let keys = Proxy::Keeps.seen(metadata["jwks_uri"].as_str().unwrap());
        assert!(server.get(&keys).await.success()["keys"].is_array());
    }
    // RFC 9728 §3.1 has the whole path of the resource behind the name.
    for path in ["/.well-known/oauth-protected-resource/id/api/v1", "/id/.well-known/oauth-protected-resource/api/v1"] {
        assert_eq!(server.get(path).await.success()["resource"], "http://localhost:8080/id/api/v1", "{path}");
    }
    assert_eq!(server.get("/idx/.well-known/openid-configuration").await.status, 404);
    // A preflight of a browser reaches the endpoint too.
    let preflight = server.request(Method::OPTIONS, "/id/token").header("origin", "https://app.example");
    let preflight = Answer::of(preflight.header("access-control-request-method", "POST")).await;
    assert!(preflight.header("access-control-allow-origin").is_some());
}
