//! Notes that are not written yet: in memory, and bounded.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::LoggedRequest;
use crate::domain::activity::{Counted, Endpoint, NotedRequest, Quota};
use crate::domain::ids::{ApplicationId, ClientId, Timestamp};
use crate::protocol::token::GrantType;
use crate::store::DayTotal;

/// How many notes of one application are waiting at most, of each quota.
pub(super) const MOST_OF_ONE: usize = 10;

/// How many notes are waiting at most, of each quota.
const MOST_WAITING: usize = 500;

/// How many notes are waiting at most whose application has to be looked up.
const MOST_UNKNOWN: usize = 50;

/// How often a successful routine request is noted.
const ROUTINE: Duration = Duration::from_mins(1);

/// The counts and notes that are still to be written.
#[derive(Debug, Default)]
pub(in crate::flows::insight) struct RequestLog(Mutex<Waiting>);

/// Sorted, so that nodes lock rows in the same order.
#[derive(Debug, Default)]
struct Waiting {
    counts: BTreeMap<(ApplicationId, Timestamp, Counted), u64>,
    notes: BTreeMap<ApplicationId, Vec<NotedRequest>>,
    /// How many notes there are of each quota.
    room_taken: HashMap<Quota, usize>,
    /// Notes for client ids that were not looked up yet.
    unknown: Vec<(ClientId, NotedRequest)>,
    /// When each routine request was last noted.
    routine: HashMap<(ApplicationId, Endpoint, Option<GrantType>), Timestamp>,
    /// How many notes there was no room for, since the last batch.
    dropped: u64,
}

impl Waiting {
    fn count(&mut self, application: ApplicationId, at: Timestamp, counted: Counted) {
        *self.counts.entry((application, at.start_of_day(), counted)).or_default() += 1;
    }

    /// Whether a routine request is due to be noted again.
    fn is_due(&mut self, application: ApplicationId, request: &LoggedRequest<'_>, at: Timestamp) -> bool {
        let last = self.routine.entry((application, request.endpoint, request.grant));
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
        let known = self.notes.get_mut(&application);
        if let Some(same) = known.and_then(|notes| notes.iter_mut().find(|known| known.is_like(&note))) {
            same.times = same.times.saturating_add(note.times);
            same.at = same.at.max(note.at);
            return;
        }
        let quota = note.quota();
        let of_quota = |notes: &Vec<NotedRequest>| notes.iter().filter(|known| known.quota() == quota).count();
        let taken = self.room_taken.entry(quota).or_default();
        if *taken < MOST_WAITING && self.notes.get(&application).map_or(0, of_quota) < MOST_OF_ONE {
            *taken += 1;
            self.notes.entry(application).or_default().push(note);
        } else {
            self.dropped += 1;
        }
    }
}

impl RequestLog {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, application: ApplicationId, request: &LoggedRequest<'_>, at: Timestamp) {
        let mut waiting = self.waiting();
        if let Some(counted) = request.counted() {
            waiting.count(application, at, counted);
        }
        if request.is_routine() && !waiting.is_due(application, request, at) {
            return;
        }
        // The lock is not held while the note is made.
        drop(waiting);
        let note = request.noted(at);
        self.waiting().add(application, note);
    }

    pub(super) fn note_unknown(&self, client_id: ClientId, note: NotedRequest) {
        let mut waiting = self.waiting();
        if waiting.unknown.len() < MOST_UNKNOWN {
            waiting.unknown.push((client_id, note));
        } else {
            waiting.dropped += 1;
        }
    }

    /// Takes the notes for client ids that were not looked up yet.
    pub(super) fn take_unknown(&self) -> Vec<(ClientId, NotedRequest)> {
        std::mem::take(&mut self.waiting().unknown)
    }

    /// Counts and keeps a note whose application is known now.
    pub(super) fn note_found(&self, application: ApplicationId, note: NotedRequest) {
        let mut waiting = self.waiting();
        waiting.count(application, note.at, Counted::Failed);
        waiting.add(application, note);
    }

    pub(super) fn take_counts(&self) -> Vec<(ApplicationId, DayTotal)> {
        let counts = std::mem::take(&mut self.waiting().counts);
        let total = |((application, day, counted), total)| (application, DayTotal { day, counted, total });
        counts.into_iter().map(total).collect()
    }

    pub(super) fn give_back(&self, counts: &[(ApplicationId, DayTotal)]) {
        let mut waiting = self.waiting();
        for (application, DayTotal { day, counted, total }) in counts {
            *waiting.counts.entry((*application, *day, *counted)).or_default() += total;
        }
    }

    pub(super) fn put_back(&self, notes: impl Iterator<Item = (ApplicationId, Vec<NotedRequest>)>) {
        let mut waiting = self.waiting();
        for (application, notes) in notes {
            for note in notes {
                waiting.add(application, note);
            }
        }
    }

    pub(super) fn take_notes(&self, now: Timestamp) -> (Vec<(ApplicationId, Vec<NotedRequest>)>, u64) {
        let mut waiting = self.waiting();
        waiting.routine.retain(|_, last| now.since(*last) < ROUTINE);
        waiting.room_taken.clear();
        let dropped = std::mem::take(&mut waiting.dropped);
        (std::mem::take(&mut waiting.notes).into_iter().collect(), dropped)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::domain::activity::Endpoint;
    use crate::protocol::refusal::{ErrorCode, Refusal};
    use crate::protocol::token::GrantType;

    const ONE: ApplicationId = ApplicationId::from_bytes([1; 16]);
    const OTHER: ApplicationId = ApplicationId::from_bytes([2; 16]);
    const AT: Timestamp = Timestamp::from_seconds(1_772_366_400);

    fn request(refusal: Option<&Refusal>) -> LoggedRequest<'_> {
        LoggedRequest {
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

    fn proven(number: usize) -> Refusal {
        refusal(number).of_proven_application()
    }

    #[test]
    fn routine_is_counted_each_time_and_noted_once_a_minute() {
        let log = RequestLog::default();
        for seconds in [0, 1, 59, 60, 61] {
            log.note(ONE, &request(None), AT.plus(Duration::from_secs(seconds)));
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
            log.note(ONE, &request(Some(&proven(number % 100))), AT);
        }
        log.note(OTHER, &request(Some(&proven(0))), AT);
        assert_eq!(log.take_counts()[0].1.total, 10_000, "all of them are counted");
        let (notes, dropped) = log.take_notes(AT);
        assert_eq!((notes[0].1.len(), notes[1].1.len()), (MOST_OF_ONE, 1));
        assert!(notes[0].1.iter().all(|note| note.times == 100));
        assert_eq!(dropped, 9_000);
    }

    #[test]
    fn unauthenticated_failures_are_one_line_for_each_error_and_take_no_room_from_the_application() {
        let log = RequestLog::default();
        for number in 0..1000 {
            log.note(ONE, &request(Some(&refusal(number))), AT);
            let junk = Refusal::new(ErrorCode::UnsupportedGrantType, format!("number {number}"));
            log.note(ONE, &request(Some(&junk)), AT);
        }
        log.note(ONE, &request(Some(&proven(7))), AT);
        let (notes, dropped) = log.take_notes(AT);
        let kept: Vec<_> = notes[0].1.iter().map(|note| (note.quota(), note.times)).collect();
        assert_eq!(kept, [(Quota::Unproven, 1000), (Quota::Unproven, 1000), (Quota::Proven, 1)]);
        assert_eq!(dropped, 0);
    }

    #[test]
    fn strangers_fill_no_room_but_their_own() {
        let log = RequestLog::default();
        for number in 0..2000_u16 {
            let [a, b] = number.to_be_bytes();
            let request = LoggedRequest { address: IpAddr::from([10, a, b, 1]), ..request(None) };
            let of = ApplicationId::from_bytes([b; 16]);
            log.note(of, &LoggedRequest { refusal: Some(&refusal(0)), ..request }, AT);
        }
        log.note(ApplicationId::from_bytes([255; 16]), &request(Some(&proven(0))), AT);
        let (notes, dropped) = log.take_notes(AT);
        let count = |quota| notes.iter().flat_map(|(_, notes)| notes).filter(|note| note.quota() == quota).count();
        assert_eq!((count(Quota::Unproven), count(Quota::Proven)), (MOST_WAITING, 1));
        assert_eq!(dropped, 1500);
        assert!(notes.iter().all(|(_, notes)| !notes.is_empty()), "what found no room leaves no trace");
    }

    #[test]
    fn what_a_stranger_names_takes_bounded_room() {
        let log = RequestLog::default();
        for _ in 0..1000 {
            log.note_unknown("nobody".parse().unwrap(), request(Some(&refusal(0))).noted(AT));
        }
        assert_eq!(log.waiting().unknown.len(), MOST_UNKNOWN);
    }

    #[test]
    fn counts_that_could_not_be_written_are_added_to_what_came_since() {
        let log = RequestLog::default();
        log.note(ONE, &request(None), AT);
        let taken = log.take_counts();
        log.note(ONE, &request(None), AT);
        log.give_back(&taken);
        assert_eq!(log.take_counts()[0].1.total, 2);
    }
}
