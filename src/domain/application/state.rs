//! Where an application is in its life, and how it came into it.

use crate::domain::ids::Timestamp;
use crate::protocol::named::named;

named! {
    /// What let an application in that nobody here has registered (RFC 7591 §3).
    pub enum Admission {
        /// Everybody may.
        Open = "open",
        /// An initial access token.
        Token = "token",
        /// Its document, whose address is its client id (draft-ietf-oauth-client-id-metadata-document).
        Document = "document",
    }
}

/// Where an application was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the portal, by API or on the command line.
    Registered,
    /// In the configuration file, which is the only place to change it.
    Declared,
    /// At the registration endpoint, by itself, or by its document. It owns nothing here, and what it says of itself is
    /// unchecked.
    Dynamic(Admission),
}

impl Origin {
    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Declared => "declared",
            Self::Dynamic(Admission::Document) => "document",
            Self::Dynamic(Admission::Open | Admission::Token) => "dynamic",
        }
    }

    /// Whether it is changed here, and not in the configuration or in its document.
    pub fn is_changed_here(self) -> bool {
        self != Self::Declared && !self.is_document()
    }

    /// Whether a document describes it, which is the only place to change it.
    pub const fn is_document(self) -> bool {
        matches!(self, Self::Dynamic(Admission::Document))
    }

    /// Whether it registered itself, or a document describes it.
    pub const fn is_dynamic(self) -> bool {
        matches!(self, Self::Dynamic(_))
    }
}

named! {
    /// Why an application was deactivated.
    pub enum DeactivationReason {
        /// One of its owners decided so.
        Requested = "requested",
        /// An operator decided so; only an operator activates it again.
        Suspended = "suspended",
        /// An operator deleted it; if an owner brings it back it stays deactivated.
        Removed = "removed",
        /// It left the configuration file that had declared it.
        Undeclared = "undeclared",
        /// It was not used for too long.
        Unused = "unused",
    }
}

impl DeactivationReason {
    /// Whether an owner may activate the application again.
    pub const fn is_owners(self) -> bool {
        matches!(self, Self::Requested | Self::Unused)
    }
}

/// The life-cycle state of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationState {
    /// It can be used.
    Active,
    /// It is refused until it is activated again.
    Deactivated {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: DeactivationReason,
    },
    /// It is deleted; its client id is kept, so that it is never issued again.
    Deleted {
        /// Since when.
        at: Timestamp,
    },
}

impl ApplicationState {
    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated { .. } => "deactivated",
            Self::Deleted { .. } => "deleted",
        }
    }
}
