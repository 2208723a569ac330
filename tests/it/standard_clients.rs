//! What unmodified applications and libraries send to the authorization endpoint and to sign-out, and what it comes to.

mod answers;
mod consent;
mod names;
mod redirect_uris;
mod scopes;
mod sign_out;

use crate::harness::browser::Page;

const JOHN: &str = "john@example.com";

/// One person signs in from many browsers here, at one moment and from one address.
const UNLIMITED: &str = "rate_limits.enabled = false";

fn is_page(page: &Page, status: u16) -> bool {
    page.redirect().is_none() && page.answer.status == status && page.text().contains("<html")
}
