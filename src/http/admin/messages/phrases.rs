//! What is said of a state, a number or a refusal.

use super::{OperatorMessages, Plural};
use crate::config::Place;
use crate::domain::application::ApplicationState;
use crate::domain::group::{MOST_GROUPS, MOST_GROUPS_OF_A_PERSON};
use crate::domain::ids::ClientId;
use crate::domain::registration::TokenError;
use crate::domain::signing_key::KeyState;
use crate::domain::user::UserState;
use crate::flows::groups::{Follows, GroupError};
use crate::flows::sign_up::InviteError;

impl OperatorMessages {
    /// The sentence for a number that the database has counted.
    pub(in crate::http::admin) fn number_of(&self, sentence: Plural, number: i64) -> String {
        self.count(sentence, u64::try_from(number).unwrap_or_default())
    }

    /// The state of an application.
    pub(in crate::http::admin) const fn application_state(&self, state: ApplicationState) -> &'static str {
        let [active, deactivated, deleted] = self.applications.states;
        match state {
            ApplicationState::Active => active,
            ApplicationState::Deactivated { .. } => deactivated,
            ApplicationState::Deleted { .. } => deleted,
        }
    }

    /// The state of an account.
    pub(in crate::http::admin) const fn user_state(&self, state: UserState) -> &'static str {
        let [active, disabled, deleted] = self.accounts.states;
        match state {
            UserState::Active => active,
            UserState::Disabled { .. } => disabled,
            UserState::Deleted { .. } => deleted,
        }
    }

    /// The state of a key.
    pub(in crate::http::admin) const fn key_state(&self, state: KeyState) -> &'static str {
        let [announced, active, retiring, gone, revoked] = self.keys.states;
        match state {
            KeyState::Announced => announced,
            KeyState::Active => active,
            KeyState::Retiring => retiring,
            KeyState::Gone => gone,
            KeyState::Revoked => revoked,
        }
    }

    /// Where a setting is set.
    pub(in crate::http::admin) fn place(&self, place: &Place) -> String {
        match place {
            Place::Default => self.settings.default.to_owned(),
            Place::Development => format!("{} (--dev)", self.settings.default),
            Place::NamedFile { by, path } => self.settings.named.with(&[("path", path), ("name", by)]),
            Place::File { .. } | Place::Variable { .. } => place.to_string(),
        }
    }

    /// What the operator can put right of a group; nothing for what belongs on a page of its own.
    pub(in crate::http::admin) fn group_problem(&self, error: &GroupError) -> Option<String> {
        match error {
            GroupError::Taken => Some(self.groups.taken.to_owned()),
            GroupError::TooMany => Some(self.groups.too_many.with(MOST_GROUPS)),
            GroupError::TooManyOfOne => Some(self.group.too_many_of_one.with(MOST_GROUPS_OF_A_PERSON)),
            GroupError::Declared(_) => Some(self.group.is_declared.to_owned()),
            GroupError::Needed(follows) => Some(self.follows(follows)),
            GroupError::Store(_) | GroupError::Unknown | GroupError::UnknownAccount | GroupError::Refused(_) => None,
        }
    }

    /// What would follow if a group were deleted, and how to say that this is meant.
    fn follows(&self, follows: &Follows) -> String {
        let list = |ids: &[ClientId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut sentences = vec![self.group.needed.with(follows.group())];
        if !follows.narrower().is_empty() {
            sentences.push(self.group.narrower.with(list(follows.narrower())));
        }
        if !follows.closed().is_empty() {
            sentences.push(self.group.closed.with(list(follows.closed())));
        }
        sentences.push(self.group.again.to_owned());
        sentences.join(" ")
    }

    /// Why an address was not invited; nothing for what belongs on a page of its own.
    pub(in crate::http::admin) fn invite_problem(&self, error: &InviteError) -> Option<String> {
        match error {
            InviteError::Taken => Some(self.invitations.taken.to_owned()),
            InviteError::Closed => Some(self.invitations.closed.with("login.signup = \"closed\"")),
            InviteError::Group(GroupError::Unknown) => Some(self.invitations.unknown_group.to_owned()),
            InviteError::Group(GroupError::TooManyOfOne) => {
                Some(self.invitations.too_many_groups.with(MOST_GROUPS_OF_A_PERSON))
            }
            InviteError::Group(error) => self.group_problem(error),
            InviteError::Store(_) | InviteError::Profile(_) | InviteError::Unknown | InviteError::Refused(_) => None,
        }
    }

    /// Why a registration token was not made.
    pub(in crate::http::admin) fn token_problem(&self, error: &TokenError) -> String {
        match error {
            TokenError::Name => self.registration.wrong_name.to_owned(),
            TokenError::Uses => self.registration.wrong_uses.to_owned(),
            TokenError::Lifetime => self.registration.wrong_lifetime.to_owned(),
            TokenError::Management(scope) => self.registration.management.with(scope),
        }
    }
}
