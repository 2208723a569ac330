//! The answer that the browser brings back (OIDC Core §3.1.2.5 and §3.1.2.6, RFC 9207).

use super::{Provider, Unusable, error_code};
use crate::protocol::parameters::Parameters;

/// A provider's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// The person signed in there.
    Code(String),
    /// The person did not want to.
    Cancelled,
    /// The provider cannot answer now.
    Unavailable(String),
}

impl Callback {
    /// Reads the answer of this provider.
    pub fn read(parameters: &Parameters, provider: &Provider) -> Result<Self, Unusable> {
        match parameters.value("iss") {
            Some(issuer) if issuer != provider.issuer => {
                return Err(Unusable::because("its answer says that it is another issuer's (RFC 9207)"));
            }
            None if provider.names_itself => {
                return Err(Unusable::because("its answer lacks 'iss', which it says it always sends (RFC 9207)"));
            }
            Some(_) | None => {}
        }
        match (parameters.value("error"), parameters.value("code")) {
            (Some("access_denied"), _) => Ok(Self::Cancelled),
            (Some(error @ ("temporarily_unavailable" | "server_error")), _) => Ok(Self::Unavailable(error.to_owned())),
            (Some(error), _) => Err(Unusable::because(format!("it answered with the error '{}'", error_code(error)))),
            (None, Some(code)) => Ok(Self::Code(code.to_owned())),
            (None, None) => Err(Unusable::because("its answer has neither a code nor an error")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::upstream::SecretPlace;

    fn read(query: &str, names_itself: bool) -> Result<Callback, Unusable> {
        let url = "https://a.example/x".parse::<url::Url>().unwrap();
        let provider = Provider {
            issuer: "https://a.example".to_owned(),
            authorization_endpoint: url.clone(),
            token_endpoint: url.clone(),
            userinfo_endpoint: None,
            jwks_uri: url,
            names_itself,
            secret_place: SecretPlace::Header,
        };
        Callback::read(&Parameters::from_form(query.as_bytes()).unwrap(), &provider)
    }

    #[test]
    fn a_code_an_error_and_nothing_are_told_apart() {
        assert_eq!(read("code=c&state=s", false), Ok(Callback::Code("c".to_owned())));
        assert_eq!(read("error=access_denied&code=c", false), Ok(Callback::Cancelled));
        assert!(matches!(read("error=server_error", false), Ok(Callback::Unavailable(_))));
        let said = read("error=invalid_scope%20%3Cb%3E&error_description=jane%40example.com", false).unwrap_err();
        assert_eq!(said.to_string(), "it answered with the error 'invalid_scopeb'");
        assert!(read("state=s", false).is_err());
    }

    #[test]
    fn an_answer_of_another_issuer_is_refused_and_so_is_one_that_hides_whose_it_is() {
        assert!(read("code=c&iss=https%3A%2F%2Fa.example", true).is_ok());
        for query in ["code=c&iss=https%3A%2F%2Fb.example", "code=c&iss=https%3A%2F%2Fa.example%2F"] {
            assert!(read(query, false).is_err() && read(query, true).is_err(), "{query}");
        }
        assert!(read("code=c", true).is_err());
        assert!(read("error=access_denied", true).is_err());
    }
}
