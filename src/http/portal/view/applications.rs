//! `/portal/applications`: everything one looks after.

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{App, Form};
use crate::http::portal::frame::Frame;

/// The list.
#[derive(Debug, Template)]
#[template(path = "portal/applications.html")]
pub(in crate::http) struct ApplicationsPage {
    /// The words that all pages share.
    pub(in crate::http) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The present.
    pub(in crate::http) now: Timestamp,
    /// What was just done.
    pub(in crate::http) notice: Option<ListNotice>,
    /// Those one was asked to look after.
    pub(in crate::http) invitations: Vec<InvitedLine>,
    /// Those that are there.
    pub(in crate::http) applications: Vec<ApplicationLine>,
    /// Those that can be brought back.
    pub(in crate::http) deleted: Vec<DeletedLine>,
    /// Where the list begins, if this is not there.
    pub(in crate::http) first: Option<String>,
    /// Where it goes on.
    pub(in crate::http) next: Option<String>,
}

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ListNotice {
    /// An application was deleted.
    Deleted,
    /// One's part in an application ended.
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

    fn text(self) -> &'static str {
        match self {
            Self::Deleted => "The application is deleted. Its tokens and secrets are refused from now on.",
            Self::Left => "You do not look after that application any more.",
            Self::Declined => "You declined the invitation.",
        }
    }
}

/// An application in the list.
#[derive(Clone, Debug)]
pub(in crate::http) struct ApplicationLine {
    /// Its name.
    pub(in crate::http) app: App,
    /// Where its page is.
    pub(in crate::http) href: String,
    /// What it is.
    pub(in crate::http) kind: &'static str,
    /// Whether it works.
    pub(in crate::http) active: bool,
    /// When it was last used, if ever.
    pub(in crate::http) last_used_at: Option<Timestamp>,
    /// What will happen to it if nobody uses it.
    pub(in crate::http) outlook: Option<String>,
    /// Whether that is soon.
    pub(in crate::http) soon: bool,
}

/// An application that one was asked to look after. The link to accept is in the mail.
#[derive(Clone, Debug)]
pub(in crate::http) struct InvitedLine {
    /// Its name.
    pub(in crate::http) app: App,
    /// Where one accepts or declines.
    pub(in crate::http) href: String,
    /// Whether who asks gives it up.
    pub(in crate::http) hands_over: bool,
    /// Until when one can accept.
    pub(in crate::http) until: Timestamp,
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
