//! Whatever is locked to a version is looked at for newer ones (`.github/dependabot.yml`).

use std::fs;
use std::path::{Path, PathBuf};

use serde_norway::Value;

/// What a file of this name locks, as Dependabot calls it.
const ECOSYSTEMS: [(&str, &str); 10] = [
    ("Cargo.lock", "cargo"),
    ("package-lock.json", "npm"),
    ("requirements.txt", "pip"),
    ("go.sum", "gomod"),
    ("pom.xml", "maven"),
    ("Dockerfile", "docker"),
    // Dependabot reads the images of manifests, too.
    ("postgres.yaml", "docker"),
    ("compose.yaml", "docker-compose"),
    ("compose.sqlite.yaml", "docker-compose"),
    ("ci.yml", "github-actions"),
];

/// Folders with what is built, installed or found.
const MADE: [&str; 4] = ["target", "node_modules", "corpus", "artifacts"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let is_ours = !MADE.contains(&name.as_str()) && (!name.starts_with('.') || name == ".github");
        match entry.file_type().unwrap() {
            kind if kind.is_dir() && is_ours => files.extend(files_below(&entry.path())),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    files
}

/// The folder of a lock file as the configuration would name it, and what it locks. Workflows stand for the root.
fn locked(file: &Path) -> Option<(&'static str, String)> {
    let name = file.file_name()?.to_str()?;
    let (_, ecosystem) = ECOSYSTEMS.iter().find(|(known, _)| *known == name)?;
    let folder = file.parent()?.strip_prefix(root()).ok()?.to_str()?;
    Some((ecosystem, if *ecosystem == "github-actions" { "/".to_owned() } else { format!("/{folder}") }))
}

/// What is looked at: kinds and folders.
fn watched() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(".github/dependabot.yml")).unwrap();
    let document: Value = serde_norway::from_str(&text).unwrap();
    let updates = document["updates"].as_sequence().unwrap();
    let of_update = |update: &Value| {
        let ecosystem = update["package-ecosystem"].as_str().unwrap().to_owned();
        assert_eq!(update["schedule"]["interval"], "weekly", "{ecosystem}");
        let several = update["directories"].as_sequence().cloned();
        let folders = several.unwrap_or_else(|| vec![update["directory"].clone()]);
        folders.into_iter().map(move |folder| (ecosystem.clone(), folder.as_str().unwrap().to_owned()))
    };
    updates.iter().flat_map(of_update).collect()
}

#[test]
fn every_lock_file_is_looked_at_and_nothing_else_is() {
    let mut locked: Vec<_> = files_below(root()).iter().filter_map(|file| locked(file)).collect();
    locked.sort();
    locked.dedup();
    assert!(locked.len() > 12, "{locked:?}");
    let mut watched = watched();
    watched.sort();
    let locked: Vec<_> = locked.into_iter().map(|(ecosystem, folder)| (ecosystem.to_owned(), folder)).collect();
    assert_eq!(watched, locked);
}
