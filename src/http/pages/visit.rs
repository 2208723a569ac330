//! The visitor of a page: browser, session, language.

use std::any::Any;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::cookies;
use super::fields::query;
use super::locale::{SpokenLanguage, requested};
use super::messages::Messages;
use super::page::{Page, page};
use super::page_error::PageError;
use super::problem::stale_form_page;
use super::sign_in::{FRESH, WITH_PASSKEY};
use super::view::{App, Form};
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::one_time::{BrowserToken, SessionToken};
use crate::domain::session::Device;
use crate::flows::browsers::{FlashSecret, FormBrowser};
use crate::flows::requester::Requester;
use crate::flows::sessions::SignedInPerson;
use crate::http::Edge;
use crate::http::named_client::NamedClient;
use crate::http::observe::TraceId;
use crate::http::reply::Refused;
use crate::protocol::refusal::Refusal;

/// Everything a page handler needs to know about its visitor.
pub(in crate::http) struct Visit {
    pub(in crate::http) edge: Edge,
    /// The browser's token, new if it had none; every answer sets it again.
    pub(in crate::http) browser: BrowserToken,
    /// Whether the browser sent its token. One that did not cannot have begun anything.
    pub(in crate::http) known: bool,
    pub(in crate::http) session: Option<SessionToken>,
    pub(in crate::http) person: Option<SignedInPerson>,
    pub(in crate::http) requester: Requester,
    /// Names the application that the request is about.
    pub(in crate::http) named_client: NamedClient,
    pub(in crate::http) language: Language,
    /// The path that was asked for.
    pub(in crate::http) path: String,
    /// What was just done, where a page that follows a form says so.
    pub(in crate::http) done: Option<String>,
    /// Whether a passkey is to be offered in this browser.
    pub(in crate::http) passkey_offer: cookies::PasskeyOffer,
    method: Method,
    /// What a refusal is told in.
    spoken: SpokenLanguage,
    /// A secret that this browser was given, sealed, to be shown on the page it comes to.
    flash_secret: Option<String>,
}

impl FromRequestParts<Edge> for Visit {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Refused> {
        let Ok(named_client) = NamedClient::from_request_parts(parts, edge).await;
        let address = named_client.address;
        let header = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let issuer = &edge.config().server.issuer;
        let browser = cookies::browser(&parts.headers, issuer);
        let session = cookies::session(&parts.headers, issuer);
        let person = match &session {
            Some(token) => edge.sessions().person_of(token).await?,
            None => None,
        };
        let spoken: SpokenLanguage = parts.extensions.get().cloned().unwrap_or_default();
        let own = person.as_ref().and_then(|person| Language::from_tag(person.user.locale.as_deref()?));
        if let Some(language) = own {
            spoken.set(language);
        }
        let language = own.unwrap_or_else(|| requested(&parts.headers));
        let requester = Requester {
            address,
            known_accounts: cookies::known_accounts(&parts.headers, issuer),
            device: Device::new(address, header(USER_AGENT).unwrap_or_default()),
            locale: language.tag().to_owned(),
            asked_for: None,
            trace_id: parts.extensions.get::<TraceId>().cloned().unwrap_or_default().0,
        };
        let known = browser.is_some();
        let browser = browser.unwrap_or_else(|| BrowserToken::from_random(edge.instruments().random()));
        Ok(Self {
            edge: edge.clone(),
            browser,
            known,
            session,
            person,
            requester,
            named_client,
            language,
            path: parts.uri.path().to_owned(),
            done: query(&parts.uri).ok().and_then(|parameters| parameters.value("done").map(str::to_owned)),
            passkey_offer: cookies::passkey_offer(&parts.headers, issuer),
            method: parts.method.clone(),
            spoken,
            flash_secret: cookies::flash_secret(&parts.headers, issuer),
        })
    }
}

impl Visit {
    /// The current time.
    pub(in crate::http) fn now(&self) -> Timestamp {
        self.edge.instruments().now()
    }

    /// The messages of its language.
    pub(in crate::http) const fn messages(&self) -> &'static Messages {
        Messages::of(self.language)
    }

    /// Switches to the first known one of the languages that an application asks for, for the mail too; else keeps that
    /// of the account or the browser.
    pub(in crate::http) fn speak_as_asked(&mut self, ui_locales: Option<&str>) {
        self.speak(ui_locales);
        self.requester.asked_for = ui_locales.and_then(Language::first_of);
    }

    /// Switches to the first known one of these languages; else keeps the one it has.
    pub(in crate::http) fn speak(&mut self, wanted: Option<&str>) {
        if let Some(language) = wanted.and_then(Language::first_of) {
            self.language = language;
            self.spoken.set(language);
            language.tag().clone_into(&mut self.requester.locale);
        }
    }

    /// The browser's token, if it sent one.
    pub(in crate::http) fn known_browser(&self) -> Option<&BrowserToken> {
        self.known.then_some(&self.browser)
    }

    /// Whether a post came without any cookie: browsers withhold `SameSite=Lax` cookies from a form of another site.
    /// Answered directly, it would not sign out and would replace the browser's token; the GET after a redirect has the
    /// cookies.
    pub(in crate::http) const fn is_stripped(&self) -> bool {
        !self.known && self.session.is_none()
    }

    /// A form that only this browser can send back.
    pub(in crate::http) fn form(&self, action: impl Into<String>) -> Form {
        Form::new(action.into(), self.edge.browsers().csrf_token(self.form_browser()))
    }

    /// Whether a form that came back was shown in this browser.
    pub(in crate::http) fn sent_form(&self, csrf: Option<&str>) -> bool {
        self.known && csrf.is_some_and(|csrf| self.edge.browsers().is_csrf_token(self.form_browser(), csrf))
    }

    /// Refuses a form that was not shown in this browser, or not in this session. `again` is where it is shown.
    pub(in crate::http) fn check_form(
        &self,
        csrf: Option<&str>,
        again: &str,
        app: Option<App>,
    ) -> Result<(), PageError> {
        if self.sent_form(csrf) { Ok(()) } else { Err(stale_form_page(self, again, app)) }
    }

    fn form_browser(&self) -> FormBrowser<'_> {
        FormBrowser { browser: &self.browser, session: self.person.as_ref().and(self.session.as_ref()) }
    }

    /// A page for this browser, which is known from now on, so that it can send the page's forms.
    pub(in crate::http) fn page<View: Template + Any>(&self, view: &View) -> Page {
        let cookie = || cookies::set_browser(&self.browser, &self.edge.config().server.issuer);
        page(view).with_cookie(if self.known { None } else { cookie() })
    }

    /// The answer with the browser's cookie, so that it can begin something.
    pub(in crate::http) fn remembered(&self, mut response: Response) -> Response {
        if !self.known {
            let cookie = cookies::set_browser(&self.browser, &self.edge.config().server.issuer);
            append(response.headers_mut(), cookie);
        }
        response
    }

    /// The secret that this browser brought along, if it was sealed for what the page is about. A request for the
    /// headers alone would not show it, so it gets none.
    pub(in crate::http) fn secret_to_show<S: FlashSecret>(&self, of: &str) -> Option<S> {
        let person = self.person.as_ref().filter(|_| self.method == Method::GET)?;
        self.edge.browsers().open_flash_secret(person.session.id, of, self.flash_secret.as_deref()?)
    }

    /// The page that showed the secret, which it takes away from the browser.
    pub(in crate::http) fn having_shown_secret(&self, page: Page) -> Page {
        page.with_cookie(cookies::clear_flash_secret(&self.edge.config().server.issuer))
    }

    /// Redirects to the page of `of`, which will show this secret once.
    pub(in crate::http) fn see_secret(&self, address: &str, of: &str, secret: &str) -> Result<Response, Refusal> {
        let mut response = see(address);
        if let Some(person) = &self.person {
            let sealed = self.edge.browsers().seal_flash_secret(person.session.id, of, secret)?;
            append(response.headers_mut(), cookies::set_flash_secret(&sealed, &self.edge.config().server.issuer));
        }
        Ok(response)
    }

    /// Sets the cookies of the session and of known accounts.
    pub(in crate::http) fn signed_in(&self, token: &SessionToken, mut response: Response) -> Response {
        let edge = &self.edge;
        let issuer = &edge.config().server.issuer;
        append(response.headers_mut(), cookies::set_session(token, issuer));
        if let Some(person) = &self.person {
            let known =
                edge.browsers().known_accounts_with(&self.browser, person.user.id, &self.requester.known_accounts);
            append(response.headers_mut(), cookies::set_known_accounts(&known, issuer));
        }
        response
    }

    /// Removes the cookie of the session.
    pub(in crate::http) fn signed_out(&self, mut response: Response) -> Response {
        append(response.headers_mut(), cookies::clear_session(&self.edge.config().server.issuer));
        response
    }
}

/// The answer with this cookie.
pub(in crate::http) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    append(response.headers_mut(), cookie);
    response
}

fn append(headers: &mut HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
}

/// Sends the browser to sign in, and back to `page`.
pub(in crate::http) fn sign_in_first(page: &str) -> Response {
    see(&address("/login", &[("return_to", page)]))
}

/// The same for a page that needs a fresh sign-in.
pub(in crate::http) fn sign_in_anew(page: &str) -> Response {
    see(&address("/login", &[(FRESH, "1"), ("return_to", page)]))
}

/// The same for a page that needs a passkey.
pub(in crate::http) fn sign_in_with_passkey(page: &str) -> Response {
    see(&address("/login", &[(FRESH, "1"), (WITH_PASSKEY, "1"), ("return_to", page)]))
}

/// An address with these parameters; empty ones are left out.
pub(in crate::http) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    // RFC 3986 §3.4: a slash may stand in a query as it is, and is easier to read.
    let query = query.replace("%2F", "/");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// 303: the next page is fetched with GET.
pub(in crate::http) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}
