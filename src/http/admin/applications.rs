//! `/admin/applications`: the applications of all owners.

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, operator};
use super::view::{ApplicationLine, ApplicationsPage, PAGE};
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::domain::language::Language;
use crate::domain::listing::{ApplicationFilter, ApplicationPlace};
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::{id, narrowed, query};
use crate::http::pages::flow::shown;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::page_or_refusal;
use crate::http::pages::visit::{Visit, address};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/applications`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Applications.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let listed = match query(&uri) {
        Ok(parameters) => list(&visit, person, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    page_or_refusal(&visit, listed)
}

async fn list(visit: &Visit, person: &SignedInPerson, parameters: &Parameters) -> Result<Response, Refusal> {
    let (edge, caller) = (&visit.edge, caller(person));
    let search = parameters.value("q").unwrap_or_default().trim();
    let state = parameters.value("state").unwrap_or_default();
    let mut filter = ApplicationFilter { state: narrowed(parameters, "state")?, ..ApplicationFilter::default() };
    // An address is searched among the owners, any other text in names and client ids.
    let mut nobody = false;
    if search.parse::<EmailAddress>().is_ok() {
        filter.owner = edge.people().owner_named(search).await?;
        nobody = filter.owner.is_none();
    } else {
        filter.search = narrowed(parameters, "q")?;
    }
    let after = match id::<ClientId>(parameters, "after") {
        Some(client_id) => edge
            .application_cache()
            .application(&client_id)
            .await?
            .map(|last| ApplicationPlace { name: last.settings.name.clone(), client_id: client_id.to_string() }),
        None => None,
    };
    let mut found = if nobody {
        Vec::new()
    } else {
        edge.access().applications_page(&caller, filter, &after.unwrap_or_default(), PAGE + 1).await?
    };
    let more = found.len() > usize::from(PAGE);
    found.truncate(usize::from(PAGE));
    let last = found.last().map(|last| last.client_id.to_string()).filter(|_| more).unwrap_or_default();
    let to = |after: &str| address(Here::Applications.href(), &[("q", search), ("state", state), ("after", after)]);
    let owners = edge.access().owners_of_all(&caller, &found).await?;
    let view = ApplicationsPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Applications),
        now: visit.now(),
        search: search.to_owned(),
        state: state.to_owned(),
        lines: found.iter().zip(&owners).map(|(application, owners)| line(application, owners)).collect(),
        first: parameters.value("after").map(|_| to("")),
        next: more.then(|| to(&last)),
    };
    Ok(page(&view).into_response())
}

fn line(application: &Application, owners: &[Owner]) -> ApplicationLine {
    let mut names = owners.iter().map(|owner| owner.email.to_string());
    let owner = names.next().map(|first| match names.count() {
        0 => first,
        others => format!("{first} and {others} more"),
    });
    ApplicationLine {
        app: shown(application),
        href: format!("/portal/applications/{}", application.client_id),
        client_id: application.client_id.to_string(),
        kind: application.settings.kind.name(),
        state: application.state.name(),
        owner,
        created_at: application.created_at,
        last_used_at: application.last_used_at,
    }
}
