//! The life cycle of unused applications: warned, deactivated, deleted, and at last purged.
//!
//! The time begins anew with every successful use, and whenever an owner keeps the application. Spans count only while
//! a server is up ([`UptimeClock`]). Three rules make sure that every announced date is kept:
//!
//! - Warnings are given one after the other, the earliest first. Each promises that the deactivation is at least
//!   its span away, so a late warning moves the deactivation; without every warning there is none.
//! - Between deactivation and deletion lies at least what lies between their two spans, however late the deactivation
//!   came and whatever caused it.
//! - Declared and exempt applications are never ended by the life cycle.

use std::time::Duration;

use super::application::{Application, ApplicationState, Origin};
use super::ids::Timestamp;
use super::life_marks::{Exempt, Warning};
use super::uptime_clock::{UptimeClock, UptimeReading};

/// The configured spans (`[applications]`).
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// Unused until it is deactivated.
    pub deactivate_after: Duration,
    /// Unused until it is deleted.
    pub delete_after: Duration,
    /// How long before deactivation its owners are warned, the earliest warning first.
    pub warn_before: &'a [Duration],
    /// Deleted until it is purged.
    pub undelete_for: Duration,
}

impl Spans<'_> {
    /// The shortest time between deactivation and deletion.
    pub fn deactivated_for(&self) -> Duration {
        self.delete_after.saturating_sub(self.deactivate_after)
    }

    /// How long it is unused when a warning is due at the earliest.
    pub fn warned_after(&self, before: Duration) -> Duration {
        self.deactivate_after.saturating_sub(before)
    }

    fn next_warning(&self, given: Option<Warning>) -> Option<Duration> {
        let mut spans = self.warn_before.iter().copied();
        spans.find(|span| given.is_none_or(|warning| *span < warning.before))
    }
}

/// A step in the life cycle of an unused application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeCycleStep {
    /// Its owners are warned, this long before it is deactivated.
    Warn(Duration),
    /// It is deactivated.
    Deactivate,
    /// It is deleted, and can still be brought back.
    Delete,
    /// All but its client id is deleted.
    Purge,
}

impl LifeCycleStep {
    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warn(_) => "warn",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
            Self::Purge => "purge",
        }
    }
}

/// The next step and its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// The step.
    pub step: LifeCycleStep,
    /// The earliest date, if nothing changes.
    pub due: UptimeReading,
}

/// The dates that lie ahead of an application if it is not used and no server goes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// When its owners are warned next.
    pub warned_at: Option<Timestamp>,
    /// When it is deactivated.
    pub deactivated_at: Option<Timestamp>,
    /// When it is deleted.
    pub deleted_at: Option<Timestamp>,
    /// Until when it can be brought back.
    pub purged_at: Option<Timestamp>,
}

impl Outlook {
    /// The first of these dates.
    pub fn next(&self) -> Option<(&'static str, Timestamp)> {
        let named = [
            ("warn", self.warned_at),
            ("deactivate", self.deactivated_at),
            ("delete", self.deleted_at),
            ("purge", self.purged_at),
        ];
        named.into_iter().find_map(|(step, at)| Some((step, at?)))
    }
}

impl Application {
    /// Since when it is unused: the last use, or a later event that counts like one.
    pub fn unused_since(&self) -> Timestamp {
        let later = self.last_used_at.max(self.life.kept_at);
        later.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// The last warning, unless it was used or kept since.
    pub fn warning_in_force(&self) -> Option<Warning> {
        self.life.warned.filter(|warning| warning.at > self.unused_since())
    }

    /// Whether the life cycle does not apply to it.
    pub fn is_exempt(&self) -> bool {
        // One of a document is forgotten in another way, since it has no owner to be warned.
        self.origin == Origin::Declared || self.origin.is_document() || self.life.exempt == Exempt::Yes
    }
}

/// The next step of an application; none if it stays as it is.
pub fn next_step(application: &Application, spans: &Spans<'_>, up: &UptimeClock) -> Option<NextStep> {
    match application.state {
        ApplicationState::Deleted { at } if application.life.purged_at.is_none() => {
            Some(NextStep { step: LifeCycleStep::Purge, due: up.counted(at).plus(spans.undelete_for) })
        }
        ApplicationState::Deleted { .. } => None,
        _ if application.is_exempt() => None,
        ApplicationState::Deactivated { at, .. } => {
            let due = deletion(application, up.counted(at), spans, up);
            Some(NextStep { step: LifeCycleStep::Delete, due })
        }
        ApplicationState::Active => {
            let given = application.warning_in_force();
            let deactivation = deactivation(application, given, spans, up);
            Some(match spans.next_warning(given) {
                Some(before) => NextStep { step: LifeCycleStep::Warn(before), due: deactivation.minus(before) },
                None => NextStep { step: LifeCycleStep::Deactivate, due: deactivation },
            })
        }
    }
}

/// When an active application is deactivated, if no more warnings have to be given than these.
fn deactivation(
    application: &Application,
    given: Option<Warning>,
    spans: &Spans<'_>,
    up: &UptimeClock,
) -> UptimeReading {
    let unused = up.counted(application.unused_since()).plus(spans.deactivate_after);
    let promised = given.map(|warning| up.counted(warning.at).plus(warning.before));
    promised.map_or(unused, |promised| promised.max(unused))
}

fn deletion(
    application: &Application,
    deactivated: UptimeReading,
    spans: &Spans<'_>,
    up: &UptimeClock,
) -> UptimeReading {
    let unused = up.counted(application.unused_since()).plus(spans.delete_after);
    unused.max(deactivated.plus(spans.deactivated_for()))
}

/// The dates that lie ahead of an application.
pub fn outlook(application: &Application, spans: &Spans<'_>, up: &UptimeClock, now: Timestamp) -> Outlook {
    let Some(next) = next_step(application, spans, up) else { return Outlook::default() };
    let present = up.counted(now);
    let moment = |counted: UptimeReading| Some(up.moment(counted).max(now));
    match next.step {
        LifeCycleStep::Purge => Outlook { purged_at: moment(next.due), ..Outlook::default() },
        LifeCycleStep::Delete => Outlook { deleted_at: moment(next.due), ..Outlook::default() },
        LifeCycleStep::Deactivate | LifeCycleStep::Warn(_) => {
            let deactivated = after_all_warnings(application, spans, up, present);
            Outlook {
                warned_at: matches!(next.step, LifeCycleStep::Warn(_)).then_some(next.due).and_then(moment),
                deactivated_at: moment(deactivated),
                deleted_at: moment(deletion(application, deactivated, spans, up)),
                purged_at: None,
            }
        }
    }
}

/// When an active application is deactivated, each warning that is still missing given as soon as it is due.
fn after_all_warnings(
    application: &Application,
    spans: &Spans<'_>,
    up: &UptimeClock,
    present: UptimeReading,
) -> UptimeReading {
    let given = application.warning_in_force();
    let known = deactivation(application, given, spans, up).max(present);
    let missing = spans.warn_before.iter().filter(|span| given.is_none_or(|warning| **span < warning.before));
    missing.fold(known, |deactivation, span| deactivation.max(present.plus(*span)))
}

#[cfg(test)]
mod tests;
