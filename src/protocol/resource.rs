//! Resource indicators: the APIs that a token is for (RFC 8707).

use std::fmt;
use std::str::FromStr;

use super::mismatch::{Field, Mismatch};
use super::refusal::{ErrorCode, Refusal};

/// The identifier of a resource: an absolute URI without a fragment (RFC 8707 §2), compared as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(String);

impl ResourceId {
    /// The identifier as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not a resource identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an absolute URI without a fragment")]
pub struct ResourceIdError(String);

impl FromStr for ResourceId {
    type Err = ResourceIdError;

    fn from_str(text: &str) -> Result<Self, ResourceIdError> {
        let printable = text.chars().all(|c| c.is_ascii_graphic());
        if printable && !text.contains('#') && url::Url::parse(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(ResourceIdError(text.to_owned()))
        }
    }
}

/// The resources of a request that the client may ask for, repeats dropped.
pub fn permitted(asked: &[ResourceId], allowed: &[ResourceId]) -> Result<Vec<ResourceId>, Refusal> {
    let mut permitted: Vec<ResourceId> = Vec::with_capacity(asked.len());
    for resource in asked {
        if !allowed.contains(resource) {
            let registered = allowed.iter().map(ResourceId::as_str);
            return Err(Refusal::new(
                ErrorCode::InvalidTarget,
                format!("the resource '{resource}' is not one this application may ask for"),
            )
            .with_mismatch(Mismatch::nearest(Field::Resource, resource.as_str(), registered)));
        }
        if !permitted.contains(resource) {
            permitted.push(resource.clone());
        }
    }
    Ok(permitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri_without_fragment() {
        for good in ["https://api.example.com", "https://api.example.com/v1?x=1", "urn:example:api"] {
            assert!(good.parse::<ResourceId>().is_ok(), "{good}");
        }
        for bad in ["", "api", "/v1", "https://a#b", "https://a b", "//host/path", "https://ä"] {
            assert!(bad.parse::<ResourceId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_allowed_resources_are_permitted_and_repeats_count_once() {
        let id = |text: &str| text.parse::<ResourceId>().unwrap();
        let allowed = [id("https://a"), id("https://b")];
        assert_eq!(permitted(&[id("https://b"), id("https://b")], &allowed).unwrap(), [id("https://b")]);
        assert_eq!(permitted(&[id("https://c")], &allowed).unwrap_err().code, ErrorCode::InvalidTarget);
        assert_eq!(permitted(&[id("https://a/")], &allowed).unwrap_err().code, ErrorCode::InvalidTarget);
    }
}
