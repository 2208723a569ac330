//! Looking for applications that nobody uses, and saying that a server is up while it is: only that time counts.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::domain::audit::Actor;
use crate::flows::Server;
use crate::flows::life_cycle::Sweep;

pub(super) async fn sweep(server: Arc<Server>, stopping: CancellationToken) {
    let period = server.config.applications.sweep_every;
    let round = async || server.sweep_applications(Sweep::Real, &Actor::Schedule).await.map(|_| ());
    every("sweep applications", period, &stopping, round).await;
}

pub(super) async fn heartbeat(server: Arc<Server>, stopping: CancellationToken) {
    every("heartbeat", server.heartbeat_every(), &stopping, || server.heartbeat()).await;
}
