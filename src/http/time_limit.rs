//! How long a request may take. Whether it is the client or the server that took too long is told apart.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout;

use super::Edge;
use super::reply::Refused;
use super::unread_body::KeptBody;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Around every handler: `server.request_timeout`.
pub(super) async fn limit_time(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let body = request.extensions().get::<KeptBody>().cloned();
    match timeout(edge.config().server.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) if body.is_some_and(|body| body.is_awaited()) => {
            Refused::from(Refusal::new(ErrorCode::RequestTimeout, "the body did not arrive in time")).into_response()
        }
        Err(_) => {
            let refusal = Refusal::unavailable("the request took too long", Duration::from_secs(1));
            Refused::from(refusal.with_detail("server.request_timeout ran out")).into_response()
        }
    }
}
