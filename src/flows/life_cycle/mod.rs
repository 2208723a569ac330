//! The life cycle of unused applications: warned, deactivated, deleted, purged, by schedule. The rules are in
//! [`crate::domain::life_cycle`].

mod bring_back;
mod keep;
mod messages;
mod take_step;
mod tell_owners;
mod write_uses;

use std::sync::Arc;
use std::time::Duration;

use tracing::error;

use super::access::Access;
use super::application_cache::ApplicationCache;
use super::applications::Applications;
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::usage::UsageLog;
use crate::config::{self, Issuer};
use crate::domain::application::Application;
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::life_cycle::{LifeCycleStep, Outlook, Spans, next_step, outlook};
use crate::domain::uptime_clock::{UptimeClock, UptimeReading};
use crate::store::{DueBy, Store, StoreError};

pub use keep::{KeepState, KeepView};

/// Whether a sweep takes the steps that are due, or only lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// It takes them.
    Real,
    /// It only lists them.
    Dry,
}

/// A step that was taken, or that is due in a dry run.
#[derive(Clone, Debug)]
pub struct DueStep {
    /// Whose.
    pub client_id: ClientId,
    /// The application's name, as it was before.
    pub name: String,
    /// What.
    pub step: LifeCycleStep,
}

/// The time of a sweep, on the wall clock and on the uptime clock.
struct Present {
    now: Timestamp,
    up: UptimeClock,
    counted: UptimeReading,
}

impl Present {
    /// The last moment that is this long ago in uptime.
    fn ago(&self, span: Duration) -> Timestamp {
        self.up.moment(self.counted.minus(span))
    }
}

/// Follows applications from their last use to their end.
pub struct LifeCycle {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    access: Arc<Access>,
    applications: Arc<Applications>,
    application_cache: Arc<ApplicationCache>,
    mail: Arc<Mail>,
    usage: Arc<UsageLog>,
    settings: config::Applications,
}

impl LifeCycle {
    /// With the spans that the operator set.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        access: &Arc<Access>,
        applications: &Arc<Applications>,
        application_cache: &Arc<ApplicationCache>,
        mail: &Arc<Mail>,
        usage: &Arc<UsageLog>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            access: Arc::clone(access),
            applications: Arc::clone(applications),
            application_cache: Arc::clone(application_cache),
            mail: Arc::clone(mail),
            usage: Arc::clone(usage),
            settings: base.config.applications.clone(),
        }
    }

    /// Writes the heartbeat.
    pub async fn heartbeat(&self) -> Result<(), StoreError> {
        self.store.heartbeat(self.instruments.now(), self.silence()).await
    }

    /// The interval of the heartbeat: a minute, and less where the spans are short.
    pub fn heartbeat_every(&self) -> Duration {
        let shortest = self.settings.deactivate_after / 20;
        shortest.clamp(Duration::from_millis(50), Duration::from_mins(1))
    }

    /// How often unused applications are looked for.
    pub const fn sweep_every(&self) -> Duration {
        self.settings.sweep_every
    }

    /// The dates that lie ahead of an application if it is not used.
    pub async fn life_cycle_of(&self, application: &Application) -> Result<Outlook, StoreError> {
        let present = self.present().await?;
        Ok(outlook(application, &self.spans(), &present.up, present.now))
    }

    /// The dates that lie ahead of each of these applications if it is not used.
    pub async fn life_cycle_of_all(&self, applications: &[Application]) -> Result<Vec<Outlook>, StoreError> {
        let present = self.present().await?;
        let spans = self.spans();
        Ok(applications.iter().map(|application| outlook(application, &spans, &present.up, present.now)).collect())
    }

    /// Finds unused applications and takes the step that is due, at most one for each. Runs on every node; the database
    /// decides which one takes a step. Returns the steps that were taken here.
    ///
    /// What this node knows of uses is written down first. A use that another node has not written down yet is not
    /// lost either: see `write_uses.rs`.
    pub async fn sweep_applications(&self, sweep: Sweep, actor: &Actor) -> Result<Vec<DueStep>, StoreError> {
        self.flush_uses().await?;
        let present = self.present().await?;
        let mut steps = Vec::new();
        for client_id in self.store.applications_due(self.due_by(&present)).await? {
            match self.sweep_one(&client_id, sweep, &present, actor).await {
                Ok(step) => steps.extend(step),
                // A row that cannot be read must not stop the sweep of the others.
                Err(e @ StoreError::Corrupt { .. }) => error!(client_id = client_id.as_str(), error = %e, "not swept"),
                Err(e) => return Err(e),
            }
        }
        if sweep == Sweep::Real && !steps.is_empty() {
            self.mail.wake_outbox();
            self.application_cache.refresh().await?;
        }
        Ok(steps)
    }

    async fn sweep_one(
        &self,
        client_id: &ClientId,
        sweep: Sweep,
        present: &Present,
        actor: &Actor,
    ) -> Result<Option<DueStep>, StoreError> {
        let Some(application) = self.store.application(client_id).await? else { return Ok(None) };
        let next = next_step(&application, &self.spans(), &present.up);
        let Some(next) = next.filter(|next| next.due <= present.counted) else { return Ok(None) };
        let taken = match sweep {
            Sweep::Dry => true,
            Sweep::Real => self.take_step(&application, next.step, present, actor).await?,
        };
        let name = application.settings.name;
        Ok(taken.then_some(DueStep { client_id: application.client_id, name, step: next.step }))
    }

    /// Deletes outages that no span reaches back to any more.
    pub(super) async fn forget_outages(&self) -> Result<(), StoreError> {
        let life = &self.settings;
        let longest = life.delete_after.max(life.undelete_for);
        let present = self.present().await?;
        self.store.outages_forget(present.ago(longest.saturating_mul(2))).await
    }

    fn due_by(&self, present: &Present) -> DueBy {
        let spans = self.spans();
        let first_warning = spans.warn_before.first().copied().unwrap_or_default();
        DueBy {
            idle: present.ago(spans.warned_after(first_warning)),
            gone: present.ago(spans.delete_after),
            forgotten: present.ago(spans.undelete_for),
        }
    }

    fn spans(&self) -> Spans<'_> {
        let life = &self.settings;
        Spans {
            deactivate_after: life.deactivate_after,
            delete_after: life.delete_after,
            warn_before: &life.warn_before,
            undelete_for: life.undelete_for,
        }
    }

    async fn present(&self) -> Result<Present, StoreError> {
        let now = self.instruments.now();
        let up = self.store.uptime_clock(now, self.silence()).await?;
        Ok(Present { now, counted: up.counted(now), up })
    }

    /// How long the heartbeat may be missing before that counts as an outage. Shorter gaps, such as a restart, are not
    /// recorded.
    fn silence(&self) -> Duration {
        self.heartbeat_every() * 5
    }
}
