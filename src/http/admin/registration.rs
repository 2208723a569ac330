//! `/admin/registration`: whether applications register themselves or have themselves described, and the tokens that let
//! them.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{NewTokenForm, RegistrationPage, TokenLine, UnreadLine};
use crate::domain::duration;
use crate::domain::ids::RegistrationTokenId;
use crate::domain::one_time::InitialAccessToken;
use crate::domain::registration::{NewToken, RegistrationToken, TokenState};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::viewer::{FreshOperator, Operator, nothing_here};
use crate::http::pages::visit::see;
use crate::http::portal::idempotent_form::{Made, making_form, submit_once};
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// How many addresses are named that could not be read.
const MOST_UNREAD: usize = 50;

/// What the browser's sealed secret is of.
const TOKENS: &str = "registration tokens";

/// `GET /admin/registration`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    registration_page(&operator, NewTokenForm::default(), None).await
}

/// `POST /admin/registration/create`.
pub(in crate::http) async fn create(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    match read(OperatorMessages::of(operator.language), &posted) {
        Ok(new) => Ok(make(&operator, &posted, new).await?),
        Err(problem) => {
            let page = registration_page(&operator, NewTokenForm::of(&posted), Some(problem)).await?;
            Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
        }
    }
}

async fn make(operator: &Operator, posted: &PostedForm, new: NewToken) -> Result<Response, Refusal> {
    let (edge, actor) = (operator.edge.clone(), operator.actor());
    let making = async move {
        let made = edge.registrations().registration_token_create(new, &actor).await?;
        Ok(Made::at(Here::Registration.href().to_owned(), TOKENS.to_owned(), made.token.expose()))
    };
    submit_once(operator, posted, ("created", Here::Registration.href()), Box::pin(making)).await
}

/// What was asked for, or what is wrong with it.
fn read(t: &OperatorMessages, posted: &PostedForm) -> Result<NewToken, String> {
    let words = &t.registration;
    let text = |field: &'static str| posted.text(field).trim_ascii();
    let uses = Some(text("uses")).filter(|uses| !uses.is_empty()).map(str::parse).transpose();
    let new = NewToken {
        name: text("name").to_owned(),
        uses: uses.map_err(|_| words.wrong_uses)?,
        lifetime: duration::parse(text("expires")).map_err(|_| words.wrong_lifetime)?,
        scope: text("scopes").parse().map_err(|_| words.wrong_scopes)?,
        grants: if posted.has("machines") { vec![GrantType::ClientCredentials] } else { Vec::new() },
    };
    new.check().map_err(|wrong| t.token_problem(&wrong))?;
    Ok(new)
}

/// `POST /admin/registration/revoke`.
pub(in crate::http) async fn revoke(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let id: RegistrationTokenId = posted.text("id").parse().map_err(|_| nothing_here())?;
    operator.edge.registrations().registration_token_revoke(id, &operator.actor()).await.map_err(Refusal::from)?;
    Ok(see(&Here::Registration.after("revoked")))
}

fn notice(t: &OperatorMessages, done: &str) -> Option<&'static str> {
    match done {
        "created" => Some(t.registration.created),
        "revoked" => Some(t.registration.revoked),
        _ => None,
    }
}

async fn registration_page(operator: &Operator, new: NewTokenForm, problem: Option<String>) -> PageResult {
    let t = OperatorMessages::of(operator.language);
    let settings = &operator.edge.config().registration;
    let tokens = operator.edge.registrations().registration_tokens().await.map_err(Refusal::from)?;
    let token: Option<InitialAccessToken> = operator.secret_to_show(TOKENS);
    let unread = operator.edge.client_documents().unread().into_iter().take(MOST_UNREAD);
    let view = RegistrationPage {
        t,
        bar: Bar::of(operator, Here::Registration),
        now: operator.now(),
        notice: operator.done.as_deref().and_then(|done| notice(t, done)),
        problem,
        dynamic: settings.dynamic,
        scopes: settings.scopes.to_string(),
        hosts: settings.client_id_documents.names().join(" "),
        unread: unread
            .map(|one| UnreadLine { address: one.address, reason: one.reason.to_string(), at: one.at })
            .collect(),
        token: token.map(|token| token.expose().to_owned()),
        lines: tokens.into_iter().map(|token| line(operator, token)).collect(),
        new,
        create: making_form(operator, format!("{}/create", Here::Registration.href())),
    };
    let page = operator.page(&view);
    Ok(if view.token.is_some() { operator.having_shown_secret(page) } else { page })
}

fn line(operator: &Operator, token: RegistrationToken) -> TokenLine {
    let state = token.state(operator.now());
    let form = || operator.form(format!("{}/revoke", Here::Registration.href())).carrying("id", token.id.to_string());
    TokenLine { revoke: (state == TokenState::Good).then(form), state, token }
}
