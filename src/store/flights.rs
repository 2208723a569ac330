//! What happened to a sign-in, step by step. It is only ever added to, until the sign-in is forgotten.

use super::StoreError;
use super::cells::Cells;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::ids::{SignInEventId, SignInId, Timestamp};
use crate::domain::sign_in::FlightEvent;

/// How many steps of one kind are kept of one sign-in. Whoever has a link, or only a guess, can repeat some of
/// them at will; those of other kinds are told all the same. Of many at the same moment a few more may be kept.
pub const MOST_OF_A_KIND: i64 = 30;

/// A step of a sign-in's flight as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightStep {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: FlightEvent,
    /// What else there is to say.
    pub detail: String,
}

impl Record for FlightStep {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let cells = Cells::of(row, "sign_in_events", "id")?;
        let event_of = |name: &str| FlightEvent::ALL.into_iter().find(|event| event.name() == name);
        Ok(Self { at: cells.moment("at")?, event: cells.named("event", event_of)?, detail: cells.plain("detail")? })
    }
}

impl Transaction {
    /// Writes a step down, in the transaction of what it tells, unless there are enough of its kind.
    #[expect(clippy::too_many_arguments, reason = "they are the columns of one row; flows have Server::note_flight")]
    pub async fn flight_append(
        &mut self,
        id: SignInEventId,
        sign_in: SignInId,
        at: Timestamp,
        event: FlightEvent,
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
    pub async fn flight_is_full_of(&self, sign_in: SignInId, event: FlightEvent) -> Result<bool, StoreError> {
        let statement = sql("select id, at, event, detail from sign_in_events where sign_in_id = $1 and event = $2");
        let steps: Vec<FlightStep> = self.fetch_all(statement.bind(sign_in.to_string()).bind(event.name())).await?;
        Ok(i64::try_from(steps.len()).is_ok_and(|steps| steps >= MOST_OF_A_KIND))
    }

    /// The flight of a sign-in so far, oldest step first; steps of one moment in the order of a flight.
    pub async fn flight_of(&self, sign_in: SignInId) -> Result<Vec<FlightStep>, StoreError> {
        let statement = sql("select id, at, event, detail from sign_in_events where sign_in_id = $1 order by at, id")
            .bind(sign_in.to_string());
        let mut steps: Vec<FlightStep> = self.fetch_all(statement).await?;
        steps.sort_by_key(|step| (step.at, FlightEvent::ALL.iter().position(|event| *event == step.event)));
        Ok(steps)
    }
}
