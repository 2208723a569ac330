//! Making the tokens (RFC 9068 §2, RFC 6749 §5.1, OIDC Core §2).

use super::Tokens;
use super::granted::{Granted, Person, Subject};
use crate::domain::application::Application;
use crate::domain::own_token::name_own_token;
use crate::protocol::claims::{ACCESS, AccessTokenClaims, Audience, TokenProfile};
use crate::protocol::id_token::{IdTokenClaims, PersonClaims, TOKEN_USE, TYPE, at_hash};
use crate::protocol::jose::Signer;
use crate::protocol::refusal::Refusal;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::{OPENID, Scope};
use crate::protocol::token::TokenResponse;

/// The scope and audience of a token.
pub(super) struct Settled {
    /// The scope.
    pub(super) scope: Scope,
    /// The resources it is for.
    pub(super) resources: Vec<ResourceId>,
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
        let typ = application.settings.token_profile.typ();
        let access_token = signer.sign_jwt(typ, &claims).map_err(|e| Refusal::server_error(e.to_string()))?;
        let id_token = match &granted.subject {
            // What a request leaves out of its scope is left out of the ID token too.
            Subject::Person(person) if settled.scope.contains(OPENID) => {
                let at_hash = at_hash(signer.signing_algorithm(), &access_token);
                let person_claims = person.user.claims(&settled.scope);
                let claims = IdTokenClaims { person: person_claims, ..self.id_token_claims(person, &claims, at_hash) };
                Some(sign_id_token(&signer, &claims)?)
            }
            Subject::Person(_) | Subject::Application => None,
        };
        let expires_in = application.token_ttl(self.settings.access_ttl).as_secs();
        let scope = claims.scope;
        Ok(TokenResponse { access_token, expires_in, token_type: "Bearer", scope, refresh_token: None, id_token })
    }

    fn access_token_claims(
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
            token_use: (application.settings.token_profile == TokenProfile::Plain).then(|| ACCESS.to_owned()),
            auth_time: None,
            acr: None,
            amr: Vec::new(),
        };
        match &granted.subject {
            Subject::Application => AccessTokenClaims { jti: name_own_token(now, self.instruments.random()), ..own },
            Subject::Person(person) => AccessTokenClaims {
                sub: person.user.sub.clone(),
                jti: person.family.id.name_token(self.instruments.random()),
                auth_time: Some(person.family.auth_time.as_seconds()),
                acr: Some(person.family.amr.acr().to_owned()),
                amr: vec![person.family.amr.name().to_owned()],
                ..own
            },
        }
    }

    /// Who signed in, when and how.
    fn id_token_claims(&self, person: &Person, access: &AccessTokenClaims, at_hash: String) -> IdTokenClaims {
        let lifetime = self.settings.id_ttl.as_secs();
        IdTokenClaims {
            iss: access.iss.clone(),
            sub: access.sub.clone(),
            aud: access.client_id.clone(),
            token_use: TOKEN_USE,
            iat: access.iat,
            exp: access.iat.saturating_add_unsigned(lifetime),
            auth_time: person.family.auth_time.as_seconds(),
            acr: person.family.amr.acr(),
            amr: [person.family.amr.name()],
            nonce: person.nonce.clone(),
            at_hash,
            sid: person.session.map(|session| session.to_string()),
            person: PersonClaims::default(),
        }
    }
}

fn sign_id_token(signer: &Signer, claims: &IdTokenClaims) -> Result<String, Refusal> {
    signer.sign_jwt(TYPE, claims).map_err(|e| Refusal::server_error(e.to_string()))
}
