//! The layers of `docs/architecture.md`, held by looking at the text of the source: imports point upward only, and no
//! layer uses the crates of another.

mod circles;
mod rooms;
mod sizes;

use std::fs;
use std::path::{Path, PathBuf};

/// A row of the table of layers.
struct Layer {
    name: &'static str,
    may_import: &'static [&'static str],
    may_not_name: &'static [&'static str],
}

const LAYERS: [Layer; 6] = [
    Layer { name: "protocol", may_import: &[], may_not_name: &["axum", "sqlx", "tokio"] },
    Layer { name: "domain", may_import: &["protocol"], may_not_name: &["axum", "sqlx", "tokio"] },
    Layer { name: "store", may_import: &["domain", "protocol"], may_not_name: &["axum"] },
    Layer { name: "adapters", may_import: &["domain", "protocol"], may_not_name: &["axum", "sqlx"] },
    Layer {
        name: "flows",
        may_import: &["store", "adapters", "domain", "protocol", "config"],
        may_not_name: &["axum", "sqlx"],
    },
    Layer {
        name: "http",
        // Metrics stand around the layers; the edge is where requests are counted.
        may_import: &["flows", "domain", "protocol", "config", "telemetry"],
        may_not_name: &["sqlx", "store"],
    },
];

/// Stands around the layers, but its settings have types of the lower ones.
const CONFIG: Layer =
    Layer { name: "config", may_import: &["protocol", "domain"], may_not_name: &["axum", "sqlx", "tokio"] };

/// Folders that open by saying what they own.
const INTRODUCED: [&str; 10] =
    ["protocol", "domain", "store", "adapters", "flows", "http", "config", "cli", "jobs", "telemetry"];

/// Names that say nothing about what is inside.
const NAMELESS: [&str; 8] = ["util", "utils", "common", "helper", "helpers", "misc", "shared", "stuff"];

/// One source file.
struct Source {
    path: PathBuf,
    /// Its text without comments.
    code: String,
    /// How many modules it is below its layer: 0 for the layer's `mod.rs`.
    depth: usize,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn sources_of(layer: &str) -> Vec<Source> {
    let folder = root().join(layer);
    let read = |path: PathBuf| {
        let components = path.strip_prefix(&folder).unwrap().components().count();
        let depth = if path.ends_with("mod.rs") { components - 1 } else { components };
        Source { code: without_comments(&fs::read_to_string(&path).unwrap()), path, depth }
    };
    files_below(&folder).into_iter().map(read).collect()
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The modules of this crate that the code names: `crate::name` and `crate::{name::…, other}`.
fn imports(code: &str) -> Vec<String> {
    let first_word = |text: &str| text.trim_start().chars().take_while(|c| is_identifier(*c)).collect::<String>();
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => top_level_items(group).iter().map(|item| first_word(item)).collect(),
            None => vec![first_word(rest)],
        })
        .collect()
}

/// What stands between the commas of a brace that was just opened.
fn top_level_items(group: &str) -> Vec<String> {
    let (mut depth, mut items) = (0, vec![String::new()]);
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            _ if depth == 0 => items.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    items
}

/// Whether the code uses something of this name: as a path, or as a member.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let whole = !before.ends_with(is_identifier) && !after.starts_with(is_identifier);
        let used = [".", "::", "use ", "extern crate "].iter().any(|lead| before.ends_with(lead));
        whole && (used || after.starts_with("::"))
    })
}

/// Whether the code climbs out of its layer by way of `super`.
fn climbs_out(source: &Source) -> bool {
    // In a test module one more step stays inside.
    let code = source.code.split("mod tests {").next().unwrap_or_default();
    code.contains(&"super::".repeat(source.depth + 1))
}

fn violations(layer: &Layer, source: &Source) -> Vec<String> {
    let path = source.path.display();
    let mut found = Vec::new();
    for import in imports(&source.code) {
        if import != layer.name && !layer.may_import.contains(&import.as_str()) {
            found.push(format!("{path}: {} may not import {import}", layer.name));
        }
    }
    for name in layer.may_not_name {
        if names(&source.code, name) {
            found.push(format!("{path}: {} may not name {name}", layer.name));
        }
    }
    if climbs_out(source) {
        found.push(format!("{path}: leaves {} by way of super", layer.name));
    }
    found
}

/// Architecture, layers.
#[test]
fn imports_point_upward_only() {
    let layers = LAYERS.iter().chain([&CONFIG]);
    let found: Vec<_> = layers
        .flat_map(|layer| sources_of(layer.name).into_iter().flat_map(|source| violations(layer, &source)))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// Architecture, layers: the check itself.
#[test]
fn a_violation_of_the_layers_is_seen() {
    let seen = |layer: &Layer, code: &str, depth| {
        let source = Source { path: PathBuf::from("x.rs"), code: without_comments(code), depth };
        !violations(layer, &source).is_empty()
    };
    let [protocol, .., http] = &LAYERS;
    for (layer, code, expected) in [
        (protocol, "use crate::domain::ids::Timestamp;", true),
        (protocol, "use crate::{\n    protocol::{a, b},\n    store::Store,\n};", true),
        (protocol, "#[tokio::test]", true),
        (protocol, "use tokio;", true),
        (protocol, "use super::super::store::Store;", true),
        (protocol, "use crate::protocol::{a, domain};\n// crate::domain in a comment\nuse super::scope;", false),
        (http, "let store = edge.server.store.ping();", true),
        (http, "use crate::store::StoreError;", true),
        (http, "headers.insert(CACHE_CONTROL, \"no-store\"); no_store(headers);", false),
    ] {
        assert_eq!(seen(layer, code, 1), expected, "{code}");
    }
}

/// Architecture: a file is found by its name.
#[test]
fn no_module_has_a_name_that_says_nothing() {
    let named = files_below(&root()).into_iter().filter(|path| {
        let parts = path.strip_prefix(root()).unwrap().with_extension("");
        parts.iter().any(|part| NAMELESS.iter().any(|name| part.eq_ignore_ascii_case(name)))
    });
    assert_eq!(named.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

/// Architecture: a folder opens by saying what it owns.
#[test]
fn every_layer_opens_with_a_paragraph_about_itself() {
    for layer in INTRODUCED {
        let text = fs::read_to_string(root().join(layer).join("mod.rs")).unwrap();
        assert!(text.starts_with("//! "), "src/{layer}/mod.rs opens with a //! paragraph");
    }
    for Layer { name, .. } in &LAYERS {
        let text = fs::read_to_string(root().join(name).join("mod.rs")).unwrap();
        let opening: Vec<_> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(opening.len() >= 4, "src/{name}/mod.rs says what it owns, what it does not and what it imports");
    }
}
