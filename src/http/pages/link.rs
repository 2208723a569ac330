//! `/l/<token>`: the link in the mail.

use axum::extract::Path;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::assets::brand;
use super::fields::Fields;
use super::flow::{answer, go_on_signed_in};
use super::no_access;
use super::page::{Page, page};
use super::page_error::{PageError, PageResult};
use super::problem::problem_page;
use super::view::ConfirmLogin;
use super::view::LinkElsewhere;
use super::view::Problem;
use super::view::{App, RequestedFrom};
use super::view::{Message, MessagePage, StopProblem, StopSignIn};
use super::visit::Visit;
use crate::domain::one_time::LinkToken;
use crate::flows::authorize::Refused;
use crate::flows::sign_in::{Confirmation, LinkFacts, LinkOver, LinkView, Stopped, Visitor};
use crate::protocol::parameters::Parameters;

/// `User-Agent` marks of link previewers. Unknown ones do no harm either, because a fetch spends nothing.
const PREVIEWERS: [&str; 16] = [
    "slackbot",
    "facebookexternalhit",
    "twitterbot",
    "whatsapp",
    "discordbot",
    "telegrambot",
    "linkedinbot",
    "skypeuripreview",
    "googlebot",
    "google-safety",
    "googleimageproxy",
    "bingbot",
    "bingpreview",
    "applebot",
    "microsoft office",
    "barracuda",
];

/// `GET` and `HEAD`.
pub(in crate::http) async fn open(
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
    visit: Visit,
) -> PageResult<Response> {
    let confirmation =
        if method == Method::HEAD || is_preview(&headers) { Confirmation::Preview } else { Confirmation::Fetch };
    visited(visit, &token, confirmation).await
}

/// `POST`: the button of the confirm page.
pub(in crate::http) async fn confirm(
    Path(token): Path<String>,
    visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    check_form(&visit, &fields, &token)?;
    visited(visit, &token, Confirmation::Button).await
}

/// `GET …/not-me`: asks once more. A program that presses every button of a mail's page does not know the address, which
/// the page has to be told.
pub(in crate::http) async fn ask_not_me(Path(token): Path<String>, mut visit: Visit) -> PageResult {
    let token = read(&visit, &token)?;
    stop_page(&mut visit, &token, None).await
}

/// `POST …/not-me`: the person who got the mail did not ask for it, and the link stops working.
pub(in crate::http) async fn not_me(Path(token): Path<String>, mut visit: Visit, Fields(fields): Fields) -> PageResult {
    let token = check_form(&visit, &fields, &token)?;
    let entered = fields.value("email").unwrap_or_default();
    match visit.edge.sign_ins().stop_sign_in(&token, entered).await? {
        Stopped::Yes => {
            let (t, message) = (visit.messages(), Message::SignInStopped);
            Ok(page(&MessagePage { t, message, app: None, onward: None }))
        }
        Stopped::NotTheAddress => {
            let problem = Some(StopProblem::AddressDiffers);
            Ok(stop_page(&mut visit, &token, problem).await?.with_status(StatusCode::BAD_REQUEST))
        }
    }
}

async fn stop_page(visit: &mut Visit, token: &LinkToken, problem: Option<StopProblem>) -> PageResult {
    let facts = visit.edge.sign_ins().link_facts(token).await?.map_err(|why| over(visit, why))?;
    speak(visit, &facts);
    Ok(visit.page(&StopSignIn {
        t: visit.messages(),
        app: facts.application.map(named),
        reference: facts.reference,
        problem,
        form: visit.form(not_me_address(token)),
    }))
}

fn not_me_address(token: &LinkToken) -> String {
    format!("/l/{}/not-me", token.expose())
}

/// The token of a link whose page has sent this form.
fn check_form(visit: &Visit, fields: &Parameters, token: &str) -> PageResult<LinkToken> {
    let token = read(visit, token)?;
    visit.check_form(fields.value("csrf"), &format!("/l/{}", token.expose()), None)?;
    Ok(token)
}

fn read(visit: &Visit, token: &str) -> PageResult<LinkToken> {
    token.parse().map_err(|_| over(visit, LinkOver::Unknown))
}

async fn visited(mut visit: Visit, text: &str, confirmation: Confirmation) -> PageResult<Response> {
    let token = read(&visit, text)?;
    let visitor = Visitor { browser: visit.known_browser(), confirmation, device: &visit.requester.device };
    match visit.edge.sign_ins().open_link(&token, &visitor).await? {
        LinkView::Preview => Ok(().into_response()),
        LinkView::Answer(sent, application) => Ok(answer(&visit, sent, &application)),
        LinkView::NoAccess { answer, refusal, application } => {
            Ok(no_access::by_link(&visit, Refused { answer, refusal, application }))
        }
        LinkView::SignedIn(signed_in) => go_on_signed_in(visit, signed_in).await,
        LinkView::Over(why) => Err(over(&visit, why)),
        LinkView::Confirm(facts) => {
            speak(&mut visit, &facts);
            Ok(confirm_page(&visit, facts, &token).into_response())
        }
        LinkView::OtherDevice(facts, code) => {
            speak(&mut visit, &facts);
            Ok(elsewhere_page(&visit, facts, code.grouped(), &token).into_response())
        }
    }
}

/// The page of a link is in the language of its mail.
fn speak(visit: &mut Visit, facts: &LinkFacts) {
    visit.speak(Some(&facts.locale));
}

fn confirm_page(visit: &Visit, facts: LinkFacts, token: &LinkToken) -> Page {
    let leaves = facts.redirect_uri.is_some();
    let view = ConfirmLogin {
        t: visit.messages(),
        app: facts.application.map_or_else(|| App::named(brand().name().to_owned(), None), named),
        address: facts.address,
        asked: RequestedFrom { device: facts.device, at: facts.asked_at, now: visit.now() },
        reference: facts.reference,
        form: visit.form(format!("/l/{}", token.expose())),
    };
    let page = visit.page(&view);
    if leaves { page.leaving() } else { page }
}

fn elsewhere_page(visit: &Visit, facts: LinkFacts, code: String, token: &LinkToken) -> Page {
    let view = LinkElsewhere {
        t: visit.messages(),
        app: facts.application.map(named),
        address: facts.address,
        asked: RequestedFrom { device: facts.device, at: facts.asked_at, now: visit.now() },
        reference: facts.reference,
        code: Some(code),
        not_me: Some(not_me_address(token)),
    };
    visit.page(&view)
}

fn named(name: String) -> App {
    App::named(name, None)
}

fn over(visit: &Visit, why: LinkOver) -> PageError {
    let problem = match why {
        LinkOver::Unknown => Problem::NotFound,
        LinkOver::Expired => Problem::LinkExpired,
        LinkOver::Used => Problem::LinkUsed,
        LinkOver::Ended => Problem::SignInExpired,
    };
    problem_page(visit, problem, None)
}

/// Whether the answer is not shown to a person.
fn is_preview(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase();
    let purpose = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    let fetched_ahead = purpose.iter().any(|name| says(name).contains("prefetch") || says(name).contains("preview"));
    let agent = says(USER_AGENT.as_str());
    fetched_ahead || PREVIEWERS.iter().any(|name| agent.contains(name))
}
