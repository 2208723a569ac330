//! The operator pages, the documentation of the API and the caught mail in every language.

use std::collections::BTreeSet;

use gatepost::domain::language::Language;
use macro_rules_attribute::apply;
use reqwest::Method;

use super::{JOHN, root, signed_in, status};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::account;
use crate::harness::{Answer, TestServer, World, on_both_engines};

/// A name from right to left, and one that is as long as a name may be.
const HEBREW: &str = "חנות הספרים הגדולה";

/// What stands in these is no text of the page but data, or is not seen.
const DATA: [&str; 6] = ["code", "bdi", "time", "textarea", "script", "style"];

/// The texts of a page that have two words or more, without what is data or said to be English.
fn phrases(page: &str) -> BTreeSet<String> {
    let mut phrases = BTreeSet::new();
    let mut skipped: Option<(&str, usize)> = None;
    for piece in page.split_once("<body").unwrap().1.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let is_end = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        skipped = match skipped {
            Some((open, 1)) if open == name && is_end => None,
            Some((open, depth)) if open == name => Some((open, if is_end { depth - 1 } else { depth + 1 })),
            None if !is_end && (DATA.contains(&name) || tag.contains(" lang=\"en\"")) => Some((name, 1)),
            other => other,
        };
        if skipped.is_none() {
            let label = tag.split_once("aria-label=\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0));
            phrases.extend(
                label.into_iter().chain([text]).map(str::trim).filter(|text| is_phrase(text)).map(str::to_owned),
            );
        }
    }
    phrases
}

fn is_phrase(text: &str) -> bool {
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    text.split_whitespace().filter(is_word).count() > 1
}

/// The account of the operator speaks this language from now on.
async fn speak(root: &Browser, language: Language) {
    let form = root.visit("/account").await.form_with("name-save");
    assert_eq!(status(&root.submit(form, &[("locale", language.tag())]).await), 200);
}

fn is_in(page: &Page, language: Language) {
    assert!(page.text().contains(&format!("<html lang=\"{}\"", language.tag())), "{language:?}: {}", page.text());
}

/// A server on which there is something to show on every page, and the addresses of the pages.
async fn inhabited(server: &TestServer, root: &Browser) -> Vec<String> {
    let anna = account(&server.rooms, "anna@example.com").await;
    let john = signed_in(server, "/portal/applications", JOHN).await;
    let form = john.visit("/portal/applications/new").await.form_with("app-create");
    let fields = [("name", HEBREW), ("type", "service"), ("scopes", "openid orders:write"), ("reason", HEBREW)];
    assert_eq!(status(&john.submit(form, &fields).await), 200);
    let long = "ab".repeat(100);
    john.submit(john.visit("/account").await.form_with("name-save"), &[("name", &long)]).await;
    let groups = root.visit("/admin/groups").await;
    let group = root.submit(groups.form_with("group-create"), &[("name", "team"), ("visible", "yes")]).await;
    root.submit(group.form_with("group-add"), &[("emails", &format!("anna@example.com {JOHN}"))]).await;
    let users = root.visit("/admin/users").await;
    root.submit(users.form_with("invite-send"), &[("email", "new@example.com"), ("groups", "team")]).await;
    let tokens = root.visit("/admin/registration").await;
    root.submit(tokens.form_with("token-create"), &[("name", "")]).await;
    let pages = [
        "",
        "/approvals",
        "/applications",
        "/registration",
        "/users",
        "/groups",
        "/groups/team",
        "/audit",
        "/keys",
        "/mail",
        "/webhooks",
        "/scopes",
        "/settings",
    ];
    let mut pages: Vec<String> = pages.map(|page| format!("/admin{page}")).into();
    pages.push(format!("/admin/users/{}", anna.sub));
    pages
}

/// No text stands on a translated page as it does on the English one.
#[apply(on_both_engines)]
async fn every_operator_page_speaks_every_language_and_no_english_is_left(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    let pages = inhabited(&server, &root).await;
    let mut english = Vec::new();
    for language in Language::ALL {
        speak(&root, language).await;
        for (at, address) in pages.iter().enumerate() {
            let page = root.visit(address).await;
            assert_eq!(status(&page), 200, "{address}");
            is_in(&page, language);
            let phrases = phrases(page.text());
            assert!(phrases.len() > 2, "{address} says little: {phrases:?}");
            if language == Language::English {
                english.push(phrases);
            } else {
                let left: Vec<_> = english[at].intersection(&phrases).collect();
                assert!(left.is_empty(), "{language:?} {address}: {left:?}");
            }
        }
    }
}

/// Names stand whole and by themselves, however long they are and wherever they are read from.
#[apply(on_both_engines)]
async fn a_name_stays_as_it_is_in_every_language(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    inhabited(&server, &root).await;
    for language in Language::ALL {
        speak(&root, language).await;
        let approvals = root.visit("/admin/approvals").await;
        assert_eq!(approvals.text().matches(&format!("<bdi>{HEBREW}</bdi>")).count(), 4, "{}", approvals.text());
        let list = root.visit("/admin/applications").await;
        assert!(list.text().contains(&format!("<bdi>{HEBREW}</bdi>")), "{}", list.text());
        let users = root.visit("/admin/users").await;
        assert!(users.text().contains(&format!("<bdi>{}</bdi>", "ab".repeat(100))), "{}", users.text());
    }
}

#[apply(on_both_engines)]
async fn what_was_wrong_and_what_was_done_is_told_in_the_operators_language(world: World) {
    let server = world.server().await;
    let root = root(&server).await;
    speak(&root, Language::German).await;
    let groups = root.visit("/admin/groups").await;
    let refused = root.submit(groups.form_with("group-create"), &[("name", "a b")]).await;
    assert!(refused.text().contains("Kein Name: Der Name einer Gruppe"), "{}", refused.text());
    let group = root.submit(groups.form_with("group-create"), &[("name", "team")]).await;
    assert!(group.text().contains("Die Gruppe ist angelegt."), "{}", group.text());
    let taken = root.submit(groups.form_with("group-create"), &[("name", "team")]).await;
    assert!(taken.text().contains("Eine Gruppe mit diesem Namen gibt es schon."), "{}", taken.text());
    for (emails, problem) in [
        ("nobody", "„nobody“ ist keine E-Mail-Adresse."),
        ("eve@example.com", "eve@example.com hat kein Konto."),
        ("", "Geben Sie an, wer hinzugefügt werden soll."),
    ] {
        let refused = root.submit(group.form_with("group-add"), &[("emails", emails)]).await;
        assert!(status(&refused) == 400 && refused.text().contains(problem), "{problem}: {}", refused.text());
    }
    let users = root.visit("/admin/users").await;
    let refused = root.submit(users.form_with("invite-send"), &[("email", "root@example.com")]).await;
    let problem = "Ein Konto mit dieser Adresse gibt es schon. Es wurde niemand eingeladen.";
    assert!(refused.text().contains(problem), "{}", refused.text());
    let tokens = root.visit("/admin/registration").await;
    for (field, value, problem) in [
        ("uses", "many", "Verwendungen: eine ganze Zahl"),
        ("uses", "0", "Verwendungen: eine ganze Zahl"),
        ("expires", "soon", "Gültig für: eine Dauer"),
        ("expires", "367d", "Gültig für: eine Dauer"),
        ("scopes", "gatepost:admin", "Scopes: gatepost:admin gibt Macht"),
    ] {
        let refused = root.submit(tokens.form_with("token-create"), &[(field, value)]).await;
        assert!(status(&refused) == 400 && refused.text().contains(problem), "{problem}: {}", refused.text());
    }
    let audit = root.visit("/admin/audit?from=yesterday").await;
    assert!(status(&audit) == 400 && audit.text().contains("Geben Sie Tage wie 2026-11-21 an."), "{}", audit.text());
}

/// Nobody is signed in yet, so the browser decides.
#[apply(on_both_engines)]
async fn the_page_that_makes_the_first_operator_speaks_the_browsers_language(world: World) {
    let server = world.server().await;
    let link = server.rooms.sign_ins.set_up_link().await.unwrap().unwrap();
    let path = link.strip_prefix(server.issuer()).unwrap();
    let english = phrases(server.get(path).await.text());
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        let asked = server.request(Method::GET, path).header("accept-language", language.tag());
        let page = Answer::of(asked).await;
        assert!(page.text().contains(&format!("<html lang=\"{}\"", language.tag())), "{}", page.text());
        let left: Vec<_> = english.intersection(&phrases(page.text())).cloned().collect();
        assert!(left.is_empty(), "{language:?}: {left:?}");
    }
}

/// What the API says itself is in English, and said to be; the words around it are not.
#[apply(on_both_engines)]
async fn the_documentation_and_the_caught_mail_speak_the_browsers_language(world: World) {
    let server = world.server().await;
    for path in ["/docs", "/dev/mail"] {
        let english = phrases(server.get(path).await.text());
        assert!(!english.is_empty(), "{path}");
        for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
            let asked = server.request(Method::GET, path).header("accept-language", language.tag());
            let page = Answer::of(asked).await;
            assert!(page.text().contains(&format!("<html lang=\"{}\"", language.tag())), "{path}: {}", page.text());
            let left: Vec<_> = english.intersection(&phrases(page.text())).cloned().collect();
            assert!(left.is_empty(), "{language:?} {path}: {left:?}");
        }
    }
}
