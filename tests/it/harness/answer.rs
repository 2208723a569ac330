//! What a server answered, and the form that every refusal has.

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Sends a request and reads all that comes back.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// The one value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap());
        assert!(values.next().is_none(), "more than one {name} in {self:?}");
        first
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The body of a success.
    pub(crate) fn success(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// The access token of a success.
    pub(crate) fn access_token(&self) -> String {
        self.success()["access_token"].as_str().unwrap().to_owned()
    }

    /// Checks that it is a refusal with this status and code, in the one form that refusals have, and gives
    /// its description.
    pub(crate) fn refusal(&self, status: u16, error: &str) -> String {
        assert_eq!((self.status.as_u16(), self.json()["error"].as_str()), (status, Some(error)), "{}", self.text());
        self.check_refusal_form()
    }

    /// RFC 6749 §5.2, and what this server adds: three members, no caching, a trace id that is also in
    /// `x-request-id`, a challenge with every 401 and a time with every "later".
    fn check_refusal_form(&self) -> String {
        let body = self.json();
        let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["error", "error_description", "trace_id"]);
        let description = body["error_description"].as_str().unwrap();
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(!description.is_empty() && description.chars().all(allowed), "{description:?}");
        let trace_id = body["trace_id"].as_str().unwrap();
        assert!(trace_id.len() == 32 && trace_id.bytes().all(|c| c.is_ascii_hexdigit()), "{trace_id}");
        assert_eq!(self.header("x-request-id"), Some(trace_id));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("pragma"), Some("no-cache"));
        assert!(self.status != 401 || self.header("www-authenticate").is_some(), "{:?}", self.headers);
        if matches!(self.status.as_u16(), 429 | 503) {
            assert!(self.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
        }
        description.to_owned()
    }
}
