//! Counters by which nodes notice changes of what they cache.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};

/// A kind of data that nodes cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Applications, their secrets, scopes and resources.
    Applications,
    /// Signing keys.
    SigningKeys,
    /// Groups, and who is in them.
    Groups,
}

impl Generation {
    const fn name(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::SigningKeys => "signing_keys",
            Self::Groups => "groups",
        }
    }
}

/// All counters, read in one statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generations {
    /// Of applications.
    pub applications: i64,
    /// Of signing keys.
    pub signing_keys: i64,
    /// Of groups.
    pub groups: i64,
}

struct Counter {
    name: String,
    value: i64,
}

impl Record for Counter {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.column("name")?, value: row.column("value")? })
    }
}

impl Store {
    /// Reads the counters.
    pub async fn generations(&self) -> Result<Generations, StoreError> {
        let counters: Vec<Counter> = self.fetch_all(sql("select name, value from generations")).await?;
        let value = |kind: Generation| counters.iter().find(|c| c.name == kind.name()).map_or(0, |c| c.value);
        Ok(Generations {
            applications: value(Generation::Applications),
            signing_keys: value(Generation::SigningKeys),
            groups: value(Generation::Groups),
        })
    }
}

impl Transaction {
    /// Lets one transaction at a time go on from here until it ends, and those that raise this counter wait too. The
    /// counter stays, so no cache is invalidated: for data that is not cached.
    pub async fn lock(&mut self, kind: Generation) -> Result<(), StoreError> {
        self.execute(sql("update generations set value = value where name = $1").bind(kind.name())).await?;
        Ok(())
    }

    /// Raises a counter. The row stays locked until the transaction ends, so of several nodes that change the same kind
    /// of data, one goes on and the others see its changes.
    pub async fn generation_raise(&mut self, kind: Generation) -> Result<(), StoreError> {
        self.execute(sql("update generations set value = value + 1 where name = $1").bind(kind.name())).await?;
        Ok(())
    }
}
