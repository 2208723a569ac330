//! Pages are shown under the issuer's name alone, so that a page of another name that resolves to this server (DNS
//! rebinding) reads nothing here; addresses for programs go by any name.

use macro_rules_attribute::apply;
use reqwest::Method;

use crate::harness::{Answer, RawAnswer, TestServer, World, on_both_engines};
use crate::url_table::public_routes;

const PAGES: [&str; 13] = [
    "/",
    "/login",
    "/login/code",
    "/consent",
    "/l/gpl_x",
    "/account",
    "/portal/applications",
    "/admin",
    "/docs",
    "/keep/x",
    "/oauth/authorize",
    "/oauth2/authorize",
    "/oauth/logout",
];

async fn visit(server: &TestServer, path: &str, host: &str) -> Answer {
    Answer::of(server.request(Method::GET, path).header("host", host).header("accept", "text/html")).await
}

#[apply(on_both_engines)]
async fn a_server_for_this_machine_goes_by_the_names_of_this_machine_only(world: World) {
    let server = world.server().await;
    for path in PAGES.into_iter().chain(["/dev/mail", "/dev/mail/x"]) {
        for foreign in ["evil.example", "evil.example:8080", "localhost.evil.example", "192.0.2.1", "x@localhost"] {
            let refused = visit(&server, path, foreign).await;
            assert_eq!(refused.status, 421, "{path} at {foreign}: {}", refused.text());
            assert!(refused.text().contains("localhost:8080"), "it says where to go: {}", refused.text());
        }
        for own in ["localhost:8080", "LOCALHOST", "127.0.0.1:9", "[::1]:8080", "gatepost.localhost"] {
            assert_ne!(visit(&server, path, own).await.status, 421, "{path} at {own}");
        }
    }
}

#[apply(on_both_engines)]
async fn a_public_server_shows_pages_under_its_name_and_answers_programs_by_any(world: World) {
    let server = world.server_with("[server]\nissuer = \"https://login.example.com\"").await;
    for path in PAGES {
        for foreign in ["localhost", "login.example.com.evil.example", "example.com", "10.0.0.7:8080", "gatepost"] {
            assert_eq!(visit(&server, path, foreign).await.status, 421, "{path} at {foreign}");
        }
        // A proxy may pass its own port on, or none.
        for own in ["login.example.com", "Login.Example.com:443", "login.example.com.:8443"] {
            assert_ne!(visit(&server, path, own).await.status, 421, "{path} at {own}");
        }
    }
    for path in ["/health/live", "/health/ready", "/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        assert_eq!(visit(&server, path, "gatepost.internal:8080").await.status, 200, "{path}");
    }
    for path in ["/api/v1/hello", "/oauth/userinfo", "/static/gatepost.css"] {
        assert_ne!(visit(&server, path, "gatepost.internal:8080").await.status, 421, "{path}");
    }
    let application = server.service().await;
    let token = server.request(Method::POST, "/token").header("host", "gatepost.internal");
    let token = token.basic_auth(&application.client_id, Some(&application.secret));
    Answer::of(token.form(&[("grant_type", "client_credentials")])).await.success();
    let nameless = server.raw(b"GET /login HTTP/1.0\r\n\r\n").await;
    assert_eq!(nameless.status(), Some(421), "{}", nameless.text());
}

/// What programs call, by whatever name; all else is a page. Those whose names end with a slash are all below it.
const FOR_PROGRAMS: [&str; 16] = [
    "/.well-known/",
    "/api/v1/",
    "/health/",
    "/logos/",
    "/oauth/device_authorization",
    "/oauth/introspect",
    "/oauth/par",
    "/oauth/register",
    "/oauth/register/",
    "/oauth/revoke",
    "/oauth/token",
    "/oauth/userinfo",
    "/oauth2/token",
    "/static/",
    "/token",
    "/users",
];

fn is_for_programs(path: &str) -> bool {
    FOR_PROGRAMS.into_iter().any(|one| path == one || one.ends_with('/') && path.starts_with(one))
}

/// Each address of the router, however it is asked: a page is 421, and no answer under another name gives a cookie. What a
/// stranger says that a proxy was called by makes neither better nor worse.
#[apply(on_both_engines)]
async fn every_page_of_the_router_keeps_to_the_name_of_the_server(world: World) {
    let server = world.server().await;
    let routes = public_routes(&world).await;
    let mut pages = 0;
    for route in &routes {
        let path = route.parameters().fold(route.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), "x"));
        for method in route.methods.iter().map(|method| method.parse::<Method>().unwrap()) {
            for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
                for (host, forwarded) in [("evil.example", None), ("evil.example", Some("localhost:8080"))] {
                    let request = server.request(method.clone(), &path).header("host", host).body("{}");
                    let request = request.header("content-type", kind).header("accept", "text/html");
                    let forwarded = forwarded.into_iter();
                    let request = forwarded.fold(request, |request, name| request.header("x-forwarded-host", name));
                    let answer = Answer::of(request).await;
                    let what = format!("{method} {path} as {kind}: {}", answer.status);
                    assert_eq!(answer.header("set-cookie"), None, "{what}");
                    // A program asks for a sign-in by mail at the address of a page.
                    let asks = method == Method::POST && path.ends_with("/authorize") && kind.ends_with("json");
                    if !is_for_programs(&path) && !asks {
                        assert_eq!(answer.status, 421, "{what}");
                        pages += 1;
                    }
                }
            }
        }
        let own = server.request(Method::GET, &path).header("host", "localhost:8080");
        let answer = Answer::of(own.header("x-forwarded-host", "evil.example").header("accept", "text/html")).await;
        assert_ne!(answer.status, 421, "{path}");
        let told = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
        assert!(!told.contains("evil.example"), "{path}: {told}");
    }
    assert!(routes.len() > 100 && pages > 300, "{} routes, {pages} times a page", routes.len());
}

/// RFC 9112 §3.2: what stands in front of this server may have looked at the other one.
#[apply(on_both_engines)]
async fn more_than_one_host_is_refused(world: World) {
    let server = world.server().await;
    for path in ["/account", "/token", "/health/live"] {
        for second in ["localhost:8080", "evil.example"] {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nHost: {second}\r\nConnection: close\r\n\r\n");
            let answer = RawAnswer::of(server.address, request.as_bytes()).await;
            assert_eq!(answer.status(), Some(400), "{path}: {}", answer.text());
        }
    }
}

/// What an answer says of the way back.
async fn transport_security(server: &TestServer, path: &str, host: &str) -> Vec<String> {
    let answer = visit(server, path, host).await;
    let said = answer.headers.get_all("strict-transport-security").iter();
    said.map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// RFC 6797 §6.1, §7.2: who was here by https comes back by https.
#[apply(on_both_engines)]
async fn a_server_that_is_reached_by_https_says_so_on_every_answer(world: World) {
    let server = world.server_with("[server]\nissuer = \"https://login.example.com/id\"").await;
    for path in ["/id/login", "/id/token", "/.well-known/jwks.json", "/id/static/none.css", "/nothing", "/health/live"]
    {
        let said = transport_security(&server, path, "login.example.com").await;
        assert_eq!(said, ["max-age=31536000"], "{path}");
    }
}

/// RFC 6797 §7.2, §8.1.1: nothing is said of plain http, of an address, or of this machine, whose other servers are not ours.
#[apply(on_both_engines)]
async fn other_servers_are_not_bound_to_https(world: World) {
    for issuer in ["http://localhost:8080", "https://localhost:8443", "https://192.0.2.7"] {
        let server = world.another().server_with(&format!("[server]\nissuer = \"{issuer}\"")).await;
        let host = issuer.split('/').nth(2).unwrap();
        assert_eq!(transport_security(&server, "/login", host).await, Vec::<String>::new(), "{issuer}");
    }
}
