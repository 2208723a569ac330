//! How the audit log keeps what happened: these names stay what they are, since other programs read them.

use std::fmt;

use super::AuditEvent;
use crate::domain::group::GroupName;
use crate::domain::ids::ClientId;

impl AuditEvent {
    /// The event's name, its subject and its detail, as they are stored.
    #[expect(clippy::too_many_lines, reason = "an arm for each event")]
    pub fn stored(&self) -> (&'static str, String, String) {
        let client = |name, client_id: &ClientId| (name, client_id.to_string(), String::new());
        let user = |name, sub: &String| (name, sub.clone(), String::new());
        let about =
            |name, client_id: &ClientId, detail: &dyn fmt::Display| (name, client_id.to_string(), detail.to_string());
        match self {
            Self::ApplicationCreated { client_id } => client("application.created", client_id),
            Self::ApplicationRegistered { client_id, token, network } => {
                let by = match token {
                    Some(token) => format!("with token {token}"),
                    None if client_id.document().is_some() => "by its document".to_owned(),
                    None => "openly".to_owned(),
                };
                about("application.registered", client_id, &format!("{by} from {network}"))
            }
            Self::ApplicationExpired { client_id } => client("application.expired", client_id),
            Self::ApplicationChanged { client_id, what } => about("application.changed", client_id, what),
            Self::ApplicationDeactivated { client_id, reason } => about("application.deactivated", client_id, reason),
            Self::ApplicationActivated { client_id } => client("application.activated", client_id),
            Self::ApplicationWarned { client_id } => client("application.warned", client_id),
            Self::ApplicationKept { client_id } => client("application.kept", client_id),
            Self::ApplicationUndeleted { client_id } => client("application.undeleted", client_id),
            Self::ApplicationPurged { client_id } => client("application.purged", client_id),
            Self::ApplicationExempted { client_id } => client("application.exempted", client_id),
            Self::ApplicationUnexempted { client_id } => client("application.unexempted", client_id),
            Self::ApplicationDeleted { client_id } => client("application.deleted", client_id),
            Self::TokenTried { client_id } => client("application.tried", client_id),
            Self::TokenExchanged { client_id, sub, from, audience } => {
                about("tokens.exchanged", client_id, &format!("for {audience}, in the name of {sub}, from {from}"))
            }
            Self::AssertionAccepted { client_id, sub, issuer } => {
                about("tokens.asserted", client_id, &format!("in the name of {sub}, by {issuer}"))
            }
            Self::SecretAdded { client_id, hint } => about("secret.added", client_id, hint),
            Self::SecretRevoked { client_id, hint } => about("secret.revoked", client_id, hint),
            Self::OwnerInvited { client_id, purpose, who } => {
                about("application.owner_invited", client_id, &format!("{} {who}", purpose.name()))
            }
            Self::InvitationEnded { client_id, how, who } => about(how.event(), client_id, who),
            Self::OwnersChanged { client_id, what, who } => {
                about("application.owners_changed", client_id, &format!("{} {who}", what.name()))
            }
            Self::ApprovalAsked { client_id, what } => about("application.approval_asked", client_id, what),
            Self::ApprovalDecided { client_id, decision, what } => {
                about("application.approval_decided", client_id, &format!("{decision} {what}"))
            }
            Self::UserInvited { groups } => {
                let groups: Vec<&str> = groups.iter().map(GroupName::as_str).collect();
                ("user.invited", String::new(), groups.join(" "))
            }
            Self::UserInvitationWithdrawn => ("user.invitation_withdrawn", String::new(), String::new()),
            Self::UserCreated { sub, operator } => {
                ("user.created", sub.clone(), if *operator { "operator" } else { "" }.to_owned())
            }
            Self::UserChanged { sub, what } => ("user.changed", sub.clone(), what.clone()),
            Self::UserSignedOut { sub } => user("user.signed_out", sub),
            Self::UserAddressChanged { sub } => user("user.address_changed", sub),
            Self::UserAddressRestored { sub } => user("user.address_restored", sub),
            Self::UserExported { sub } => user("user.exported", sub),
            Self::UserDisabled { sub } => user("user.disabled", sub),
            Self::UserEnabled { sub } => user("user.enabled", sub),
            Self::UserDeleted { sub } => user("user.deleted", sub),
            Self::PasskeyChanged { sub, what } => user(what.event(), sub),
            Self::UpstreamChanged { sub, what, upstream } => (what.event(), sub.clone(), upstream.to_string()),
            Self::GroupChanged { group, what } => (what.event(), group.to_string(), what.detail().to_owned()),
            Self::KeyCreated { kid, algorithm } => ("key.created", kid.clone(), algorithm.to_string()),
            Self::ReplayDetected { client_id, what } => about("tokens.replay_detected", client_id, what),
            Self::KeyPromoted { kid } => ("key.promoted", kid.clone(), String::new()),
            Self::KeyRevoked { kid } => ("key.revoked", kid.clone(), String::new()),
            Self::WebhookCreated { webhook } => ("webhook.created", webhook.to_string(), String::new()),
            Self::WebhookChanged { webhook, what } => ("webhook.changed", webhook.to_string(), (*what).to_owned()),
            Self::WebhookDisabled { webhook, reason } => {
                ("webhook.disabled", webhook.to_string(), (*reason).to_owned())
            }
            Self::WebhookDeleted { webhook } => ("webhook.deleted", webhook.to_string(), String::new()),
            Self::RegistrationTokenCreated { token, what } => {
                ("registration_token.created", token.to_string(), what.clone())
            }
            Self::RegistrationTokenRevoked { token } => {
                ("registration_token.revoked", token.to_string(), String::new())
            }
            Self::KeysReencrypted { count } => ("keys.reencrypted", String::new(), count.to_string()),
        }
    }
}
