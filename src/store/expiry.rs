//! Deleting expired rows, in the order of their foreign keys, and never so many at once that others wait.

use std::time::Duration;

use super::StoreError;
use super::engine::{Store, sql};
use super::expired::expired;
use super::in_list::in_list;
use crate::domain::ids::Timestamp;

/// How long a code is kept after it expired, so that a late replay still revokes its tokens.
const CODES_KEPT: Duration = Duration::from_hours(24);

/// How long the delivery trace of a sign-in is kept.
const SIGN_INS_KEPT: Duration = Duration::from_hours(7 * 24);

/// How long a request that was answered is kept, so that it is told from an unknown one.
const ANSWERS_KEPT: Duration = Duration::from_mins(5);

/// How long a session is kept after its end.
const SESSIONS_KEPT: Duration = Duration::from_hours(7 * 24);

/// Finds expired rows that no other row refers to, and deletes them.
macro_rules! forgotten {
    ($table:literal, $over:literal, $limit:literal, $and_nothing_hangs_on_it:literal) => {
        (
            sql(concat!("select id from ", $table, " where ", $over, $and_nothing_hangs_on_it, " limit ", $limit)),
            sql(concat!("delete from ", $table, " where id in ", in_list!(), $and_nothing_hangs_on_it)),
        )
    };
}

/// Deletes rows that refer to these sign-ins.
macro_rules! of_sign_ins {
    ($table:literal) => {
        sql(concat!("delete from ", $table, " where sign_in_id in ", in_list!()))
    };
}

impl Store {
    /// Deletes expired codes, refresh tokens, families, sessions, revocations and pushed requests.
    pub async fn expired_tokens_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        for (statement, before) in [
            (expired!("authorization_codes", "code_hash"), now.minus(CODES_KEPT)),
            (expired!("refresh_tokens", "token_hash"), now),
            (expired!("revoked_tokens", "jti"), now),
            (expired!("pushed_requests", "uri_hash"), now),
        ] {
            self.execute_in_batches(statement.bind(before.as_micros())).await?;
        }
        let (which, delete) = forgotten!(
            "token_families",
            "expires_at <= $1",
            "$2",
            " and not exists (select 1 from refresh_tokens where family_id = token_families.id) \
             and not exists (select 1 from authorization_codes where family_id = token_families.id)"
        );
        self.delete_in_batches(which.bind(now.as_micros()), &[delete]).await?;
        // After what refers to them.
        let (which, delete) = forgotten!(
            "sessions",
            "(expires_at <= $1 or ended_at <= $1)",
            "$2",
            " and not exists (select 1 from token_families where session_id = sessions.id) \
             and not exists (select 1 from authorization_codes where session_id = sessions.id)"
        );
        self.delete_in_batches(which.bind(now.minus(SESSIONS_KEPT).as_micros()), &[delete]).await
    }

    /// Deletes old sign-ins with their delivery traces and mails, and authorization requests that nothing refers to any
    /// more.
    pub async fn expired_sign_ins_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let (which, delete) = forgotten!("sign_ins", "ends_at <= $1", "$2", "");
        let hanging = [
            // First, as who ends a sign-in locks it first.
            sql(concat!("update sign_ins set ends_at = ends_at where id in ", in_list!())),
            of_sign_ins!("authorization_codes"),
            of_sign_ins!("sign_in_events"),
            of_sign_ins!("sign_in_links"),
            of_sign_ins!("outbox"),
            delete,
        ];
        self.delete_in_batches(which.bind(now.minus(SIGN_INS_KEPT).as_micros()), &hanging).await?;
        // Answered without a code: refused, or `prompt=none` without a session. There can be many of these.
        let (which, delete) = forgotten!(
            "authorizations",
            "(expires_at <= $1 or completed_at <= $2)",
            "$3",
            " and not exists (select 1 from sign_ins where authorization_id = authorizations.id) \
             and not exists (select 1 from authorization_codes where authorization_id = authorizations.id)"
        );
        let which = which.bind(now.as_micros()).bind(now.minus(ANSWERS_KEPT).as_micros());
        self.delete_in_batches(which, &[delete]).await
    }
}
