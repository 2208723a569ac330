//! What can happen.

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
