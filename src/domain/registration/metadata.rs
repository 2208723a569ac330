//! Client metadata (RFC 7591 §2): what a client says of itself, read into the settings of an application and written
//! from them. Which settings that are, and what their values must keep to, says the table of settings; metadata that
//! it does not know is ignored.

use serde_json::{Map, Value};
use url::Url;

use super::Allowance;
use crate::domain::application::{
    Application, ApplicationKind, ApplicationSettings, GivenSettings, POST_LOGOUT_REDIRECT_URIS, REDIRECT_URIS,
    SETTINGS, Setting, Shape,
};
use crate::protocol::authorize::RESPONSE_TYPE;
use crate::protocol::client_auth::{AuthMethod, METHODS};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::redirect_uri;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::{OPENID, Scope};
use crate::protocol::token::GrantType;

/// The members of a JSON object.
pub type Members = Map<String, Value>;

const METHOD: &str = "token_endpoint_auth_method";
const GRANTS: &str = "grant_types";
const RESPONSES: &str = "response_types";
const SCOPE: &str = "scope";
const NAME: &str = "client_name";
const KEYS: &str = "jwks";
const KEYS_ELSEWHERE: &str = "jwks_uri";
/// What a client without a name is called.
const UNNAMED: &str = "An application without a name";
const TYPE: &str = "application_type";
const BACKCHANNEL_LOGOUT_URI: &str = "backchannel_logout_uri";

/// What a client may have of what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientMetadata {
    /// As settings.
    pub settings: ApplicationSettings,
    /// How it authenticates.
    pub method: AuthMethod,
}

impl ClientMetadata {
    /// Reads what a client says of itself. What it may not have is left out; what cannot be is refused. Members that are
    /// `null` are like those that are missing (RFC 7591 §2, RFC 7592 §2.2).
    pub fn read(sent: &Members, allowed: &Allowance, algorithm: SigningAlgorithm) -> Result<Self, Refusal> {
        let mut sent: Members = sent
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let grants = grants(&sent, allowed)?;
        let method = method(&sent, &grants)?;
        let kind = kind(&sent, method, &grants)?;
        let (scope, default_scope) = scopes(&sent, allowed)?;
        check_keys(&mut sent, method)?;
        check_addresses(&sent)?;
        if !sent.contains_key(NAME) {
            // Not after where it is called back: a name holds no address.
            sent.insert(NAME.to_owned(), UNNAMED.into());
        }
        sent.insert(GRANTS.to_owned(), grants.iter().map(|grant| grant.name()).collect());
        sent.insert(SCOPE.to_owned(), scope.to_string().into());
        let mut given = GivenSettings::default();
        for (setting, name) in of_metadata() {
            if let Some(value) = sent.get(name) {
                given.give(setting, name, value).map_err(|problem| wrong(&problem.name, &problem.what))?;
            }
        }
        let usual = ApplicationSettings::new(String::new(), kind);
        let usual = ApplicationSettings { default_scope, signing_algorithm: algorithm, ..usual };
        let settings = given.over(usual).map_err(|problem| wrong(&problem.name, &problem.what))?;
        check_logout_address(&settings)?;
        Ok(Self { settings, method })
    }

    /// The settings of an application that says this of itself from now on. What it does not choose stays.
    pub fn over(&self, known: &ApplicationSettings) -> Result<ApplicationSettings, Refusal> {
        if known.kind != self.settings.kind {
            let what = "a client stays of the type it was registered as, which follows from application_type, \
                        token_endpoint_auth_method and grant_types; register another one";
            return Err(Refusal::new(ErrorCode::InvalidClientMetadata, what));
        }
        let mut settings = known.clone();
        for (setting, name) in of_metadata() {
            let value = setting.value(&self.settings);
            setting.put(&mut settings, &value).map_err(|what| wrong(name, &what))?;
        }
        settings.default_scope.clone_from(&self.settings.default_scope);
        settings.check().map_err(|e| Refusal::new(ErrorCode::InvalidClientMetadata, e.to_string()))?;
        Ok(settings)
    }

    /// What is registered of an application, which said that it authenticates by this method.
    pub fn registered(application: &Application, method: AuthMethod) -> Members {
        let settings = &application.settings;
        let mut members = Members::new();
        members.insert("client_id".to_owned(), application.client_id.as_str().into());
        members.insert("client_id_issued_at".to_owned(), application.created_at.as_seconds().into());
        for (setting, name) in of_metadata() {
            let value = match setting.shape {
                Shape::Words => setting.text(settings).into(),
                _ => setting.value(settings),
            };
            let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !is_empty {
                members.insert(name.to_owned(), value);
            }
        }
        let has_codes = settings.grants.contains(&GrantType::AuthorizationCode);
        let responses: Vec<&str> = has_codes.then_some(RESPONSE_TYPE).into_iter().collect();
        members.insert(RESPONSES.to_owned(), responses.into());
        members.insert(METHOD.to_owned(), still(settings.auth_method(), method).name().into());
        let is_native = settings.kind == ApplicationKind::Native;
        members.insert(TYPE.to_owned(), if is_native { "native" } else { "web" }.into());
        members
    }
}

/// The settings that clients choose, with what metadata calls them.
fn of_metadata() -> impl Iterator<Item = (&'static Setting, &'static str)> {
    SETTINGS.iter().filter_map(|setting| Some((setting, setting.metadata?)))
}

/// The method that was registered, unless an operator has changed how the application authenticates.
const fn still(now: AuthMethod, registered: AuthMethod) -> AuthMethod {
    match (now, registered) {
        (AuthMethod::Basic, AuthMethod::Post) => AuthMethod::Post,
        _ => now,
    }
}

fn invalid(what: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::InvalidClientMetadata, what)
}

fn wrong(member: &str, what: &str) -> Refusal {
    let code = if member == REDIRECT_URIS { ErrorCode::InvalidRedirectUri } else { ErrorCode::InvalidClientMetadata };
    Refusal::new(code, format!("'{member}': {what}"))
}

fn text<'a>(sent: &'a Members, member: &str) -> Result<Option<&'a str>, Refusal> {
    match sent.get(member) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(member, "expected some text")),
    }
}

fn texts<'a>(sent: &'a Members, member: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
    let Some(value) = sent.get(member) else { return Ok(None) };
    let texts: Option<Vec<&str>> = value.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
    texts.map(Some).ok_or_else(|| wrong(member, "expected a list, each item some text"))
}

/// Those redirect URIs that are texts; whether all are is checked later.
fn sent_uris(sent: &Members) -> Vec<&str> {
    sent.get(REDIRECT_URIS).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Logout tokens of clients that nobody looked at go only where the browsers of their people are sent anyway: to the
/// host of a redirect URI. Otherwise anybody could have this server send requests to hosts of their choice.
fn check_logout_address(settings: &ApplicationSettings) -> Result<(), Refusal> {
    let Some(address) = &settings.backchannel_logout_uri else { return Ok(()) };
    let host = address.as_url().host_str();
    let is_own = |uri: &String| Url::parse(uri).is_ok_and(|uri| uri.host_str() == host);
    if settings.redirect_uris.iter().any(is_own) {
        return Ok(());
    }
    Err(wrong(BACKCHANNEL_LOGOUT_URI, "expected an address on the host of one of the redirect_uris"))
}

/// The grants among the requested ones that it may have. RFC 7591 §2: without any, codes.
fn grants(sent: &Members, allowed: &Allowance) -> Result<Vec<GrantType>, Refusal> {
    let requested = texts(sent, GRANTS)?.unwrap_or_else(|| vec![GrantType::AuthorizationCode.name()]);
    let grants: Vec<GrantType> =
        allowed.grants.iter().copied().filter(|grant| requested.contains(&grant.name())).collect();
    if grants.iter().all(|grant| *grant == GrantType::RefreshToken) {
        let may: Vec<&str> = allowed.grants.iter().map(|grant| grant.name()).collect();
        return Err(wrong(GRANTS, &format!("none that may be registered here; there are {}", may.join(", "))));
    }
    let has_codes = grants.contains(&GrantType::AuthorizationCode);
    match texts(sent, RESPONSES)? {
        // RFC 7591 §2.1: both must say the same.
        Some(responses) if has_codes && !responses.contains(&RESPONSE_TYPE) => {
            Err(wrong(RESPONSES, "the grant authorization_code needs the response type code, the only one offered"))
        }
        _ => Ok(grants),
    }
}

/// RFC 7591 §2: `client_secret_basic` unless it says otherwise. RFC 8252 §8.4: what is native is public unless it says
/// otherwise.
fn method(sent: &Members, grants: &[GrantType]) -> Result<AuthMethod, Refusal> {
    let method = match text(sent, METHOD)? {
        Some(name) => AuthMethod::from_name(name)
            .ok_or_else(|| wrong(METHOD, &format!("expected one of {}", METHODS.join(", "))))?,
        None if text(sent, TYPE)? == Some("native") => AuthMethod::None,
        None => AuthMethod::Basic,
    };
    let proven = [GrantType::ClientCredentials, GrantType::TokenExchange, GrantType::JwtBearer]
        .into_iter()
        .find(|grant| grants.contains(grant));
    if let Some(grant) = proven.filter(|_| method == AuthMethod::None) {
        let what = format!("the grant {} is for clients that authenticate themselves", grant.name());
        return Err(wrong(METHOD, &what));
    }
    Ok(method)
}

/// The type of the application. What says nothing of that and is called back on the same machine or by a scheme of its
/// own is native.
fn kind(sent: &Members, method: AuthMethod, grants: &[GrantType]) -> Result<ApplicationKind, Refusal> {
    let uris = sent_uris(sent);
    let is_native = match text(sent, TYPE)? {
        Some("native") => true,
        Some("web") => false,
        Some(_) => return Err(wrong(TYPE, "expected web or native")),
        None => !uris.is_empty() && uris.iter().all(|uri| !redirect_uri::is_https(uri)),
    };
    if !grants.contains(&GrantType::AuthorizationCode) {
        return Ok(ApplicationKind::Service);
    }
    if !sent.contains_key(REDIRECT_URIS) || sent.get(REDIRECT_URIS).and_then(Value::as_array).is_some_and(Vec::is_empty)
    {
        return Err(wrong(REDIRECT_URIS, "at least one is needed for the grant authorization_code"));
    }
    Ok(match method {
        AuthMethod::None if is_native => ApplicationKind::Native,
        AuthMethod::None => ApplicationKind::Spa,
        AuthMethod::Basic | AuthMethod::Post | AuthMethod::PrivateKeyJwt => ApplicationKind::Web,
    })
}

/// What it may ask for, and what it gets when it asks for nothing. A client that names no scopes may ask for all that
/// is allowed, and gets no more of it than it asks for.
fn scopes(sent: &Members, allowed: &Allowance) -> Result<(Scope, Scope), Refusal> {
    let requested: Scope = text(sent, SCOPE)?.unwrap_or_default().parse().map_err(|e| wrong(SCOPE, &format!("{e}")))?;
    if requested.is_empty() {
        return Ok((allowed.scope.clone(), allowed.scope.intersect(&Scope::of([OPENID].into_iter()))));
    }
    let granted = requested.intersect(&allowed.scope);
    if granted.is_empty() {
        return Err(wrong(SCOPE, &format!("none that may be registered here; there are {}", allowed.scope)));
    }
    Ok((granted.clone(), granted))
}

/// How many addresses of a kind a client may register, and how long they may be together. Each change of them stands in
/// the audit log for ever, with those before it.
const MOST_ADDRESSES: (usize, usize) = (20, 8 * 1024);

fn check_addresses(sent: &Members) -> Result<(), Refusal> {
    for member in [REDIRECT_URIS, POST_LOGOUT_REDIRECT_URIS] {
        let addresses = sent.get(member).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let length: usize = addresses.iter().filter_map(Value::as_str).map(str::len).sum();
        if addresses.len() > MOST_ADDRESSES.0 || length > MOST_ADDRESSES.1 {
            return Err(wrong(member, "too many: 20 and 8 KB at most for a client that registers itself"));
        }
    }
    Ok(())
}

/// Keys are for those who authenticate with them. RFC 7591 §2: not both ways to name them.
fn check_keys(sent: &mut Members, method: AuthMethod) -> Result<(), Refusal> {
    let (here, elsewhere) = (sent.contains_key(KEYS), sent.contains_key(KEYS_ELSEWHERE));
    match method {
        _ if here && elsewhere => Err(invalid("jwks and jwks_uri exclude each other")),
        AuthMethod::PrivateKeyJwt if here || elsewhere => Ok(()),
        AuthMethod::PrivateKeyJwt => Err(wrong(KEYS, "needed for private_key_jwt, or jwks_uri")),
        AuthMethod::Basic | AuthMethod::Post | AuthMethod::None => {
            sent.remove(KEYS);
            sent.remove(KEYS_ELSEWHERE);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
