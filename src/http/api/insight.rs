//! The recent activity of an application, with the reason of each failure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Owned, Query, ReadApplications};
use super::paging::{Limit, Page};
use crate::domain::activity::{DayCount, NotedRequest};
use crate::flows::insight::DeliveryTrace;
use crate::http::reply::Answer;
use crate::protocol::token::GrantType;

/// How many days are shown.
const DAYS: u32 = 30;

/// A day of an application.
#[derive(Serialize, ToSchema)]
pub(super) struct Day {
    /// The date, UTC.
    #[serde(rename = "day")]
    #[schema(format = Date)]
    date: String,
    /// How many tokens were issued.
    tokens: u64,
    /// The tokens by grant.
    by_grant: BTreeMap<&'static str, u64>,
    /// How many requests failed.
    failures: u64,
}

impl From<DayCount> for Day {
    fn from(day: DayCount) -> Self {
        Self {
            date: day.day.date(),
            tokens: day.tokens,
            by_grant: day.by_grant.iter().map(|(grant, count)| (grant.name(), *count)).collect(),
            failures: day.failures,
        }
    }
}

/// A request that named the application, or several that were alike.
#[derive(Serialize, ToSchema)]
pub(super) struct RecentRequest {
    /// When it arrived; of several, the last.
    #[schema(format = DateTime)]
    at: String,
    /// The endpoint.
    endpoint: &'static str,
    /// The grant it asked for, at the token endpoint.
    grant: Option<&'static str>,
    /// How many equal requests this stands for.
    times: u64,
    /// The value of `error`; none if it succeeded.
    error: Option<String>,
    /// Why it failed: the `error_description` that was sent, or what it left out for strangers.
    reason: Option<String>,
    /// The value that was sent if another one is registered, redacted.
    sent: Option<String>,
    /// The closest valid value.
    registered: Option<String>,
    /// The first character of `sent` that differs, counted from 0.
    differs_at: Option<usize>,
    /// The trace id of its line in the server's log.
    trace_id: String,
    /// The network it came from.
    network: String,
}

impl From<NotedRequest> for RecentRequest {
    fn from(request: NotedRequest) -> Self {
        let (error, reason, mismatch) = match request.failure {
            Some(failure) => (Some(failure.error), Some(failure.reason), failure.mismatch),
            None => (None, None, None),
        };
        let (sent, registered, differs_at) =
            mismatch.map_or((None, None, None), |found| (found.sent, found.registered, found.differs_at));
        Self {
            at: request.at.to_string(),
            endpoint: request.endpoint.name(),
            grant: request.grant.map(GrantType::name),
            times: request.times,
            error,
            reason,
            sent,
            registered,
            differs_at,
            trace_id: request.trace_id,
            network: request.network,
        }
    }
}

/// A sign-in for the application, with the delivery trace of its mail.
#[derive(Serialize, ToSchema)]
pub(super) struct SignInTrace {
    /// When it was started.
    #[schema(format = DateTime)]
    created_at: String,
    /// The address, masked.
    address: String,
    /// The four characters that mail and waiting page both show.
    reference: String,
    /// The trace id of its line in the server's log.
    trace_id: String,
    /// The steps, oldest first.
    steps: Vec<DeliveryStep>,
}

/// A step of a delivery trace.
#[derive(Serialize, ToSchema)]
struct DeliveryStep {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The event's name.
    event: &'static str,
    /// More about it.
    detail: String,
}

impl From<DeliveryTrace> for SignInTrace {
    fn from(trace: DeliveryTrace) -> Self {
        let steps = trace.steps.into_iter().map(|step| DeliveryStep {
            at: step.at.to_string(),
            event: step.event.name(),
            detail: step.detail,
        });
        Self {
            created_at: trace.created_at.to_string(),
            address: trace.address,
            reference: trace.reference,
            trace_id: trace.trace_id,
            steps: steps.collect(),
        }
    }
}

/// How many rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RecentQuery {
    /// How many, the newest first.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, default = 50)]
    limit: Limit,
}

/// Shows how many tokens an application got on each of the last 30 days.
#[utoipa::path(get, path = "/applications/{client_id}/activity", tag = "Insight",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Day>)))]
pub(super) async fn activity(Owned(application, call): Owned<ReadApplications>) -> Answer<Page<Day>> {
    Ok(Page::of(call.edge.insight().application_activity(application.id, DAYS).await?.per_day))
}

/// Lists the last requests that named an application, with the reason why each failed.
#[utoipa::path(get, path = "/applications/{client_id}/requests", tag = "Insight", params(RecentQuery),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<RecentRequest>)))]
pub(super) async fn requests(
    Owned(application, call): Owned<ReadApplications>,
    Query(query): Query<RecentQuery>,
) -> Answer<Page<RecentRequest>> {
    Ok(Page::of(call.edge.insight().application_requests(application.id, query.limit.items()).await?))
}

/// Lists the newest sign-ins of an application, with the delivery trace of each mail.
#[utoipa::path(get, path = "/applications/{client_id}/flights", tag = "Insight", params(RecentQuery),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<SignInTrace>)))]
pub(super) async fn flights(
    Owned(application, call): Owned<ReadApplications>,
    Query(query): Query<RecentQuery>,
) -> Answer<Page<SignInTrace>> {
    Ok(Page::of(call.edge.insight().application_delivery_traces(application.id, query.limit.items()).await?))
}
