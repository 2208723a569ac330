//! The scopes that mean something at this server.

use super::access::{ADMIN_SCOPE, Need};
use super::application_cache::ApplicationCache;
use crate::domain::application::ApplicationKind;
use crate::protocol::refusal::Refusal;
use crate::protocol::scope::Scope;

/// Every scope that means something here: to the server, to its resources, or to developers, who choose among `free`.
pub(in crate::flows) async fn known_scopes(cache: &ApplicationCache, free: &Scope) -> Result<Scope, Refusal> {
    let needs = Need::ALL.into_iter().flat_map(Need::scopes).copied().chain([ADMIN_SCOPE]);
    let own = Scope::of(needs).union(&Scope::identity()).union(free);
    let own = ApplicationKind::ALL.into_iter().fold(own, |own, kind| own.union(&kind.usual_scopes()));
    Ok(own.union(&cache.catalogue().await?.scope()))
}
