//! What people are shown of how their account was signed in to.

use std::time::Duration;

use super::ids::{SignInRecordId, Timestamp, UserId};
use super::session::{AuthenticationMethod, Device};
use super::upstream_name::UpstreamName;
use crate::protocol::named::named;

/// How long it is kept.
pub const RECORDS_KEPT_FOR: Duration = Duration::from_hours(90 * 24);

named! {
    /// What came of a sign-in.
    pub enum SignInOutcome {
        /// Somebody is signed in.
        SignedIn = "signed_in",
        /// Wrong codes were typed until there were no tries left.
        TriedTooOften = "tried_too_often",
    }
}

/// A sign-in to an account, or an attempt that its person should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    /// The key of its row.
    pub id: SignInRecordId,
    /// The account.
    pub user: UserId,
    /// When it was.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: SignInOutcome,
    /// By what means.
    pub amr: AuthenticationMethod,
    /// The upstream that said who it is, if one did.
    pub upstream: Option<UpstreamName>,
    /// From where.
    pub device: Device,
}
