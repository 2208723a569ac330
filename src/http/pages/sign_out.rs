//! `/oauth/logout`: RP-initiated logout (OIDC RP-Initiated Logout 1.0).

use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, Query};
use super::flow::{place_of, shown};
use super::page::page;
use super::page_error::PageResult;
use super::view::{App, ConfirmLogout, Link, Message, MessagePage};
use super::visit::{Visit, see};
use crate::domain::activity::Endpoint;
use crate::domain::ids::SessionId;
use crate::flows::sessions::SignedInPerson;
use crate::flows::sign_out::SignOutRequest;
use crate::http::reply::report_refusal;
use crate::protocol::parameters::Parameters;

/// `GET`: the parameters are in the query.
pub(in crate::http) async fn get(visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    requested(&visit, &parameters).await
}

/// `POST`: an application's form, or the answer to the question of our own page.
pub(in crate::http) async fn post(visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    match fields.value("decision") {
        // Without the CSRF token it is an application's form that happens to have such a field.
        Some(decision) if visit.sent_form(fields.value("csrf")) => match decision {
            "yes" => confirmed(&visit, &fields).await,
            _ => Ok(stayed(&visit)),
        },
        _ if visit.is_stripped() => Ok(see(&format!("/oauth/logout?{}", fields.to_form()))),
        _ => requested(&visit, &fields).await,
    }
}

async fn requested(visit: &Visit, parameters: &Parameters) -> PageResult<Response> {
    let edge = &visit.edge;
    if let Some(client_id) = edge.sign_out().application_signing_out(parameters) {
        visit.named_client.names(Endpoint::Logout, client_id);
    }
    let request = edge.sign_out().read_sign_out(parameters, visit.person.as_ref()).await?;
    let response = match (request.proven, &visit.person) {
        (Some(session), _) => return sign_out(visit, &request, session).await,
        (None, Some(person)) => ask(visit, (parameters, &request), person),
        (None, None) => done(visit, &request),
    };
    Ok(match &request.fault {
        Some(fault) => report_refusal(fault, response),
        None => response,
    })
}

/// Any site could have sent the browser here, so the person is asked.
fn ask(visit: &Visit, (parameters, request): (&Parameters, &SignOutRequest), person: &SignedInPerson) -> Response {
    let mut form = visit.form("/oauth/logout");
    for name in ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"] {
        // A request with a fault leads nowhere, so nothing of it is needed any more.
        if let Some(value) = parameters.value(name).filter(|_| request.fault.is_none()) {
            form = form.carrying(name, value.to_owned());
        }
    }
    let view = ConfirmLogout {
        t: visit.messages(),
        app: request.application.as_deref().map(shown),
        address: person.user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        fault: request.fault.as_ref().map(|fault| fault.description.clone().into_owned()),
        form,
    };
    let asks = visit.page(&view);
    if request.return_to.is_some() { asks.leaving() } else { asks }.into_response()
}

async fn confirmed(visit: &Visit, fields: &Parameters) -> PageResult<Response> {
    let request = visit.edge.sign_out().read_sign_out(fields, visit.person.as_ref()).await?;
    match &visit.person {
        Some(person) => sign_out(visit, &request, person.session.id).await,
        None => Ok(visit.signed_out(done(visit, &request))),
    }
}

fn stayed(visit: &Visit) -> Response {
    let view = MessagePage { t: visit.messages(), message: Message::StillSignedIn, app: None, onward: None };
    page(&view).into_response()
}

async fn sign_out(visit: &Visit, request: &SignOutRequest, session: SessionId) -> PageResult<Response> {
    visit.edge.sign_out().sign_out(session).await?;
    Ok(visit.signed_out(done(visit, request)))
}

/// Back to the application if it requested that, else a page that confirms the sign-out. If nobody did anything here, an
/// application that nobody has checked gets the browser only by a link: anybody can register one with any address, and
/// send people to ours.
fn done(visit: &Visit, request: &SignOutRequest) -> Response {
    let has_acted = request.proven.is_some() || visit.person.is_some();
    match (&request.return_to, request.application.as_deref()) {
        (Some(address), Some(application)) if application.origin.is_dynamic() && !has_acted => {
            let onward = Link { href: address.clone(), text: visit.messages().no_access.back.to_owned() };
            let app = Some(App::of(application, place_of(address)));
            let view = MessagePage { t: visit.messages(), message: Message::SignedOut, app, onward: Some(onward) };
            page(&view).leaving().into_response()
        }
        (Some(address), _) => see(address),
        (None, application) => {
            let app = application.map(shown);
            page(&MessagePage { t: visit.messages(), message: Message::SignedOut, app, onward: None }).into_response()
        }
    }
}
