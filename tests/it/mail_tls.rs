//! Mail over TLS, with real handshakes: who gets mail, and what can be read on the way.
//!
//! The server is a process of its own, because the authorities it trusts are in its environment.

use serde_json::{Value, json};

use crate::harness::{Authority, Installation, Node, Privacy, SmtpServer, text};

/// By what name mail servers are known here.
const NAME: &str = "127.0.0.1";

/// A server that sends its mail there and trusts this authority, and no other.
fn mailing(scheme: &str, smtp: &SmtpServer, tls: &str, trusted: &Authority) -> Installation {
    Installation::on_sqlite().with("mail.url", &format!("{scheme}://{}{tls}", smtp.address)).trusting(trusted)
}

/// A running server that has just been asked to send John a link.
async fn asked_for_mail(at: &Installation) -> Node {
    let words = ["app", "create", "--name", "Shop", "--type", "web", "--redirect-uri", "https://shop.example.com/back"];
    let application = at.migrated().await.json(&words).await;
    at.json(&["user", "create", "john@example.org"]).await;
    let node = at.start().await;
    let request = json!({
        "client_id": application["client_id"], "redirect_uri": "https://shop.example.com/back",
        "response_type": "code", "username": "john@example.org",
    });
    let answer =
        node.client.post(node.url("/oauth/authorize")).json(&request).send().await.expect("the server answers");
    assert_eq!(answer.status(), 200, "no answer waits for the mail server");
    node
}

/// Why the mail has not left yet.
async fn refusal(mut node: Node) -> String {
    let line = node.line("mail not accepted yet").await.expect("it tries");
    text(&serde_json::from_str::<Value>(&line).expect("the log is JSON")["reason"])
}

/// What `gatepost doctor` finds out about the mail server, in the same way as a mail would.
async fn diagnosis(at: &Installation) -> (String, String) {
    let ran = at.run(&["doctor", "--json"]).await;
    let checks: Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
    let check = checks.as_array().expect("a list").iter().find(|check| check["name"] == "mail").expect("about mail");
    (text(&check["finding"]), text(&check["detail"]))
}

async fn delivered(node: &mut Node, smtp: &SmtpServer) {
    node.line("mail accepted").await.expect("it is sent");
    let mail = smtp.received().pop().expect("it is there");
    assert_eq!(mail.recipients, ["john@example.org"]);
}

/// RFC 8314 §3.3: `smtps://` is TLS from the first byte.
#[tokio::test]
async fn mail_goes_to_a_server_whose_certificate_is_trusted_and_nothing_is_said_in_clear() {
    let authority = Authority::named("Ours");
    let smtp = SmtpServer::start_private(Privacy::FromTheStart(authority.server(NAME))).await;
    let at = mailing("smtps", &smtp, "", &authority);
    delivered(&mut asked_for_mail(&at).await, &smtp).await;
    assert_eq!(smtp.in_clear(), Vec::<String>::new());
    let (finding, detail) = diagnosis(&at).await;
    assert!(finding == "good" && detail.contains("answers, encrypted"), "{detail}");
}

/// RFC 3207 §4, where it is required.
#[tokio::test]
async fn starttls_comes_before_anything_that_matters() {
    let authority = Authority::named("Ours");
    let smtp = SmtpServer::start_private(Privacy::StartTls(authority.server(NAME))).await;
    let at = mailing("smtp", &smtp, "?tls=required", &authority);
    delivered(&mut asked_for_mail(&at).await, &smtp).await;
    assert_eq!(smtp.in_clear(), ["EHLO", "STARTTLS"]);
}

/// RFC 7435: where nothing is required, a certificate that proves nothing is still better than no encryption.
#[tokio::test]
async fn starttls_is_used_where_it_is_offered_whatever_the_certificate_says() {
    let smtp =
        SmtpServer::start_private(Privacy::StartTls(Authority::named("Theirs").server("mail.example.com"))).await;
    let at = mailing("smtp", &smtp, "", &Authority::named("Ours"));
    delivered(&mut asked_for_mail(&at).await, &smtp).await;
    assert_eq!(smtp.in_clear(), ["EHLO", "STARTTLS"]);
}

/// RFC 6125: a man in the middle has a certificate too, but not for this name from this authority.
#[tokio::test]
async fn a_server_that_cannot_prove_its_name_is_told_nothing() {
    let [ours, theirs, impostor] = ["Ours", "Theirs", "Ours"].map(Authority::named);
    for (authority, name, reason) in [
        (&theirs, NAME, "SSL_CERT_FILE can name a file"),
        (&impostor, NAME, "BadSignature"),
        (&ours, "mail.example.com", "not valid for name"),
    ] {
        let tls = authority.server(name);
        for (scheme, parameter, privacy) in [
            ("smtps", "", Privacy::FromTheStart(tls.clone())),
            ("smtp", "?tls=required", Privacy::StartTls(tls.clone())),
        ] {
            let smtp = SmtpServer::start_private(privacy).await;
            let (finding, detail) = diagnosis(&mailing(scheme, &smtp, parameter, &ours)).await;
            assert!(finding == "problem" && detail.contains(reason), "{scheme} {name}: {detail}");
            assert!(smtp.offered().is_empty() && !smtp.in_clear().contains(&"MAIL".to_owned()));
        }
    }
}

/// The same for a mail: it waits for a better server.
#[tokio::test]
async fn mail_waits_rather_than_go_to_a_server_that_cannot_prove_its_name() {
    let smtp = SmtpServer::start_private(Privacy::FromTheStart(Authority::named("Theirs").server(NAME))).await;
    let at = mailing("smtps", &smtp, "", &Authority::named("Ours"));
    let reason = refusal(asked_for_mail(&at).await).await;
    assert!(reason.contains("UnknownIssuer"), "{reason}");
    assert_eq!(smtp.offered(), Vec::<String>::new());
}

/// RFC 3207 §6: a man in the middle can withhold the offer.
#[tokio::test]
async fn without_the_offer_of_starttls_there_is_no_mail_where_it_is_required() {
    let smtp = SmtpServer::start().await;
    for url in [format!("smtp://{}?tls=required", smtp.address), format!("smtps://{}", smtp.address)] {
        let at = Installation::on_sqlite().with("mail.url", &url);
        let (finding, detail) = diagnosis(&at).await;
        assert_eq!(finding, "problem", "{detail}");
        assert!(!smtp.in_clear().contains(&"MAIL".to_owned()), "{:?}", smtp.in_clear());
    }
}
