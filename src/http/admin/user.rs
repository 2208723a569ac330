//! `/admin/users/{sub}`: one account, and what can be done with it.

use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, fresh_sender, operator};
use super::view::{OwnedLine, UserPage};
use crate::domain::language::Language;
use crate::domain::user::{EmailAddress, Profile, User};
use crate::flows::access::MOST_OWNED;
use crate::flows::access::Need;
use crate::flows::people::ManageUserError;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::{Fields, query};
use crate::http::pages::flow::shown;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::{page_or_refusal, refused_page};
use crate::http::pages::visit::{Visit, address, see};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `GET /admin/users/{sub}`.
pub(in crate::http) async fn show(Path(sub): Path<String>, uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, uri.path()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let notice = query(&uri).ok().and_then(|parameters| match parameters.value("done")? {
        "disabled" => Some("The account is disabled. It can no longer sign in, and what it granted has ended."),
        "enabled" => Some("The account is enabled again. Its owner signs in anew."),
        "promoted" => Some("They are an operator of this server now."),
        "demoted" => Some("They are no operator of this server any more."),
        _ => None,
    });
    let found = match visit.edge.people().user_for(&caller(person), &sub, Need::ReadUsers).await {
        Ok(user) => user_page(&visit, person, user, notice, None).await,
        Err(refusal) => Err(refusal),
    };
    page_or_refusal(&visit, found)
}

/// `POST …/disable`.
pub(in crate::http) async fn disable(Path(sub): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let (person, user) = match another(&visit, &fields, &sub).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let done = visit.edge.people().user_disable(user.id, &caller(person).actor()).await;
    answer(&visit, &user, done.map(|_| "disabled"))
}

/// `POST …/enable`.
pub(in crate::http) async fn enable(Path(sub): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let (person, user) = match another(&visit, &fields, &sub).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let done = visit.edge.people().user_enable(user.id, &caller(person).actor()).await;
    answer(&visit, &user, done.map(|_| "enabled"))
}

/// `POST …/promote`: makes an account an operator.
pub(in crate::http) async fn promote(Path(sub): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let (person, user) = match another(&visit, &fields, &sub).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let profile = Profile { name: user.name.clone(), locale: user.locale.clone(), admin: true };
    let done = visit.edge.people().user_change(&user, profile, &caller(person).actor()).await;
    answer(&visit, &user, done.map(|_| "promoted"))
}

/// `POST …/demote`: makes an operator an ordinary account.
pub(in crate::http) async fn demote(Path(sub): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let (person, user) = match another(&visit, &fields, &sub).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let profile = Profile { name: user.name.clone(), locale: user.locale.clone(), admin: false };
    let done = visit.edge.people().user_change(&user, profile, &caller(person).actor()).await;
    answer(&visit, &user, done.map(|_| "demoted"))
}

/// `POST …/delete`: the address has to be typed, so that no account is deleted by mistake.
pub(in crate::http) async fn delete(Path(sub): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let (person, user) = match another(&visit, &fields, &sub).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let typed = fields.value("email").map(|typed| typed.trim().to_ascii_lowercase());
    if typed.is_none() || typed != user.email.as_ref().map(EmailAddress::key) {
        let problem = Some("That is not the account's address. Nothing was deleted.");
        return match user_page(&visit, person, user, None, problem).await {
            Ok(response) => response,
            Err(refusal) => refused_page(&visit, &refusal),
        };
    }
    match visit.edge.people().user_delete(user.id, &caller(person).actor()).await {
        Ok(_) => see(&format!("{}?done=deleted", Here::Users.href())),
        Err(error) => refused_page(&visit, &error.into()),
    }
}

/// The operator, freshly signed in, and the account that they change. It must not be their own: an operator who locked
/// themselves out could not undo it.
async fn another<'a>(
    visit: &'a Visit,
    fields: &Parameters,
    sub: &str,
) -> Result<(&'a SignedInPerson, User), Box<Response>> {
    let page = address_of(sub);
    let person = fresh_sender(visit, fields, &page)?;
    let found = visit.edge.people().user_for(&caller(person), sub, Need::WriteUsers).await;
    let user = found.map_err(|refusal| Box::new(refused_page(visit, &refusal)))?;
    if user.id == person.user.id {
        let own = Refusal::new(ErrorCode::Conflict, "operators do not change their own account here");
        return Err(Box::new(refused_page(visit, &own)));
    }
    Ok((person, user))
}

fn answer(visit: &Visit, user: &User, done: Result<&'static str, ManageUserError>) -> Response {
    match done {
        Ok(what) => see(&format!("{}?done={what}", address_of(&user.sub))),
        Err(error) => refused_page(visit, &error.into()),
    }
}

fn address_of(sub: &str) -> String {
    format!("{}/{sub}", Here::Users.href())
}

async fn user_page(
    visit: &Visit,
    person: &SignedInPerson,
    user: User,
    notice: Option<&'static str>,
    problem: Option<&'static str>,
) -> Result<Response, Refusal> {
    let (edge, caller) = (&visit.edge, caller(person));
    let owned = edge.access().applications_of(&caller, &user).await?;
    let form = |what: &str| visit.form(format!("{}/{what}", address_of(&user.sub)));
    let view = UserPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Users),
        notice,
        problem,
        sessions: edge.people().user_sessions(&user).await?.len(),
        all_owned: i64::try_from(owned.len()).is_ok_and(|shown| shown == MOST_OWNED).then(|| {
            address(Here::Applications.href(), &[("q", user.email.as_ref().map_or("", EmailAddress::as_str))])
        }),
        owned: owned
            .iter()
            .map(|application| OwnedLine {
                app: shown(application),
                href: format!("/portal/applications/{}", application.client_id),
                state: application.state.name(),
            })
            .collect(),
        own: user.id == person.user.id,
        disable: form("disable"),
        enable: form("enable"),
        promote: form("promote"),
        demote: form("demote"),
        delete: form("delete"),
        user,
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(page(&view).with_status(status).into_response())
}
