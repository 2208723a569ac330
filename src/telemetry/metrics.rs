//! Metrics in the Prometheus text format. Every label has a bounded set of values.

use std::sync::atomic::Ordering;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

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

/// The metrics of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Histogram,
    tokens: Family<TokenLabels, Counter>,
    mails_withheld: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("gatepost");
        let requests = Family::default();
        let durations = Histogram::new(BUCKETS);
        let tokens = Family::default();
        registry.register("http_requests", "Requests answered, by endpoint and status", requests.clone());
        registry.register("http_request_duration_seconds", "How long answers took", durations.clone());
        registry.register("token_requests", "Token requests, by grant, result and status", tokens.clone());
        let mails_withheld = Counter::default();
        let help = "Mails refused because rate_limits.mail_total_per_minute was reached";
        registry.register("mails_withheld", help, mails_withheld.clone());
        Self { registry, requests, durations, tokens, mails_withheld }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn request(&self, labels: &RequestLabels, seconds: f64) {
        self.requests.get_or_create(labels).inc();
        self.durations.observe(seconds);
    }

    /// Counts a token request.
    pub fn token(&self, labels: &TokenLabels) {
        self.tokens.get_or_create(labels).inc();
    }

    /// How many mails were withheld so far.
    pub fn mails_withheld(&self, so_far: u64) {
        self.mails_withheld.inner().store(so_far, Ordering::Relaxed);
    }

    /// The metrics in the `OpenMetrics` text format.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_metric() {
        let document = include_str!("../../docs/logging.md");
        let metrics = Metrics::default();
        metrics.request(&RequestLabels { endpoint: "/token".to_owned(), status: 200 }, 0.001);
        metrics.token(&TokenLabels { grant: "client_credentials", result: "issued", status: 200 });
        let text = metrics.text().unwrap();
        let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
        assert!(names.len() >= 4, "{text}");
        for line in names {
            let (name, kind) = line.split_once(' ').unwrap();
            let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
            assert!(document.contains(&format!("| `{name}` |")), "{name} is not in docs/logging.md");
        }
    }
}
