//! Security headers of pages.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use super::page::Exceptions;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// For the pages and redirects of the browser flow.
///
/// They set no opener policy: applications open the flow in a pop-up, whose last page, their own, reports to the window
/// that opened it. `Cross-Origin-Opener-Policy` on an earlier page would break that connection.
pub(in crate::http) async fn for_sign_in(mut response: Response) -> Response {
    protect(&mut response);
    response
}

/// For the pages of this server itself: account, portal, operator pages.
pub(in crate::http) async fn for_own_pages(mut response: Response) -> Response {
    protect(&mut response);
    response.headers_mut().insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

fn protect(response: &mut Response) {
    let exceptions = response.extensions_mut().remove::<Exceptions>().unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: under that, browsers send `Origin: null` with a form's post (Fetch §3.2), which cannot be told
    // from a forged one. `same-origin` keeps URLs, some of which are credentials, from other sites.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if is_page(headers) {
        headers.insert(CONTENT_SECURITY_POLICY, policy(exceptions));
        let framed_by = if exceptions.is_framed { "SAMEORIGIN" } else { "DENY" };
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static(framed_by));
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Features that no page uses. Passkeys would be allowed to a page's own origin by default.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; base-uri 'none'";

/// The policy of a page.
///
/// Chromium and Safari apply `form-action` to every redirect that follows a post, not only to the form's own address
/// (<https://github.com/w3c/webappsec-csp/issues/8>): the button that leads back to the application would do nothing,
/// without a word. Where an application's callback redirects to next is its own affair, be it another of its hosts, a
/// port on the person's own machine or the scheme of an app, and no list of sources names all of these. So a page whose
/// form ends at an application has no `form-action`; such pages consist of the server's own words and escaped text.
fn policy(exceptions: Exceptions) -> HeaderValue {
    let Exceptions { leaves, asks, frames, is_framed } = exceptions;
    let ancestors = if is_framed { "; frame-ancestors 'self'" } else { "; frame-ancestors 'none'" };
    let children = if frames { "; frame-src 'self'" } else { "" };
    let asked = if asks { "; connect-src 'self'" } else { "" };
    let targets = if leaves { "" } else { "; form-action 'self'" };
    let policy = HeaderValue::from_str(&format!("{POLICY}{ancestors}{children}{asked}{targets}"));
    policy.unwrap_or(HeaderValue::from_static(POLICY))
}

#[cfg(test)]
mod tests {
    use axum::response::{IntoResponse, Redirect};

    use super::*;
    use crate::domain::language::Language;
    use crate::http::pages::messages::Messages;
    use crate::http::pages::page::{Page, page};
    use crate::http::pages::view::{Message, MessagePage};

    fn header(response: &Response, name: &HeaderName) -> String {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    fn message_page() -> Page {
        page(&MessagePage { t: Messages::of(Language::English), message: Message::SignedOut, app: None, onward: None })
    }

    #[tokio::test]
    async fn a_page_runs_and_loads_only_what_is_ours_and_is_never_framed_or_kept() {
        let response = for_sign_in(message_page().into_response()).await;
        let policy = header(&response, &CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.ends_with("; form-action 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(header(&response, &X_FRAME_OPTIONS), "DENY");
        assert_eq!(header(&response, &CACHE_CONTROL), "no-store");
        assert_eq!(header(&response, &REFERRER_POLICY), "same-origin");
        assert_eq!(header(&response, &X_CONTENT_TYPE_OPTIONS), "nosniff");
    }

    #[tokio::test]
    async fn a_form_that_ends_at_an_application_may_end_wherever_that_leads() {
        let policy = header(&for_sign_in(message_page().leaving().into_response()).await, &CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; ") && policy.contains("base-uri 'none'"), "{policy}");
        assert!(!policy.contains("form-action"), "{policy}");
    }

    #[tokio::test]
    async fn a_frame_of_ours_holds_only_ours_and_is_held_by_ours_only() {
        let outer = for_sign_in(message_page().with_frame().into_response()).await;
        let inner = for_sign_in(message_page().in_frame().into_response()).await;
        let policy = header(&outer, &CONTENT_SECURITY_POLICY);
        assert!(policy.contains("frame-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(header(&outer, &X_FRAME_OPTIONS), "DENY");
        let policy = header(&inner, &CONTENT_SECURITY_POLICY);
        assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("frame-src"), "{policy}");
        assert_eq!(header(&inner, &X_FRAME_OPTIONS), "SAMEORIGIN");
    }

    #[tokio::test]
    async fn the_flow_can_run_in_a_pop_up_and_the_account_page_cannot_be_reached_from_its_opener() {
        assert_eq!(header(&for_sign_in(message_page().into_response()).await, &OPENER_POLICY), "");
        assert_eq!(header(&for_own_pages(message_page().into_response()).await, &OPENER_POLICY), "same-origin");
    }

    #[tokio::test]
    async fn only_a_page_that_asks_for_passkeys_lets_its_script_ask_this_server() {
        let policy = header(&for_sign_in(message_page().asking().into_response()).await, &CONTENT_SECURITY_POLICY);
        assert!(policy.contains("connect-src 'self'"), "{policy}");
        let policy = header(&for_sign_in(message_page().into_response()).await, &CONTENT_SECURITY_POLICY);
        assert!(!policy.contains("connect-src"), "{policy}");
    }

    #[tokio::test]
    async fn a_redirect_is_not_kept_and_sends_no_referrer() {
        let response = for_sign_in(Redirect::to("https://acme.example/").into_response()).await;
        assert_eq!(header(&response, &CACHE_CONTROL), "no-store");
        assert_eq!(header(&response, &REFERRER_POLICY), "same-origin");
        assert_eq!(header(&response, &CONTENT_SECURITY_POLICY), "");
    }
}
