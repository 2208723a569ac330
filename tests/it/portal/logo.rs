//! The picture of an application: fetched by this server, copied, and shown from here.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{JOHN, address, developer, register, registered};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::{self, CALLBACK};
use crate::harness::{Answer, Registered, TestServer, World, eventually, on_both_engines};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

const PNG: &[u8] = b"\x89PNG\r\n\x1a\npicture";

/// Somebody else's server, which has pictures and other things.
struct Pictures {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Pictures {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let noted = Arc::clone(&asked);
        let router = Router::new().fallback(async move |request: axum::extract::Request| {
            let path = request.uri().path().to_owned();
            noted.lock().unwrap().push(path.clone());
            answer(&path)
        });
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, asked, serving }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn answer(path: &str) -> Response {
    match path {
        "/logo.svg" => ([(header::CONTENT_TYPE, "image/svg+xml")], SVG).into_response(),
        // Whatever a server calls it, what counts is what it is.
        "/logo" => ([(header::CONTENT_TYPE, "text/html")], PNG).into_response(),
        "/page" => ([(header::CONTENT_TYPE, "image/png")], "<html><svg/></html>").into_response(),
        "/large" => [PNG.to_vec(), vec![0; 256 * 1024]].concat().into_response(),
        "/moved" => Redirect::to("/logo").into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn picture(server: &TestServer, application: &Registered) -> Answer {
    server.get(&format!("/logos/{}", application.client_id)).await
}

/// Has what is due fetched, here or by the job that runs beside.
async fn fetch(server: &TestServer, pictures: &Pictures, times: usize) {
    server.rooms.logos.fetch_due_logos().await.unwrap();
    eventually("the picture is asked for", || async { pictures.asked().len() >= times }).await;
}

async fn shop(browser: &Browser, logo: &str) -> Registered {
    let page = register(browser, &[("name", "Shop"), ("type", "web"), ("redirect_uris", CALLBACK)]).await;
    let application = registered(&page);
    let saved = browser.submit(page.form_with("app-save"), &[("logo_uri", logo)]).await;
    assert!(saved.text().contains("The settings are saved."), "{}", saved.text());
    application
}

#[apply(on_both_engines)]
async fn a_copy_is_shown_where_people_sign_in_and_no_browser_is_sent_elsewhere(world: World) {
    let server = world.server().await;
    let pictures = Pictures::start().await;
    let john = developer(&server, JOHN).await;
    let application = shop(&john, &pictures.url("/logo.svg")).await;
    fetch(&server, &pictures, 1).await;
    eventually("the copy", || async { picture(&server, &application).await.status == 200 }).await;
    let copy = picture(&server, &application).await;
    assert_eq!((copy.header("content-type"), copy.text()), (Some("image/svg+xml"), SVG));
    assert_eq!(copy.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    assert_eq!(copy.header("x-content-type-options"), Some("nosniff"));
    let etag = copy.header("etag").unwrap();
    let again = server.request(Method::GET, &format!("/logos/{}", application.client_id));
    assert_eq!(Answer::of(again.header("if-none-match", etag)).await.status, 304);

    let asked = john.visit(&person::authorize(&application, &[])).await;
    let sign_in = Browser::of(&server).visit(&person::authorize(&application, &[])).await;
    let image = format!("<img src=\"/logos/{}\" alt=\"\">", application.client_id);
    for page in [asked, sign_in, john.visit(&address(&application)).await] {
        assert!(page.text().contains(&image), "{}", page.text());
        let loaded = page.text().split("src=\"").skip(1).filter(|rest| !rest.starts_with('/')).count();
        assert_eq!(loaded, 0, "{}", page.text());
    }
    // A day later it is fetched once more, not with each round.
    server.rooms.logos.fetch_due_logos().await.unwrap();
    assert_eq!(pictures.asked(), ["/logo.svg"]);
    world.clock.advance(Duration::from_hours(25));
    fetch(&server, &pictures, 2).await;
    assert_eq!(picture(&server, &application).await.status, 200);
}

#[apply(on_both_engines)]
async fn what_is_no_picture_is_not_shown_and_its_owner_is_told(world: World) {
    let server = world.server().await;
    let pictures = Pictures::start().await;
    let john = developer(&server, JOHN).await;
    let application = shop(&john, &pictures.url("/logo")).await;
    fetch(&server, &pictures, 1).await;
    eventually("the copy", || async { picture(&server, &application).await.status == 200 }).await;
    assert_eq!(picture(&server, &application).await.header("content-type"), Some("image/png"));
    let wrong = [
        ("/page", "expected a picture of the kind"),
        ("/large", "longer than 262144 bytes"),
        ("/moved", "redirects are not followed"),
        ("/none", "the answer was 404"),
    ];
    for (count, (path, why)) in (2..).zip(wrong) {
        let overview = john.visit(&address(&application)).await;
        john.submit(overview.form_with("app-save"), &[("logo_uri", &pictures.url(path))]).await;
        fetch(&server, &pictures, count).await;
        let told = || async { john.visit(&address(&application)).await };
        eventually(why, || async { element_text(&told().await).contains(why) }).await;
        assert_eq!(picture(&server, &application).await.status, 404, "the copy of another address is gone: {path}");
    }
    let overview = john.visit(&address(&application)).await;
    let refused = john.submit(overview.form_with("app-save"), &[("logo_uri", "data:image/png;base64,AAAA")]).await;
    assert!(refused.has("set-logo-uri-problem"), "{}", refused.text());
}

fn element_text(page: &Page) -> String {
    let about = page.text().split("id=\"app-logo\"").nth(1).unwrap_or_default();
    about.split("</dd>").next().unwrap_or_default().to_owned()
}

/// RFC 7591 §5: nobody who is known here answers for what it says of itself.
#[apply(on_both_engines)]
async fn an_application_that_registered_itself_has_a_picture_by_name_only(world: World) {
    let server = world.server_with("[registration]\ndynamic = \"open\"").await;
    let pictures = Pictures::start().await;
    let metadata = json!({ "redirect_uris": [CALLBACK], "logo_uri": pictures.url("/logo.svg") });
    let answer = Answer::of(server.request(Method::POST, "/oauth/register").json(&metadata)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let registered = answer.json();
    assert_eq!(registered["logo_uri"], pictures.url("/logo.svg"));
    server.rooms.logos.fetch_due_logos().await.unwrap();
    let address = format!("/logos/{}", registered["client_id"].as_str().unwrap());
    assert_eq!(server.get(&address).await.status, 404);
    assert!(pictures.asked().is_empty());
}
