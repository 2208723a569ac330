//! `/admin/audit`: who did what to what.

use axum::http::StatusCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{AuditFilterForm, AuditPage, AuditRow, PAGE};
use crate::domain::ids::{AuditId, ClientId, Timestamp, UserId};
use crate::domain::listing::AuditFilter;
use crate::flows::oversight::Line;
use crate::http::pages::fields::{Query, cut, id};
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;
use crate::http::pages::visit::address;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/audit`.
pub(in crate::http) async fn show(operator: Operator, Query(parameters): Query) -> PageResult {
    let t = OperatorMessages::of(operator.language);
    let form = filter_form(&parameters);
    let before = id::<AuditId>(&parameters, "before").map(|id| id.to_string());
    let (mut found, problem) = match filter(&form) {
        Ok(filter) => (found(&operator, &filter, before.as_deref()).await?, None),
        Err(NotADay) => (Vec::new(), Some(t.audit.wrong_day)),
    };
    let to = |path: &str, more: &[(&str, &str)]| address(path, &[form.parameters().as_slice(), more].concat());
    let next = cut(&mut found, PAGE).map(|last| to(Here::Audit.href(), &[("before", &last.id.to_string())]));
    let view = AuditPage {
        t,
        bar: Bar::of(&operator, Here::Audit),
        problem,
        rows: rows(&operator, found).await?,
        first: before.map(|_| to(Here::Audit.href(), &[])),
        next,
        csv: to("/admin/audit/export", &[("format", "csv")]),
        ndjson: to("/admin/audit/export", &[("format", "ndjson")]),
        form,
    };
    Ok(operator.page(&view).with_status(if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }))
}

async fn found(operator: &Operator, filter: &AuditFilter, before: Option<&str>) -> Result<Vec<Line>, Refusal> {
    operator.edge.oversight().audit_page(&operator.caller(), filter, before, PAGE + 1).await
}

/// The lines with the addresses of the people in them.
async fn rows(operator: &Operator, lines: Vec<Line>) -> Result<Vec<AuditRow>, Refusal> {
    let actors = lines.iter().filter_map(|line| person_of(&line.actor)).collect();
    let people = operator.edge.people().accounts_named(&operator.caller(), actors).await?;
    let by = |line: &Line| people.get(&person_of(&line.actor)?)?.email.as_ref().map(ToString::to_string);
    Ok(lines.into_iter().map(|line| (by(&line), line)).map(|(by, line)| row(line, by)).collect())
}

/// The filter as it was entered.
pub(super) fn filter_form(parameters: &Parameters) -> AuditFilterForm {
    let entered = |name| parameters.value(name).unwrap_or_default().trim_ascii().to_owned();
    AuditFilterForm {
        event: entered("event"),
        actor: entered("actor"),
        subject: entered("subject"),
        from: entered("from"),
        to: entered("to"),
    }
}

/// Parses the filter. An end that is a day includes that day.
pub(super) fn filter(form: &AuditFilterForm) -> Result<AuditFilter, NotADay> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let to = moment(&form.to)?;
    let is_day = form.to.len() == DAY_LENGTH;
    Ok(AuditFilter {
        event: given(&form.event),
        actor: given(&form.actor),
        subject: given(&form.subject),
        from: moment(&form.from)?,
        to: to.map(|to| if is_day { to.plus(std::time::Duration::from_hours(24)) } else { to }),
    })
}

/// The characters of `2026-11-21`.
const DAY_LENGTH: usize = 10;

/// What was typed is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is given as 2026-11-21")]
pub(super) struct NotADay;

fn moment(text: &str) -> Result<Option<Timestamp>, NotADay> {
    if text.is_empty() {
        return Ok(None);
    }
    let full = if text.len() == DAY_LENGTH { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let read = OffsetDateTime::parse(&full, &Rfc3339).ok();
    let micros = read.and_then(|at| i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).ok());
    micros.map(|micros| Some(Timestamp::from_micros(micros))).ok_or(NotADay)
}

/// The account behind an actor, if it is one.
fn person_of(actor: &str) -> Option<UserId> {
    actor.strip_prefix("user ")?.parse().ok()
}

fn row(line: Line, by: Option<String>) -> AuditRow {
    let only = |name: &str, value: &str| address(Here::Audit.href(), &[(name, value)]);
    let area = line.event.split('.').next().unwrap_or_default();
    let about = match area {
        "application" | "secret" | "tokens" => line
            .subject
            .parse::<ClientId>()
            .ok()
            .map(|client_id| format!("/portal/applications/{}", client_id.in_path())),
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
        let form = |from: &str, to: &str| AuditFilterForm {
            from: from.to_owned(),
            to: to.to_owned(),
            ..AuditFilterForm::default()
        };
        let both = filter(&form("2026-11-20", "2026-11-21")).unwrap();
        let (from, to) = (both.from.unwrap(), both.to.unwrap());
        assert_eq!((from.to_string(), to.to_string()), ("2026-11-20T00:00:00Z".into(), "2026-11-22T00:00:00Z".into()));
        let exact = filter(&form("", "2026-11-21T10:00:00Z")).unwrap();
        assert_eq!(exact.to.unwrap().to_string(), "2026-11-21T10:00:00Z");
        for bad in ["yesterday", "2026-13-01", "2026-11-21T10"] {
            assert!(filter(&form(bad, "")).is_err(), "{bad}");
        }
    }
}
