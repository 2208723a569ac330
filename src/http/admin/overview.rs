//! `/admin`: numbers, and what needs attention.

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::OverviewPage;
use crate::domain::signing_key::KeyState;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;

/// `GET /admin`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    let (edge, caller) = (&operator.edge, operator.caller());
    let keys = edge.keys().key_lives(&caller).await?;
    Ok(operator.page(&OverviewPage {
        t: OperatorMessages::of(operator.language),
        bar: Bar::of(&operator, Here::Overview),
        now: operator.now(),
        counts: edge.oversight().counts(&caller).await?,
        upstreams: edge.upstreams().conditions(&caller).await?,
        signing: keys.into_iter().filter(|life| life.state == KeyState::Active).collect(),
    }))
}
