//! `/login`: who are you?

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::code::page_of;
use super::fields::{Fields, Query, id};
use super::flow::{go_on, shown_in};
use super::page::Page;
use super::page_error::PageResult;
use super::problem::waiting;
use super::view::{App, Form};
use super::view::{SignIn as SignInView, SignInProblem, SignUp};
use super::visit::{Visit, see};
use crate::config;
use crate::domain::authorization::Step;
use crate::domain::ids::AuthorizationId;
use crate::domain::sign_in::Purpose;
use crate::domain::user::{EmailAddress, check_name};
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sign_in::ACCOUNT_PAGE;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The parameter that requests a new sign-in in spite of a session, for a page of this server.
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
    let entered = fields.value("email").unwrap_or_default().trim_ascii().to_owned();
    let again = |entered, problem| sign_in_page(&visit, &target, entered, Some(problem)).into_response();
    let Ok(email) = entered.parse::<EmailAddress>() else { return Ok(again(entered, SignInProblem::NotAnAddress)) };
    // The name is optional: one that cannot be shown counts as none.
    let name = fields.value("name").map(str::trim).filter(|name| check_name(name).is_ok()).map(str::to_owned);
    let (person, parties) = ((email, name), (&visit.browser, &visit.requester));
    match visit.edge.sign_ins().begin_browser_sign_in(target.purpose(), person, target.name(), parties).await {
        Ok(sign_in) => Ok(see(&page_of(&sign_in))),
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
            Self::Application(open) => Some(shown_in(open)),
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
        ["/account", "/portal", "/admin", "/device"]
            .iter()
            .any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let plain =
        |path: &&str| path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)) && !path.contains("//");
    // A browser would remove these and go to the remaining path.
    let straight = |path: &&str| !path.split('/').any(|part| part == "." || part == "..");
    wanted.filter(own).filter(plain).filter(straight).unwrap_or(ACCOUNT_PAGE).to_owned()
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
    let sign_up = match visit.edge.config().login.signup() {
        config::SignUp::Open => SignUp::Open,
        config::SignUp::Invited | config::SignUp::Domains | config::SignUp::Closed => SignUp::Closed,
    };
    let view = SignInView { t: visit.messages(), app: target.app(), email, problem, sign_up, form };
    visit.page(&view).with_status(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_never_leads_to_another_site() {
        for good in ["/account", "/portal/applications/new", "/admin", "/device/019e7a4c-5b1f-7d2e-8a3b-6c9d0e1f2a3b"] {
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
