//! `/admin/audit`: who did what to what.

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::frame::{Bar, Here, caller, operator};
use super::view::{AuditFilterForm, AuditPage, AuditRow, PAGE};
use crate::domain::ids::{AuditId, Timestamp, UserId};
use crate::domain::language::Language;
use crate::domain::listing::AuditFilter;
use crate::flows::oversight::Line;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::{id, query};
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::page_or_refusal;
use crate::http::pages::visit::{Visit, address};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/audit`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Audit.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let listed = match query(&uri) {
        Ok(parameters) => list(&visit, person, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    page_or_refusal(&visit, listed)
}

/// The filter as it was entered.
pub(super) fn asked(parameters: &Parameters) -> AuditFilterForm {
    let typed = |name| parameters.value(name).unwrap_or_default().trim().to_owned();
    AuditFilterForm {
        event: typed("event"),
        actor: typed("actor"),
        subject: typed("subject"),
        from: typed("from"),
        to: typed("to"),
    }
}

/// Parses the filter. An end that is a day includes that day.
pub(super) fn filter(asked: &AuditFilterForm) -> Result<AuditFilter, &'static str> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let to = moment(&asked.to)?;
    let is_day = asked.to.len() == DAY_LENGTH;
    Ok(AuditFilter {
        event: given(&asked.event),
        actor: given(&asked.actor),
        subject: given(&asked.subject),
        from: moment(&asked.from)?,
        to: to.map(|to| if is_day { to.plus(std::time::Duration::from_hours(24)) } else { to }),
    })
}

/// The characters of `2026-11-21`.
const DAY_LENGTH: usize = 10;

fn moment(text: &str) -> Result<Option<Timestamp>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let full = if text.len() == DAY_LENGTH { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let read = OffsetDateTime::parse(&full, &Rfc3339).ok();
    let micros = read.and_then(|at| i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).ok());
    micros.map(|micros| Some(Timestamp::from_micros(micros))).ok_or("Give days as 2026-11-21.")
}

async fn list(visit: &Visit, person: &SignedInPerson, parameters: &Parameters) -> Result<Response, Refusal> {
    let (edge, caller) = (&visit.edge, caller(person));
    let asked = asked(parameters);
    let before = id::<AuditId>(parameters, "before").map(|id| id.to_string());
    let (mut found, problem) = match filter(&asked) {
        Ok(filter) => (edge.oversight().audit_page(&caller, &filter, before.as_deref(), PAGE + 1).await?, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let more = found.len() > usize::from(PAGE);
    found.truncate(usize::from(PAGE));
    let last = found.last().map(|last| last.id.to_string()).filter(|_| more).unwrap_or_default();
    let actors = found.iter().filter_map(|line| person_of(&line.actor)).collect();
    let people = edge.people().accounts_named(&caller, actors).await?;
    let rows = found.into_iter().map(|line| {
        let by = person_of(&line.actor).and_then(|id| people.get(&id)?.email.as_ref().map(ToString::to_string));
        row(line, by)
    });
    let to = |path: &str, more: &[(&str, &str)]| address(path, &[asked.parameters().as_slice(), more].concat());
    let view = AuditPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Audit),
        problem,
        rows: rows.collect(),
        first: before.map(|_| to(Here::Audit.href(), &[])),
        next: more.then(|| to(Here::Audit.href(), &[("before", last.as_str())])),
        csv: to("/admin/audit/export", &[("format", "csv")]),
        ndjson: to("/admin/audit/export", &[("format", "ndjson")]),
        asked,
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(page(&view).with_status(status).into_response())
}

/// The account behind an actor, if it is one.
fn person_of(actor: &str) -> Option<UserId> {
    actor.strip_prefix("user ")?.parse().ok()
}

fn row(line: Line, by: Option<String>) -> AuditRow {
    let only = |name: &str, value: &str| address(Here::Audit.href(), &[(name, value)]);
    let area = line.event.split('.').next().unwrap_or_default();
    let about = match area {
        "application" | "secret" | "tokens" => Some(format!("/portal/applications/{}", line.subject)),
        "user" => Some(format!("{}/{}", Here::Users.href(), line.subject)),
        "key" => Some(Here::Keys.href().to_owned()),
        _ => None,
    };
    AuditRow {
        at: line.at,
        only_event: only("event", &line.event),
        only_actor: only("actor", &line.actor),
        only_subject: only("subject", &line.subject),
        about: about.filter(|_| !line.subject.is_empty()),
        by: by.unwrap_or(line.actor),
        event: line.event,
        subject: line.subject,
        detail: line.detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_nonsense_is_told() {
        let asked = |from: &str, to: &str| AuditFilterForm {
            from: from.to_owned(),
            to: to.to_owned(),
            ..AuditFilterForm::default()
        };
        let both = filter(&asked("2026-11-20", "2026-11-21")).unwrap();
        let (from, to) = (both.from.unwrap(), both.to.unwrap());
        assert_eq!((from.to_string(), to.to_string()), ("2026-11-20T00:00:00Z".into(), "2026-11-22T00:00:00Z".into()));
        let exact = filter(&asked("", "2026-11-21T10:00:00Z")).unwrap();
        assert_eq!(exact.to.unwrap().to_string(), "2026-11-21T10:00:00Z");
        for bad in ["yesterday", "2026-13-01", "2026-11-21T10"] {
            assert!(filter(&asked(bad, "")).is_err(), "{bad}");
        }
    }
}
