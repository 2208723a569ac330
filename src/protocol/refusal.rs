//! Error responses (RFC 6749 §5.2 and its extensions).

use std::borrow::Cow;
use std::time::Duration;

use super::mismatch::Mismatch;

/// Every error code this server sends, with the facts that travel with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749 §5.2: the request is malformed, repeats a parameter or mixes authentication methods.
    InvalidRequest,
    /// RFC 6749 §5.2: client authentication failed.
    InvalidClient,
    /// RFC 6749 §5.2: the code, refresh token or other grant is not good (any more).
    InvalidGrant,
    /// RFC 6749 §5.2: this client may not use this grant.
    UnauthorizedClient,
    /// RFC 6749 §5.2: the grant type is not supported.
    UnsupportedGrantType,
    /// RFC 6749 §5.2: the scope is malformed, unknown or more than the client may have.
    InvalidScope,
    /// RFC 8707 §2: the resource is malformed, unknown or not this client's.
    InvalidTarget,
    /// RFC 6749 §4.1.2.1: the resource owner or this server denied the request.
    AccessDenied,
    /// RFC 8628 §3.5: the device's request is not answered yet.
    AuthorizationPending,
    /// RFC 8628 §3.5: the same, and the device asks too often.
    SlowDown,
    /// RFC 8628 §3.5: the time of the device code is over.
    ExpiredToken,
    /// RFC 8628 §3.5: the person denied the device's request.
    DeviceDenied,
    /// RFC 6749 §4.1.2.1: only `code` is offered.
    UnsupportedResponseType,
    /// OIDC Core §3.1.2.6: the person would have to sign in.
    LoginRequired,
    /// OIDC Core §3.1.2.6: the person would have to agree.
    ConsentRequired,
    /// OpenID Connect Core Unmet Authentication Requirements §3: the person cannot sign in as the request demands.
    UnmetAuthenticationRequirements,
    /// OIDC Core §3.1.2.6: request objects are not read.
    RequestNotSupported,
    /// RFC 9126, OIDC Core §3.1.2.6: the `request_uri` is unknown, used up or another client's.
    InvalidRequestUri,
    /// RFC 7591 §3.2.2: a redirect URI that cannot be registered.
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2: client metadata that cannot be registered.
    InvalidClientMetadata,
    /// The passwordless request names an address that has no account here.
    UnknownAccount,
    /// RFC 6750 §3.1: the access token is malformed, expired, revoked or for another audience.
    InvalidToken,
    /// RFC 9449 §5: the token endpoint needs a proof and has none, or has one that is not right.
    InvalidDpopProof,
    /// RFC 9449 §8: the proof for the token endpoint needs a nonce of this server.
    UseDpopNonce,
    /// RFC 9449 §7.1: an access token comes with a proof that is not right.
    DpopProofRefused,
    /// RFC 9449 §9: the proof beside an access token needs a nonce of this server.
    DpopNonceMissing,
    /// RFC 9449 §7.1: an access token that is bound to a key comes without a proof.
    BoundTokenUnproven,
    /// RFC 6750 §3.1: the access token is valid, its scope is not sufficient.
    InsufficientScope,
    /// RFC 9470 §3: the person signed in too long ago for this.
    InsufficientUserAuthentication,
    /// What a browser sent for a passkey does not count.
    PasskeyRefused,
    /// Nobody was signed in by what another provider answered.
    UpstreamRefused,
    /// Another provider does not answer.
    UpstreamUnavailable,
    /// There is nothing at this path.
    NotFound,
    /// Something is at this path, but not for this HTTP method.
    MethodNotAllowed,
    /// The request conflicts with what is there, such as another account with this address.
    Conflict,
    /// RFC 9110 §15.5.13: what was to be changed is not what the caller has seen.
    PreconditionFailed,
    /// RFC 9110 §15.5.21: an idempotency key that belongs to another request.
    KeyReused,
    /// RFC 9110 §15.5.16: the format or the packing of the body is not supported.
    UnsupportedMediaType,
    /// RFC 9110 §15.5.20: the request names another host, and this is for the issuer's alone.
    MisdirectedRequest,
    /// RFC 9110 §15.5.9: the body did not arrive in time.
    RequestTimeout,
    /// The body is larger than any request to this endpoint.
    TooLarge,
    /// Too many tries; `Retry-After` says when the next one counts.
    TooManyRequests,
    /// RFC 6749 §4.1.2.1: overloaded or without its database; `Retry-After` says when to come back.
    TemporarilyUnavailable,
    /// RFC 6749 §4.1.2.1: a fault of this server. The reason is in the log under the answer's `trace_id`.
    ServerError,
}

impl ErrorCode {
    /// The value of the `error` member and the HTTP status it is sent with.
    pub const fn wire(self) -> (&'static str, u16) {
        match self {
            Self::InvalidRequest => ("invalid_request", 400),
            Self::InvalidClient => ("invalid_client", 401),
            Self::InvalidGrant => ("invalid_grant", 400),
            Self::UnauthorizedClient => ("unauthorized_client", 400),
            Self::UnsupportedGrantType => ("unsupported_grant_type", 400),
            Self::InvalidScope => ("invalid_scope", 400),
            Self::InvalidTarget => ("invalid_target", 400),
            Self::AccessDenied | Self::PasskeyRefused | Self::UpstreamRefused => ("access_denied", 403),
            Self::AuthorizationPending => ("authorization_pending", 400),
            Self::SlowDown => ("slow_down", 400),
            Self::ExpiredToken => ("expired_token", 400),
            Self::DeviceDenied => ("access_denied", 400),
            Self::UnsupportedResponseType => ("unsupported_response_type", 400),
            Self::LoginRequired => ("login_required", 400),
            Self::ConsentRequired => ("consent_required", 400),
            Self::UnmetAuthenticationRequirements => ("unmet_authentication_requirements", 400),
            Self::RequestNotSupported => ("request_not_supported", 400),
            Self::InvalidRequestUri => ("invalid_request_uri", 400),
            Self::InvalidRedirectUri => ("invalid_redirect_uri", 400),
            Self::InvalidClientMetadata => ("invalid_client_metadata", 400),
            Self::UnknownAccount => ("access_denied", 401),
            Self::InvalidToken | Self::BoundTokenUnproven => ("invalid_token", 401),
            Self::InvalidDpopProof => ("invalid_dpop_proof", 400),
            Self::UseDpopNonce => ("use_dpop_nonce", 400),
            Self::DpopProofRefused => ("invalid_dpop_proof", 401),
            Self::DpopNonceMissing => ("use_dpop_nonce", 401),
            Self::InsufficientScope => ("insufficient_scope", 403),
            Self::InsufficientUserAuthentication => ("insufficient_user_authentication", 401),
            Self::NotFound => ("not_found", 404),
            Self::MethodNotAllowed => ("invalid_request", 405),
            Self::Conflict => ("conflict", 409),
            Self::PreconditionFailed => ("precondition_failed", 412),
            Self::KeyReused => ("idempotency_key_reused", 422),
            Self::UnsupportedMediaType => ("invalid_request", 415),
            Self::MisdirectedRequest => ("invalid_request", 421),
            Self::RequestTimeout => ("invalid_request", 408),
            Self::TooLarge => ("invalid_request", 413),
            Self::TooManyRequests => ("temporarily_unavailable", 429),
            Self::TemporarilyUnavailable | Self::UpstreamUnavailable => ("temporarily_unavailable", 503),
            Self::ServerError => ("server_error", 500),
        }
    }

    /// The value of the `error` member.
    pub const fn name(self) -> &'static str {
        self.wire().0
    }

    /// The HTTP status the code is sent with where the endpoint's RFC does not say otherwise.
    pub const fn status(self) -> u16 {
        self.wire().1
    }
}

/// What people meet in forms, where a page words it in the language of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormReason {
    /// The name is, or looks like, that of another owner's application.
    AlikeName,
    /// It is in that state already.
    SameState,
    /// Only an operator lets it go on.
    Suspended,
    /// The configuration is the only place to change it.
    Declared,
    /// Its document is the only place to change it.
    OfDocument,
    /// There is no such group.
    NoGroup,
    /// The person is an owner already.
    OwnsAlready,
    /// The person is invited already.
    InvitedAlready,
    /// Too many invitations are open.
    ManyInvitations,
    /// More than a developer may choose.
    BeyondLimits,
}

/// A refusal: what is sent to the caller, and what only the log gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which error it is.
    pub code: ErrorCode,
    /// `error_description`: one sentence that says exactly what was wrong. Never carries a secret.
    pub description: Cow<'static, str>,
    /// More for the log; never sent.
    pub detail: Option<Box<str>>,
    /// Why, for the application's owner, where the description is in general words; never sent.
    pub for_owner: Option<Box<str>>,
    /// What was sent against what is registered, for the application's owner; never sent.
    pub mismatch: Option<Box<Mismatch>>,
    /// What it is in a form, for pages in other languages; never sent.
    pub in_form: Option<FormReason>,
    /// When to try again, for temporary refusals.
    pub retry_after: Option<Duration>,
    /// Whether the application had authenticated before, so that it really is the sender.
    pub proven: bool,
}

impl Refusal {
    /// A refusal with its public sentence.
    ///
    /// RFC 6749 §5.2 allows a description only printable ASCII without `"` and `\`; other characters of a quoted value
    /// are replaced, so a description can quote what was sent.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: printable(description.into()),
            detail: None,
            for_owner: None,
            mismatch: None,
            in_form: None,
            retry_after: None,
            proven: false,
        }
    }

    /// Adds what is for the log only.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into());
        self
    }

    /// Adds the reason that only the application's owner and the log get.
    #[must_use]
    pub fn telling_owner(mut self, reason: impl Into<String>) -> Self {
        self.for_owner = Some(reason.into().into());
        self
    }

    /// The sentence for the application's owner.
    pub fn reason_for_owner(&self) -> &str {
        self.for_owner.as_deref().unwrap_or(&self.description)
    }

    /// Adds how the value that was sent differs from what is registered.
    #[must_use]
    pub fn with_mismatch(mut self, mismatch: Mismatch) -> Self {
        self.mismatch = Some(Box::new(mismatch));
        self
    }

    /// Says what it is in a form.
    #[must_use]
    pub const fn in_form(mut self, reason: FormReason) -> Self {
        self.in_form = Some(reason);
        self
    }

    /// Marks that the application had authenticated before.
    #[must_use]
    pub fn of_proven_application(mut self) -> Self {
        self.proven = true;
        self
    }

    /// Says when the caller may try again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// `invalid_request` with this sentence.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_client` with this sentence.
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidClient, description)
    }

    /// `invalid_scope` with this sentence.
    pub fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidScope, description)
    }

    /// `server_error`: the caller learns only that it is a fault of this server.
    pub fn server_error(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::ServerError, "the server could not answer; the operator finds why under this trace_id")
            .with_detail(detail)
    }

    /// `temporarily_unavailable`, to be tried again after `wait`.
    pub fn unavailable(description: impl Into<Cow<'static, str>>, wait: Duration) -> Self {
        Self::new(ErrorCode::TemporarilyUnavailable, description).retry_after(wait)
    }
}

fn printable(text: Cow<'static, str>) -> Cow<'static, str> {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    if text.chars().all(allowed) {
        return text;
    }
    text.chars()
        .map(|c| {
            if c == '"' {
                '\''
            } else if allowed(c) {
                c
            } else {
                '?'
            }
        })
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_keeps_to_the_characters_rfc_6749_allows() {
        let refusal = Refusal::invalid_request("a \"quoted\" back\\slash, a tab\t and ü");
        assert_eq!(refusal.description, "a 'quoted' back?slash, a tab? and ?");
    }
}
