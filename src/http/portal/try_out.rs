//! What an application gets, to look at without a program: a token of its own, or what it is told of a person.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::application::Occasion;
use super::owned_application::OwnedApplication;
use super::view::{Tried, TriedSignIn};
use crate::domain::application::Application;
use crate::flows::token::SignInToLookAt;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::visit::address;
use crate::protocol::token::TokenResponse;

/// `POST …/try`: answered with the page itself. The token stands in no address and is not kept.
pub(in crate::http) async fn token(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    match own.edge.tokens().token_to_look_at(&own.caller(), &own.application).await {
        Ok(response) => {
            let tried = Some(tried(&own, response, own.edge.config().server.issuer.as_str()));
            own.page(Occasion { tried, ..Occasion::default() }).await
        }
        Err(refusal) => own.could_not(refusal).await,
    }
}

fn tried(own: &OwnedApplication, response: TokenResponse, issuer: &str) -> Tried {
    let part = |at| response.access_token.split('.').nth(at).map(readable).unwrap_or_default();
    let lives = own.messages().length(std::time::Duration::from_secs(response.expires_in));
    Tried {
        header: part(0),
        claims: part(1),
        lives,
        command: format!("curl {issuer}/api/v1/hello --oauth2-bearer {}", response.access_token),
        token: response.access_token,
    }
}

/// `POST …/try-sign-in`: what the application would be told of the one who asks.
pub(in crate::http) async fn sign_in(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    match own.edge.tokens().sign_in_to_look_at(&own.person, &own.application).await {
        Ok(told) => {
            let told = Some(sign_in_told(&told, &own.application, own.edge.config().server.issuer.as_str()));
            own.page(Occasion { told, ..Occasion::default() }).await
        }
        Err(refusal) => own.could_not(refusal).await,
    }
}

fn sign_in_told(told: &SignInToLookAt, application: &Application, issuer: &str) -> TriedSignIn {
    let about = told.about_person.as_ref();
    TriedSignIn {
        access_token: formatted(&told.access_token),
        id_token: about.map(|about| formatted(&about.id_token)),
        userinfo: about.map(|about| formatted(&about.userinfo)),
        asks_for_passkey: told.asks_for_passkey,
        begin: application.settings.redirect_uris.first().map(|redirect_uri| {
            let parameters = [
                ("response_type", "code"),
                ("client_id", application.client_id.as_str()),
                ("redirect_uri", redirect_uri),
                ("scope", &application.settings.scope.to_string()),
                ("state", "tried-in-the-portal"),
                ("code_challenge", &told.code_challenge),
                ("code_challenge_method", "S256"),
            ];
            address(&format!("{issuer}/oauth/authorize"), &parameters)
        }),
    }
}

/// A part of a token, decoded and formatted.
fn readable(part: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    formatted(&serde_json::from_slice(&bytes).unwrap_or_default())
}

fn formatted(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
