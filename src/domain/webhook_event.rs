//! The events that webhooks get: which webhooks get each, and its payload.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::{Concerned, OwnerChange};
    use crate::domain::ids::{AuditId, UserId};
    use crate::protocol::jose::SigningAlgorithm;

    fn entry(event: AuditEvent) -> AuditEntry {
        let at = Timestamp::from_seconds(1_614_676_262);
        AuditEntry { id: AuditId::from_bytes([7; 16]), at, actor: Actor::User(UserId::from_bytes([1; 16])), event }
    }

    fn webhook_events() -> Vec<AuditEvent> {
        let client_id: ClientId = "orders".parse().unwrap();
        let (id, sub) = (|| client_id.clone(), || "u1".to_owned());
        let webhook = WebhookId::from_bytes([2; 16]);
        let of_upstream = |what| AuditEvent::UpstreamChanged { sub: sub(), what, upstream: "corp".parse().unwrap() };
        let of_group = |what| AuditEvent::GroupChanged { group: "staff".parse().unwrap(), what };
        vec![
            AuditEvent::ApplicationCreated { client_id: id() },
            AuditEvent::ApplicationChanged { client_id: id(), what: "name".to_owned() },
            AuditEvent::ApplicationDeactivated { client_id: id(), reason: "unused" },
            AuditEvent::ApplicationActivated { client_id: id() },
            AuditEvent::ApplicationWarned { client_id: id() },
            AuditEvent::ApplicationKept { client_id: id() },
            AuditEvent::ApplicationDeleted { client_id: id() },
            AuditEvent::ApplicationUndeleted { client_id: id() },
            AuditEvent::OwnersChanged { client_id: id(), what: OwnerChange::Joined, who: Concerned(Some(sub())) },
            AuditEvent::ApprovalDecided { client_id: id(), decision: "granted", what: "scope +a".to_owned() },
            AuditEvent::SecretAdded { client_id: id(), hint: "abcd".to_owned() },
            AuditEvent::SecretRevoked { client_id: id(), hint: "abcd".to_owned() },
            AuditEvent::ReplayDetected { client_id: id(), what: "code" },
            AuditEvent::UserCreated { sub: sub(), operator: false },
            AuditEvent::UserChanged { sub: sub(), what: "name".to_owned() },
            AuditEvent::UserDisabled { sub: sub() },
            AuditEvent::UserEnabled { sub: sub() },
            AuditEvent::UserDeleted { sub: sub() },
            AuditEvent::PasskeyChanged { sub: sub(), what: PasskeyChange::Added },
            AuditEvent::PasskeyChanged { sub: sub(), what: PasskeyChange::Removed },
            AuditEvent::PasskeyChanged { sub: sub(), what: PasskeyChange::Cloned },
            of_upstream(UpstreamChange::Linked),
            of_upstream(UpstreamChange::Unlinked),
            of_group(GroupChange::Created),
            of_group(GroupChange::Changed("visible_to_developers")),
            of_group(GroupChange::Deleted),
            of_group(GroupChange::MemberAdded(sub())),
            of_group(GroupChange::MemberRemoved(sub())),
            AuditEvent::KeyRevoked { kid: "k".to_owned() },
            AuditEvent::WebhookCreated { webhook },
            AuditEvent::WebhookChanged { webhook, what: "url" },
            AuditEvent::WebhookDisabled { webhook, reason: "gone" },
            AuditEvent::WebhookDeleted { webhook },
        ]
    }

    #[test]
    fn every_type_is_told_of_an_event_under_the_name_that_the_audit_log_has_for_it() {
        let events = webhook_events();
        let names: Vec<_> = events.iter().map(|event| event.stored().0).collect();
        let sent: Vec<_> = events.into_iter().map(|event| entry(event).message().unwrap().event).collect();
        assert_eq!(sent, names);
        assert_eq!(sent, super::names());
    }

    #[test]
    fn an_application_may_wait_for_what_it_is_told_and_for_nothing_else() {
        for (event, kind) in webhook_events().into_iter().zip(EventType::ALL) {
            let is_told = entry(event).message().unwrap().about.is_some();
            assert_eq!(is_told, kind.is_of_applications(), "{kind}");
        }
    }

    #[test]
    fn a_message_says_what_happened_when_and_to_what() {
        let client_id: ClientId = "orders".parse().unwrap();
        let event = AuditEvent::ApplicationDeactivated { client_id: client_id.clone(), reason: "unused" };
        let message = entry(event).message().unwrap();
        assert_eq!(message.about, Some(client_id));
        let expected = json!({
            "type": "application.deactivated", "timestamp": "2021-03-02T09:11:02Z",
            "data": { "client_id": "orders", "reason": "unused", "actor": "user" },
        });
        assert_eq!(serde_json::from_str::<Value>(&message.payload).unwrap(), expected);
    }

    #[test]
    fn events_of_accounts_go_to_operators_alone_and_scheduled_keys_to_no_webhook() {
        let message = entry(AuditEvent::UserDeleted { sub: "u1".to_owned() }).message().unwrap();
        assert_eq!(message.about, None);
        let made = AuditEvent::KeyCreated { kid: "k".to_owned(), algorithm: SigningAlgorithm::Rs256 };
        assert_eq!(entry(made).message(), None);
    }

    #[test]
    fn an_event_reads_back_by_its_name_and_nothing_else_is_one() {
        for event in EventType::ALL {
            assert_eq!(event.to_string().parse(), Ok(*event));
        }
        let refused = "key.created".parse::<EventType>().unwrap_err().to_string();
        assert!(refused.contains("'key.created'") && refused.contains("application.created"), "{refused}");
    }
}
