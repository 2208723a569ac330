//! "Try a sign-in": what an application would be told of the person who looks after it.
//!
//! Nothing is issued: there is no code, no token and no consent, and nothing is written. What is shown is put together
//! by the same functions as what is signed, so that it is what the application would get.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;

use super::Tokens;
use super::granted::{Granted, Payment, Subject};
use super::issue::{WithGroups, has_groups};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::asked_claims::AskedClaims;
use crate::domain::ids::TokenFamilyId;
use crate::domain::token_family::TokenFamily;
use crate::domain::told_claims::Teller;
use crate::flows::admission::{access_denied, is_admitted, is_sure_enough};
use crate::flows::sessions::SignedInPerson;
use crate::protocol::acr::WantedClasses;
use crate::protocol::claims_request::ClaimsPlace;
use crate::protocol::id_token::{IdTokenClaims, UserInfo};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::OPENID;
use crate::protocol::token::GrantType;

/// What an application would be told of a person who signs in to it.
pub struct SignInToLookAt {
    /// What its access token would say.
    pub access_token: Value,
    /// What its ID token would say, and userinfo; neither without the scope `openid`.
    pub about_person: Option<AboutPerson>,
    /// Whether the person would have to sign in anew first, with a passkey.
    pub asks_for_passkey: bool,
    /// A `code_challenge` (RFC 7636 §4.2) whose verifier nobody has: a code that is asked for with it is of no use.
    pub code_challenge: String,
}

/// What is said of a person.
pub struct AboutPerson {
    /// The claims of the ID token.
    pub id_token: Value,
    /// The answer of userinfo.
    pub userinfo: Value,
}

impl Tokens {
    /// What an application would be told of this person, if it asked for everything that it may ask for. Refused as the
    /// sign-in would be where they may not use it.
    pub async fn sign_in_to_look_at(
        &self,
        person: &SignedInPerson,
        application: &Application,
    ) -> Result<SignInToLookAt, Refusal> {
        if application.state != ApplicationState::Active {
            return Err(Refusal::new(ErrorCode::Conflict, "nobody can sign in to an application that is not active"));
        }
        if !application.settings.grants.contains(&GrantType::AuthorizationCode) {
            return Err(Refusal::new(ErrorCode::Conflict, "nobody signs in to this application in a browser"));
        }
        let (user, amr) = (person.user.id, person.session.amr);
        let mut tx = self.store.begin().await?;
        if !is_admitted(&mut tx, user, application).await? {
            return Err(access_denied());
        }
        let asks_for_passkey = !is_sure_enough(&mut tx, (user, amr), application).await?;
        drop(tx);
        let family = self.family_to_look_at(person, application);
        let granted = self.granted_anew(person.user.clone(), family, application, Payment::Nothing).await?;
        let (access_token, about_person) = self.told_by(application, &granted).await?;
        let code_challenge = URL_SAFE_NO_PAD.encode(self.instruments.random::<32>());
        Ok(SignInToLookAt { access_token, about_person, asks_for_passkey, code_challenge })
    }

    /// The family that would begin; it is never stored.
    fn family_to_look_at(&self, person: &SignedInPerson, application: &Application) -> TokenFamily {
        let now = self.instruments.now();
        TokenFamily {
            id: TokenFamilyId::new(self.instruments.row_id(now)),
            application: application.id,
            user: person.user.id,
            session: Some(person.session.id),
            origin: None,
            scope: application.settings.scope.clone(),
            resources: Vec::new(),
            nonce: None,
            claims: AskedClaims::default(),
            auth_time: person.session.auth_time,
            amr: person.session.amr,
            acr: person.session.amr.class(&WantedClasses::default()),
            created_at: now,
            expires_at: now.plus(self.family_lifetime(application)),
            ended_at: None,
        }
    }

    async fn told_by(
        &self,
        application: &Application,
        granted: &Granted,
    ) -> Result<(Value, Option<AboutPerson>), Refusal> {
        let settled = self.settle(application, granted, (&[], None)).await?;
        let access = self.access_token_claims(application, granted, &settled);
        let access_token = if has_groups(application, &settled) {
            shown(&WithGroups { claims: &access, groups: &settled.groups })?
        } else {
            shown(&access)?
        };
        let Subject::Person(person) = &granted.subject else { return Ok((access_token, None)) };
        if !settled.scope.contains(OPENID) {
            return Ok((access_token, None));
        }
        let schema = self.application_cache.attribute_schema();
        let told = |place| person.family.claims.told(Teller { application, schema: &schema }, &settled.scope, place);
        let claims = told(ClaimsPlace::IdToken).claims(&person.user, settled.groups.clone());
        let id_token =
            shown(&IdTokenClaims { person: claims, ..self.id_token_claims(person, &access, String::new()) })?;
        let told = told(ClaimsPlace::Userinfo);
        let groups = self.groups.claim_of(person.user.id, application, &told.scope()).await?;
        let sub = person.user.sub.clone();
        let userinfo = shown(&UserInfo { sub, auth_time: None, acr: None, person: told.claims(&person.user, groups) })?;
        Ok((access_token, Some(AboutPerson { id_token, userinfo })))
    }
}

/// The claims without those that name a token or a session: there is none.
fn shown(claims: &impl Serialize) -> Result<Value, Refusal> {
    let mut value = serde_json::to_value(claims).map_err(|e| Refusal::server_error(e.to_string()))?;
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| !matches!(name.as_str(), "jti" | "at_hash" | "sid"));
    }
    Ok(value)
}
