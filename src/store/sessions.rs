//! Sessions of browsers.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{SessionId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::session::{Device, Session};

impl Record for Session {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "sessions", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            user: row.parsed("user_id")?,
            created_at: row.moment("created_at")?,
            auth_time: row.moment("auth_time")?,
            amr: row.parsed("amr")?,
            upstream: row.parsed_if_any("upstream")?,
            last_seen_at: row.moment("last_seen_at")?,
            expires_at: row.moment("expires_at")?,
            ended_at: row.moment_if_any("ended_at")?,
            device: Device { address: row.plain("address")?, user_agent: row.plain("user_agent")? },
        })
    }
}

fn valid_of(user: UserId, now: Timestamp) -> Statement {
    sql("select * from sessions where user_id = $1 and ended_at is null and expires_at > $2 \
         order by created_at desc, id desc")
    .bind(user.to_string())
    .bind(now.as_micros())
}

/// A session that was just ended.
struct Ended(SessionId);

impl Record for Ended {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "sessions", "id")?.parsed("id")?))
    }
}

impl Store {
    /// The session of a cookie, ended ones included.
    pub async fn session_by_token(&self, token: ValueHash) -> Result<Option<Session>, StoreError> {
        let statement = sql("select * from sessions where token_hash = $1");
        self.fetch_optional(statement.bind(token.as_bytes().to_vec())).await
    }

    /// A session, ended ones included.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.fetch_optional(sql("select * from sessions where id = $1").bind(id.to_string())).await
    }

    /// The valid sessions of an account, the newest first.
    pub async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.fetch_all(valid_of(user, now)).await
    }

    /// Extends a session that was just used until `expires_at`. One that has ended stays ended, and of two requests at
    /// once the later one counts.
    pub async fn session_seen(&self, id: SessionId, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update sessions set last_seen_at = $2, expires_at = $3 \
             where id = $1 and ended_at is null and expires_at > $2 and last_seen_at < $2");
        let statement = statement.bind(id.to_string()).bind(now.as_micros()).bind(expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }
}

impl Transaction {
    /// The valid sessions of an account, the newest first, as this transaction sees them.
    pub async fn sessions_of(&mut self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.fetch_all(valid_of(user, now)).await
    }

    /// Adds a session with the hash of its cookie.
    pub async fn session_insert(&mut self, session: &Session, token: ValueHash) -> Result<(), StoreError> {
        let statement = sql("insert into sessions (id, token_hash, user_id, created_at, auth_time, amr, \
             last_seen_at, expires_at, ended_at, address, user_agent, upstream) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        .bind(session.id.to_string())
        .bind(token.as_bytes().to_vec())
        .bind(session.user.to_string())
        .bind(session.created_at.as_micros())
        .bind(session.auth_time.as_micros())
        .bind(session.amr.name())
        .bind(session.last_seen_at.as_micros())
        .bind(session.expires_at.as_micros())
        .bind(session.ended_at.map(Timestamp::as_micros))
        .bind(session.device.address.as_str())
        .bind(session.device.user_agent.as_str())
        .bind(session.upstream.as_ref().map(|name| name.as_str().to_owned()));
        self.execute(statement).await?;
        Ok(())
    }

    /// Moves everything that refers to one session to another of the same person, with the names that applications know
    /// it by: for them it goes on.
    pub async fn session_hand_over(&mut self, from: SessionId, to: SessionId) -> Result<(), StoreError> {
        for statement in [
            sql("update session_applications set session_id = $2 where session_id = $1 and application_id not in \
                 (select application_id from session_applications where session_id = $2)"),
            sql("update token_families set session_id = $2 where session_id = $1 and ended_at is null"),
            sql("update authorization_codes set session_id = $2 where session_id = $1 and spent_at is null"),
        ] {
            self.execute(statement.bind(from.to_string()).bind(to.to_string())).await?;
        }
        Ok(())
    }

    /// Locks a session until this transaction ends, so that ending it has to wait. False if it has ended already.
    pub async fn session_hold(&mut self, id: SessionId) -> Result<bool, StoreError> {
        let statement = sql("update sessions set ended_at = null where id = $1 and ended_at is null");
        Ok(self.execute(statement.bind(id.to_string())).await? == 1)
    }

    /// Ends a session, and tells the applications that were used in it: here, so that no flow can forget them. False if it
    /// was over already.
    pub async fn session_end(&mut self, id: SessionId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update sessions set ended_at = $2 where id = $1 and ended_at is null");
        let ended = self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1;
        if ended {
            self.logouts_queue_of_session(id, now).await?;
        }
        Ok(ended)
    }

    /// Ends every session of an account and tells the applications; returns how many.
    pub async fn sessions_end_of(&mut self, user: UserId, now: Timestamp) -> Result<usize, StoreError> {
        let statement = sql("update sessions set ended_at = $2 where user_id = $1 and ended_at is null returning id");
        let ended: Vec<Ended> = self.fetch_all(statement.bind(user.to_string()).bind(now.as_micros())).await?;
        for Ended(session) in &ended {
            self.logouts_queue_of_session(*session, now).await?;
        }
        Ok(ended.len())
    }
}
