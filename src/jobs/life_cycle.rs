//! The sweep of unused applications, and the heartbeat: only time with a running server counts as unused.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::domain::audit::Actor;
use crate::flows::life_cycle::{LifeCycle, Sweep};

pub(super) async fn sweep(life_cycle: Arc<LifeCycle>, stopping: CancellationToken) {
    let period = life_cycle.sweep_every();
    let round = async || life_cycle.sweep_applications(Sweep::Real, &Actor::Schedule).await.map(|_| ());
    every("sweep applications", period, &stopping, round).await;
}

pub(super) async fn heartbeat(life_cycle: Arc<LifeCycle>, stopping: CancellationToken) {
    every("heartbeat", life_cycle.heartbeat_every(), &stopping, || life_cycle.heartbeat()).await;
}
