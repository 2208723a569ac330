//! The messages for events and notices.

use crate::domain::webhook_event::EventType;
use crate::http::portal::messages::PortalMessages;

/// A sentence about an event, for owners.
pub(super) const fn sentence_about(t: &PortalMessages, event: EventType) -> &'static str {
    let t = &t.webhooks.occasions;
    match event {
        EventType::ApplicationCreated => t.application_created,
        EventType::ApplicationChanged => t.application_changed,
        EventType::ApplicationDeactivated => t.application_deactivated,
        EventType::ApplicationActivated => t.application_activated,
        EventType::ApplicationWarned => t.application_warned,
        EventType::ApplicationKept => t.application_kept,
        EventType::ApplicationDeleted => t.application_deleted,
        EventType::ApplicationUndeleted => t.application_undeleted,
        EventType::OwnersChanged => t.owners_changed,
        EventType::ApprovalDecided => t.approval_decided,
        EventType::SecretAdded => t.secret_added,
        EventType::SecretRevoked => t.secret_revoked,
        EventType::ReplayDetected => t.replay_detected,
        EventType::UserCreated => t.user_created,
        EventType::UserChanged => t.user_changed,
        EventType::UserDisabled => t.user_disabled,
        EventType::UserEnabled => t.user_enabled,
        EventType::UserDeleted => t.user_deleted,
        EventType::PasskeyAdded => t.passkey_added,
        EventType::PasskeyRemoved => t.passkey_removed,
        EventType::PasskeyCloned => t.passkey_cloned,
        EventType::UpstreamLinked => t.upstream_linked,
        EventType::UpstreamUnlinked => t.upstream_unlinked,
        EventType::GroupCreated => t.group_created,
        EventType::GroupChanged => t.group_changed,
        EventType::GroupDeleted => t.group_deleted,
        EventType::GroupMemberAdded => t.group_member_added,
        EventType::GroupMemberRemoved => t.group_member_removed,
        EventType::KeyRevoked => t.key_revoked,
        EventType::WebhookCreated => t.webhook_created,
        EventType::WebhookChanged => t.webhook_changed,
        EventType::WebhookDisabled => t.webhook_disabled,
        EventType::WebhookDeleted => t.webhook_deleted,
    }
}

/// The notice of this name.
pub(super) fn notice(t: &PortalMessages, name: &str) -> Option<&'static str> {
    let t = &t.webhooks.done;
    Some(match name {
        "created" => t.created,
        "saved" => t.saved,
        "rotated" => t.rotated,
        "pinged" => t.pinged,
        "sent-again" => t.sent_again,
        "enabled" => t.enabled,
        "disabled" => t.disabled,
        _ => return None,
    })
}
