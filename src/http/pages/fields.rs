//! The fields of a form that was posted to this server.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use super::page_error::PageError;
use crate::http::Edge;
use crate::http::reply::Refused;
use crate::http::request_body;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// The fields of a posted form.
pub(in crate::http) struct Fields(pub(in crate::http) Parameters);

impl FromRequest<Edge> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request<Body>, _: &Edge) -> Result<Self, Refused> {
        let bytes = request_body::bytes(request.into_body()).await?;
        Ok(Self(Parameters::from_form(&bytes)?))
    }
}

/// The parameters of a page's address.
pub(in crate::http) struct Query(pub(in crate::http) Parameters);

impl FromRequestParts<Edge> for Query {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Result<Self, PageError> {
        Ok(Self(query(&parts.uri)?))
    }
}

/// Cuts a list, of which one row more was read, to the length of a page: the last row that is left, if there are more.
pub(in crate::http) fn cut<T>(rows: &mut Vec<T>, page: u16) -> Option<&T> {
    let more = rows.len() > usize::from(page);
    rows.truncate(usize::from(page));
    rows.last().filter(|_| more)
}

/// The parameters of a query string.
pub(in crate::http) fn query(uri: &axum::http::Uri) -> Result<Parameters, Refusal> {
    Parameters::from_form(uri.query().unwrap_or_default().as_bytes())
}

/// Parses an id from a parameter; none if it is not one.
pub(in crate::http) fn id<T: std::str::FromStr>(parameters: &Parameters, name: &str) -> Option<T> {
    parameters.value(name).and_then(|text| text.parse().ok())
}

/// Parses the filter of a list from a parameter; an unknown value is refused.
pub(in crate::http) fn narrowed<T>(parameters: &Parameters, name: &str) -> Result<Option<T>, Refusal>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = parameters.value(name).map(str::trim_ascii).filter(|text| !text.is_empty());
    let wrong = |e: T::Err| Refusal::invalid_request(format!("the parameter '{name}': {e}"));
    text.map(|text| text.parse().map_err(wrong)).transpose()
}
