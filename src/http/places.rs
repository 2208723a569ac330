//! The places for connections: how many a network may have, and which connection loses its place when there are none
//! left.
//!
//! An open connection costs an attacker nothing. So a connection without a request makes room for a new one, that of the
//! network with the most connections first, and one network has a share of the places at most. Trusted proxies have as
//! many as they need, because they forward the requests of others.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// One network may hold a quarter of the places, and a few where there are few.
const fn share_of(most: usize) -> usize {
    if most < 16 { 4 } else { most / 4 }
}

/// How long a request's body may be on its way before its connection may lose the place.
const SLOW_BODY: Duration = Duration::from_secs(1);

/// How soon it is checked again whether a place can be had.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Doing {
    /// Nothing: its last request was answered.
    Idle,
    /// The head of a request is expected or on its way.
    Head,
    /// The body of a request is on its way.
    Body,
    /// A request is being answered.
    Answer,
}

impl Doing {
    const ALL: [Self; 4] = [Self::Idle, Self::Head, Self::Body, Self::Answer];
}

/// All places of a listener.
pub(super) struct Places {
    most: usize,
    share: usize,
    table: Mutex<Table>,
    freed: Notify,
    opened: Instant,
}

#[derive(Default)]
struct Table {
    seats: HashMap<u64, Arc<Seat>>,
    /// How many seats each network that is not trusted has.
    networks: HashMap<IpAddr, usize>,
    next: u64,
}

/// A place as its connection sees it.
pub(super) struct Seat {
    number: u64,
    /// The network of its client; none for a trusted proxy.
    network: Option<IpAddr>,
    doing: AtomicU8,
    /// Since when, in microseconds since the listener was opened.
    since: AtomicU64,
    opened: Instant,
    /// Cancelled when another needs the place.
    pub(super) given_up: CancellationToken,
}

/// A place that is held until this is dropped.
pub(super) struct Held {
    places: Arc<Places>,
    pub(super) seat: Arc<Seat>,
}

/// What comes of asking for a place.
enum Asked {
    Held(Arc<Seat>),
    /// The network has its share, and needs all of it.
    TooMany,
    /// All are needed.
    Full,
}

impl Seat {
    pub(super) fn doing(&self) -> Doing {
        Doing::ALL[usize::from(self.doing.load(Ordering::Acquire)) % Doing::ALL.len()]
    }

    pub(super) fn begins(&self, doing: Doing) {
        self.since.swap(micros(self.opened.elapsed()), Ordering::Release);
        self.doing.swap(doing as u8, Ordering::Release);
    }

    /// What came is all there is; an answer that was given meanwhile stays given.
    pub(super) fn body_ends(&self) {
        if self.doing() == Doing::Body {
            self.begins(Doing::Answer);
        }
    }
}

impl Places {
    /// So many places, of which one network may hold a share.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Self::with_share(most, share_of(most))
    }

    /// So many places, of which one network may hold all.
    pub(super) fn unshared(most: usize) -> Arc<Self> {
        Self::with_share(most, most)
    }

    fn with_share(most: usize, share: usize) -> Arc<Self> {
        let (table, freed) = (Mutex::default(), Notify::new());
        Arc::new(Self { most, share, table, freed, opened: Instant::now() })
    }

    /// Waits for a place. Nothing if this network has its share and needs all of it.
    pub(super) async fn take(self: &Arc<Self>, peer: IpAddr, trusted: bool) -> Option<Held> {
        let network = (!trusted).then(|| network_of(peer));
        loop {
            match self.ask(network) {
                Asked::Held(seat) => return Some(Held { places: Arc::clone(self), seat }),
                Asked::TooMany => return None,
                Asked::Full => {
                    let _ = timeout(LOOK_AGAIN, self.freed.notified()).await;
                }
            }
        }
    }

    fn ask(&self, network: Option<IpAddr>) -> Asked {
        let mut table = self.table();
        let now = micros(self.opened.elapsed());
        if let Some(network) = network
            && table.held_by(network) >= self.share
            && !table.give_up(now, |seat| seat.network == Some(network))
        {
            return Asked::TooMany;
        }
        if table.seats.len() >= self.most && !table.give_up(now, |_| true) {
            return Asked::Full;
        }
        let seat = Arc::new(Seat {
            number: table.next,
            network,
            doing: AtomicU8::new(Doing::Head as u8),
            since: AtomicU64::new(now),
            opened: self.opened,
            given_up: CancellationToken::new(),
        });
        table.next += 1;
        table.seats.insert(seat.number, Arc::clone(&seat));
        if let Some(network) = network {
            *table.networks.entry(network).or_default() += 1;
        }
        Asked::Held(seat)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn held_by(&self, network: IpAddr) -> usize {
        self.networks.get(&network).copied().unwrap_or(0)
    }

    /// Ends the connection among these that needs its place least. False if all of them need theirs.
    fn give_up(&mut self, now: u64, among: impl Fn(&Seat) -> bool) -> bool {
        let candidates = self.seats.values().filter(|seat| among(seat));
        let least = candidates.filter_map(|seat| Some((self.worth(seat, now)?, seat))).min_by_key(|(worth, _)| *worth);
        let Some(seat) = least.map(|(_, seat)| Arc::clone(seat)) else { return false };
        seat.given_up.cancel();
        self.remove(&seat);
        true
    }

    /// The order in which connections lose their places; none where a place is needed. Idle connections and those
    /// without a request come first, those of a proxy last, those of a network with many before those of a network with
    /// few, and the oldest first.
    fn worth(&self, seat: &Seat, now: u64) -> Option<(bool, bool, Reverse<usize>, Doing, u64)> {
        let (doing, since) = (seat.doing(), seat.since.load(Ordering::Acquire));
        let slow = doing == Doing::Body && now.saturating_sub(since) > micros(SLOW_BODY);
        let held = seat.network.map_or(0, |network| self.held_by(network));
        (slow || doing < Doing::Body).then_some((slow, seat.network.is_none(), Reverse(held), doing, since))
    }

    fn remove(&mut self, seat: &Seat) {
        if self.seats.remove(&seat.number).is_none() {
            return;
        }
        if let Some(network) = seat.network
            && let Some(held) = self.networks.get_mut(&network)
        {
            *held -= 1;
            if *held == 0 {
                self.networks.remove(&network);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.places.table().remove(&self.seat);
        self.places.freed.notify_one();
    }
}

/// One customer of a provider has a whole /64.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    async fn held(places: &Arc<Places>, peer: &str) -> Held {
        places.take(address(peer), false).await.unwrap()
    }

    #[tokio::test]
    async fn a_network_has_its_share_and_its_own_idle_connections_make_room_for_its_next() {
        let places = Places::with_share(8, 2);
        let first = held(&places, "2001:db8::1").await;
        let second = held(&places, "2001:db8::2").await;
        first.seat.begins(Doing::Answer);
        second.seat.begins(Doing::Answer);
        assert!(places.take(address("2001:db8::3"), false).await.is_none(), "one /64 is one network");
        assert!(places.take(address("2001:db8::3"), true).await.is_some(), "a trusted proxy has no share");
        let other = held(&places, "2001:db8:0:1::1").await;
        second.seat.begins(Doing::Idle);
        let third = held(&places, "2001:db8::3").await;
        assert!(second.seat.given_up.is_cancelled());
        for kept in [&first, &third, &other] {
            assert!(!kept.seat.given_up.is_cancelled());
        }
    }

    #[tokio::test]
    async fn where_there_is_no_place_left_the_network_that_holds_most_gives_one_up() {
        let places = Places::with_share(4, 4);
        let alone = held(&places, "192.0.2.1").await;
        alone.seat.begins(Doing::Idle);
        let many = [held(&places, "192.0.2.2").await, held(&places, "192.0.2.2").await];
        let busy = held(&places, "192.0.2.2").await;
        busy.seat.begins(Doing::Answer);
        let _new = held(&places, "192.0.2.3").await;
        assert!(many[0].seat.given_up.is_cancelled(), "the older of the two");
        for kept in [&alone, &many[1], &busy] {
            assert!(!kept.seat.given_up.is_cancelled());
        }
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_holds_no_place_for_long_and_an_answer_holds_it() {
        let places = Places::with_share(2, 2);
        let (slow, busy) = (held(&places, "192.0.2.1").await, held(&places, "192.0.2.1").await);
        slow.seat.begins(Doing::Body);
        busy.seat.begins(Doing::Answer);
        let started = Instant::now();
        let _new = held(&places, "192.0.2.3").await;
        assert!(started.elapsed() > SLOW_BODY);
        assert!(slow.seat.given_up.is_cancelled() && !busy.seat.given_up.is_cancelled());
    }

    #[tokio::test]
    async fn a_place_is_free_again_once_its_connection_has_ended() {
        let places = Places::with_share(1, 1);
        let only = held(&places, "192.0.2.1").await;
        only.seat.begins(Doing::Answer);
        let waiting = tokio::spawn({
            let places = Arc::clone(&places);
            async move { places.take(address("192.0.2.2"), false).await }
        });
        tokio::task::yield_now().await;
        drop(only);
        assert!(waiting.await.unwrap().is_some());
    }
}
