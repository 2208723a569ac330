//! Token exchange (RFC 8693): an application that was sent a token passes the request on in the name of whoever sent it.
//!
//! A token that comes out of it never has more than the one that went in, neither scope nor audience, and always says who
//! acts with it: this server lets nobody impersonate (RFC 8693 §1.1).

use super::claims::{ActingParty, Audience};
use super::parameters::Parameters;
use super::refusal::{ErrorCode, Refusal};
use super::resource::{self, ResourceId};
use super::scope::Scope;
use super::signed_jwt::unverified_claims;

/// The type of what is exchanged, and of what is issued (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The type that our access tokens are of too.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// How many applications may act one for the other with a token.
pub const MOST_ACTING: usize = 4;

/// The tokens of a request (RFC 8693 §2.1).
#[derive(Clone, Copy)]
pub struct ExchangeRequest<'a> {
    /// The token of whoever the request is made for.
    pub subject_token: &'a str,
    /// A token of the application that will act, if it sends one.
    pub actor_token: Option<&'a str>,
}

/// Whose a token is that comes to be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This server's, or nobody's: it is judged as an access token of this server.
    Own,
    /// Another issuer's, by its `iss`, or by its subject where that is of SPIFFE.
    Foreign,
}

/// Whose a token claims to be. Its claims are read without trust: as what they are not, they are refused.
pub fn origin(token: &str, own_issuer: &str) -> Origin {
    let Some(claims) = unverified_claims(token) else { return Origin::Own };
    match claims.text("iss") {
        Some(iss) if iss == own_issuer => Origin::Own,
        Some(_) => Origin::Foreign,
        None if claims.text("sub").is_some_and(|sub| sub.starts_with("spiffe://")) => Origin::Foreign,
        None => Origin::Own,
    }
}

impl<'a> ExchangeRequest<'a> {
    /// Reads the parameters that this grant has for itself.
    pub fn from_parameters(parameters: &'a Parameters) -> Result<Self, Refusal> {
        if let Some(other) = parameters.value("requested_token_type").filter(|requested| *requested != ACCESS_TOKEN) {
            return Err(Refusal::invalid_request(format!(
                "the requested_token_type '{other}' is not issued here; there is {ACCESS_TOKEN}"
            )));
        }
        let subject_token = parameters.required("subject_token")?;
        check_type("subject_token_type", parameters.required("subject_token_type")?)?;
        let actor_token = parameters.value("actor_token");
        match (actor_token, parameters.value("actor_token_type")) {
            (Some(_), _) => check_type("actor_token_type", parameters.required("actor_token_type")?)?,
            (None, Some(_)) => {
                let what = "the parameter 'actor_token_type' is of no use without 'actor_token'";
                return Err(Refusal::invalid_request(what));
            }
            (None, None) => {}
        }
        Ok(Self { subject_token, actor_token })
    }
}

fn check_type(name: &str, value: &str) -> Result<(), Refusal> {
    if [ACCESS_TOKEN, JWT].contains(&value) {
        return Ok(());
    }
    Err(Refusal::invalid_request(format!(
        "the {name} '{value}' is not understood here; an access token of this server is an {ACCESS_TOKEN}"
    )))
}

/// Who acts with the new token: this application, and behind it those that acted with the one before (RFC 8693 §4.1).
pub fn acting(client_id: &str, before: Option<ActingParty>) -> Result<ActingParty, Refusal> {
    let acting = ActingParty { sub: client_id.to_owned(), act: before.map(Box::new) };
    if acting.count() > MOST_ACTING {
        return Err(Refusal::invalid_request(format!(
            "the subject_token was passed on too often: {MOST_ACTING} applications may act one for the other"
        )));
    }
    Ok(acting)
}

/// What the new token is for: some of what the subject token is for, and of what the application may exchange for. A
/// request that names nothing gets all of that.
pub fn targets(
    requested: &[ResourceId],
    may_exchange_for: &[ResourceId],
    aud: &Audience,
) -> Result<Vec<ResourceId>, Refusal> {
    let had: Vec<ResourceId> = aud.iter().filter_map(|audience| audience.parse().ok()).collect();
    if requested.is_empty() {
        let both = had.into_iter().filter(|target| target.find_in(may_exchange_for).is_some()).collect::<Vec<_>>();
        return if both.is_empty() { Err(for_nothing(aud)) } else { Ok(both) };
    }
    let permitted = resource::permitted(requested, may_exchange_for)?;
    permitted.iter().map(|target| target.find_in(&had).cloned().ok_or_else(|| not_had(target, aud))).collect()
}

fn for_nothing(aud: &Audience) -> Refusal {
    let what = "the subject_token is for nothing that this application may exchange it for";
    Refusal::invalid_request(format!("{what}; it is for: {}", listed(aud)))
}

fn not_had(target: &ResourceId, aud: &Audience) -> Refusal {
    let what = format!("the subject_token is not for '{target}', and an exchange adds nothing to it");
    Refusal::new(ErrorCode::InvalidTarget, format!("{what}; it is for: {}", listed(aud)))
}

fn listed(aud: &Audience) -> String {
    aud.iter().collect::<Vec<_>>().join(" ")
}

/// The most that the new token may allow: what the subject token does, and its application may.
pub fn most_scope(subject: &Scope, may: &Scope) -> Result<Scope, Refusal> {
    let most = subject.intersect(may);
    if most.is_empty() && !subject.is_empty() {
        return Err(Refusal::invalid_scope(format!(
            "this application may not have any scope of the subject_token, which allows: {subject}"
        )));
    }
    Ok(most)
}

#[cfg(test)]
mod tests;
