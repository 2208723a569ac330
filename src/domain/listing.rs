//! What of a long list is asked for: some of it, and where to go on.

use super::application::ApplicationKind;
use super::ids::{Timestamp, UserId};

/// Which applications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationFilter {
    /// Only those that this account looks after: as far as whoever asks may see.
    pub within: Option<UserId>,
    /// Only those that this account looks after: as they were asked for.
    pub owner: Option<UserId>,
    /// Only those with this in their name, or with this client id.
    pub search: Option<String>,
    /// Only those of this type.
    pub kind: Option<ApplicationKind>,
    /// Only those in the state of this name; without it all but deleted ones.
    pub state: Option<String>,
}

/// The place of an application in the list, which is sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationPlace {
    /// Its name.
    pub name: String,
    /// Its client id, since names repeat.
    pub client_id: String,
}

/// Which accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only those with this in their name or address.
    pub search: Option<String>,
    /// Only those in the state of this name; without it all but deleted ones.
    pub state: Option<String>,
}

/// Which lines of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those of this event.
    pub event: Option<String>,
    /// Only those of this actor, as it is stored.
    pub actor: Option<String>,
    /// Only those about this.
    pub subject: Option<String>,
    /// Only those that happened then or later.
    pub from: Option<Timestamp>,
    /// Only those that happened before.
    pub to: Option<Timestamp>,
}
