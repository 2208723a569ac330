//! The queue for the threads that hash: how long it may get, which request comes first, and when one that finds no room
//! may come back.
//!
//! Its length is measured in time. Networks take turns in it, so the thousand guesses of one keep no secret of another
//! waiting; and one client at a network has a few places and no more. An application that was used before has several
//! turns for one of an application that never was, so after a restart those that have been working work again first.
//!
//! It is a fair queue as routers have it: a request is called in the order of its start, which is that of the request
//! called last or, if its network has been given a later one already, that one's end. Where there is no room left, the
//! last in this order goes.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::protocol::refusal::Refusal;

/// The longest wait; a request that would wait longer is told when to come back. Half of what a request may take.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How many places in the queue one client at a network has.
const ROOM: usize = 4;

/// How long a hashing takes until one was measured.
const GUESSED: Duration = Duration::from_millis(20);

/// How many networks are remembered before those whose turns are over are forgotten.
const NETWORKS: usize = 1_000;

/// Which requests come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Standing {
    /// Of an application that was used before.
    Known,
    /// Of another.
    New,
}

impl Standing {
    /// What a turn costs: a network has this many times fewer of those that cost more.
    const fn cost(self) -> u64 {
        match self {
            Self::Known => 1,
            Self::New => 8,
        }
    }
}

/// So many at once; the others wait.
pub(super) struct HashingQueue<Client>(Mutex<State<Client>>);

/// Where a request stands: when its turn begins, then those of applications that were used before, then the first come.
type Position = (u64, Standing, u64);

struct State<Client> {
    threads: usize,
    free: usize,
    waiting: BTreeMap<Position, Waiting>,
    /// The start of the request that was called last.
    at: u64,
    /// Where the turns end that networks have been given.
    ends: HashMap<(IpAddr, Standing), u64>,
    places: HashMap<(Client, IpAddr), usize>,
    /// How many have waited.
    came: u64,
    /// How long one takes, with more weight on the last ones.
    usual: Duration,
    /// How many requests found no room.
    refused: u64,
}

struct Waiting {
    /// Dropped where the request has to go.
    call: oneshot::Sender<()>,
    network: Option<IpAddr>,
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
            waiting: BTreeMap::new(),
            at: 0,
            ends: HashMap::new(),
            places: HashMap::new(),
            came: 0,
            usual: GUESSED,
            refused: 0,
        }))
    }

    /// Waits for a thread, or says when there may be room. A client asks from a network.
    pub(super) async fn thread(
        self: &Arc<Self>,
        client: Option<(Client, IpAddr)>,
        standing: Standing,
    ) -> Result<Thread<Client>, Refusal> {
        if let Some(mut place) = self.place(client, standing)? {
            if (&mut place.called).await.is_err() {
                let refusal = self.state().no_room();
                return Err(refusal);
            }
            place.has_thread = false;
        }
        Ok(Thread(Arc::clone(self)))
    }

    /// A place in the queue; nothing where a thread is free.
    fn place(
        self: &Arc<Self>,
        client: Option<(Client, IpAddr)>,
        standing: Standing,
    ) -> Result<Option<Place<Client>>, Refusal> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(None);
        }
        let taken = client.as_ref().and_then(|client| state.places.get(client)).copied().unwrap_or(0);
        if taken >= ROOM {
            return Err(state.no_room());
        }
        let network = client.as_ref().map(|(_, network)| *network);
        let (call, called) = oneshot::channel();
        let position = state.enter(Waiting { call, network }, standing);
        state.keep_short();
        if !state.waiting.contains_key(&position) {
            return Err(state.no_room());
        }
        if let Some(client) = &client {
            *state.places.entry(client.clone()).or_default() += 1;
        }
        drop(state);
        Ok(Some(Place { queue: Arc::clone(self), client, position, called, has_thread: true }))
    }
}

impl<Client: Eq + Hash> HashingQueue<Client> {
    /// How much there is to do.
    pub(super) fn figures(&self) -> HashingFigures {
        let state = self.state();
        let State { threads, free, refused, .. } = *state;
        HashingFigures { running: threads - free, waiting: state.waiting.len(), refused }
    }

    /// Takes note of how long a hashing took.
    pub(super) fn took(&self, time: Duration) {
        let mut state = self.state();
        state.usual = (state.usual * 7 + time) / 8;
        state.keep_short();
    }

    fn state(&self) -> MutexGuard<'_, State<Client>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the next one who still waits.
    fn give_back(&self) {
        let mut state = self.state();
        while let Some(((start, ..), Waiting { call, .. })) = state.waiting.pop_first() {
            state.at = state.at.max(start);
            if call.send(()).is_ok() {
                return;
            }
        }
        state.ends.clear();
        state.free += 1;
    }
}

impl<Client> State<Client> {
    /// Gives it the next turn of its network.
    fn enter(&mut self, waiting: Waiting, standing: Standing) -> Position {
        let mut start = self.at;
        if let Some(network) = waiting.network {
            if self.ends.len() >= NETWORKS {
                let at = self.at;
                self.ends.retain(|_, end| *end > at);
            }
            let end = self.ends.entry((network, standing)).or_default();
            start = start.max(*end);
            *end = start + standing.cost();
        }
        self.came += 1;
        let position = (start, standing, self.came);
        self.waiting.insert(position, waiting);
        position
    }

    /// Has those go who would wait for too long: the last ones, whose networks have the most before them.
    fn keep_short(&mut self) {
        while self.wait(self.waiting.len()) > LONGEST_WAIT {
            let Some(((start, standing, _), Waiting { network, .. })) = self.waiting.pop_last() else { return };
            // It was not its network's turn after all.
            if let Some(end) = network.and_then(|network| self.ends.get_mut(&(network, standing))) {
                *end = start.min(*end);
            }
        }
    }

    fn no_room(&mut self) -> Refusal {
        self.refused += 1;
        let wait = self.wait(self.waiting.len() + 1);
        Refusal::unavailable("too many secrets are being verified at the moment", wait)
    }

    /// How long the last of this many waits.
    fn wait(&self, waiting: usize) -> Duration {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        self.usual.saturating_mul(waiting) / u32::try_from(self.threads).unwrap_or(1)
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
    client: Option<(Client, IpAddr)>,
    position: Position,
    called: oneshot::Receiver<()>,
    /// Whether a call that came would be lost with this place.
    has_thread: bool,
}

impl<Client: Eq + Hash> Drop for Place<Client> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.waiting.remove(&self.position);
        if let Some(client) = &self.client
            && let Some(taken) = state.places.get_mut(client)
        {
            *taken -= 1;
            if *taken == 0 {
                state.places.remove(client);
            }
        }
        drop(state);
        self.called.close();
        if self.has_thread && self.called.try_recv().is_ok() {
            self.queue.give_back();
        }
    }
}

#[cfg(test)]
mod tests;
