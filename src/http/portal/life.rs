//! The life cycle of an application in the portal: its state, and what comes next if it stays unused.

use super::messages::PortalMessages;
use super::view::Standing;
use crate::domain::application::{Application, ApplicationState, DeactivationReason};
use crate::domain::ids::Timestamp;
use crate::domain::life_cycle::Outlook;

/// The state of an application.
pub(super) fn standing(t: &PortalMessages, application: &Application, outlook: &Outlook) -> Standing {
    match application.state {
        ApplicationState::Active => Standing::Active { outlook: sentence(t, application, outlook) },
        ApplicationState::Deactivated { at, reason } => {
            Standing::Deactivated { at, why: why(t, application, reason), outlook: sentence(t, application, outlook) }
        }
        ApplicationState::Deleted { at } => Standing::Deleted { at, until: outlook.purged_at },
    }
}

/// What comes next, if there is a next step.
pub(super) fn sentence(t: &PortalMessages, application: &Application, outlook: &Outlook) -> Option<String> {
    let day = |at: Timestamp| t.date(at);
    match application.state {
        ApplicationState::Active => outlook.deactivated_at.map(|at| t.glance.deactivates_on.with(day(at))),
        ApplicationState::Deactivated { .. } => outlook.deleted_at.map(|at| t.glance.is_deleted_on.with(day(at))),
        ApplicationState::Deleted { .. } => None,
    }
}

fn why(t: &PortalMessages, application: &Application, reason: DeactivationReason) -> String {
    match reason {
        DeactivationReason::Requested => t.glance.because_requested.to_owned(),
        DeactivationReason::Suspended | DeactivationReason::Removed => t.glance.because_operator.to_owned(),
        DeactivationReason::Undeclared => t.glance.because_undeclared.to_owned(),
        DeactivationReason::Unused => {
            let since = t.date(application.unused_since());
            t.glance.because_unused.with(since)
        }
    }
}
