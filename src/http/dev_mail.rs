//! `/dev/mail`: the mails that `serve --dev` caught. 404 on any other server, and where other machines could see it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

use super::Edge;
use super::pages::locale::requested;
use super::pages::messages::Messages;
use super::reply::{Refused, not_found};
use crate::flows::mail::CaughtMail as Mail;
use crate::protocol::refusal::Refusal;

/// The mail's own styles are shown; nothing is loaded and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'self'; \
                      form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "dev/mails.html")]
struct MailsPage {
    /// The messages of the browser's language.
    t: &'static Messages,
    mails: Vec<Mail>,
}

#[derive(Template)]
#[template(path = "dev/mail.html")]
struct MailPage<'a> {
    /// The messages of the browser's language.
    t: &'static Messages,
    mail: &'a Mail,
    pieces: Vec<Piece<'a>>,
    framed: String,
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Link(&'a str),
}

/// `GET /dev/mail`: all of them.
pub(super) async fn list(State(edge): State<Edge>, headers: HeaderMap) -> Result<Response, Refused> {
    let Some(mails) = edge.mail().caught_mails() else { return Err(not_found().await) };
    page(&MailsPage { t: Messages::of(requested(&headers)), mails })
}

/// `GET /dev/mail/{name}`: one of them.
pub(super) async fn single(
    State(edge): State<Edge>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let mut mails = edge.mail().caught_mails().unwrap_or_default().into_iter();
    let Some(mail) = mails.find(|mail| mail.name() == name) else { return Err(not_found().await) };
    // Its links open in the whole window, because the frame allows nothing.
    let framed = format!("<base target=\"_top\">{}", mail.html);
    let t = Messages::of(requested(&headers));
    page(&MailPage { t, pieces: pieces(&mail.text), framed, mail: &mail })
}

fn page(template: &impl Template) -> Result<Response, Refused> {
    let html = template.render().map_err(|e| Refusal::server_error(e.to_string()))?;
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((headers, Html(html)).into_response())
}

/// The text, with the lines that are links marked.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let is_address = |line: &str| line.starts_with("https://") || line.starts_with("http://");
    let piece = |line| if is_address(line) { Piece::Link(line) } else { Piece::Plain(line) };
    let lines = text.lines().flat_map(|line| [piece(line), Piece::Plain("\n")]);
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_an_address_becomes_a_link() {
        let expected =
            [Piece::Plain("Open:"), Piece::Plain("\n"), Piece::Link("https://a.example/l/x"), Piece::Plain("\n")];
        assert_eq!(pieces("Open:\nhttps://a.example/l/x\n"), expected);
        assert_eq!(pieces("javascript:alert(1)"), [Piece::Plain("javascript:alert(1)"), Piece::Plain("\n")]);
    }
}
