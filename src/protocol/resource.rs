//! Resource indicators: the APIs that a token is for (RFC 8707).

use std::fmt;
use std::str::FromStr;

use super::mismatch::{Field, Mismatch};
use super::refusal::{ErrorCode, Refusal};

/// The identifier of a resource: an absolute URI without a fragment (RFC 8707 §2).
///
/// Equal ones are spelled the same. Whether two name the same resource is another question, which
/// [`ResourceId::is_same`] answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(String);

impl ResourceId {
    /// The identifier as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same URL, however they are spelled: schemes and hosts have no case, a default port may
    /// be named and the path of the root may be empty (RFC 3986 §6.2).
    pub fn is_same(&self, other: &Self) -> bool {
        self == other || matches!((url::Url::parse(&self.0), url::Url::parse(&other.0)), (Ok(a), Ok(b)) if a == b)
    }

    /// The same resource among these, as it is spelled there.
    pub fn find_in<'a>(&self, known: &'a [Self]) -> Option<&'a Self> {
        known.iter().find(|known| known.is_same(self))
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

/// The resources of a request that the client may ask for, as they are registered, repeats dropped.
pub fn permitted(requested: &[ResourceId], allowed: &[ResourceId]) -> Result<Vec<ResourceId>, Refusal> {
    let mut permitted: Vec<ResourceId> = Vec::with_capacity(requested.len());
    for resource in requested {
        let Some(known) = resource.find_in(allowed) else {
            let registered = allowed.iter().map(ResourceId::as_str);
            return Err(Refusal::new(
                ErrorCode::InvalidTarget,
                format!("the resource '{resource}' is not one this application may ask for"),
            )
            .with_mismatch(Mismatch::nearest(Field::Resource, resource.as_str(), registered)));
        };
        if known.find_in(&permitted).is_none() {
            permitted.push(known.clone());
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
        assert_eq!(permitted(&[id("https://a/x")], &allowed).unwrap_err().code, ErrorCode::InvalidTarget);
    }

    #[test]
    fn a_resource_is_the_same_url_however_it_is_spelled_and_permitted_as_it_is_registered() {
        let id = |text: &str| text.parse::<ResourceId>().unwrap();
        let allowed = [id("https://API.example.com"), id("http://b.example.com:8080/V1"), id("urn:example:api")];
        for (requested, registered) in [
            ("https://api.example.com", 0),
            ("https://api.example.com/", 0),
            ("HTTPS://Api.Example.Com:443", 0),
            ("http://B.example.com:8080/V1", 1),
            ("URN:example:api", 2),
        ] {
            let both = [id(requested), allowed[registered].clone()];
            assert_eq!(permitted(&both, &allowed).unwrap(), [allowed[registered].clone()], "{requested}");
        }
        for other in [
            "http://api.example.com",
            "https://api.example.com:8443",
            "http://b.example.com:8080/v1",
            "http://b.example.com:8080/V1/",
            "urn:example:API",
        ] {
            assert!(permitted(&[id(other)], &allowed).is_err(), "{other}");
        }
    }
}
