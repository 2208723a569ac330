//! The scopes that mean something at this server.

use super::access::{ADMIN_SCOPE, Need};
use crate::domain::application::ApplicationKind;
use crate::domain::catalogue::Catalogue;
use crate::protocol::scope::Scope;

/// Every scope that means something here: to the server, to its resources, or to developers, who choose among `free`.
pub(in crate::flows) fn known_scopes(catalogue: &Catalogue, free: &Scope) -> Scope {
    let needs = Need::ALL.into_iter().flat_map(Need::scopes).copied().chain([ADMIN_SCOPE]);
    let own = Scope::of(needs).union(&Scope::identity()).union(free);
    let own = ApplicationKind::ALL.into_iter().fold(own, |own, kind| own.union(&kind.usual_scopes()));
    own.union(&catalogue.scope())
}
