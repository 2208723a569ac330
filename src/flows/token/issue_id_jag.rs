//! Issuing identity assertions by token exchange (draft-ietf-oauth-identity-assertion-authz-grant §4.3): an application in
//! which a person is signed in gets what the authorization server of another API takes for a token.
//!
//! Which APIs those are, and who answers for them, the operator says (`issuer` of a `[[resources]]` entry); which
//! applications may ask, their `may_exchange_for` says. Nothing is stored of an assertion but the line of the audit log.

use super::Tokens;
use super::possession::check_key;
use super::refresh_token;
use super::token_exchange::check_confidential;
use crate::domain::application::Application;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::TokenFamilyId;
use crate::domain::logout::Sid;
use crate::domain::own_token::name_own_token;
use crate::domain::refresh_token::RefreshTokenState;
use crate::domain::session::AuthenticationMethod;
use crate::domain::user::User;
use crate::flows::admission::{is_admitted, is_sure_enough, no_grant, not_sure_enough};
use crate::flows::proofs::Proven;
use crate::protocol::id_jag::{
    IdJagClaims, IdJagRequest, LIFETIME, NOT_APPLICABLE, SubjectIdToken, SubjectToken, TOKEN_TYPE, TYPE,
};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::resource::{self, ResourceId};
use crate::protocol::scope::{self, EMAIL, Scope};
use crate::protocol::token::{TokenRequest, TokenResponse};

/// Who the person is, and what is known of their sign-in.
struct SignedIn {
    user: User,
    auth_time: i64,
    acr: String,
    amr: AuthenticationMethod,
    /// What they granted, where that is known; it must not have ended.
    family: Option<TokenFamilyId>,
    /// Whether the application was told their address.
    tells_email: bool,
}

/// What an assertion is for.
struct Target<'a> {
    audience: &'a str,
    client_id: String,
    resources: Vec<ResourceId>,
    scope: Scope,
}

impl Tokens {
    /// Answers a request for an assertion of an application that has authenticated.
    pub(super) async fn issue_id_jag(
        &self,
        application: &Application,
        parsed: &TokenRequest,
        parameters: &Parameters,
        proof: Option<&Proven>,
    ) -> Result<TokenResponse, Refusal> {
        check_confidential(application)?;
        let request = IdJagRequest::from_parameters(parameters)?;
        let person = match request.subject {
            SubjectToken::IdToken(token) => self.person_of_id_token(application, token).await?,
            SubjectToken::RefreshToken(_) => self.person_of_refresh_token(application, parameters, proof).await?,
        };
        let catalogue = self.application_cache.catalogue().await?;
        let target = target(&catalogue, application, &request, parsed.scope.as_ref())?;
        let claims = self.id_jag_claims(&person, &target);
        let signer = self.keys.signer(application.settings.signing_algorithm, self.instruments.now())?;
        let id_jag = signer.sign_jwt(TYPE, &claims).map_err(|e| Refusal::server_error(e.to_string()))?;
        self.hold_person(application, &person, target.audience, proof).await?;
        Ok(TokenResponse {
            access_token: id_jag,
            expires_in: u64::from(LIFETIME),
            token_type: NOT_APPLICABLE,
            scope: claims.scope,
            refresh_token: None,
            id_token: None,
            issued_token_type: Some(TOKEN_TYPE),
        })
    }

    /// The person of an ID token that this application got. It speaks for them as long as the session lives in which it
    /// was issued.
    async fn person_of_id_token(&self, application: &Application, token: &str) -> Result<SignedIn, Refusal> {
        let (key_of, now) = (|kid: &str| self.keys.verifying_key(kid), self.instruments.now().as_seconds());
        let names = (self.issuer.as_str(), application.client_id.as_str());
        let id_token = SubjectIdToken::verify(token, key_of, names, now)?;
        let unusable = |what: &'static str| Refusal::invalid_request(what);
        let user = self.store.user_by_sub(&id_token.sub).await?.filter(User::is_active);
        let user = user.ok_or_else(|| unusable("the account of the subject_token is disabled or deleted"))?;
        if let Some(sid) = id_token.sid.as_deref().and_then(|sid| sid.parse::<Sid>().ok()) {
            let session = self.store.session_of_sid(application.id, &sid).await?;
            if session.is_none_or(|session| session.ended_at.is_some()) {
                return Err(unusable("the person of the subject_token has signed out"));
            }
        }
        // What was withdrawn or revoked is not acted on, though the ID token is good for some minutes still.
        let families = self.store.families_of_user(user.id).await?;
        if families.iter().all(|family| family.application != application.id) {
            return Err(unusable("what the person granted was ended"));
        }
        let amr = id_token.amr.first().and_then(|name| AuthenticationMethod::from_name(name));
        let amr = amr.ok_or_else(|| unusable("the subject_token does not say how the person signed in"))?;
        let SubjectIdToken { auth_time, acr, email, .. } = id_token;
        Ok(SignedIn { user, auth_time, acr, amr, family: None, tells_email: email.is_some() })
    }

    /// The person of a refresh token that this application got. It is not used up.
    async fn person_of_refresh_token(
        &self,
        application: &Application,
        parameters: &Parameters,
        proof: Option<&Proven>,
    ) -> Result<SignedIn, Refusal> {
        let found = refresh_token::find(self, application, parameters.value("subject_token").unwrap_or_default()).await;
        let unusable = |_| Refusal::invalid_request("the subject_token is no refresh token of this application");
        let (_, stored, family) = found.map_err(|refusal| match refusal.code {
            ErrorCode::InvalidGrant => unusable(refusal),
            _ => refusal,
        })?;
        check_key("subject_token", stored.dpop_jkt.as_ref(), proof)?;
        let state = stored.state(self.settings.refresh_grace, self.instruments.now());
        if !family.is_alive() || state != RefreshTokenState::Unused {
            return Err(Refusal::invalid_request("the subject_token was used, was revoked or has expired"));
        }
        let user = self.store.user(family.user).await?.filter(User::is_active);
        let gone = || Refusal::invalid_request("the account of the subject_token is disabled or deleted");
        Ok(SignedIn {
            user: user.ok_or_else(gone)?,
            auth_time: family.auth_time.as_seconds(),
            acr: family.acr.name().to_owned(),
            amr: family.amr,
            family: Some(family.id),
            tells_email: family.scope.contains(EMAIL),
        })
    }

    fn id_jag_claims(&self, person: &SignedIn, target: &Target<'_>) -> IdJagClaims {
        let now = self.instruments.now();
        let email = person.user.email.as_ref().filter(|_| person.tells_email);
        IdJagClaims {
            iss: self.issuer.as_str().to_owned(),
            sub: person.user.sub.clone(),
            aud: target.audience.to_owned(),
            client_id: target.client_id.clone(),
            jti: name_own_token(now, self.instruments.random()),
            iat: now.as_seconds(),
            exp: now.as_seconds().saturating_add(i64::from(LIFETIME)),
            resource: target.resources.iter().map(ToString::to_string).collect(),
            scope: target.scope.to_string(),
            auth_time: person.auth_time,
            acr: person.acr.clone(),
            amr: person.amr.amr().iter().map(ToString::to_string).collect(),
            email: email.map(ToString::to_string),
            email_verified: email.map(|_| person.user.email_verified_at.is_some()),
        }
    }

    /// Asks in a transaction whether the person, their grant and their access to the application are there, and tells the
    /// audit log.
    async fn hold_person(
        &self,
        application: &Application,
        person: &SignedIn,
        audience: &str,
        proof: Option<&Proven>,
    ) -> Result<(), Refusal> {
        proof.map_or(Ok(()), |proof| self.proofs.use_up(proof))?;
        self.use_up_alone(proof).await?;
        let mut tx = self.store.begin().await?;
        if !tx.user_hold(person.user.id).await? {
            return Err(Refusal::invalid_request("the account of the subject_token is disabled or deleted"));
        }
        if !is_admitted(&mut tx, person.user.id, application).await? {
            return Err(no_grant());
        }
        if !is_sure_enough(&mut tx, (person.user.id, person.amr), application).await? {
            return Err(not_sure_enough());
        }
        if let Some(family) = person.family
            && !tx.family_hold(family).await?
        {
            return Err(Refusal::invalid_request("what the person granted was ended"));
        }
        let event = AuditEvent::TokenExchanged {
            client_id: application.client_id.clone(),
            sub: person.user.sub.clone(),
            from: application.client_id.to_string(),
            audience: audience.to_owned(),
        };
        let actor = Actor::Application(application.client_id.clone());
        tx.audit_append(&self.instruments.audit_entry(&actor, event, self.instruments.now())).await?;
        Ok(tx.commit().await?)
    }
}

/// What an application may ask an assertion for: APIs of that authorization server, among those it may exchange for, and
/// scopes that they understand and that it may have.
fn target<'a>(
    catalogue: &Catalogue,
    application: &Application,
    request: &IdJagRequest<'a>,
    scope: Option<&Scope>,
) -> Result<Target<'a>, Refusal> {
    let invalid_target = |what: String| Refusal::new(ErrorCode::InvalidTarget, what);
    let audience = request.audience;
    let there: Vec<_> = catalogue.resources_at(audience).collect();
    if there.is_empty() {
        return Err(invalid_target(format!("'{audience}' is the issuer of none of the [[resources]] of this server")));
    }
    let may = there.iter().map(|one| one.identifier.clone());
    let may: Vec<ResourceId> =
        may.filter(|one| one.find_in(&application.settings.may_exchange_for).is_some()).collect();
    let resources = if request.resources.is_empty() { may } else { resource::permitted(&request.resources, &may)? };
    if resources.is_empty() {
        let what =
            format!("this application may exchange for no resource of '{audience}'; may_exchange_for has to name one");
        return Err(invalid_target(what));
    }
    let allowed = application.settings.scope.without(&Scope::identity());
    let allowed = match catalogue.scope_of(&resources) {
        Some(understood) => allowed.intersect(&understood),
        None => allowed,
    };
    let scope = scope::granted(scope, &allowed, &allowed)?;
    let client_id = catalogue.client_id_at(audience, &application.client_id);
    Ok(Target { audience, client_id, resources, scope })
}
