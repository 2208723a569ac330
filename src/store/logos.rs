//! The pictures of applications.

use super::StoreError;
use super::engine::{Record, Row, Store, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, ClientId, Timestamp};
use crate::domain::picture::{LogoState, Picture};

/// A picture that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoDue {
    /// Whose.
    pub application: ApplicationId,
    /// From where.
    pub uri: String,
}

/// How old it is what is fetched again.
#[derive(Clone, Copy, Debug)]
pub struct LogoAge {
    /// Of a copy.
    pub copied_before: Timestamp,
    /// Of a try that brought none, or of which nothing was heard.
    pub failed_before: Timestamp,
}

/// When a picture is fetched again that was tried before: a copy after `$copied`, sooner where the last try failed, or
/// where nobody wrote down how it ended because the node that made it was gone.
macro_rules! old_enough {
    ($copied:literal, $failed:literal) => {
        concat!(
            "(application_logos.tried_at < ",
            $copied,
            " or ((application_logos.problem is not null or application_logos.content is null) \
             and application_logos.tried_at < ",
            $failed,
            "))"
        )
    };
}

impl Record for LogoDue {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "applications", "id")?;
        Ok(Self { application: row.parsed("id")?, uri: row.plain("logo_uri")? })
    }
}

impl Record for LogoState {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "application_logos", "application_id")?;
        let media_type: Option<String> = row.plain("media_type")?;
        Ok(Self { tried_at: row.moment("tried_at")?, is_there: media_type.is_some(), problem: row.plain("problem")? })
    }
}

impl Record for Picture {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "application_logos", "application_id")?;
        // Its kind is told by its content, as when it was fetched.
        Self::read(row.plain("content")?).map_err(|e| row.corrupt(format!("content: {e}")))
    }
}

impl Store {
    /// Pictures that were never fetched from where they are now, or long ago; those first. Those of applications that
    /// registered themselves are not: nobody who is known here named their address.
    pub async fn logos_due(&self, old: LogoAge, most: i64) -> Result<Vec<LogoDue>, StoreError> {
        let statement = sql(concat!(
            "select applications.id, logo_uri from applications \
             left join application_logos on application_id = applications.id and uri = logo_uri \
             where logo_uri is not null and deleted_at is null and admission is null \
             and (tried_at is null or ",
            old_enough!("$1", "$2"),
            ") order by coalesce(tried_at, 0), applications.id limit $3"
        ));
        let (copied, failed) = (old.copied_before.as_micros(), old.failed_before.as_micros());
        self.fetch_all(statement.bind(copied).bind(failed).bind(most)).await
    }

    /// Notes that a picture is being fetched. False if that was noted meanwhile, so that of several nodes one goes on, or
    /// if its address is not the one any more. The copy of another address is forgotten.
    pub async fn logo_claim(&self, due: &LogoDue, old: LogoAge, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql(concat!(
            "insert into application_logos (application_id, uri, tried_at) \
             select id, logo_uri, $3 from applications where id = $1 and logo_uri = $2 and deleted_at is null \
             on conflict (application_id) do update set tried_at = excluded.tried_at, uri = excluded.uri, \
             media_type = case when application_logos.uri = excluded.uri then application_logos.media_type end, \
             content = case when application_logos.uri = excluded.uri then application_logos.content end, \
             problem = case when application_logos.uri = excluded.uri then application_logos.problem end \
             where application_logos.uri <> excluded.uri or ",
            old_enough!("$4", "$5")
        ));
        let statement = statement.bind(due.application.to_string()).bind(due.uri.as_str()).bind(now.as_micros());
        let (copied, failed) = (old.copied_before.as_micros(), old.failed_before.as_micros());
        Ok(self.execute(statement.bind(copied).bind(failed)).await? == 1)
    }

    /// Keeps a copy, if that address is still the one.
    pub async fn logo_keep(&self, due: &LogoDue, picture: &Picture) -> Result<(), StoreError> {
        let statement = sql("update application_logos set media_type = $3, content = $4, problem = null \
             where application_id = $1 and uri = $2");
        let statement = statement.bind(due.application.to_string()).bind(due.uri.as_str());
        self.execute(statement.bind(picture.media_type).bind(picture.content.clone())).await.map(|_| ())
    }

    /// Notes why there is no new copy. The one that there is stays.
    pub async fn logo_failed(&self, due: &LogoDue, problem: &str) -> Result<(), StoreError> {
        let statement = sql("update application_logos set problem = $3 where application_id = $1 and uri = $2");
        let statement = statement.bind(due.application.to_string()).bind(due.uri.as_str()).bind(problem);
        self.execute(statement).await.map(|_| ())
    }

    /// The copy that is shown of an application.
    pub async fn logo(&self, client_id: &ClientId) -> Result<Option<Picture>, StoreError> {
        let statement = sql("select application_logos.* from application_logos \
             join applications on applications.id = application_id and logo_uri = uri \
             where client_id = $1 and deleted_at is null and content is not null");
        self.fetch_optional(statement.bind(client_id.as_str())).await
    }

    /// What became of the picture of an application; none where it was not fetched yet.
    pub async fn logo_state(&self, application: ApplicationId) -> Result<Option<LogoState>, StoreError> {
        let statement = sql("select application_id, tried_at, media_type, problem from application_logos \
             join applications on applications.id = application_id and logo_uri = uri where application_id = $1");
        self.fetch_optional(statement.bind(application.to_string())).await
    }
}
