//! What an application's owner sees of its use: how much, what failed and why, what became of each mail.

use super::view::{Activity, FailureLines, FlightLine, FlightStepLine, Marked, RequestLine};
use crate::domain::activity::{Failure, NotedRequest};
use crate::domain::application::Application;
use crate::domain::sign_in::FlightEvent;
use crate::flows::insight::Flight;
use crate::http::pages::view::Chart;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// How many days the chart has.
const DAYS: u32 = 30;

/// How many requests are listed.
const REQUESTS: u32 = 20;

/// How many sign-ins are listed.
const FLIGHTS: u32 = 10;

/// The part of the page that is about use.
pub(super) async fn activity(visit: &Visit, application: &Application) -> Result<Activity, Refusal> {
    let server = &visit.edge.server;
    let days = server.application_activity(application.id, DAYS).await?;
    let requests = server.application_requests(application.id, REQUESTS).await?;
    let flights = server.application_flights(application.id, FLIGHTS).await?;
    Ok(Activity {
        chart: Chart::of(&days.per_day),
        requests: requests.into_iter().map(request_line).collect(),
        flights: flights.into_iter().map(flight_line).collect(),
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

fn flight_line(flight: Flight) -> FlightLine {
    let steps = flight.steps.into_iter();
    FlightLine {
        at: flight.created_at,
        address: flight.address,
        reference: flight.reference,
        steps: steps.map(|step| FlightStepLine { at: step.at, what: words(step.event), detail: step.detail }).collect(),
    }
}

const fn words(event: FlightEvent) -> &'static str {
    match event {
        FlightEvent::Queued => "Mail queued",
        FlightEvent::Accepted => "Mail accepted by the mail server",
        FlightEvent::Undelivered => "Mail not delivered",
        FlightEvent::Opened => "Link opened",
        FlightEvent::Previewed => "Link looked at by a scanner or preview",
        FlightEvent::CodeIssued => "Code issued",
        FlightEvent::Exchanged => "Code exchanged for tokens",
        FlightEvent::SignedIn => "Signed in",
        FlightEvent::Refused => "Refused",
    }
}
