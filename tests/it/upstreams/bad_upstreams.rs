//! Upstreams that cannot be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::json;
use tokio::net::TcpListener;

use super::stand_in::Reply;
use super::{UNLIMITED, with_upstream, with_upstream_and};
use crate::harness::browser::{Browser, Page};
use crate::harness::{TestServer, World, on_both_engines};

const DISCOVERY: &str = "/.well-known/openid-configuration";

async fn pressed(server: &TestServer) -> Page {
    let browser = Browser::of(server);
    let page = browser.visit("/login").await;
    browser.post(&page.form_with("upstream-corp"), &[]).await
}

async fn assert_unavailable(world: &World, reply: Reply) {
    let (server, corp) = with_upstream(world).await;
    corp.answers(DISCOVERY, reply.clone());
    let page = pressed(&server).await;
    assert!(
        [400, 503].contains(&page.answer.status.as_u16()) && page.has("login-submit"),
        "{reply:.80?}: {}",
        page.text()
    );
    server.stop().await;
}

/// Discovery §4.3: what the document must be, and how large.
#[apply(on_both_engines)]
async fn a_discovery_document_that_is_none_leads_nowhere(world: World) {
    for reply in [
        Reply::Json(404, json!({})),
        Reply::Text("<html>".to_owned()),
        Reply::Json(200, json!({ "issuer": "https://evil.example" })),
        Reply::Text(format!("{{\"a\": \"{}\"}}", "a".repeat(70_000))),
        Reply::Redirect("/elsewhere".to_owned()),
    ] {
        assert_unavailable(&world, reply).await;
    }
}

/// A document that is none is looked for again after a minute, as one that was not there; a good one is kept for longer.
#[apply(on_both_engines)]
async fn a_discovery_document_that_is_none_is_not_kept_as_a_good_one(world: World) {
    let (server, corp) = with_upstream(&world).await;
    corp.publishes("issuer", "https://evil.example");
    let page = pressed(&server).await;
    assert!(page.has("login-submit"), "{}", page.text());
    corp.publishes("issuer", corp.issuer());
    world.clock.advance(Duration::from_secs(60));
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    corp.begin(&browser, &page).await;
}

/// An upstream that does not answer keeps nobody waiting for long.
#[apply(on_both_engines)]
async fn an_upstream_that_does_not_answer_is_given_up(world: World) {
    assert_unavailable(&world, Reply::Silence).await;
}

/// The same where it has kept silent only since the person came back: the page that tells them comes in time.
#[apply(on_both_engines)]
async fn an_upstream_that_takes_no_code_is_given_up(world: World) {
    let (server, corp) = with_upstream_and(&world, "[server]\nrequest_timeout = \"5s\"", "").await;
    corp.answers("/token", Reply::Silence);
    let page = corp.sign_in(&Browser::of(&server)).await;
    assert!(page.answer.status == 503 && page.has("login-submit"), "{}", page.text());
    assert!(page.text().contains("does not answer at the moment"), "{}", page.text());
    let kept = world.database.texts("select why from upstream_failures").await;
    assert_eq!(kept, ["it did not answer within 4 s"]);
}

/// `[[upstreams]] allow_private`: an upstream is on the public internet, or where the operator says. It is another matter
/// that this one speaks no TLS.
#[apply(on_both_engines)]
async fn an_upstream_in_a_private_network_has_to_be_permitted(world: World) {
    let (port, reached) = listening().await;
    world.names.set("sso.corp.example", &[&["127.0.0.1"]]);
    let declared = format!(
        "[server]\nissuer = \"https://login.example.com\"\n{UNLIMITED}[[upstreams]]\nname = \"corp\"\n\
         issuer = \"https://sso.corp.example:{port}\"\nclient_id = \"gatepost\"\n"
    );
    for (permitted, is_reached) in
        [("", false), ("allow_private = [\"10.0.0.0/8\"]", false), ("allow_private = [\"127.0.0.0/8\"]", true)]
    {
        let server = world.server_with(&format!("{declared}{permitted}")).await;
        world.database.execute("delete from upstream_failures").await;
        assert_eq!(press_at(&server, "login.example.com").await, 503, "{permitted}");
        let kept = world.database.texts("select why from upstream_failures").await;
        let [why] = &kept[..] else { panic!("{kept:?}") };
        assert_eq!(why.contains("leads to no public address"), !is_reached, "{permitted}: {why}");
        assert_eq!(reached.load(Ordering::SeqCst) > 0, is_reached, "{permitted}: {why}");
        server.stop().await;
    }
}

/// A port, and how many connections it got. Each is closed at once.
async fn listening() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, reached) = (listener.local_addr().unwrap().port(), Arc::<AtomicUsize>::default());
    let count = Arc::clone(&reached);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, reached)
}

/// Presses the button of the upstream at a server that is called so, and says what the answer's status is.
async fn press_at(server: &TestServer, host: &str) -> u16 {
    let request = server.request(reqwest::Method::GET, "/login").header("host", host);
    let page = Page { answer: crate::harness::Answer::of(request).await };
    let cookie = page.answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let form = page.form_with("upstream-corp");
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    let request = server.request(reqwest::Method::POST, &form.action).header("host", host);
    let request = request.header("cookie", cookie).header("content-type", "application/x-www-form-urlencoded");
    crate::harness::Answer::of(request.body(body)).await.status.as_u16()
}

/// `[[upstreams]]`: a name that is not there is not found.
#[apply(on_both_engines)]
async fn an_upstream_that_is_not_declared_is_not_there(world: World) {
    let (server, _corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let mut form = page.form_with("upstream-corp");
    "/login/upstream/other".clone_into(&mut form.action);
    assert_eq!(browser.post(&form, &[]).await.answer.status, 404);
    assert_eq!(browser.get("/login/upstream/other/callback?code=a&state=b").await.answer.status, 404);
    assert_eq!(browser.visit("/login/upstream/corp").await.answer.status, 200);
    let forged = browser.post(&page.form_with("upstream-corp"), &[("csrf", "x")]).await;
    assert!(forged.redirect().is_none(), "{forged:?}");
}
