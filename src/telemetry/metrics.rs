//! Metrics in the Prometheus text format. Every label has a bounded set of values. `docs/logging.md` names them all; they are
//! relied on by dashboards and alerts, so a name stays what it is.

use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::observed::Observed;

/// In seconds: from a warm token to a request that timed out.
const BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0];

/// The labels of requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route's pattern, never the path itself.
    pub endpoint: String,
    /// The status code.
    pub status: u16,
}

/// The label of what is told of an endpoint whatever it answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndpointLabel {
    endpoint: String,
}

/// The labels of token requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TokenLabels {
    /// The grant, or `unknown`.
    pub grant: &'static str,
    /// `issued`, or the error code.
    pub result: &'static str,
    /// The status code: `temporarily_unavailable` is too many tries with 429 and an outage with 503.
    pub status: u16,
}

/// The label of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ListenerLabel {
    /// `public` or `management`.
    pub listener: &'static str,
}

/// The label of what is in one of several states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyLabels {
    algorithm: &'static str,
    state: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AlgorithmLabel {
    algorithm: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VersionLabel {
    version: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// Durations of the requests of each endpoint.
type Durations = Family<EndpointLabel, Histogram, fn() -> Histogram>;

/// The metrics of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Durations,
    limited: Family<EndpointLabel, Counter>,
    tokens: Family<TokenLabels, Counter>,
    connections: Family<ListenerLabel, Gauge>,
    connections_limit: Gauge,
    connections_refused: Counter,
    mails_withheld: Counter,
    argon2_runs: Counter,
    statements: Counter,
    mails_waiting: Gauge,
    mails_lost: Gauge,
    oldest_mail: Seconds,
    database_up: Gauge,
    database_outages: Counter,
    database_connections: Family<StateLabel, Gauge>,
    keys: Family<KeyLabels, Gauge>,
    key_ages: Family<AlgorithmLabel, Seconds>,
    cache_entries: Gauge,
    cache_lookups: Family<ResultLabel, Counter>,
    hashing: Family<StateLabel, Gauge>,
    hashing_refused: Counter,
}

fn durations() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("gatepost"),
            requests: Family::default(),
            durations: Family::new_with_constructor(durations),
            limited: Family::default(),
            tokens: Family::default(),
            connections: Family::default(),
            connections_limit: Gauge::default(),
            connections_refused: Counter::default(),
            mails_withheld: Counter::default(),
            argon2_runs: Counter::default(),
            statements: Counter::default(),
            mails_waiting: Gauge::default(),
            mails_lost: Gauge::default(),
            oldest_mail: Gauge::default(),
            database_up: Gauge::default(),
            database_outages: Counter::default(),
            database_connections: Family::default(),
            keys: Family::default(),
            key_ages: Family::default(),
            cache_entries: Gauge::default(),
            cache_lookups: Family::default(),
            hashing: Family::default(),
            hashing_refused: Counter::default(),
        };
        metrics.register_requests();
        metrics.register_state();
        metrics
    }
}

impl Metrics {
    fn register_requests(&mut self) {
        let all = &mut self.registry;
        all.register("http_requests", "Requests answered, by endpoint and status", self.requests.clone());
        all.register("http_request_duration_seconds", "How long answers took, by endpoint", self.durations.clone());
        all.register("limited_requests", "Requests over a limit (429), by endpoint", self.limited.clone());
        all.register("token_requests", "Token requests, by grant, result and status", self.tokens.clone());
        all.register("http_connections", "Open connections, by listener", self.connections.clone());
        let help = "The most connections that the public listener holds";
        all.register("http_connections_limit", help, self.connections_limit.clone());
        let help = "Connections refused because their network held its share";
        all.register("http_connections_refused", help, self.connections_refused.clone());
    }

    fn register_state(&mut self) {
        let all = &mut self.registry;
        let help = "Mails refused because rate_limits.mail_total_per_minute was reached";
        all.register("mails_withheld", help, self.mails_withheld.clone());
        all.register("mails_waiting", "Mails that wait to be sent", self.mails_waiting.clone());
        all.register("mails_lost", "Mails of the last day that were given up", self.mails_lost.clone());
        let help = "How long the oldest waiting mail has waited";
        all.register("mail_oldest_waiting_seconds", help, self.oldest_mail.clone());
        all.register("database_up", "Whether the database answers", self.database_up.clone());
        all.register("database_outages", "How often it went away", self.database_outages.clone());
        let help = "Connections to the database, by state";
        all.register("database_connections", help, self.database_connections.clone());
        all.register("signing_keys", "Signing keys, by algorithm and state", self.keys.clone());
        let help = "For how long the key that signs has been signing";
        all.register("signing_key_age_seconds", help, self.key_ages.clone());
        all.register("application_cache_entries", "Applications in memory", self.cache_entries.clone());
        let help = "Look-ups of applications, by whether they were in memory";
        all.register("application_cache_lookups", help, self.cache_lookups.clone());
        let help = "Secrets that are hashed or wait for it, by state";
        all.register("secret_hashings", help, self.hashing.clone());
        let help = "Requests refused because too many secrets waited to be hashed";
        all.register("secret_hashings_refused", help, self.hashing_refused.clone());
        all.register("argon2_runs", "Secrets hashed or compared with a hash", self.argon2_runs.clone());
        all.register("database_statements", "Statements sent to the database", self.statements.clone());
        let build: Family<VersionLabel, Gauge> = Family::default();
        build.get_or_create(&VersionLabel { version: env!("CARGO_PKG_VERSION") }).set(1);
        all.register("build_info", "The version that runs", build);
    }

    /// Counts an answered request.
    pub fn request(&self, labels: &RequestLabels, seconds: f64) {
        self.requests.get_or_create(labels).inc();
        let endpoint = EndpointLabel { endpoint: labels.endpoint.clone() };
        self.durations.get_or_create(&endpoint).observe(seconds);
        if labels.status == 429 {
            self.limited.get_or_create(&endpoint).inc();
        }
    }

    /// Counts a token request.
    pub fn token(&self, labels: &TokenLabels) {
        self.tokens.get_or_create(labels).inc();
    }

    /// An open connection, until it is dropped.
    pub fn connection(&self, listener: ListenerLabel) -> OpenConnection {
        let open = self.connections.get_or_create(&listener).clone();
        open.inc();
        OpenConnection(open)
    }

    /// Counts a connection for which there was no place.
    pub fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// Takes over what was found when somebody asked.
    pub fn observe(&self, found: &Observed) {
        let counter = |counter: &Counter, so_far: u64| counter.inner().store(so_far, Ordering::Relaxed);
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.connections_limit.set(number(found.connections_limit));
        counter(&self.mails_withheld, found.mails_withheld);
        if let Some(mails) = &found.mails {
            self.mails_waiting.set(mails.waiting);
            self.mails_lost.set(mails.lost);
            self.oldest_mail.set(mails.oldest.as_secs_f64());
        }
        self.database_up.set(i64::from(found.database.is_up));
        counter(&self.database_outages, found.database.outages);
        for (state, connections) in [("used", found.database.used), ("idle", found.database.idle)] {
            self.database_connections.get_or_create(&StateLabel { state }).set(number(connections));
        }
        for key in &found.keys {
            let labels = KeyLabels { algorithm: key.algorithm, state: key.state };
            self.keys.get_or_create(&labels).set(number(key.count));
            if let Some(age) = key.signing_for {
                let label = AlgorithmLabel { algorithm: key.algorithm };
                self.key_ages.get_or_create(&label).set(age.as_secs_f64());
            }
        }
        self.cache_entries.set(number(found.cache.entries));
        for (result, lookups) in [("hit", found.cache.hits), ("miss", found.cache.misses)] {
            counter(&self.cache_lookups.get_or_create(&ResultLabel { result }), lookups);
        }
        for (state, hashings) in [("running", found.hashing.running), ("waiting", found.hashing.waiting)] {
            self.hashing.get_or_create(&StateLabel { state }).set(number(hashings));
        }
        counter(&self.hashing_refused, found.hashing.refused);
        counter(&self.argon2_runs, found.hashing.runs);
        counter(&self.statements, found.database.statements);
    }

    /// The metrics in the `OpenMetrics` text format.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A connection that counts as open.
#[derive(Debug)]
pub struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}
