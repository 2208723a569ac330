//! Reading a document that others publish, with what its headers say of it.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, DATE, EXPIRES, HOST, HeaderName, USER_AGENT};
use hyper::{HeaderMap, Method, Request};
use tokio::time::timeout;
use url::{Position, Url};

use super::{FetchError, Fetcher, OURSELVES, cause};
use crate::domain::ids::Timestamp;

/// What an address answered.
#[derive(Clone, Debug)]
pub struct Received {
    /// Where from.
    pub url: Url,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    headers: HeaderMap,
}

impl Received {
    /// The media type without its parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        let value = self.text(CONTENT_TYPE)?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Whether it says that it is JSON, or something that is written in it (RFC 6839 §3.1).
    pub fn is_json(&self) -> bool {
        let is_json =
            |name: &str| name == "application/json" || (name.starts_with("application/") && name.ends_with("+json"));
        self.media_type().as_deref().is_some_and(is_json)
    }

    /// How long the answer may be kept, as far as its headers say (RFC 9111 §4.2.1 and §5.2.2, for a cache of one user).
    pub fn fresh_for(&self) -> Option<Duration> {
        let lines = self.headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        let directives: Vec<String> = lines.flat_map(|line| line.split(',')).map(lower).collect();
        if directives.iter().any(|one| one.starts_with("no-store") || one.starts_with("no-cache")) {
            return Some(Duration::ZERO);
        }
        let seconds = |text: &str| text.trim().trim_matches('"').parse().map(Duration::from_secs).ok();
        let age = self.text(AGE).and_then(seconds).unwrap_or_default();
        if let Some(max_age) = directives.iter().find_map(|one| one.strip_prefix("max-age=")) {
            return seconds(max_age).map(|lifetime| lifetime.saturating_sub(age));
        }
        let moment = |name| self.text(name).and_then(|text| httpdate::parse_http_date(text).ok());
        let lifetime = moment(EXPIRES)?.duration_since(moment(DATE)?);
        Some(lifetime.unwrap_or_default().saturating_sub(age))
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) url: &'a Url,
    /// The media types.
    pub(super) accept: &'static str,
    /// How much is read, in bytes.
    pub(super) most: usize,
    /// The moment.
    pub(super) now: Timestamp,
}

fn lower(directive: &str) -> String {
    directive.trim().to_ascii_lowercase()
}

impl Fetcher {
    /// Reads what stands at an address, or none of it if it is too long. Redirects are not followed.
    pub(super) async fn get(&self, wanted: Wanted<'_>, limit: Duration) -> Result<Received, FetchError> {
        let Wanted { url, accept, most, now: asked_at } = wanted;
        let received = async {
            let (answer, connection) = self.send(url, request(url, accept)?).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, most).collect().await;
            drop(connection);
            let body = body.map_err(|e| match e.downcast_ref::<LengthLimitError>() {
                Some(_) => FetchError::TooLong(most),
                None => FetchError::Http(cause(e.as_ref())),
            })?;
            let (status, headers) = (head.status.as_u16(), head.headers);
            Ok(Received { url: url.clone(), asked_at, status, body: body.to_bytes(), headers })
        };
        timeout(limit, received).await.map_err(|_| FetchError::TimeOut(limit))?
    }
}

fn request(url: &Url, accept: &'static str) -> Result<Request<Full<Bytes>>, FetchError> {
    let request = Request::builder()
        .method(Method::GET)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, OURSELVES)
        .header(ACCEPT, accept);
    request.body(Full::default()).map_err(|e| FetchError::Http(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh_for(headers: &[(HeaderName, &'static str)]) -> Option<u64> {
        let url = "https://example.com/".parse().unwrap();
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        let asked_at = Timestamp::from_seconds(0);
        let received = Received { url, asked_at, status: 200, body: Bytes::new(), headers };
        received.fresh_for().map(|lifetime| lifetime.as_secs())
    }

    #[test]
    fn how_long_an_answer_may_be_kept_stands_in_its_headers() {
        let date = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        let expires = (EXPIRES, "Sun, 06 Nov 1994 09:49:37 GMT");
        assert_eq!(fresh_for(&[]), None);
        assert_eq!(fresh_for(&[(CACHE_CONTROL, "public, Max-Age=600")]), Some(600));
        assert_eq!(fresh_for(&[(CACHE_CONTROL, "max-age=600"), (AGE, "500")]), Some(100));
        assert_eq!(fresh_for(&[(CACHE_CONTROL, "max-age=600"), (AGE, "700")]), Some(0));
        assert_eq!(fresh_for(&[(CACHE_CONTROL, "max-age=600, no-cache")]), Some(0));
        assert_eq!(fresh_for(&[(CACHE_CONTROL, "public"), (CACHE_CONTROL, "no-store")]), Some(0));
        assert_eq!(fresh_for(&[(CACHE_CONTROL, "max-age=soon")]), None);
        assert_eq!(fresh_for(&[date.clone(), expires.clone()]), Some(3600));
        assert_eq!(fresh_for(&[date.clone(), expires.clone(), (CACHE_CONTROL, "max-age=1")]), Some(1));
        assert_eq!(fresh_for(std::slice::from_ref(&expires)), None, "by whose clock?");
        assert_eq!(fresh_for(&[(EXPIRES, "0"), date]), None);
    }
}
