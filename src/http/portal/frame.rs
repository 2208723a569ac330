//! The frame of portal pages, and access to them.

use axum::response::Response;

use super::posted_form::PostedForm;
use crate::flows::access::Caller;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::problem::stale_form_page;
use crate::http::pages::view::Form;
use crate::http::pages::visit::{Visit, sign_in_first};

/// The bar at the top.
#[derive(Clone, Debug)]
pub(in crate::http) struct Frame {
    /// Which of its links leads to the page itself.
    pub(in crate::http) here: Here,
    /// Who is signed in.
    pub(in crate::http) address: String,
    /// Whether they are an operator of this server.
    pub(in crate::http) operator: bool,
    /// Ends the session.
    pub(in crate::http) sign_out: Form,
}

/// The part of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Here {
    /// One's own applications.
    Applications,
}

impl Frame {
    /// The bar for this person.
    pub(in crate::http) fn of(visit: &Visit, person: &SignedInPerson, here: Here) -> Self {
        Self {
            here,
            address: person.user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            operator: person.user.admin,
            sign_out: visit.form("/account/sign-out"),
        }
    }

    /// Whether the page is one's own applications.
    pub(in crate::http) fn is_applications(&self) -> bool {
        self.here == Here::Applications
    }
}

/// The person of a request; a visitor without a session is sent to sign in, and comes back to `page`.
pub(in crate::http) fn viewer<'a>(visit: &'a Visit, page: &str) -> Result<&'a SignedInPerson, Box<Response>> {
    visit.person.as_ref().ok_or_else(|| Box::new(sign_in_first(page)))
}

/// The person who sent a form with its valid token.
pub(in crate::http) fn sender<'a>(
    visit: &'a Visit,
    typed: &PostedForm,
    page: &str,
) -> Result<&'a SignedInPerson, Box<Response>> {
    let person = viewer(visit, page)?;
    if visit.sent_form(Some(typed.text("csrf"))) {
        return Ok(person);
    }
    Err(Box::new(stale_form_page(visit, page, None)))
}

/// A person as the caller of a flow.
pub(in crate::http) fn caller(person: &SignedInPerson) -> Caller {
    Caller::person(person.clone())
}
