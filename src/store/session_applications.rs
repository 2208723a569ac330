//! Which applications were used in a session, and what they are told when it ends.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, MessageId, SessionId, Timestamp, UserId};
use crate::domain::logout::{Logout, Sid};
use crate::domain::session::Session;

/// The `sid` of a row.
struct SidOnly(Sid);

impl Record for SidOnly {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "session_applications", "sid")?.parsed("sid")?))
    }
}

/// An application that is to be told, and what.
struct ToTell {
    application: ApplicationId,
    /// One for each end, so that an application is told of each once, however many statements end it.
    message: MessageId,
    logout: Logout,
}

impl Record for ToTell {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "session_applications", "message_id")?;
        Ok(Self {
            application: row.parsed("application_id")?,
            message: row.parsed("message_id")?,
            logout: Logout { sub: row.plain("sub")?, sid: row.parsed_if_any("sid")? },
        })
    }
}

impl Store {
    /// What an application calls a session; nothing once that has ended.
    pub async fn session_sid(&self, session: SessionId, application: ApplicationId) -> Result<Option<Sid>, StoreError> {
        let statement = sql("select sid from session_applications join sessions on sessions.id = session_id \
             where session_id = $1 and application_id = $2 and sessions.ended_at is null");
        let found: Option<SidOnly> =
            self.fetch_optional(statement.bind(session.to_string()).bind(application.to_string())).await?;
        Ok(found.map(|found| found.0))
    }

    /// The session that an application calls so, ended ones included.
    pub async fn session_of_sid(&self, application: ApplicationId, sid: &Sid) -> Result<Option<Session>, StoreError> {
        let statement = sql("select sessions.* from session_applications join sessions on sessions.id = session_id \
             where application_id = $1 and sid = $2");
        self.fetch_optional(statement.bind(application.to_string()).bind(sid.as_str())).await
    }
}

impl Transaction {
    /// Names a session for an application, unless it has a name already.
    pub async fn session_application_add(
        &mut self,
        session: SessionId,
        application: ApplicationId,
        sid: &Sid,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into session_applications (application_id, sid, session_id) values ($1, $2, $3) \
             on conflict (session_id, application_id) do nothing")
        .bind(application.to_string())
        .bind(sid.as_str())
        .bind(session.to_string());
        self.execute(statement).await?;
        Ok(())
    }

    /// Notes that an application got tokens of a session: from now on it is told when the session ends.
    pub async fn session_application_used(
        &mut self,
        session: SessionId,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("update session_applications set used_at = $3 \
             where session_id = $1 and application_id = $2 and used_at is null")
        .bind(session.to_string())
        .bind(application.to_string())
        .bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Tells every application that was used in this session that it has ended.
    pub(super) async fn logouts_queue_of_session(
        &mut self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("select application_id, session_id as message_id, sid, sub from session_applications \
             join sessions on sessions.id = session_id join users on users.id = user_id \
             join applications on applications.id = application_id \
             where session_id = $1 and used_at is not null and backchannel_logout_uri is not null \
             and deactivated_at is null and applications.deleted_at is null");
        self.logouts_queue(statement.bind(session.to_string()), now).await
    }

    /// Tells every application that holds tokens of this person which no session has, and that was not told of a session
    /// just now: all that it has of the person has ended. Before those tokens are ended, and after the sessions.
    pub(super) async fn logouts_queue_of_account(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql(
            "select application_id, max(token_families.id) as message_id, null as sid, max(sub) as sub \
             from token_families join users on users.id = user_id \
             join applications on applications.id = application_id \
             where user_id = $1 and token_families.ended_at is null and token_families.expires_at > $2 and session_id is null \
             and backchannel_logout_uri is not null and not backchannel_logout_session_required \
             and applications.deactivated_at is null and applications.deleted_at is null \
             and not exists (select 1 from session_applications join sessions on sessions.id = session_id \
             where session_applications.application_id = token_families.application_id \
             and sessions.user_id = $1 and sessions.ended_at = $2 and used_at is not null) \
             group by application_id",
        );
        self.logouts_queue(statement.bind(user.to_string()).bind(now.as_micros()), now).await
    }

    async fn logouts_queue(&mut self, statement: Statement, now: Timestamp) -> Result<(), StoreError> {
        let to_tell: Vec<ToTell> = self.fetch_all(statement).await?;
        for ToTell { application, message, logout } in to_tell {
            self.logout_delivery_insert(application, message, &logout, now).await?;
        }
        Ok(())
    }
}
