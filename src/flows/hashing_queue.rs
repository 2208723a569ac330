//! The queue for the threads that hash: how long it may get, which request comes first, and when one that finds no room
//! may come back.
//!
//! Its length is measured in time. One client at one address has a few places and no more, so an attacker does not fill
//! it for all others; an application that was used before comes before one that never was, so after a restart those
//! that have been working work again first.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::protocol::refusal::Refusal;

/// The longest wait; a request that would wait longer is told when to come back. Half of what a request may take.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How many places in the queue one client has.
const ROOM: usize = 4;

/// How long a hashing takes until one was measured.
const GUESSED: Duration = Duration::from_millis(20);

/// Which requests come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Of an application that was used before.
    Known,
    /// Of another.
    New,
}

/// So many at once; the others wait.
pub(super) struct HashingQueue<Client>(Mutex<State<Client>>);

struct State<Client> {
    threads: usize,
    free: usize,
    known: VecDeque<oneshot::Sender<()>>,
    new: VecDeque<oneshot::Sender<()>>,
    places: HashMap<Client, usize>,
    /// How long one takes, with more weight on the last ones.
    usual: Duration,
    /// How many requests found no room.
    refused: u64,
}

/// How much there is to hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingFigures {
    /// Threads that hash.
    pub running: usize,
    /// Requests that wait for one.
    pub waiting: usize,
    /// Requests that found no room since the start.
    pub refused: u64,
}

/// A thread that may be used; given back when dropped.
pub(super) struct Thread<Client: Eq + Hash>(Arc<HashingQueue<Client>>);

impl<Client: Eq + Hash + Clone> HashingQueue<Client> {
    /// A queue for this many threads.
    pub(super) fn new(threads: usize) -> Self {
        Self(Mutex::new(State {
            threads,
            free: threads,
            known: VecDeque::new(),
            new: VecDeque::new(),
            places: HashMap::new(),
            usual: GUESSED,
            refused: 0,
        }))
    }

    /// Waits for a thread, or says at once when there may be room.
    pub(super) async fn thread(
        self: &Arc<Self>,
        client: Option<Client>,
        standing: Standing,
    ) -> Result<Thread<Client>, Refusal> {
        if let Some(mut place) = self.place(client, standing)? {
            // The sender goes only with its message.
            let _ = (&mut place.called).await;
            place.has_thread = false;
        }
        Ok(Thread(Arc::clone(self)))
    }

    /// A place in the queue; nothing where a thread is free.
    fn place(self: &Arc<Self>, client: Option<Client>, standing: Standing) -> Result<Option<Place<Client>>, Refusal> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(None);
        }
        let wait = state.wait(standing);
        let taken = client.as_ref().and_then(|client| state.places.get(client)).copied().unwrap_or(0);
        if wait > LONGEST_WAIT || taken >= ROOM {
            state.refused += 1;
            return Err(Refusal::unavailable("too many secrets are being verified at the moment", wait));
        }
        if let Some(client) = &client {
            *state.places.entry(client.clone()).or_default() += 1;
        }
        let (call, called) = oneshot::channel();
        match standing {
            Standing::Known => state.known.push_back(call),
            Standing::New => state.new.push_back(call),
        }
        drop(state);
        Ok(Some(Place { queue: Arc::clone(self), client, called, has_thread: true }))
    }
}

impl<Client: Eq + Hash> HashingQueue<Client> {
    /// How much there is to do.
    pub(super) fn figures(&self) -> HashingFigures {
        let state = self.state();
        let waiting = state.known.len() + state.new.len();
        HashingFigures { running: state.threads - state.free, waiting, refused: state.refused }
    }

    /// Takes note of how long a hashing took.
    pub(super) fn took(&self, time: Duration) {
        let mut state = self.state();
        state.usual = (state.usual * 7 + time) / 8;
    }

    fn state(&self) -> MutexGuard<'_, State<Client>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the next one who still waits.
    fn give_back(&self) {
        let mut state = self.state();
        while let Some(call) = state.next() {
            if call.send(()).is_ok() {
                return;
            }
        }
        state.free += 1;
    }
}

impl<Client> State<Client> {
    fn next(&mut self) -> Option<oneshot::Sender<()>> {
        self.known.pop_front().or_else(|| self.new.pop_front())
    }

    /// How long the next one of this standing would wait. New ones take no places of known ones.
    fn wait(&self, standing: Standing) -> Duration {
        let new = if standing == Standing::New { self.new.len() } else { 0 };
        let before = u32::try_from(self.known.len() + new + 1).unwrap_or(u32::MAX);
        self.usual.saturating_mul(before) / u32::try_from(self.threads).unwrap_or(1)
    }
}

impl<Client: Eq + Hash> Drop for Thread<Client> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

/// A place in the queue, given back when dropped, so also when the client goes away while waiting.
struct Place<Client: Eq + Hash> {
    queue: Arc<HashingQueue<Client>>,
    client: Option<Client>,
    called: oneshot::Receiver<()>,
    /// Whether a call that came would be lost with this place.
    has_thread: bool,
}

impl<Client: Eq + Hash> Drop for Place<Client> {
    fn drop(&mut self) {
        if let Some(client) = &self.client {
            let mut state = self.queue.state();
            if let Some(taken) = state.places.get_mut(client) {
                *taken -= 1;
                if *taken == 0 {
                    state.places.remove(client);
                }
            }
        }
        self.called.close();
        if self.has_thread && self.called.try_recv().is_ok() {
            self.queue.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    type Queue = Arc<HashingQueue<&'static str>>;

    fn queue() -> Queue {
        Arc::new(HashingQueue::new(1))
    }

    /// Whether a future is done, asked once.
    async fn is_done<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
        std::future::poll_fn(|cx| match std::pin::Pin::new(&mut *future).poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn a_known_application_comes_first() {
        let queue = queue();
        let thread = queue.thread(None, Standing::New).await.unwrap();
        let mut stranger = Box::pin(queue.thread(Some("stranger"), Standing::New));
        let mut friend = Box::pin(queue.thread(Some("friend"), Standing::Known));
        assert!(is_done(&mut stranger).await.is_none());
        assert!(is_done(&mut friend).await.is_none());
        drop(thread);
        assert!(is_done(&mut stranger).await.is_none());
        let thread = is_done(&mut friend).await.unwrap().unwrap();
        drop(thread);
        assert!(is_done(&mut stranger).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_client_has_a_few_places_and_others_have_theirs() {
        let queue = queue();
        let _thread = queue.thread(None, Standing::New).await.unwrap();
        let mut waiting: Vec<_> = (0..ROOM).map(|_| Box::pin(queue.thread(Some("one"), Standing::New))).collect();
        for one in &mut waiting {
            assert!(is_done(one).await.is_none());
        }
        let refused = queue.thread(Some("one"), Standing::New).await.err().unwrap();
        assert!(refused.retry_after.is_some());
        let mut other = Box::pin(queue.thread(Some("other"), Standing::New));
        assert!(is_done(&mut other).await.is_none());
        waiting.pop();
        let mut again = Box::pin(queue.thread(Some("one"), Standing::New));
        assert!(is_done(&mut again).await.is_none(), "a place that was left is free");
    }

    #[tokio::test]
    async fn the_longer_the_queue_the_later_to_come_back() {
        let queue = queue();
        let _thread = queue.thread(None, Standing::New).await.unwrap();
        let mut waiting = Vec::new();
        let refused = loop {
            let mut one = Box::pin(queue.thread(None, Standing::New));
            match is_done(&mut one).await {
                None => waiting.push(one),
                Some(outcome) => break outcome.err().unwrap(),
            }
        };
        assert_eq!(waiting.len() as u128, LONGEST_WAIT.as_millis() / GUESSED.as_millis());
        assert!(refused.retry_after.unwrap() > LONGEST_WAIT);
    }

    #[tokio::test]
    async fn new_ones_take_no_places_of_known_ones() {
        let queue = queue();
        let _thread = queue.thread(None, Standing::New).await.unwrap();
        let mut waiting = Vec::new();
        loop {
            let mut one = Box::pin(queue.thread(None, Standing::New));
            match is_done(&mut one).await {
                None => waiting.push(one),
                Some(outcome) => break assert!(outcome.is_err()),
            }
        }
        let mut known = Box::pin(queue.thread(None, Standing::Known));
        assert!(is_done(&mut known).await.is_none(), "it waits for a thread");
    }

    #[tokio::test]
    async fn the_thread_of_a_request_that_went_away_goes_to_the_next() {
        let queue = queue();
        let thread = queue.thread(None, Standing::New).await.unwrap();
        let mut gone = Box::pin(queue.thread(Some("gone"), Standing::New));
        let mut called = Box::pin(queue.thread(Some("called"), Standing::New));
        let mut next = Box::pin(queue.thread(Some("next"), Standing::New));
        for one in [&mut gone, &mut called, &mut next] {
            assert!(is_done(one).await.is_none());
        }
        drop(gone);
        drop(thread);
        // It has been called and does not know yet.
        drop(called);
        assert!(is_done(&mut next).await.unwrap().is_ok());
    }
}
