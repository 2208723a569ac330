//! Pages are shown under the name of the issuer alone: a page of another name that resolves to this server (DNS rebinding)
//! could read what is shown here, and cookies and links would be of the wrong host. Addresses for programs may be called by
//! any name, such as one inside a cluster.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Edge;
use super::pages::page_error::PageError;
use super::pages::place::Place;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Answers 421 to a visit under another name (RFC 9110 §15.5.20).
pub(super) async fn refuse_other_names(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let issuer = &edge.config().server.issuer;
    let path = request.uri().path();
    // Caught mail is shown on a server for this machine only, and is not found on others.
    let is_visited = is_page(path) && !is_of_a_program(&request) || issuer.is_loopback() && path.starts_with("/dev/");
    if !is_visited || issuer.is_reached_at(&named_host(&request)) {
        return next.run(request).await;
    }
    let what = format!("this server is {issuer}; open it by that name. A proxy in front of it has to pass the Host on");
    PageError::from(Refusal::new(ErrorCode::MisdirectedRequest, what)).into_response()
}

fn is_page(path: &str) -> bool {
    path == "/" || Place::of(path).is_some() || path.ends_with("/logout") || path.ends_with("/authorize")
}

/// A sign-in by mail that a program asks for has the address of one page, and shows nothing.
fn is_of_a_program(request: &Request) -> bool {
    if !request.uri().path().ends_with("/authorize") {
        return false;
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    request.method() == Method::POST && kind.trim_ascii_start().to_ascii_lowercase().starts_with("application/json")
}

/// The host that a request names, with its port; empty if it names none.
fn named_host(request: &Request) -> String {
    let in_address = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let in_header = || request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    in_address.or_else(in_header).unwrap_or_default()
}
