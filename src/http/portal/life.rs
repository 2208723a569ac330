//! The life cycle of an application in the portal: its state, and what comes next if it stays unused.

use super::view::Standing;
use crate::domain::application::{Application, ApplicationState, DeactivationReason};
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::life_cycle::Outlook;
use crate::http::pages::messages::Messages;

/// The state of an application.
pub(super) fn standing(application: &Application, outlook: &Outlook) -> Standing {
    match application.state {
        ApplicationState::Active => Standing::Active { outlook: sentence(application, outlook) },
        ApplicationState::Deactivated { at, reason } => {
            Standing::Deactivated { at, why: why(application, reason), outlook: sentence(application, outlook) }
        }
        ApplicationState::Deleted { at } => Standing::Deleted { at, until: outlook.purged_at },
    }
}

/// What comes next, if there is a next step.
pub(super) fn sentence(application: &Application, outlook: &Outlook) -> Option<String> {
    let day = |at: Timestamp| Messages::of(Language::English).date(at);
    match application.state {
        ApplicationState::Active => outlook.deactivated_at.map(|at| format!("deactivates on {}", day(at))),
        ApplicationState::Deactivated { .. } => outlook.deleted_at.map(|at| format!("is deleted on {}", day(at))),
        ApplicationState::Deleted { .. } => None,
    }
}

fn why(application: &Application, reason: DeactivationReason) -> String {
    match reason {
        DeactivationReason::Requested => "because an owner asked for it".to_owned(),
        DeactivationReason::Suspended | DeactivationReason::Removed => {
            "because an operator of this server said so".to_owned()
        }
        DeactivationReason::Undeclared => "because it left the server's configuration".to_owned(),
        DeactivationReason::Unused => {
            let since = Messages::of(Language::English).date(application.unused_since());
            format!("because it has not been used since {since}")
        }
    }
}
