//! Key sets that entries of a setting name by their file, which is on the server's machine.

use serde_json::Value;

use super::environment::read_named_file;
use crate::domain::application::{KEYS, KEYS_FILE};

/// The entries, each with the contents of the file that it names. `by` is the key that they are the value of.
pub(super) fn with_keys_of_files(mut entries: Value, by: &str) -> Result<Value, String> {
    for entry in entries.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let Some(path) = entry.remove(KEYS_FILE) else { continue };
        if entry.contains_key(KEYS) {
            return Err(format!("expected only one of {KEYS} and {KEYS_FILE} in an entry"));
        }
        let path = path.as_str().ok_or_else(|| format!("expected the path of a file in {KEYS_FILE}"))?;
        let text = read_named_file(path, by)?;
        let keys = serde_json::from_str(text.as_text().unwrap_or_default());
        entry.insert(KEYS.to_owned(), keys.map_err(|e| format!("expected a JWK Set in {path:?}: {e}"))?);
    }
    Ok(entries)
}
