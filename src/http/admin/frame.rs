//! The frame of operator pages, and access to them.

use axum::response::Response;

use crate::flows::access::Caller;
use crate::flows::sessions::{SignIn, SignedInPerson};
use crate::http::pages::problem::{refused_page, stale_form_page};
use crate::http::pages::view::Form;
use crate::http::pages::visit::{Visit, sign_in_anew, sign_in_first};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The bar at the top.
#[derive(Clone, Debug)]
pub(in crate::http) struct Bar {
    here: Here,
    /// Who is signed in.
    pub(in crate::http) address: String,
    /// Ends the session.
    pub(in crate::http) sign_out: Form,
}

/// The page, or the page that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Here {
    Overview,
    Approvals,
    Applications,
    Users,
    Audit,
    Keys,
    Mail,
    Webhooks,
    Scopes,
    Settings,
}

impl Here {
    const ALL: [Self; 10] = [
        Self::Overview,
        Self::Approvals,
        Self::Applications,
        Self::Users,
        Self::Audit,
        Self::Keys,
        Self::Mail,
        Self::Webhooks,
        Self::Scopes,
        Self::Settings,
    ];

    /// Its address.
    pub(in crate::http) const fn href(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Approvals => "/admin/approvals",
            Self::Applications => "/admin/applications",
            Self::Users => "/admin/users",
            Self::Audit => "/admin/audit",
            Self::Keys => "/admin/keys",
            Self::Mail => "/admin/mail",
            Self::Webhooks => "/admin/webhooks",
            Self::Scopes => "/admin/scopes",
            Self::Settings => "/admin/settings",
        }
    }

    /// The person's name.
    pub(in crate::http) const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Approvals => "Approvals",
            Self::Applications => "Applications",
            Self::Users => "Accounts",
            Self::Audit => "Audit log",
            Self::Keys => "Keys",
            Self::Mail => "Mail",
            Self::Webhooks => "Webhooks",
            Self::Scopes => "Scopes",
            Self::Settings => "Settings",
        }
    }
}

impl Bar {
    /// The bar for this person.
    pub(in crate::http) fn of(visit: &Visit, person: &SignedInPerson, here: Here) -> Self {
        Self {
            here,
            address: person.user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            sign_out: visit.form("/account/sign-out"),
        }
    }

    /// Every page that it leads to.
    #[expect(clippy::unused_self, reason = "a template has nothing but values to ask")]
    pub(in crate::http) const fn places(&self) -> [Here; 10] {
        Here::ALL
    }

    /// Whether the page is this one.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands references over")]
    pub(in crate::http) fn is_at(&self, place: &Here) -> bool {
        self.here == *place
    }
}

/// The operator of a request. A visitor without a session is sent to sign in and comes back to `page`; for other
/// accounts the page is 404.
pub(in crate::http) fn operator<'a>(visit: &'a Visit, page: &str) -> Result<&'a SignedInPerson, Box<Response>> {
    match &visit.person {
        None => Err(Box::new(sign_in_first(page))),
        Some(person) if person.user.admin => Ok(person),
        Some(_) => Err(Box::new(refused_page(visit, &nowhere()))),
    }
}

/// The operator who sent a form with its valid token.
pub(super) fn sender<'a>(
    visit: &'a Visit,
    fields: &Parameters,
    page: &str,
) -> Result<&'a SignedInPerson, Box<Response>> {
    sender_of(visit, fields.value("csrf"), page)
}

fn sender_of<'a>(visit: &'a Visit, csrf: Option<&str>, page: &str) -> Result<&'a SignedInPerson, Box<Response>> {
    let person = operator(visit, page)?;
    if visit.sent_form(csrf) {
        return Ok(person);
    }
    Err(Box::new(stale_form_page(visit, page, None)))
}

/// The same for a change that needs a fresh sign-in: with an older one the operator is sent to sign in again.
pub(super) fn fresh_sender<'a>(
    visit: &'a Visit,
    fields: &Parameters,
    page: &str,
) -> Result<&'a SignedInPerson, Box<Response>> {
    fresh_sender_of(visit, fields.value("csrf"), page)
}

/// The same by the form's token alone.
pub(in crate::http) fn fresh_sender_of<'a>(
    visit: &'a Visit,
    csrf: Option<&str>,
    page: &str,
) -> Result<&'a SignedInPerson, Box<Response>> {
    let person = sender_of(visit, csrf, page)?;
    if person.sign_in == SignIn::Fresh {
        return Ok(person);
    }
    Err(Box::new(sign_in_anew(page)))
}

/// An operator as the caller of a flow.
pub(super) fn caller(person: &SignedInPerson) -> Caller {
    Caller::person(person.clone())
}

/// The refusal for an unknown address.
pub(super) fn nowhere() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "there is nothing at this address")
}
