//! `/admin/scopes`: the catalogue of scopes and resources.

use super::frame::{Bar, Here};
use super::view::ScopesPage;
use crate::domain::language::Language;
use crate::http::pages::messages::Messages;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;

/// `GET /admin/scopes`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    Ok(operator.page(&ScopesPage {
        t: Messages::of(Language::English),
        bar: Bar::of(&operator, Here::Scopes),
        catalogue: operator.edge.application_cache().named_catalogue().await?,
    }))
}
