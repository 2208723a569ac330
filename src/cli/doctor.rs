//! `gatepost doctor`: checks everything that can be checked from here, and says what to do about it.

use std::fs::Metadata;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use url::Url;

use super::CommandError;
use super::health;
use super::output::{Format, Output, table};
use crate::adapters::fetch::{Ask, Fetcher, Resolver as _, SystemResolver};
use crate::adapters::mailer::Sender;
use crate::app::{Outside, mail_server, master_key_file, without_migrating};
use crate::config::{Config, Issuer, Loaded, Mode};
use crate::domain::signing_key::KeySequence;
use crate::domain::upstream::UpstreamName;
use crate::flows::Rooms;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Finding {
    Good,
    Warning,
    Problem,
}

#[derive(Serialize)]
struct Check {
    name: String,
    finding: Finding,
    detail: String,
}

impl Check {
    fn new(name: impl Into<String>, finding: Finding, detail: impl Into<String>) -> Self {
        Self { name: name.into(), finding, detail: detail.into() }
    }
}

/// Runs every check; fails if one found a problem.
pub(super) async fn run(format: Format, loaded: Loaded) -> Result<ExitCode, CommandError> {
    let mut checks = vec![configuration(&loaded), issuer(&loaded.config)];
    checks.extend(master_key(&loaded.config));
    let running = running(&loaded.config).await;
    checks.push(public_address(&loaded.config, running.finding).await);
    checks.push(running);
    checks.push(mail(&loaded.config).await);
    match without_migrating(loaded.config, Outside::default()).await {
        Ok(rooms) => {
            checks.push(Check::new("database", Finding::Good, format!("{} answers", rooms.store.engine_name())));
            checks.push(signing_keys(&rooms).await);
            checks.extend(upstreams(&rooms).await);
            checks.extend(trusted_issuers(&rooms).await);
            rooms.store.close().await;
        }
        Err(e) => checks.push(Check::new("database and keys", Finding::Problem, e.to_string())),
    }
    let rows: Vec<_> = checks.iter().map(row).collect();
    Output::result(format, &checks, || table(&["CHECK", "FINDING", ""], &rows))?;
    let sick = checks.iter().any(|check| check.finding == Finding::Problem);
    Ok(if sick { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn row(check: &Check) -> Vec<String> {
    let finding = match check.finding {
        Finding::Good => "good",
        Finding::Warning => "warning",
        Finding::Problem => "PROBLEM",
    };
    vec![check.name.clone(), finding.to_owned(), check.detail.clone()]
}

fn configuration(loaded: &Loaded) -> Check {
    let from = loaded.sources.file().map_or_else(|| "defaults and environment".to_owned(), |f| f.display().to_string());
    match loaded.validate(Mode::Serve) {
        Ok(()) => Check::new("configuration", Finding::Good, from),
        Err(e) => Check::new("configuration", Finding::Problem, e.to_string()),
    }
}

fn issuer(config: &Config) -> Check {
    let issuer = &config.server.issuer;
    if issuer.is_https() {
        Check::new("issuer", Finding::Good, issuer.to_string())
    } else {
        Check::new("issuer", Finding::Warning, format!("{issuer} is good for this machine only; others need https"))
    }
}

/// The master key file must be readable by the server alone.
fn master_key(config: &Config) -> Option<Check> {
    let path = master_key_file(config)?;
    let finding = match path.metadata() {
        Ok(metadata) if is_private(&metadata) => Check::new("master key", Finding::Good, path.display().to_string()),
        Ok(_) => {
            let advice = format!("others can read it; run: chmod 600 {}", path.display());
            Check::new("master key", Finding::Problem, advice)
        }
        Err(e) => Check::new("master key", Finding::Warning, format!("{}: {e}", path.display())),
    };
    Some(finding)
}

/// Whether neither group nor others have any permission.
fn is_private(metadata: &Metadata) -> bool {
    const GROUP_AND_OTHERS: u32 = 0o077;
    metadata.permissions().mode() & GROUP_AND_OTHERS == 0
}

async fn running(config: &Config) -> Check {
    match health::ready(config.server.listen).await {
        Ok(()) => Check::new("server", Finding::Good, "ready"),
        Err(why) => Check::new("server", Finding::Warning, why),
    }
}

/// How long the public address has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Goes the way of the clients: by name, through whatever stands in front of the server. Where no server runs here,
/// nothing can be expected behind it; a name without an address is wrong in any case.
async fn public_address(config: &Config, local: Finding) -> Check {
    const NAME: &str = "public address";
    let issuer = &config.server.issuer;
    let name = issuer.host().trim_matches(['[', ']']);
    if name.parse::<IpAddr>().is_err() && SystemResolver.resolve(name).await.map_or(0, |found| found.len()) == 0 {
        return Check::new(NAME, Finding::Problem, format!("{name} does not resolve; clients cannot find this server"));
    }
    match read_metadata(issuer).await {
        Ok(found) if found == issuer.as_str() => Check::new(NAME, Finding::Good, format!("{issuer} answers")),
        Ok(found) => {
            let detail = format!("{issuer} is answered by another server, whose issuer is {found}");
            Check::new(NAME, Finding::Problem, detail)
        }
        Err(why) => {
            let expected = local == Finding::Good && !issuer.is_loopback();
            let finding = if expected { Finding::Problem } else { Finding::Warning };
            Check::new(NAME, finding, format!("{issuer}: {why}"))
        }
    }
}

/// The issuer that is named at this address.
async fn read_metadata(issuer: &Issuer) -> Result<String, String> {
    let url = Url::parse(&issuer.url_of("/.well-known/openid-configuration")).map_err(|e| e.to_string())?;
    let fetcher = Fetcher::everywhere(Arc::new(SystemResolver));
    let ask = Ask { url: &url, authorization: None, form: None };
    let heard = fetcher.read(ask, PATIENCE).await.map_err(|e| e.to_string())?;
    if heard.status != 200 {
        return Err(format!("{} answers {} there, not this server's metadata", url.path(), heard.status));
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&heard.body).map_err(|_| "no metadata there".to_owned())?;
    Ok(metadata["issuer"].as_str().unwrap_or_default().to_owned())
}

/// Connects and logs in as for a mail, but sends none.
async fn mail(config: &Config) -> Check {
    const NAME: &str = "mail";
    let sender = config.mail_sender();
    if let Err(e) = Sender::new(sender.name.as_deref(), &sender.address) {
        return Check::new(NAME, Finding::Problem, format!("mail.from: {e}"));
    }
    let Some(mailer) = mail_server(config) else {
        let advice = "mail.url is not set; `serve` needs it, `serve --dev` catches mail instead";
        return Check::new(NAME, Finding::Warning, advice);
    };
    match mailer.check().await {
        Ok(found) => Check::new(NAME, Finding::Good, format!("{found}; mail is from {sender}")),
        Err(e) => Check::new(NAME, Finding::Problem, e.to_string()),
    }
}

async fn signing_keys(rooms: &Rooms) -> Check {
    let keys = match rooms.store.signing_keys().await {
        Ok(keys) => keys,
        Err(e) => return Check::new("signing keys", Finding::Problem, e.to_string()),
    };
    let sequence = KeySequence::of(rooms.keys.default_algorithm(), &keys);
    let now = rooms.instruments.now();
    match (sequence.active(now), sequence.announced(now)) {
        (Some(active), Some(next)) => {
            let detail = format!("{} signs; the next one takes over on {}", active.kid, next.activates_at);
            Check::new("signing keys", Finding::Good, detail)
        }
        (Some(_), None) => {
            Check::new("signing keys", Finding::Warning, "no key is announced; a running server makes one")
        }
        (None, _) => Check::new("signing keys", Finding::Warning, "there are none yet; the first start makes them"),
    }
}

/// Asks each upstream for its discovery document and its keys, as for a sign-in. One that is away keeps nobody from
/// signing in by mail, so it is a warning.
async fn upstreams(rooms: &Rooms) -> Vec<Check> {
    let check = |(name, outcome): (UpstreamName, Result<(), String>)| match outcome {
        Ok(()) => Check::new(format!("upstream {name}"), Finding::Good, "answers, and its keys are understood"),
        Err(why) => Check::new(format!("upstream {name}"), Finding::Warning, why),
    };
    rooms.upstreams.check().await.into_iter().map(check).collect()
}

/// Reads the keys of each trusted issuer, as for an assertion.
async fn trusted_issuers(rooms: &Rooms) -> Vec<Check> {
    let check = |(issuer, outcome): (String, Result<(), String>)| match outcome {
        Ok(()) => Check::new(format!("trusted issuer {issuer}"), Finding::Good, "its keys are understood"),
        Err(why) => Check::new(format!("trusted issuer {issuer}"), Finding::Warning, why),
    };
    rooms.trusted_issuers.check().await.into_iter().map(check).collect()
}
