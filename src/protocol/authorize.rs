//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1).

use std::time::Duration;

use super::acr::WantedClasses;
use super::claims_request::{ClaimsRequest, ClaimsRequestError};
use super::mismatch::{Field, Mismatch};
use super::named::named;
use super::parameters::Parameters;
use super::pkce::{self, CodeChallenge};
use super::refusal::{ErrorCode, Refusal};
use super::resource::{self, ResourceId};
use super::scope::{OPENID, Scope};
use super::thumbprint::{KeyThumbprint, KeyThumbprintError};

named! {
    /// How the answer reaches the application.
    #[derive(Default)]
    pub enum ResponseMode {
        /// As query parameters of a redirect: the default for codes.
        #[default]
        Query = "query",
        /// As the fragment of a redirect (OAuth 2.0 Multiple Response Types §2.1): what applications that run in the
        /// browser ask for, since a fragment reaches no server.
        Fragment = "fragment",
        /// As a form that the browser posts (OAuth 2.0 Form Post Response Mode).
        FormPost = "form_post",
    }
}

/// Which pages the person must or must not be shown (OIDC Core §3.1.2.1 `prompt`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent words, as the parameter is")]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// Sign in again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Let the person choose the account. A browser is signed in to one account, so this asks for a new sign-in.
    pub select_account: bool,
}

impl Prompt {
    /// Reads the space-separated values.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut prompt = Self::default();
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        for word in &words {
            match *word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => (prompt.select_account, prompt.login) = (true, true),
                // A client may ask for an account to be made; the sign-in page does that anyway.
                "create" => {}
                other => return Err(Refusal::invalid_request(format!("the prompt '{other}' is not known here"))),
            }
        }
        if prompt.none && words != ["none"] {
            return Err(Refusal::invalid_request("prompt 'none' cannot be combined with another"));
        }
        Ok(prompt)
    }

    /// The space-separated values again, as they are stored.
    pub fn words(self) -> String {
        let words = [
            (self.none, "none"),
            (self.login && !self.select_account, "login"),
            (self.consent, "consent"),
            (self.select_account, "select_account"),
        ];
        words.into_iter().filter(|(said, _)| *said).map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }
}

/// An authorization request whose client and redirect URI are already proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// How the answer is sent back.
    pub response_mode: ResponseMode,
    /// The requested scope; none means the application's default.
    pub scope: Option<Scope>,
    /// The resources the token is for (RFC 8707).
    pub resources: Vec<ResourceId>,
    /// Returned as it came.
    pub state: Option<String>,
    /// Put into the ID token as it came.
    pub nonce: Option<String>,
    /// The PKCE challenge (RFC 7636 §4.3).
    pub code_challenge: Option<CodeChallenge>,
    /// The key that the code will be bound to (RFC 9449 §10).
    pub dpop_jkt: Option<KeyThumbprint>,
    /// Which pages the person must be shown.
    pub prompt: Prompt,
    /// How long ago the sign-in may be.
    pub max_age: Option<Duration>,
    /// How surely the person should have signed in.
    pub acr_values: WantedClasses,
    /// The address that the application expects.
    pub login_hint: Option<String>,
    /// An ID token of the person the application expects.
    pub id_token_hint: Option<String>,
    /// The languages it would like, best first.
    pub ui_locales: Option<String>,
    /// The claims it asks for one by one.
    pub claims: ClaimsRequest,
}

/// The parameters of an authorization request that mean something here.
pub const PARAMETERS: [&str; 19] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "resource",
    "audience",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
    "prompt",
    "max_age",
    "acr_values",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "claims",
];

/// The response type that is offered.
pub const RESPONSE_TYPE: &str = "code";

/// The longest `state` and `nonce`, in bytes: applications keep what they need afterwards in them.
pub const LONGEST_STATE: usize = 8192;

/// The longest value of another parameter that is only passed through.
const LONGEST_PASSED_THROUGH: usize = 2048;

impl AuthorizationRequest {
    /// Reads the parameters. `client_id` and `redirect_uri` are not read here: they come first, because
    /// only a proven redirect URI may be told of an error.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        for unsupported in [("request", ErrorCode::RequestNotSupported), ("registration", ErrorCode::InvalidRequest)] {
            if parameters.value(unsupported.0).is_some() {
                return Err(Refusal::new(unsupported.1, format!("the parameter '{}' is not supported", unsupported.0)));
            }
        }
        check_response_type(parameters.value("response_type"))?;
        let scope = parameters.value("scope").map(str::parse).transpose();
        let prompt = parameters.value("prompt").map_or(Ok(Prompt::default()), Prompt::parse)?;
        Ok(Self {
            response_mode: response_mode(parameters.value("response_mode"))?,
            scope: scope.map_err(|e| Refusal::invalid_scope(format!("the scope is malformed: {e}")))?,
            resources: resource::requested(parameters)?,
            state: up_to(LONGEST_STATE, parameters, "state")?,
            nonce: up_to(LONGEST_STATE, parameters, "nonce")?,
            code_challenge: code_challenge(parameters)?,
            dpop_jkt: dpop_jkt(parameters.value("dpop_jkt"))?,
            prompt,
            max_age: max_age(parameters.value("max_age"))?,
            acr_values: WantedClasses::read(parameters.value("acr_values").unwrap_or_default()),
            login_hint: passed_through(parameters, "login_hint")?,
            id_token_hint: parameters.value("id_token_hint").map(str::to_owned),
            ui_locales: passed_through(parameters, "ui_locales")?,
            claims: claims(parameters.value("claims"))?,
        })
    }
}

/// OIDC Core §3.1.2.1: an OpenID request says where its answer goes, however many addresses are registered. In
/// one of plain OAuth the only registered address may stand in (RFC 6749 §3.1.2.3).
pub fn require_redirect_uri(parameters: &Parameters, registered: &[String]) -> Result<(), Refusal> {
    let is_openid = parameters.value("scope").is_some_and(|scope| scope.split(' ').any(|token| token == OPENID));
    if is_openid && parameters.value("redirect_uri").is_none() {
        return Err(Refusal::invalid_request(
            "the parameter 'redirect_uri' is missing; a request with openid needs it",
        )
        .with_mismatch(Mismatch::missing(Field::RedirectUri, registered.first().map(String::as_str))));
    }
    Ok(())
}

fn check_response_type(value: Option<&str>) -> Result<(), Refusal> {
    match value {
        Some(RESPONSE_TYPE) => Ok(()),
        Some(other) => Err(Refusal::new(
            ErrorCode::UnsupportedResponseType,
            format!("the response_type '{other}' is not offered; use {RESPONSE_TYPE}"),
        )
        .with_mismatch(Mismatch::nearest(Field::ResponseType, other, [RESPONSE_TYPE]))),
        None => Err(Refusal::invalid_request("the parameter 'response_type' is missing; it must be code")
            .with_mismatch(Mismatch::missing(Field::ResponseType, Some(RESPONSE_TYPE)))),
    }
}

fn response_mode(value: Option<&str>) -> Result<ResponseMode, Refusal> {
    let Some(name) = value else { return Ok(ResponseMode::default()) };
    ResponseMode::from_name(name).ok_or_else(|| {
        let offered = ResponseMode::ALL.map(ResponseMode::name);
        Refusal::invalid_request(format!("the response_mode '{name}' is not offered; use {}", offered.join(" or ")))
            .with_mismatch(Mismatch::nearest(Field::ResponseMode, name, offered))
    })
}

/// An answer must bring `state` back as it came. One that is too long is brought nowhere, so that such a request
/// has no answer but a page.
pub fn check_state(parameters: &Parameters) -> Result<(), Refusal> {
    up_to(LONGEST_STATE, parameters, "state").map(drop)
}

fn passed_through(parameters: &Parameters, name: &str) -> Result<Option<String>, Refusal> {
    up_to(LONGEST_PASSED_THROUGH, parameters, name)
}

fn up_to(longest: usize, parameters: &Parameters, name: &str) -> Result<Option<String>, Refusal> {
    match parameters.value(name) {
        Some(value) if value.len() > longest => {
            let what = format!("the parameter '{name}' has {} bytes; it may have {longest}", value.len());
            Err(Refusal::invalid_request(what))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

fn code_challenge(parameters: &Parameters) -> Result<Option<CodeChallenge>, Refusal> {
    match (parameters.value("code_challenge"), parameters.value("code_challenge_method")) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Refusal::invalid_request("code_challenge_method was sent without code_challenge")),
        // RFC 7636 §4.3: without a method it would be plain, which is not offered.
        (Some(_), None) => Err(Refusal::invalid_request("code_challenge_method is missing; it must be S256")
            .with_mismatch(Mismatch::missing(Field::CodeChallengeMethod, Some(pkce::METHOD)))),
        (Some(challenge), Some(pkce::METHOD)) => {
            challenge.parse().map(Some).map_err(|e: pkce::CodeChallengeError| Refusal::invalid_request(e.to_string()))
        }
        (Some(_), Some(other)) => {
            Err(Refusal::invalid_request(format!("the code_challenge_method '{other}' is not offered; use S256"))
                .with_mismatch(Mismatch::nearest(Field::CodeChallengeMethod, other, [pkce::METHOD])))
        }
    }
}

fn dpop_jkt(value: Option<&str>) -> Result<Option<KeyThumbprint>, Refusal> {
    let key = value.map(str::parse).transpose();
    key.map_err(|e: KeyThumbprintError| Refusal::invalid_request(format!("dpop_jkt is wrong: {e}")))
}

fn claims(value: Option<&str>) -> Result<ClaimsRequest, ClaimsRequestError> {
    value.map_or(Ok(ClaimsRequest::default()), str::parse)
}

fn max_age(value: Option<&str>) -> Result<Option<Duration>, Refusal> {
    let seconds = value.map(str::parse::<u32>).transpose();
    let seconds = seconds.map_err(|_| Refusal::invalid_request("max_age must be a number of seconds"))?;
    Ok(seconds.map(|seconds| Duration::from_secs(u64::from(seconds))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<AuthorizationRequest, Refusal> {
        AuthorizationRequest::from_parameters(&Parameters::from_form(form.as_bytes()).unwrap())
    }

    #[test]
    fn a_plain_code_request_is_read() {
        let sent = "response_type=code&scope=openid+user&state=a%26b&nonce=n&max_age=0&login_hint=ann%40example.com&ui_locales=de";
        let request = read(sent).unwrap();
        assert_eq!(
            (request.login_hint.as_deref(), request.ui_locales.as_deref()),
            (Some("ann@example.com"), Some("de"))
        );
        assert_eq!(request.state.as_deref(), Some("a&b"));
        assert_eq!(request.max_age, Some(Duration::ZERO));
        assert_eq!(request.response_mode, ResponseMode::Query);
    }

    #[test]
    fn what_is_not_offered_is_refused_by_its_own_error() {
        let code = |form: &str| read(form).unwrap_err().code;
        assert_eq!(code("scope=a"), ErrorCode::InvalidRequest);
        assert_eq!(code("response_type=token"), ErrorCode::UnsupportedResponseType);
        assert_eq!(code("response_type=code&request=x"), ErrorCode::RequestNotSupported);
        assert_eq!(code("response_type=code&response_mode=query.jwt"), ErrorCode::InvalidRequest);
        assert_eq!(code("response_type=code&prompt=none+login"), ErrorCode::InvalidRequest);
        assert_eq!(code("response_type=code&prompt=what"), ErrorCode::InvalidRequest);
        assert_eq!(code("response_type=code&max_age=-1"), ErrorCode::InvalidRequest);
        assert_eq!(code("response_type=code&scope=a%22b"), ErrorCode::InvalidScope);
    }

    #[test]
    fn state_and_nonce_have_room_for_what_an_application_keeps_in_them() {
        for name in ["state", "nonce"] {
            let with = |length: usize| read(&format!("response_type=code&{name}={}", "s".repeat(length)));
            assert!(with(LONGEST_STATE).is_ok());
            let refused = with(LONGEST_STATE + 1).unwrap_err().description;
            assert_eq!(refused, format!("the parameter '{name}' has 8193 bytes; it may have 8192"));
        }
    }

    #[test]
    fn an_openid_request_names_its_redirect_uri() {
        let check = |form: &str| {
            let parameters = Parameters::from_form(form.as_bytes()).unwrap();
            require_redirect_uri(&parameters, &["https://a.example/cb".to_owned()])
        };
        for fine in ["", "scope=profile", "scope=openid2+xopenid", "scope=openid&redirect_uri=x"] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for missing in ["scope=openid", "scope=profile++openid+", "scope=openid&redirect_uri="] {
            assert!(check(missing).is_err(), "{missing}");
        }
    }

    #[test]
    fn pkce_is_s256_or_an_error() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(read(&format!("response_type=code&code_challenge={challenge}&code_challenge_method=S256")).is_ok());
        for bad in ["", "&code_challenge_method=plain", "&code_challenge_method=s256"] {
            assert!(read(&format!("response_type=code&code_challenge={challenge}{bad}")).is_err(), "{bad}");
        }
        assert!(read("response_type=code&code_challenge_method=S256").is_err());
        assert!(read("response_type=code&code_challenge=short&code_challenge_method=S256").is_err());
    }

    #[test]
    fn the_words_of_a_prompt_survive_being_stored() {
        for words in ["none", "login", "consent", "login consent", "select_account", "consent select_account"] {
            let prompt = Prompt::parse(words).unwrap();
            assert_eq!(Prompt::parse(&prompt.words()).unwrap(), prompt, "{words}");
        }
        assert_eq!(Prompt::default().words(), "");
    }
}
