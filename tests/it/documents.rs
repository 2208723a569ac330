//! Documents have no broken links: every relative link, every heading that a link names, and every path in backticks
//! exists.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the repository whose files the documents name from its root.
const FROM_ROOT: [&str; 11] =
    [".ci", ".github", "benches", "config", "deploy", "docs", "migrations", "scripts", "src", "templates", "tests"];

/// Folders of `src` whose files `docs/architecture.md` and its neighbours name without `src/`.
const FROM_SOURCE: [&str; 10] =
    ["adapters", "cli", "config", "domain", "flows", "http", "jobs", "protocol", "store", "telemetry"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.flat_map(|path| if path.is_dir() { documents_below(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect()
}

fn documents() -> Vec<PathBuf> {
    let named = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(|name| root().join(name));
    named.into_iter().chain(documents_below(&root().join("docs"))).collect()
}

/// The text without its code blocks, whose paths and brackets belong to example programs.
fn prose(text: &str) -> String {
    let mut in_block = false;
    let lines = text.split_inclusive('\n').filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        !fence && !in_block
    });
    lines.collect()
}

/// The targets of `[text](target)` that are no web addresses.
fn links(prose: &str) -> Vec<&str> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

/// The paths in spans of code: without arguments, without the item behind `::`. A placeholder such as `NAME.rs`
/// is no path.
fn paths(prose: &str) -> Vec<&str> {
    let spans = prose.split('`').skip(1).step_by(2);
    let words = spans.filter_map(|span| span.split(['\n', ' ']).next()).filter_map(|word| word.split("::").next());
    let placeholder = |word: &str| word.split(['/', '.', '_']).any(is_placeholder);
    words.filter(|word| folder_of(word).is_some() && !placeholder(word)).collect()
}

fn is_placeholder(part: &str) -> bool {
    part.len() > 3 && part != "README" && part.bytes().all(|c| c.is_ascii_uppercase()) || part.contains(['*', '…', '{'])
}

/// The folder that a path begins with, if it is one of ours.
fn folder_of(path: &str) -> Option<&str> {
    let (folder, _) = path.split_once('/')?;
    (FROM_ROOT.contains(&folder) || FROM_SOURCE.contains(&folder)).then_some(folder)
}

fn path_exists(path: &str) -> bool {
    root().join(path).exists() || root().join("src").join(path).exists()
}

/// Whether a document has a heading whose address this is, as the hosts of repositories make one.
fn has_heading(document: &Path, anchor: &str) -> bool {
    let text = fs::read_to_string(document).unwrap_or_default();
    let slug = |heading: &str| -> String {
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    prose(&text).lines().any(|line| line.starts_with('#') && slug(line.trim_start_matches('#')) == anchor)
}

fn link_works(document: &Path, target: &str) -> bool {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let aimed = if path.is_empty() { document.to_owned() } else { document.parent().unwrap().join(path) };
    aimed.exists() && (anchor.is_empty() || has_heading(&aimed, anchor))
}

/// The broken links and paths of a document.
fn dead_ends(document: &Path, text: &str) -> Vec<String> {
    let prose = prose(text);
    let name = document.strip_prefix(root()).unwrap().display();
    let links = links(&prose).into_iter().filter(|target| !link_works(document, target));
    let paths = paths(&prose).into_iter().filter(|path| !path_exists(path));
    links.chain(paths).map(|dead| format!("{name}: {dead}")).collect()
}

#[test]
fn what_the_documents_point_at_is_there() {
    let documents = documents();
    assert!(documents.len() > 20, "the documents are found: {documents:?}");
    let dead: Vec<_> =
        documents.iter().flat_map(|document| dead_ends(document, &fs::read_to_string(document).unwrap())).collect();
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
}

/// The pictures are few and small enough to be cloned by everybody.
#[test]
fn every_picture_is_shown_somewhere_and_all_are_small() {
    let shown: String = documents().iter().map(|document| fs::read_to_string(document).unwrap()).collect();
    let mut size = 0;
    for entry in fs::read_dir(root().join("docs/images")).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        assert!(shown.contains(&format!("images/{name})")), "{name} is in no document");
        size += entry.metadata().unwrap().len();
    }
    assert!(size < 3 << 20, "{size} bytes");
}

/// The check itself.
#[test]
fn what_is_not_there_is_missed() {
    let document = root().join("docs/architecture.md");
    let good = "[a](deployment.md#behind-a-proxy) `src/app.rs` `scripts/test --quick x` `flows/token/mod.rs` \
                `src/flows/NAME.rs` `http/` `application/json` [b](https://example.com/x)\n```\n[c](gone.md)\n```\n";
    assert_eq!(dead_ends(&document, good), Vec::<String>::new());
    let bad = "[a](gone.md) [b](deployment.md#no-such-heading) `src/gone.rs` `http/gone.rs::name` [c](#gone)";
    let named: Vec<_> =
        dead_ends(&document, bad).iter().map(|dead| dead.rsplit(": ").next().unwrap().to_owned()).collect();
    assert_eq!(named, ["gone.md", "deployment.md#no-such-heading", "#gone", "src/gone.rs", "http/gone.rs"]);
}
