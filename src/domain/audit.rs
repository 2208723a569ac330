//! The audit log: who did what to what.

mod event;
mod stored;

use std::fmt;

use super::ids::{AuditId, ClientId, Timestamp, UserId};
use crate::protocol::named::named;

pub use event::AuditEvent;

/// The actor of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A command on the server's machine.
    CommandLine,
    /// The configuration file, when the server started.
    Configuration,
    /// The server itself, by schedule.
    Schedule,
    /// An application, for itself.
    Application(ClientId),
    /// A visitor who has just proven an address, before it has an account.
    Visitor,
    /// A person who is signed in, or an application on their behalf.
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

/// The person an event is about, by the `sub` of their account; an address would outlive the account here.
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
    /// By the person who was invited.
    Declined,
    /// By an owner of the application.
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

named! {
    /// How a person becomes an owner of an application or stops being one.
    pub enum OwnerChange {
        /// They accepted an invitation to share it.
        Joined = "joined",
        /// They accepted an invitation to take it over.
        TookOver = "took_over",
        /// They handed it over.
        HandedOver = "handed_over",
        /// They left.
        Left = "left",
        /// They were removed by another owner or an operator.
        Removed = "removed",
    }
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The key of its row.
    pub id: AuditId,
    /// When it happened.
    pub at: Timestamp,
    /// The actor.
    pub actor: Actor,
    /// The event.
    pub event: AuditEvent,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ownership::InvitationPurpose;

    const DOCUMENT: &str = include_str!("../../docs/logging.md");

    /// The names of all events stand in these files, and nowhere else in the code, as `"noun.verb"`.
    fn names() -> Vec<&'static str> {
        let noun_verb = |text: &&str| {
            text.split_once('.').is_some_and(|(noun, verb)| {
                let word = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
                word(noun) && word(verb)
            })
        };
        let invitations = include_str!("audit.rs").split("#[cfg(test)]").next().unwrap_or_default();
        let quoted = |text: &'static str| text.split('"').skip(1).step_by(2);
        quoted(invitations).chain(quoted(include_str!("audit/stored.rs"))).filter(noun_verb).collect()
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
