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
