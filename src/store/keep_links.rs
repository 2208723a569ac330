//! The links in warnings by which an owner keeps an application.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, ClientId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;

/// A link as it is stored.
#[derive(Clone, Debug)]
pub struct KeepLink {
    /// The application it keeps, by its row.
    pub application: ApplicationId,
    /// Its client id.
    pub client_id: ClientId,
    /// The account it was sent to, if the address had one.
    pub user: Option<UserId>,
    /// The language of its mail.
    pub locale: String,
    /// When its warning was sent.
    pub created_at: Timestamp,
}

impl Record for KeepLink {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "keep_links", "client_id")?;
        Ok(Self {
            application: row.parsed("application_id")?,
            client_id: row.parsed("client_id")?,
            user: row.parsed_if_any("user_id")?,
            locale: row.plain("locale")?,
            created_at: row.moment("created_at")?,
        })
    }
}

impl Store {
    /// The link of this hash.
    pub async fn keep_link(&self, hash: ValueHash) -> Result<Option<KeepLink>, StoreError> {
        let statement = sql("select application_id, client_id, user_id, locale, keep_links.created_at as created_at \
             from keep_links join applications on applications.id = application_id where token_hash = $1");
        self.fetch_optional(statement.bind(hash.as_bytes().to_vec())).await
    }
}

impl Transaction {
    /// Adds a link.
    pub async fn keep_link_insert(&mut self, hash: ValueHash, link: &KeepLink) -> Result<(), StoreError> {
        let statement = sql("insert into keep_links (token_hash, application_id, user_id, locale, created_at) \
             values ($1, $2, $3, $4, $5)")
        .bind(hash.as_bytes().to_vec())
        .bind(link.application.to_string())
        .bind(link.user.map(|user| user.to_string()))
        .bind(link.locale.as_str())
        .bind(link.created_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Deletes an application's links from before this moment: they belong to an unused time that is over.
    pub async fn keep_links_forget(&mut self, id: ApplicationId, before: Timestamp) -> Result<(), StoreError> {
        let statement = sql("delete from keep_links where application_id = $1 and created_at <= $2");
        self.execute(statement.bind(id.to_string()).bind(before.as_micros())).await?;
        Ok(())
    }

    /// Keeps an active application, unless that was done since the link was sent. False if it was, or if the
    /// application is not active any more.
    pub async fn application_keep(&mut self, link: &KeepLink, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update applications set kept_at = $3 where id = $1 and deactivated_at is null \
             and deleted_at is null and (kept_at is null or kept_at < $2)")
        .bind(link.application.to_string())
        .bind(link.created_at.as_micros())
        .bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }
}
