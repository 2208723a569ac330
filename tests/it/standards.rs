//! `docs/standards.md` says which test proves which rule; here is what keeps it true.

use std::fs;
use std::path::Path;

/// What stands between backticks in the last column of the tables.
fn tests_named_in(document: &str) -> Vec<&str> {
    let rows = document.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let proofs = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next());
    proofs.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// Whether a file of this module has a test of this name: an integration test, or one beside the code.
fn exists(test: &str) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else { return false };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = module.replace("::", "/");
    let function = format!("fn {name}(");
    let files = [format!("tests/it/{folder}.rs"), format!("src/{folder}.rs"), format!("src/{folder}/tests.rs")];
    let sources = files.map(|file| root.join(file));
    sources.iter().any(|source| fs::read_to_string(source).is_ok_and(|text| text.contains(&function)))
}

/// A table of proofs is worth something only as long as the proofs are there.
#[test]
fn every_test_that_the_table_of_standards_names_exists() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/standards.md")).unwrap();
    let tests = tests_named_in(&document);
    assert!(tests.len() > 40, "the tables are read: {tests:?}");
    let gone: Vec<_> = tests.into_iter().filter(|test| !exists(test)).collect();
    assert!(gone.is_empty(), "docs/standards.md names tests that do not exist: {gone:#?}");
    let rows = document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| section"));
    let bare: Vec<_> = rows.filter(|row| tests_named_in(row).is_empty()).collect();
    assert!(bare.is_empty(), "rules without a test: {bare:#?}");
}

/// The RFC that a row begins with, if it does.
fn rfc_of(row: &str) -> Option<&str> {
    let first = row.strip_prefix("| ")?.split(' ').next()?;
    (first.len() == 4 && first.bytes().all(|byte| byte.is_ascii_digit())).then_some(first)
}

/// A row stands in the table of its RFC.
#[test]
fn every_row_is_below_the_heading_of_its_rfc() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/standards.md")).unwrap();
    let mut found = 0;
    for section in document.split("\n## ").skip(1) {
        let (heading, rows) = section.split_once('\n').unwrap();
        for row in rows.lines() {
            let Some(rfc) = rfc_of(row) else { continue };
            assert!(heading.contains(rfc), "below '{heading}': {row}");
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

/// The check itself.
#[test]
fn a_test_that_does_not_exist_is_missed() {
    assert!(exists("standards::a_test_that_does_not_exist_is_missed"));
    assert!(!exists("standards::no_such_test") && !exists("nowhere::at_all") && !exists("standards"));
    assert_eq!(tests_named_in("| 1.2 | `a` rule | `m::one`, `m::two` |\ntext `not::this`"), ["m::one", "m::two"]);
}
