//! What one application calls an attribute of people.

use std::fmt;
use std::str::FromStr;

use super::attribute::AttributeName;
use crate::protocol::claim_name::ClaimName;

/// How many attributes an application may have its own names for.
pub const MOST_MAPPINGS: usize = 50;

/// An attribute, and the claim that it is for this application. Written as `department=dept`, or `department` where the
/// claim has the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimMapping {
    /// The attribute.
    pub attribute: AttributeName,
    /// The claim.
    pub claim: ClaimName,
}

impl FromStr for ClaimMapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (attribute, claim) = text.split_once('=').unwrap_or((text, text));
        let attribute = attribute.trim_ascii().parse().map_err(|e| format!("'{attribute}': {e}"))?;
        let claim = claim.trim_ascii().parse().map_err(|e| format!("{e}"))?;
        Ok(Self { attribute, claim })
    }
}

impl fmt::Display for ClaimMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.attribute, self.claim.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        text.parse::<ClaimMapping>().map(|mapping| mapping.to_string())
    }

    #[test]
    fn an_attribute_has_a_claim_of_another_name_or_of_its_own() {
        assert_eq!(read("department=https://example.com/dept").unwrap(), "department=https://example.com/dept");
        assert_eq!(read(" department = dept ").unwrap(), "department=dept");
        assert_eq!(read("department").unwrap(), "department=department");
        for bad in ["", "=dept", "department=", "Department=dept", "department=d ept", "a=b=c"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    /// What a token says already is nobody's attribute.
    #[test]
    fn a_claim_that_is_taken_is_refused() {
        for taken in [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nbf",
            "jti",
            "scope",
            "client_id",
            "act",
            "cnf",
            "sid",
            "nonce",
            "at_hash",
            "c_hash",
            "auth_time",
            "acr",
            "amr",
            "azp",
            "email",
            "name",
        ] {
            assert!(read(&format!("department={taken}")).unwrap_err().contains("another one already"), "{taken}");
        }
    }
}
