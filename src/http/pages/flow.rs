//! The dispatcher of the browser flow: every page returns here, none knows which one follows it.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};

use super::page::page;
use super::page_error::PageResult;
use super::passkey::is_passkey_offered;
use super::problem::{problem_page, unchecked_page};
use super::target::address_for;
use super::view::App;
use super::view::FormPost;
use super::view::Problem;
use super::visit::{Visit, see};
use crate::domain::activity::Endpoint;
use crate::domain::application::Application;
use crate::domain::ids::AuthorizationId;
use crate::domain::sign_in::Purpose;
use crate::flows::authorization_response::Answer;
use crate::flows::authorize::{Begun, Continuation, OpenAuthorization, Refused};
use crate::flows::sign_in::SignedIn;
use crate::http::reply::report_refusal;
use crate::protocol::refusal::Refusal;

/// Takes the first step of a request that has just come in. Whoever made it decided everything in it, and nobody has
/// signed in or agreed for it yet.
pub(in crate::http) async fn begin_flow(visit: &Visit, begun: Begun) -> PageResult<Response> {
    match begun {
        Begun::Stored(id) => {
            let (continuation, application) = next(visit, id).await?;
            let response = match continuation {
                Continuation::Refused(refused) => refuse_at_once(visit, refused)?,
                continuation => follow(visit, continuation, &application)?,
            };
            Ok(visit.remembered(response))
        }
        Begun::Refused(refused) => refuse_at_once(visit, refused),
    }
}

/// Looks at what is true now and sends the browser to the page of the next step, or back to the application.
pub(in crate::http) async fn continue_flow(visit: &Visit, id: AuthorizationId) -> PageResult<Response> {
    let (continuation, application) = next(visit, id).await?;
    follow(visit, continuation, &application)
}

async fn next(visit: &Visit, id: AuthorizationId) -> Result<(Continuation, Arc<Application>), Refusal> {
    let authorizations = visit.edge.authorizations();
    // The browser that has just been given its token is the one that began.
    let open = authorizations.open_authorization(id, Some(&visit.browser)).await?;
    let application = Arc::clone(&open.application);
    Ok((authorizations.continue_authorization(open, visit.person.as_ref()).await?, application))
}

/// Goes where the flow says.
pub(in crate::http) fn follow(
    visit: &Visit,
    continuation: Continuation,
    application: &Application,
) -> PageResult<Response> {
    Ok(match continuation {
        Continuation::SignIn(open) => see(&format!("/login?flow={}", open.authorization.id)),
        Continuation::AddPasskey(open) => see(&format!("/login/add-passkey?flow={}", open.authorization.id)),
        Continuation::Consent(open) => see(&format!("/consent?flow={}", open.authorization.id)),
        Continuation::NoAccess(open) => see(&format!("/no-access?flow={}", open.authorization.id)),
        Continuation::Answer(sent) => answer(visit, sent, application),
        Continuation::Refused(refused) => refuse(visit, refused),
        Continuation::Over => return Err(problem_page(visit, Problem::SignInExpired, Some(shown(application)))),
    })
}

/// Sends an answer to the application.
pub(in crate::http) fn answer(visit: &Visit, answer: Answer, application: &Application) -> Response {
    match answer {
        Answer::Redirect(address) => see(&address),
        Answer::Post { address, fields } => {
            let view = FormPost {
                t: visit.messages(),
                app: shown(application),
                fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                action: address,
            };
            page(&view).leaving().into_response()
        }
    }
}

/// Sends a refusal to the application, and records it for that application.
pub(super) fn refuse(visit: &Visit, refused: Refused) -> Response {
    let Refused { answer: answer_with, refusal, application } = refused;
    visit.named_client.names(Endpoint::Authorize, application.client_id.as_str());
    report_refusal(&refusal, answer(visit, answer_with, &application))
}

/// Sends the refusal of a request for which nobody has done anything. An application that nobody here has checked gets
/// it only by a link.
fn refuse_at_once(visit: &Visit, refused: Refused) -> PageResult<Response> {
    if !refused.application.origin.is_dynamic() {
        return Ok(refuse(visit, refused));
    }
    let Refused { answer, refusal, application } = refused;
    visit.named_client.names(Endpoint::Authorize, application.client_id.as_str());
    let (address, back) = match answer {
        Answer::Redirect(address) => (address.clone(), Some(address)),
        Answer::Post { address, .. } => (address, None),
    };
    let app = App::of(&application, place_of(&address));
    Err(unchecked_page(visit, app, &refusal, back))
}

/// Signs the browser in and goes on with what the sign-in was for.
pub(in crate::http) async fn go_on_signed_in(mut visit: Visit, signed_in: SignedIn) -> PageResult<Response> {
    let SignedIn { token, purpose } = signed_in;
    let before = visit.person.take();
    visit.person = visit.edge.sessions().person_of(&token).await?;
    if let (Some(before), Some(person)) = (&before, &visit.person) {
        visit.edge.sessions().replace_session(before, person).await?;
    }
    visit.session = Some(token.clone());
    let onward = match is_passkey_offered(&visit).await {
        Ok(true) => Ok(see(&address_for("/login/add-passkey", &purpose))),
        Ok(false) => go_on(&visit, &purpose).await,
        Err(refusal) => Err(refusal.into()),
    };
    let response = match onward {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    Ok(visit.signed_in(&token, response))
}

/// Goes on with what a sign-in was for.
pub(super) async fn go_on(visit: &Visit, purpose: &Purpose) -> PageResult<Response> {
    match purpose {
        Purpose::Authorization(id) => continue_flow(visit, *id).await,
        Purpose::Page(path) => Ok(see(path)),
    }
}

/// How pages show an application.
pub(in crate::http) fn shown(application: &Application) -> App {
    let first = application.settings.redirect_uris.first();
    App::of(application, first.and_then(|uri| place_of(uri)))
}

/// How pages show it in the middle of a request: with the place that this request leads back to, whatever else is
/// registered.
pub(in crate::http) fn shown_in(open: &OpenAuthorization) -> App {
    let domain = place_of(&open.authorization.redirect_uri);
    App::of(&open.application, domain)
}

/// The host of a redirect URI; its scheme, where an app on the device takes it.
pub(super) fn place_of(redirect_uri: &str) -> Option<String> {
    let uri = url::Url::parse(redirect_uri).ok()?;
    Some(uri.host_str().unwrap_or_else(|| uri.scheme()).to_owned())
}
