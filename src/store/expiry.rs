//! Deleting expired rows, in the order of their foreign keys.

use std::time::Duration;

use super::StoreError;
use super::engine::{Store, sql};
use crate::domain::ids::Timestamp;

/// How long a code is kept after it expired, so that a late replay still revokes its tokens.
const CODES_KEPT: Duration = Duration::from_hours(24);

/// How long the delivery trace of a sign-in is kept.
const SIGN_INS_KEPT: Duration = Duration::from_hours(7 * 24);

/// How long a request that was answered is kept, so that it is told from an unknown one.
const ANSWERS_KEPT: Duration = Duration::from_mins(5);

/// How long a session is kept after its end.
const SESSIONS_KEPT: Duration = Duration::from_hours(7 * 24);

/// A condition on rows that refer to a sign-in: it ended long ago.
macro_rules! of_forgotten_sign_ins {
    ($before:literal) => {
        concat!($before, " where sign_in_id in (select id from sign_ins where ends_at <= $1)")
    };
}

impl Store {
    /// Deletes expired codes, refresh tokens, families, sessions, revocations and pushed requests.
    pub async fn expired_tokens_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let codes = now.minus(CODES_KEPT);
        for (statement, before) in [
            (sql("delete from authorization_codes where expires_at <= $1"), codes),
            (sql("delete from refresh_tokens where expires_at <= $1"), now),
            (
                sql("delete from token_families where expires_at <= $1 \
                     and not exists (select 1 from refresh_tokens where family_id = token_families.id) \
                     and not exists (select 1 from authorization_codes where family_id = token_families.id)"),
                now,
            ),
            // After what refers to them.
            (
                sql("delete from sessions where (expires_at <= $1 or ended_at <= $1) \
                     and not exists (select 1 from token_families where session_id = sessions.id) \
                     and not exists (select 1 from authorization_codes where session_id = sessions.id)"),
                now.minus(SESSIONS_KEPT),
            ),
            (sql("delete from revoked_tokens where expires_at <= $1"), now),
            (sql("delete from pushed_requests where expires_at <= $1"), now),
        ] {
            self.execute(statement.bind(before.as_micros())).await?;
        }
        Ok(())
    }

    /// Deletes old sign-ins with their delivery traces and mails, and authorization requests that nothing refers to any
    /// more.
    pub async fn expired_sign_ins_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let before = now.minus(SIGN_INS_KEPT);
        let mut tx = self.begin().await?;
        for statement in [
            sql(of_forgotten_sign_ins!("delete from authorization_codes")),
            sql(of_forgotten_sign_ins!("delete from sign_in_events")),
            sql(of_forgotten_sign_ins!("delete from sign_in_links")),
            sql(of_forgotten_sign_ins!("delete from outbox")),
            sql("delete from sign_ins where ends_at <= $1"),
        ] {
            tx.execute(statement.bind(before.as_micros())).await?;
        }
        // Answered without a code: refused, or `prompt=none` without a session. There can be many of these.
        let requests = sql("delete from authorizations where (expires_at <= $1 or completed_at <= $2) \
             and not exists (select 1 from sign_ins where authorization_id = authorizations.id) \
             and not exists (select 1 from authorization_codes where authorization_id = authorizations.id)");
        tx.execute(requests.bind(now.as_micros()).bind(now.minus(ANSWERS_KEPT).as_micros())).await?;
        tx.commit().await
    }
}
