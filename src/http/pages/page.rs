//! Rendering a view.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use url::{Host, Url};

use crate::http::reply::Refused;
use crate::protocol::refusal::Refusal;

/// A rendered page. Its headers are set by [`super::headers`], the same for every page.
#[derive(Debug)]
pub(in crate::http) struct Page {
    status: StatusCode,
    html: Result<String, askama::Error>,
    form_target: Option<FormTarget>,
}

/// Renders a view.
pub(in crate::http) fn page(view: &impl Template) -> Page {
    Page { status: StatusCode::OK, html: view.render(), form_target: None }
}

impl Page {
    /// The same page with another status than 200.
    #[must_use]
    pub(in crate::http) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same page, whose form ends at an application: by posting there, or by the redirect that answers it.
    #[must_use]
    pub(in crate::http) fn leading_to(mut self, target: Option<FormTarget>) -> Self {
        self.form_target = target;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        match self.html {
            Ok(html) => {
                let mut response = (self.status, Html(html)).into_response();
                if let Some(target) = self.form_target {
                    response.extensions_mut().insert(target);
                }
                response
            }
            Err(error) => {
                Refused::from(Refusal::server_error(format!("a page was not written: {error}"))).into_response()
            }
        }
    }
}

/// The sources that `form-action` of a page needs besides this server, so that its form can end at an application.
///
/// Chromium and Safari apply `form-action` to every redirect that follows the post, not only to the form's own address
/// (<https://github.com/w3c/webappsec-csp/issues/8>): with `'self'` alone the button that leads back to the application
/// silently does nothing. An application's callback often redirects once more, to another host of its own, so any
/// `https:` address is let through, and every port of the loopback host where a development server of one port hands
/// over to one of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct FormTarget(String);

impl FormTarget {
    /// The sources for an address that was proven to be the application's (CSP3 §2.3.1). Nothing if it is no
    /// address at all.
    pub(in crate::http) fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        Some(Self(match (url.scheme(), url.host()) {
            ("https", _) => "https:".to_owned(),
            ("http", Some(host)) if is_loopback(&host) => "https: http://localhost:* http://127.0.0.1:*".to_owned(),
            ("http", Some(Host::Domain(name))) if is_plain(name) => {
                format!("https: {}", url.origin().ascii_serialization())
            }
            ("http", Some(Host::Ipv4(_))) => format!("https: {}", url.origin().ascii_serialization()),
            // A source cannot name an IPv6 address or an unusual host, so only the scheme is named.
            (scheme, _) => format!("https: {scheme}:"),
        }))
    }

    /// As it stands in the policy.
    pub(in crate::http) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a host can stand in a policy, where a comma would begin another one.
fn is_plain(host: &str) -> bool {
    host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-_".contains(&c))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.octets() == [127, 0, 0, 1],
        Host::Ipv6(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<h1>{{ name }}</h1>", ext = "html")]
    struct Heading {
        name: &'static str,
    }

    #[test]
    fn a_view_is_answered_with_its_status_and_the_policy_that_it_needs() {
        let target = FormTarget::of("https://acme.example/");
        let page = page(&Heading { name: "<b>" }).with_status(StatusCode::FORBIDDEN).leading_to(target.clone());
        assert!(page.html.as_ref().is_ok_and(|html| !html.contains("<b>")));
        let response = page.into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(response.extensions().get::<FormTarget>(), target.as_ref());
    }

    #[test]
    fn a_form_may_end_where_its_application_lives() {
        for (address, sources) in [
            ("https://acme.example/callback?a=b", "https:"),
            ("http://localhost:3000/cb", "https: http://localhost:* http://127.0.0.1:*"),
            ("http://127.0.0.1:49152/", "https: http://localhost:* http://127.0.0.1:*"),
            ("http://intranet:8080/cb", "https: http://intranet:8080"),
            ("http://[::1]:3000/", "https: http:"),
            ("com.acme.app:/done", "https: com.acme.app:"),
            ("acme://done", "https: acme:"),
        ] {
            assert_eq!(FormTarget::of(address).as_ref().map(FormTarget::as_str), Some(sources), "{address}");
        }
    }

    #[test]
    fn no_address_adds_a_directive_of_its_own() {
        assert_eq!(FormTarget::of("nonsense"), None);
        for address in ["http://a;script-src b/", "http://a,b/", "http://a b/", "x;y://host/"] {
            let added = FormTarget::of(address);
            assert!(added.is_none_or(|target| !target.as_str().contains([';', ','])), "{address}");
        }
    }
}
