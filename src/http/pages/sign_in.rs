//! `/login` and `/login/code`: the sign-in pages.

use std::time::Duration;

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, id, query};
use super::flow::{continue_flow, go_on_signed_in, shown};
use super::page::{FormTarget, page};
use super::problem::{problem_page, refused_page, stale_form_page, waiting};
use super::view::Problem;
use super::view::{App, Form};
use super::view::{CheckMail, CheckMailNotice, CodeProblem, Delivery};
use super::view::{SignIn as SignInView, SignInProblem, SignUp};
use super::visit::{Visit, address, see};
use crate::config;
use crate::domain::ids::{AuthorizationId, SignInId};
use crate::domain::sign_in::{Purpose, SignIn, SignInOver};
use crate::domain::user::EmailAddress;
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sign_in::{ACCOUNT_PAGE, CodeOutcome};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The parameter that requests a new sign-in in spite of a session, for a page of this server.
pub(in crate::http) const FRESH: &str = "fresh";

/// `GET /login`.
pub(in crate::http) async fn show(uri: Uri, mut visit: Visit) -> Response {
    let parameters = match query(&uri) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    let target = match Target::read(&mut visit, &parameters).await {
        Ok(target) => target,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    if let (Target::Page(_), Some(person), Some(_)) = (&target, &visit.person, parameters.value(FRESH)) {
        let email = person.user.email.as_ref().map(ToString::to_string).unwrap_or_default();
        return visit.remembered(sign_in_again_page(&visit, &target, email));
    }
    if let Some(elsewhere) = target.not_needed(&visit).await {
        return elsewhere;
    }
    let email = target.login_hint().unwrap_or_default();
    visit.remembered(sign_in_page(&visit, &target, email, None))
}

/// `POST /login`: an address was entered.
pub(in crate::http) async fn enter_address(mut visit: Visit, Fields(fields): Fields) -> Response {
    let target = match Target::read(&mut visit, &fields).await {
        Ok(target) => target,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    if !visit.sent_form(fields.value("csrf")) {
        return stale_form_page(&visit, &target.address(), target.app());
    }
    let typed = fields.value("email").unwrap_or_default().trim().to_owned();
    let Ok(email) = typed.parse::<EmailAddress>() else {
        return sign_in_page(&visit, &target, typed, Some(SignInProblem::NotAnAddress));
    };
    let parties = (&visit.browser, &visit.requester);
    let begun = visit.edge.sign_ins().begin_browser_sign_in(target.purpose(), email, target.name(), parties).await;
    match begun {
        Ok(sign_in) => see(&format!("/login/code?id={}", sign_in.id)),
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let wait = retry_after.unwrap_or_default();
            waiting(sign_in_page(&visit, &target, typed, Some(SignInProblem::TooMany { wait })), retry_after)
        }
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `GET /login/code`: check your mail.
pub(in crate::http) async fn wait(uri: Uri, mut visit: Visit) -> Response {
    let notice = match query(&uri).map(|parameters| parameters.value("sent").is_some()) {
        Ok(sent) => sent.then_some(CheckMailNotice::SentAgain),
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    let sign_in = match mine(&mut visit, &query(&uri).unwrap_or_default()).await {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    // The link was opened in another tab of the same browser: go on here too.
    if sign_in.redeemed_at.is_some() && visit.person.is_some() {
        return match &sign_in.purpose {
            Purpose::Authorization(id) => continue_flow(&visit, *id).await,
            Purpose::Page(path) => see(path),
        };
    }
    check_mail_page(&visit, &sign_in, None, notice).await
}

/// `POST /login/code`: a code was entered.
pub(in crate::http) async fn enter_code(mut visit: Visit, Fields(fields): Fields) -> Response {
    let sign_in = match mine(&mut visit, &fields).await {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    if !visit.sent_form(fields.value("csrf")) {
        return stale_form_page(&visit, &format!("/login/code?id={}", sign_in.id), None);
    }
    let typed = fields.value("code").unwrap_or_default();
    let problem = match visit.edge.sign_ins().enter_code(&sign_in, typed, &visit.requester.device).await {
        Ok(CodeOutcome::SignedIn(signed_in)) => return go_on_signed_in(visit, signed_in).await,
        Ok(CodeOutcome::Malformed) => CodeProblem::Malformed,
        Ok(CodeOutcome::Wrong { left }) => CodeProblem::Wrong { tries_left: u32::try_from(left).unwrap_or(0) },
        Ok(CodeOutcome::Over(SignInOver::TooManyTries)) => CodeProblem::TooManyTries,
        Ok(CodeOutcome::Over(SignInOver::Expired)) => CodeProblem::Expired,
        Ok(CodeOutcome::Over(SignInOver::Ended)) => return problem_page(&visit, Problem::SignInExpired, None),
        Ok(CodeOutcome::Over(SignInOver::Redeemed)) => return problem_page(&visit, Problem::LinkUsed, None),
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    check_mail_page(&visit, &sign_in, Some(problem), None).await
}

/// `POST /login/resend`: another mail for the same sign-in.
pub(in crate::http) async fn resend(mut visit: Visit, Fields(fields): Fields) -> Response {
    let sign_in = match mine(&mut visit, &fields).await {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    if !visit.sent_form(fields.value("csrf")) {
        return stale_form_page(&visit, &format!("/login/code?id={}", sign_in.id), None);
    }
    let application = application_of(&visit, &sign_in).await.map(|open| open.application.settings.name.clone());
    match visit.edge.sign_ins().resend_sign_in(&sign_in, application.as_deref(), &visit.requester).await {
        Ok(()) => see(&format!("/login/code?id={}&sent=again", sign_in.id)),
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            let notice = CheckMailNotice::WaitBeforeResend { wait: retry_after.unwrap_or(Duration::from_secs(60)) };
            check_mail_page(&visit, &sign_in, None, Some(notice)).await
        }
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `GET /login/switch`: sign in as another person for the same request.
pub(in crate::http) async fn switch(uri: Uri, mut visit: Visit) -> Response {
    let target = match query(&uri) {
        Ok(parameters) => Target::read(&mut visit, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    match target {
        Ok(target) => visit.remembered(sign_in_page(&visit, &target, String::new(), None)),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// The purpose of a sign-in.
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

    /// A person whose session is sufficient goes on at once.
    async fn not_needed(&self, visit: &Visit) -> Option<Response> {
        match self {
            Self::Page(path) => visit.person.is_some().then(|| see(path)),
            Self::Application(open) => {
                let next = visit.edge.authorizations().peek_authorization(open, visit.person.as_ref()).await;
                match next {
                    Ok(crate::domain::authorization::Step::SignIn) => None,
                    Ok(_) => Some(continue_flow(visit, open.authorization.id).await),
                    Err(refusal) => Some(refused_page(visit, &refusal)),
                }
            }
        }
    }

    /// The address of its sign-in page.
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

/// A path of this server's own pages, whatever was requested: never another site.
fn own_page(wanted: Option<&str>) -> String {
    let own = |path: &&str| {
        ["/account", "/portal", "/admin"]
            .iter()
            .any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let plain =
        |path: &&str| path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)) && !path.contains("//");
    // A browser would remove these and go to the remaining path.
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

fn sign_in_again_page(visit: &Visit, target: &Target, email: String) -> Response {
    let (t, form) = (visit.messages(), sign_in_form(visit, target));
    let view = SignInView { t, app: None, email, problem: None, sign_up: SignUp::Again, form };
    page(&view).into_response()
}

fn sign_in_form(visit: &Visit, target: &Target) -> Form {
    let form = visit.form("/login");
    match target {
        Target::Application(open) => form.carrying("flow", open.authorization.id.to_string()),
        Target::Page(path) => form.carrying("return_to", path.clone()),
    }
}

fn sign_in_page(visit: &Visit, target: &Target, email: String, problem: Option<SignInProblem>) -> Response {
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
    page(&view).with_status(status).into_response()
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
        // Neither as it was typed nor as the account has it, because the difference would reveal that there is one.
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
        Purpose::Authorization(id) => {
            visit.edge.authorizations().open_authorization(*id, visit.known_browser()).await.ok()
        }
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
