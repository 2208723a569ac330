//! `/admin/groups`: the groups of people.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here};
use super::group::{href, taken};
use super::messages::OperatorMessages;
use super::view::{GroupsPage, NewGroupForm};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::group::GroupNameError;
use crate::flows::groups::NewGroup;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::see;

/// `GET /admin/groups`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    groups_page(&operator, String::new(), None).await
}

/// `POST /admin/groups`: makes one.
pub(in crate::http) async fn create(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let t = OperatorMessages::of(operator.language);
    let name = posted.text("name").trim_ascii().to_owned();
    let visible_to_developers = posted.text("visible") == "yes";
    let made = match name.parse() {
        Ok(name) => {
            let (new, actor) =
                (NewGroup { name, visible_to_developers, require: RequiredSignIn::default() }, operator.actor());
            taken(t, operator.edge.groups().group_create(new, &actor).await)?
        }
        Err(GroupNameError) => Err(t.groups.wrong_name.to_owned()),
    };
    match made {
        Ok(group) => Ok(see(&format!("{}?done=created", href(&group.name)))),
        Err(problem) => {
            let page = groups_page(&operator, name, Some(problem)).await?;
            Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
        }
    }
}

async fn groups_page(operator: &Operator, name: String, problem: Option<String>) -> PageResult {
    let t = OperatorMessages::of(operator.language);
    let groups = operator.edge.groups().groups_for(&operator.caller()).await?;
    Ok(operator.page(&GroupsPage {
        t,
        bar: Bar::of(operator, Here::Groups),
        notice: (operator.done.as_deref() == Some("deleted")).then_some(t.groups.deleted),
        groups: groups.into_iter().map(|group| (href(&group.name), group)).collect(),
        new: NewGroupForm { form: operator.form(Here::Groups.href()), name, problem },
    }))
}
