//! What is written down for good: who did what to what.

use std::fmt;

use super::ids::{AuditId, ClientId, Timestamp, UserId, WebhookId};
use super::ownership::InvitationPurpose;
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

/// Somebody whom an event is about, by the public name of their account; an address would outlive the account here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerned(pub Option<String>);

impl fmt::Display for Concerned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("an address without account"))
    }
}

/// How an invitation ends without a new owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationEnd {
    /// By whom it was for.
    Declined,
    /// By whoever looks after the application.
    Withdrawn,
}

impl InvitationEnd {
    const fn event(self) -> &'static str {
        match self {
            Self::Declined => "application.invitation_declined",
            Self::Withdrawn => "application.invitation_withdrawn",
        }
    }
}

/// How somebody begins or stops looking after an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerChange {
    /// They accepted an invitation to share it.
    Joined,
    /// They accepted it from somebody who hands it over.
    TookOver,
    /// They handed it over.
    HandedOver,
    /// They left.
    Left,
    /// Somebody else took it from them.
    Removed,
}

impl OwnerChange {
    /// The name in the audit log and in messages to webhooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::TookOver => "took_over",
            Self::HandedOver => "handed_over",
            Self::Left => "left",
            Self::Removed => "removed",
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
        /// What of it: the names of the settings, and what it may do more or less.
        what: String,
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
        /// Whether it is handed over to them.
        purpose: InvitationPurpose,
        /// Whom.
        who: Concerned,
    },
    /// An invitation ended without a new owner.
    InvitationEnded {
        /// To which application.
        client_id: ClientId,
        /// How.
        how: InvitationEnd,
        /// Who had been invited.
        who: Concerned,
    },
    /// Somebody began or stopped looking after an application.
    OwnersChanged {
        /// Which.
        client_id: ClientId,
        /// How.
        what: OwnerChange,
        /// Who.
        who: Concerned,
    },
    /// A developer asked for more than they may choose.
    ApprovalAsked {
        /// For which application.
        client_id: ClientId,
        /// What for.
        what: String,
    },
    /// What an application waited for was decided.
    ApprovalDecided {
        /// Whose.
        client_id: ClientId,
        /// How.
        decision: &'static str,
        /// What it waited for.
        what: String,
    },
    /// An account was made.
    UserCreated {
        /// Its public name; an address would outlive the account here.
        sub: String,
        /// Whether it is an operator's.
        operator: bool,
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
        let about =
            |name, client_id: &ClientId, detail: &dyn fmt::Display| (name, client_id.to_string(), detail.to_string());
        match self {
            Self::ApplicationCreated { client_id } => client("application.created", client_id),
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
            Self::UserCreated { sub, operator } => {
                ("user.created", sub.clone(), if *operator { "operator" } else { "" }.to_owned())
            }
            Self::UserChanged { sub, what } => ("user.changed", sub.clone(), what.clone()),
            Self::UserSignedOut { sub } => user("user.signed_out", sub),
            Self::UserDisabled { sub } => user("user.disabled", sub),
            Self::UserEnabled { sub } => user("user.enabled", sub),
            Self::UserDeleted { sub } => user("user.deleted", sub),
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

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/logging.md");

    /// The names of all events stand in this file, and nowhere else in the code, as `"noun.verb"`.
    fn names() -> Vec<&'static str> {
        let noun_verb = |text: &&str| {
            text.split_once('.').is_some_and(|(noun, verb)| {
                let word = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
                word(noun) && word(verb)
            })
        };
        let here = include_str!("audit.rs").split("#[cfg(test)]").next().unwrap_or_default();
        here.split('"').skip(1).step_by(2).filter(noun_verb).collect()
    }

    #[test]
    fn the_document_names_every_event() {
        assert!(names().len() > 30, "{:?}", names());
        for name in names() {
            assert!(DOCUMENT.contains(&format!("| `{name}` |")), "{name} is not in docs/logging.md");
        }
    }

    #[test]
    fn the_document_names_every_kind_of_actor() {
        let all = [
            Actor::CommandLine,
            Actor::Configuration,
            Actor::Schedule,
            Actor::Visitor,
            Actor::Application("orders".parse().unwrap()),
            Actor::User(UserId::from_bytes([1; 16])),
        ];
        for actor in all {
            let (name, kind) = (actor.stored(), actor);
            let shown = match kind {
                Actor::Application(_) => "`application CLIENT_ID`".to_owned(),
                Actor::User(_) => "`user ID`".to_owned(),
                Actor::CommandLine | Actor::Configuration | Actor::Schedule | Actor::Visitor => format!("`{name}`"),
            };
            assert!(DOCUMENT.contains(&shown), "{shown} is not in docs/logging.md");
        }
    }

    #[test]
    fn an_event_says_who_and_what() {
        let client_id: ClientId = "orders".parse().unwrap();
        let detail = |event: AuditEvent| event.stored().2;
        let who = || Concerned(Some("s1".to_owned()));
        let purpose = InvitationPurpose::Transfer;
        assert_eq!(
            detail(AuditEvent::OwnerInvited { client_id: client_id.clone(), purpose, who: who() }),
            "transfer s1"
        );
        let what = OwnerChange::HandedOver;
        assert_eq!(
            detail(AuditEvent::OwnersChanged { client_id: client_id.clone(), what, who: who() }),
            "handed_over s1"
        );
        let (how, who) = (InvitationEnd::Declined, Concerned(None));
        assert_eq!(detail(AuditEvent::InvitationEnded { client_id, how, who }), "an address without account");
    }
}
