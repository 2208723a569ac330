//! How large things may grow before they are several: a file, a function, and in how many places the name of a
//! setting stands.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use gatepost::domain::application::SETTINGS;

use super::{files_below, root, without_comments};

const LONGEST_FILE: usize = 400;
/// Of a hundred functions one may be longer.
const LONGEST_FUNCTION: usize = 40;
const MOST_FILES_WITH_A_NAME: usize = 2;

/// The settings whose names other things have as well, and what these are.
const SHARED_NAMES: [(&str, &str); 11] = [
    ("name", "of scopes, groups, people, forms"),
    ("type", "of attributes, problems, inputs"),
    ("scope", "the parameter and claim of the RFCs"),
    ("scopes", "lists of the configuration and of initial access tokens"),
    ("grants", "lists of the configuration and of initial access tokens"),
    ("claims", "the parameter of OpenID Connect"),
    ("access", "a page of an application, and access tokens"),
    ("require", "of groups"),
    ("description", "of scopes and resources"),
    ("jwks", "what every object has that brings its keys"),
    ("jwks_uri", "the metadata of providers and clients"),
];

/// A catalogue has a line for each text: one file a language, so that a translator has one to read.
fn is_catalogue(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    stem.len() == 2 && path.components().any(|part| part.as_os_str() == "messages")
}

fn is_of_tests(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_str().is_some_and(|stem| stem.ends_with("tests")))
}

/// The product's own code of every file, without comments and tests.
fn product() -> Vec<(PathBuf, String)> {
    let files = files_below(&root()).into_iter().filter(|path| !is_of_tests(path));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        (path.strip_prefix(root()).unwrap().to_owned(), without_comments(code))
    };
    files.map(read).collect()
}

#[test]
fn no_file_is_too_long_to_read() {
    let files = files_below(&root()).into_iter().filter(|path| !is_catalogue(path));
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let long: Vec<_> = files.map(|path| (lines(&path), path)).filter(|(lines, _)| *lines > LONGEST_FILE).collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// The indentation and name of the function that begins on a line.
fn begins_function(line: &str) -> Option<(usize, &str)> {
    let mut words = line.trim_start().split(' ').skip_while(|word| {
        word.starts_with("pub")
            || word.starts_with("in")
            || ["const", "async", "unsafe"].contains(word)
            || word.ends_with(')')
    });
    let rest = (words.next()? == "fn").then(|| words.next()).flatten()?;
    let name = rest.split(['(', '<']).next()?;
    Some((line.len() - line.trim_start().len(), name))
}

/// How many lines each function of a formatted file has.
fn functions(code: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((indent, name)) = begins_function(line) else { continue };
        let ends = |line: &&str| line.starts_with(&format!("{}}}", " ".repeat(indent)));
        let length = if line.trim_end().ends_with(['}', ';']) {
            1
        } else {
            lines[number..].iter().position(ends).map_or(1, |last| last + 1)
        };
        found.push((length, name));
    }
    found
}

#[test]
fn of_a_hundred_functions_ninety_nine_fit_on_a_screen() {
    let product = product();
    let mut all: Vec<_> = product
        .iter()
        .flat_map(|(path, code)| functions(code).into_iter().map(move |(lines, name)| (lines, name, path)))
        .collect();
    all.sort_unstable();
    assert!(all.len() > 4000, "{}", all.len());
    let (most, longer) = (all[all.len() * 99 / 100].0, &all[all.len() * 99 / 100..]);
    assert!(most <= LONGEST_FUNCTION, "one in a hundred functions has {most} lines or more: {longer:#?}");
}

/// Else a setting is described in several places again.
#[test]
fn the_name_of_a_setting_stands_in_two_files_at_most() {
    let product = product();
    let mut places: HashMap<&str, Vec<&Path>> = HashMap::new();
    let former = SETTINGS.iter().filter_map(|setting| setting.former).map(|former| former.name);
    for name in SETTINGS.iter().map(|setting| setting.name).chain(former) {
        let literal = format!("\"{name}\"");
        let with = product.iter().filter(|(_, code)| code.contains(&literal)).map(|(path, _)| path.as_path());
        places.insert(name, with.collect());
    }
    for (name, _) in SHARED_NAMES {
        let found = places.remove(name).unwrap_or_else(|| panic!("{name} is no setting"));
        assert!(found.len() > MOST_FILES_WITH_A_NAME, "{name} needs no exception");
    }
    places.retain(|_, files| files.len() > MOST_FILES_WITH_A_NAME);
    assert!(places.is_empty(), "{places:#?}");
}
