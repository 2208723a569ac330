//! Which algorithms tokens may be signed with.
//!
//! Every algorithm that an application may choose has its keys in the key set, so that verifiers know them before the
//! first token comes. One that the operator adds later is announced like a key: an application can choose it at once,
//! and its tokens are signed with the server's own until verifiers had the time to fetch the key set again.

use std::collections::HashMap;

use super::Keys;
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::{OfferedAlgorithm, SigningKey};
use crate::protocol::jose::SigningAlgorithm;
use crate::store::{StoreError, Transaction};

/// What has to be done about an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// It is wanted.
    Offer,
    /// It is not wanted any more.
    Drop,
    /// It has not been wanted for so long that no token can need its keys.
    Delete,
}

/// An algorithm that this server does not offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing algorithm {algorithm} is not one of this server; keys.algorithms has: {offered}")]
pub struct NotOffered {
    algorithm: SigningAlgorithm,
    offered: String,
}

/// Refuses an algorithm that is not offered, unless it is the one that an application has already.
pub(in crate::flows) fn check_offered(
    offered: &[SigningAlgorithm],
    chosen: SigningAlgorithm,
    known: Option<SigningAlgorithm>,
) -> Result<(), NotOffered> {
    if offered.contains(&chosen) || known == Some(chosen) {
        return Ok(());
    }
    let offered: Vec<_> = offered.iter().map(|algorithm| algorithm.name()).collect();
    Err(NotOffered { algorithm: chosen, offered: offered.join(", ") })
}

impl Keys {
    /// What applications may choose.
    pub fn offered_algorithms(&self) -> &[SigningAlgorithm] {
        &self.settings.algorithms
    }

    /// From when on tokens are signed with this algorithm, if that is still ahead.
    pub async fn announced_until(&self, algorithm: SigningAlgorithm) -> Result<Option<Timestamp>, StoreError> {
        let announced = self.announced_algorithms().await?;
        Ok(announced.into_iter().find(|(known, _)| *known == algorithm).map(|(_, at)| at))
    }

    /// The algorithms that nothing is signed with yet, and from when on tokens are.
    pub async fn announced_algorithms(&self) -> Result<Vec<(SigningAlgorithm, Timestamp)>, StoreError> {
        let (known, now) = (self.store.signing_algorithms().await?, self.instruments.now());
        let known = known.into_iter().map(|known| (known.algorithm, known.usable_at));
        Ok(known.filter(|(_, at)| *at > now).collect())
    }

    /// The algorithms that need keys: those that may be chosen, and those that applications have.
    pub(super) fn wanted(&self, mut in_use: Vec<SigningAlgorithm>) -> Vec<SigningAlgorithm> {
        let listed = self.settings.algorithms.iter().copied().chain([self.settings.algorithm]);
        for algorithm in listed {
            if !in_use.contains(&algorithm) {
                in_use.push(algorithm);
            }
        }
        in_use
    }

    /// Whether the stored algorithms are not those that are wanted.
    pub(super) fn are_unsettled(
        &self,
        wanted: &[SigningAlgorithm],
        known: &[OfferedAlgorithm],
        keys: &[SigningKey],
    ) -> bool {
        !changes(wanted, known, keys, self.instruments.now()).is_empty()
    }

    /// Offers what is wanted and drops what is not. The first algorithms of an installation need no announcement:
    /// no client has a copy of its key set yet.
    pub(super) async fn settle_algorithms(
        &self,
        tx: &mut Transaction,
        wanted: &[SigningAlgorithm],
    ) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let (known, keys) = (tx.signing_algorithms().await?, tx.signing_keys().await?);
        let usable_at = if known.is_empty() { now } else { now.plus(self.settings.announce_for) };
        for (algorithm, change) in changes(wanted, &known, &keys, now) {
            match change {
                Change::Offer => tx.signing_algorithm_offer(algorithm, usable_at).await?,
                Change::Drop => tx.signing_algorithm_drop(algorithm, now).await?,
                Change::Delete => tx.signing_algorithm_delete(algorithm).await?,
            }
        }
        Ok(())
    }
}

fn changes(
    wanted: &[SigningAlgorithm],
    known: &[OfferedAlgorithm],
    keys: &[SigningKey],
    now: Timestamp,
) -> HashMap<SigningAlgorithm, Change> {
    let mut changes = HashMap::new();
    for algorithm in wanted {
        let offered = known.iter().any(|known| known.algorithm == *algorithm && known.dropped_at.is_none());
        if !offered {
            changes.insert(*algorithm, Change::Offer);
        }
    }
    for known in known.iter().filter(|known| !wanted.contains(&known.algorithm)) {
        let own = keys.iter().filter(|key| key.algorithm == known.algorithm);
        let keep_for = own.map(|key| key.keep_for).max().unwrap_or_default();
        match known.dropped_at {
            None => changes.insert(known.algorithm, Change::Drop),
            Some(at) if at.plus(keep_for) <= now => changes.insert(known.algorithm, Change::Delete),
            Some(_) => None,
        };
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use SigningAlgorithm::{Es256, Ps256, Rs256};

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    fn known(algorithm: SigningAlgorithm, dropped_at: Option<i64>) -> OfferedAlgorithm {
        OfferedAlgorithm { algorithm, usable_at: NOW, dropped_at: dropped_at.map(Timestamp::from_seconds) }
    }

    #[test]
    fn what_is_wanted_is_offered_and_the_rest_is_dropped_and_then_deleted() {
        let stored = [known(Rs256, None), known(Es256, None), known(Ps256, Some(999))];
        let all = changes(&[Rs256], &stored, &[], NOW);
        assert_eq!(all, HashMap::from([(Es256, Change::Drop), (Ps256, Change::Delete)]));
        assert_eq!(changes(&[Rs256, Ps256, Es256], &stored, &[], NOW), HashMap::from([(Ps256, Change::Offer)]));
        assert_eq!(changes(&[Rs256], &[], &[], NOW), HashMap::from([(Rs256, Change::Offer)]));
    }

    #[test]
    fn only_what_is_offered_or_kept_can_be_chosen() {
        assert_eq!(check_offered(&[Rs256], Rs256, None), Ok(()));
        assert_eq!(check_offered(&[Rs256], Es256, Some(Es256)), Ok(()));
        let refused = check_offered(&[Rs256, Ps256], Es256, Some(Rs256)).unwrap_err().to_string();
        assert!(refused.contains("ES256") && refused.contains("RS256, PS256"), "{refused}");
    }
}
