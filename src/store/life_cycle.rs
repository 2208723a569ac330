//! The steps in the life cycle of an unused application. Each is one guarded update with all its conditions, so that of
//! two nodes one takes the step, and none does if the application is used at that moment.

use super::StoreError;
use super::applications::ClientIdOnly;
use super::engine::{Statement, Store, Transaction, sql};
use crate::domain::application::{Application, ApplicationSettings, DeactivationReason};
use crate::domain::ids::{ApplicationId, ClientId, Timestamp};
use crate::domain::life_marks::{Exempt, Warning};

/// The moments since which an application must be unused for a step to be due.
#[derive(Clone, Copy, Debug)]
pub struct DueBy {
    /// Unused since then: to be warned or deactivated.
    pub idle: Timestamp,
    /// Unused since then, and deactivated: to be deleted.
    pub gone: Timestamp,
    /// Deleted by then: to be purged.
    pub forgotten: Timestamp,
}

/// A step that is taken only if the application is still as it was when the step was decided.
#[derive(Clone, Copy, Debug)]
pub struct GuardedStep {
    /// The application.
    pub application: ApplicationId,
    /// Not used, kept or registered after this.
    pub unused_by: Timestamp,
    /// The last warning that the decision was based on, void or not.
    pub warned_at: Option<Timestamp>,
}

/// Registered, not exempt, and nothing that counts as a use came after `$n`.
macro_rules! unused_by {
    ($n:literal) => {
        concat!(
            "origin = 'registered' and exempt = false and created_at <= ",
            $n,
            " and (last_used_at is null or last_used_at <= ",
            $n,
            ") and (kept_at is null or kept_at <= ",
            $n,
            ")"
        )
    };
}

/// The condition of a warning or deactivation, for `$1` to `$3` of [`guarded`].
macro_rules! active_and_unused {
    () => {
        concat!(
            " where id = $1 and deactivated_at is null and deleted_at is null and ",
            unused_by!("$2"),
            " and warned_at is not distinct from $3"
        )
    };
}

fn guarded(statement: Statement, step: &GuardedStep) -> Statement {
    statement
        .bind(step.application.to_string())
        .bind(step.unused_by.as_micros())
        .bind(step.warned_at.map(Timestamp::as_micros))
}

/// Deletes rows of an application, `$1`, that was deleted by `$2` and is not purged yet, at most `$3` of them.
macro_rules! of_deleted {
    ($table:literal, $key:literal, $which:literal) => {
        sql(concat!(
            "delete from ", $table, " where (", $key, ") in (select ", $key, " from ", $table, " where ", $which,
            " and exists (select 1 from applications where id = $1 and deleted_at <= $2 and purged_at is null) limit $3)"
        ))
    };
}

impl Store {
    /// The applications for which something may be due. Only their client ids, so that a row that cannot be read does
    /// not stop the others.
    pub async fn applications_due(&self, by: DueBy) -> Result<Vec<ClientId>, StoreError> {
        let statement = sql(concat!(
            "select client_id from applications where purged_at is null and (deleted_at <= $3 or (deleted_at is null \
             and ((deactivated_at is null and ",
            unused_by!("$1"),
            ") or (deactivated_at is not null and ",
            unused_by!("$2"),
            ")))) order by id"
        ))
        .bind(by.idle.as_micros())
        .bind(by.gone.as_micros())
        .bind(by.forgotten.as_micros());
        let found: Vec<ClientIdOnly> = self.fetch_all(statement).await?;
        Ok(found.into_iter().map(|found| found.0).collect())
    }
}

impl Store {
    /// All applications that are not purged, deleted ones included, without their secrets.
    pub async fn applications_with_deleted(&self) -> Result<Vec<Application>, StoreError> {
        self.fetch_all(sql("select * from applications where purged_at is null order by name, client_id")).await
    }
}

impl Transaction {
    /// Records a warning. False if the application was used or warned meanwhile.
    pub async fn application_warn(&mut self, step: &GuardedStep, warning: Warning) -> Result<bool, StoreError> {
        let statement =
            sql(concat!("update applications set warned_at = $4, warned_before = $5", active_and_unused!()));
        let before = i64::try_from(warning.before.as_micros()).unwrap_or(i64::MAX);
        let statement = guarded(statement, step).bind(warning.at.as_micros()).bind(before);
        Ok(self.execute(statement).await? == 1)
    }

    /// Deactivates an unused application. False if it was used, kept or warned meanwhile.
    pub async fn application_deactivate_unused(
        &mut self,
        step: &GuardedStep,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql(concat!(
            "update applications set deactivated_at = $4, deactivation_reason = $5, version = version + 1",
            active_and_unused!()
        ));
        let statement = guarded(statement, step).bind(now.as_micros()).bind(DeactivationReason::Unused.name());
        Ok(self.execute(statement).await? == 1)
    }

    /// Deletes an application that stayed unused after it was deactivated at this moment. False if it was brought
    /// back or deleted meanwhile.
    pub async fn application_delete_unused(
        &mut self,
        step: &GuardedStep,
        deactivated_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql(concat!(
            "update applications set deleted_at = $4, version = version + 1 \
             where id = $1 and deactivated_at = $5 and deleted_at is null and ",
            unused_by!("$2"),
            " and warned_at is not distinct from $3"
        ));
        let statement = guarded(statement, step).bind(now.as_micros()).bind(deactivated_at.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// Activates an application again that was deactivated as unused although it was in use. False if it is not
    /// deactivated as unused.
    pub async fn application_revive(&mut self, id: ApplicationId) -> Result<bool, StoreError> {
        let statement =
            sql("update applications set deactivated_at = null, deactivation_reason = null, version = version + 1 \
             where id = $1 and deactivation_reason = $2 and deleted_at is null")
            .bind(id.to_string())
            .bind(DeactivationReason::Unused.name());
        Ok(self.execute(statement).await? == 1)
    }

    /// Brings back an application that was deleted after `after`: active if it was deactivated as unused or for the
    /// reason `lifted`, else as it was. What it had got before stays ended. False if it is not deleted, or was deleted
    /// earlier.
    pub async fn application_undelete(
        &mut self,
        id: ApplicationId,
        lifted: DeactivationReason,
        (after, now): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let statement = sql("update applications set deleted_at = null, kept_at = $3, tokens_not_before = $3, \
             version = version + 1, \
             deactivated_at = case when deactivation_reason in ($4, $5) then null else deactivated_at end, \
             deactivation_reason = case when deactivation_reason in ($4, $5) then null else deactivation_reason end \
             where id = $1 and deleted_at > $2 and purged_at is null")
        .bind(id.to_string())
        .bind(after.as_micros())
        .bind(now.as_micros())
        .bind(DeactivationReason::Unused.name())
        .bind(lifted.name());
        Ok(self.execute(statement).await? == 1)
    }

    /// Exempts an application from the life cycle or ends that; at the end its unused time begins anew. False if
    /// nothing changed.
    pub async fn application_set_exempt(
        &mut self,
        id: ApplicationId,
        exempt: Exempt,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update applications set exempt = $2, kept_at = $3, version = version + 1 \
             where id = $1 and exempt <> $2 and deleted_at is null")
        .bind(id.to_string())
        .bind(exempt == Exempt::Yes)
        .bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }
}

impl Store {
    /// Deletes what the use of an application left that was deleted by `deleted_by` and cannot come back any more: there
    /// can be much of it. Before the application is purged, so that what this leaves undone is done the next time.
    pub async fn application_clear(&self, id: ApplicationId, deleted_by: Timestamp) -> Result<(), StoreError> {
        for statement in [
            of_deleted!("consents", "user_id, application_id", "application_id = $1"),
            of_deleted!("webhook_deliveries", "webhook_id, message_id", "webhook_id = $1"),
            of_deleted!(
                "webhook_deliveries",
                "webhook_id, message_id",
                "webhook_id in (select id from webhooks where application_id = $1)"
            ),
            of_deleted!("session_applications", "application_id, sid", "application_id = $1"),
            of_deleted!("application_days", "application_id, day, counted", "application_id = $1"),
            of_deleted!("application_requests", "id", "application_id = $1"),
        ] {
            self.execute_in_batches(statement.bind(id.to_string()).bind(deleted_by.as_micros())).await?;
        }
        Ok(())
    }
}

impl Transaction {
    /// Deletes all data of an application that was deleted by `deleted_by`; its row stays, with no more than its type, so
    /// that its client id is never issued again. False if it is not deleted or was purged before.
    pub async fn application_purge(
        &mut self,
        application: &Application,
        deleted_by: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement =
            sql("update applications set purged_at = $3 where id = $1 and deleted_at <= $2 and purged_at is null")
                .bind(application.id.to_string())
                .bind(deleted_by.as_micros())
                .bind(now.as_micros());
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        // By the table of settings, so that none is forgotten that comes later.
        let unset = ApplicationSettings::new(String::new(), application.settings.kind);
        self.application_update(application.id, &unset, application.origin).await?;
        for hanging in [
            sql("delete from application_secrets where application_id = $1"),
            sql("delete from application_logos where application_id = $1"),
            sql("delete from consents where application_id = $1"),
            sql("delete from keep_links where application_id = $1"),
            sql("delete from client_registrations where application_id = $1"),
            sql("delete from client_documents where application_id = $1"),
            sql("delete from application_owners where application_id = $1"),
            sql("delete from invitations where application_id = $1"),
            sql("delete from approvals where application_id = $1"),
            // What it was told itself, and what its webhooks were.
            sql("delete from webhook_deliveries where webhook_id = $1"),
            sql("delete from webhook_deliveries where webhook_id in \
                 (select id from webhooks where application_id = $1)"),
            sql("delete from session_applications where application_id = $1"),
            sql("delete from webhooks where application_id = $1"),
            sql("delete from application_days where application_id = $1"),
            sql("delete from application_requests where application_id = $1"),
        ] {
            self.execute(hanging.bind(application.id.to_string())).await?;
        }
        Ok(true)
    }
}
