//! What registered itself is no open redirector (RFC 9700 §4.11.2).

use macro_rules_attribute::apply;

use serde_json::{Value, json};

use super::{OPEN, made, register, text, web_client};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::CHALLENGE;
use crate::harness::{TestServer, World, on_both_engines};

const CALLBACK: &str = "https://app.example/cb";

async fn asked(browser: &Browser, client: &Value, more: &[(&str, &str)]) -> Page {
    let request = [
        ("client_id", text(&client["client_id"])),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "af0ifjsldkj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(request.iter().filter(|(name, _)| more.iter().all(|(other, _)| name != other)));
    browser.visit(&format!("/oauth/authorize?{}", query.extend_pairs(more).finish())).await
}

async fn client(server: &TestServer) -> Value {
    made(&register(server, &web_client()).await)
}

/// Whoever makes the request can make it one that is refused, and its address is then one of this server.
#[apply(on_both_engines)]
async fn a_refusal_goes_to_it_only_by_the_hand_of_the_person(world: World) {
    let server = world.server_with(OPEN).await;
    let (client, browser) = (client(&server).await, Browser::of(&server));
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("scope", "openid"), ("prompt", "none")], "?error=login_required"),
        (&[("scope", "openid"), ("prompt", "none"), ("response_mode", "fragment")], "#error=login_required"),
        (&[("scope", "openid"), ("response_type", "token")], "?error=unsupported_response_type"),
        (&[("scope", "openid"), ("code_challenge_method", "plain")], "?error=invalid_request"),
    ];
    for (more, error) in cases {
        let page = asked(&browser, &client, more).await;
        assert_eq!((page.answer.status.as_u16(), page.redirect()), (400, None), "{more:?}");
        assert!(page.text().contains("nobody here has checked it"), "{}", page.text());
        assert!(page.text().contains("app.example"), "{}", page.text());
        let link = format!("{CALLBACK}{error}");
        let document = page.document();
        let links: Vec<_> = document.elements().filter_map(|element| element.attribute("href")).collect();
        assert!(links.iter().any(|href| href.starts_with(&link) && href.contains("state=af0ifjsldkj")), "{links:?}");
    }
    let posted =
        asked(&browser, &client, &[("scope", "openid"), ("prompt", "none"), ("response_mode", "form_post")]).await;
    assert_eq!(posted.answer.status, 400);
    assert!(!posted.text().contains(CALLBACK), "nothing is posted there either: {}", posted.text());
}

/// Who signed in, or said no, has seen who asks.
#[apply(on_both_engines)]
async fn who_says_no_is_taken_back(world: World) {
    let server = world.server_with(&format!("{OPEN}login.signup = \"open\"\n")).await;
    let (client, browser) = (client(&server).await, Browser::of(&server));
    let page = asked(&browser, &client, &[("scope", "openid")]).await;
    let consent = browser.sign_in(&server, &page, "john@example.com", 1).await;
    let answer = browser.submit(consent.form_with("consent-deny"), &[("decision", "deny")]).await;
    assert_eq!(answer.answer_parameters()["error"], json!("access_denied"));
}

/// Neither is the address after a sign-out: nobody is signed in, so nobody is asked.
#[apply(on_both_engines)]
async fn a_sign_out_leads_to_it_only_by_the_hand_of_the_person(world: World) {
    let server = world.server_with(&format!("{OPEN}login.signup = \"open\"\n")).await;
    let mut metadata = web_client();
    metadata["post_logout_redirect_uris"] = json!(["https://app.example/bye"]);
    let (client, browser) = (made(&register(&server, &metadata).await), Browser::of(&server));
    let id = text(&client["client_id"]);
    let address =
        format!("/oauth/logout?client_id={id}&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&state=s");
    let page = browser.visit(&address).await;
    assert_eq!((page.answer.status.as_u16(), page.redirect()), (200, None));
    assert!(page.text().contains("app.example"), "{}", page.text());
    let document = page.document();
    let link = document.elements().find(|element| element.attribute("id") == Some("onward"));
    assert_eq!(link.and_then(|link| link.attribute("href")), Some("https://app.example/bye?state=s"));

    // A person who says that they want to sign out has seen who asks.
    let page = asked(&browser, &client, &[("scope", "openid")]).await;
    browser.sign_in(&server, &page, "john@example.com", 1).await;
    let question = browser.visit(&address).await;
    let answer = browser.submit(question.form_with("logout-yes"), &[("decision", "yes")]).await;
    assert_eq!(answer.redirect().as_deref(), Some("https://app.example/bye?state=s"));
}
