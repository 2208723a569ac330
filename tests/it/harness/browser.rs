//! A browser without JavaScript: keeps cookies, sends forms, follows redirects on request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method};

use super::answer::Answer;
use super::document::Document;
use super::form::Form;
use super::process::Node;
use super::server::TestServer;

/// A browser of one person.
pub(crate) struct Browser {
    http: Client,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
    posted: Mutex<BTreeSet<String>>,
}

/// A page, or a redirect that was not followed.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// What the server answered.
    pub(crate) answer: Answer,
}

/// A form of a page as a browser sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageForm {
    /// Where it is posted to.
    pub(crate) action: String,
    /// Its fields, as the page shows them.
    pub(crate) fields: Vec<(String, String)>,
}

impl Browser {
    /// A new browser, without cookies.
    pub(crate) fn of(server: &TestServer) -> Self {
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, base: format!("http://{}", server.address), cookies: Mutex::default(), posted: Mutex::default() }
    }

    /// A new browser at another network address, behind a proxy that the server trusts.
    pub(crate) fn at(server: &TestServer, address: &str) -> Self {
        let headers = [("x-forwarded-for".parse().unwrap(), address.parse().unwrap())].into_iter().collect();
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).default_headers(headers);
        Self { http: http.build().unwrap(), ..Self::of(server) }
    }

    /// A new browser at a server that runs as a process of its own.
    pub(crate) fn beside(node: &Node) -> Self {
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, base: format!("http://{}", node.address), cookies: Mutex::default(), posted: Mutex::default() }
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Deletes a cookie.
    pub(crate) fn forget(&self, name: &str) {
        self.cookies.lock().unwrap().remove(name);
    }

    /// Sets a cookie.
    pub(crate) fn remember(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// The paths that something was posted to from here.
    pub(crate) fn posted(&self) -> BTreeSet<String> {
        self.posted.lock().unwrap().clone()
    }

    /// Fetches one address, which may begin with the issuer's.
    pub(crate) async fn get(&self, address: &str) -> Page {
        self.send(Method::GET, address, None).await
    }

    /// Asks for the headers of an address.
    pub(crate) async fn head(&self, address: &str) -> Page {
        self.send(Method::HEAD, address, None).await
    }

    /// Fetches an address and follows redirects for as long as they stay on the server.
    pub(crate) async fn visit(&self, address: &str) -> Page {
        let page = self.get(address).await;
        self.follow(page).await
    }

    /// Sends a form with these fields filled in, and follows redirects that stay on the server.
    pub(crate) async fn submit(&self, form: PageForm, filled: &[(&str, &str)]) -> Page {
        let page = self.post(&form, filled).await;
        self.follow(page).await
    }

    /// Sends a form and does not follow.
    pub(crate) async fn post(&self, form: &PageForm, filled: &[(&str, &str)]) -> Page {
        let own = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = own.filter(|(name, _)| !filled.iter().any(|(other, _)| other == name)).collect();
        let body = form_urlencoded(fields.into_iter().chain(filled.iter().copied()));
        self.send(Method::POST, &form.action, Some(body)).await
    }

    async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..10 {
            match page.redirect() {
                Some(address) if self.path_of(&address).is_some() => page = self.get(&address).await,
                _ => return page,
            }
        }
        panic!("the server redirects in a circle: {page:?}");
    }

    async fn send(&self, method: Method, address: &str, form: Option<String>) -> Page {
        let path = self.path_of(address).unwrap_or_else(|| panic!("{address} is not the server's"));
        let cookies: Vec<String> = self.cookies.lock().unwrap().iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut request = self.http.request(method, format!("{}{path}", self.base)).header(COOKIE, cookies.join("; "));
        if let Some(form) = form {
            self.posted.lock().unwrap().insert(path.split('?').next().unwrap().to_owned());
            request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        let answer = Answer::of(request).await;
        self.keep_cookies(&answer);
        Page { answer }
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.headers.get_all(SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name)
            } else {
                cookies.insert(name.to_owned(), value.to_owned())
            };
        }
    }

    fn path_of(&self, address: &str) -> Option<String> {
        let rest = ["http://localhost:8080", &self.base].into_iter().find_map(|own| address.strip_prefix(own));
        match rest {
            Some("") => Some("/".to_owned()),
            Some(rest) if rest.starts_with('/') => Some(rest.to_owned()),
            _ => address.starts_with('/').then(|| address.to_owned()),
        }
    }
}

impl Page {
    /// Where it redirects to.
    pub(crate) fn redirect(&self) -> Option<String> {
        self.answer.headers.get(LOCATION).map(|value| value.to_str().unwrap().to_owned())
    }

    /// The address outside the server it leads to, as parameters of its query.
    pub(crate) fn answer_parameters(&self) -> BTreeMap<String, String> {
        let address = self.redirect().unwrap_or_else(|| panic!("no redirect: {} {}", self.answer.status, self.text()));
        url::Url::parse(&address).unwrap().query_pairs().into_owned().collect()
    }

    /// Its markup.
    pub(crate) fn text(&self) -> &str {
        self.answer.text()
    }

    /// Its elements.
    pub(crate) fn document(&self) -> Document {
        Document::of(self.text())
    }

    /// What is sent when the button with this id is pressed, or the return key in the field with this id.
    pub(crate) fn form_with(&self, id: &str) -> PageForm {
        let document = self.document();
        let form = document.forms().into_iter().find(|form| form.has(id));
        form.unwrap_or_else(|| panic!("no form with #{id} in {}", self.text())).pressed(id)
    }

    /// What the first form that is sent to an address with this in it sends.
    pub(crate) fn form_to(&self, action: &str) -> PageForm {
        let document = self.document();
        let form = document.forms().into_iter().find(|form| form.action().contains(action));
        let form: Form<'_> = form.unwrap_or_else(|| panic!("no form to {action} in {}", self.text()));
        form.submission(form.buttons().first().copied())
    }

    /// Whether there is an element of this id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.text().contains(&format!("id=\"{id}\""))
    }
}

impl PageForm {
    /// The same with every box of this name unticked.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }
}

fn form_urlencoded<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
