//! The login code grant, an extension of this server: a person types the code of a mail into an application without a
//! browser, such as a command or a kiosk.
//!
//! The application begins the sign-in with the passwordless request and then sends `username`, `login_code`
//! and, if it began with PKCE, `code_verifier`.

use super::Tokens;
use super::authorization_code::check_pkce;
use super::granted::{Beginning, Granted, Payment};
use super::possession::check_key;
use crate::domain::application::Application;
use crate::domain::authorization::Authorization;
use crate::domain::ids::TokenFamilyId;
use crate::domain::recheck::Withdrawn;
use crate::domain::session::AuthenticationMethod;
use crate::domain::sign_in::{LoginCode, MOST_TRIES, Purpose, SignIn, SignInOver};
use crate::domain::token_family::TokenFamily;
use crate::domain::user::EmailAddress;
use crate::flows::proofs::Proven;
use crate::protocol::acr::AuthenticationClass;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Finds the sign-in of a code. A try is used up, nothing else is spent yet.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
    proof: Option<&Proven>,
) -> Result<Granted, Refusal> {
    let entered = EnteredCode::read(application, parameters, proof)?;
    let (sign_in, authorization) = find_sign_in(tokens, application, &entered).await?;
    let user = match sign_in.user {
        Some(user) => tokens.active_user(user).await?,
        None => return Err(wrong()),
    };
    let catalogue = tokens.application_cache.catalogue().await?;
    let scope = authorization.recheck(application, &authorization.scope, &catalogue).map_err(Withdrawn::of_code)?;
    let now = tokens.instruments.now();
    let family = TokenFamily {
        id: TokenFamilyId::new(tokens.instruments.row_id(now)),
        application: application.id,
        user: user.id,
        session: None,
        origin: None,
        scope,
        resources: authorization.resources,
        nonce: authorization.nonce,
        claims: authorization.claims,
        auth_time: now,
        amr: AuthenticationMethod::Email,
        acr: AuthenticationClass::Mail,
        created_at: now,
        expires_at: now.plus(tokens.family_lifetime(application)),
        ended_at: None,
    };
    let payment = Payment::Begin(Beginning {
        sign_in: Some(sign_in.id),
        traced_sign_in: Some(sign_in.id),
        ..Beginning::default()
    });
    tokens.granted_anew(user, family, application, payment).await
}

/// The parameters of the grant.
struct EnteredCode<'a> {
    email: EmailAddress,
    code: LoginCode,
    verifier: Option<&'a str>,
    proof: Option<&'a Proven>,
}

impl<'a> EnteredCode<'a> {
    fn read(application: &Application, parameters: &'a Parameters, proof: Option<&'a Proven>) -> Result<Self, Refusal> {
        let email = parameters.required("username")?.parse();
        let email = email.map_err(|e| Refusal::invalid_request(format!("the username is {e}")))?;
        // A text that cannot be a code uses up no try: it is a typing error.
        let code = LoginCode::from_input(parameters.required("login_code")?).ok_or_else(wrong)?;
        let verifier = if application.needs_pkce() {
            Some(parameters.required("code_verifier")?)
        } else {
            parameters.value("code_verifier")
        };
        Ok(Self { email, code, verifier, proof })
    }
}

/// Every open sign-in that the code is compared with uses up one of its tries, before the comparison, so that parallel
/// guesses do not exceed the limit.
async fn find_sign_in(
    tokens: &Tokens,
    application: &Application,
    entered: &EnteredCode<'_>,
) -> Result<(SignIn, Authorization), Refusal> {
    let open = tokens.store.login_codes_open(application.id, &entered.email, tokens.instruments.now()).await?;
    if open.is_empty()
        && let Some(over) = tokens.store.login_code_over(application.id, &entered.email).await?
    {
        let why = over.check_code_open(tokens.instruments.now()).err().map_or("the sign-in was over", SignInOver::why);
        tokens.delivery_traces.note_refused(&over, &format!("a login code was typed, but {why}")).await?;
    }
    for sign_in in open {
        if tokens.login_codes.is_code_over(&sign_in, tokens.instruments.now()).await? {
            tokens.delivery_traces.note_refused(&sign_in, "a login code was typed, but its time was over").await?;
            continue;
        }
        let Purpose::Authorization(authorization) = sign_in.purpose else { return Err(wrong()) };
        let authorization = tokens.store.authorization(authorization).await?.ok_or_else(wrong)?;
        // An attacker who did not begin the sign-in has no verifier, and uses up no try.
        let mut is_last = false;
        let why = if check_pkce(application, &authorization, entered.verifier).is_err() {
            "a login code came with the wrong code_verifier".to_owned()
        } else if check_key("login code", authorization.dpop_jkt.as_ref(), entered.proof).is_err() {
            "a login code came without a proof of its key (dpop_jkt)".to_owned()
        } else if !tokens.store.sign_in_try(sign_in.id, tokens.instruments.now()).await? {
            format!("a login code was typed, but {}", SignInOver::TooManyTries.why())
        } else if tokens.login_codes.is_code_of(&sign_in, &entered.code) {
            return Ok((sign_in, authorization));
        } else {
            is_last = sign_in.tries + 1 == MOST_TRIES;
            format!("wrong login code, try {} of {MOST_TRIES}", sign_in.tries + 1)
        };
        tokens.delivery_traces.note_refused(&sign_in, &why).await?;
        if is_last {
            let mut tx = tokens.store.begin().await?;
            tokens.delivery_traces.record_tried_too_often(&mut tx, &sign_in).await?;
            tx.commit().await?;
        }
    }
    Err(wrong())
}

/// The same answer for a wrong code, for an address without a sign-in, and for a sign-in that has ended or has no tries
/// left.
fn wrong() -> Refusal {
    Refusal::new(
        ErrorCode::InvalidGrant,
        "the login code or its code_verifier is wrong, or it was used, has expired or was tried too often; begin again",
    )
}
