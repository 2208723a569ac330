//! What a browser gets in place of the page that a handler would have shown: the error of every page's handler.

use axum::response::{IntoResponse, Response};

use super::page::Page;
use super::visit::{address, see, sign_in_anew, sign_in_first, sign_in_with_passkey};
use crate::http::reply::Refused;
use crate::protocol::refusal::Refusal;

/// What a page's handler makes: a page, or another answer that is not an error.
pub(in crate::http) type PageResult<T = Page> = Result<T, PageError>;

/// Why there is no such page. Handlers pass it on with `?`.
#[derive(Debug)]
pub(in crate::http) enum PageError {
    /// It was refused, which a page says that [`super::place::tell_on_pages`] makes.
    Refused(Refusal),
    /// The person has to sign in first, and comes back to this page.
    SignIn(String),
    /// The person signed in too long ago for this.
    SignInAnew(String),
    /// Somebody is signed in, and has to have a passkey for this page: they sign in with one of theirs, or add one.
    WithPasskey {
        /// The page.
        page: String,
        /// Whether they have one.
        has_passkey: bool,
    },
    /// Another page says why.
    Explained(Box<Response>),
}

impl<E: Into<Refusal>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl PageError {
    /// Another page says why.
    pub(in crate::http) fn explained(page: impl IntoResponse) -> Self {
        Self::Explained(Box::new(page.into_response()))
    }
}

/// Marks a refusal that a person has to read: at an address that programs visit as well, such as the authorization
/// endpoint, nothing else tells the two apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct ForPeople;

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => {
                let mut response = Refused::from(refusal).into_response();
                response.extensions_mut().insert(ForPeople);
                response
            }
            Self::SignIn(page) => sign_in_first(&page),
            Self::SignInAnew(page) => sign_in_anew(&page),
            Self::WithPasskey { page, has_passkey: true } => sign_in_with_passkey(&page),
            Self::WithPasskey { page, has_passkey: false } => {
                see(&address("/login/add-passkey", &[("return_to", &page)]))
            }
            Self::Explained(response) => *response,
        }
    }
}
