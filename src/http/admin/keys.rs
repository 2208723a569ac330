//! `/admin/keys`: the keys that sign tokens, along a line of time.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{KeyLine, KeysPage, TimeLine};
use crate::flows::keys::KeyLife;
use crate::flows::keys::Promotion;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::see;

/// `GET /admin/keys`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    keys_page(&operator, None).await
}

/// `POST /admin/keys/rotate`.
pub(in crate::http) async fn rotate(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let (promotion, done) = match form.posted.text("when") {
        "now" => (Promotion::Now, "rotated-now"),
        _ => (Promotion::WhenAnnounced, "rotated"),
    };
    form.sender.edge.keys().rotate_keys(promotion, &form.sender.actor()).await?;
    Ok(see(&Here::Keys.after(done)))
}

/// `POST /admin/keys/revoke`: the key's id has to be typed, so that no key is revoked by mistake.
pub(in crate::http) async fn revoke(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let kid = posted.text("kid");
    if kid.is_empty() || posted.text("typed").trim_ascii() != kid {
        let page = keys_page(&operator, Some(OperatorMessages::of(operator.language).keys.not_its_id)).await?;
        return Ok(page.with_status(StatusCode::BAD_REQUEST).into_response());
    }
    operator.edge.keys().revoke_key(kid, &operator.actor()).await?;
    Ok(see(&Here::Keys.after("revoked")))
}

fn notice(t: &OperatorMessages, done: &str) -> Option<&'static str> {
    match done {
        "rotated" => Some(t.keys.rotated),
        "rotated-now" => Some(t.keys.rotated_now),
        "revoked" => Some(t.keys.revoked),
        _ => None,
    }
}

async fn keys_page(operator: &Operator, problem: Option<&'static str>) -> PageResult {
    let t = OperatorMessages::of(operator.language);
    let lives = operator.edge.keys().key_lives(&operator.caller()).await?;
    let form = |what: &str| operator.form(format!("{}/{what}", Here::Keys.href()));
    let revoke = |life: &KeyLife| form("revoke").carrying("kid", life.key.kid.clone());
    let line = |life: KeyLife| KeyLine { revoke: life.state.is_published().then(|| revoke(&life)), life };
    Ok(operator.page(&KeysPage {
        t,
        bar: Bar::of(operator, Here::Keys),
        notice: operator.done.as_deref().and_then(|done| notice(t, done)),
        problem,
        line: TimeLine::of(t, &lives, operator.now()),
        keys: lives.into_iter().map(line).collect(),
        rotate: form("rotate"),
        rotate_now: form("rotate").carrying("when", "now"),
    }))
}
