//! Metrics: what the document, the dashboard and the alerts name is what a server says.

use std::collections::{BTreeMap, BTreeSet};

use macro_rules_attribute::apply;
use serde_json::Value;

use crate::harness::{World, on_both_engines};

const DOCUMENT: &str = include_str!("../../docs/logging.md");
const DASHBOARD: &str = include_str!("../../deploy/monitoring/dashboard.json");
const ALERTS: &str = include_str!("../../deploy/monitoring/alerts.yaml");

/// A metric: its type and its labels.
type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

/// Those of the table.
fn documented() -> Metrics {
    let rows = DOCUMENT.lines().filter(|line| line.starts_with("| `gatepost_"));
    let metric = |row: &str| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let labels = cells[3].split(',').map(|label| label.trim().trim_matches('`').to_owned());
        let labels = labels.filter(|label| !label.is_empty()).collect();
        (cells[1].trim_matches('`').to_owned(), (cells[2].to_owned(), labels))
    };
    rows.map(metric).collect()
}

/// Those of an answer.
fn told(text: &str) -> Metrics {
    let kind = |line: &str| {
        line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')).map(|(n, k)| (n.to_owned(), k.to_owned()))
    };
    let mut told = Metrics::new();
    for (name, kind) in text.lines().filter_map(kind) {
        let full = if kind == "counter" { format!("{name}_total") } else { name.clone() };
        let sample = if kind == "histogram" { format!("{name}_count") } else { full.clone() };
        let mut samples = text
            .lines()
            .filter(|line| line.strip_prefix(sample.as_str()).is_some_and(|rest| rest.starts_with(['{', ' '])));
        let sample = samples.next().unwrap_or_else(|| panic!("{full} has no value in {text}"));
        let labels = sample.split_once('{').map_or("", |(_, rest)| rest.split_once('}').unwrap().0);
        let names = labels.split(',').filter_map(|label| label.split_once('=')).map(|(name, _)| name.to_owned());
        told.insert(full, (kind, names.collect()));
    }
    told
}

/// Every metric that an expression names, without what a histogram adds to its name.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|word| word.starts_with("gatepost_"));
    names.map(|name| name.trim_end_matches("_bucket").to_owned()).collect()
}

#[apply(on_both_engines)]
async fn what_is_told_is_what_the_document_says_with_the_same_types_and_labels(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    server.token().with_basic(&application).send().await.success();
    // Enough wrong secrets of one client are over a limit.
    let mut limited = false;
    for number in 0..200 {
        let secret = format!("wrong-{number}");
        let wrong = server.token().parameter("client_id", &application.client_id).parameter("client_secret", &secret);
        limited = wrong.send().await.status == 429;
        if limited {
            break;
        }
    }
    assert!(limited);
    let text = server.get_management("/metrics").await.text().to_owned();
    assert_eq!(told(&text), documented());
    for line in [
        "gatepost_database_up 1",
        "gatepost_signing_keys{algorithm=\"RS256\",state=\"active\"} 1",
        "gatepost_secret_hashings{state=\"waiting\"} 0",
        "gatepost_limited_requests_total{endpoint=\"/token\"} 1",
        "gatepost_mails_waiting 0",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} in\n{text}");
    }
}

#[test]
fn dashboard_and_alerts_name_metrics_that_there_are_and_leave_none_out() {
    let documented: BTreeSet<String> = documented().into_keys().collect();
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let shown = named(&targets.map(|target| target["expr"].as_str().unwrap()).collect::<Vec<_>>().join("\n"));
    assert_eq!(shown, documented, "the dashboard shows every metric");
    let alerted = named(ALERTS);
    assert!(alerted.len() > 8 && alerted.is_subset(&documented), "{:?}", alerted.difference(&documented));
}
