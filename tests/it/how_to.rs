//! The diffs of `docs/how-to.md` are true: what they add stands in the tree, between the lines they show around it, and
//! nothing else in `src/` has to know of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a hunk leaves in a file: its context and what it adds.
#[derive(Debug, PartialEq, Eq)]
struct Hunk {
    file: String,
    result: Vec<String>,
    added: usize,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The diffs below a heading, up to the next one.
fn diffs_below(heading: &str) -> Vec<Hunk> {
    let text = fs::read_to_string(root().join("docs/how-to.md")).unwrap();
    let mut lines = text.lines().skip_while(|line| *line != heading).skip(1).peekable();
    assert!(lines.peek().is_some(), "there is no heading '{heading}'");
    let section = lines.take_while(|line| !line.starts_with('#'));
    let block = section.skip_while(|line| *line != "```diff").skip(1).take_while(|line| *line != "```");
    hunks(block)
}

/// Reads `--- FILE`, `@@` between two hunks of a file, and lines that begin with a space or a plus, or are empty.
fn hunks<'a>(diff: impl Iterator<Item = &'a str>) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let begin = |file: &str| Hunk { file: file.to_owned(), result: Vec::new(), added: 0 };
    for line in diff {
        if let Some(file) = line.strip_prefix("--- ") {
            hunks.push(begin(file));
        } else if line == "@@" {
            hunks.push(begin(&hunks.last().unwrap().file));
        } else {
            let hunk = hunks.last_mut().unwrap();
            let added = line.strip_prefix('+');
            hunk.added += usize::from(added.is_some());
            // An empty line of context is often printed without its space.
            let kept = || if line.is_empty() { Some(line) } else { line.strip_prefix(' ') };
            let result = added.or_else(kept).unwrap_or_else(|| panic!("'{line}' begins with no mark"));
            hunk.result.push(result.to_owned());
        }
    }
    hunks
}

fn stands_in(hunk: &Hunk, text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.windows(hunk.result.len()).any(|window| window == hunk.result)
}

/// Every hunk is what its file says, and adds something to it.
fn check(hunks: &[Hunk]) {
    for hunk in hunks {
        let text = fs::read_to_string(root().join(&hunk.file)).unwrap();
        assert!(hunk.added > 0, "a hunk of {} adds nothing", hunk.file);
        assert!(stands_in(hunk, &text), "{} does not read like this:\n{}", hunk.file, hunk.result.join("\n"));
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The files of `src/`, without those of tests, that have this in them.
fn files_naming(what: &str) -> BTreeSet<String> {
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let files = files_below(&root().join("src")).into_iter().filter(|path| !name(path).contains("tests"));
    files.filter(|path| fs::read_to_string(path).unwrap().contains(what)).map(|path| name(&path)).collect()
}

fn files_of(hunks: &[Hunk]) -> BTreeSet<String> {
    hunks.iter().map(|hunk| hunk.file.clone()).collect()
}

#[test]
fn a_setting_is_added_as_the_diff_shows() {
    let hunks = diffs_below("## Add a setting of an application");
    check(&hunks);
    assert_eq!(hunks.len(), 10, "{hunks:?}");
    let added: usize = hunks.iter().map(|hunk| hunk.added).sum();
    assert!(added < 36, "a setting is cheap, but the diff adds {added} lines");
    assert!(files_naming("AssertionAudience").is_subset(&files_of(&hunks)), "its type is known elsewhere");
    assert!(files_naming("\"assertion_audience").is_empty(), "its name is written in the table, as an identifier");
}

#[test]
fn a_value_of_a_setting_is_added_in_one_file() {
    let hunks = diffs_below("### Add a value to one");
    check(&hunks);
    assert_eq!(hunks.len(), 3, "{hunks:?}");
    let one = BTreeSet::from(["src/protocol/assertion.rs".to_owned()]);
    assert_eq!(files_of(&hunks), one);
    assert_eq!(files_naming("AssertionAudience::Issuer =>"), one);
    assert_eq!(files_naming("\"issuer_or_endpoint\""), one);
    let text = fs::read_to_string(root().join("src/protocol/assertion.rs")).unwrap();
    let shown: usize = hunks.iter().flat_map(|hunk| &hunk.result).filter(|line| is_arm(line)).count();
    assert_eq!(text.lines().filter(|line| is_arm(line)).count(), shown, "the diff shows every arm of the value");
}

fn is_arm(line: &str) -> bool {
    line.contains("AssertionAudience::Issuer =>")
}

/// The check itself.
#[test]
fn a_diff_that_is_not_true_is_seen() {
    let diff = ["--- src/lib.rs", " one", "", "+two", "@@", "+three"];
    let hunks = hunks(diff.into_iter());
    let names: Vec<_> = hunks.iter().map(|hunk| (hunk.file.as_str(), hunk.added, hunk.result.len())).collect();
    assert_eq!(names, [("src/lib.rs", 1, 3), ("src/lib.rs", 1, 1)]);
    assert!(stands_in(&hunks[0], "zero\none\n\ntwo\n"));
    assert!(!stands_in(&hunks[0], "one\nand a half\ntwo\n"), "the lines follow each other");
    assert!(!stands_in(&hunks[0], "one\n"));
}
