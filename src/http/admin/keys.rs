//! `/admin/keys`: the keys that sign tokens, along a line of time.

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, fresh_sender, operator};
use super::view::{KeyLine, KeysPage, TimeLine};
use crate::domain::language::Language;
use crate::flows::keys::Promotion;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::{Fields, query};
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::{page_or_refusal, refused_page};
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

/// `GET /admin/keys`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Keys.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let notice = query(&uri).ok().and_then(|parameters| match parameters.value("done")? {
        "rotated" => Some("The announced keys take over as soon as every verifier can know them."),
        "rotated-now" => Some("The announced keys sign from now on, and others are announced."),
        "revoked" => Some("The key is revoked. Every token that it signed is refused from now on."),
        _ => None,
    });
    page_or_refusal(&visit, keys_page(&visit, person, notice, None).await)
}

/// `POST /admin/keys/rotate`.
pub(in crate::http) async fn rotate(visit: Visit, Fields(fields): Fields) -> Response {
    let person = match fresh_sender(&visit, &fields, Here::Keys.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let (promotion, done) = match fields.value("when") {
        Some("now") => (Promotion::Now, "rotated-now"),
        _ => (Promotion::WhenAnnounced, "rotated"),
    };
    match visit.edge.keys().rotate_keys(promotion, &caller(person).actor()).await {
        Ok(()) => see(&format!("{}?done={done}", Here::Keys.href())),
        Err(error) => refused_page(&visit, &error.into()),
    }
}

/// `POST /admin/keys/revoke`: the key's id has to be typed, so that no key is revoked by mistake.
pub(in crate::http) async fn revoke(visit: Visit, Fields(fields): Fields) -> Response {
    let person = match fresh_sender(&visit, &fields, Here::Keys.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let (kid, typed) = (fields.value("kid").unwrap_or_default(), fields.value("typed").unwrap_or_default());
    if kid.is_empty() || typed.trim() != kid {
        let problem = Some("That is not the key's id. Nothing was revoked.");
        return match keys_page(&visit, person, None, problem).await {
            Ok(response) => response,
            Err(refusal) => refused_page(&visit, &refusal),
        };
    }
    match visit.edge.keys().revoke_key(kid, &caller(person).actor()).await {
        Ok(()) => see(&format!("{}?done=revoked", Here::Keys.href())),
        Err(error) => refused_page(&visit, &error.into()),
    }
}

async fn keys_page(
    visit: &Visit,
    person: &SignedInPerson,
    notice: Option<&'static str>,
    problem: Option<&'static str>,
) -> Result<Response, Refusal> {
    let now = visit.now();
    let lives = visit.edge.keys().key_lives(&caller(person)).await?;
    let line = TimeLine::of(&lives, now);
    let form = |life: &crate::flows::keys::KeyLife| {
        let form = visit.form(format!("{}/revoke", Here::Keys.href()));
        life.state.is_published().then(|| form.carrying("kid", life.key.kid.clone()))
    };
    let view = KeysPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Keys),
        notice,
        problem,
        line,
        keys: lives.into_iter().map(|life| KeyLine { revoke: form(&life), life }).collect(),
        rotate: visit.form(format!("{}/rotate", Here::Keys.href())),
        rotate_now: visit.form(format!("{}/rotate", Here::Keys.href())).carrying("when", "now"),
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(page(&view).with_status(status).into_response())
}
