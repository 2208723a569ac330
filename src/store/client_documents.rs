//! Applications that a document describes, whose address is their client id.

use super::StoreError;
use super::applications::ClientIdOnly;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::registrations::UnusedRegistrations;
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, ClientId, Timestamp};

/// How many are looked at in one round.
const AT_ONCE: i64 = 500;

/// The moments since when applications must be unused to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentsUnusedSince {
    /// Those that nobody ever used.
    pub never_used: Timestamp,
    /// Those that somebody used.
    pub used: Timestamp,
}

/// What nobody uses, has blocked or keeps. `$1` and `$2` are the two moments.
macro_rules! unused {
    () => {
        "admission = 'document' and deleted_at is null and deactivated_at is null and exempt = false \
         and ((last_used_at is null and created_at <= $1) or last_used_at <= $2) \
         and (kept_at is null or kept_at <= $2)"
    };
}

struct ReadAt(Timestamp);

impl Record for ReadAt {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "client_documents", "application_id")?.moment("read_at")?))
    }
}

struct IdOnly(ApplicationId);

impl Record for IdOnly {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "applications", "id")?.parsed("id")?))
    }
}

fn bound(statement: Statement, since: DocumentsUnusedSince) -> Statement {
    statement.bind(since.never_used.as_micros()).bind(since.used.as_micros())
}

impl Store {
    /// When the document of an application was last read, if it has one.
    pub async fn client_document_read_at(&self, id: ApplicationId) -> Result<Option<Timestamp>, StoreError> {
        let statement = sql("select * from client_documents where application_id = $1").bind(id.to_string());
        Ok(self.fetch_optional::<ReadAt>(statement).await?.map(|read| read.0))
    }

    /// Applications that are not used, so many of them.
    pub async fn client_documents_unused_since(
        &self,
        since: DocumentsUnusedSince,
    ) -> Result<Vec<ClientId>, StoreError> {
        let statement = sql(concat!("select client_id from applications where ", unused!(), " limit $3"));
        let found: Vec<ClientIdOnly> = self.fetch_all(bound(statement, since).bind(AT_ONCE)).await?;
        Ok(found.into_iter().map(|found| found.0).collect())
    }

    /// Applications that were forgotten, and whose rows are still there, the first forgotten first.
    pub async fn client_documents_forgotten(&self) -> Result<Vec<ApplicationId>, StoreError> {
        let statement = sql("select id from applications where admission = 'document' and purged_at is not null \
             order by purged_at limit $1");
        let found: Vec<IdOnly> = self.fetch_all(statement.bind(AT_ONCE)).await?;
        Ok(found.into_iter().map(|found| found.0).collect())
    }

    /// Erases the row of an application that was forgotten, unless something that ended refers to it still. False then.
    pub async fn client_document_erase(&self, id: ApplicationId) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let statement =
            sql("delete from applications where id = $1 and admission = 'document' and purged_at is not null");
        match tx.execute(statement.bind(id.to_string())).await {
            Err(StoreError::Referenced) => Ok(false),
            Err(other) => Err(other),
            Ok(count) => tx.commit().await.map(|()| count == 1).or_else(|e| match e {
                StoreError::Referenced => Ok(false),
                other => Err(other),
            }),
        }
    }
}

impl Transaction {
    /// Writes down which network first asked for the application of a document.
    pub async fn client_document_insert(
        &mut self,
        id: ApplicationId,
        network: &str,
        read_at: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into client_documents (application_id, network, read_at) values ($1, $2, $3)")
            .bind(id.to_string())
            .bind(network)
            .bind(read_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Writes down when a document was read. False if it has been read later.
    pub async fn client_document_note_read(
        &mut self,
        id: ApplicationId,
        read_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update client_documents set read_at = $2 where application_id = $1 and read_at <= $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(read_at.as_micros())).await? == 1)
    }

    /// How many there are that were never used.
    pub async fn client_documents_unused(&mut self, network: &str) -> Result<UnusedRegistrations, StoreError> {
        let statement = sql("select count(*) as total, \
             coalesce(sum(case when network = $1 then 1 else 0 end), 0) as of_network \
             from applications join client_documents on application_id = id \
             where admission = 'document' and last_used_at is null and deleted_at is null");
        let found: Option<UnusedRegistrations> = self.fetch_optional(statement.bind(network)).await?;
        Ok(found.unwrap_or(UnusedRegistrations { total: 0, of_network: 0 }))
    }

    /// An application that was forgotten begins anew. What it had got before stays ended.
    pub async fn client_document_begin_again(&mut self, id: ApplicationId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update applications set deleted_at = null, purged_at = null, last_used_at = null, \
             deactivated_at = null, deactivation_reason = null, kept_at = null, created_at = $2, \
             tokens_not_before = $2, version = version + 1 where id = $1 and admission = 'document'");
        self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await?;
        Ok(())
    }

    /// Deletes an application that nobody uses. False if it was used, blocked or kept meanwhile.
    pub async fn client_document_expire(
        &mut self,
        id: ApplicationId,
        since: DocumentsUnusedSince,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql(concat!(
            "update applications set deleted_at = $4, tokens_not_before = $4, version = version + 1 where id = $3 and ",
            unused!()
        ));
        let statement = bound(statement, since).bind(id.to_string()).bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }
}
