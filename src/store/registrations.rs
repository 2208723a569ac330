//! The registrations of applications that registered themselves (RFC 7591, RFC 7592).

use super::StoreError;
use super::applications::ClientIdOnly;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, ClientId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::registration::Registration;
use crate::protocol::client_auth::AuthMethod;

/// How many are expired in one round.
const AT_ONCE: i64 = 500;

/// An application that everybody may register, which nothing has kept so far. `$n` is the last moment of its
/// registration.
macro_rules! open_and_unused {
    ($n:literal) => {
        concat!(
            "admission = 'open' and origin = 'registered' and last_used_at is null and deleted_at is null \
             and exempt = false and kept_at is null and created_at <= ",
            $n
        )
    };
}

impl Record for Registration {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "client_registrations", "application_id")?;
        Ok(Self {
            application: row.parsed("application_id")?,
            method: row.parsed("auth_method")?,
            network: row.plain("network")?,
        })
    }
}

/// How many applications registered themselves and were never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedRegistrations {
    /// In all.
    pub total: i64,
    /// From one network.
    pub of_network: i64,
}

impl Record for UnusedRegistrations {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { total: row.column("total")?, of_network: row.column("of_network")? })
    }
}

impl Store {
    /// The registration of an application that is not deleted, if this is the hash of its registration access token.
    pub async fn registration(
        &self,
        client_id: &ClientId,
        token: ValueHash,
    ) -> Result<Option<Registration>, StoreError> {
        let statement = sql("select application_id, auth_method, network from client_registrations \
             where token_hash = $2 and application_id in \
             (select id from applications where client_id = $1 and deleted_at is null)")
        .bind(client_id.as_str())
        .bind(token.as_bytes().to_vec());
        self.fetch_optional(statement).await
    }

    /// Applications that everybody may register, were registered by then and never used: a round of them.
    pub async fn open_registrations_unused(&self, by: Timestamp) -> Result<Vec<ClientId>, StoreError> {
        let statement = sql(concat!(
            "select client_id from applications where ",
            open_and_unused!("$1"),
            " order by created_at limit $2"
        ))
        .bind(by.as_micros())
        .bind(AT_ONCE);
        let found: Vec<ClientIdOnly> = self.fetch_all(statement).await?;
        Ok(found.into_iter().map(|found| found.0).collect())
    }
}

impl Transaction {
    /// How many open registrations are unused, in all and from this network.
    pub async fn registrations_unused(&mut self, network: &str) -> Result<UnusedRegistrations, StoreError> {
        let statement = sql("select count(*) as total, \
             count(case when network = $1 then 1 end) as of_network \
             from applications join client_registrations on application_id = applications.id \
             where admission = 'open' and last_used_at is null and deleted_at is null");
        let counted: Option<UnusedRegistrations> = self.fetch_optional(statement.bind(network)).await?;
        Ok(counted.unwrap_or(UnusedRegistrations { total: 0, of_network: 0 }))
    }

    /// Adds a registration.
    pub async fn registration_insert(
        &mut self,
        registration: &Registration,
        token: ValueHash,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into client_registrations (application_id, token_hash, auth_method, network) \
             values ($1, $2, $3, $4)")
        .bind(registration.application.to_string())
        .bind(token.as_bytes().to_vec())
        .bind(registration.method.name())
        .bind(registration.network.as_str());
        self.execute(statement).await?;
        Ok(())
    }

    /// Puts another registration access token in the place of the one that was presented. False if that was replaced
    /// or deleted meanwhile: of two changes at once, one is made.
    pub async fn registration_rotate(
        &mut self,
        id: ApplicationId,
        (presented, next): (ValueHash, ValueHash),
        method: AuthMethod,
    ) -> Result<bool, StoreError> {
        let statement = sql("update client_registrations set token_hash = $3, auth_method = $4 \
             where application_id = $1 and token_hash = $2")
        .bind(id.to_string())
        .bind(presented.as_bytes().to_vec())
        .bind(next.as_bytes().to_vec())
        .bind(method.name());
        Ok(self.execute(statement).await? == 1)
    }

    /// Deletes a registration by its registration access token. False if that was replaced or deleted meanwhile.
    pub async fn registration_delete(&mut self, id: ApplicationId, presented: ValueHash) -> Result<bool, StoreError> {
        let statement = sql("delete from client_registrations where application_id = $1 and token_hash = $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(presented.as_bytes().to_vec())).await? == 1)
    }

    /// Deletes an application that everybody may register, was registered by then and never used. False if it was used
    /// or kept meanwhile.
    pub async fn open_registration_expire(
        &mut self,
        id: ApplicationId,
        by: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql(concat!(
            "update applications set deleted_at = $3, tokens_not_before = $3, version = version + 1 where id = $1 and ",
            open_and_unused!("$2")
        ))
        .bind(id.to_string())
        .bind(by.as_micros())
        .bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }
}
