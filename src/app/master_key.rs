//! The master key of a small installation: made once, kept beside the SQLite file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::StartError;
use crate::adapters::entropy::{Entropy, random};

/// Reads the key of this database file, or makes it, readable by its owner only.
pub(super) fn beside_database(database: &Path, entropy: &dyn Entropy) -> Result<[u8; 32], StartError> {
    let path = path_beside(database);
    let failed = |e: io::Error| StartError::Io(path.display().to_string(), e);
    let written = match fs::read_to_string(&path) {
        Ok(written) => written,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            create(&path, entropy).map_err(failed)?;
            fs::read_to_string(&path).map_err(failed)?
        }
        Err(e) => return Err(failed(e)),
    };
    let key = STANDARD.decode(written.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    key.ok_or_else(|| StartError::BadMasterKey(path.display().to_string()))
}

/// `gatepost.db` has its key in `gatepost.key`.
pub(super) fn path_beside(database: &Path) -> PathBuf {
    database.with_extension("key")
}

/// Writes a new key to a file of its own and gives it its name only when it is whole on disk. A server that
/// is killed meanwhile leaves no half a key, and of two that try, one wins.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let unfinished = path.with_extension(format!("key.{:016x}", u64::from_be_bytes(random(entropy))));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{}", STANDARD.encode(random::<32>(entropy)))?;
    file.sync_all()?;
    let linked = match fs::hard_link(&unfinished, path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    };
    fs::remove_file(&unfinished)?;
    linked
}
