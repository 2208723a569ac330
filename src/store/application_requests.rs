//! The last requests of applications.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::activity::{ALIKE_KEPT, Failure, NotedRequest, REQUESTS_KEPT};
use crate::domain::ids::{ApplicationId, NotedRequestId, Timestamp};
use crate::protocol::mismatch::Mismatch;

impl Record for NotedRequest {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "application_requests", "id")?;
        Ok(Self {
            at: row.moment("at")?,
            endpoint: row.parsed("endpoint")?,
            grant: row.parsed_if_any("grant_type")?,
            failure: failure(&row)?,
            times: number(&row, "times", row.plain("times")?)?,
            trace_id: row.plain("trace_id")?,
            network: row.plain("address")?,
        })
    }
}

/// A failure has both an error and a reason.
fn failure(row: &TableRow<'_>) -> Result<Option<Failure>, StoreError> {
    match (row.plain("error")?, row.plain("reason")?) {
        (Some(error), Some(reason)) => {
            Ok(Some(Failure { error, reason, mismatch: mismatch(row)?, proven: row.plain("proven")? }))
        }
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(row.corrupt("error and reason must come together")),
    }
}

fn mismatch(row: &TableRow<'_>) -> Result<Option<Mismatch>, StoreError> {
    let Some(field) = row.parsed_if_any("field")? else { return Ok(None) };
    let differs_at = row.plain::<Option<i64>>("differs_at")?;
    Ok(Some(Mismatch {
        field,
        sent: row.plain("sent")?,
        registered: row.plain("registered")?,
        differs_at: differs_at.map(|at| number(row, "differs_at", at)).transpose()?,
    }))
}

fn number<T: TryFrom<i64>>(row: &TableRow<'_>, column: &'static str, value: i64) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| row.corrupt(format!("{column} is {value}")))
}

impl Store {
    /// The last requests of an application, newest first.
    pub async fn requests_of_application(
        &self,
        application: ApplicationId,
        limit: u32,
    ) -> Result<Vec<NotedRequest>, StoreError> {
        let statement = sql("select * from application_requests where application_id = $1 \
             order by at desc, id desc limit $2");
        self.fetch_all(statement.bind(application.to_string()).bind(i64::from(limit))).await
    }

    /// Deletes requests that arrived before this moment.
    pub async fn requests_forget(&self, before: Timestamp) -> Result<(), StoreError> {
        let statement = sql("delete from application_requests where id in (select id from application_requests \
             where at <= $1 order by at limit $2)");
        self.execute_in_batches(statement.bind(before.as_micros())).await.map(|_| ())
    }
}

impl Transaction {
    /// Adds a request of an application, unless the application was purged.
    pub async fn request_insert(
        &mut self,
        id: NotedRequestId,
        application: ApplicationId,
        request: &NotedRequest,
    ) -> Result<(), StoreError> {
        let failure = request.failure.as_ref();
        let mismatch = failure.and_then(|failure| failure.mismatch.as_ref());
        let differs_at = mismatch.and_then(|mismatch| mismatch.differs_at).and_then(|at| i64::try_from(at).ok());
        let statement = sql("insert into application_requests (application_id, id, at, endpoint, grant_type, times, \
             error, reason, field, sent, registered, differs_at, trace_id, address, proven) \
             select id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 from applications where id = $1")
        .bind(application.to_string())
        .bind(id.to_string())
        .bind(request.at.as_micros())
        .bind(request.endpoint.name())
        .bind(request.grant.map(|grant| grant.name().to_owned()))
        .bind(i64::try_from(request.times).unwrap_or(i64::MAX))
        .bind(failure.map(|failure| failure.error.clone()))
        .bind(failure.map(|failure| failure.reason.clone()))
        .bind(mismatch.map(|mismatch| mismatch.field.name().to_owned()))
        .bind(mismatch.and_then(|mismatch| mismatch.sent.clone()))
        .bind(mismatch.and_then(|mismatch| mismatch.registered.clone()))
        .bind(differs_at)
        .bind(request.trace_id.as_str())
        .bind(request.network.as_str())
        .bind(failure.is_some_and(|failure| failure.proven));
        self.execute(statement).await?;
        Ok(())
    }

    /// Keeps the newest requests of an application: so many of each quota, and fewer of each kind of those without
    /// authentication, so that those from one network do not push out those from another.
    pub async fn requests_trim(&mut self, application: ApplicationId) -> Result<(), StoreError> {
        let statement = sql("delete from application_requests where id in (select id from (\
             select id, error is not null and not proven as from_anybody, \
             row_number() over (partition by error is null, proven order by at desc, id desc) as place, \
             row_number() over (partition by error, proven, endpoint, address order by at desc, id desc) as alike \
             from application_requests where application_id = $1) as placed \
             where place > $2 or (from_anybody and alike > $3))");
        self.execute(statement.bind(application.to_string()).bind(REQUESTS_KEPT).bind(ALIKE_KEPT)).await?;
        Ok(())
    }
}
