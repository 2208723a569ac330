//! A member of a merge patch (RFC 7396).

use serde::{Deserialize, Deserializer};

/// What is said about a member.
#[derive(Clone, Debug, Default)]
pub(super) enum Change<T> {
    /// Left out: it stays as it is.
    #[default]
    Keep,
    /// `null`: back to what it is without being set.
    Unset,
    /// A new value.
    To(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Unset, Self::To))
    }
}

impl<T> Change<T> {
    /// Whether anything is said about it.
    pub(super) const fn is_said(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    /// What becomes of a value that need not be there.
    pub(super) fn over(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Keep => known,
            Self::Unset => None,
            Self::To(value) => Some(value),
        }
    }
}
