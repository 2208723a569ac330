//! Reading the configuration again while the server runs. What needs another socket, database or key waits for the next
//! start.

use std::sync::Arc;

use tracing::{info, warn};

use super::{StartError, mail_server, tried_templates};
use crate::adapters::mailer::{Mailer, Sender};
use crate::config::{Config, Loaded, Sources};
use crate::flows::{Rooms, provision};
use crate::telemetry;

/// Takes over the level of the log, the limits, the mail server, the operator's templates and what is declared, upstreams and
/// trusted issuers too. On an error what stands stays, but for declarations that were carried out before the one that could not be.
pub async fn reload(rooms: &Rooms, loaded: Loaded) -> Result<(), StartError> {
    let Loaded { config, sources } = loaded;
    let sender = config.mail_sender();
    Sender::new(sender.name.as_deref(), &sender.address)?;
    provision::check(&config)?;
    let templates = tried_templates(&config.branding)?;
    rooms.provisioning.provision_anew(config.provisioning.clone()).await?;
    rooms.application_cache.refresh().await?;
    rooms.application_cache.catalogue().await?;
    rooms.application_cache.set_attribute_schema(config.provisioning.attribute_schema());
    rooms.upstreams.set_declared(&config);
    rooms.trusted_issuers.set_declared(&config);
    telemetry::set_levels(&config.log);
    rooms.clients.set_limits(&config.rate_limits);
    rooms.authorizations.set_limits(&config.rate_limits);
    rooms.registrations.set_limits(&config.rate_limits);
    rooms.client_documents.set_limits(&config.rate_limits);
    rooms.passkeys.set_limits(&config.rate_limits);
    rooms.upstreams.set_limits(&config.rate_limits);
    rooms.device_grants.set_limits(config.rate_limits.clone());
    rooms.mail_limits.set_limits(config.rate_limits.clone());
    rooms.mail.set_server(mail_server(&config).map(|mailer| Arc::new(mailer) as Arc<dyn Mailer>), sender);
    rooms.mail.templates().store(templates);
    tell(rooms, &config, &sources);
    Ok(())
}

fn tell(rooms: &Rooms, config: &Config, newer: &Sources) {
    let Some(standing) = rooms.sources.load_full() else { return };
    let (sources, mut left) = standing.reloaded(newer);
    rooms.sources.store(Some(Arc::new(sources)));
    for key in changed_secrets(&rooms.config, config) {
        if !left.iter().any(|named| named == key) {
            left.push(key.to_owned());
        }
    }
    if !left.is_empty() {
        warn!(settings = left.join(", "), "these settings have changed and take effect at the next start");
    }
    info!("the configuration was read again");
}

/// What looks the same in the sources, where secrets are masked, and is not.
fn changed_secrets(standing: &Config, newer: &Config) -> impl Iterator<Item = &'static str> {
    let changed = [
        ("database.url", standing.database.url != newer.database.url),
        ("keys.master_key", standing.keys.master_key != newer.keys.master_key),
    ];
    changed.into_iter().filter(|(_, has_changed)| *has_changed).map(|(key, _)| key)
}
