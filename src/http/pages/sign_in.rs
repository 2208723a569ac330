//! `/login`: who are you?

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::code::page_of;
use super::cookies::set_passkey_offer;
use super::fields::{Fields, Query};
use super::page::Page;
use super::page_error::PageResult;
use super::passkey::login_button;
use super::problem::waiting;
use super::target::Target;
use super::upstream;
use super::view::{SignIn as SignInView, SignInProblem, SignUp};
use super::visit::{Visit, see, with_cookie};
use crate::config;
use crate::domain::user::{EmailAddress, check_name};
use crate::flows::upstreams::UpstreamProblem;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The parameter that requests a new sign-in in spite of a session, for a page of this server.
pub(in crate::http) const FRESH: &str = "fresh";

/// The parameter that says that it has to be one with a passkey.
pub(in crate::http) const WITH_PASSKEY: &str = "passkey";

/// `GET /login`.
pub(in crate::http) async fn show(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let target = Target::read(&mut visit, &parameters).await?;
    if let (Target::Page(_), Some(person), Some(_)) = (&target, &visit.person, parameters.value(FRESH)) {
        let email = person.user.email.as_ref().map(ToString::to_string).unwrap_or_default();
        let sign_up = SignUp::Again;
        let (wants_passkey, upstreams) = (parameters.value(WITH_PASSKEY).is_some(), Vec::new());
        let view = SignInView { sign_up, wants_passkey, upstreams, ..view_of(&visit, &target, email, None) };
        return Ok(page_of_view(&visit, &target, &view).into_response());
    }
    if target.is_reached(&visit).await? {
        return target.go_on(&visit).await;
    }
    let email = target.login_hint().unwrap_or_default();
    let view =
        SignInView { wants_passkey: target.wants_passkey(&visit).await?, ..view_of(&visit, &target, email, None) };
    let upstreams = if target.wants_more(&visit).await? { Vec::new() } else { view.upstreams };
    let view = SignInView { upstreams, ..view };
    Ok(page_of_view(&visit, &target, &view).into_response())
}

/// `POST /login`: an address was entered.
pub(in crate::http) async fn enter_address(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let target = Target::read(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &target.address(), target.app())?;
    let entered = fields.value("email").unwrap_or_default().trim_ascii().to_owned();
    let again = |entered, problem| sign_in_page(&visit, &target, entered, Some(problem)).into_response();
    let Ok(email) = entered.parse::<EmailAddress>() else { return Ok(again(entered, SignInProblem::NotAnAddress)) };
    // The name is optional: one that cannot be shown counts as none.
    let name = fields.value("name").map(str::trim).filter(|name| check_name(name).is_ok()).map(str::to_owned);
    let (person, parties) = ((email, name), (&visit.browser, &visit.requester));
    match visit.edge.sign_ins().begin_browser_sign_in(target.purpose(), person, target.name_in_mails(), parties).await {
        Ok(sign_in) => {
            let offer = fields.value("passkeys").and(visit.passkey_offer.on_this_browser());
            let cookie = offer.and_then(|offer| set_passkey_offer(offer, &visit.edge.config().server.issuer));
            Ok(with_cookie(see(&page_of(&sign_in)), cookie))
        }
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let wait = retry_after.unwrap_or_default();
            Ok(waiting(again(entered, SignInProblem::TooMany { wait }), retry_after))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /login/switch`: sign in with another account for the same request.
pub(in crate::http) async fn switch(mut visit: Visit, Query(parameters): Query) -> PageResult {
    let target = Target::read(&mut visit, &parameters).await?;
    Ok(sign_in_page(&visit, &target, String::new(), None))
}

/// The page that asks who somebody is.
pub(super) fn sign_in_page(visit: &Visit, target: &Target, email: String, problem: Option<SignInProblem>) -> Page {
    let status = match &problem {
        None => StatusCode::OK,
        Some(SignInProblem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(SignInProblem::Upstream(UpstreamProblem::Unavailable)) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    page_of_view(visit, target, &view_of(visit, target, email, problem)).with_status(status)
}

/// The same for somebody who comes from an upstream, and proves whose account here it is.
pub(super) fn connect_page(visit: &Visit, target: &Target, email: String, label: String) -> Page {
    let view = SignInView { connecting: Some(label), ..view_of(visit, target, email, None) };
    page_of_view(visit, target, &view)
}

fn page_of_view(visit: &Visit, target: &Target, view: &SignInView) -> Page {
    let page = visit.page(view).asking();
    // With a passkey one is back at the application at once; the other buttons lead to other servers.
    let leaves = matches!(target, Target::Application(_)) || !view.upstreams.is_empty();
    if leaves { page.leaving() } else { page }
}

fn view_of(visit: &Visit, target: &Target, email: String, problem: Option<SignInProblem>) -> SignInView {
    let sign_up = match visit.edge.config().login.signup() {
        config::SignUp::Open => SignUp::Open,
        config::SignUp::Invited | config::SignUp::Domains | config::SignUp::Closed => SignUp::Closed,
    };
    SignInView {
        t: visit.messages(),
        app: target.app(),
        email,
        problem,
        sign_up,
        passkey: login_button(visit, target),
        wants_passkey: false,
        upstreams: upstream::buttons(visit, target),
        connecting: None,
        form: target.form(visit, "/login"),
    }
}
