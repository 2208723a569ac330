//! What is written down for good: who did what to what.

use super::ids::{AuditId, ClientId, Timestamp, UserId, WebhookId};
use crate::protocol::jose::SigningAlgorithm;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever can run commands on the server's machine.
    CommandLine,
    /// The configuration file, when the server started.
    Configuration,
    /// The server itself, by schedule.
    Schedule,
    /// An application, for itself.
    Application(ClientId),
    /// Whoever has just proven an address, before there is an account for it.
    Visitor,
    /// Somebody who is signed in, or an application that speaks for them.
    User(UserId),
}

impl Actor {
    /// The text that is stored.
    pub fn stored(&self) -> String {
        match self {
            Self::CommandLine => "command line".to_owned(),
            Self::Configuration => "configuration".to_owned(),
            Self::Schedule => "schedule".to_owned(),
            Self::Visitor => "visitor".to_owned(),
            Self::Application(client_id) => format!("application {client_id}"),
            Self::User(id) => format!("user {id}"),
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    /// An application was registered.
    ApplicationCreated {
        /// Which.
        client_id: ClientId,
    },
    /// An application's settings were changed.
    ApplicationChanged {
        /// Which.
        client_id: ClientId,
    },
    /// An application was deactivated.
    ApplicationDeactivated {
        /// Which.
        client_id: ClientId,
        /// Why.
        reason: &'static str,
    },
    /// An application was activated again.
    ApplicationActivated {
        /// Which.
        client_id: ClientId,
    },
    /// The owners of an unused application were warned.
    ApplicationWarned {
        /// Which.
        client_id: ClientId,
    },
    /// An unused application was kept by the link in a warning.
    ApplicationKept {
        /// Which.
        client_id: ClientId,
    },
    /// A deleted application was brought back.
    ApplicationUndeleted {
        /// Which.
        client_id: ClientId,
    },
    /// All but the client id of a deleted application was forgotten.
    ApplicationPurged {
        /// Which.
        client_id: ClientId,
    },
    /// An application was made to stay, used or not.
    ApplicationExempted {
        /// Which.
        client_id: ClientId,
    },
    /// An application lives by the rules again.
    ApplicationUnexempted {
        /// Which.
        client_id: ClientId,
    },
    /// An application was deleted.
    ApplicationDeleted {
        /// Which.
        client_id: ClientId,
    },
    /// Who looks after an application got one of its tokens to look at.
    TokenTried {
        /// Whose.
        client_id: ClientId,
    },
    /// An application got a new secret.
    SecretAdded {
        /// Whose.
        client_id: ClientId,
        /// The secret's last characters.
        hint: String,
    },
    /// A secret of an application ended.
    SecretRevoked {
        /// Whose.
        client_id: ClientId,
        /// The secret's last characters.
        hint: String,
    },
    /// Somebody was invited to look after an application.
    OwnerInvited {
        /// Which.
        client_id: ClientId,
    },
    /// Somebody began or stopped looking after an application.
    OwnersChanged {
        /// Which.
        client_id: ClientId,
        /// `joined` or `left`.
        what: &'static str,
    },
    /// What an application waited for was decided.
    ApprovalDecided {
        /// Whose.
        client_id: ClientId,
        /// How.
        decision: &'static str,
    },
    /// An account was made.
    UserCreated {
        /// Its public name; an address would outlive the account here.
        sub: String,
    },
    /// What is known of an account was changed.
    UserChanged {
        /// Which.
        sub: String,
        /// What of it.
        what: String,
    },
    /// Somebody was signed out everywhere, by somebody else.
    UserSignedOut {
        /// Who.
        sub: String,
    },
    /// An account was disabled.
    UserDisabled {
        /// Which.
        sub: String,
    },
    /// An account was enabled again.
    UserEnabled {
        /// Which.
        sub: String,
    },
    /// An account was deleted.
    UserDeleted {
        /// Which.
        sub: String,
    },
    /// A code or refresh token was used a second time, and what had grown from it was ended.
    ReplayDetected {
        /// To which application it was issued.
        client_id: ClientId,
        /// What was used twice.
        what: &'static str,
    },
    /// A signing key was made; from now on it is published.
    KeyCreated {
        /// Which.
        kid: String,
        /// What it signs with.
        algorithm: SigningAlgorithm,
    },
    /// The announced key was made to sign ahead of its date.
    KeyPromoted {
        /// Which.
        kid: String,
    },
    /// A key was taken out with all it had signed.
    KeyRevoked {
        /// Which.
        kid: String,
    },
    /// A webhook was made.
    WebhookCreated {
        /// Which.
        webhook: WebhookId,
    },
    /// A webhook was changed.
    WebhookChanged {
        /// Which.
        webhook: WebhookId,
        /// What of it.
        what: &'static str,
    },
    /// A webhook is sent nothing any more.
    WebhookDisabled {
        /// Which.
        webhook: WebhookId,
        /// Why.
        reason: &'static str,
    },
    /// A webhook was deleted.
    WebhookDeleted {
        /// Which.
        webhook: WebhookId,
    },
    /// The private keys were encrypted again under the newest master key.
    KeysReencrypted {
        /// How many.
        count: usize,
    },
}

impl AuditEvent {
    /// The event's name, what it happened to, and one more detail.
    pub fn stored(&self) -> (&'static str, String, String) {
        let client = |name, client_id: &ClientId| (name, client_id.to_string(), String::new());
        let user = |name, sub: &String| (name, sub.clone(), String::new());
        match self {
            Self::ApplicationCreated { client_id } => client("application.created", client_id),
            Self::ApplicationChanged { client_id } => client("application.changed", client_id),
            Self::ApplicationDeactivated { client_id, reason } => {
                ("application.deactivated", client_id.to_string(), (*reason).to_owned())
            }
            Self::ApplicationActivated { client_id } => client("application.activated", client_id),
            Self::ApplicationWarned { client_id } => client("application.warned", client_id),
            Self::ApplicationKept { client_id } => client("application.kept", client_id),
            Self::ApplicationUndeleted { client_id } => client("application.undeleted", client_id),
            Self::ApplicationPurged { client_id } => client("application.purged", client_id),
            Self::ApplicationExempted { client_id } => client("application.exempted", client_id),
            Self::ApplicationUnexempted { client_id } => client("application.unexempted", client_id),
            Self::ApplicationDeleted { client_id } => client("application.deleted", client_id),
            Self::TokenTried { client_id } => client("application.tried", client_id),
            Self::SecretAdded { client_id, hint } => ("secret.added", client_id.to_string(), hint.clone()),
            Self::SecretRevoked { client_id, hint } => ("secret.revoked", client_id.to_string(), hint.clone()),
            Self::OwnerInvited { client_id } => client("application.owner_invited", client_id),
            Self::OwnersChanged { client_id, what } => {
                ("application.owners_changed", client_id.to_string(), (*what).to_owned())
            }
            Self::ApprovalDecided { client_id, decision } => {
                ("application.approval_decided", client_id.to_string(), (*decision).to_owned())
            }
            Self::UserCreated { sub } => user("user.created", sub),
            Self::UserChanged { sub, what } => ("user.changed", sub.clone(), what.clone()),
            Self::UserSignedOut { sub } => user("user.signed_out", sub),
            Self::UserDisabled { sub } => user("user.disabled", sub),
            Self::UserEnabled { sub } => user("user.enabled", sub),
            Self::UserDeleted { sub } => user("user.deleted", sub),
            Self::KeyCreated { kid, algorithm } => ("key.created", kid.clone(), algorithm.to_string()),
            Self::ReplayDetected { client_id, what } => {
                ("tokens.replay_detected", client_id.to_string(), (*what).to_owned())
            }
            Self::KeyPromoted { kid } => ("key.promoted", kid.clone(), String::new()),
            Self::KeyRevoked { kid } => ("key.revoked", kid.clone(), String::new()),
            Self::WebhookCreated { webhook } => ("webhook.created", webhook.to_string(), String::new()),
            Self::WebhookChanged { webhook, what } => ("webhook.changed", webhook.to_string(), (*what).to_owned()),
            Self::WebhookDisabled { webhook, reason } => {
                ("webhook.disabled", webhook.to_string(), (*reason).to_owned())
            }
            Self::WebhookDeleted { webhook } => ("webhook.deleted", webhook.to_string(), String::new()),
            Self::KeysReencrypted { count } => ("keys.reencrypted", String::new(), count.to_string()),
        }
    }
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its row.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub event: AuditEvent,
}
