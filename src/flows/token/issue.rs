//! Making the tokens (RFC 9068 §2, RFC 6749 §5.1, OIDC Core §2).

use serde::Serialize;

use super::Tokens;
use super::granted::{Exchanged, Granted, Person, Subject};
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::own_token::{name_exchanged_token, name_own_token};
use crate::domain::told_claims::Teller;
use crate::protocol::claims::{ACCESS, AccessTokenClaims, Audience, Confirmation, TokenProfile, token_type};
use crate::protocol::claims_request::ClaimsPlace;
use crate::protocol::id_token::{GroupsClaim, IdTokenClaims, PersonClaims, TOKEN_USE, TYPE, at_hash};
use crate::protocol::jose::Signer;
use crate::protocol::refusal::Refusal;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::{GROUPS, OPENID, Scope};
use crate::protocol::thumbprint::KeyThumbprint;
use crate::protocol::token::TokenResponse;
use crate::protocol::token_exchange::ACCESS_TOKEN;

/// The scope and audience of a token, and what else was found out about it.
pub(super) struct Settled {
    /// The scope.
    pub(super) scope: Scope,
    /// The resources it is for.
    pub(super) resources: Vec<ResourceId>,
    /// The groups of the person it speaks for, if those were granted.
    pub(super) groups: GroupsClaim,
    /// What the access token looks like.
    pub(super) format: TokenProfile,
    /// The key it is bound to, if it is.
    pub(super) key: Option<KeyThumbprint>,
}

/// The longest access token, in bytes: it travels in a header, and many servers take no longer one.
const LONGEST_ACCESS_TOKEN: usize = 8 * 1024;

/// The longest ID token, in bytes.
const LONGEST_ID_TOKEN: usize = 16 * 1024;

/// An access token that has the groups of its person too.
#[derive(Serialize)]
pub(super) struct WithGroups<'a> {
    /// What every access token has.
    #[serde(flatten)]
    pub(super) claims: &'a AccessTokenClaims,
    /// The claim with the groups.
    #[serde(flatten)]
    pub(super) groups: &'a GroupsClaim,
}

impl Tokens {
    /// Signs the tokens with the application's lifetime, profile and algorithm. They are signed before the code or
    /// refresh token is spent, so that a failing key does not cost a code.
    pub(super) fn issue(
        &self,
        application: &Application,
        granted: &Granted,
        settled: &Settled,
    ) -> Result<TokenResponse, Refusal> {
        let signer = self.keys.signer(application.settings.signing_algorithm, self.instruments.now())?;
        let claims = self.access_token_claims(application, granted, settled);
        let typ = settled.format.typ();
        let groups = Some(&settled.groups).filter(|_| has_groups(application, settled));
        let access_token = match groups {
            None => signer.sign_jwt(typ, &claims),
            Some(groups) => signer.sign_jwt(typ, &WithGroups { claims: &claims, groups }),
        };
        let access_token = access_token.map_err(|e| Refusal::server_error(e.to_string()))?;
        check_length("access token", &access_token, LONGEST_ACCESS_TOKEN)?;
        let id_token = match &granted.subject {
            // What a request leaves out of its scope is left out of the ID token too.
            Subject::Person(person) if settled.scope.contains(OPENID) => {
                let at_hash = at_hash(signer.signing_algorithm(), &access_token);
                let teller = Teller { application, schema: &self.application_cache.attribute_schema() };
                let told = person.family.claims.told(teller, &settled.scope, ClaimsPlace::IdToken);
                let person_claims = told.claims(&person.user, settled.groups.clone());
                let claims = IdTokenClaims { person: person_claims, ..self.id_token_claims(person, &claims, at_hash) };
                let id_token = sign_id_token(&signer, &claims)?;
                check_length("ID token", &id_token, LONGEST_ID_TOKEN)?;
                Some(id_token)
            }
            Subject::Person(_) | Subject::Application | Subject::Exchanged(_) => None,
        };
        let issued_token_type = matches!(granted.subject, Subject::Exchanged(_)).then_some(ACCESS_TOKEN);
        Ok(TokenResponse {
            access_token,
            expires_in: claims.exp.abs_diff(claims.iat),
            token_type: token_type(claims.cnf.as_ref()),
            scope: claims.scope,
            refresh_token: None,
            id_token,
            issued_token_type,
        })
    }

    /// What an access token says.
    pub(super) fn access_token_claims(
        &self,
        application: &Application,
        granted: &Granted,
        settled: &Settled,
    ) -> AccessTokenClaims {
        let client_id = application.client_id.as_str();
        let lifetime = application.token_ttl(self.settings.access_ttl).as_secs();
        let now = self.instruments.now();
        let issued = now.as_seconds();
        let own = AccessTokenClaims {
            iss: self.issuer.as_str().to_owned(),
            sub: client_id.to_owned(),
            aud: Audience::of(&settled.resources, client_id),
            client_id: client_id.to_owned(),
            scope: settled.scope.to_string(),
            iat: issued,
            exp: issued.saturating_add_unsigned(lifetime),
            jti: String::new(),
            cnf: settled.key.clone().map(|jkt| Confirmation { jkt }),
            token_use: (settled.format == TokenProfile::Plain).then(|| ACCESS.to_owned()),
            auth_time: None,
            acr: None,
            amr: Vec::new(),
            act: None,
            exchanged_from: Vec::new(),
        };
        match &granted.subject {
            Subject::Application => AccessTokenClaims { jti: name_own_token(now, self.instruments.random()), ..own },
            Subject::Person(person) => AccessTokenClaims {
                sub: person.user.sub.clone(),
                jti: person.family.id.name_token(self.instruments.random()),
                auth_time: Some(person.family.auth_time.as_seconds()),
                acr: Some(person.family.acr.name().to_owned()),
                amr: person.family.amr.amr().iter().map(ToString::to_string).collect(),
                ..own
            },
            Subject::Exchanged(exchanged) => self.exchanged_claims(exchanged, own, now),
        }
    }

    /// RFC 8693 §2.2: the same subject, with who acts now. It ends with the token that it is exchanged for, at the latest.
    fn exchanged_claims(&self, exchanged: &Exchanged, own: AccessTokenClaims, now: Timestamp) -> AccessTokenClaims {
        let before = &exchanged.token;
        let family = exchanged.family.as_ref().map(|family| family.id);
        AccessTokenClaims {
            sub: before.sub.clone(),
            exp: own.exp.min(before.exp),
            jti: name_exchanged_token(family, now, self.instruments.random()),
            auth_time: before.auth_time,
            acr: before.acr.clone(),
            amr: before.amr.clone(),
            act: Some(exchanged.act.clone()),
            exchanged_from: std::iter::once(before.as_exchanged()).chain(before.exchanged_from.clone()).collect(),
            ..own
        }
    }

    /// Who signed in, when and how.
    pub(super) fn id_token_claims(
        &self,
        person: &Person,
        access: &AccessTokenClaims,
        at_hash: String,
    ) -> IdTokenClaims {
        let lifetime = self.settings.id_ttl.as_secs();
        IdTokenClaims {
            iss: access.iss.clone(),
            sub: access.sub.clone(),
            aud: access.client_id.clone(),
            token_use: TOKEN_USE,
            iat: access.iat,
            exp: access.iat.saturating_add_unsigned(lifetime),
            auth_time: person.family.auth_time.as_seconds(),
            acr: person.family.acr.name(),
            amr: person.family.amr.amr(),
            nonce: person.nonce.clone(),
            at_hash,
            sid: person.sid.as_ref().map(ToString::to_string),
            person: PersonClaims::default(),
        }
    }
}

/// Whether the access token has the groups of its person: where the application says so, and its scope includes them.
pub(super) fn has_groups(application: &Application, settled: &Settled) -> bool {
    let wanted = application.settings.groups_in_access_token && settled.scope.contains(GROUPS);
    wanted && !settled.groups.is_absent()
}

/// A token that is too long is refused and not cut: an application must not take some of a person's groups for all.
fn check_length(what: &str, token: &str, longest: usize) -> Result<(), Refusal> {
    if token.len() <= longest {
        return Ok(());
    }
    Err(Refusal::invalid_scope(format!(
        "with this person's groups and attributes the {what} would have {} bytes, and {longest} are the most; let the application see \
         fewer of them (visible_groups), or leave out a scope such as groups",
        token.len()
    )))
}

fn sign_id_token(signer: &Signer, claims: &IdTokenClaims) -> Result<String, Refusal> {
    signer.sign_jwt(TYPE, claims).map_err(|e| Refusal::server_error(e.to_string()))
}
