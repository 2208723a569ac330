//! The master key of a small installation: generated once, kept beside the SQLite file.

use std::fs::{self, File, OpenOptions};
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
    if !path.exists() {
        create(&path, entropy).map_err(|e| StartError::Io(path.display().to_string(), e))?;
    }
    read(&path)
}

/// Reads the key in this file.
pub(super) fn read(path: &Path) -> Result<[u8; 32], StartError> {
    let written = fs::read_to_string(path).map_err(|e| StartError::Io(path.display().to_string(), e))?;
    let key = STANDARD.decode(written.trim_ascii()).ok().and_then(|bytes| bytes.try_into().ok());
    key.ok_or_else(|| StartError::BadMasterKey(path.display().to_string()))
}

/// `gatepost.db` has its key in `gatepost.key`.
pub(super) fn path_beside(database: &Path) -> PathBuf {
    database.with_extension("key")
}

/// Writes a new key to a temporary file and renames it once it is completely on disk. A server that is killed meanwhile
/// leaves neither half a key nor a second copy: the next one takes the same temporary file. Of two servers, one wins.
/// The name too is on disk before the first private key depends on it.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let unfinished = path.with_extension("key.unfinished");
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&unfinished)?;
    file.lock()?;
    if path.exists() {
        // Another process was quicker; this file is either its own, renamed, or one that was opened too late.
        return match fs::remove_file(&unfinished) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        };
    }
    file.set_len(0)?;
    writeln!(file, "{}", STANDARD.encode(random::<32>(entropy)))?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
