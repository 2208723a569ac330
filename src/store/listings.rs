//! Pages of long lists (keyset pagination): each starts after the last row of the page before, along an index, so every
//! page costs the same.

use super::StoreError;
use super::audit::AuditLine;
use super::engine::{Statement, Store, sql};
use crate::domain::application::{Application, ApplicationKind};
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::listing::{
    ApplicationFilter, ApplicationPlace, ApplicationStates, AuditFilter, Search, UserFilter, UserStates,
};
use crate::domain::user::User;

/// Sorts after every id: they are hexadecimal.
const BEHIND_ALL: &str = "g";

/// An audit page along the index that `$driven` names; the other conditions only filter.
macro_rules! audit_along {
    ($driven:literal) => {
        sql(concat!(
            "select id, at, actor, event, subject, detail from audit_events where ",
            $driven,
            " id < $4 and id >= $5 and at >= $6 and at < $7 \
             and ($1 = '' or event = $1) and ($2 = '' or actor = $2) and ($3 = '' or subject = $3) \
             order by id desc limit $8"
        ))
    };
}

impl Store {
    /// The applications after this cursor, by name, without their secrets.
    pub async fn applications_page(
        &self,
        filter: &ApplicationFilter,
        after: &ApplicationPlace,
        limit: i64,
    ) -> Result<Vec<Application>, StoreError> {
        let statement = sql("select * from applications where (name, client_id) > ($1, $2) and purged_at is null \
             and ($3 = '' or kind = $3) \
             and ($4 = case when deleted_at is not null then 'deleted' \
                  when deactivated_at is not null then 'deactivated' else 'active' end \
                  or ($4 = '' and deleted_at is null)) \
             and ($5 = '' or name_key like $5 escape '!' or client_id = $6) \
             and ($7 = '' or id in (select application_id from application_owners where user_id = $7)) \
             and ($8 = '' or id in (select application_id from application_owners where user_id = $8)) \
             order by name, client_id limit $9")
        .bind(after.name.as_str())
        .bind(after.client_id.as_str())
        .bind(filter.kind.map_or("", ApplicationKind::name))
        .bind(filter.state.map_or("", ApplicationStates::name))
        .bind(containing(filter.search.as_ref()))
        .bind(filter.search.as_ref().map_or("", Search::as_str))
        .bind(id_or_empty(filter.within))
        .bind(id_or_empty(filter.owner))
        .bind(limit);
        self.fetch_all(statement).await
    }

    /// The accounts that were made before this row, newest first.
    pub async fn users_page(
        &self,
        filter: &UserFilter,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let statement = sql("select * from users where id < $1 \
             and ($2 = case when deleted_at is not null then 'deleted' \
                  when disabled_at is not null then 'disabled' else 'active' end \
                  or ($2 = '' and deleted_at is null)) \
             and ($3 = '' or email_key like $3 escape '!' or name_key like $3 escape '!') \
             order by id desc limit $4")
        .bind(before.unwrap_or(BEHIND_ALL))
        .bind(filter.state.map_or("", UserStates::name))
        .bind(containing(filter.search.as_ref()))
        .bind(limit);
        self.fetch_all(statement).await
    }

    /// The lines of the audit log before this one, newest first.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        let AuditFilter { event, actor, subject, from, to } = filter;
        // An id begins with the millisecond it was made in, so a span of time is a span of ids.
        let first = from.map_or_else(String::new, earliest_id);
        let last = to.map(|to| earliest_id(Timestamp::from_micros(to.as_micros().saturating_add(1000))));
        let before = [before.map(str::to_owned), last].into_iter().flatten().min();
        let statement: Statement = match (subject, actor, event) {
            (Some(_), _, _) => audit_along!("subject = $3 and"),
            (None, Some(_), Some(_)) => audit_along!("event || ' ' || actor = $1 || ' ' || $2 and"),
            (None, Some(_), None) => audit_along!("actor = $2 and"),
            (None, None, Some(_)) => audit_along!("event = $1 and"),
            (None, None, None) => audit_along!(""),
        };
        let statement = statement
            .bind(event.clone().unwrap_or_default())
            .bind(actor.clone().unwrap_or_default())
            .bind(subject.clone().unwrap_or_default())
            .bind(before.unwrap_or_else(|| BEHIND_ALL.to_owned()))
            .bind(first)
            .bind(from.map_or(i64::MIN, Timestamp::as_micros))
            .bind(to.map_or(i64::MAX, Timestamp::as_micros))
            .bind(limit);
        self.fetch_all(statement).await
    }
}

fn id_or_empty(id: Option<UserId>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// The `like` pattern of texts that contain this one, in lower case; empty without a search.
fn containing(part: Option<&Search>) -> String {
    let Some(part) = part else { return String::new() };
    let mut pattern = String::from("%");
    for c in part.as_str().to_lowercase().chars() {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The smallest `UUIDv7` that could have been made at this moment.
fn earliest_id(at: Timestamp) -> String {
    let millis = u64::try_from(at.as_micros().div_euclid(1000)).unwrap_or(0).min((1 << 48) - 1);
    format!("{:08x}-{:04x}-0000-0000-000000000000", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_no_pattern() {
        assert_eq!(containing("50%_Ab!".parse().ok().as_ref()), "%50!%!_ab!!%");
        assert_eq!(containing(None), "");
    }

    #[test]
    fn an_id_of_a_moment_is_not_before_the_earliest_of_it() {
        let at = Timestamp::from_seconds(1_772_366_400);
        let id = uuid::Builder::from_unix_timestamp_millis(1_772_366_400_000, &[0; 10]).into_uuid().to_string();
        assert!(earliest_id(at) < id && id < earliest_id(Timestamp::from_micros(at.as_micros() + 1000)));
        assert!(earliest_id(Timestamp::from_micros(i64::MAX)).as_str() < BEHIND_ALL);
    }
}
