//! `gatepost migrate` and `gatepost backup`.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::CommandError;
use super::output::{Format, Output};
use crate::app::{Outside, connect_existing, open};
use crate::config::Config;

/// Brings the schema up to date.
pub(super) async fn migrate(config: Config, format: Format) -> Result<(), CommandError> {
    let rooms = open(config, Outside::default()).await?;
    let database = rooms.store.engine_name();
    let result = serde_json::json!({ "database": database, "schema": "current" });
    Output::result(format, &result, || format!("the {database} database is up to date"))?;
    rooms.store.close().await;
    Ok(())
}

/// Writes a copy of the database, readable by its owner only. It gets its name once it is complete, so that what a full
/// disk or a kill leaves behind is not taken for a backup.
pub(super) async fn backup(config: Config, file: &Path, format: Format) -> Result<(), CommandError> {
    if file.exists() {
        return Err(CommandError::Usage(format!("{} exists already; a backup never overwrites", file.display())));
    }
    let store = connect_existing(&config).await?;
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    let failed = |e: std::io::Error| CommandError::Usage(format!("{}: {e}", file.display()));
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(unfinished).map_err(failed)?;
    let written = store.backup_to(unfinished).await;
    store.close().await;
    if written.is_err() {
        fs::remove_file(unfinished).map_err(failed)?;
    }
    written?;
    File::open(unfinished).and_then(|copy| copy.sync_all()).map_err(failed)?;
    fs::rename(unfinished, file).map_err(failed)?;
    let result = serde_json::json!({ "file": file.display().to_string() });
    Output::result(format, &result, || format!("wrote {}", file.display()))?;
    if config.keys.master_key.is_none() {
        Output::note("The private keys in it are encrypted: keep a copy of the master key file too, elsewhere.");
    }
    Ok(())
}
