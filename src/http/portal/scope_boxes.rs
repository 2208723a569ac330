//! The scopes that a form offers as boxes to tick.

use super::messages::PortalMessages;
use super::view::OfferedScope;
use crate::domain::application::Application;
use crate::http::pages::viewer::Viewer;
use crate::protocol::refusal::Refusal;
use crate::protocol::scope::Scope;

/// What everybody may choose, what the configuration describes and what the application has already; for operators, who
/// give them, the scopes of this server's own API too.
pub(super) async fn offered_scopes(viewer: &Viewer, application: &Application) -> Result<Vec<OfferedScope>, Refusal> {
    let (edge, t) = (&viewer.edge, PortalMessages::of(viewer.language));
    let catalogue = edge.application_cache().catalogue().await?;
    let free = &edge.config().self_service.scopes;
    let chooses_everything = viewer.caller().chooses_everything();
    let described = Scope::of(catalogue.scopes.iter().map(|scope| scope.name.as_str()));
    let known = if chooses_everything { catalogue.scope() } else { described };
    let all = Scope::of(free.iter().chain(known.iter()).chain(application.settings.scope.iter()));
    let offered = |name: &str| {
        let description = catalogue.scopes.iter().find(|scope| scope.name == name);
        let description = description.map(|scope| scope.description.as_str());
        OfferedScope {
            name: name.to_owned(),
            description: t.scope(name, description).map(str::to_owned),
            asks: !chooses_everything && !free.iter().chain(application.settings.scope.iter()).any(|one| one == name),
        }
    };
    Ok(all.iter().map(offered).collect())
}
