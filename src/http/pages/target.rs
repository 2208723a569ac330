//! What somebody signs in for: an application's request, or one of this server's own pages.

use std::time::Duration;

use axum::response::Response;

use super::fields::id;
use super::flow::{go_on, shown_in};
use super::page_error::PageResult;
use super::upstream::CONNECT;
use super::view::{App, Form};
use super::visit::{Visit, address};
use crate::domain::assurance::Assurance;
use crate::domain::authorization::Step;
use crate::domain::ids::{AuthorizationId, PendingIdentityId};
use crate::domain::sign_in::Purpose;
use crate::flows::authorize::OpenAuthorization;
use crate::flows::sign_in::ACCOUNT_PAGE;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// The purpose of a sign-in, as the pages on the way to it carry it.
pub(super) enum Target {
    /// To answer an application's request.
    Application(Box<OpenAuthorization>),
    /// To reach a page of this server.
    Page(String),
}

/// What counts as a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// Everything that is offered.
    Any,
    /// What this server sees itself: somebody is signed in, and has to do so by more than another provider says.
    Own,
    /// A passkey alone.
    Passkey,
}

impl Target {
    /// Reads it from the parameters of a page, or from the fields of its form.
    pub(super) async fn read(visit: &mut Visit, parameters: &Parameters) -> Result<Self, Refusal> {
        if parameters.value("flow").is_none() {
            return Ok(Self::Page(own_page(parameters.value("return_to"))));
        }
        let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
        Self::open(visit, id(parameters, "flow").ok_or_else(foreign)?).await
    }

    /// The same, for what a stored sign-in was for.
    pub(super) async fn of(visit: &mut Visit, purpose: &Purpose) -> Result<Self, Refusal> {
        match purpose {
            Purpose::Authorization(id) => Self::open(visit, *id).await,
            Purpose::Page(path) => Ok(Self::Page(own_page(Some(path)))),
        }
    }

    /// A request of an application, if it was made in this browser. The page speaks as it asked.
    async fn open(visit: &mut Visit, id: AuthorizationId) -> Result<Self, Refusal> {
        let open = visit.edge.authorizations().open_authorization(id, visit.known_browser()).await?;
        visit.speak_as_asked(open.authorization.ui_locales.as_deref());
        Ok(Self::Application(Box::new(open)))
    }

    /// Whether the viewer is signed in as it wants it.
    pub(super) async fn is_reached(&self, visit: &Visit) -> Result<bool, Refusal> {
        match self {
            Self::Page(_) => Ok(visit.person.is_some()),
            Self::Application(open) => {
                let next = visit.edge.authorizations().peek_authorization(open, visit.person.as_ref()).await?;
                Ok(next != Step::SignIn)
            }
        }
    }

    /// To say which account here is that of an identity that waits.
    pub(super) fn connecting(id: PendingIdentityId) -> Self {
        Self::Page(format!("{CONNECT}/{id}"))
    }

    /// Whether it is that.
    pub(super) fn connects(&self) -> bool {
        matches!(self, Self::Page(path) if path.starts_with(CONNECT))
    }

    /// How long ago the person may have signed in elsewhere.
    pub(super) fn oldest_sign_in(&self) -> Option<Duration> {
        match self {
            Self::Application(open) => open.authorization.oldest_sign_in(),
            Self::Page(_) => None,
        }
    }

    /// By what the person has to sign in.
    pub(super) async fn accepts(&self, visit: &Visit) -> Result<Accepted, Refusal> {
        let (Self::Application(open), Some(person)) = (self, &visit.person) else { return Ok(Accepted::Any) };
        if visit.edge.authorizations().assurance(open, person).await? != Assurance::SignIn {
            return Ok(Accepted::Any);
        }
        // Who has no passkey signs in by mail, and adds one then.
        let has_one = person.session.amr.is_own() || {
            let passkeys = visit.edge.passkeys().passkeys_of(person.user.id).await?;
            !passkeys.is_empty()
        };
        Ok(if has_one { Accepted::Passkey } else { Accepted::Own })
    }

    /// Whether it is for nobody without a passkey, and the viewer has none.
    pub(super) async fn lacks_passkey(&self, visit: &Visit) -> Result<bool, Refusal> {
        let Some(person) = &visit.person else { return Ok(false) };
        match self {
            Self::Application(open) => {
                Ok(visit.edge.authorizations().assurance(open, person).await? == Assurance::AddPasskey)
            }
            Self::Page(path) if is_operators(path) && person.lacks_power() => {
                Ok(visit.edge.passkeys().passkeys_of(person.user.id).await?.is_empty())
            }
            Self::Page(_) => Ok(false),
        }
    }

    /// Goes there.
    pub(super) async fn go_on(&self, visit: &Visit) -> PageResult<Response> {
        go_on(visit, &self.purpose()).await
    }

    /// The address of its sign-in page.
    pub(super) fn address(&self) -> String {
        address_for("/login", &self.purpose())
    }

    /// What is to be done after the sign-in.
    pub(super) fn purpose(&self) -> Purpose {
        match self {
            Self::Application(open) => Purpose::Authorization(open.authorization.id),
            Self::Page(path) => Purpose::Page(path.clone()),
        }
    }

    /// The application's name.
    pub(super) fn name_in_mails(&self) -> Option<&str> {
        match self {
            Self::Application(open) => open.application.name_in_mails(),
            Self::Page(_) => None,
        }
    }

    /// The application, as pages show it.
    pub(super) fn app(&self) -> Option<App> {
        match self {
            Self::Application(open) => Some(shown_in(open)),
            Self::Page(_) => None,
        }
    }

    /// The address that the application expects.
    pub(super) fn login_hint(&self) -> Option<String> {
        match self {
            Self::Application(open) => open.authorization.login_hint.clone(),
            Self::Page(_) => None,
        }
    }

    /// A form that carries it on.
    pub(super) fn form(&self, visit: &Visit, action: &str) -> Form {
        let form = visit.form(action);
        match self {
            Self::Application(open) => form.carrying("flow", open.authorization.id.to_string()),
            Self::Page(path) => form.carrying("return_to", path.clone()),
        }
    }
}

/// Whether a page is for operators alone.
fn is_operators(path: &str) -> bool {
    path == "/admin" || path.starts_with("/admin/")
}

/// The address of a page on the way to this.
pub(super) fn address_for(page: &str, purpose: &Purpose) -> String {
    match purpose {
        Purpose::Authorization(id) => address(page, &[("flow", &id.to_string())]),
        Purpose::Page(path) => address(page, &[("return_to", path)]),
    }
}

/// A path of this server's own pages, whatever was requested: never another site.
fn own_page(wanted: Option<&str>) -> String {
    let own = |path: &&str| {
        ["/account", "/portal", "/admin", "/device", CONNECT]
            .iter()
            .any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let plain =
        |path: &&str| path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)) && !path.contains("//");
    // A browser would remove these and go to the remaining path.
    let straight = |path: &&str| !path.split('/').any(|part| part == "." || part == "..");
    wanted.filter(own).filter(plain).filter(straight).unwrap_or(ACCOUNT_PAGE).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_never_leads_to_another_site() {
        for good in [
            "/login/connect/019e7a4c-5b1f-7d2e-8a3b-6c9d0e1f2a3b",
            "/account",
            "/portal/applications/new",
            "/admin",
            "/device/019e7a4c-5b1f-7d2e-8a3b-6c9d0e1f2a3b",
        ] {
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
