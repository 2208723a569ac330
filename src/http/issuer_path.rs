//! An issuer with a path, such as `https://example.com/id`: the same URL table below that path.
//!
//! Handlers and pages know paths below the issuer only. Here a request loses the path, if the proxy in front has left
//! it, and what a response refers to on this host gets it. So it does not matter whether the proxy strips it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

use crate::config::Issuer;
use crate::domain::own_api;
use crate::protocol::protected_resource::WELL_KNOWN as WELL_KNOWN_RESOURCE;

/// The documents that a client looks for with the issuer's path behind their name (RFC 8414 §3.1).
const WELL_KNOWN: [&str; 2] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

/// The attributes with which a page refers to something on this host.
const ATTRIBUTES: [&str; 5] = [" href=\"/", " action=\"/", " src=\"/", " data-ask=\"/", " data-answer=\"/"];

/// The largest page, in bytes.
const LARGEST_PAGE: usize = 16 << 20;

/// The table below the issuer's path; the table itself if the issuer has none.
pub(super) fn below_issuer(table: Router, issuer: &Issuer) -> Router {
    let path: Arc<str> = issuer.path().into();
    if path.is_empty() {
        return table;
    }
    Router::new().fallback_service(table).layer(from_fn_with_state(path, serve_below))
}

async fn serve_below(State(path): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    if let Some(inner) = below(&path, request.uri()) {
        *request.uri_mut() = inner;
    }
    let response = with_path_in_location(&path, next.run(request).await);
    with_path_in_page(&path, response).await
}

/// The address below the issuer's path, if it is there.
fn below(path: &str, uri: &Uri) -> Option<Uri> {
    let requested = uri.path();
    let is_rest = |rest: &&str| rest.is_empty() || rest.starts_with('/');
    let document = requested.strip_suffix(path).filter(|document| WELL_KNOWN.contains(document)).map(str::to_owned);
    let inner = document
        .or_else(|| of_protected_resource(path, requested))
        .or_else(|| requested.strip_prefix(path).filter(is_rest).map(str::to_owned))?;
    let inner = if inner.is_empty() { "/" } else { &inner };
    let text = uri.query().map_or_else(|| inner.to_owned(), |query| format!("{inner}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

/// RFC 9728 §3.1: the name of this document stands before all of the path.
fn of_protected_resource(path: &str, requested: &str) -> Option<String> {
    let rest = requested.strip_prefix(WELL_KNOWN_RESOURCE)?.strip_prefix(path)?;
    (rest == own_api::PATH).then(|| format!("{WELL_KNOWN_RESOURCE}{rest}"))
}

fn with_path_in_location(path: &str, mut response: Response) -> Response {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let local = location.filter(|location| location.starts_with('/') && !location.starts_with("//"));
    if let Some(value) = local.and_then(|local| HeaderValue::from_str(&format!("{path}{local}")).ok()) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// The templates quote every attribute and escape every quote in a value, so what looks like an attribute is one.
async fn with_path_in_page(path: &str, response: Response) -> Response {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|content_type| content_type.starts_with("text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = to_bytes(body, LARGEST_PAGE).await.ok().and_then(|bytes| String::from_utf8(bytes.into()).ok());
    let Some(page) = page else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(with_path(path, page)))
}

fn with_path(path: &str, page: String) -> String {
    ATTRIBUTES.into_iter().fold(page, |page, attribute| {
        let start = attribute.trim_end_matches('/');
        let mut pieces = page.split(attribute);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |mut done, rest| {
            done.push_str(start);
            // `//host` is another host.
            if !rest.starts_with('/') {
                done.push_str(path);
            }
            done.push('/');
            done.push_str(rest);
            done
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_below_the_path_and_documents_before_it() {
        let inner = |uri: &str| below("/id", &uri.parse().unwrap()).map(|uri| uri.to_string());
        for (requested, found) in [
            ("/id", "/"),
            ("/id/", "/"),
            ("/id?x=1", "/?x=1"),
            ("/id/token", "/token"),
            ("/id/login?flow=1&x=/id/y", "/login?flow=1&x=/id/y"),
            ("/id/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            ("/.well-known/openid-configuration/id", "/.well-known/openid-configuration"),
            ("/.well-known/oauth-authorization-server/id", "/.well-known/oauth-authorization-server"),
        ] {
            assert_eq!(inner(requested).as_deref(), Some(found), "{requested}");
        }
        for other in
            ["/", "/token", "/idx/token", "/x/id", "/.well-known/jwks.json/id", "/.well-known/openid-configuration"]
        {
            assert_eq!(inner(other), None, "{other}");
        }
    }

    #[test]
    fn what_a_page_refers_to_on_this_host_is_below_the_path() {
        let page = "<a href=\"/account\"> <a href=\"//host/x\"><a href=\"https://a/\"><form method=\"post\" action=\"/login\">\
                    <script src=\"/static/a.js\"></script><p> href=&#34;/x&#34; <a href=\"#top\"><a href=\"/\">";
        let below = "<a href=\"/id/account\"> <a href=\"//host/x\"><a href=\"https://a/\"><form method=\"post\" action=\"/id/login\">\
                    <script src=\"/id/static/a.js\"></script><p> href=&#34;/x&#34; <a href=\"#top\"><a href=\"/id/\">";
        assert_eq!(with_path("/id", page.to_owned()), below);
    }
}
