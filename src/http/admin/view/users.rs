//! `/admin/users`

use askama::Template;

use crate::domain::account_invitation::AccountInvitation;
use crate::domain::application::ApplicationState;
use crate::domain::group::GroupName;
use crate::domain::ids::Timestamp;
use crate::domain::passkey::Passkey;
use crate::domain::session::Session;
use crate::domain::upstream::UpstreamIdentity;
use crate::domain::user::User;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::view::{App, AttributeField, Form};

/// All accounts.
#[derive(Debug, Template)]
#[template(path = "admin/users.html")]
pub(in crate::http::admin) struct UsersPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Invites a person.
    pub(in crate::http::admin) invite: InviteForm,
    /// The open invitations, each with the form that takes it back.
    pub(in crate::http::admin) invitations: Vec<(Form, AccountInvitation)>,
    /// The search text.
    pub(in crate::http::admin) search: String,
    /// The state to filter by.
    pub(in crate::http::admin) state: String,
    /// The rows of this page, newest first.
    pub(in crate::http::admin) users: Vec<User>,
    /// The address of the first page, unless this is it.
    pub(in crate::http::admin) first: Option<String>,
    /// The address of the next page.
    pub(in crate::http::admin) next: Option<String>,
}

/// The form that invites a person to make an account.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct InviteForm {
    /// Where it goes.
    pub(in crate::http::admin) form: Form,
    /// The addresses that were typed and not invited.
    pub(in crate::http::admin) emails: String,
    /// The groups that were typed.
    pub(in crate::http::admin) groups: String,
    /// What is wrong with them.
    pub(in crate::http::admin) problem: Option<String>,
    /// What became of each of several addresses.
    pub(in crate::http::admin) outcomes: Vec<InviteOutcome>,
}

/// What became of one of several addresses.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct InviteOutcome {
    /// The address, as it was typed.
    pub(in crate::http::admin) email: String,
    /// Why nobody was invited; nothing if somebody was.
    pub(in crate::http::admin) problem: Option<String>,
}

/// One account.
#[derive(Debug, Template)]
#[template(path = "admin/user.html")]
pub(in crate::http::admin) struct UserPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Why it was not deleted.
    pub(in crate::http::admin) problem: Option<&'static str>,
    /// What the person is described by.
    pub(in crate::http::admin) fields: Vec<AttributeField>,
    /// The account.
    pub(in crate::http::admin) user: User,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// Where they are signed in.
    pub(in crate::http::admin) sessions: Vec<SessionLine>,
    /// The applications that have access to something of them.
    pub(in crate::http::admin) used: Vec<UsedLine>,
    /// Ends all sessions and grants.
    pub(in crate::http::admin) sign_out: Form,
    /// The groups it is in, each with the address of its page.
    pub(in crate::http::admin) groups: Vec<(String, GroupName)>,
    /// Its passkeys, each with the form that removes it.
    pub(in crate::http::admin) passkeys: Vec<(Form, Passkey)>,
    /// The accounts at other providers that sign in to it.
    pub(in crate::http::admin) upstreams: Vec<UpstreamLine>,
    /// The applications it owns.
    pub(in crate::http::admin) owned: Vec<OwnedLine>,
    /// The address of the full list, if these are not all.
    pub(in crate::http::admin) all_owned: Option<String>,
    /// Whether it is the operator's own account, which cannot be changed here.
    pub(in crate::http::admin) own: bool,
    /// Changes what the person is described by.
    pub(in crate::http::admin) describe: Form,
    /// Disables it.
    pub(in crate::http::admin) disable: Form,
    /// Enables it.
    pub(in crate::http::admin) enable: Form,
    /// Makes them an operator.
    pub(in crate::http::admin) promote: Form,
    /// Makes them an ordinary account.
    pub(in crate::http::admin) demote: Form,
    /// Deletes it for good.
    pub(in crate::http::admin) delete: Form,
}

/// A browser in which the person is signed in.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct SessionLine {
    /// The session.
    pub(in crate::http::admin) session: Session,
    /// How they signed in: by mail, by passkey, or what people know another provider by.
    pub(in crate::http::admin) way: String,
}

/// An account at another provider.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct UpstreamLine {
    /// The account there.
    pub(in crate::http::admin) identity: UpstreamIdentity,
    /// What people know the provider by; none if it is not in the configuration any more.
    pub(in crate::http::admin) label: Option<String>,
    /// Disconnects it.
    pub(in crate::http::admin) disconnect: Form,
}

/// An application that the person has let in.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct UsedLine {
    /// Its name.
    pub(in crate::http::admin) app: App,
    /// The address of its page.
    pub(in crate::http::admin) href: String,
    /// What it may do.
    pub(in crate::http::admin) scope: String,
    /// Since when.
    pub(in crate::http::admin) since: Timestamp,
}

/// An application of the account.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct OwnedLine {
    /// Its name.
    pub(in crate::http::admin) app: App,
    /// The address of its page.
    pub(in crate::http::admin) href: String,
    /// Its state.
    pub(in crate::http::admin) state: ApplicationState,
}
