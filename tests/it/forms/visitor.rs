//! A visitor who opens every page that links lead to, and sends every form of them as it is shown.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gatepost::domain::user::User;

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::form::Form;
use crate::harness::{TestServer, Who, eventually};

/// Forms that come after the others, since less is on the pages afterwards; of two kinds that were sent as often, the
/// earlier one here goes first.
const LATE: [&str; 15] = [
    "/accept",
    "/decline",
    "/grant",
    "/refuse",
    "/withdraw",
    "/revoke",
    "/activate",
    "/undelete",
    // With one of two owners disabled, nobody else can be taken out.
    "/owners/remove",
    "/leave",
    "/applications/{}/end",
    "/deactivate",
    "/disable",
    "/demote",
    "/delete",
];

/// Forms that end sessions, and what was granted in them: in this order, since the last ones end all.
const LAST: [&str; 3] = ["/account/sessions/{}/end", "/account/sign-out", "/account/sign-out-everywhere"];

/// A signed-in browser.
pub(super) struct Visitor<'a> {
    pub(super) browser: Browser,
    server: &'a TestServer,
    user: &'a User,
}

/// One button of one form of a page.
#[derive(Clone, Debug)]
struct Way {
    page: String,
    form: PageForm,
    /// Which of the page's forms with this action, and which of its buttons.
    at: (usize, usize),
}

/// What became of the forms, by their kind.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How often a form of this kind was sent as its page showed it just then.
    pub(super) sent: BTreeMap<String, usize>,
    /// What was neither taken nor clearly refused.
    pub(super) faults: Vec<String>,
    /// The addresses of all forms that were sent.
    pub(super) actions: BTreeSet<String>,
}

impl<'a> Visitor<'a> {
    /// A browser in which this person has just signed in.
    pub(super) async fn of(server: &'a TestServer, user: &'a User) -> Self {
        let visitor = Self { browser: Browser::of(server), server, user };
        visitor.sign_in().await;
        visitor
    }

    async fn sign_in(&self) {
        let Who::Session(session) = self.server.session_of(self.user).await else { panic!("a session") };
        self.browser.remember("gatepost_session", &session);
    }

    /// Sends a form of a page, filled in with this.
    pub(super) async fn does(&self, page: &str, button: &str, filled: &[(&str, &str)]) -> Page {
        let form = self.browser.visit(page).await.form_with(button);
        let page = self.browser.submit(form, filled).await;
        assert_eq!(page.answer.status, 200, "{button}: {}", page.text());
        page
    }

    /// Sends every form of every page that can be reached from these. A form that needs something filled in is refused
    /// because of the field that `refused` names; every other is taken.
    pub(super) async fn sends_everything(&self, starts: &[&str], refused: &[(&str, &str)]) -> Outcome {
        let mut ways = self.ways(starts).await;
        let mut outcome = Outcome::default();
        while let Some(next) = next(&ways, &outcome) {
            let way = ways.remove(next);
            self.send(&way, refused, &mut outcome).await;
        }
        outcome
    }

    /// All forms of all pages, each once.
    async fn ways(&self, starts: &[&str]) -> Vec<Way> {
        let mut waiting: VecDeque<String> = starts.iter().map(|start| (*start).to_owned()).collect();
        let (mut seen, mut known, mut ways) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        while let Some(address) = waiting.pop_front() {
            // What stands after the question mark only searches the page or says what was just done.
            if !seen.insert(path_of(&address).to_owned()) {
                continue;
            }
            let page = self.browser.visit(&address).await;
            assert_eq!(page.answer.status, 200, "{address}: {}", page.text());
            if is_page(&page) {
                waiting.extend(links(&page));
                let found = ways_of(&address, &page).into_iter();
                ways.extend(found.filter(|way| known.insert((way.form.action.clone(), way.at))));
                self.search(&page).await;
            }
        }
        ways
    }

    /// Searches with the forms that only ask for another page.
    async fn search(&self, page: &Page) {
        let document = page.document();
        for form in document.forms().into_iter().filter(Form::is_search) {
            let PageForm { action, fields } = form.submission(None);
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let found = self.browser.visit(&format!("{action}?{query}")).await;
            assert_eq!(found.answer.status, 200, "{action}?{query}: {}", found.text());
        }
    }

    async fn send(&self, way: &Way, refused: &[(&str, &str)], outcome: &mut Outcome) {
        let mut page = self.browser.visit(&way.page).await;
        if page.has("login-submit") {
            self.sign_in().await;
            page = self.browser.visit(&way.page).await;
        }
        let shown = if is_page(&page) { ways_of(&way.page, &page) } else { Vec::new() };
        let shown = shown.into_iter().find(|other| other.form.action == way.form.action && other.at == way.at);
        let kind = kind_of(&way.form.action);
        let form = match &shown {
            Some(shown) => shown.form.clone(),
            None => self.as_if_shown_now(&way.form).await,
        };
        let answer = match &shown {
            Some(_) if kind.ends_with("/ping") || kind.ends_with("/again") => self.post_between_deliveries(&form).await,
            _ => self.browser.post(&form, &[]).await,
        };
        let expected = refused.iter().find(|(form, _)| *form == kind).map(|(_, field)| *field);
        let fault = match (&shown, expected) {
            // Another form has made this one pointless since.
            (None, _) => not_clear(&answer),
            (Some(_), Some(field)) => not_refused(&answer, field),
            (Some(_), None) => self.not_taken(&answer).await,
        };
        if let Some(fault) = fault {
            outcome.faults.push(format!("{} on {} with {:?}: {fault}", form.action, way.page, form.fields));
        }
        outcome.actions.extend(shown.is_some().then(|| way.form.action.clone()));
        *outcome.sent.entry(kind).or_default() += usize::from(shown.is_some());
    }

    /// Has a message sent: of test events one waits at most, and none is sent again while it is on its way. What an
    /// earlier form sent is delivered first.
    async fn post_between_deliveries(&self, form: &PageForm) -> Page {
        let answer = RefCell::new(self.browser.post(form, &[]).await);
        eventually("the event before is delivered", || async {
            let waits = answer.borrow().answer.status == 409;
            if waits {
                let next = self.browser.post(form, &[]).await;
                answer.replace(next);
            }
            !waits
        })
        .await;
        answer.into_inner()
    }

    /// A form that its page no longer has, with the token of the session of now.
    async fn as_if_shown_now(&self, form: &PageForm) -> PageForm {
        let now = self.browser.visit("/account").await.form_with("sign-out");
        let token = now.fields.into_iter().find(|(name, _)| name == "csrf");
        let mut form = form.clone().without("csrf");
        form.fields.extend(token);
        form
    }

    async fn not_taken(&self, answer: &Page) -> Option<String> {
        let after = match answer.redirect() {
            Some(address) => &self.browser.visit(&address).await,
            None => answer,
        };
        (after.answer.status != 200).then(|| problem_of(after))
    }
}

/// Of the earliest forms, one of a kind that was sent least.
fn next(ways: &[Way], outcome: &Outcome) -> Option<usize> {
    (0..ways.len()).min_by_key(|place| {
        let kind = kind_of(&ways[*place].form.action);
        // What deletes a thing takes all its other forms away, so it comes after the rest of the late ones.
        let late = LATE.iter().position(|end| kind.ends_with(end));
        let lateness = usize::from(late.is_some()) + usize::from(kind.ends_with("/delete"));
        let sent = outcome.sent.get(&kind).copied().unwrap_or(0);
        let last = LAST.iter().position(|end| *end == kind).map_or(0, |place| place + 1);
        (last, lateness, sent, late, std::cmp::Reverse(ways[*place].at.0))
    })
}

fn ways_of(address: &str, page: &Page) -> Vec<Way> {
    let document = page.document();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ways = Vec::new();
    for form in document.forms().into_iter().filter(|form| !form.is_search()) {
        let nth = count.entry(form.action()).or_default();
        for (button, place) in form.buttons().into_iter().enumerate() {
            ways.push(Way { page: address.to_owned(), form: form.submission(Some(place)), at: (*nth, button) });
        }
        *nth += 1;
    }
    ways
}

fn is_page(page: &Page) -> bool {
    page.answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

/// Where the links of a page lead, on this server and not to files.
fn links(page: &Page) -> Vec<String> {
    let document = page.document();
    let link = |place| document.at(place).attribute("href").map(str::to_owned);
    let own = |href: &String| href.starts_with('/') && !href.starts_with("/api/");
    document.named("a").filter_map(link).filter(own).map(|href| href.split('#').next().unwrap().to_owned()).collect()
}

fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap()
}

/// The address of a form without the ids in it.
pub(super) fn kind_of(action: &str) -> String {
    let is_word = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let parts = path_of(action).split('/').map(|part| if is_word(part) { part } else { "{}" });
    parts.collect::<Vec<_>>().join("/")
}

/// What a page says is wrong.
fn alert(page: &Page) -> Option<String> {
    let document = page.document();
    document.elements().find(|element| element.attribute("role") == Some("alert")).map(|element| element.text.clone())
}

fn problem_of(page: &Page) -> String {
    format!("{} {}", page.answer.status, alert(page).unwrap_or_else(|| page.text().to_owned()))
}

/// Whether a form that is no longer on its page was answered with something else than a page, or why it could not be.
fn not_clear(answer: &Page) -> Option<String> {
    let clear = answer.redirect().is_some() || matches!(answer.answer.status.as_u16(), 200 | 404 | 409 | 412);
    (!clear).then(|| problem_of(answer))
}

/// Whether a page says what is wrong with this field, or why it does not. Without a field: with all of it.
pub(super) fn not_refused(answer: &Page, field: &str) -> Option<String> {
    let names_it = field.is_empty() || answer.text().contains(&format!("<a href=\"#{field}\">"));
    let clear = answer.answer.status == 400 && alert(answer).is_some() && names_it;
    (!clear).then(|| format!("not refused for #{field}: {}", problem_of(answer)))
}
