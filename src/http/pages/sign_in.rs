//! `/login` and `/login/code`: who are you, and are you really.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, Query, id};
use super::flow::{go_on, go_on_signed_in, shown};
use super::page::{FormTarget, Page, page};
use super::page_error::PageResult;
use super::problem::{problem_page, waiting};
use super::view::Problem;
use super::view::{App, Form};
use super::view::{CheckMail, CheckMailNotice, CodeProblem, Delivery};
use super::view::{SignIn as SignInView, SignInProblem, SignUp};
use super::visit::{Visit, address, see};
use crate::config;
use crate::domain::authorization::Step;
use crate::domain::ids::{AuthorizationId, SignInId};
use crate::domain::sign_in::{Purpose, SignIn, SignInOver};
use crate::domain::user::EmailAddress;
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sign_in::{ACCOUNT_PAGE, CodeOutcome};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The parameter that asks somebody who is signed in to do it once more, for a page of this server.
pub(in crate::http) const FRESH: &str = "fresh";

/// `GET /login`.
pub(in crate::http) async fn show(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let target = Target::read(&mut visit, &parameters).await?;
    if let (Target::Page(_), Some(person), Some(_)) = (&target, &visit.person, parameters.value(FRESH)) {
        let email = person.user.email.as_ref().map(ToString::to_string).unwrap_or_default();
        return Ok(sign_in_again_page(&visit, &target, email).into_response());
    }
    if target.is_reached(&visit).await? {
        return go_on(&visit, &target.purpose()).await;
    }
    let email = target.login_hint().unwrap_or_default();
    Ok(sign_in_page(&visit, &target, email, None).into_response())
}

/// `POST /login`: an address was entered.
pub(in crate::http) async fn enter_address(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let target = Target::read(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &target.address(), target.app())?;
    let typed = fields.value("email").unwrap_or_default().trim().to_owned();
    let again = |typed, problem| sign_in_page(&visit, &target, typed, Some(problem)).into_response();
    let Ok(email) = typed.parse::<EmailAddress>() else { return Ok(again(typed, SignInProblem::NotAnAddress)) };
    let parties = (&visit.browser, &visit.requester);
    match visit.edge.sign_ins().begin_browser_sign_in(target.purpose(), email, target.name(), parties).await {
        Ok(sign_in) => Ok(see(&page_of(&sign_in))),
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let wait = retry_after.unwrap_or_default();
            Ok(waiting(again(typed, SignInProblem::TooMany { wait }), retry_after))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

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

/// `POST /login/code`: a code was typed.
pub(in crate::http) async fn enter_code(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let sign_in = mine(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &page_of(&sign_in), None)?;
    let typed = fields.value("code").unwrap_or_default();
    let problem = match visit.edge.sign_ins().enter_code(&sign_in, typed, &visit.requester.device).await? {
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
    let application = application_of(&visit, &sign_in).await.map(|open| open.application.settings.name.clone());
    match visit.edge.sign_ins().resend_sign_in(&sign_in, application.as_deref(), &visit.requester).await {
        Ok(()) => Ok(see(&format!("{}&sent=again", page_of(&sign_in)))),
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let notice = CheckMailNotice::WaitBeforeResend { wait: retry_after.unwrap_or(Duration::from_secs(60)) };
            Ok(check_mail_page(&visit, &sign_in, None, Some(notice)).await)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /login/switch`: sign in as somebody else for the same request.
pub(in crate::http) async fn switch(mut visit: Visit, Query(parameters): Query) -> PageResult {
    let target = Target::read(&mut visit, &parameters).await?;
    Ok(sign_in_page(&visit, &target, String::new(), None))
}

/// Where one waits for the mail.
fn page_of(sign_in: &SignIn) -> String {
    format!("/login/code?id={}", sign_in.id)
}

/// What somebody signs in for.
enum Target {
    Application(Box<OpenAuthorization>),
    Page(String),
}

impl Target {
    async fn read(visit: &mut Visit, parameters: &Parameters) -> Result<Self, Refusal> {
        if parameters.value("flow").is_none() {
            return Ok(Self::Page(own_page(parameters.value("return_to"))));
        }
        let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
        let flow: AuthorizationId = id(parameters, "flow").ok_or_else(foreign)?;
        let open = visit.edge.authorizations().open_authorization(flow, visit.known_browser()).await?;
        visit.speak(open.authorization.ui_locales.as_deref());
        Ok(Self::Application(Box::new(open)))
    }

    /// Whether the viewer is signed in as it wants it.
    async fn is_reached(&self, visit: &Visit) -> Result<bool, Refusal> {
        match self {
            Self::Page(_) => Ok(visit.person.is_some()),
            Self::Application(open) => {
                let next = visit.edge.authorizations().peek_authorization(open, visit.person.as_ref()).await?;
                Ok(next != Step::SignIn)
            }
        }
    }

    /// Where one signs in for it.
    fn address(&self) -> String {
        match self {
            Self::Application(open) => format!("/login?flow={}", open.authorization.id),
            Self::Page(path) => format!("/login?return_to={path}"),
        }
    }

    fn purpose(&self) -> Purpose {
        match self {
            Self::Application(open) => Purpose::Authorization(open.authorization.id),
            Self::Page(path) => Purpose::Page(path.clone()),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Application(open) => Some(&open.application.settings.name),
            Self::Page(_) => None,
        }
    }

    fn app(&self) -> Option<App> {
        match self {
            Self::Application(open) => Some(shown(&open.application)),
            Self::Page(_) => None,
        }
    }

    fn login_hint(&self) -> Option<String> {
        match self {
            Self::Application(open) => open.authorization.login_hint.clone(),
            Self::Page(_) => None,
        }
    }
}

/// A path of this server's own pages, whatever was asked for: never another site.
fn own_page(wanted: Option<&str>) -> String {
    let own = |path: &&str| {
        ["/account", "/portal", "/admin"]
            .iter()
            .any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let plain =
        |path: &&str| path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)) && !path.contains("//");
    // A browser would take these out and go wherever is left.
    let straight = |path: &&str| !path.split('/').any(|part| part == "." || part == "..");
    wanted.filter(own).filter(plain).filter(straight).unwrap_or(ACCOUNT_PAGE).to_owned()
}

async fn mine(visit: &mut Visit, parameters: &Parameters) -> Result<SignIn, Refusal> {
    let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
    let id: SignInId = id(parameters, "id").ok_or_else(foreign)?;
    let sign_in = visit.edge.sign_ins().open_sign_in(id, visit.known_browser()).await?;
    visit.speak(Some(&sign_in.locale));
    Ok(sign_in)
}

fn sign_in_again_page(visit: &Visit, target: &Target, email: String) -> Page {
    let (t, form) = (visit.messages(), sign_in_form(visit, target));
    visit.page(&SignInView { t, app: None, email, problem: None, sign_up: SignUp::Again, form })
}

fn sign_in_form(visit: &Visit, target: &Target) -> Form {
    let form = visit.form("/login");
    match target {
        Target::Application(open) => form.carrying("flow", open.authorization.id.to_string()),
        Target::Page(path) => form.carrying("return_to", path.clone()),
    }
}

fn sign_in_page(visit: &Visit, target: &Target, email: String, problem: Option<SignInProblem>) -> Page {
    let form = sign_in_form(visit, target);
    let status = match &problem {
        None => StatusCode::OK,
        Some(SignInProblem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let sign_up = match visit.edge.config().login.signup {
        config::SignUp::Open => SignUp::Open,
        config::SignUp::Closed => SignUp::Closed,
    };
    let view = SignInView { t: visit.messages(), app: target.app(), email, problem, sign_up, form };
    visit.page(&view).with_status(status)
}

async fn check_mail_page(
    visit: &Visit,
    sign_in: &SignIn,
    problem: Option<CodeProblem>,
    notice: Option<CheckMailNotice>,
) -> Response {
    let open = application_of(visit, sign_in).await;
    let target = open.as_ref().and_then(|open| FormTarget::of(&open.authorization.redirect_uri));
    let edge = &visit.edge;
    let change = match &sign_in.purpose {
        Purpose::Authorization(id) => format!("/login?flow={id}"),
        Purpose::Page(path) => address("/login", &[("return_to", path)]),
    };
    let delivery = match edge.config().login.signup {
        config::SignUp::Open => Delivery::Sent,
        config::SignUp::Closed => Delivery::SentIfKnown,
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let view = CheckMail {
        t: visit.messages(),
        app: open.map(|open| shown(&open.application)),
        // Neither as it was typed nor as the account has it: the difference would tell that there is one.
        address: sign_in.email.key(),
        reference: sign_in.reference.clone(),
        delivery,
        link_ttl: edge.config().login.link_ttl,
        problem,
        notice,
        form: visit.form("/login/code").carrying("id", sign_in.id.to_string()),
        resend: visit.form("/login/resend").carrying("id", sign_in.id.to_string()),
        change,
        dev_mail: edge.mail().caught_mails().map(|_| "/dev/mail".to_owned()),
    };
    page(&view).with_status(status).leading_to(target).into_response()
}

async fn application_of(visit: &Visit, sign_in: &SignIn) -> Option<OpenAuthorization> {
    match &sign_in.purpose {
        Purpose::Page(_) => None,
        Purpose::Authorization(id) => visit.edge.authorizations().open_authorization(*id, visit.known_browser()).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_never_leads_to_another_site() {
        for good in ["/account", "/portal/applications/new", "/admin"] {
            assert_eq!(own_page(Some(good)), good);
        }
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/accountx",
            "/account//evil",
            "/account/../l/x?",
            "/portal/../../x",
            "/portal/..",
            "/admin/./x",
            "/account\\@evil",
            "/l/gpl_x",
            "",
        ] {
            assert_eq!(own_page(Some(bad)), ACCOUNT_PAGE, "{bad}");
        }
        assert_eq!(own_page(None), ACCOUNT_PAGE);
    }
}
