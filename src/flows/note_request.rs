//! Noting requests for the applications that they name: behind the requests, bounded, in batches.
//!
//! A request only counts and, if there is something to tell, leaves a note in memory; about once a second the
//! notes are written down. However many requests fail, an application gets a few lines a second and the server
//! a few hundred; the others are counted all the same.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::info;

use super::Server;
use crate::domain::activity::{Counted, Endpoint, Failure, NotedRequest, network};
use crate::domain::ids::{ApplicationId, ClientId, NotedRequestId, Timestamp};
use crate::protocol::mismatch::discreet;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;
use crate::store::{DayTotal, StoreError};

/// How many notes of one application are waiting at most.
const MOST_OF_ONE: usize = 10;

/// How many notes are waiting at most.
const MOST_WAITING: usize = 500;

/// How many notes are waiting at most whose application has to be looked up.
const MOST_UNKNOWN: usize = 50;

/// How often success is noted where it is no news.
const ROUTINE: Duration = Duration::from_mins(1);

/// How many rows are written in one transaction: on SQLite nobody else writes while one is open.
const BATCH: usize = 200;

/// A request that names an application, and how it ended.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Where it went.
    pub endpoint: Endpoint,
    /// The application it names, which need not exist.
    pub client_id: &'a str,
    /// The grant it asks for, at the token endpoint.
    pub grant: Option<GrantType>,
    /// Where it came from.
    pub address: IpAddr,
    /// Its name in the log.
    pub trace_id: &'a str,
    /// Why it was refused, if it was.
    pub refusal: Option<&'a Refusal>,
}

impl Asked<'_> {
    fn counted(&self) -> Option<Counted> {
        match (self.refusal, self.endpoint) {
            (Some(_), _) => Some(Counted::Failed),
            (None, Endpoint::Token) => self.grant.map(Counted::Issued),
            (None, _) => None,
        }
    }

    /// Whether it is what machines do all day, and went well.
    fn is_routine(&self) -> bool {
        let by_machine = matches!(self.grant, Some(GrantType::ClientCredentials | GrantType::RefreshToken));
        self.refusal.is_none() && (by_machine || self.endpoint == Endpoint::Introspect)
    }

    /// What is kept of it: nothing that could be a secret or a person's.
    fn noted(&self, at: Timestamp) -> NotedRequest {
        let failure = self.refusal.map(|refusal| Failure {
            error: refusal.code.name().to_owned(),
            reason: discreet(&refusal.description),
            mismatch: refusal.mismatch.as_deref().cloned(),
        });
        NotedRequest {
            at,
            endpoint: self.endpoint,
            grant: self.grant,
            failure,
            times: 1,
            trace_id: self.trace_id.to_owned(),
            network: network(self.address),
        }
    }
}

/// What is still to be written down.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<Waiting>);

/// Sorted where it is written from, so that nodes lock rows in the same order.
#[derive(Debug, Default)]
struct Waiting {
    counts: BTreeMap<(ApplicationId, Timestamp, Counted), u64>,
    notes: BTreeMap<ApplicationId, Vec<NotedRequest>>,
    /// How many notes there are.
    room_taken: usize,
    /// Notes for a name that nobody has looked up yet.
    unknown: Vec<(ClientId, NotedRequest)>,
    /// When routine was last noted.
    routine: HashMap<(ApplicationId, Endpoint, Option<GrantType>), Timestamp>,
    /// How many notes there was no room for, since the last batch.
    dropped: u64,
}

impl Waiting {
    fn count(&mut self, application: ApplicationId, at: Timestamp, counted: Counted) {
        *self.counts.entry((application, at.start_of_day(), counted)).or_default() += 1;
    }

    /// Whether routine is to be noted again.
    fn is_due(&mut self, application: ApplicationId, asked: &Asked<'_>, at: Timestamp) -> bool {
        let last = self.routine.entry((application, asked.endpoint, asked.grant));
        let mut due = false;
        let last = last.or_insert_with(|| {
            due = true;
            at
        });
        if at.since(*last) >= ROUTINE {
            due = true;
            *last = at;
        }
        due
    }

    fn add(&mut self, application: ApplicationId, note: NotedRequest) {
        let notes = self.notes.entry(application).or_default();
        if let Some(same) = notes.iter_mut().find(|known| known.is_like(&note)) {
            same.times = same.times.saturating_add(note.times);
            same.at = same.at.max(note.at);
        } else if notes.len() < MOST_OF_ONE && self.room_taken < MOST_WAITING {
            notes.push(note);
            self.room_taken += 1;
        } else {
            self.dropped += 1;
        }
    }
}

impl RequestLog {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, application: ApplicationId, asked: &Asked<'_>, at: Timestamp) {
        let mut waiting = self.waiting();
        if let Some(counted) = asked.counted() {
            waiting.count(application, at, counted);
        }
        if asked.is_routine() && !waiting.is_due(application, asked, at) {
            return;
        }
        // Nobody else waits while the note is written.
        drop(waiting);
        let note = asked.noted(at);
        self.waiting().add(application, note);
    }

    fn note_unknown(&self, client_id: ClientId, note: NotedRequest) {
        let mut waiting = self.waiting();
        if waiting.unknown.len() < MOST_UNKNOWN {
            waiting.unknown.push((client_id, note));
        } else {
            waiting.dropped += 1;
        }
    }

    fn take_counts(&self) -> Vec<(ApplicationId, DayTotal)> {
        let counts = std::mem::take(&mut self.waiting().counts);
        let total = |((application, day, counted), total)| (application, DayTotal { day, counted, total });
        counts.into_iter().map(total).collect()
    }

    fn give_back(&self, counts: &[(ApplicationId, DayTotal)]) {
        let mut waiting = self.waiting();
        for (application, DayTotal { day, counted, total }) in counts {
            *waiting.counts.entry((*application, *day, *counted)).or_default() += total;
        }
    }

    fn put_back(&self, notes: impl Iterator<Item = (ApplicationId, Vec<NotedRequest>)>) {
        let mut waiting = self.waiting();
        for (application, notes) in notes {
            for note in notes {
                waiting.add(application, note);
            }
        }
    }

    fn take_notes(&self, now: Timestamp) -> (Vec<(ApplicationId, Vec<NotedRequest>)>, u64) {
        let mut waiting = self.waiting();
        waiting.routine.retain(|_, last| now.since(*last) < ROUTINE);
        waiting.room_taken = 0;
        let dropped = std::mem::take(&mut waiting.dropped);
        (std::mem::take(&mut waiting.notes).into_iter().collect(), dropped)
    }
}

impl Server {
    /// Notes a request for the application that it names, if there is one. Asks no database.
    pub fn note_request(&self, asked: &Asked<'_>) {
        let Ok(client_id) = asked.client_id.parse::<ClientId>() else { return };
        let now = self.now();
        match self.known_application(&client_id) {
            Some(application) => self.requests.note(application.id, asked, now),
            // Refused before anybody had to know who asked.
            None if asked.refusal.is_some() => self.requests.note_unknown(client_id, asked.noted(now)),
            None => {}
        }
    }

    /// Writes down what was noted. What the database does not take now is kept for the next time, as far as
    /// there is room.
    pub(super) async fn flush_requests(&self) -> Result<(), StoreError> {
        self.look_up_unknown().await?;
        let counts = self.requests.take_counts();
        for (at, batch) in counts.chunks(BATCH).enumerate() {
            if let Err(error) = self.write_counts(batch).await {
                self.requests.give_back(&counts[at * BATCH..]);
                return Err(error);
            }
        }
        let (notes, dropped) = self.requests.take_notes(self.now());
        if dropped > 0 {
            info!(dropped, "more requests failed than are written down one by one");
        }
        for (at, batch) in notes.chunks(BATCH / MOST_OF_ONE).enumerate() {
            if let Err(error) = self.write_notes(batch).await {
                // What the database refuses for any other reason it would refuse for ever.
                let again = if matches!(error, StoreError::Unavailable(_)) { at } else { at + 1 };
                self.requests.put_back(notes.into_iter().skip(again * (BATCH / MOST_OF_ONE)));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Finds the applications of requests that were refused before theirs was looked for.
    async fn look_up_unknown(&self) -> Result<(), StoreError> {
        let unknown = std::mem::take(&mut self.requests.waiting().unknown);
        for (client_id, note) in unknown {
            let Some(application) = self.application(&client_id).await? else { continue };
            let mut waiting = self.requests.waiting();
            waiting.count(application.id, note.at, Counted::Failed);
            waiting.add(application.id, note);
        }
        Ok(())
    }

    async fn write_counts(&self, counts: &[(ApplicationId, DayTotal)]) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        for (application, counted) in counts {
            tx.day_add(*application, counted).await?;
        }
        tx.commit().await
    }

    async fn write_notes(&self, notes: &[(ApplicationId, Vec<NotedRequest>)]) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        for (application, requests) in notes {
            for request in requests {
                let id = NotedRequestId::new(self.row_id(request.at));
                tx.request_insert(id, *application, request).await?;
            }
            tx.requests_trim(*application).await?;
        }
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::refusal::ErrorCode;

    const ONE: ApplicationId = ApplicationId::from_bytes([1; 16]);
    const OTHER: ApplicationId = ApplicationId::from_bytes([2; 16]);
    const AT: Timestamp = Timestamp::from_seconds(1_772_366_400);

    fn asked(refusal: Option<&Refusal>) -> Asked<'_> {
        Asked {
            endpoint: Endpoint::Token,
            client_id: "one",
            grant: Some(GrantType::ClientCredentials),
            address: IpAddr::from([203, 0, 113, 9]),
            trace_id: "t",
            refusal,
        }
    }

    fn refusal(number: usize) -> Refusal {
        Refusal::new(ErrorCode::InvalidScope, format!("number {number}"))
    }

    #[test]
    fn routine_is_counted_each_time_and_noted_once_a_minute() {
        let log = RequestLog::default();
        for seconds in [0, 1, 59, 60, 61] {
            log.note(ONE, &asked(None), AT.plus(Duration::from_secs(seconds)));
        }
        let counted = Counted::Issued(GrantType::ClientCredentials);
        assert_eq!(log.take_counts(), [(ONE, DayTotal { day: AT.start_of_day(), counted, total: 5 })]);
        let (notes, dropped) = log.take_notes(AT);
        let times: Vec<_> = notes[0].1.iter().map(|note| note.times).collect();
        assert_eq!((times, dropped), (vec![2], 0), "the first, and the one a minute later");
    }

    #[test]
    fn a_flood_is_one_line_each_up_to_a_bound_and_takes_no_room_from_others() {
        let log = RequestLog::default();
        for number in 0..10_000 {
            log.note(ONE, &asked(Some(&refusal(number % 100))), AT);
        }
        log.note(OTHER, &asked(Some(&refusal(0))), AT);
        assert_eq!(log.take_counts()[0].1.total, 10_000, "all of them are counted");
        let (notes, dropped) = log.take_notes(AT);
        assert_eq!((notes[0].1.len(), notes[1].1.len()), (MOST_OF_ONE, 1));
        assert!(notes[0].1.iter().all(|note| note.times == 100));
        assert_eq!(dropped, 9_000);
    }

    #[test]
    fn what_a_stranger_names_takes_bounded_room() {
        let log = RequestLog::default();
        for _ in 0..1000 {
            log.note_unknown("nobody".parse().unwrap(), asked(Some(&refusal(0))).noted(AT));
        }
        assert_eq!(log.waiting().unknown.len(), MOST_UNKNOWN);
    }

    #[test]
    fn counts_that_could_not_be_written_are_added_to_what_came_since() {
        let log = RequestLog::default();
        log.note(ONE, &asked(None), AT);
        let taken = log.take_counts();
        log.note(ONE, &asked(None), AT);
        log.give_back(&taken);
        assert_eq!(log.take_counts()[0].1.total, 2);
    }
}
