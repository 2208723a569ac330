//! The messages for events and notices.

use crate::domain::webhook_event::EventType;

/// A sentence about an event, for owners.
pub(super) const fn sentence_about(event: EventType) -> &'static str {
    match event {
        EventType::ApplicationCreated => "An application is registered.",
        EventType::ApplicationChanged => "Its settings are changed.",
        EventType::ApplicationDeactivated => {
            "It gets no more tokens: an owner or operator asked for that, or it was unused."
        }
        EventType::ApplicationActivated => "It gets tokens again.",
        EventType::ApplicationWarned => "It is unused, and its owners are told by mail.",
        EventType::ApplicationKept => "An owner followed the link that keeps it.",
        EventType::ApplicationDeleted => "It is deleted. For a while it can be brought back.",
        EventType::ApplicationUndeleted => "It is brought back.",
        EventType::OwnersChanged => "An owner was added or removed.",
        EventType::ApprovalDecided => "What was asked of an operator is granted, refused or withdrawn.",
        EventType::SecretAdded => "It has another secret.",
        EventType::SecretRevoked => "One of its secrets is refused from now on.",
        EventType::ReplayDetected => "A code or a token that works once was used twice: it may have been copied.",
        EventType::UserCreated => "An account was made.",
        EventType::UserChanged => "Something about an account is changed.",
        EventType::UserDisabled => "An account is disabled, and all that it granted ends.",
        EventType::UserEnabled => "An account can be used again.",
        EventType::UserDeleted => "An account is deleted for good.",
        EventType::PasskeyAdded => "A person adds a passkey.",
        EventType::PasskeyRemoved => "A passkey of an account is removed.",
        EventType::PasskeyCloned => "A passkey is refused because there are two of it.",
        EventType::UpstreamLinked => "An account can be signed in to at another provider.",
        EventType::UpstreamUnlinked => "An account at another provider does not sign in any more.",
        EventType::GroupCreated => "A group was made.",
        EventType::GroupChanged => "A group is seen by developers, or not any more; or the configuration has it.",
        EventType::GroupDeleted => "A group is deleted. It does not let anybody into an application any more.",
        EventType::GroupMemberAdded => "An account was added to a group.",
        EventType::GroupMemberRemoved => "An account was taken out of a group.",
        EventType::KeyRevoked => "A signing key is revoked: fetch the key set again.",
        EventType::WebhookCreated => "A webhook was made.",
        EventType::WebhookChanged => "A webhook is changed or has another secret.",
        EventType::WebhookDisabled => "A webhook is sent nothing any more.",
        EventType::WebhookDeleted => "A webhook is deleted.",
    }
}

/// The notice of this name.
pub(super) fn notice(name: &str) -> Option<&'static str> {
    Some(match name {
        "created" => "The webhook is made. Send a test event to see whether it arrives.",
        "saved" => "The webhook is changed.",
        "rotated" => "The webhook has a new secret. For a day messages are signed with both.",
        "pinged" => "A test event is on its way. Load the page again to see what became of it.",
        "sent-again" => "The message is on its way again. Load the page again to see what became of it.",
        "enabled" => "The webhook is sent messages again. What happened meanwhile is not sent.",
        "disabled" => "The webhook is sent nothing any more, and what waited is given up.",
        _ => return None,
    })
}
