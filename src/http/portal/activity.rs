//! The activity part of an application's page: tokens by day, requests with their failures, delivery traces of mails.

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
    let edge = &visit.edge;
    let days = edge.insight().application_activity(application.id, DAYS).await?;
    let requests = edge.insight().application_requests(application.id, REQUESTS).await?;
    let traces = edge.insight().application_delivery_traces(application.id, TRACES).await?;
    Ok(Activity {
        chart: Chart::of(&days.per_day),
        requests: requests.into_iter().map(request_line).collect(),
        traces: traces.into_iter().map(delivery_trace_line).collect(),
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

fn delivery_trace_line(trace: DeliveryTrace) -> DeliveryTraceLine {
    let steps = trace.steps.into_iter();
    DeliveryTraceLine {
        at: trace.created_at,
        address: trace.address,
        reference: trace.reference,
        steps: steps
            .map(|step| DeliveryStepLine { at: step.at, what: words(step.event), detail: step.detail })
            .collect(),
    }
}

const fn words(event: DeliveryEvent) -> &'static str {
    match event {
        DeliveryEvent::Queued => "Mail queued",
        DeliveryEvent::Accepted => "Mail accepted by the mail server",
        DeliveryEvent::Undelivered => "Mail not delivered",
        DeliveryEvent::Opened => "Link opened",
        DeliveryEvent::Previewed => "Link looked at by a scanner or preview",
        DeliveryEvent::CodeIssued => "Code issued",
        DeliveryEvent::Exchanged => "Code exchanged for tokens",
        DeliveryEvent::SignedIn => "Signed in",
        DeliveryEvent::Refused => "Refused",
    }
}
