//! `GET, POST /oauth/userinfo` (OIDC Core §5.3), with the token in the header or the form (RFC 6750 §2.1, §2.2).

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use axum::response::Response;

use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::reply::{Challenge, Refused, json_no_store};
use crate::http::request_body::parameters;
use crate::protocol::bearer::{BearerCredentials, credentials};
use crate::protocol::parameters::BodyFormat;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Says who the person is.
pub(in crate::http) async fn userinfo(
    State(edge): State<Edge>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let challenge = |refusal| Refused::with_challenge(refusal, Challenge::Bearer);
    let in_form = token_in_form(&method, &headers, body).await.map_err(challenge)?;
    let header = authorization(&headers).map_err(challenge)?;
    let token = match (credentials(header).map_err(challenge)?, &in_form) {
        (BearerCredentials::Token(token), None) => token,
        (BearerCredentials::Missing, Some(token)) => token,
        (BearerCredentials::Token(_), Some(_)) => {
            return Err(challenge(Refusal::invalid_request("the access token is sent in the header and in the body")));
        }
        (BearerCredentials::Missing, None) => {
            let refusal = Refusal::new(ErrorCode::InvalidToken, "send an access token: Authorization: Bearer <token>");
            return Err(Refused::with_challenge(refusal, Challenge::BearerMissing));
        }
    };
    Ok(json_no_store(&edge.server.userinfo(token).await.map_err(challenge)?))
}

/// RFC 6750 §2.2: only a form can carry the token, and only in a request that has a body by its method.
async fn token_in_form(method: &Method, headers: &HeaderMap, body: Body) -> Result<Option<String>, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = matches!(BodyFormat::from_content_type(content_type), Ok(BodyFormat::Form));
    if method != Method::POST || !is_form {
        return Ok(None);
    }
    Ok(parameters(headers, body).await?.value("access_token").map(str::to_owned))
}
