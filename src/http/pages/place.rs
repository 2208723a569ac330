//! Addresses that browsers visit: every refusal there is shown on a page.

use axum::extract::Request;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::headers;
use super::locale::{SpokenLanguage, requested};
use super::messages::Messages;
use super::page_error::ForPeople;
use super::problem::refused_at;
use super::visit::{see, sign_in_anew};
use crate::http::observe::TraceId;
use crate::http::reply::{Refused, not_found, report_refusal};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The part of the site that an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Place {
    /// The browser flow, which an application begins.
    SignIn,
    /// This server itself: account, portal, operator pages.
    Own,
}

impl Place {
    /// The pages that a path belongs to, if it does to any.
    pub(in crate::http) fn of(path: &str) -> Option<Self> {
        let below = |area: &str| path.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if ["/portal", "/admin", "/account", "/keep", "/docs"].into_iter().any(below) {
            Some(Self::Own)
        } else if ["/login", "/consent", "/device", "/no-access", "/l"].into_iter().any(below) {
            Some(Self::SignIn)
        } else {
            None
        }
    }
}

/// The page that shows the form which is sent to this path, or that shows what is below it; a page itself otherwise.
pub(in crate::http) fn page_of_form(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let length = match parts.get(1..).unwrap_or_default() {
        ["portal", "applications", _, "webhooks", _, ..] => 6,
        ["portal", "applications", id, form, ..] => return format!("/portal/applications/{id}{}", tab_with(form)),
        ["admin", "users", "invite" | "withdraw"] => 3,
        ["portal", ..] | ["admin", "users" | "groups" | "webhooks", _, ..] | ["account", "address" | "undo", _] => 4,
        ["admin", ..] | ["account", "delete" | "export" | "address"] => 3,
        ["account", ..] => 2,
        _ => parts.len(),
    };
    parts.get(..length).unwrap_or(&parts).join("/")
}

/// What follows an application's address where this form of it is shown.
fn tab_with(form: &str) -> &'static str {
    match form {
        "credentials" | "secrets" => "/credentials",
        "sign-in" => "/sign-in",
        "access" | "owners" | "invitations" | "leave" => "/access",
        "insight" | "webhooks" => "/insight",
        "danger" | "deactivate" | "activate" | "delete" => "/danger",
        _ => "",
    }
}

/// `GET` of where a form was sent to, which showed its page again: back to the page itself.
pub(in crate::http) async fn back(uri: Uri) -> Response {
    see(&page_of_form(uri.path()))
}

/// Around every address: where browsers visit, a refusal becomes a page, and an address with a slash too many leads to
/// the one without.
pub(in crate::http) async fn tell_on_pages(mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let place = Place::of(&path);
    if place.is_none() && !is_visited_by_both(&path) {
        return next.run(request).await;
    }
    let fetched = matches!(*request.method(), Method::GET | Method::HEAD);
    let query = request.uri().query().map(str::to_owned);
    let (language, spoken) = (requested(request.headers()), SpokenLanguage::default());
    request.extensions_mut().insert(spoken.clone());
    let trace_id = request.extensions().get::<TraceId>().cloned().unwrap_or_default().0;
    let mut response = next.run(request).await;
    let for_people = response.extensions_mut().remove::<ForPeople>().map(|_| Place::SignIn);
    let Some(place) = place.or(for_people) else { return response };
    let refusal = match response.extensions_mut().remove::<Refused>() {
        Some(refused) => refused.refusal,
        None => match without_words(&response) {
            Some(refusal) => refusal,
            None => return response,
        },
    };
    if refusal.code == ErrorCode::NotFound && fetched && path.ends_with('/') {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return see(&format!("{}{query}", path.trim_end_matches('/')));
    }
    if refusal.code == ErrorCode::InsufficientUserAuthentication {
        return report_refusal(&refusal, sign_in_anew(&path));
    }
    let messages = Messages::of(spoken.get().unwrap_or(language));
    let mut page = refused_at(place, (messages, &trace_id), &refusal);
    for name in [ALLOW, SET_COOKIE] {
        for value in response.headers().get_all(&name) {
            page.headers_mut().append(name.clone(), value.clone());
        }
    }
    match place {
        Place::SignIn => headers::for_sign_in(page).await,
        Place::Own => headers::for_own_pages(page).await,
    }
}

/// The addresses of the browser flow that programs visit as well.
fn is_visited_by_both(path: &str) -> bool {
    path.ends_with("/authorize") || path.ends_with("/logout")
}

/// An address with nothing behind it: a page for a browser, JSON for a program. What is below the pages is told by
/// [`tell_on_pages`] in either case.
pub(in crate::http) async fn nothing_here(request: Request) -> Response {
    let refused = not_found().await;
    if Place::of(request.uri().path()).is_some() || !prefers_page(request.headers()) {
        return refused.into_response();
    }
    let language = requested(request.headers());
    let trace_id = request.extensions().get::<TraceId>().cloned().unwrap_or_default().0;
    let page = refused_at(Place::Own, (Messages::of(language), &trace_id), &refused.refusal);
    headers::for_own_pages(page).await
}

/// Whether a page was asked for by name, and no less than JSON was (RFC 9110 §12.5.1). Browsers do; programs send
/// `*/*`.
fn prefers_page(headers: &HeaderMap) -> bool {
    let accepted = || headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    let weight = |kind: &str| {
        let named = accepted().map(|range| range.split(';').map(str::trim_ascii).collect::<Vec<_>>());
        let mut named = named.filter(|parts| parts.first().is_some_and(|name| name.eq_ignore_ascii_case(kind)));
        let parts = named.next()?;
        let q = parts.iter().find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some(q.map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0)))
    };
    weight("text/html").is_some_and(|page| page > 0.0 && page >= weight("application/json").unwrap_or(0.0))
}

/// The refusal of a response that no handler made: of the layer against cross-site forms, or of the router for a path
/// that is not UTF-8.
fn without_words(response: &Response) -> Option<Refusal> {
    let worded = response.headers().get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        _ if worded => None,
        StatusCode::FORBIDDEN => {
            Some(Refusal::new(ErrorCode::AccessDenied, "the form was sent by a page of another site"))
        }
        status if status.is_client_error() => Some(Refusal::invalid_request("the address cannot be read")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_asks_for_pages_and_a_program_does_not() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json;q=0.5, Text/HTML;q=0.5", true),
            ("text/html;q=0.1, application/json", false),
            ("text/html;q=0", false),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(prefers_page(&headers), page, "{accept}");
        }
        assert!(!prefers_page(&HeaderMap::new()));
    }

    #[test]
    fn programs_addresses_are_no_pages() {
        for (path, place) in [
            ("/portal", Some(Place::Own)),
            ("/admin/users/", Some(Place::Own)),
            ("/login/code", Some(Place::SignIn)),
            ("/l/gpl_x", Some(Place::SignIn)),
            ("/device", Some(Place::SignIn)),
            ("/portals", None),
            ("/token", None),
            ("/api/v1/applications", None),
            ("/oauth/authorize", None),
            ("/.well-known/jwks.json", None),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }

    #[test]
    fn a_form_leads_back_to_the_page_that_shows_it() {
        for (form, page) in [
            ("/portal/applications", "/portal/applications"),
            ("/portal/applications/new", "/portal/applications/new"),
            ("/portal/applications/orders/try", "/portal/applications/orders"),
            ("/portal/applications/orders/credentials", "/portal/applications/orders/credentials"),
            ("/portal/applications/orders/secrets/3/revoke", "/portal/applications/orders/credentials"),
            ("/portal/applications/orders/owners/invite", "/portal/applications/orders/access"),
            ("/portal/applications/orders/webhooks", "/portal/applications/orders/insight"),
            ("/portal/applications/orders/webhooks/new", "/portal/applications/orders/webhooks/new"),
            ("/portal/applications/orders/webhooks/7/ping", "/portal/applications/orders/webhooks/7"),
            ("/portal/invitations/x/accept", "/portal/invitations/x"),
            ("/admin", "/admin"),
            ("/admin/keys/rotate", "/admin/keys"),
            ("/admin/approvals/3/grant", "/admin/approvals"),
            ("/admin/users/u1/disable", "/admin/users/u1"),
            ("/admin/webhooks/7/messages/8/again", "/admin/webhooks/7"),
            ("/account/sessions/3/end", "/account"),
            ("/account/delete", "/account/delete"),
            ("/login/code", "/login/code"),
        ] {
            assert_eq!(page_of_form(form), page, "{form}");
        }
    }
}
