//! How an application asks for an assertion (RFC 8693 §2.1, draft §4.3).

use super::TOKEN_TYPE;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::resource::ResourceId;

const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// Whether a token exchange is for an assertion.
pub fn is_asked_for(parameters: &Parameters) -> bool {
    parameters.value("requested_token_type") == Some(TOKEN_TYPE)
}

/// The parameters of such a request.
#[derive(Clone, Debug)]
pub struct IdJagRequest<'a> {
    /// What says who the person is.
    pub subject: SubjectToken<'a>,
    /// The issuer of the authorization server that it is for.
    pub audience: &'a str,
    /// The APIs; none means all of that server that the application may call.
    pub resources: Vec<ResourceId>,
}

/// What says who the person is: something that this server gave the same application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectToken<'a> {
    /// An ID token.
    IdToken(&'a str),
    /// A refresh token, which stays as it is.
    RefreshToken(&'a str),
}

impl<'a> IdJagRequest<'a> {
    /// Reads the parameters.
    pub fn from_parameters(parameters: &'a Parameters) -> Result<Self, Refusal> {
        let subject_token = required(parameters, "subject_token")?;
        let subject = match required(parameters, "subject_token_type")? {
            ID_TOKEN => SubjectToken::IdToken(subject_token),
            REFRESH_TOKEN => SubjectToken::RefreshToken(subject_token),
            other => {
                return Err(Refusal::invalid_request(format!(
                    "the subject_token_type '{other}' says not who the person is; send {ID_TOKEN} or {REFRESH_TOKEN}"
                )));
            }
        };
        if ["actor_token", "actor_token_type"].iter().any(|name| parameters.value(name).is_some()) {
            return Err(Refusal::invalid_request("an id-jag has no actor_token: the application asks for itself"));
        }
        let [audience] = parameters.values("audience").collect::<Vec<_>>()[..] else {
            let what = "the parameter 'audience' must be there once: the issuer of the authorization server of the API";
            return Err(Refusal::invalid_request(what));
        };
        let resources = parameters.values("resource").map(ResourceId::of_uri).collect::<Result<_, _>>();
        let resources = resources.map_err(|e| Refusal::new(ErrorCode::InvalidTarget, e.to_string()))?;
        Ok(Self { subject, audience, resources })
    }
}

fn required<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Refusal> {
    parameters.value(name).ok_or_else(|| Refusal::invalid_request(format!("the parameter '{name}' is missing")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<(String, usize), Refusal> {
        let parameters = Parameters::from_form(form.as_bytes()).unwrap();
        assert!(!is_asked_for(&parameters));
        IdJagRequest::from_parameters(&parameters).map(|read| (read.audience.to_owned(), read.resources.len()))
    }

    #[test]
    fn a_request_names_a_person_and_one_authorization_server() {
        let subject = format!("subject_token=s&subject_token_type={ID_TOKEN}");
        let good = format!("{subject}&audience=https%3A%2F%2Fchat.example%2F");
        assert_eq!(read(&good), Ok(("https://chat.example/".to_owned(), 0)));
        assert_eq!(read(&format!("{good}&resource=https://a&resource=urn:b")).unwrap().1, 2);
        assert!(read(&good.replace(ID_TOKEN, REFRESH_TOKEN)).is_ok());
        for bad in [
            subject.clone(),
            format!("{good}&audience=b"),
            good.replace(ID_TOKEN, "urn:ietf:params:oauth:token-type:access_token"),
            good.replace("subject_token=s", "x=s"),
            "subject_token=s&audience=a".to_owned(),
            format!("{good}&actor_token=a"),
        ] {
            assert_eq!(read(&bad).unwrap_err().code, ErrorCode::InvalidRequest, "{bad}");
        }
        assert_eq!(read(&format!("{good}&resource=mcp")).unwrap_err().code, ErrorCode::InvalidTarget);
    }
}
