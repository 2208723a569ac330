//! The owners of an application, and open invitations.

use askama::Template;

use super::Input;
use crate::domain::ids::Timestamp;
use crate::domain::language::Around;
use crate::http::pages::assets;
use crate::http::pages::view::{App, Form};
use crate::http::portal::frame::Frame;
use crate::http::portal::messages::PortalMessages;

/// The part of an application's page.
#[derive(Clone, Debug)]
pub(in crate::http) struct People {
    /// The owners.
    pub(in crate::http) owners: Vec<OwnerLine>,
    /// The open invitations.
    pub(in crate::http) invitations: Vec<InvitationLine>,
    /// Invites an owner. Posts `email` and `purpose`.
    pub(in crate::http) invite: Option<Form>,
    /// The address to invite.
    pub(in crate::http) email: Input,
    /// Leaves the application.
    pub(in crate::http) leave: Option<Form>,
}

/// An owner.
#[derive(Clone, Debug)]
pub(in crate::http) struct OwnerLine {
    /// Their address.
    pub(in crate::http) email: String,
    /// Their name.
    pub(in crate::http) name: Option<String>,
    /// Since when.
    pub(in crate::http) since: Timestamp,
    /// Whether they have proven the address by signing in.
    pub(in crate::http) proven: bool,
    /// Whether it is the person who sees the page.
    pub(in crate::http) you: bool,
    /// Removes them.
    pub(in crate::http) remove: Option<Form>,
}

/// An open invitation.
#[derive(Clone, Debug)]
pub(in crate::http) struct InvitationLine {
    /// Their address.
    pub(in crate::http) email: String,
    /// Whether the sender leaves when it is accepted.
    pub(in crate::http) hands_over: bool,
    /// When it expires.
    pub(in crate::http) until: Timestamp,
    /// Takes it back.
    pub(in crate::http) withdraw: Form,
}

impl InvitationLine {
    /// What they are invited to, and until when.
    pub(in crate::http) const fn purpose(&self, t: &PortalMessages) -> Around {
        if self.hands_over { t.people.to_take_it_over } else { t.people.to_share_it }
    }
}

/// `/portal/invitations/{token}`: an invitation, as its recipient sees it.
#[derive(Debug, Template)]
#[template(path = "portal/invitation.html")]
pub(in crate::http) struct InvitationPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The application.
    pub(in crate::http) app: App,
    /// What it is.
    pub(in crate::http) kind: &'static str,
    /// The sender of the invitation.
    pub(in crate::http) inviter: String,
    /// Whether they hand the application over.
    pub(in crate::http) hands_over: bool,
    /// Until when it can be accepted.
    pub(in crate::http) until: Timestamp,
    /// Accepts it.
    pub(in crate::http) accept: Form,
    /// Declines it.
    pub(in crate::http) decline: Form,
}

impl InvitationPage {
    /// What the sender wants, around who it is.
    const fn wants(&self) -> Around {
        if self.hands_over { self.t.invitation.hands_over } else { self.t.invitation.shares }
    }
}
