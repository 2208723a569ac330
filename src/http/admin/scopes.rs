//! `/admin/scopes`: the catalogue of scopes and resources.

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::ScopesPage;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;

/// `GET /admin/scopes`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    Ok(operator.page(&ScopesPage {
        t: OperatorMessages::of(operator.language),
        bar: Bar::of(&operator, Here::Scopes),
        catalogue: operator.edge.application_cache().named_catalogue().await?,
    }))
}
