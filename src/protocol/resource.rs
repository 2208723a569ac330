//! The APIs that a token is for: resource indicators (RFC 8707), and audiences by name (RFC 8693 §2.1).

use std::fmt;
use std::str::FromStr;

use super::mismatch::{Field, Mismatch};
use super::parameters::Parameters;
use super::refusal::{ErrorCode, Refusal};

/// The identifier of a resource: an absolute URI without a fragment (RFC 8707 §2), or the client id of an application
/// that is itself an API (RFC 8693 §2.1: the logical name of the target service). Neither can be taken for the other: a
/// URI has a colon, a client id has none.
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

    /// The resource of a URI, which is all that the parameter `resource` takes.
    pub fn of_uri(text: &str) -> Result<Self, NotAUri> {
        let printable = text.chars().all(|c| c.is_ascii_graphic());
        if printable && !text.contains('#') && url::Url::parse(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAUri(text.to_owned()))
        }
    }

    /// The client id, if it is one.
    pub fn as_client_id(&self) -> Option<&str> {
        (!self.0.contains(':')).then_some(self.as_str())
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

/// A text that is no URI of a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an absolute URI without a fragment")]
pub struct NotAUri(String);

/// Why a text is not a resource identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an absolute URI without a fragment, nor a client id")]
pub struct ResourceIdError(String);

/// The longest client id, in characters.
const LONGEST_CLIENT_ID: usize = 128;

/// Whether a client id has only characters that need no encoding in a URL, a form or a Basic header (RFC 3986 §2.3), so
/// that it has one spelling everywhere.
pub fn is_plain_client_id(text: &str) -> bool {
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    (1..=LONGEST_CLIENT_ID).contains(&text.len()) && text.chars().all(unreserved)
}

impl FromStr for ResourceId {
    type Err = ResourceIdError;

    fn from_str(text: &str) -> Result<Self, ResourceIdError> {
        if is_plain_client_id(text) {
            return Ok(Self(text.to_owned()));
        }
        Self::of_uri(text).map_err(|NotAUri(text)| ResourceIdError(text))
    }
}

/// What a request wants a token for: every `resource` (RFC 8707 §2) and every `audience` (RFC 8693 §2.1), which is
/// understood alike and may be a client id too.
pub fn requested(parameters: &Parameters) -> Result<Vec<ResourceId>, Refusal> {
    let refused = |what: String| Refusal::new(ErrorCode::InvalidTarget, what);
    let by_uri = parameters.values("resource").map(|uri| ResourceId::of_uri(uri).map_err(|e| refused(e.to_string())));
    let by_name = parameters.values("audience").map(|name| name.parse().map_err(|e| refused(format!("{e}"))));
    by_uri.chain(by_name).collect()
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
            assert!(good.parse::<ResourceId>().is_ok() && ResourceId::of_uri(good).is_ok(), "{good}");
        }
        for bad in ["", "/v1", "https://a#b", "https://a b", "//host/path", "https://ä"] {
            assert!(bad.parse::<ResourceId>().is_err() && ResourceId::of_uri(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_client_id_names_an_api_where_a_name_may_stand_and_is_no_uri() {
        for name in ["orders-api", "_lntZMrYTLdoc_Eqxd1mZ", "a", "localhost"] {
            let id: ResourceId = name.parse().unwrap();
            assert_eq!((id.as_client_id(), id.as_str()), (Some(name), name));
            assert!(ResourceId::of_uri(name).is_err(), "{name}");
        }
        assert_eq!("urn:example:api".parse::<ResourceId>().unwrap().as_client_id(), None);
        assert!("a".repeat(129).parse::<ResourceId>().is_err());
    }

    #[test]
    fn audiences_are_understood_like_resources_and_may_be_client_ids_too() {
        let read = |form: &str| requested(&Parameters::from_form(form.as_bytes()).unwrap());
        let ids = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<ResourceId>>();
        let both = "audience=orders-api&resource=https://a&audience=https://b&resource=https://c";
        assert_eq!(read(both).unwrap(), ids(&["https://a", "https://c", "orders-api", "https://b"]));
        for bad in ["resource=orders-api", "audience=a%20b", "audience=https://a%23b", "audience=/v1"] {
            assert_eq!(read(bad).unwrap_err().code, ErrorCode::InvalidTarget, "{bad}");
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
