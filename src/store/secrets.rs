//! The secrets of applications: hashes only.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, SecretId, Timestamp};
use crate::domain::secret::{SecretHash, SecretOrigin, StoredSecret};

const GENERATED: &str = "generated";
const IMPORTED: &str = "imported";

impl Record for StoredSecret {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "application_secrets", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            origin: match row.plain::<String>("origin")?.as_str() {
                GENERATED => SecretOrigin::Generated,
                IMPORTED => SecretOrigin::Imported { fingerprint: row.plain("fingerprint")? },
                other => return Err(row.corrupt(format!("unknown origin '{other}'"))),
            },
            hash: SecretHash::new(row.plain("hash")?),
            hint: row.plain("hint")?,
            created_at: row.moment("created_at")?,
            last_used_on: row.moment_if_any("last_used_on")?,
        })
    }
}

/// The columns that make a [`StoredSecret`], of the application in `$1`.
const OF_APPLICATION: &str = "select id, hash, hint, origin, fingerprint, created_at, last_used_on from application_secrets \
                              where application_id = $1 order by created_at, id";

impl Store {
    /// An application's secrets, oldest first; of no application, none.
    pub(super) async fn secrets_of(&self, application: Option<ApplicationId>) -> Result<Vec<StoredSecret>, StoreError> {
        self.fetch_all(sql(OF_APPLICATION).bind(application.map(|id| id.to_string()))).await
    }
}

impl Transaction {
    /// An application's secrets, oldest first.
    pub async fn secrets_of(&mut self, application: ApplicationId) -> Result<Vec<StoredSecret>, StoreError> {
        self.fetch_all(sql(OF_APPLICATION).bind(application.to_string())).await
    }

    /// Adds a secret to an application.
    pub async fn secret_insert(&mut self, application: ApplicationId, secret: &StoredSecret) -> Result<(), StoreError> {
        let (origin, fingerprint) = match &secret.origin {
            SecretOrigin::Generated => (GENERATED, None),
            SecretOrigin::Imported { fingerprint } => (IMPORTED, fingerprint.clone()),
        };
        let statement = sql("insert into application_secrets \
             (id, application_id, hash, hint, origin, fingerprint, created_at) values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(secret.id.to_string())
        .bind(application.to_string())
        .bind(secret.hash.as_str())
        .bind(secret.hint.as_str())
        .bind(origin)
        .bind(fingerprint)
        .bind(secret.created_at.as_micros());
        self.execute(statement).await?;
        self.application_touch(application).await
    }

    /// Deletes a secret of an application. False if it has none of this id.
    pub async fn secret_delete(&mut self, application: ApplicationId, secret: SecretId) -> Result<bool, StoreError> {
        let statement = sql("delete from application_secrets where id = $1 and application_id = $2");
        let ended = self.execute(statement.bind(secret.to_string()).bind(application.to_string())).await? == 1;
        self.application_touch(application).await?;
        Ok(ended)
    }

    /// Sets the day a secret was last used on, unless a later one is stored.
    pub async fn secret_used(&mut self, secret: SecretId, day: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update application_secrets set last_used_on = $2 \
             where id = $1 and (last_used_on is null or last_used_on < $2)")
        .bind(secret.to_string())
        .bind(day.as_micros());
        self.execute(statement).await?;
        Ok(())
    }
}
