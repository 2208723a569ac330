//! `gatepost app try`: the authorization code flow from a terminal.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::harness::browser::Browser;
use crate::harness::{Installation, Node, Ran, text};

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that is reached under its own name, so that a command can go the way of the clients.
async fn reachable() -> (Installation, Node) {
    let port = free_port();
    let at = Installation::on_sqlite()
        .with("server.listen", &format!("127.0.0.1:{port}"))
        .with("server.issuer", &format!("http://localhost:{port}"));
    let node = at.start().await;
    (at, node)
}

/// A command that runs until it has its answer, and the address that it asks to be opened.
fn begin(at: &Installation, words: &[&str], secret: &str) -> (Child, String) {
    let mut command = at.command(words);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{secret}").unwrap();
    drop(stdin);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find(|line| line.contains("/oauth/authorize?")).expect("an address to open");
    (child, address)
}

async fn ended(child: Child) -> Ran {
    let output = spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A browser in which a new account is signed in.
async fn signed_in(at: &Installation, node: &Node) -> Browser {
    at.run(&["user", "create", "john@example.com"]).await;
    let link = text(&at.json(&["user", "login-link", "john@example.com"]).await["link"]);
    let browser = Browser::beside(node);
    let path = link.split("/l/").nth(1).unwrap();
    let page = browser.visit(&format!("/l/{path}")).await;
    browser.submit(page.form_to("/l/"), &[]).await;
    assert!(browser.cookie("gatepost_session").is_some());
    browser
}

/// Opens the address, agrees, and visits the callback as the browser of a person does.
async fn agree(browser: &Browser, address: &str) -> String {
    let path = address.split_once("/oauth/").unwrap().1;
    let page = browser.visit(&format!("/oauth/{path}")).await;
    let done = browser.submit(page.form_with("consent-allow"), &[("decision", "allow")]).await;
    let callback = done.redirect().unwrap_or_else(|| panic!("{}", done.text()));
    reqwest::get(&callback).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_native_application_is_tried_at_any_port() {
    let (at, node) = reachable().await;
    let words = ["app", "create", "--name", "Notes", "--client-id", "notes", "--type", "native", "--owner"];
    let more = ["john@example.com", "--redirect-uri", "http://127.0.0.1/callback"];
    at.json(&[&words[..], &more].concat()).await;
    let browser = signed_in(&at, &node).await;
    let (child, address) = begin(&at, &["app", "try", "notes", "--scope", "openid", "--json"], "");
    let thanks = agree(&browser, &address).await;
    assert!(thanks.contains("close this page"), "{thanks}");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["token_type"], "Bearer", "{shown}");
    assert_eq!(shown["claims"]["id_token"]["aud"], "notes", "{shown}");
    assert_eq!(shown["claims"]["access_token"]["client_id"], "notes", "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_application_is_tried_with_its_secret_at_its_own_port() {
    let (at, node) = reachable().await;
    let callback = format!("http://localhost:{}/back", free_port());
    let words = ["app", "create", "--name", "Shop", "--client-id", "shop", "--type", "web", "--owner"];
    let made = at.json(&[&words[..], &["john@example.com", "--redirect-uri", &callback]].concat()).await;
    let browser = signed_in(&at, &node).await;
    let words = ["app", "try", "shop", "--secret-file", "-"];
    let (child, address) = begin(&at, &words, &text(&made["client_secret"]));
    agree(&browser, &address).await;
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("access_token: ") && ran.stdout.contains("\"client_id\": \"shop\""), "{ran:?}");
    // What the token endpoint refuses is what the command says.
    let (child, address) = begin(&at, &words, "gps_wrong");
    let path = address.split_once("/oauth/").unwrap().1;
    let callback = browser.visit(&format!("/oauth/{path}")).await.redirect().expect("consent was given before");
    reqwest::get(&callback).await.unwrap();
    assert_eq!(ended(child).await.code, Some(1));
}

#[tokio::test]
async fn what_cannot_be_tried_says_what_is_missing() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let create = async |words: &[&str]| at.json(&[&["app", "create", "--name", "X"][..], words].concat()).await;
    create(&["--client-id", "far", "--type", "native", "--redirect-uri", "https://far.example/cb"]).await;
    create(&["--client-id", "near", "--type", "web", "--redirect-uri", "http://localhost:1/cb"]).await;
    create(&["--client-id", "machine"]).await;
    create(&["--client-id", "tv", "--type", "device"]).await;
    for (words, reason) in [
        (&["app", "try", "none"][..], "there is no application none"),
        (
            &["app", "try", "far"],
            "app update far --redirect-uri 'https://far.example/cb' --redirect-uri 'http://127.0.0.1:8765/callback'",
        ),
        (&["app", "try", "machine"], "of type service, sends nobody here with a browser"),
        (&["app", "try", "tv"], "POST /oauth/device_authorization"),
        (&["app", "try", "near"], "--secret-file"),
        (&["app", "try", "far", "--secret-file", "-"], "has no secret"),
    ] {
        let ran = at.run(words).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(reason), "{words:?}: {ran:?}");
    }
}
