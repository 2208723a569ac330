//! What the pages of an application share.

use super::{DeliveryLine, FieldProblem};
use crate::domain::ids::Timestamp;
use crate::http::pages::view::{App, Form};
use crate::http::portal::kinds::KindMessages;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::tab::Tab;

/// What is at the top of every page of an application.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and shown as one")]
pub(in crate::http) struct ApplicationHead {
    /// Its name.
    pub(in crate::http) app: App,
    /// Its public name.
    pub(in crate::http) client_id: String,
    /// What it is.
    pub(in crate::http) kind: KindMessages,
    /// Its state.
    pub(in crate::http) standing: Standing,
    /// Its pages.
    pub(in crate::http) tabs: Vec<TabLink>,
    /// The one that is shown.
    pub(in crate::http) here: Tab,
    /// Whether the configuration file is the only place to change it.
    pub(in crate::http) declared: bool,
    /// Whether its document is.
    pub(in crate::http) described: bool,
    /// Whether an operator sees another owner's application.
    pub(in crate::http) as_operator: bool,
    /// Whether there is no person who may use it.
    pub(in crate::http) for_nobody: bool,
    /// What was just done.
    pub(in crate::http) notice: Option<ApplicationNotice>,
    /// The problems.
    pub(in crate::http) problems: Vec<FieldProblem>,
    /// A new secret, shown this once.
    pub(in crate::http) secret: Option<String>,
    /// The open request.
    pub(in crate::http) waiting: Option<Waiting>,
}

impl ApplicationHead {
    /// What the page is called.
    pub(in crate::http) fn title(&self, t: &PortalMessages) -> String {
        match self.here {
            Tab::Overview => self.app.called(),
            tab => format!("{} – {}", tab.title(t), self.app.called()),
        }
    }

    /// The problem of the element with this id.
    pub(in crate::http) fn problem_of(&self, id: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.id == id).map(|problem| problem.text.as_str())
    }

    /// Whether it is deleted.
    pub(in crate::http) const fn is_deleted(&self) -> bool {
        matches!(self.standing, Standing::Deleted { .. })
    }

    /// Whether an open request is shown here.
    pub(in crate::http) fn shown_request(&self) -> Option<&Waiting> {
        self.waiting.as_ref().filter(|_| matches!(self.here, Tab::Overview | Tab::Access))
    }
}

/// A link to a tab.
#[derive(Clone, Debug)]
pub(in crate::http) struct TabLink {
    /// What it is called.
    pub(in crate::http) title: &'static str,
    /// Where it is.
    pub(in crate::http) href: String,
    /// Whether it is the page itself.
    pub(in crate::http) is_here: bool,
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

    /// What it says.
    pub(in crate::http) const fn text(self, t: &PortalMessages) -> &'static str {
        match self {
            Self::Created => t.done.created,
            Self::Rotated => t.done.rotated,
            Self::Revoked => t.done.revoked,
            Self::Saved => t.done.saved,
            Self::PartlySaved => t.done.partly_saved,
            Self::Deactivated => t.done.deactivated,
            Self::Activated => t.done.activated,
            Self::Undeleted => t.done.undeleted,
            Self::Invited => t.done.invited,
            Self::Joined => t.done.joined,
            Self::Removed => t.done.removed,
            Self::Withdrawn => t.done.withdrawn,
            Self::ApprovalWithdrawn => t.done.approval_withdrawn,
            Self::WebhookDeleted => t.webhooks.done.deleted,
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

/// What the application would be told of a person who signs in.
#[derive(Clone, Debug)]
pub(in crate::http) struct TriedSignIn {
    /// What its access token would say.
    pub(in crate::http) access_token: String,
    /// What its ID token would say.
    pub(in crate::http) id_token: Option<String>,
    /// The answer of userinfo.
    pub(in crate::http) userinfo: Option<String>,
    /// Whether a sign-in with a passkey would be asked for first.
    pub(in crate::http) asks_for_passkey: bool,
    /// Where a sign-in begins that ends at the application, with a code that nobody can redeem.
    pub(in crate::http) begin: Option<String>,
}
