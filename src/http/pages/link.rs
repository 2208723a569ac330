//! `/l/<token>`: the link in the mail.

use axum::extract::Path;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Response};

use super::fields::Fields;
use super::flow::{answer, go_on_signed_in};
use super::page::{FormTarget, page};
use super::problem::{problem_page, refused_page, stale_form_page};
use super::view::ConfirmLogin;
use super::view::LinkElsewhere;
use super::view::Problem;
use super::view::{App, RequestedFrom};
use super::view::{Message, MessagePage};
use super::visit::Visit;
use crate::domain::one_time::LinkToken;
use crate::flows::sign_in::{Confirmation, LinkFacts, LinkOver, LinkView, Visitor};

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
) -> Response {
    let press =
        if method == Method::HEAD || is_preview(&headers) { Confirmation::Preview } else { Confirmation::Fetch };
    visited(visit, &token, press).await
}

/// `POST`: the button of the confirm page.
pub(in crate::http) async fn confirm(Path(token): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    if !visit.sent_form(fields.value("csrf")) {
        return stale(&visit, &token);
    }
    visited(visit, &token, Confirmation::Button).await
}

/// `POST …/not-me`: the recipient of the mail did not ask for it; its link and code become void.
pub(in crate::http) async fn not_me(Path(token): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    if !visit.sent_form(fields.value("csrf")) {
        return stale(&visit, &token);
    }
    let Ok(token) = token.parse::<LinkToken>() else { return over(&visit, LinkOver::Unknown) };
    match visit.edge.sign_ins().stop_sign_in(&token).await {
        Ok(()) => {
            let t = visit.messages();
            page(&MessagePage { t, message: Message::SignInStopped, app: None, onward: None }).into_response()
        }
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

fn stale(visit: &Visit, token: &str) -> Response {
    match token.parse::<LinkToken>() {
        Ok(token) => stale_form_page(visit, &format!("/l/{}", token.expose()), None),
        Err(_) => over(visit, LinkOver::Unknown),
    }
}

async fn visited(mut visit: Visit, text: &str, press: Confirmation) -> Response {
    let Ok(token) = text.parse::<LinkToken>() else { return over(&visit, LinkOver::Unknown) };
    let visitor = Visitor { browser: visit.known_browser(), press, device: &visit.requester.device };
    let view = match visit.edge.sign_ins().open_link(&token, &visitor).await {
        Ok(view) => view,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    match view {
        LinkView::Preview => ().into_response(),
        LinkView::Answer(told, application) => answer(&visit, told, &application),
        LinkView::SignedIn(signed_in) => go_on_signed_in(visit, signed_in).await,
        LinkView::Over(why) => over(&visit, why),
        LinkView::Confirm(facts) => {
            speak(&mut visit, &facts);
            visit.remembered(confirm_page(&visit, facts, &token))
        }
        LinkView::OtherDevice(facts, code) => {
            speak(&mut visit, &facts);
            visit.remembered(elsewhere_page(&visit, facts, code.grouped(), &token))
        }
    }
}

/// The page of a link is in the language of its mail.
fn speak(visit: &mut Visit, facts: &LinkFacts) {
    visit.speak(Some(&facts.locale));
}

fn confirm_page(visit: &Visit, facts: LinkFacts, token: &LinkToken) -> Response {
    let target = facts.redirect_uri.as_deref().and_then(FormTarget::of);
    let view = ConfirmLogin {
        t: visit.messages(),
        app: facts.application.map_or_else(|| App { name: "Gatepost".to_owned(), domain: None }, named),
        address: facts.address,
        asked: RequestedFrom { device: facts.device, at: facts.asked_at, now: visit.now() },
        reference: facts.reference,
        form: visit.form(format!("/l/{}", token.expose())),
    };
    page(&view).leading_to(target).into_response()
}

fn elsewhere_page(visit: &Visit, facts: LinkFacts, code: String, token: &LinkToken) -> Response {
    let view = LinkElsewhere {
        t: visit.messages(),
        app: facts.application.map(named),
        address: facts.address,
        asked: RequestedFrom { device: facts.device, at: facts.asked_at, now: visit.now() },
        reference: facts.reference,
        code: Some(code),
        not_me: Some(visit.form(format!("/l/{}/not-me", token.expose()))),
    };
    page(&view).into_response()
}

fn named(name: String) -> App {
    App { name, domain: None }
}

fn over(visit: &Visit, why: LinkOver) -> Response {
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
