//! `/consent`: the consent page.

use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, Query, id};
use super::flow::{continue_flow, follow, shown_in};
use super::page_error::PageResult;
use super::scopes::scope_lines;
use super::view::{CalledBack, Consent, Publisher};
use super::visit::Visit;
use crate::domain::application::{Application, Origin};
use crate::domain::authorization::Step;
use crate::domain::ids::AuthorizationId;
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::parameters::Parameters;
use crate::protocol::redirect_uri;
use crate::protocol::refusal::Refusal;

/// `GET /consent`.
pub(in crate::http) async fn show(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let open = mine(&mut visit, &parameters).await?;
    match person_to_ask(&visit, &open).await? {
        Some(person) => Ok(consent_page(&visit, &open, person).await?.into_response()),
        None => continue_flow(&visit, open.authorization.id).await,
    }
}

/// `POST /consent`.
pub(in crate::http) async fn decide(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let open = mine(&mut visit, &fields).await?;
    let again = format!("/consent?flow={}", open.authorization.id);
    visit.check_form(fields.value("csrf"), &again, Some(shown_in(&open)))?;
    // The session may have ended, or have to be renewed, since the page was shown.
    let Some(person) = person_to_ask(&visit, &open).await? else {
        return continue_flow(&visit, open.authorization.id).await;
    };
    // What was shown is what is agreed to.
    if fields.value("scope").unwrap_or_default() != open.authorization.to_agree_to().to_string() {
        return continue_flow(&visit, open.authorization.id).await;
    }
    let edge = &visit.edge;
    let continuation = match fields.value("decision") {
        Some("allow") => edge.authorizations().approve_authorization(&open, person).await?,
        Some("deny") => edge.authorizations().deny_authorization(&open).await?,
        _ => return Err(Refusal::invalid_request("the form says neither allow nor deny").into()),
    };
    follow(&visit, continuation, &open.application)
}

/// The request that this browser began.
pub(super) async fn mine(visit: &mut Visit, parameters: &Parameters) -> Result<OpenAuthorization, Refusal> {
    let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
    let flow: AuthorizationId = id(parameters, "flow").ok_or_else(foreign)?;
    let open = visit.edge.authorizations().open_authorization(flow, visit.known_browser()).await?;
    visit.speak_as_asked(open.authorization.ui_locales.as_deref());
    Ok(open)
}

/// Whose consent is what is to be asked now, if it is.
async fn person_to_ask<'a>(visit: &'a Visit, open: &OpenAuthorization) -> Result<Option<&'a SignedInPerson>, Refusal> {
    let step = visit.edge.authorizations().peek_authorization(open, visit.person.as_ref()).await?;
    Ok(visit.person.as_ref().filter(|_| step == Step::Consent))
}

async fn consent_page(visit: &Visit, open: &OpenAuthorization, person: &SignedInPerson) -> PageResult {
    let OpenAuthorization { authorization, application, .. } = open;
    let redirect = url::Url::parse(&authorization.redirect_uri).ok();
    let host = redirect.as_ref().and_then(|uri| uri.host_str()).unwrap_or(&authorization.redirect_uri);
    let view = Consent {
        t: visit.messages(),
        app: shown_in(open),
        publisher: publisher(application),
        called_back: called_back(application),
        account: person.user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        scopes: scope_lines(visit, &authorization.to_agree_to()).await?,
        redirect_host: host.to_owned(),
        switch_account: format!("/login/switch?flow={}", authorization.id),
        form: visit
            .form("/consent")
            .carrying("flow", authorization.id.to_string())
            .carrying("scope", authorization.to_agree_to().to_string()),
    };
    Ok(visit.page(&view).leaving())
}

/// Who offers an application.
pub(super) fn publisher(application: &Application) -> Publisher {
    let settings = &application.settings;
    // Only an operator registers an application without an owner.
    let own = application.origin == Origin::Declared || settings.first_party;
    if let Some(document) = application.client_id.document() {
        return Publisher::Host(document.host().to_owned());
    }
    match &settings.owner {
        _ if application.origin.is_dynamic() && !own => Publisher::Unknown,
        Some(owner) if !own => Publisher::Named(owner.clone()),
        _ => Publisher::Operator,
    }
}

/// Whether an application that a document describes could be any program of the device: the document says of it only
/// what any other program can say too.
fn called_back(application: &Application) -> CalledBack {
    let uris = &application.settings.redirect_uris;
    let is_everywhere_here = uris.iter().all(|uri| redirect_uri::is_loopback(uri));
    if application.origin.is_document() && is_everywhere_here {
        CalledBack::OnThisDevice
    } else {
        CalledBack::Somewhere
    }
}
