//! `/portal/applications`: a person's own applications.

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::domain::language::Around;
use crate::http::pages::assets;
use crate::http::pages::view::{App, Form};
use crate::http::portal::frame::Frame;
use crate::http::portal::messages::PortalMessages;

/// The list.
#[derive(Debug, Template)]
#[template(path = "portal/applications.html")]
pub(in crate::http) struct ApplicationsPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The current time.
    pub(in crate::http) now: Timestamp,
    /// What was just done.
    pub(in crate::http) notice: Option<ListNotice>,
    /// The open invitations.
    pub(in crate::http) invitations: Vec<InvitedLine>,
    /// The applications.
    pub(in crate::http) applications: Vec<ApplicationLine>,
    /// Those that can be brought back.
    pub(in crate::http) deleted: Vec<DeletedLine>,
    /// The address of the first page, unless this is it.
    pub(in crate::http) first: Option<String>,
    /// The address of the next page.
    pub(in crate::http) next: Option<String>,
}

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ListNotice {
    /// An application was deleted.
    Deleted,
    /// The person left an application.
    Left,
    /// An invitation was declined.
    Declined,
}

impl ListNotice {
    /// The notice of this name in an address.
    pub(in crate::http) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "deleted" => Self::Deleted,
            "left" => Self::Left,
            "declined" => Self::Declined,
            _ => return None,
        })
    }

    const fn text(self, t: &PortalMessages) -> &'static str {
        match self {
            Self::Deleted => t.list.done_deleted,
            Self::Left => t.list.done_left,
            Self::Declined => t.list.done_declined,
        }
    }
}

/// An application in the list.
#[derive(Clone, Debug)]
pub(in crate::http) struct ApplicationLine {
    /// Its name.
    pub(in crate::http) app: App,
    /// The address of its page.
    pub(in crate::http) href: String,
    /// What it is.
    pub(in crate::http) kind: &'static str,
    /// Whether it is active.
    pub(in crate::http) active: bool,
    /// When it was last used, if ever.
    pub(in crate::http) last_used_at: Option<Timestamp>,
    /// What comes next if it stays unused.
    pub(in crate::http) outlook: Option<String>,
    /// Whether that is soon.
    pub(in crate::http) soon: bool,
}

/// An open invitation.
#[derive(Clone, Debug)]
pub(in crate::http) struct InvitedLine {
    /// Its name.
    pub(in crate::http) app: App,
    /// The page to accept or decline.
    pub(in crate::http) href: String,
    /// Whether the sender hands the application over.
    pub(in crate::http) hands_over: bool,
    /// Until when one can accept.
    pub(in crate::http) until: Timestamp,
}

impl InvitedLine {
    /// What one is invited to, and until when.
    const fn purpose(&self, t: &PortalMessages) -> Around {
        if self.hands_over { t.list.to_take_over } else { t.list.to_share }
    }
}

/// A deleted application that can be brought back.
#[derive(Clone, Debug)]
pub(in crate::http) struct DeletedLine {
    /// Its name.
    pub(in crate::http) app: App,
    /// Since when it is deleted.
    pub(in crate::http) at: Timestamp,
    /// Until when it can be brought back.
    pub(in crate::http) until: Timestamp,
    /// Brings it back.
    pub(in crate::http) undelete: Form,
}
