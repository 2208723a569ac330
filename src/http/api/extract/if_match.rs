//! Preconditions: changes of the version that the caller has seen only (RFC 9110 §13.1.1).
//!
//! `If-Match` is optional and obeyed when sent, by the write itself; without it the last change counts.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::domain::application::Application;
use crate::domain::one_time::ValueHash;
use crate::domain::user::User;
use crate::http::api::openapi::optional_header;
use crate::http::reply::{Answer, Refused, Unkept};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// How often a change is tried that does not say what was seen, while others change the same.
const TRIES: u32 = 20;

/// What has a version that can be compared.
pub(in crate::http::api) trait Versioned {
    /// The version.
    fn tag(&self) -> String;
}

/// How often it was changed is not a secret.
impl Versioned for Application {
    fn tag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}

/// What can be changed of it.
impl Versioned for User {
    fn tag(&self) -> String {
        let attributes = self.attributes.as_stored().unwrap_or_default();
        let settable = format!("{:?}{:?}{}{}{}", self.name, self.locale, self.admin, self.state.name(), attributes);
        format!("\"{}\"", &ValueHash::of(&settable).hex()[..24])
    }
}

/// The versions that a caller says they have seen, if they say so.
pub(in crate::http::api) struct IfMatch(Option<Vec<String>>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

impl IfMatch {
    fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(IF_MATCH).into_iter().filter_map(|value| value.to_str().ok());
        let tags = values.flat_map(|value| value.split(',')).map(|tag| tag.trim_ascii().to_owned());
        Self(headers.contains_key(IF_MATCH).then(|| tags.collect()))
    }

    /// Refuses a change if the entity tag is not the one that the caller has seen.
    pub(in crate::http::api) fn check(&self, known: &impl Versioned) -> Answer<()> {
        let tag = known.tag();
        match &self.0 {
            Some(seen) if !seen.iter().any(|seen| *seen == "*" || *seen == tag) => {
                let tag = tag.trim_matches('"');
                let what = format!("If-Match does not name the present version, {tag}; read it again");
                Err(Refusal::new(ErrorCode::PreconditionFailed, what).into())
            }
            _ => Ok(()),
        }
    }

    /// What must still be as it is when it is changed: the one that was compared, where the caller has said which they
    /// have seen.
    pub(in crate::http::api) fn seen<'a, T: Versioned>(&self, known: &'a T) -> Answer<Option<&'a T>> {
        self.check(known)?;
        Ok(self.is_conditional().then_some(known))
    }

    /// Tries a change until none comes in between. A caller who has not said what they have seen means what is there
    /// now.
    pub(in crate::http::api) async fn change<T, Changing>(&self, mut attempt: impl FnMut() -> Changing) -> Answer<T>
    where
        Changing: Future<Output = Answer<T>>,
    {
        for _ in 0..TRIES {
            match attempt().await {
                Err(refused) if is_overtaken(&refused) && !self.is_conditional() => {}
                settled => return settled,
            }
        }
        Err(Refusal::unavailable("too many change this at once", Duration::from_secs(1)).into())
    }

    /// Whether the change depends on the version. `*` is any version.
    fn is_conditional(&self) -> bool {
        self.0.as_ref().is_some_and(|seen| !seen.iter().any(|tag| tag == "*"))
    }
}

fn is_overtaken(refused: &Refused) -> bool {
    refused.refusal.code == ErrorCode::PreconditionFailed
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional_header("If-Match", "Do it only if this is still its ETag")
    }
}

/// An answer with the version of what it shows.
pub(in crate::http::api) struct Tagged<T> {
    body: T,
    tag: String,
}

impl<T> Tagged<T> {
    /// Shows this.
    pub(in crate::http::api) fn of<K: Versioned + Into<T>>(known: K) -> Self {
        Self { tag: known.tag(), body: known.into() }
    }

    /// Shows what was made of something with this version.
    pub(in crate::http::api) const fn with(tag: String, body: T) -> Self {
        Self { body, tag }
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        ([(ETAG, self.tag)], Unkept(self.body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Seven;

    impl Versioned for Seven {
        fn tag(&self) -> String {
            "\"7\"".to_owned()
        }
    }

    fn checked(sent: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(IF_MATCH, value.parse().unwrap());
        }
        IfMatch::of(&headers).check(&Seven).is_ok()
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
