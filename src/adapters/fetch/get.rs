//! Reading a document that others publish, with what its headers say of it.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, DATE, EXPIRES, HeaderName};
use hyper::{HeaderMap, Method};
use url::Url;

use super::{FetchError, Fetcher, begun, unsendable};
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
        Some(value.split(';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase())
    }

    /// Refuses what does not say that it is JSON, or something that is written in it (RFC 6839 §3.1).
    pub fn check_json(&self) -> Result<(), String> {
        let is_json =
            |name: &str| name == "application/json" || (name.starts_with("application/") && name.ends_with("+json"));
        let is_one = self.media_type().as_deref().is_some_and(is_json);
        if is_one { Ok(()) } else { Err("it is no JSON by its content type".to_owned()) }
    }

    /// Refuses what is not the answer that was asked for, by its status.
    pub fn check_status(&self) -> Result<(), String> {
        match self.status {
            200 => Ok(()),
            status @ 300..=399 => Err(format!("the answer was {status}; redirects are not followed")),
            status => Err(format!("the answer was {status}")),
        }
    }

    /// How long the answer may be kept, as far as its headers say (RFC 9111 §4.2.1 and §5.2.2, for a cache of one user).
    pub fn fresh_for(&self) -> Option<Duration> {
        let lines = self.headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        let directives: Vec<String> = lines.flat_map(|line| line.split(',')).map(lower).collect();
        if directives.iter().any(|one| one.starts_with("no-store") || one.starts_with("no-cache")) {
            return Some(Duration::ZERO);
        }
        let seconds = |text: &str| text.trim_ascii().trim_matches('"').parse().map(Duration::from_secs).ok();
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
    directive.trim_ascii().to_ascii_lowercase()
}

impl Fetcher {
    /// Reads what stands at an address, or none of it if it is too long. Redirects are not followed.
    pub(super) async fn get(&self, wanted: Wanted<'_>, limit: Duration) -> Result<Received, FetchError> {
        let Wanted { url, accept, most, now: asked_at } = wanted;
        let request = begun(Method::GET, url).header(ACCEPT, accept).body(Full::default()).map_err(unsendable)?;
        let (head, body) = self.whole(url, request, most, limit).await?;
        Ok(Received { url: url.clone(), asked_at, status: head.status.as_u16(), body, headers: head.headers })
    }
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
