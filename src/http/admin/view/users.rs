//! `/admin/users`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::domain::user::User;
use crate::http::admin::frame::Bar;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{App, Form};

/// Everybody who has an account.
#[derive(Debug, Template)]
#[template(path = "admin/users.html")]
pub(in crate::http::admin) struct UsersPage {
    /// The words that all pages share.
    pub(in crate::http::admin) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The present.
    pub(in crate::http::admin) now: Timestamp,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// What is looked for.
    pub(in crate::http::admin) search: String,
    /// In which state.
    pub(in crate::http::admin) state: String,
    /// Those of this page, newest first.
    pub(in crate::http::admin) users: Vec<User>,
    /// Where the list begins, unless it begins here.
    pub(in crate::http::admin) first: Option<String>,
    /// Where it goes on.
    pub(in crate::http::admin) next: Option<String>,
}

/// One account.
#[derive(Debug, Template)]
#[template(path = "admin/user.html")]
pub(in crate::http::admin) struct UserPage {
    /// The words that all pages share.
    pub(in crate::http::admin) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Why it was not deleted.
    pub(in crate::http::admin) problem: Option<&'static str>,
    /// Whose it is.
    pub(in crate::http::admin) user: User,
    /// In how many browsers they are signed in.
    pub(in crate::http::admin) sessions: usize,
    /// What they look after.
    pub(in crate::http::admin) owned: Vec<OwnedLine>,
    /// Where the rest of it is, if that is not all.
    pub(in crate::http::admin) all_owned: Option<String>,
    /// Whether it is the operator's own; then nothing can be done with it here.
    pub(in crate::http::admin) own: bool,
    /// Lets nobody sign in.
    pub(in crate::http::admin) disable: Form,
    /// Takes that back.
    pub(in crate::http::admin) enable: Form,
    /// Makes them an operator.
    pub(in crate::http::admin) promote: Form,
    /// Takes that back.
    pub(in crate::http::admin) demote: Form,
    /// Deletes it for good.
    pub(in crate::http::admin) delete: Form,
}

/// An application that somebody looks after.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct OwnedLine {
    /// Its name.
    pub(in crate::http::admin) app: App,
    /// Where its page is.
    pub(in crate::http::admin) href: String,
    /// Where in its life.
    pub(in crate::http::admin) state: &'static str,
}
