//! Delivery traces: what happened to the mail of a sign-in, step by step. Append-only, until the sign-in is deleted.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, SignInEventId, SignInId, Timestamp};
use crate::domain::sign_in::DeliveryEvent;
use crate::domain::user::EmailAddress;

/// How many steps of one kind are kept of one sign-in. Some kinds can be repeated at will by anyone with a link or a
/// guess; they must not push out the others. Of many at the same moment a few more may be kept.
pub const MOST_OF_A_KIND: i64 = 30;

/// A step of a delivery trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryStep {
    /// When it happened.
    pub at: Timestamp,
    /// The kind of step.
    pub event: DeliveryEvent,
    /// More about it, such as the answer of the mail server.
    pub detail: String,
}

impl Record for DeliveryStep {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "sign_in_events", "id")?;
        Ok(Self { at: row.moment("at")?, event: row.parsed("event")?, detail: row.plain("detail")? })
    }
}

/// A sign-in as its application's owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryTrace {
    /// The sign-in.
    pub sign_in: SignInId,
    /// When it was started.
    pub created_at: Timestamp,
    /// The address, masked: `j…@example.com`.
    pub address: String,
    /// The four characters that mail and waiting page both show.
    pub reference: String,
    /// The trace id of its log lines.
    pub trace_id: String,
    /// The steps, oldest first.
    pub steps: Vec<DeliveryStep>,
}

impl Record for DeliveryTrace {
    /// Without the steps, which are rows of their own.
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "sign_ins", "id")?;
        Ok(Self {
            sign_in: row.parsed("id")?,
            created_at: row.moment("created_at")?,
            address: row.parsed::<EmailAddress>("email")?.masked(),
            reference: row.plain("reference")?,
            trace_id: row.plain("trace_id")?,
            steps: Vec::new(),
        })
    }
}

/// A step and its sign-in.
struct StepOf(SignInId, DeliveryStep);

impl Record for StepOf {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "sign_in_events", "id")?.parsed("sign_in_id")?, DeliveryStep::from_row(row)?))
    }
}

/// The newest sign-ins of an application, as the beginning of a statement. Requests are listed by their id, which grows
/// with time, so that a long history is not sorted.
macro_rules! of_newest_sign_ins {
    ($statement:literal) => {
        concat!(
            "with newest as (select s.id, s.created_at, s.email, s.reference, s.trace_id \
             from authorizations a join sign_ins s on s.authorization_id = a.id \
             where a.application_id = $1 order by a.id desc, s.id desc limit $2) ",
            $statement
        )
    };
}

impl Transaction {
    /// Adds a step, in the transaction of what it records, unless there are enough of its kind.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the columns of one row; flows have DeliveryTraces::note_delivery"
    )]
    pub async fn delivery_trace_append(
        &mut self,
        id: SignInEventId,
        sign_in: SignInId,
        at: Timestamp,
        event: DeliveryEvent,
        detail: &str,
    ) -> Result<(), StoreError> {
        let statement =
            sql("insert into sign_in_events (id, sign_in_id, at, event, detail) select $1, $2, $3, $4, $5 \
                 where (select count(*) from sign_in_events where sign_in_id = $2 and event = $4) < $6")
            .bind(id.to_string())
            .bind(sign_in.to_string())
            .bind(at.as_micros())
            .bind(event.name())
            .bind(detail)
            .bind(MOST_OF_A_KIND);
        self.execute(statement).await?;
        Ok(())
    }
}

impl Store {
    /// Whether there are enough steps of this kind already.
    pub async fn delivery_trace_is_full_of(&self, sign_in: SignInId, event: DeliveryEvent) -> Result<bool, StoreError> {
        let statement = sql("select id, at, event, detail from sign_in_events where sign_in_id = $1 and event = $2");
        let steps: Vec<DeliveryStep> = self.fetch_all(statement.bind(sign_in.to_string()).bind(event.name())).await?;
        Ok(i64::try_from(steps.len()).is_ok_and(|steps| steps >= MOST_OF_A_KIND))
    }

    /// The trace of a sign-in, oldest step first; steps of one moment in the order in which they follow each other.
    pub async fn delivery_trace_of(&self, sign_in: SignInId) -> Result<Vec<DeliveryStep>, StoreError> {
        let statement = sql("select id, at, event, detail from sign_in_events where sign_in_id = $1 order by at, id")
            .bind(sign_in.to_string());
        let mut steps: Vec<DeliveryStep> = self.fetch_all(statement).await?;
        in_order(&mut steps);
        Ok(steps)
    }

    /// The newest sign-ins of an application, newest first, each with its trace.
    pub async fn delivery_traces_of_application(
        &self,
        application: ApplicationId,
        limit: u32,
    ) -> Result<Vec<DeliveryTrace>, StoreError> {
        let bound = |statement| sql(statement).bind(application.to_string()).bind(i64::from(limit));
        let newest = bound(of_newest_sign_ins!("select * from newest order by created_at desc, id desc"));
        let mut traces: Vec<DeliveryTrace> = self.fetch_all(newest).await?;
        let steps = bound(of_newest_sign_ins!(
            "select e.id, e.sign_in_id, e.at, e.event, e.detail from newest n \
             join sign_in_events e on e.sign_in_id = n.id order by e.at, e.id"
        ));
        // One that was started in between has steps and is not in the list yet.
        for StepOf(sign_in, step) in self.fetch_all(steps).await? {
            if let Some(trace) = traces.iter_mut().find(|trace| trace.sign_in == sign_in) {
                trace.steps.push(step);
            }
        }
        for trace in &mut traces {
            in_order(&mut trace.steps);
        }
        Ok(traces)
    }
}

/// Steps of one moment in the order in which they follow each other.
fn in_order(steps: &mut [DeliveryStep]) {
    steps.sort_by_key(|step| (step.at, DeliveryEvent::ALL.iter().position(|event| *event == step.event)));
}
