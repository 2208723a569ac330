//! What stands around every page of the portal.

use super::messages::PortalMessages;
use crate::http::pages::view::Form;
use crate::http::pages::viewer::Viewer;

/// The bar at the top.
#[derive(Clone, Debug)]
pub(in crate::http) struct Frame {
    /// Its messages: the page around it may have a catalogue of its own.
    pub(in crate::http) t: &'static PortalMessages,
    /// Which of its links leads to the page itself.
    pub(in crate::http) here: Here,
    /// Who is signed in.
    pub(in crate::http) address: String,
    /// Whether they are an operator of this server.
    pub(in crate::http) operator: bool,
    /// Ends the session.
    pub(in crate::http) sign_out: Form,
}

/// The part of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Here {
    /// One's own applications.
    Applications,
}

impl Frame {
    /// The bar for this person.
    pub(in crate::http) fn of(viewer: &Viewer, here: Here) -> Self {
        Self {
            t: PortalMessages::of(viewer.language),
            here,
            address: viewer.address(),
            operator: viewer.person.user.admin,
            sign_out: viewer.form("/account/sign-out"),
        }
    }

    /// Whether the page is one's own applications.
    pub(in crate::http) fn is_applications(&self) -> bool {
        self.here == Here::Applications
    }
}
