//! What holds for every page, in every language, with any values.

use std::collections::HashSet;
use std::fs;

use super::markup::{Tag, tags};
use super::samples::{AWKWARD, HOSTILE, KIND, Values, pages};
use crate::domain::language::Language;
use crate::http::pages::messages::Messages;

/// Calls with every page: its name, its text, its tags.
fn each_page(values: &Values, mut look: impl FnMut(&str, &str, &[Tag])) {
    for language in Language::ALL {
        for (name, html) in pages(Messages::of(language), values) {
            look(&format!("{name}.{}", language.tag()), &html, &tags(&html));
        }
    }
}

fn count(tags: &[Tag], name: &str) -> usize {
    tags.iter().filter(|tag| tag.name == name).count()
}

#[test]
fn nothing_that_is_sent_becomes_markup() {
    let mut kind = Vec::new();
    each_page(&KIND, |_, _, tags| kind.push(tags.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>()));
    let mut kind = kind.into_iter();
    each_page(&HOSTILE, |name, html, tags| {
        assert!(!html.contains("<script>") && !html.contains("<img") && !html.contains("69993"), "{name}");
        let names: Vec<_> = tags.iter().map(|tag| tag.name.clone()).collect();
        assert_eq!(Some(names), kind.next(), "{name}: the same elements as with harmless values");
    });
}

#[test]
fn no_page_has_a_script_or_style_of_its_own() {
    each_page(&HOSTILE, |name, html, tags| {
        for tag in tags {
            let forbidden = |attribute: &str| attribute == "style" || attribute.starts_with("on");
            assert!(!tag.attributes.iter().any(|(attribute, _)| forbidden(attribute)), "{name}: {tag:?}");
            assert!(tag.name != "style", "{name}");
            assert!(
                tag.name != "script" || tag.attribute("src").is_some_and(|src| src.starts_with("/static/")),
                "{name}"
            );
        }
        assert!(!html.contains("javascript:"), "{name}");
        assert_eq!(html.matches("<script").count(), html.matches("></script>").count(), "{name}");
    });
}

#[test]
fn every_page_has_one_heading_one_main_part_and_a_way_to_skip_to_it() {
    each_page(&AWKWARD, |name, html, tags| {
        for (element, expected) in [("h1", 1), ("main", 1), ("title", 1), ("header", 1), ("footer", 1)] {
            assert_eq!(count(tags, element), expected, "{name}: {element}");
        }
        let links: Vec<_> = tags.iter().filter(|tag| tag.name == "a").collect();
        assert_eq!(links[0].attribute("href"), Some("#content"), "{name}");
        let language = name.rsplit('.').next();
        assert_eq!(tags.iter().find(|tag| tag.name == "html").unwrap().attribute("lang"), language, "{name}");
        assert!(html.starts_with("<!doctype html>"), "{name}");
    });
}

#[test]
fn every_id_is_there_once_and_everything_that_refers_to_one_finds_it() {
    each_page(&KIND, |name, _, tags| {
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let unique: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        for tag in tags {
            let referring = ["for", "aria-describedby", "aria-labelledby"].map(|by| tag.attribute(by).unwrap_or(""));
            let to_fragment = tag.attribute("href").and_then(|href| href.strip_prefix('#')).unwrap_or("");
            for id in referring.into_iter().flat_map(str::split_whitespace).chain(to_fragment.split_whitespace()) {
                assert!(unique.contains(id), "{name}: nothing has the id {id}");
            }
        }
    });
}

#[test]
fn every_form_of_ours_carries_its_token_and_one_that_goes_elsewhere_does_not() {
    each_page(&KIND, |name, html, tags| {
        let forms: Vec<&Tag> = tags.iter().filter(|tag| tag.name == "form").collect();
        let contents: Vec<&str> =
            html.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap()).collect();
        for (form, content) in forms.iter().zip(contents) {
            assert_eq!(form.attribute("method"), Some("post"), "{name}");
            let ours = form.attribute("action").unwrap().starts_with('/');
            assert_eq!(content.contains("name=\"csrf\""), ours, "{name}: {content}");
            assert!(content.contains("type=\"submit\""), "{name}");
        }
    });
}

#[test]
fn every_field_has_a_label_that_is_always_seen() {
    each_page(&KIND, |name, _, tags| {
        for field in tags.iter().filter(|tag| tag.name == "input" && tag.attribute("type") != Some("hidden")) {
            let id = field.attribute("id").unwrap();
            let labelled = tags.iter().any(|tag| tag.name == "label" && tag.attribute("for") == Some(id));
            assert!(labelled && field.attribute("placeholder").is_none(), "{name}: {id}");
        }
    });
}

#[test]
fn a_problem_is_told_in_the_title_first_at_the_top_and_at_its_field() {
    each_page(&KIND, |name, html, tags| {
        // One that a script fills later is no problem yet.
        let is_shown = |tag: &&Tag| tag.attribute("role") == Some("alert") && tag.attribute("data-failed").is_none();
        let alerts: Vec<&Tag> = tags.iter().filter(is_shown).collect();
        let Some(alert) = alerts.first() else { return };
        assert!(alert.attribute("autofocus").is_some() && alert.attribute("tabindex") == Some("-1"), "{name}");
        assert_eq!(tags.iter().filter(|tag| tag.attribute("autofocus").is_some()).count(), 1, "{name}");
        let title = html.split("<title>").nth(1).unwrap();
        let prefixes = Language::ALL.map(|language| format!("{} ", Messages::of(language).error_prefix));
        assert!(prefixes.iter().any(|prefix| title.starts_with(prefix)), "{name}");
        let mut fields = tags.iter().filter(|tag| tag.name == "input" && tag.attribute("type") != Some("hidden"));
        let invalid: Vec<&Tag> = fields.clone().filter(|tag| tag.attribute("aria-invalid") == Some("true")).collect();
        assert!(fields.next().is_none() || invalid.len() == 1, "{name}");
        for field in invalid {
            assert!(field.attribute("aria-describedby").unwrap().contains("-problem"), "{name}");
        }
    });
}

#[test]
fn the_ids_that_scripts_rely_on_are_there() {
    let pages = pages(Messages::of(Language::English), &KIND);
    for (page, ids) in [
        ("sign-in", ["email", "login-submit"]),
        ("check-mail", ["login-code", "login-code-submit"]),
        ("confirm-login", ["confirm-login", "content"]),
        ("consent", ["consent-allow", "consent-deny"]),
        ("device", ["user-code", "device-submit"]),
        ("allow-device", ["device-allow", "device-deny"]),
        ("logout", ["logout-yes", "logout-no"]),
    ] {
        let html = &pages.iter().find(|(name, _)| name == page).unwrap().1;
        for id in ids {
            assert!(html.contains(&format!("id=\"{id}\"")), "{page}: {id}");
        }
    }
}

#[test]
fn a_scope_that_is_described_nowhere_is_its_bare_name_with_a_warning() {
    let pages = pages(Messages::of(Language::English), &KIND);
    let consent = &pages.iter().find(|(name, _)| name == "consent").unwrap().1;
    assert!(consent.contains("<li><span>Recognise you when you sign in</span> <code>openid</code></li>"), "{consent}");
    let warned =
        "<li class=\"undescribed\"><code>ledger</code> <span>There is no description of what this allows</span></li>";
    assert!(consent.contains(warned) && consent.matches("undescribed").count() == 1, "{consent}");
}

#[test]
fn every_page_says_something_else_in_each_language_and_under_its_own_title() {
    let titles = |language: Language| -> Vec<String> {
        let title = |html: &str| html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_owned();
        pages(Messages::of(language), &KIND).iter().map(|(_, html)| title(html)).collect()
    };
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        for (english, translated) in titles(Language::English).iter().zip(titles(language)) {
            assert_ne!(*english, translated);
            assert!(english.ends_with(" – Gatepost") && translated.ends_with(" – Gatepost"), "{translated}");
        }
    }
}

#[test]
fn a_page_stays_small() {
    each_page(&KIND, |name, html, _| {
        // The account page holds all that belongs to a person.
        let kilobytes = if name.starts_with("account") { 18 } else { 10 };
        assert!(html.len() < kilobytes * 1024, "{name}: {}", html.len());
    });
}

/// To view them: `GATEPOST_PAGES_DIR=somewhere cargo test --lib pages_can_be_looked_at`.
#[test]
#[expect(clippy::disallowed_methods, reason = "a folder for people who work on the pages, not a setting")]
fn pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("GATEPOST_PAGES_DIR") else { return };
    let folder = std::path::Path::new(&folder);
    for (kind, values) in [("", &KIND), ("hostile-", &HOSTILE), ("awkward-", &AWKWARD)] {
        each_page(values, |name, html, _| {
            let css = concat!("file://", env!("CARGO_MANIFEST_DIR"), "/static/");
            fs::write(folder.join(format!("{kind}{name}.html")), html.replace("\"/static/", &format!("\"{css}")))
                .unwrap();
        });
    }
}
