//! What `gatepost doctor` sees when it looks from outside.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use macro_rules_attribute::apply;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Installation, SmtpServer, installed_on_both_engines, text};

/// What stands at the public address, which answers with this status and names this issuer.
async fn face(status: u16, issuer: impl Fn(SocketAddr) -> String) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (asked, metadata) = (Arc::<Mutex<Vec<String>>>::default(), json!({ "issuer": issuer(address) }));
    let seen = Arc::clone(&asked);
    let answer = move |request: axum::extract::Request| {
        seen.lock().expect("nobody panics").push(request.uri().path().to_owned());
        std::future::ready((StatusCode::from_u16(status).expect("a status"), metadata.to_string()))
    };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    (address, asked)
}

/// It goes the way of the clients, through whatever is in front of the server, and looks at who answers there.
#[apply(installed_on_both_engines)]
async fn doctor_goes_by_the_public_address(at: Installation) {
    let smtp = SmtpServer::start().await;
    let mut at = at.with("mail.url", &format!("smtp://{}", smtp.address));
    at.migrated().await;
    let own = |address: SocketAddr| format!("http://localhost:{}/id", address.port());
    let another = |_| "https://other.example.com".to_owned();
    let (good, asked) = face(200, own).await;
    let (strange, _) = face(200, another).await;
    let (broken, _) = face(502, own).await;
    for (address, finding, detail) in [
        (good, "good", "answers"),
        (strange, "problem", "answered by another server, whose issuer is https://other.example.com"),
        (broken, "warning", "answers 502 there"),
    ] {
        at.set("server.issuer", &own(address));
        let ran = at.run(&["doctor", "--json"]).await;
        let checks: Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
        let check = checks.as_array().expect("a list").iter().find(|check| check["name"] == "public address");
        let check = check.expect("a check");
        assert_eq!(check["finding"], finding, "{checks}");
        assert!(text(&check["detail"]).contains(detail), "{checks}");
        assert_eq!(ran.code, Some(i32::from(finding == "problem")), "{checks}");
    }
    assert_eq!(*asked.lock().expect("nobody panics"), ["/id/.well-known/openid-configuration"]);
}
