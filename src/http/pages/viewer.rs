//! Who looks at a page: a person who is signed in, an operator, one of them who signed in a moment ago.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::page_error::PageError;
use super::place::page_of_form;
use super::visit::Visit;
use crate::domain::audit::Actor;
use crate::flows::access::Caller;
use crate::flows::sessions::{SignIn, SignedInPerson};
use crate::http::Edge;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// A person who is signed in, at a page or behind one of its forms. A browser without a session is sent to sign in, and
/// comes back to the page.
pub(in crate::http) struct Viewer {
    visit: Visit,
    /// Who it is.
    pub(in crate::http) person: SignedInPerson,
}

impl Deref for Viewer {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl AsRef<Visit> for Viewer {
    fn as_ref(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequestParts<Edge> for Viewer {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, edge).await.map_err(|refused| refused.refusal)?;
        match visit.person.clone() {
            Some(person) => Ok(Self { visit, person }),
            None => Err(PageError::SignIn(page_of_form(&visit.path))),
        }
    }
}

impl Viewer {
    /// The visit, where it is not needed any more who made it.
    pub(in crate::http) fn into_visit(self) -> Visit {
        self.visit
    }

    /// As the one who asks a flow for something.
    pub(in crate::http) fn caller(&self) -> Caller {
        Caller::person(self.person.clone())
    }

    /// As the audit log knows them.
    pub(in crate::http) fn actor(&self) -> Actor {
        self.caller().actor()
    }

    /// Sends one who signed in too long ago to do it once more.
    fn check_fresh(&self) -> Result<(), PageError> {
        match self.person.sign_in {
            SignIn::Fresh => Ok(()),
            SignIn::Aged => Err(PageError::SignInAnew(page_of_form(&self.path))),
        }
    }

    /// Their address, as pages show it.
    pub(in crate::http) fn address(&self) -> String {
        self.person.user.email.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// A viewer who signed in a moment ago, as what cannot be undone wants it.
pub(in crate::http) struct FreshViewer(Viewer);

impl Deref for FreshViewer {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.0
    }
}

impl AsRef<Visit> for FreshViewer {
    fn as_ref(&self) -> &Visit {
        self.0.as_ref()
    }
}

impl From<FreshViewer> for Viewer {
    fn from(FreshViewer(viewer): FreshViewer) -> Self {
        viewer
    }
}

impl FromRequestParts<Edge> for FreshViewer {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let viewer = Viewer::from_request_parts(parts, edge).await?;
        viewer.check_fresh()?;
        Ok(Self(viewer))
    }
}

/// A viewer who is an operator; for others there is no such page.
pub(in crate::http) struct Operator(Viewer);

impl Deref for Operator {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.0
    }
}

impl AsRef<Visit> for Operator {
    fn as_ref(&self) -> &Visit {
        self.0.as_ref()
    }
}

impl FromRequestParts<Edge> for Operator {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let viewer = Viewer::from_request_parts(parts, edge).await?;
        if viewer.person.lacks_power() {
            let page = page_of_form(&viewer.path);
            // Who has none adds one, and to that end signs in by mail.
            if !viewer.person.session.amr.is_own() {
                return Err(PageError::SignInAnew(page));
            }
            let has_passkey = !edge.passkeys().passkeys_of(viewer.person.user.id).await?.is_empty();
            return Err(PageError::WithPasskey { page, has_passkey });
        }
        if viewer.person.user.admin { Ok(Self(viewer)) } else { Err(nothing_here().into()) }
    }
}

/// An operator who signed in a moment ago, as a change that matters wants it. One who did not does so, and then
/// sends the form again.
pub(in crate::http) struct FreshOperator(Operator);

impl Deref for FreshOperator {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.0
    }
}

impl AsRef<Visit> for FreshOperator {
    fn as_ref(&self) -> &Visit {
        self.0.as_ref()
    }
}

impl From<FreshOperator> for Operator {
    fn from(FreshOperator(operator): FreshOperator) -> Self {
        operator
    }
}

impl FromRequestParts<Edge> for FreshOperator {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let operator = Operator::from_request_parts(parts, edge).await?;
        operator.check_fresh()?;
        Ok(Self(operator))
    }
}

/// What is said of an address that is not there.
pub(in crate::http) fn nothing_here() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "there is nothing at this address")
}
