//! `openidconnect` signs a person in: discovery, code with PKCE, state and nonce, the ID token checked with the
//! published keys, userinfo, refresh.

use gatepost_interop_rust::{Application, Result, SignedIn, new_address};
use openidconnect::{Nonce, OAuth2TokenResponse as _};

fn signed_in(application: &Application, email: &str) -> Result<SignedIn> {
    let waiting = application.begin();
    let answer = waiting.person_signs_in(email)?;
    application.finish(waiting, &answer)
}

#[test]
fn the_id_token_is_valid_and_names_the_person() -> Result<()> {
    let (application, email) = (Application::discover()?, new_address());
    let signed_in = signed_in(&application, &email)?;
    let claims = application.claims(&signed_in.tokens, &signed_in.nonce)?;
    assert!(claims.auth_time().is_some());
    let info = application.userinfo(&signed_in.tokens, claims.subject())?;
    assert_eq!(info.email().map(|address| address.as_str()), Some(email.as_str()));
    assert_eq!(info.email_verified(), Some(true));
    Ok(())
}

#[test]
fn an_id_token_with_another_nonce_is_refused() -> Result<()> {
    let application = Application::discover()?;
    let signed_in = signed_in(&application, &new_address())?;
    let refusal = application.claims(&signed_in.tokens, &Nonce::new_random()).unwrap_err().to_string();
    assert!(refusal.contains("nonce"), "{refusal}");
    Ok(())
}

#[test]
fn a_refresh_token_renews_the_tokens_and_is_used_up() -> Result<()> {
    let application = Application::discover()?;
    let signed_in = signed_in(&application, &new_address())?;
    let first = signed_in.tokens.refresh_token().ok_or("no refresh token")?;
    let renewed = application.refresh(first)?;
    assert_ne!(renewed.access_token().secret(), signed_in.tokens.access_token().secret());
    assert_ne!(renewed.refresh_token().ok_or("no refresh token")?.secret(), first.secret());
    let subject = application.claims(&signed_in.tokens, &signed_in.nonce)?.subject();
    // OIDC Core §12.2: there was no request that a nonce could belong to.
    let no_nonce = |nonce: Option<&Nonce>| if nonce.is_none() { Ok(()) } else { Err("a nonce".to_owned()) };
    assert_eq!(application.claims(&renewed, no_nonce)?.subject(), subject);
    assert_eq!(application.userinfo(&renewed, subject)?.subject(), subject);
    // Until its successor is used, the first would lead to the same again: the answer might have been lost.
    application.refresh(renewed.refresh_token().ok_or("no refresh token")?)?;
    let refusal = application.refresh(first).unwrap_err();
    assert!(format!("{refusal:?}").contains("invalid_grant"), "{refusal:?}");
    Ok(())
}

#[test]
fn a_wrong_verifier_is_invalid_grant() -> Result<()> {
    let application = Application::discover()?;
    let waiting = application.begin();
    let answer = waiting.person_signs_in(&new_address())?;
    let Err(refusal) = application.finish(waiting.with_another_verifier(), &answer) else {
        return Err("it got tokens".into());
    };
    assert!(format!("{refusal:?}").contains("invalid_grant"), "{refusal:?}");
    Ok(())
}

#[test]
fn an_answer_to_another_question_is_not_exchanged() -> Result<()> {
    let application = Application::discover()?;
    let answer = application.begin().person_signs_in(&new_address())?;
    assert!(application.finish(application.begin(), &answer).is_err());
    Ok(())
}
