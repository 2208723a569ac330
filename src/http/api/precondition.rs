//! Changes of what the caller has seen, and of nothing else (RFC 9110 §13.1.1).
//!
//! `If-Match` is optional and obeyed when sent, by the write itself; without it the last change counts.

use std::time::Duration;

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

/// The version that an application must still have when it is changed: the one that was compared, where the caller
/// has said which they have seen.
pub(super) fn seen(headers: &HeaderMap, application: &Application) -> Result<Option<i64>, Refused> {
    check(headers, &tag_of_application(application))?;
    Ok(is_conditional(headers).then_some(application.version))
}

/// Whether the caller wants only what they have seen to be changed. `*` is any version.
pub(super) fn is_conditional(headers: &HeaderMap) -> bool {
    let mut tags = headers.get_all(IF_MATCH).into_iter().filter_map(|value| value.to_str().ok()).peekable();
    tags.peek().is_some() && !tags.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*")
}

/// How often a change of whoever has not said what they have seen is tried while others change the same.
pub(super) const TRIES: u32 = 20;

/// What they are told when that was not enough.
pub(super) fn too_many_at_once() -> Refused {
    Refusal::unavailable("too many change this at once", Duration::from_secs(1)).into()
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
