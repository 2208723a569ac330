//! `/consent`: the consent page.

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, id, query};
use super::flow::{continue_flow, follow, shown};
use super::page::{FormTarget, page};
use super::problem::{refused_page, stale_form_page};
use super::scopes::scope_lines;
use super::view::{Consent, Publisher};
use super::visit::Visit;
use crate::domain::application::Origin;
use crate::domain::authorization::Step;
use crate::domain::ids::AuthorizationId;
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /consent`.
pub(in crate::http) async fn show(uri: Uri, mut visit: Visit) -> Response {
    let open = match query(&uri) {
        Ok(parameters) => mine(&mut visit, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    let open = match open {
        Ok(open) => open,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    match (asked(&visit, &open).await, &visit.person) {
        (Ok(true), Some(person)) => match consent_page(&visit, &open, person).await {
            Ok(page) => page,
            Err(refusal) => refused_page(&visit, &refusal),
        },
        (Ok(_), _) => continue_flow(&visit, open.authorization.id).await,
        (Err(refusal), _) => refused_page(&visit, &refusal),
    }
}

/// `POST /consent`.
pub(in crate::http) async fn decide(mut visit: Visit, Fields(fields): Fields) -> Response {
    let open = match mine(&mut visit, &fields).await {
        Ok(open) => open,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    if !visit.sent_form(fields.value("csrf")) {
        let again = format!("/consent?flow={}", open.authorization.id);
        return stale_form_page(&visit, &again, Some(shown(&open.application)));
    }
    // The session may have ended, or a new sign-in may be needed, since the page was shown.
    match asked(&visit, &open).await {
        Ok(true) => {}
        Ok(false) => return continue_flow(&visit, open.authorization.id).await,
        Err(refusal) => return refused_page(&visit, &refusal),
    }
    let Some(person) = &visit.person else { return continue_flow(&visit, open.authorization.id).await };
    let edge = &visit.edge;
    let decided = match fields.value("decision") {
        Some("allow") => edge.authorizations().approve_authorization(&open, person).await,
        Some("deny") => edge.authorizations().deny_authorization(&open).await,
        _ => Err(Refusal::invalid_request("the form says neither allow nor deny")),
    };
    match decided {
        Ok(continuation) => follow(&visit, continuation, &open.application),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

async fn mine(visit: &mut Visit, parameters: &Parameters) -> Result<OpenAuthorization, Refusal> {
    let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
    let flow: AuthorizationId = id(parameters, "flow").ok_or_else(foreign)?;
    let open = visit.edge.authorizations().open_authorization(flow, visit.known_browser()).await?;
    visit.speak(open.authorization.ui_locales.as_deref());
    Ok(open)
}

/// Whether consent is the next step.
async fn asked(visit: &Visit, open: &OpenAuthorization) -> Result<bool, Refusal> {
    let step = visit.edge.authorizations().peek_authorization(open, visit.person.as_ref()).await?;
    Ok(step == Step::Consent)
}

async fn consent_page(visit: &Visit, open: &OpenAuthorization, person: &SignedInPerson) -> Result<Response, Refusal> {
    let OpenAuthorization { authorization, application } = open;
    let settings = &application.settings;
    // Only an operator registers an application without an owner.
    let own = application.origin == Origin::Declared || settings.first_party;
    let publisher = match &settings.owner {
        Some(owner) if !own => Publisher::Named(owner.clone()),
        _ => Publisher::Operator,
    };
    let redirect = url::Url::parse(&authorization.redirect_uri).ok();
    let host = redirect.as_ref().and_then(|uri| uri.host_str()).unwrap_or(&authorization.redirect_uri);
    let view = Consent {
        t: visit.messages(),
        app: shown(application),
        publisher,
        account: person.user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        scopes: scope_lines(visit, &authorization.scope).await?,
        redirect_host: host.to_owned(),
        switch_account: format!("/login/switch?flow={}", authorization.id),
        form: visit.form("/consent").carrying("flow", authorization.id.to_string()),
    };
    Ok(page(&view).leading_to(FormTarget::of(&authorization.redirect_uri)).into_response())
}
