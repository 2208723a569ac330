//! `/login/passkey`: signing in with a passkey, and the offer to add one.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::cookies::{PasskeyOffer, set_passkey_offer};
use super::csrf_form::CsrfForm;
use super::fields::{Fields, Query};
use super::flow::{follow, go_on_signed_in};
use super::page_error::PageResult;
use super::passkeys::{ADD_OPTIONS, add_from};
use super::posted_form::PostedForm;
use super::sign_in::sign_in_page;
use super::target::Target;
use super::view::{AddPasskey, AddPasskeyProblem, PasskeyButton, PasskeyNeed, SignInProblem};
use super::viewer::Viewer;
use super::visit::{Visit, see, with_cookie};
use crate::domain::session::AuthenticationMethod;
use crate::flows::passkeys::AddPasskeyError;
use crate::http::reply::{json_no_store, report_refusal};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The button of the sign-in page, if there can be passkeys here.
pub(super) fn login_button(visit: &Visit, target: &Target) -> Option<PasskeyButton> {
    let button = || PasskeyButton { ask: "/login/passkey/options", form: target.form(visit, "/login/passkey") };
    visit.edge.passkeys().are_possible().then(button)
}

/// `GET /login/passkey`, whose form is on the sign-in page.
pub(in crate::http) async fn back() -> Response {
    see("/login")
}

/// `POST /login/passkey/options`: what the page's script asks the browser for.
pub(in crate::http) async fn ask(visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    visit.check_form(fields.value("csrf"), "/login", None)?;
    let options = visit.edge.passkeys().ask_to_sign_in(&visit.browser, &visit.requester).await?;
    Ok(json_no_store(&options))
}

/// `POST /login/passkey`: what the browser answered.
pub(in crate::http) async fn sign_in(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let target = Target::read(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &target.address(), target.app())?;
    let (answer, by) = (fields.value("credential").unwrap_or_default(), (&visit.browser, &visit.requester.device));
    match visit.edge.passkeys().sign_in(answer, target.purpose(), by).await {
        Ok(signed_in) => go_on_signed_in(visit, signed_in).await,
        Err(refusal) if refusal.code == ErrorCode::PasskeyRefused => {
            let page = sign_in_page(&visit, &target, String::new(), Some(SignInProblem::Passkey)).await?;
            Ok(report_refusal(&refusal, page.into_response()))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Whether somebody who has just signed in by mail is offered a passkey: once in a browser that can keep one, if they
/// have none.
pub(super) async fn is_passkey_offered(visit: &Visit) -> Result<bool, Refusal> {
    let Some(person) = &visit.person else { return Ok(false) };
    let passkeys = visit.edge.passkeys();
    let is_due = visit.passkey_offer == PasskeyOffer::Due && passkeys.are_possible();
    if !is_due || person.session.amr != AuthenticationMethod::Email {
        return Ok(false);
    }
    Ok(passkeys.passkeys_of(person.user.id).await?.is_empty())
}

/// `GET /login/add-passkey`: the offer.
pub(in crate::http) async fn offer(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let target = Target::read(&mut visit, &parameters).await?;
    if visit.person.is_none() {
        return Ok(see(&target.address()));
    }
    Ok(offer_page(&visit, &target, None).await?)
}

/// `POST /login/add-passkey`: it was taken, or declined.
pub(in crate::http) async fn answer_offer(form: CsrfForm<Viewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let adds = posted.has("credential");
    let added = if adds { add_from(&viewer, &posted).await } else { Ok(()) };
    let mut visit = viewer.into_visit();
    let target = Target::read(&mut visit, &carried(&posted)?).await?;
    if !adds && target.lacks_passkey(&visit).await? {
        return give_up(&visit, &target).await;
    }
    let problem = match added {
        Ok(()) => {
            let offer = if adds { PasskeyOffer::Due } else { PasskeyOffer::Declined };
            let cookie = set_passkey_offer(offer, &visit.edge.config().server.issuer);
            return Ok(with_cookie(target.go_on(&visit).await?, cookie));
        }
        Err(AddPasskeyError::TooMany) => AddPasskeyProblem::TooMany,
        Err(AddPasskeyError::Refused(refusal)) if refusal.code == ErrorCode::PasskeyRefused => {
            let page = offer_page(&visit, &target, Some(AddPasskeyProblem::Refused)).await?;
            return Ok(report_refusal(&refusal, page));
        }
        Err(AddPasskeyError::Refused(refusal)) => return Err(refusal.into()),
    };
    Ok(offer_page(&visit, &target, Some(problem)).await?)
}

/// Back, where there is no way on without a passkey: the application is told.
async fn give_up(visit: &Visit, target: &Target) -> PageResult<Response> {
    let Target::Application(open) = target else { return Ok(see("/account")) };
    let continuation = visit.edge.authorizations().give_up_passkey(open).await?;
    follow(visit, continuation, &open.application)
}

/// The fields that say what the sign-in is for.
fn carried(posted: &PostedForm) -> Result<Parameters, Refusal> {
    let given = ["flow", "return_to"].into_iter().filter(|name| posted.has(name));
    given.into_iter().try_fold(Parameters::default(), |fields, name| fields.with(name, posted.text(name)))
}

async fn offer_page(visit: &Visit, target: &Target, problem: Option<AddPasskeyProblem>) -> Result<Response, Refusal> {
    let form = || target.form(visit, "/login/add-passkey");
    let how = if target.lacks_passkey(visit).await? { PasskeyNeed::Required } else { PasskeyNeed::Offered };
    let view = AddPasskey {
        t: visit.messages(),
        app: target.app(),
        problem,
        add: PasskeyButton { ask: ADD_OPTIONS, form: form() },
        later: form(),
        how,
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = visit.page(&view).with_status(status).asking();
    Ok(if matches!(target, Target::Application(_)) { page.leaving().into_response() } else { page.into_response() })
}
