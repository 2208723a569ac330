//! `gatepost migrate` and `gatepost backup`.

use std::path::Path;

use super::CommandError;
use super::output::Output;
use crate::app::{Outside, connect, open};
use crate::config::Config;

/// Brings the schema up to date.
pub(super) async fn migrate(config: Config) -> Result<(), CommandError> {
    let server = open(config, Outside::default()).await?;
    Output::text(&format!("the {} database is up to date", server.store.engine_name()))?;
    server.store.close().await;
    Ok(())
}

/// Writes a copy of the database.
pub(super) async fn backup(config: Config, file: &Path) -> Result<(), CommandError> {
    if file.exists() {
        return Err(CommandError::Usage(format!("{} exists already; a backup never overwrites", file.display())));
    }
    let store = connect(&config).await?;
    store.backup_to(file).await?;
    store.close().await;
    Output::text(&format!("wrote {}", file.display()))?;
    if config.keys.master_key.is_none() {
        Output::note("The private keys in it are encrypted: keep a copy of the master key file too, elsewhere.");
    }
    Ok(())
}
