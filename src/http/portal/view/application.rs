//! `/portal/applications/{client_id}`: the page of an application.

use askama::Template;

use super::{Activity, DeliveryLine, FieldProblem, People, SettingsForm};
use crate::domain::application::Origin;
use crate::domain::ids::Timestamp;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{App, Form};
use crate::http::portal::frame::Frame;
use crate::http::portal::kinds::KindMessages;
use crate::http::portal::snippets::Snippet;
use crate::http::webhook_list::{HookStanding, Hooks};

/// The page.
#[derive(Debug, Template)]
#[template(path = "portal/application.html")]
pub(in crate::http) struct ApplicationPage {
    /// The messages that all pages share.
    pub(in crate::http) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The current time.
    pub(in crate::http) now: Timestamp,
    /// Its name.
    pub(in crate::http) app: App,
    /// Its public name.
    pub(in crate::http) client_id: String,
    /// What it is.
    pub(in crate::http) kind: KindMessages,
    /// Its state.
    pub(in crate::http) standing: Standing,
    /// Whether the configuration file is the only place to change it.
    pub(in crate::http) declared: bool,
    /// Who registered it.
    pub(in crate::http) origin: Origin,
    /// Whether an operator sees another owner's application.
    pub(in crate::http) as_operator: bool,
    /// Whether there is no person who may use it.
    pub(in crate::http) for_nobody: bool,
    /// When it was registered.
    pub(in crate::http) created_at: Timestamp,
    /// When it was last used.
    pub(in crate::http) last_used_at: Option<Timestamp>,
    /// What was just done.
    pub(in crate::http) notice: Option<ApplicationNotice>,
    /// The problems.
    pub(in crate::http) problems: Vec<FieldProblem>,
    /// A new secret, shown this once.
    pub(in crate::http) secret: Option<String>,
    /// Its live secrets.
    pub(in crate::http) secrets: Vec<SecretLine>,
    /// Whether tokens of other issuers authenticate it as well.
    pub(in crate::http) has_workloads: bool,
    /// Gives it another secret.
    pub(in crate::http) rotate: Option<Form>,
    /// Programs to paste.
    pub(in crate::http) snippets: Vec<Snippet>,
    /// The addresses it needs.
    pub(in crate::http) endpoints: Vec<EndpointAddress>,
    /// Gets a token without a program.
    pub(in crate::http) try_out: Option<Form>,
    /// The token of "Try it".
    pub(in crate::http) tried: Option<Tried>,
    /// The open request.
    pub(in crate::http) waiting: Option<Waiting>,
    /// Its activity.
    pub(in crate::http) activity: Activity,
    /// Its webhooks.
    pub(in crate::http) hooks: Hooks,
    /// What it was told of sessions that ended, if it is or was told at all.
    pub(in crate::http) logouts: Option<Logouts>,
    /// Its owners.
    pub(in crate::http) people: People,
    /// Its settings, unless it is declared in the configuration.
    pub(in crate::http) settings: Option<SettingsForm>,
    /// Deactivates it.
    pub(in crate::http) deactivate: Option<Form>,
    /// Activates it again.
    pub(in crate::http) activate: Option<Form>,
    /// Deletes it. Posts `name`.
    pub(in crate::http) delete: Option<Form>,
    /// Brings it back.
    pub(in crate::http) undelete: Option<Form>,
}

impl ApplicationPage {
    fn delete_problem(&self) -> Option<&str> {
        self.problems.iter().find(|problem| problem.id == "delete-name").map(|problem| problem.text.as_str())
    }

    fn all_problems(&self) -> Vec<&FieldProblem> {
        let settings = self.settings.iter().flat_map(|settings| &settings.problems);
        self.problems.iter().chain(settings).collect()
    }

    fn is_deleted(&self) -> bool {
        matches!(self.standing, Standing::Deleted { .. })
    }
}

/// The logout tokens for an application.
#[derive(Clone, Debug)]
pub(in crate::http) struct Logouts {
    /// Where they are sent.
    pub(in crate::http) address: Option<String>,
    /// The newest of them, the newest first.
    pub(in crate::http) lines: Vec<DeliveryLine>,
}

/// The state of an application, as the page shows it.
#[derive(Clone, Debug)]
pub(in crate::http) enum Standing {
    /// It can be used.
    Active {
        /// What comes next if it stays unused.
        outlook: Option<String>,
    },
    /// It is refused.
    Deactivated {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: String,
        /// What comes next if it is not activated.
        outlook: Option<String>,
    },
    /// It is deleted.
    Deleted {
        /// Since when.
        at: Timestamp,
        /// Until when it can be brought back.
        until: Option<Timestamp>,
    },
}

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ApplicationNotice {
    /// It was registered.
    Created,
    /// It has another secret.
    Rotated,
    /// One of its secrets ended.
    Revoked,
    /// Its settings were changed.
    Saved,
    /// They were changed as far as a developer may choose alone.
    PartlySaved,
    /// It was deactivated.
    Deactivated,
    /// It was activated.
    Activated,
    /// It was brought back.
    Undeleted,
    /// An owner was invited.
    Invited,
    /// The person accepted an invitation and is an owner now.
    Joined,
    /// An owner was removed.
    Removed,
    /// An invitation was withdrawn.
    Withdrawn,
    /// A request for approval was withdrawn.
    ApprovalWithdrawn,
    /// One of its webhooks was deleted.
    WebhookDeleted,
}

impl ApplicationNotice {
    /// The notice of this name in an address.
    pub(in crate::http) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "created" => Self::Created,
            "rotated" => Self::Rotated,
            "revoked" => Self::Revoked,
            "saved" => Self::Saved,
            "asked" => Self::PartlySaved,
            "deactivated" => Self::Deactivated,
            "activated" => Self::Activated,
            "undeleted" => Self::Undeleted,
            "invited" => Self::Invited,
            "joined" => Self::Joined,
            "removed" => Self::Removed,
            "withdrawn" => Self::Withdrawn,
            "approval-withdrawn" => Self::ApprovalWithdrawn,
            "webhook-deleted" => Self::WebhookDeleted,
            _ => return None,
        })
    }

    fn text(self) -> &'static str {
        match self {
            Self::Created => "The application is registered.",
            Self::Rotated => "The application has a new secret.",
            Self::Revoked => "The secret is refused from now on.",
            Self::Saved => "The settings are saved.",
            Self::PartlySaved => "The settings are saved, except for what waits for an operator.",
            Self::Deactivated => "The application is deactivated: it gets no tokens until it is activated again.",
            Self::Activated => "The application works again.",
            Self::Undeleted => "The application is back.",
            Self::Invited => "The invitation is on its way.",
            Self::Joined => "You own this application now.",
            Self::Removed => "They no longer own this application.",
            Self::Withdrawn => "The invitation is withdrawn.",
            Self::ApprovalWithdrawn => "The request is withdrawn.",
            Self::WebhookDeleted => "The webhook is deleted. Nothing is sent to it any more.",
        }
    }
}

/// An open request for approval.
#[derive(Clone, Debug)]
pub(in crate::http) struct Waiting {
    /// Scopes, grants and audiences.
    pub(in crate::http) what: Vec<String>,
    /// The developer's reason.
    pub(in crate::http) reason: String,
    /// Since when.
    pub(in crate::http) since: Timestamp,
    /// Withdraws the request.
    pub(in crate::http) withdraw: Form,
}

/// A live secret.
#[derive(Clone, Debug)]
pub(in crate::http) struct SecretLine {
    /// Its last characters.
    pub(in crate::http) hint: String,
    /// When it was made.
    pub(in crate::http) created_at: Timestamp,
    /// The day it was last used on.
    pub(in crate::http) last_used_on: Option<Timestamp>,
    /// Ends it, where that can be done here.
    pub(in crate::http) revoke: Option<Form>,
}

/// An address of this server that the application needs.
#[derive(Clone, Debug)]
pub(in crate::http) struct EndpointAddress {
    /// What it is.
    pub(in crate::http) name: &'static str,
    /// Adds its `Location`.
    pub(in crate::http) address: String,
}

/// A token of "Try it".
#[derive(Clone, Debug)]
pub(in crate::http) struct Tried {
    /// The token.
    pub(in crate::http) token: String,
    /// What its header says.
    pub(in crate::http) header: String,
    /// What it says.
    pub(in crate::http) claims: String,
    /// How long it is good.
    pub(in crate::http) lives: String,
    /// A command that uses it.
    pub(in crate::http) command: String,
}
