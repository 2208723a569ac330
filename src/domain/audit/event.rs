//! What can happen, and how the audit log keeps it.

use std::fmt;

use super::{Concerned, InvitationEnd, OwnerChange};
use crate::domain::group::{GroupChange, GroupName};
use crate::domain::ids::{ClientId, RegistrationTokenId, WebhookId};
use crate::domain::ownership::InvitationPurpose;
use crate::domain::passkey::PasskeyChange;
use crate::domain::upstream::{UpstreamChange, UpstreamName};
use crate::protocol::jose::SigningAlgorithm;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    /// An application was registered.
    ApplicationCreated {
        /// The application.
        client_id: ClientId,
    },
    /// An application registered itself.
    ApplicationRegistered {
        /// The application.
        client_id: ClientId,
        /// The initial access token that let it in; none where everybody may.
        token: Option<RegistrationTokenId>,
        /// The network it was registered from.
        network: String,
    },
    /// An application that registered itself was never used, and is forgotten.
    ApplicationExpired {
        /// The application.
        client_id: ClientId,
    },
    /// An application's settings were changed.
    ApplicationChanged {
        /// The application.
        client_id: ClientId,
        /// The names of the changed settings; of scopes, grants and audiences also what was added and removed.
        what: String,
    },
    /// An application was deactivated.
    ApplicationDeactivated {
        /// The application.
        client_id: ClientId,
        /// The reason's name.
        reason: &'static str,
    },
    /// An application was activated again.
    ApplicationActivated {
        /// The application.
        client_id: ClientId,
    },
    /// The owners of an unused application were warned.
    ApplicationWarned {
        /// The application.
        client_id: ClientId,
    },
    /// An unused application was kept by the link in a warning.
    ApplicationKept {
        /// The application.
        client_id: ClientId,
    },
    /// A deleted application was brought back.
    ApplicationUndeleted {
        /// The application.
        client_id: ClientId,
    },
    /// All but the client id of a deleted application was forgotten.
    ApplicationPurged {
        /// The application.
        client_id: ClientId,
    },
    /// An application was exempted from the life cycle.
    ApplicationExempted {
        /// The application.
        client_id: ClientId,
    },
    /// An application is no longer exempt from the life cycle.
    ApplicationUnexempted {
        /// The application.
        client_id: ClientId,
    },
    /// An application was deleted.
    ApplicationDeleted {
        /// The application.
        client_id: ClientId,
    },
    /// An owner got one of the application's tokens to look at.
    TokenTried {
        /// The application.
        client_id: ClientId,
    },
    /// An application exchanged a token for another one.
    TokenExchanged {
        /// The application that acts.
        client_id: ClientId,
        /// Whom it acts for: the `sub` of the tokens.
        sub: String,
        /// The application that the token was issued to which it was sent.
        from: String,
        /// What the new token is for.
        audience: String,
    },
    /// An application got a token because a trusted issuer asserted that it may act for a person.
    AssertionAccepted {
        /// The application.
        client_id: ClientId,
        /// The person: the `sub` of the token.
        sub: String,
        /// The issuer.
        issuer: String,
    },
    /// An application got a new secret.
    SecretAdded {
        /// The application.
        client_id: ClientId,
        /// The secret's last characters.
        hint: String,
    },
    /// A secret of an application ended.
    SecretRevoked {
        /// The application.
        client_id: ClientId,
        /// The secret's last characters.
        hint: String,
    },
    /// A person was invited to become an owner.
    OwnerInvited {
        /// The application.
        client_id: ClientId,
        /// Whether it is handed over to them.
        purpose: InvitationPurpose,
        /// The person.
        who: Concerned,
    },
    /// An invitation ended without a new owner.
    InvitationEnded {
        /// The application.
        client_id: ClientId,
        /// By whom it was ended.
        how: InvitationEnd,
        /// The person who had been invited.
        who: Concerned,
    },
    /// A person became an owner or stopped being one.
    OwnersChanged {
        /// The application.
        client_id: ClientId,
        /// The kind of change.
        what: OwnerChange,
        /// The person.
        who: Concerned,
    },
    /// A developer asked for more than they may choose.
    ApprovalAsked {
        /// The application.
        client_id: ClientId,
        /// What was asked for.
        what: String,
    },
    /// A request for approval was decided.
    ApprovalDecided {
        /// The application.
        client_id: ClientId,
        /// The decision's name.
        decision: &'static str,
        /// What had been asked for.
        what: String,
    },
    /// A person was invited to make an account. There is no `sub` yet to name them by.
    UserInvited {
        /// The groups that they are in then.
        groups: Vec<GroupName>,
    },
    /// Such an invitation was taken back.
    UserInvitationWithdrawn,
    /// An account was made.
    UserCreated {
        /// The account's `sub`; an address would outlive the account here.
        sub: String,
        /// Whether it is an operator's.
        operator: bool,
    },
    /// What is known of an account was changed.
    UserChanged {
        /// The account's `sub`.
        sub: String,
        /// What was changed.
        what: String,
    },
    /// A person was signed out everywhere by an operator.
    UserSignedOut {
        /// The account's `sub`.
        sub: String,
    },
    /// An account got another address, which was proven.
    UserAddressChanged {
        /// The account's `sub`.
        sub: String,
    },
    /// That was undone by a mail to the address before it.
    UserAddressRestored {
        /// The account's `sub`.
        sub: String,
    },
    /// A person downloaded what is known of them.
    UserExported {
        /// The account's `sub`.
        sub: String,
    },
    /// An account was disabled.
    UserDisabled {
        /// The account's `sub`.
        sub: String,
    },
    /// An account was enabled again.
    UserEnabled {
        /// The account's `sub`.
        sub: String,
    },
    /// An account was deleted.
    UserDeleted {
        /// The account's `sub`.
        sub: String,
    },
    /// Something happened to a passkey of an account.
    PasskeyChanged {
        /// The account's `sub`.
        sub: String,
        /// What happened.
        what: PasskeyChange,
    },
    /// Something happened between an account and an upstream.
    UpstreamChanged {
        /// The account's `sub`.
        sub: String,
        /// What happened.
        what: UpstreamChange,
        /// The upstream's name.
        upstream: UpstreamName,
    },
    /// Something happened to a group.
    GroupChanged {
        /// The group.
        group: GroupName,
        /// What happened.
        what: GroupChange,
    },
    /// A code or refresh token was used a second time, and its token family was ended.
    ReplayDetected {
        /// The application it was issued to.
        client_id: ClientId,
        /// What was used twice.
        what: &'static str,
    },
    /// A signing key was made; from now on it is published.
    KeyCreated {
        /// The key's id.
        kid: String,
        /// The signature algorithm.
        algorithm: SigningAlgorithm,
    },
    /// The announced key was made to sign ahead of its date.
    KeyPromoted {
        /// The key's id.
        kid: String,
    },
    /// A key was revoked.
    KeyRevoked {
        /// The key's id.
        kid: String,
    },
    /// A webhook was made.
    WebhookCreated {
        /// The webhook's id.
        webhook: WebhookId,
    },
    /// A webhook was changed.
    WebhookChanged {
        /// The webhook's id.
        webhook: WebhookId,
        /// What was changed.
        what: &'static str,
    },
    /// A webhook is sent nothing any more.
    WebhookDisabled {
        /// The webhook's id.
        webhook: WebhookId,
        /// The reason's name.
        reason: &'static str,
    },
    /// A webhook was deleted.
    WebhookDeleted {
        /// The webhook's id.
        webhook: WebhookId,
    },
    /// A token that lets applications register themselves was made.
    RegistrationTokenCreated {
        /// The token's id.
        token: RegistrationTokenId,
        /// What its applications may have besides what everybody may.
        what: String,
    },
    /// A token that lets applications register themselves was revoked.
    RegistrationTokenRevoked {
        /// The token's id.
        token: RegistrationTokenId,
    },
    /// The private keys were encrypted again under the newest master key.
    KeysReencrypted {
        /// How many keys and secrets.
        count: usize,
    },
}

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
