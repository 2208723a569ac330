//! A request names one host, or it is not clear whom it is for.

use axum::extract::Request;
use axum::http::header::HOST;

use super::reply::Refused;
use crate::protocol::refusal::Refusal;

/// Refuses a request that names more than one host (RFC 9112 §3.2): something in front of this server may have looked at
/// another one of them.
pub(super) fn check_one_host(request: &Request) -> Result<(), Refused> {
    match request.headers().get_all(HOST).iter().nth(1) {
        Some(_) => Err(Refusal::invalid_request("the request names more than one Host").into()),
        None => Ok(()),
    }
}
