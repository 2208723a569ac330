//! A token of an application to look at, without a program.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::application::Occasion;
use super::owned_application::OwnedApplication;
use super::view::Tried;
use crate::domain::language::Language;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::messages::Messages;
use crate::http::pages::page_error::PageResult;
use crate::protocol::token::TokenResponse;

/// `POST …/try`: answered with the page itself. The token stands in no address and is not kept.
pub(in crate::http) async fn token(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    match own.edge.tokens().token_to_look_at(&own.caller(), &own.application).await {
        Ok(response) => {
            let tried = Some(tried(response, own.edge.config().server.issuer.as_str()));
            own.page(Occasion { tried, ..Occasion::default() }).await
        }
        Err(refusal) => own.could_not(refusal).await,
    }
}

fn tried(response: TokenResponse, issuer: &str) -> Tried {
    let part = |at| response.access_token.split('.').nth(at).map(readable).unwrap_or_default();
    let lives = Messages::of(Language::English).length(std::time::Duration::from_secs(response.expires_in));
    Tried {
        header: part(0),
        claims: part(1),
        lives,
        command: format!("curl {issuer}/api/v1/hello --oauth2-bearer {}", response.access_token),
        token: response.access_token,
    }
}

/// A part of a token, decoded and formatted.
fn readable(part: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    serde_json::to_string_pretty(&value).unwrap_or_default()
}
