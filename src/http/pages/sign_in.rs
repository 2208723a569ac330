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
use super::target::{Accepted, Target};
use super::upstream;
use super::view::{SignIn as SignInView, SignInProblem, SignUp};
use super::visit::{Visit, see, with_cookie};
use crate::config;
use crate::domain::user::{EmailAddress, check_name};
use crate::flows::upstreams::UpstreamProblem;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The parameter that requests a new sign-in in spite of a session, for a page of this server.
pub(in crate::http) const FRESH: &str = "fresh";

/// The parameter that says that it has to be one with a passkey.
pub(in crate::http) const WITH_PASSKEY: &str = "passkey";

/// `GET /login`.
pub(in crate::http) async fn show(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let target = Target::read(&mut visit, &parameters).await?;
    if let (Some(again), Some(person)) = (Again::asked(&visit, &target, &parameters), &visit.person) {
        let email = person.user.email.as_ref().map(ToString::to_string).unwrap_or_default();
        return Ok(again_page(&visit, &target, (email, None), again).into_response());
    }
    if target.is_reached(&visit).await? {
        return target.go_on(&visit).await;
    }
    let email = target.login_hint().unwrap_or_default();
    Ok(sign_in_page(&visit, &target, email, None).await?.into_response())
}

/// `POST /login`: an address was entered.
pub(in crate::http) async fn enter_address(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let target = Target::read(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &target.address(), target.app())?;
    let entered = fields.value("email").unwrap_or_default().trim_ascii().to_owned();
    let again = Again::asked(&visit, &target, &fields);
    let Ok(email) = entered.parse::<EmailAddress>() else {
        return Ok(same_page(&visit, &target, (entered, SignInProblem::NotAnAddress), again).await?.into_response());
    };
    // The name is optional: one that cannot be shown counts as none.
    let name = fields.value("name").map(str::trim_ascii).filter(|name| check_name(name).is_ok()).map(str::to_owned);
    let (person, parties) = ((email, name), (&visit.browser, &visit.requester));
    match visit.edge.sign_ins().begin_browser_sign_in(target.purpose(), person, target.name_in_mails(), parties).await {
        Ok(sign_in) => {
            let offer = fields.value("passkeys").and(visit.passkey_offer.on_this_browser());
            let cookie = offer.and_then(|offer| set_passkey_offer(offer, &visit.edge.config().server.issuer));
            Ok(with_cookie(see(&page_of(&sign_in)), cookie))
        }
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let wait = retry_after.unwrap_or_default();
            let problem = SignInProblem::TooMany { wait };
            let page = same_page(&visit, &target, (entered, problem), again).await?;
            Ok(waiting(page.into_response(), retry_after))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /login/switch`: sign in with another account for the same request.
pub(in crate::http) async fn switch(mut visit: Visit, Query(parameters): Query) -> PageResult {
    let target = Target::read(&mut visit, &parameters).await?;
    // Somebody else may come from wherever they like.
    Ok(page_of_view(&visit, &target, &view_of(&visit, &target, (String::new(), None), Accepted::Any)))
}

/// A new sign-in of somebody who is signed in, for a page of this server.
#[derive(Clone, Copy)]
struct Again {
    with_passkey: bool,
}

impl Again {
    /// Whether it was asked for, by the address of the page or by its form.
    fn asked(visit: &Visit, target: &Target, parameters: &Parameters) -> Option<Self> {
        let is_asked = matches!(target, Target::Page(_)) && visit.person.is_some() && parameters.value(FRESH).is_some();
        is_asked.then(|| Self { with_passkey: parameters.value(WITH_PASSKEY).is_some() })
    }
}

/// The page that asks who somebody is.
pub(super) async fn sign_in_page(
    visit: &Visit,
    target: &Target,
    email: String,
    problem: Option<SignInProblem>,
) -> Result<Page, Refusal> {
    let accepted = target.accepts(visit).await?;
    let view = view_of(visit, target, (email, problem), accepted);
    Ok(page_of_view(visit, target, &view))
}

/// The page once more for somebody who mistyped, as it was.
async fn same_page(
    visit: &Visit,
    target: &Target,
    (typed, problem): (String, SignInProblem),
    again: Option<Again>,
) -> Result<Page, Refusal> {
    match again {
        Some(again) => Ok(again_page(visit, target, (typed, Some(problem)), again)),
        None => sign_in_page(visit, target, typed, Some(problem)).await,
    }
}

/// The page that asks somebody who is signed in to do so again.
fn again_page(
    visit: &Visit,
    target: &Target,
    typed: (String, Option<SignInProblem>),
    Again { with_passkey }: Again,
) -> Page {
    let accepted = if with_passkey { Accepted::Passkey } else { Accepted::Own };
    let view = view_of(visit, target, typed, accepted);
    let form = view.form.carrying(FRESH, "1");
    let form = if with_passkey { form.carrying(WITH_PASSKEY, "1") } else { form };
    page_of_view(visit, target, &SignInView { sign_up: SignUp::Again, form, ..view })
}

/// The same for somebody who comes from an upstream, and proves whose account here it is.
pub(super) fn connect_page(visit: &Visit, target: &Target, email: String, label: String) -> Page {
    let view = view_of(visit, target, (email, None), Accepted::Own);
    page_of_view(visit, target, &SignInView { connecting: Some(label), ..view })
}

fn page_of_view(visit: &Visit, target: &Target, view: &SignInView) -> Page {
    let status = match &view.problem {
        None => StatusCode::OK,
        Some(SignInProblem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(SignInProblem::Upstream(UpstreamProblem::Unavailable)) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let page = visit.page(view).with_status(status).asking();
    // With a passkey one is back at the application at once; the other buttons lead to other servers.
    let leaves = matches!(target, Target::Application(_)) || !view.upstreams.is_empty();
    if leaves { page.leaving() } else { page }
}

fn view_of(
    visit: &Visit,
    target: &Target,
    (email, problem): (String, Option<SignInProblem>),
    accepted: Accepted,
) -> SignInView {
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
        wants_passkey: accepted == Accepted::Passkey,
        upstreams: if accepted == Accepted::Any { upstream::buttons(visit, target) } else { Vec::new() },
        connecting: None,
        form: target.form(visit, "/login"),
    }
}
