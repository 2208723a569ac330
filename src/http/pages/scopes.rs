//! Scopes in words.

use super::view::ScopeLine;
use super::visit::Visit;
use crate::protocol::refusal::Refusal;
use crate::protocol::scope::Scope;

/// A line for each scope, with the operator's description if there is one.
pub(super) async fn scope_lines(visit: &Visit, scope: &Scope) -> Result<Vec<ScopeLine>, Refusal> {
    let catalogue = visit.edge.application_cache().catalogue().await?;
    let described = |name: &str| {
        let known = catalogue.scopes.iter().find(|known| known.name == name);
        ScopeLine { name: name.to_owned(), description: known.map(|known| known.description.clone()) }
    };
    Ok(scope.iter().map(described).collect())
}
