//! The events that webhooks get: which webhooks get each, and its payload.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use super::audit::{Actor, AuditEntry, AuditEvent};
use super::group::{GroupChange, GroupName};
use super::ids::{ClientId, MessageId, Timestamp, WebhookId};
use super::passkey::PasskeyChange;
use super::upstream::UpstreamChange;

/// Declares the events of webhooks, each with its name on the wire.
macro_rules! event_types {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// An event that webhooks can subscribe to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl EventType {
            /// Every one, in the order in which they are listed to people.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name on the wire, in the audit log and in filters.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

event_types! {
    ApplicationCreated = "application.created",
    ApplicationChanged = "application.changed",
    ApplicationDeactivated = "application.deactivated",
    ApplicationActivated = "application.activated",
    ApplicationWarned = "application.warned",
    ApplicationKept = "application.kept",
    ApplicationDeleted = "application.deleted",
    ApplicationUndeleted = "application.undeleted",
    OwnersChanged = "application.owners_changed",
    ApprovalDecided = "application.approval_decided",
    SecretAdded = "secret.added",
    SecretRevoked = "secret.revoked",
    ReplayDetected = "tokens.replay_detected",
    UserCreated = "user.created",
    UserChanged = "user.changed",
    UserDisabled = "user.disabled",
    UserEnabled = "user.enabled",
    UserDeleted = "user.deleted",
    PasskeyAdded = "passkey.added",
    PasskeyRemoved = "passkey.removed",
    PasskeyCloned = "passkey.cloned",
    UpstreamLinked = "upstream.linked",
    UpstreamUnlinked = "upstream.unlinked",
    GroupCreated = "group.created",
    GroupChanged = "group.changed",
    GroupDeleted = "group.deleted",
    GroupMemberAdded = "group.member_added",
    GroupMemberRemoved = "group.member_removed",
    KeyRevoked = "key.revoked",
    WebhookCreated = "webhook.created",
    WebhookChanged = "webhook.changed",
    WebhookDisabled = "webhook.disabled",
    WebhookDeleted = "webhook.deleted",
}

impl EventType {
    /// Whether the webhooks of an application get it too, and not only those of the server.
    pub const fn is_of_applications(self) -> bool {
        match self {
            Self::ApplicationCreated
            | Self::ApplicationChanged
            | Self::ApplicationDeactivated
            | Self::ApplicationActivated
            | Self::ApplicationWarned
            | Self::ApplicationKept
            | Self::ApplicationDeleted
            | Self::ApplicationUndeleted
            | Self::OwnersChanged
            | Self::ApprovalDecided
            | Self::SecretAdded
            | Self::SecretRevoked
            | Self::ReplayDetected => true,
            Self::UserCreated
            | Self::UserChanged
            | Self::UserDisabled
            | Self::UserEnabled
            | Self::UserDeleted
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::PasskeyCloned
            | Self::UpstreamLinked
            | Self::UpstreamUnlinked
            | Self::GroupCreated
            | Self::GroupChanged
            | Self::GroupDeleted
            | Self::GroupMemberAdded
            | Self::GroupMemberRemoved
            | Self::KeyRevoked
            | Self::WebhookCreated
            | Self::WebhookChanged
            | Self::WebhookDisabled
            | Self::WebhookDeleted => false,
        }
    }
}

/// A text that names no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no event that webhooks are told; there are {all}", all = names().join(", "))]
pub struct UnknownEvent(String);

fn names() -> Vec<&'static str> {
    EventType::ALL.iter().map(|event| event.name()).collect()
}

impl FromStr for EventType {
    type Err = UnknownEvent;

    fn from_str(name: &str) -> Result<Self, UnknownEvent> {
        let found = Self::ALL.iter().find(|event| event.name() == name);
        found.copied().ok_or_else(|| UnknownEvent(name.chars().take(60).collect()))
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A message as webhooks carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same for every receiver and every attempt.
    pub id: MessageId,
    /// The name of what happened.
    pub event: &'static str,
    /// The application whose webhooks get it, besides those of the server.
    pub about: Option<ClientId>,
    /// The JSON that is sent.
    pub payload: String,
}

impl Message {
    /// A test message.
    pub fn ping(id: MessageId, at: Timestamp) -> Self {
        let event = "ping";
        Self { id, event, about: None, payload: payload(event, at, &json!({})) }
    }
}

impl AuditEntry {
    /// The message for webhooks, if the event is sent to any.
    pub fn message(&self) -> Option<Message> {
        let (event, facts) = webhook_facts(&self.event)?;
        let (about, mut data) = match facts {
            WebhookFacts::Owners(client_id, data) => (Some(client_id.clone()), data),
            WebhookFacts::Operators(data) => (None, data),
        };
        data["actor"] = actor(&self.actor).into();
        let id = MessageId::from_bytes(*self.id.as_bytes());
        Some(Message { id, event: event.name(), about, payload: payload(event.name(), self.at, &data) })
    }
}

fn payload(event: &str, at: Timestamp, data: &Value) -> String {
    json!({ "type": event, "timestamp": at.to_string(), "data": data }).to_string()
}

/// The kind of actor, without an id: row ids of accounts are internal.
const fn actor(actor: &Actor) -> &'static str {
    match actor {
        Actor::CommandLine => "command_line",
        Actor::Configuration => "configuration",
        Actor::Schedule => "schedule",
        Actor::Application(_) => "application",
        Actor::Visitor => "visitor",
        Actor::User(_) => "user",
    }
}

/// Which webhooks get an event, with its payload.
enum WebhookFacts<'a> {
    /// The webhooks of the server.
    Operators(Value),
    /// Those, and the webhooks of this application.
    Owners(&'a ClientId, Value),
}

/// Decides for each event whether it is sent and to whom. There is no wildcard here, so that an event that is added
/// to the audit log cannot be forgotten. An account is named by its `sub`, never by an address; a secret by its last
/// characters.
#[expect(clippy::too_many_lines, reason = "an arm for each event, so that none is forgotten")]
fn webhook_facts(event: &AuditEvent) -> Option<(EventType, WebhookFacts<'_>)> {
    use AuditEvent as Audit;
    let client =
        |event, client_id| Some((event, WebhookFacts::Owners(client_id, json!({ "client_id": client_id.as_str() }))));
    let user = |event, sub: &str| Some((event, WebhookFacts::Operators(json!({ "sub": sub }))));
    let more = |event, client_id, member: &str, value: &str| {
        let data = json!({ "client_id": ClientId::as_str(client_id), member: value });
        Some((event, WebhookFacts::Owners(client_id, data)))
    };
    match event {
        Audit::ApplicationCreated { client_id } | Audit::ApplicationRegistered { client_id, .. } => {
            client(EventType::ApplicationCreated, client_id)
        }
        Audit::ApplicationChanged { client_id, .. } => client(EventType::ApplicationChanged, client_id),
        Audit::ApplicationActivated { client_id } => client(EventType::ApplicationActivated, client_id),
        Audit::ApplicationWarned { client_id } => client(EventType::ApplicationWarned, client_id),
        Audit::ApplicationKept { client_id } => client(EventType::ApplicationKept, client_id),
        Audit::ApplicationDeleted { client_id } | Audit::ApplicationExpired { client_id } => {
            client(EventType::ApplicationDeleted, client_id)
        }
        Audit::ApplicationUndeleted { client_id } => client(EventType::ApplicationUndeleted, client_id),
        Audit::OwnersChanged { client_id, what, who } => {
            let data = json!({ "client_id": client_id.as_str(), "what": what.name(), "sub": who.0 });
            Some((EventType::OwnersChanged, WebhookFacts::Owners(client_id, data)))
        }
        Audit::ApprovalDecided { client_id, decision, .. } => {
            more(EventType::ApprovalDecided, client_id, "decision", decision)
        }
        Audit::ApplicationDeactivated { client_id, reason } => {
            more(EventType::ApplicationDeactivated, client_id, "reason", reason)
        }
        Audit::SecretAdded { client_id, hint } => more(EventType::SecretAdded, client_id, "secret_hint", hint),
        Audit::SecretRevoked { client_id, hint } => more(EventType::SecretRevoked, client_id, "secret_hint", hint),
        Audit::ReplayDetected { client_id, what } => more(EventType::ReplayDetected, client_id, "what", what),
        Audit::UserCreated { sub, .. } => user(EventType::UserCreated, sub),
        Audit::UserChanged { sub, what } => {
            Some((EventType::UserChanged, WebhookFacts::Operators(json!({ "sub": sub, "what": what }))))
        }
        Audit::UserAddressChanged { sub } | Audit::UserAddressRestored { sub } => {
            Some((EventType::UserChanged, WebhookFacts::Operators(json!({ "sub": sub, "what": "email" }))))
        }
        Audit::UserDisabled { sub } => user(EventType::UserDisabled, sub),
        Audit::UserEnabled { sub } => user(EventType::UserEnabled, sub),
        Audit::UserDeleted { sub } => user(EventType::UserDeleted, sub),
        Audit::PasskeyChanged { sub, what } => match what {
            PasskeyChange::Added => user(EventType::PasskeyAdded, sub),
            PasskeyChange::Removed => user(EventType::PasskeyRemoved, sub),
            PasskeyChange::Cloned => user(EventType::PasskeyCloned, sub),
        },
        Audit::UpstreamChanged { sub, what, upstream } => {
            let event = match what {
                UpstreamChange::Linked => EventType::UpstreamLinked,
                UpstreamChange::Unlinked => EventType::UpstreamUnlinked,
                UpstreamChange::SignedIn => return None,
            };
            Some((event, WebhookFacts::Operators(json!({ "sub": sub, "upstream": upstream.as_str() }))))
        }
        Audit::GroupChanged { group, what } => Some(group_facts(group, what)),
        Audit::KeyRevoked { kid } => Some((EventType::KeyRevoked, WebhookFacts::Operators(json!({ "kid": kid })))),
        Audit::WebhookCreated { webhook } => Some(of_webhook(EventType::WebhookCreated, webhook)),
        Audit::WebhookChanged { webhook, .. } => Some(of_webhook(EventType::WebhookChanged, webhook)),
        Audit::WebhookDeleted { webhook } => Some(of_webhook(EventType::WebhookDeleted, webhook)),
        Audit::WebhookDisabled { webhook, reason } => {
            let data = json!({ "webhook": webhook.to_string(), "reason": reason });
            Some((EventType::WebhookDisabled, WebhookFacts::Operators(data)))
        }
        // Keys rotate by themselves, and verifiers read the key set. The others change nothing for an application and
        // its users.
        Audit::KeyCreated { .. }
        | Audit::KeyPromoted { .. }
        | Audit::KeysReencrypted { .. }
        | Audit::RegistrationTokenCreated { .. }
        | Audit::RegistrationTokenRevoked { .. }
        | Audit::OwnerInvited { .. }
        | Audit::InvitationEnded { .. }
        | Audit::ApprovalAsked { .. }
        | Audit::UserInvited { .. }
        | Audit::UserInvitationWithdrawn
        | Audit::UserSignedOut { .. }
        | Audit::UserExported { .. }
        | Audit::TokenTried { .. }
        | Audit::TokenExchanged { .. }
        | Audit::AssertionAccepted { .. }
        | Audit::ApplicationExempted { .. }
        | Audit::ApplicationUnexempted { .. }
        | Audit::ApplicationPurged { .. } => None,
    }
}

fn of_webhook(event: EventType, webhook: &WebhookId) -> (EventType, WebhookFacts<'static>) {
    (event, WebhookFacts::Operators(json!({ "webhook": webhook.to_string() })))
}

fn group_facts(group: &GroupName, what: &GroupChange) -> (EventType, WebhookFacts<'static>) {
    let group = group.as_str();
    let (event, data) = match what {
        GroupChange::Created => (EventType::GroupCreated, json!({ "group": group })),
        GroupChange::Deleted => (EventType::GroupDeleted, json!({ "group": group })),
        GroupChange::Changed(what) => (EventType::GroupChanged, json!({ "group": group, "what": what })),
        GroupChange::MemberAdded(sub) => (EventType::GroupMemberAdded, json!({ "group": group, "sub": sub })),
        GroupChange::MemberRemoved(sub) => (EventType::GroupMemberRemoved, json!({ "group": group, "sub": sub })),
    };
    (event, WebhookFacts::Operators(data))
}
