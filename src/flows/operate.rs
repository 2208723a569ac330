//! What operators see of the server as a whole: what there is, what waits for them, how keys live.

use std::collections::HashMap;

use super::Server;
use super::access::{Caller, Need};
use crate::domain::ids::{ApplicationId, Timestamp, UserId};
use crate::domain::ownership::Owner;
use crate::domain::signing_key::{KeySequence, KeyState, SigningKey};
use crate::domain::{application::Application, user::User};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::Refusal;
pub use crate::store::Counts;

/// A key with the dates of its life.
#[derive(Clone, Debug)]
pub struct KeyLife {
    /// Which.
    pub key: SigningKey,
    /// Where in it the key is.
    pub state: KeyState,
    /// When its successor takes over; none if there is none yet.
    pub retires_at: Option<Timestamp>,
}

impl KeyLife {
    /// When it leaves the key set.
    pub fn gone_at(&self) -> Option<Timestamp> {
        self.key.revoked_at.or_else(|| Some(self.retires_at?.plus(self.key.keep_for)))
    }
}

/// The most applications that are shown of one account; the list of applications has all of them.
pub const MOST_OWNED: i64 = 100;

impl Server {
    /// How much there is of everything.
    pub async fn counts(&self, caller: &Caller) -> Result<Counts, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.counts().await?)
    }

    /// Every signing key that is remembered, by algorithm and age.
    pub async fn key_lives(&self, caller: &Caller) -> Result<Vec<KeyLife>, Refusal> {
        caller.reach(Need::ReadKeys)?;
        let (keys, now) = (self.store.signing_keys().await?, self.instruments.now());
        let lives = |sequence: KeySequence| {
            let life = |(key, state): (&SigningKey, KeyState)| KeyLife {
                key: key.clone(),
                state,
                retires_at: sequence.retires_at(key),
            };
            sequence.states(now).map(life).collect::<Vec<_>>()
        };
        Ok(SigningAlgorithm::ALL.into_iter().flat_map(|algorithm| lives(KeySequence::of(algorithm, &keys))).collect())
    }

    /// Who looks after each of these applications, in their order.
    pub async fn owners_of_all(&self, caller: &Caller, all: &[Application]) -> Result<Vec<Vec<Owner>>, Refusal> {
        caller.reach(Need::Oversee)?;
        let ids: Vec<ApplicationId> = all.iter().map(|application| application.id).collect();
        let mut owners = self.store.owners_of_many(&ids).await?;
        Ok(ids.iter().map(|id| owners.remove(id).unwrap_or_default()).collect())
    }

    /// The first applications that somebody looks after.
    pub async fn applications_of(&self, caller: &Caller, user: &User) -> Result<Vec<Application>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.applications_of_owner(user.id, MOST_OWNED).await?)
    }

    /// The accounts of these rows, as far as they are there.
    pub async fn accounts_named(&self, caller: &Caller, ids: Vec<UserId>) -> Result<HashMap<UserId, User>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.users_of(&ids).await?)
    }
}
