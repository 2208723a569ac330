//! Changes of what the caller has seen, and of nothing else (RFC 9110 §13.1.1).
//!
//! `If-Match` is optional and obeyed when sent.

use axum::http::HeaderMap;
use axum::http::header::{ETAG, HeaderValue, IF_MATCH};
use axum::response::Response;

use crate::domain::application::Application;
use crate::domain::one_time::ValueHash;
use crate::domain::user::User;
use crate::http::reply::Refused;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The version of an application that can be changed: how often it was is not a secret.
pub(super) fn tag_of_application(application: &Application) -> String {
    format!("\"{}\"", application.version)
}

/// The version of an account: of what can be changed of it.
pub(super) fn tag_of_user(user: &User) -> String {
    let settable = format!("{:?}{:?}{}{}", user.name, user.locale, user.admin, user.state.name());
    format!("\"{}\"", &ValueHash::of(&settable).hex()[..24])
}

/// Refuses a change of something that is not what the caller has seen.
pub(super) fn check(headers: &HeaderMap, tag: &str) -> Result<(), Refused> {
    let mut sent = headers.get_all(IF_MATCH).into_iter().peekable();
    if sent.peek().is_none() {
        return Ok(());
    }
    let values: Vec<&str> = sent.filter_map(|value| value.to_str().ok()).collect();
    let mut tags = values.iter().flat_map(|value| value.split(',')).map(str::trim);
    if tags.any(|seen| seen == "*" || seen == tag) {
        return Ok(());
    }
    let what = format!("If-Match does not name the present version, {}; read it again", tag.trim_matches('"'));
    Err(Refusal::new(ErrorCode::PreconditionFailed, what).into())
}

/// Adds the version to an answer.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(sent: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(IF_MATCH, HeaderValue::from_static(value));
        }
        check(&headers, "\"7\"").is_ok()
    }

    #[test]
    fn a_strong_comparison_with_each_tag_decides() {
        for good in [&[][..], &["*"], &["\"7\""], &["\"6\", \"7\""], &["\"6\"", "\"7\""]] {
            assert!(checked(good), "{good:?}");
        }
        for bad in [&["\"6\""][..], &["W/\"7\""], &["7"], &[""]] {
            assert!(!checked(bad), "{bad:?}");
        }
    }
}
