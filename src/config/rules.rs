//! Rules between keys. One rule, one function.

use std::time::Duration;

use super::Config;
use super::branding::Branding;
use super::login::SignUp;
use super::problem::Problem;
use super::sources::Sources;
use super::upstreams;
use crate::domain::color::Color;
use crate::domain::duration::Written;

/// A violated rule: its keys, the one to change first, and what was expected.
struct Clash {
    keys: &'static [&'static str],
    message: String,
}

type Rule = fn(&Config) -> Option<Clash>;

const RULES: [Rule; 11] = [
    master_key_is_given_with_postgresql,
    announcement_ends_before_rotation,
    own_algorithm_is_offered,
    deletion_follows_deactivation,
    warnings_come_before_deactivation,
    listeners_differ,
    sign_up_by_domain_names_domains,
    accent_can_be_read,
    dark_accent_can_be_read,
    dark_scheme_changes_what_there_is,
    own_assertions_do_not_count,
];

/// Every violated rule. Rules about a key that has a problem of its own are left out, because its value is not the
/// intended one.
pub(super) fn clashes(config: &Config, sources: &Sources, known: &[Problem]) -> Vec<Problem> {
    let has_problem = |key: &str| known.iter().any(|problem| problem.key == key);
    RULES
        .iter()
        .filter_map(|rule| rule(config))
        .filter(|clash| !clash.keys.iter().any(|key| has_problem(key)))
        .map(|clash| sources.problem(clash.keys, clash.message))
        .chain(upstreams::out_of_reach(&config.upstreams, &config.server.issuer))
        .collect()
}

/// Nodes that share a database must share the key; with SQLite one can be generated.
fn master_key_is_given_with_postgresql(config: &Config) -> Option<Clash> {
    let is_missing = config.database.url.is_postgres() && config.keys.master_key.is_none();
    is_missing.then(|| Clash {
        keys: &["keys.master_key", "database.url"],
        message: "it is missing; with PostgreSQL expected 32 random bytes, made with `openssl rand -base64 32`, \
                  in keys.master_key, GATEPOST__KEYS__MASTER_KEY or a file named by GATEPOST__KEYS__MASTER_KEY_FILE"
            .to_owned(),
    })
}

fn sign_up_by_domain_names_domains(config: &Config) -> Option<Clash> {
    let login = &config.login;
    (login.signup == Some(SignUp::Domains) && login.signup_domains.is_empty()).then(|| Clash {
        keys: &["login.signup_domains", "login.signup"],
        message: "expected at least one domain, since login.signup is \"domains\"".to_owned(),
    })
}

fn accent_can_be_read(config: &Config) -> Option<Clash> {
    let [nearest, _] = config.branding.nearest_readable();
    nearest.map(|nearest| Clash { keys: &["branding.accent"], message: unreadable("light", nearest) })
}

fn dark_accent_can_be_read(config: &Config) -> Option<Clash> {
    let [_, nearest] = config.branding.nearest_readable();
    nearest.map(|nearest| Clash { keys: &["branding.accent_dark"], message: unreadable("dark", nearest) })
}

fn unreadable(scheme: &str, nearest: Color) -> String {
    format!(
        "it cannot be read in the {scheme} scheme, where its contrast is under 4.5:1; the nearest that can is {nearest}"
    )
}

fn dark_scheme_changes_what_there_is(config: &Config) -> Option<Clash> {
    let Branding { accent, accent_dark, logo, logo_dark, .. } = &config.branding;
    if accent_dark.is_some() && accent.is_none() {
        let message = "expected branding.accent too, which the light scheme has".to_owned();
        return Some(Clash { keys: &["branding.accent_dark", "branding.accent"], message });
    }
    (logo_dark.is_some() && logo.is_none()).then(|| Clash {
        keys: &["branding.logo_dark", "branding.logo"],
        message: "expected branding.logo too, which the light scheme has".to_owned(),
    })
}

fn announcement_ends_before_rotation(config: &Config) -> Option<Clash> {
    let keys = &config.keys;
    (keys.announce_for >= keys.rotate_every).then(|| Clash {
        keys: &["keys.announce_for", "keys.rotate_every"],
        message: format!(
            "expected less than keys.rotate_every, which is {}, found {}",
            Written(keys.rotate_every),
            Written(keys.announce_for)
        ),
    })
}

fn own_algorithm_is_offered(config: &Config) -> Option<Clash> {
    let keys = &config.keys;
    (!keys.algorithms.contains(&keys.algorithm)).then(|| Clash {
        keys: &["keys.algorithms", "keys.algorithm"],
        message: format!("expected keys.algorithm among them, which is {}", keys.algorithm),
    })
}

fn deletion_follows_deactivation(config: &Config) -> Option<Clash> {
    let life = &config.applications;
    (life.delete_after <= life.deactivate_after).then(|| Clash {
        keys: &["applications.delete_after", "applications.deactivate_after"],
        message: format!(
            "expected more than applications.deactivate_after, which is {}, found {}; both count from the last use",
            Written(life.deactivate_after),
            Written(life.delete_after)
        ),
    })
}

fn warnings_come_before_deactivation(config: &Config) -> Option<Clash> {
    let life = &config.applications;
    let earliest = life.warn_before.first()?;
    let is_bad = *earliest >= life.deactivate_after || life.warn_before.contains(&Duration::ZERO);
    is_bad.then(|| Clash {
        keys: &["applications.warn_before", "applications.deactivate_after"],
        message: format!(
            "expected spans above 0s and below applications.deactivate_after, which is {}",
            Written(life.deactivate_after)
        ),
    })
}

/// draft-ietf-oauth-identity-assertion-authz-grant, Cross-Domain Use: with its own assertions this server would grant at the
/// one place what was not granted at the other.
fn own_assertions_do_not_count(config: &Config) -> Option<Clash> {
    let own = config.server.issuer.as_str();
    let is_own = config.trusted_issuers.iter().any(|trusted| trusted.issuer.as_str().trim_end_matches('/') == own);
    is_own.then(|| Clash {
        keys: &["trusted_issuers", "server.issuer"],
        message: "expected other issuers than this server's own".to_owned(),
    })
}

/// Port 0 lets the system choose, which never gives the same port twice.
fn listeners_differ(config: &Config) -> Option<Clash> {
    let server = &config.server;
    let is_same = server.listen == server.management_listen && server.listen.port() != 0;
    is_same.then(|| Clash {
        keys: &["server.management_listen", "server.listen"],
        message: format!("expected another address than server.listen, which is {}", server.listen),
    })
}
