//! `/login/code`: a mail is on its way, and are you really who you say?

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::REFRESH;
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, Query, id};
use super::flow::{go_on, go_on_signed_in, shown_in};
use super::page_error::PageResult;
use super::problem::problem_page;
use super::view::{CheckMail, CheckMailNotice, CodeProblem, Delivery, Problem, WaitingFrame};
use super::visit::{Visit, address, see};
use crate::config::SignUp;
use crate::domain::authorization::Step;
use crate::domain::ids::SignInId;
use crate::domain::sign_in::{Purpose, SignIn, SignInOver};
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sign_in::{CodeOutcome, Progress};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// After how many seconds the frame of the waiting page is loaded anew.
const LOOKS_AGAIN: &str = "3";

/// `GET /login/code`: check your mail.
pub(in crate::http) async fn wait(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let sign_in = mine(&mut visit, &parameters).await?;
    // The link was opened in another tab of the same browser: go on here too.
    if sign_in.redeemed_at.is_some() && visit.person.is_some() {
        return go_on(&visit, &sign_in.purpose).await;
    }
    let notice = parameters.value("sent").map(|_| CheckMailNotice::SentAgain);
    Ok(check_mail_page(&visit, &sign_in, None, notice).await)
}

/// `GET /login/code/watch`: the frame of that page, which is loaded anew until the sign-in is completed.
pub(in crate::http) async fn watch(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let sign_in = mine(&mut visit, &parameters).await?;
    let progress = match visit.edge.sign_ins().sign_in_progress(&sign_in).await? {
        // The person who completed it has signed out since.
        Progress::Completed if visit.person.is_none() => Progress::Over,
        other => other,
    };
    let onward = match progress {
        Progress::Waiting | Progress::OpenedElsewhere => None,
        Progress::Completed => is_open(&visit, &sign_in).await?.then(|| page_of(&sign_in)),
        Progress::Over => Some(start_of(&sign_in)),
    };
    let looks_again = matches!(progress, Progress::Waiting | Progress::OpenedElsewhere);
    let frame = visit.page(&WaitingFrame { t: visit.messages(), progress, onward }).in_frame();
    Ok(if looks_again { ([(REFRESH, LOOKS_AGAIN)], frame).into_response() } else { frame.into_response() })
}

/// Whether what a sign-in was for is still to be done: an application may have got its answer in another tab.
async fn is_open(visit: &Visit, sign_in: &SignIn) -> Result<bool, Refusal> {
    match (&sign_in.purpose, application_of(visit, sign_in).await) {
        (Purpose::Page(_), _) => Ok(true),
        (Purpose::Authorization(_), None) => Ok(false),
        (Purpose::Authorization(_), Some(open)) => {
            Ok(visit.edge.authorizations().peek_authorization(&open, visit.person.as_ref()).await? != Step::Over)
        }
    }
}

/// `POST /login/code`: a code was typed.
pub(in crate::http) async fn enter_code(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let sign_in = mine(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &page_of(&sign_in), None)?;
    let entered = fields.value("code").unwrap_or_default();
    let problem = match visit.edge.sign_ins().enter_code(&sign_in, entered, &visit.requester.device).await? {
        CodeOutcome::SignedIn(signed_in) => return go_on_signed_in(visit, signed_in).await,
        CodeOutcome::Malformed => CodeProblem::Malformed,
        CodeOutcome::Wrong { left } => CodeProblem::Wrong { tries_left: u32::try_from(left).unwrap_or(0) },
        CodeOutcome::Over(SignInOver::TooManyTries) => CodeProblem::TooManyTries,
        CodeOutcome::Over(SignInOver::Expired) => CodeProblem::Expired,
        CodeOutcome::Over(SignInOver::Ended) => return Err(problem_page(&visit, Problem::SignInExpired, None)),
        CodeOutcome::Over(SignInOver::Redeemed) => return Err(problem_page(&visit, Problem::LinkUsed, None)),
    };
    Ok(check_mail_page(&visit, &sign_in, Some(problem), None).await)
}

/// `POST /login/resend`: another mail for the same sign-in.
pub(in crate::http) async fn resend(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let sign_in = mine(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &page_of(&sign_in), None)?;
    let open = application_of(&visit, &sign_in).await;
    let application = open.as_ref().and_then(|open| open.application.name_in_mails());
    match visit.edge.sign_ins().resend_sign_in(&sign_in, application, &visit.requester).await {
        Ok(()) => Ok(see(&format!("{}&sent=again", page_of(&sign_in)))),
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let notice = CheckMailNotice::WaitBeforeResend { wait: retry_after.unwrap_or(Duration::from_secs(60)) };
            Ok(check_mail_page(&visit, &sign_in, None, Some(notice)).await)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Where one waits for the mail.
pub(super) fn page_of(sign_in: &SignIn) -> String {
    format!("/login/code?id={}", sign_in.id)
}

/// Where it began: with the address.
fn start_of(sign_in: &SignIn) -> String {
    match &sign_in.purpose {
        Purpose::Authorization(id) => format!("/login?flow={id}"),
        Purpose::Page(path) => address("/login", &[("return_to", path)]),
    }
}

async fn mine(visit: &mut Visit, parameters: &Parameters) -> Result<SignIn, Refusal> {
    let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
    let id: SignInId = id(parameters, "id").ok_or_else(foreign)?;
    let sign_in = visit.edge.sign_ins().open_sign_in(id, visit.known_browser()).await?;
    // Never in the language of the mail: it may be that of the account, and would tell that there is one.
    let open = application_of(visit, &sign_in).await;
    if let Some(open) = open {
        visit.speak_as_asked(open.authorization.ui_locales.as_deref());
    }
    Ok(sign_in)
}

async fn check_mail_page(
    visit: &Visit,
    sign_in: &SignIn,
    problem: Option<CodeProblem>,
    notice: Option<CheckMailNotice>,
) -> Response {
    let open = application_of(visit, sign_in).await;
    let leaves = open.is_some();
    let edge = &visit.edge;
    let delivery = match edge.config().login.signup() {
        SignUp::Open => Delivery::Sent,
        SignUp::Invited | SignUp::Domains | SignUp::Closed => Delivery::SentIfKnown,
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let view = CheckMail {
        t: visit.messages(),
        app: open.as_ref().map(shown_in),
        // Neither as it was typed nor as the account has it: the difference would tell that there is one.
        address: sign_in.email.key(),
        reference: sign_in.reference.clone(),
        delivery,
        link_ttl: edge.config().login.link_ttl,
        problem,
        notice,
        watch: format!("/login/code/watch?id={}", sign_in.id),
        form: visit.form("/login/code").carrying("id", sign_in.id.to_string()),
        resend: visit.form("/login/resend").carrying("id", sign_in.id.to_string()),
        change: start_of(sign_in),
        dev_mail: edge.mail().caught_mails().map(|_| "/dev/mail".to_owned()),
    };
    let page = visit.page(&view).with_status(status).with_frame();
    if leaves { page.leaving() } else { page }.into_response()
}

async fn application_of(visit: &Visit, sign_in: &SignIn) -> Option<OpenAuthorization> {
    match &sign_in.purpose {
        Purpose::Page(_) => None,
        Purpose::Authorization(id) => {
            visit.edge.authorizations().open_authorization(*id, visit.known_browser()).await.ok()
        }
    }
}
