//! No circle between the modules of a layer: of two that use each other, neither can be understood first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{files_below, is_identifier, root, without_comments};

/// A module as its path from the crate, such as `flows::mail::queue`.
type Module = Vec<String>;

/// Which modules of its own layer each module uses, and where. A folder below a layer counts as one module.
type Uses = BTreeMap<Module, BTreeMap<Module, String>>;

fn module_of(path: &Path) -> Module {
    let path = path.strip_prefix(root()).unwrap().with_extension("");
    path.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "mod").collect()
}

/// Every path that the code names by way of `crate` or `super`.
fn paths(code: &str) -> Vec<String> {
    let starts = code.match_indices("crate::").chain(code.match_indices("super::"));
    let whole = starts.filter(|(at, _)| !code[..*at].ends_with(|c| is_identifier(c) || c == ':'));
    whole.flat_map(|(at, _)| spread("", &code[at..])).collect()
}

/// The paths of a tree such as `a::{b, c::{d, e}}` at the beginning of the text.
fn spread(before: &str, text: &str) -> Vec<String> {
    let name: String = text.trim_start().chars().take_while(|c| is_identifier(*c) || *c == ':').collect();
    let path = format!("{before}{name}");
    match text.trim_start()[name.len()..].strip_prefix('{') {
        Some(group) if name.ends_with("::") => {
            let group = &group[..length_of_group(group)];
            items(group).iter().flat_map(|item| spread(&path, item)).collect()
        }
        _ => vec![path],
    }
}

fn length_of_group(group: &str) -> usize {
    let mut depth = 0;
    let end = group.char_indices().find(|(_, c)| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth < 0
    });
    end.map_or(group.len(), |(at, _)| at)
}

/// What stands between the commas of a group, groups within it included.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&group[start..]);
    found.retain(|item| !item.trim().is_empty());
    found
}

/// Where a path leads that is named in this module.
fn resolved(module: &[String], path: &str) -> Module {
    let mut place = module.to_vec();
    let mut parts = path.split("::").peekable();
    if parts.next_if_eq(&"crate").is_some() {
        place.clear();
    }
    while parts.next_if_eq(&"super").is_some() {
        place.pop();
    }
    place.extend(parts.map(str::to_owned));
    place
}

fn uses_in(sources: &[(Module, String)]) -> Uses {
    let folders: BTreeSet<&[String]> = sources.iter().map(|(module, _)| &module[..module.len().min(2)]).collect();
    let mut uses = Uses::new();
    for (module, code) in sources.iter().filter(|(module, _)| module.len() > 1) {
        // What only tests use is no matter of how the code hangs together.
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for path in paths(code) {
            let target = resolved(module, &path);
            let target = &target[..target.len().min(2)];
            if target.first() == module.first()
                && target != &module[..2]
                && folders.contains(target)
                && target.len() == 2
            {
                let place = uses.entry(module[..2].to_vec()).or_default().entry(target.to_vec());
                place.or_insert_with(|| format!("{} uses {path}", module.join("::")));
            }
        }
    }
    uses
}

/// A way from a module back to itself, as the lines that say where each step is.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    uses.keys().find_map(|start| way(uses, start, start, &mut BTreeSet::new()))
}

fn way(uses: &Uses, from: &Module, to: &Module, seen: &mut BTreeSet<Module>) -> Option<Vec<String>> {
    for (next, place) in uses.get(from)? {
        if next == to {
            return Some(vec![place.clone()]);
        }
        if seen.insert(next.clone())
            && let Some(rest) = way(uses, next, to, seen)
        {
            return Some([vec![place.clone()], rest].concat());
        }
    }
    None
}

/// Architecture, layers.
#[test]
fn no_circle_between_modules() {
    let read = |path: std::path::PathBuf| (module_of(&path), without_comments(&std::fs::read_to_string(path).unwrap()));
    let sources: Vec<_> = files_below(&root()).into_iter().map(read).collect();
    let uses = uses_in(&sources);
    assert!(uses.len() > 50, "the modules are read");
    if let Some(circle) = circle(&uses) {
        panic!("modules that use each other:\n{}", circle.join("\n"));
    }
}

/// Architecture, layers: the check itself.
#[test]
fn a_circle_between_modules_is_seen() {
    let seen = |sources: &[(&str, &str)]| {
        let module = |name: &str| name.split("::").map(str::to_owned).collect::<Module>();
        let sources: Vec<_> = sources.iter().map(|(name, code)| (module(name), (*code).to_owned())).collect();
        circle(&uses_in(&sources)).is_some()
    };
    let b = ("flows::b", "use crate::flows::c::C;");
    for (a, c, expected) in [
        ("use crate::flows::{b::B, d::{self, D}};", "use super::a::A;", true),
        ("use super::b::B;", "fn f() { crate::flows::a::f() }", true),
        ("use crate::flows::b::B;", "use crate::domain::a::A;", false),
        ("mod d;\npub use d::D;", "use super::a::A;", false),
    ] {
        assert_eq!(seen(&[("flows::a", a), b, ("flows::c", c), ("domain::a", "")]), expected, "{a} {c}");
    }
}

/// Architecture, layers: the check itself.
#[test]
fn a_tree_of_names_is_read_as_its_paths() {
    let code = "use crate::{a, b::{self, C as D},\n    e::f::G};\nuse super::super::h; not_super::i;";
    let expected = ["crate::a", "crate::b::self", "crate::b::C", "crate::e::f::G", "super::super::h"];
    assert_eq!(paths(code), expected);
}
