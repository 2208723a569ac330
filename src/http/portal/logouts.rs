//! The part of an application's page that shows its logout tokens, and why one was not taken.

use super::messages::PortalMessages;
use super::view::{DeliveryLine, Logouts};
use crate::domain::application::Application;
use crate::http::pages::visit::Visit;
use crate::http::webhook_list::short;
use crate::protocol::refusal::Refusal;

/// What the application was told of sessions that ended; nothing if it never was and has no address for it.
pub(super) async fn logouts(visit: &Visit, application: &Application) -> Result<Option<Logouts>, Refusal> {
    let t = PortalMessages::of(visit.language);
    let address = application.settings.backchannel_logout_uri.as_ref().map(|uri| short(uri.as_url().as_str()));
    let deliveries = visit.edge.deliveries().logouts_of(application).await?;
    let lines: Vec<_> = deliveries.into_iter().map(|delivery| DeliveryLine::of(t, delivery, visit.now())).collect();
    Ok((address.is_some() || !lines.is_empty()).then_some(Logouts { address, lines }))
}
