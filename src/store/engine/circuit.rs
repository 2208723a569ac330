//! Whether the database is away, found out once for everybody.
//!
//! A request that gets no answer makes it *suspected*: one probe asks over a connection of its own. Only if that gets no
//! answer either is the database *away*, and from then on nobody waits for it; a pool that was merely used up is not. One
//! probe after the other goes on until it answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch::Sender;
use tokio::time::{Instant, sleep};
use tracing::{error, info};

use crate::store::StoreError;

/// Between two probes of a database that is away. With the patience of one it is less than two seconds.
const BETWEEN_PROBES: Duration = Duration::from_millis(250);

/// How long a probe waits for its answer.
pub(super) const PROBE_PATIENCE: Duration = Duration::from_secs(1);

const _: () = assert!(PROBE_PATIENCE.as_millis() + BETWEEN_PROBES.as_millis() < 2000, "healed within two seconds");

/// What is known of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Answers,
    Suspected,
    Away(Instant),
}

/// What is known of the database, by everybody who uses it.
#[derive(Debug)]
pub(super) struct Circuit {
    standing: Sender<Standing>,
    outages: AtomicU64,
}

/// A probe asks through this.
pub(super) trait Probed: Send + Sync + 'static {
    /// Whether the database answers.
    fn answers(&self) -> impl Future<Output = bool> + Send;

    /// The connections that there are lead nowhere any more.
    fn abandon_connections(&self);

    /// Whether nobody uses the database any more.
    fn is_closed(&self) -> bool;

    /// The circuit that it stands in.
    fn circuit(&self) -> &Circuit;
}

impl Default for Circuit {
    fn default() -> Self {
        Self { standing: Sender::new(Standing::Answers), outages: AtomicU64::new(0) }
    }
}

impl Circuit {
    /// Refuses at once while the database is away.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.is_open() { Err(away()) } else { Ok(()) }
    }

    /// Does some work, and gives it up once the database is known to be away.
    pub(super) async fn or_away<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let mut standing = self.standing.subscribe();
        tokio::select! {
            biased;
            outcome = work => outcome,
            Ok(_) = standing.wait_for(|now| matches!(now, Standing::Away(_))) => Err(away()),
        }
    }

    /// Whether the database is away. While it is only suspected, this waits for the answer to the probe.
    pub(super) async fn is_away(&self) -> bool {
        let mut standing = self.standing.subscribe();
        let settled = standing.wait_for(|now| *now != Standing::Suspected).await;
        settled.is_ok_and(|now| matches!(*now, Standing::Away(_)))
    }

    /// Whether nobody waits for the database now.
    pub(super) fn is_open(&self) -> bool {
        matches!(*self.standing.borrow(), Standing::Away(_))
    }

    /// How often the database has gone away so far.
    pub(super) fn outages(&self) -> u64 {
        self.outages.load(Ordering::Relaxed)
    }

    /// Notes that a request got no answer. True for the one caller that has to [`probe`] now.
    pub(super) fn suspect(&self) -> bool {
        self.standing.send_if_modified(|now| {
            let begins = *now == Standing::Answers;
            if begins {
                *now = Standing::Suspected;
            }
            begins
        })
    }

    fn opened(&self) {
        self.outages.fetch_add(1, Ordering::Relaxed);
        self.standing.send_replace(Standing::Away(Instant::now()));
    }

    /// Back to normal; how long the database was away, if it was.
    fn closed(&self) -> Option<Duration> {
        match self.standing.send_replace(Standing::Answers) {
            Standing::Away(since) => Some(since.elapsed()),
            Standing::Answers | Standing::Suspected => None,
        }
    }
}

fn away() -> StoreError {
    StoreError::Unavailable("it is known to be away, and is asked again and again".to_owned())
}

/// Finds out whether a suspected database is away, and stays until it is back.
pub(super) async fn probe(probed: impl Probed) {
    if probed.answers().await {
        probed.circuit().closed();
        return;
    }
    probed.circuit().opened();
    probed.abandon_connections();
    error!("the database is away; what needs it is refused at once until it answers again");
    while !probed.answers().await {
        if probed.is_closed() {
            return;
        }
        sleep(BETWEEN_PROBES).await;
    }
    if let Some(length) = probed.circuit().closed() {
        info!(seconds = length.as_secs_f64(), "the database answers again");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize};

    use super::*;

    #[derive(Clone, Default)]
    struct Database {
        circuit: Arc<Circuit>,
        is_up: Arc<AtomicBool>,
        asked: Arc<AtomicUsize>,
        abandoned: Arc<AtomicUsize>,
    }

    impl Probed for Database {
        async fn answers(&self) -> bool {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.is_up.load(Ordering::SeqCst)
        }

        fn abandon_connections(&self) {
            self.abandoned.fetch_add(1, Ordering::SeqCst);
        }

        fn is_closed(&self) -> bool {
            false
        }

        fn circuit(&self) -> &Circuit {
            &self.circuit
        }
    }

    #[tokio::test]
    async fn a_suspicion_that_is_wrong_refuses_nobody() {
        let database = Database::default();
        database.is_up.store(true, Ordering::SeqCst);
        assert!(database.circuit.suspect() && !database.circuit.suspect(), "one probe at a time");
        assert!(database.circuit.check().is_ok());
        probe(database.clone()).await;
        assert!(!database.circuit.is_away().await && database.circuit.outages() == 0);
        assert_eq!(database.abandoned.load(Ordering::SeqCst), 0);
        assert!(database.circuit.suspect(), "the next one is looked into again");
    }

    #[tokio::test]
    async fn while_it_is_away_everybody_is_refused_at_once_and_one_probe_goes_on_until_it_is_back() {
        let database = Database::default();
        let waiting = database.circuit.or_away(std::future::pending::<Result<(), StoreError>>());
        assert!(database.circuit.suspect());
        let probing = tokio::spawn(probe(database.clone()));
        assert!(database.circuit.is_away().await);
        assert!(waiting.await.is_err(), "what was waiting is given up");
        assert!(database.circuit.check().is_err() && !database.circuit.suspect());
        assert_eq!((database.circuit.outages(), database.abandoned.load(Ordering::SeqCst)), (1, 1));
        database.is_up.store(true, Ordering::SeqCst);
        probing.await.unwrap();
        assert!(database.circuit.check().is_ok() && !database.circuit.is_open());
        assert!(database.asked.load(Ordering::SeqCst) >= 2);
    }
}
