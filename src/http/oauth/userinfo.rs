//! `GET, POST /oauth/userinfo` (OIDC Core §5.3), with the token in the header or the form (RFC 6750 §2.1, §2.2).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::IntoResponse;

use crate::flows::token_status::{PresentedToken, TokenStatus};
use crate::http::authorization::{SEND_A_TOKEN, bearer, missing_token, presented_token};
use crate::http::reply::{Answer, Unkept};
use crate::http::request_body::parameters;
use crate::protocol::parameters::BodyFormat;
use crate::protocol::refusal::Refusal;

/// Answers the claims of the person.
pub(in crate::http) async fn userinfo(
    State(token_status): State<Arc<TokenStatus>>,
    request: Request,
) -> Answer<impl IntoResponse> {
    let (parts, body) = request.into_parts();
    let in_form = token_in_form(&parts, body).await.map_err(bearer)?;
    let presented = match (presented_token(&parts)?, in_form) {
        (Some(presented), None) => presented,
        (None, Some(token)) => PresentedToken { token, proof: None },
        (Some(_), Some(_)) => {
            return Err(bearer(Refusal::invalid_request("the access token is sent in the header and in the body")));
        }
        (None, None) => return Err(missing_token(SEND_A_TOKEN)),
    };
    Ok(Unkept(token_status.userinfo(&presented).await.map_err(bearer)?))
}

/// RFC 6750 §2.2: only a form can carry the token, and only in a request that has a body by its method.
async fn token_in_form(parts: &Parts, body: Body) -> Result<Option<String>, Refusal> {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = matches!(BodyFormat::from_content_type(content_type), Ok(BodyFormat::Form));
    if parts.method != Method::POST || !is_form {
        return Ok(None);
    }
    Ok(parameters(&parts.headers, body).await?.value("access_token").map(str::to_owned))
}
