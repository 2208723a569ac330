//! Requests that are answered before they were read, and answers that have something in common wherever they come from.

use std::net::SocketAddr;
use std::time::Duration;

use macro_rules_attribute::apply;
use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{Answer, Installation, RawAnswer, World, installed_on_both_engines, on_both_engines};

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// Sends a head and this much of a body, all of it before anything is read, as simple clients do.
async fn sent_whole(address: SocketAddr, head: &str, length: usize) -> RawAnswer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}host: localhost\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let part = vec![b'a'; 64 * 1024];
    let mut left = length;
    while left > 0 {
        let now = left.min(part.len());
        stream.write_all(&part[..now]).await.expect("the server takes what is sent");
        left -= now;
    }
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.expect("the connection ends");
    read.expect("the connection is closed, not reset");
    RawAnswer::from(answer)
}

/// RFC 9112 §9.6: an answer is seen although its request was not read, whatever it was refused for.
#[apply(on_both_engines)]
async fn a_client_that_still_sends_sees_the_answer(world: World) {
    let server = world.server().await;
    for (head, status) in [
        ("POST /api/v1/users HTTP/1.1\r\ncontent-type: application/json\r\n".to_owned(), 401),
        (format!("POST /nowhere HTTP/1.1\r\n{FORM}"), 404),
        (format!("POST /health/live HTTP/1.1\r\n{FORM}"), 405),
        (format!("POST /consent HTTP/1.1\r\n{FORM}sec-fetch-site: cross-site\r\n"), 403),
        (format!("POST /token HTTP/1.1\r\n{FORM}"), 413),
        (format!("POST /token HTTP/1.1\r\n{FORM}content-encoding: gzip\r\n"), 415),
    ] {
        let answer = sent_whole(server.address, &head, 8_000_000).await;
        assert_eq!(answer.status(), Some(status), "{head}: {}", answer.text());
        assert_eq!(answer.answer().header("connection"), Some("close"), "{head}");
    }
}

/// RFC 9110 §10.1.1: a client that asks whether to send its body is told no.
#[apply(on_both_engines)]
async fn a_body_that_is_not_wanted_is_not_asked_for(world: World) {
    let server = world.server().await;
    let request = "POST /api/v1/users HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                   expect: 100-continue\r\ncontent-length: 100000\r\n\r\n";
    let answer = server.raw(request.as_bytes()).await;
    assert_eq!((answer.status(), answer.count()), (Some(401), 1), "{}", answer.text());
    assert_eq!(answer.answer().header("connection"), Some("close"));
}

/// RFC 9112 §9.3: a small body that was not read does not cost the connection.
#[apply(on_both_engines)]
async fn a_small_body_that_was_not_read_keeps_the_connection(world: World) {
    let server = world.server().await;
    let refused = "POST /api/v1/users HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                   content-length: 2\r\n\r\n{}";
    let last = "GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answers = server.raw([refused, last].concat().as_bytes()).await;
    assert_eq!((answers.status(), answers.count()), (Some(401), 2), "{}", answers.text());
    assert_eq!(answers.answer().header("connection"), None);
}

/// RFC 9110 §15.5.9: a client that is too slow is told so, and the operator's log does not take it for a fault.
#[apply(installed_on_both_engines)]
async fn a_body_that_drips_past_its_time_is_the_clients_fault(at: Installation) {
    let at = at.with("server.request_timeout", "300ms");
    let mut node = at.start().await;
    for path in ["/token", "/oauth/par", "/oauth/introspect"] {
        let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{FORM}content-length: 100\r\n\r\ngrant_type=");
        let answer = RawAnswer::of(node.address, request.as_bytes()).await.answer();
        answer.refusal(408, "invalid_request");
        assert_eq!(answer.header("connection"), Some("close"));
    }
    let line = node.line("refused").await.expect("it says so");
    assert!(line.contains("\"level\":\"WARN\"") && line.contains("\"status\":408"), "{line}");
}

/// RFC 9110 §15.5.16: what is packed is not taken for something else.
#[apply(on_both_engines)]
async fn a_packed_body_is_refused_as_what_it_is(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let ask = |encoding: &'static str| {
        let form = "grant_type=client_credentials";
        let request = server.request(Method::POST, "/token").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.basic_auth(&application.client_id, Some(&application.secret));
        Answer::of(request.header(CONTENT_ENCODING, encoding).body(form))
    };
    ask("identity").await.success();
    for encoding in ["gzip", "br", "identity, gzip", "GZIP"] {
        let answer = ask(encoding).await;
        let why = answer.refusal(415, "invalid_request");
        assert!(why.contains("Content-Encoding"), "{why}");
        assert_eq!(answer.header("accept-encoding"), Some("identity"));
    }
    // A request without a body has nothing packed.
    let asked = server.request(Method::GET, "/.well-known/jwks.json").header(CONTENT_ENCODING, "gzip");
    Answer::of(asked).await.success();
}

/// Fetch standard, `nosniff`: no answer is taken for something else than it says it is.
#[apply(on_both_engines)]
async fn no_answer_is_guessed_at(world: World) {
    let server = world.server().await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/nowhere"),
        (Method::GET, "/.well-known/jwks.json"),
        (Method::GET, "/.well-known/openid-configuration"),
        (Method::GET, "/api/v1/hello"),
        (Method::GET, "/api/v1/openapi.json"),
        (Method::GET, "/docs"),
        (Method::GET, "/health/live"),
        (Method::GET, "/login"),
        (Method::POST, "/token"),
        (Method::DELETE, "/token"),
        (Method::POST, "/oauth/revoke"),
        (Method::POST, "/users"),
    ] {
        let answer = Answer::of(server.request(method.clone(), path)).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
    }
    let metrics = server.get_management("/metrics").await;
    assert_eq!(metrics.header("x-content-type-options"), Some("nosniff"));
}

/// RFC 7009 §2.2: clients that read every answer as JSON can read this one, and nothing keeps it.
#[apply(on_both_engines)]
async fn a_revocation_is_answered_with_an_empty_object(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let token = server.token().with_basic(&application).send().await.access_token();
    for token in [token.as_str(), "unknown"] {
        let revoke = server.request(Method::POST, "/oauth/revoke").form(&[("token", token)]);
        let answer = Answer::of(revoke.basic_auth(&application.client_id, Some(&application.secret))).await;
        assert_eq!(answer.success(), json!({}));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}
