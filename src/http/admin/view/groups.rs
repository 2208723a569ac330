//! `/admin/groups`

use askama::Template;

use crate::domain::group::Group;
use crate::domain::user::User;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::view::Form;

/// All groups.
#[derive(Debug, Template)]
#[template(path = "admin/groups.html")]
pub(in crate::http::admin) struct GroupsPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// The groups, each with the address of its page.
    pub(in crate::http::admin) groups: Vec<(String, Group)>,
    /// Makes one.
    pub(in crate::http::admin) new: NewGroupForm,
}

/// The form that makes a group.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct NewGroupForm {
    /// Where it goes.
    pub(in crate::http::admin) form: Form,
    /// The name that was posted.
    pub(in crate::http::admin) name: String,
    /// What is wrong with it.
    pub(in crate::http::admin) problem: Option<String>,
}

/// One group.
#[derive(Debug, Template)]
#[template(path = "admin/group.html")]
pub(in crate::http::admin) struct GroupPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// The group.
    pub(in crate::http::admin) group: Group,
    /// Leads to what happened to it.
    pub(in crate::http::admin) history: String,
    /// Who is in it, on this page of the list.
    pub(in crate::http::admin) members: Vec<MemberLine>,
    /// The address of the first page, unless this is it.
    pub(in crate::http::admin) first: Option<String>,
    /// The address of the next page.
    pub(in crate::http::admin) next: Option<String>,
    /// Adds accounts.
    pub(in crate::http::admin) add: Form,
    /// The addresses that were posted.
    pub(in crate::http::admin) emails: String,
    /// Why they were not added.
    pub(in crate::http::admin) add_problem: Option<String>,
    /// Lets developers know of it, or not any more.
    pub(in crate::http::admin) visibility: Form,
    /// Has its people sign in otherwise.
    pub(in crate::http::admin) require: Form,
    /// Whether they sign in with a passkey.
    pub(in crate::http::admin) requires_passkey: bool,
    /// Deletes it.
    pub(in crate::http::admin) delete: Form,
    /// Why it was not deleted.
    pub(in crate::http::admin) delete_problem: Option<String>,
}

/// A member of the group.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct MemberLine {
    /// Their account.
    pub(in crate::http::admin) user: User,
    /// Its address.
    pub(in crate::http::admin) address: String,
    /// Takes them out.
    pub(in crate::http::admin) remove: Form,
}
