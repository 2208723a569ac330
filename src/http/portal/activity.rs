//! The activity part of an application's page: tokens by day, requests with their failures, delivery traces of mails.

use super::messages::PortalMessages;
use super::view::{Activity, DeliveryStepLine, DeliveryTraceLine, FailureLines, Marked, RequestLine};
use crate::domain::activity::{Failure, NotedRequest};
use crate::domain::application::Application;
use crate::domain::sign_in::DeliveryEvent;
use crate::flows::insight::DeliveryTrace;
use crate::http::pages::view::Chart;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// How many days the chart has.
const DAYS: u32 = 30;

/// How many requests are listed.
const REQUESTS: u32 = 20;

/// How many sign-ins are listed.
const TRACES: u32 = 10;

/// The activity part of the page.
pub(super) async fn activity(visit: &Visit, application: &Application) -> Result<Activity, Refusal> {
    let (edge, t) = (&visit.edge, PortalMessages::of(visit.language));
    let days = edge.insight().application_activity(application.id, DAYS).await?;
    let requests = edge.insight().application_requests(application.id, REQUESTS).await?;
    let traces = edge.insight().application_delivery_traces(application.id, TRACES).await?;
    Ok(Activity {
        chart: Chart::of(&days.per_day),
        requests: requests.into_iter().map(request_line).collect(),
        traces: traces.into_iter().map(|trace| delivery_trace_line(t, trace)).collect(),
    })
}

fn request_line(request: NotedRequest) -> RequestLine {
    RequestLine {
        at: request.at,
        times: request.times,
        endpoint: request.endpoint.name(),
        grant: request.grant.map(GrantType::name),
        failure: request.failure.map(failure_lines),
        trace_id: request.trace_id,
        network: request.network,
    }
}

fn failure_lines(failure: Failure) -> FailureLines {
    let mismatch = failure.mismatch.as_ref();
    let at = mismatch.and_then(|mismatch| mismatch.differs_at);
    let marked = |text: Option<&String>| text.map(|text| Marked::new(text, at));
    FailureLines {
        field: mismatch.map(|mismatch| mismatch.field.name()),
        sent: marked(mismatch.and_then(|mismatch| mismatch.sent.as_ref())),
        registered: marked(mismatch.and_then(|mismatch| mismatch.registered.as_ref())),
        error: failure.error,
        reason: failure.reason,
    }
}

fn delivery_trace_line(t: &PortalMessages, trace: DeliveryTrace) -> DeliveryTraceLine {
    let steps = trace.steps.into_iter();
    DeliveryTraceLine {
        at: trace.created_at,
        address: trace.address,
        reference: trace.reference,
        steps: steps
            .map(|step| DeliveryStepLine { at: step.at, what: words(t, step.event), detail: step.detail })
            .collect(),
    }
}

/// What happened to a mail.
pub(super) const fn words(t: &PortalMessages, event: DeliveryEvent) -> &'static str {
    let t = &t.activity;
    match event {
        DeliveryEvent::Queued => t.queued,
        DeliveryEvent::Accepted => t.accepted,
        DeliveryEvent::Undelivered => t.undelivered,
        DeliveryEvent::Opened => t.opened,
        DeliveryEvent::Previewed => t.previewed,
        DeliveryEvent::CodeIssued => t.code_issued,
        DeliveryEvent::Exchanged => t.exchanged,
        DeliveryEvent::SignedIn => t.signed_in_step,
        DeliveryEvent::Refused => t.refused,
    }
}
