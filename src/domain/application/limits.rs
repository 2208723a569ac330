//! What only an operator passes: the limits of what developers choose alone.

use std::time::Duration;

use super::access_policy::AccessPolicy;
use super::settings::ApplicationSettings;
use crate::domain::group::GroupName;
use crate::domain::sign_in::UnknownAccount;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// What developers may choose alone.
#[derive(Clone, Debug)]
pub struct SelfServiceLimits<'a> {
    /// The scopes that developers may choose.
    pub scope: &'a Scope,
    /// The grants that developers may choose.
    pub grants: &'a [GrantType],
    /// The audiences that developers may choose.
    pub audiences: &'a [ResourceId],
    /// The groups that developers may know of.
    pub groups: &'a [GroupName],
    /// The longest life of access tokens.
    pub longest_token_ttl: Duration,
    /// The server's answer for addresses without an account, where an application has no setting of its own.
    pub unknown_account: UnknownAccount,
}

impl SelfServiceLimits<'_> {
    /// Whether developers may choose an audience alone. Whether an application may be called, its own owner says.
    pub fn is_free_audience(&self, audience: &ResourceId) -> bool {
        audience.as_client_id().is_some() || audience.find_in(self.audiences).is_some()
    }
}

/// A setting that a developer cannot ask an operator for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeyondLimits {
    /// A token lifetime beyond the developers' limit.
    #[error("an access token of this application may live for {} seconds at most", .0.as_secs())]
    TokenTtl(Duration),
    /// `unknown_account = "reject"` on a server that conceals.
    #[error("this server does not tell applications which addresses have an account; only an operator can except one")]
    UnknownAccount,
    /// A group that developers do not see.
    #[error("there is no group '{0}' that developers may choose")]
    Group(GroupName),
    /// An API that developers do not choose.
    #[error("only an operator can let an application exchange tokens for '{0}'")]
    Exchange(ResourceId),
    /// A setting that only an operator sets.
    #[error("only an operator can set {0}")]
    Operator(&'static str),
}

/// A longer life than everybody may choose stays with the application that was given it.
pub(super) fn token_ttl(
    requested: &ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(), BeyondLimits> {
    let granted = known.and_then(|known| known.token_ttl).unwrap_or_default();
    let longest = limits.longest_token_ttl.max(granted);
    if requested.token_ttl.is_some_and(|ttl| ttl > longest) { Err(BeyondLimits::TokenTtl(longest)) } else { Ok(()) }
}

/// An application passes people's requests on to those APIs that a developer could ask tokens for alone, and to those
/// that an operator chose.
pub(super) fn may_exchange_for(
    requested: &ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(), BeyondLimits> {
    let known = known.map_or(&[][..], |known| &known.may_exchange_for);
    let is_free = |one: &&ResourceId| limits.is_free_audience(one) || one.find_in(known).is_some();
    match requested.may_exchange_for.iter().find(|one| !is_free(one)) {
        Some(other) => Err(BeyondLimits::Exchange(other.clone())),
        None => Ok(()),
    }
}

/// What an operator chose of the other groups stays chosen.
pub(super) fn allowed_groups(
    requested: &ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(), BeyondLimits> {
    groups(&requested.allowed_groups, known.map_or(&[], |known| &known.allowed_groups), limits)
}

/// What an operator closed to all but the members of such a group, its owner does not open.
pub(super) fn access(
    asked: &ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(), BeyondLimits> {
    let is_closed = |known: &ApplicationSettings| {
        let mut allowed = known.allowed_groups.iter();
        known.access == AccessPolicy::Groups && allowed.any(|group| !limits.groups.contains(group))
    };
    let is_opened = asked.access == AccessPolicy::Everybody && known.is_some_and(is_closed);
    if is_opened { Err(BeyondLimits::Operator("access to everybody here")) } else { Ok(()) }
}

/// The same for those it sees. Naming none means seeing all, so an application that sees some does not come to that by
/// its owner.
pub(super) fn visible_groups(
    requested: &ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(), BeyondLimits> {
    if requested.visible_groups.is_empty() && known.is_some_and(|known| !known.visible_groups.is_empty()) {
        return Err(BeyondLimits::Operator("visible_groups to none: it would see all groups"));
    }
    groups(&requested.visible_groups, known.map_or(&[], |known| &known.visible_groups), limits)
}

fn groups(requested: &[GroupName], known: &[GroupName], limits: &SelfServiceLimits<'_>) -> Result<(), BeyondLimits> {
    let is_open = |name: &&GroupName| limits.groups.contains(name) || known.contains(name);
    match requested.iter().find(|name| !is_open(name)) {
        Some(other) => Err(BeyondLimits::Group(other.clone())),
        None => Ok(()),
    }
}

/// A developer may conceal what the server tells, and not the other way round.
pub(super) fn unknown_account(
    requested: &ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(), BeyondLimits> {
    let rejects = |settings: &ApplicationSettings| settings.unknown_account == Some(UnknownAccount::Reject);
    let is_loosened =
        limits.unknown_account == UnknownAccount::Conceal && rejects(requested) && !known.is_some_and(rejects);
    if is_loosened { Err(BeyondLimits::UnknownAccount) } else { Ok(()) }
}
