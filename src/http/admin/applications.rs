//! `/admin/applications`: the applications of all owners.

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{ApplicationLine, ApplicationsPage, PAGE};
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::domain::listing::{ApplicationFilter, ApplicationPlace};
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;
use crate::http::pages::fields::{Query, cut, id, narrowed};
use crate::http::pages::flow::shown;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;
use crate::http::pages::visit::address;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/applications`.
pub(in crate::http) async fn show(operator: Operator, Query(parameters): Query) -> PageResult {
    let search = parameters.value("q").unwrap_or_default().trim_ascii();
    let state = parameters.value("state").unwrap_or_default();
    let mut found = found(&operator, &parameters, search).await?;
    let to = |after: &str| address(Here::Applications.href(), &[("q", search), ("state", state), ("after", after)]);
    let next = cut(&mut found, PAGE).map(|last| to(last.client_id.as_str()));
    let owners = operator.edge.access().owners_of_all(&operator.caller(), &found).await?;
    let t = OperatorMessages::of(operator.language);
    Ok(operator.page(&ApplicationsPage {
        t,
        bar: Bar::of(&operator, Here::Applications),
        now: operator.now(),
        search: search.to_owned(),
        state: state.to_owned(),
        lines: found.iter().zip(&owners).map(|(application, owners)| line(t, application, owners)).collect(),
        first: parameters.value("after").map(|_| to("")),
        next,
    }))
}

/// The applications of a page, and one more. An address is looked for among the owners, anything else in names and
/// client ids.
async fn found(operator: &Operator, parameters: &Parameters, search: &str) -> Result<Vec<Application>, Refusal> {
    let edge = &operator.edge;
    let mut filter = ApplicationFilter { state: narrowed(parameters, "state")?, ..ApplicationFilter::default() };
    if search.parse::<EmailAddress>().is_ok() {
        filter.owner = edge.people().owner_named(search).await?;
        if filter.owner.is_none() {
            return Ok(Vec::new());
        }
    } else {
        filter.search = narrowed(parameters, "q")?;
    }
    let last = match id::<ClientId>(parameters, "after") {
        Some(client_id) => edge.application_cache().application(&client_id).await?,
        None => None,
    };
    let after =
        last.map(|last| ApplicationPlace { name: last.settings.name.clone(), client_id: last.client_id.to_string() });
    edge.access().applications_page(&operator.caller(), filter, &after.unwrap_or_default(), PAGE + 1).await
}

fn line(t: &OperatorMessages, application: &Application, owners: &[Owner]) -> ApplicationLine {
    let mut names = owners.iter().map(|owner| owner.email.to_string());
    let owner = names.next().map(|first| match names.count() {
        0 => first,
        others => t.applications.owners.with(&[("owner", &first), ("number", &others.to_string())]),
    });
    ApplicationLine {
        app: shown(application),
        href: format!("/portal/applications/{}", application.client_id.in_path()),
        client_id: application.client_id.to_string(),
        kind: application.settings.kind.name(),
        state: application.state,
        owner,
        dynamic: application.origin.is_dynamic(),
        host: application.client_id.document().map(|document| document.host().to_owned()),
        created_at: application.created_at,
        last_used_at: application.last_used_at,
    }
}
