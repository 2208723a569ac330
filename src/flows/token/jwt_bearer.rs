//! The grant of an identity assertion (RFC 7523 §2.1, draft-ietf-oauth-identity-assertion-authz-grant §4.4): an issuer that
//! the operator trusts (`[[trusted_issuers]]`) says that an application may act for a person, who is asked nothing here.
//!
//! Whose account that is, this server decides: the one that the identity is connected with, or, where the operator says
//! so, the one of its proven address. No account is made, and who may not use the application is not let in. The token is
//! one of a family, so it ends like any other that speaks for the person. There is no refresh token, and no ID token: the
//! issuer stays who says how long the application may go on.

use super::Tokens;
use super::granted::{Assertion, Beginning, Granted, Payment};
use super::token_exchange::check_confidential;
use crate::domain::application::Application;
use crate::domain::asked_claims::AskedClaims;
use crate::domain::ids::{Timestamp, TokenFamilyId};
use crate::domain::session::AuthenticationMethod;
use crate::domain::token_family::TokenFamily;
use crate::domain::user::{EmailAddress, User};
use crate::flows::clients::SpentToken;
use crate::protocol::federation::SpentBy;
use crate::protocol::id_jag::{Asserted, IdJag};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{StoreError, Transaction};

/// Checks an assertion and says what it grants. It is spent with the family that begins.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
) -> Result<Granted, Refusal> {
    check_confidential(application)?;
    let Some(compact) = parameters.value("assertion") else {
        return Err(Refusal::invalid_request("the parameter 'assertion' is missing"));
    };
    let jag = IdJag::read(compact)?;
    let issuer = jag.issuer()?;
    let untrusted = || invalid("'iss' of the assertion is not among the [[trusted_issuers]] of this server");
    let trusted = tokens.trusted_issuers.find(issuer).ok_or_else(untrusted)?;
    let now = tokens.instruments.now();
    let asserted = jag.check(tokens.issuer.as_str(), application.client_id.as_str(), now.as_seconds())?;
    let signed = tokens.trusted_issuers.signed_by(&trusted, jag.signed()).await;
    signed.map_err(|unproven| unproven.refused(|reason| not_signed(&reason)))?;
    let email = asserted.proven_email.as_deref().and_then(|email| email.parse::<EmailAddress>().ok());
    let assertion = Assertion {
        spent: SpentToken::of(&SpentBy { mark: asserted.mark.clone(), expires: asserted.expires }),
        issuer: issuer.to_owned(),
        subject: asserted.subject.clone(),
        email: email.filter(|email| trusted.email_domains.contains(&email.domain())),
    };
    let mut tx = tokens.store.begin().await?;
    let user = assertion.person(&mut tx).await?.ok_or_else(nobody)?;
    drop(tx);
    let family = family(tokens, application, (&user, &asserted), now).await?;
    let beginning = Beginning { assertion: Some(assertion), ..Beginning::default() };
    tokens.granted_anew(user, family, application, Payment::Begin(beginning)).await
}

/// What is granted: what the issuer says, as far as the application may have it here.
async fn family(
    tokens: &Tokens,
    application: &Application,
    (user, asserted): (&User, &Asserted),
    now: Timestamp,
) -> Result<TokenFamily, Refusal> {
    let catalogue = tokens.application_cache.catalogue().await?;
    let open = catalogue.open_scope_of(&asserted.resources);
    let said = asserted.scope.as_ref().unwrap_or(&application.settings.default_scope);
    // The OpenID scopes are for who signs the person in, and that is the issuer.
    let scope = application.still_allowed(said, &open).without(&Scope::identity());
    if scope.is_empty() && asserted.scope.as_ref().is_some_and(|said| !said.is_empty()) {
        let what = format!("this application may not have any scope of the assertion, which allows: {said}");
        return Err(Refusal::invalid_scope(what));
    }
    let amr = AuthenticationMethod::Upstream;
    Ok(TokenFamily {
        id: TokenFamilyId::new(tokens.instruments.row_id(now)),
        application: application.id,
        user: user.id,
        session: None,
        origin: None,
        scope,
        resources: asserted.resources.clone(),
        nonce: None,
        claims: AskedClaims::default(),
        auth_time: Timestamp::from_seconds(asserted.auth_time),
        amr,
        acr: amr.classes()[0],
        created_at: now,
        expires_at: now.plus(tokens.family_lifetime(application)),
        ended_at: None,
    })
}

impl Assertion {
    /// Whose account it is about, as this transaction sees it. A connected identity goes before an address, which can pass
    /// to somebody else.
    async fn person(&self, tx: &mut Transaction) -> Result<Option<User>, StoreError> {
        let known = match tx.upstream_identity(&self.issuer, &self.subject).await? {
            Some(identity) => tx.user(identity.user).await?,
            None => match &self.email {
                Some(email) => tx.user_by_email(email).await?,
                None => None,
            },
        };
        Ok(known.filter(User::is_active))
    }

    /// Spends it for an account, if it is still about that.
    pub(super) async fn spend(&self, tx: &mut Transaction, family: &TokenFamily) -> Result<User, Refusal> {
        if !tx.foreign_token_spend(self.spent.mark, self.spent.expires_at).await? {
            return Err(invalid("the assertion was used before; get a new one of its issuer"));
        }
        self.person(tx).await?.filter(|user| user.id == family.user).ok_or_else(nobody)
    }
}

fn not_signed(reason: &str) -> Refusal {
    invalid("the assertion is not known to be of its issuer").with_detail(reason)
}

fn nobody() -> Refusal {
    invalid("the person of the assertion has no account here that is connected with it, or it is disabled")
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, what)
}
