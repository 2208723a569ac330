//! Who looks after an application, and who was asked to.

use askama::Template;

use super::Input;
use crate::domain::ids::Timestamp;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{App, Form};
use crate::http::portal::frame::Frame;

/// The part of an application's page.
#[derive(Clone, Debug)]
pub(in crate::http) struct People {
    /// Everybody who looks after it.
    pub(in crate::http) owners: Vec<OwnerLine>,
    /// Everybody who was asked to.
    pub(in crate::http) invitations: Vec<InvitationLine>,
    /// Asks somebody. Posts `email` and `purpose`.
    pub(in crate::http) invite: Option<Form>,
    /// Whom.
    pub(in crate::http) email: Input,
    /// Ends one's own part.
    pub(in crate::http) leave: Option<Form>,
}

/// Somebody who looks after it.
#[derive(Clone, Debug)]
pub(in crate::http) struct OwnerLine {
    /// Their address.
    pub(in crate::http) email: String,
    /// What they are called.
    pub(in crate::http) name: Option<String>,
    /// Since when.
    pub(in crate::http) since: Timestamp,
    /// Whether they have proven the address by signing in.
    pub(in crate::http) proven: bool,
    /// Whether it is who looks at the page.
    pub(in crate::http) you: bool,
    /// Takes it from them.
    pub(in crate::http) remove: Option<Form>,
}

/// Somebody who was asked to.
#[derive(Clone, Debug)]
pub(in crate::http) struct InvitationLine {
    /// Their address.
    pub(in crate::http) email: String,
    /// Whether who asked leaves when they accept.
    pub(in crate::http) hands_over: bool,
    /// Until when they can accept.
    pub(in crate::http) until: Timestamp,
    /// Takes it back.
    pub(in crate::http) withdraw: Form,
}

/// `/portal/invitations/{token}`: an invitation, seen by whom it is for.
#[derive(Debug, Template)]
#[template(path = "portal/invitation.html")]
pub(in crate::http) struct InvitationPage {
    /// The words that all pages share.
    pub(in crate::http) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// What to look after.
    pub(in crate::http) app: App,
    /// What it is.
    pub(in crate::http) kind: &'static str,
    /// Who asks.
    pub(in crate::http) inviter: String,
    /// Whether they leave.
    pub(in crate::http) hands_over: bool,
    /// Until when it can be accepted.
    pub(in crate::http) until: Timestamp,
    /// Says yes.
    pub(in crate::http) accept: Form,
    /// Says no.
    pub(in crate::http) decline: Form,
}
