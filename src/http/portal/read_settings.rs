//! From form input to settings: all problems at once, each with its field.

use std::time::Duration;

use super::posted_form::PostedForm;
use super::view::FieldProblem;
use crate::config::duration;
use crate::domain::application::{ApplicationKind, ApplicationSettings, LONGEST_NAME, PkcePolicy};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::domain::visible_text::is_visible_text;
use crate::protocol::claims::TokenProfile;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::redirect_uri;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// The longest lifetime of a token.
const YEAR: Duration = Duration::from_hours(366 * 24);

/// Reads a form and collects its problems.
pub(super) struct Reading<'a> {
    typed: &'a PostedForm,
    problems: Vec<FieldProblem>,
}

/// The settings, or all problems.
pub(super) type Read<T> = Result<T, Vec<FieldProblem>>;

/// The settings of a new application.
pub(super) fn new_settings(typed: &PostedForm) -> Read<ApplicationSettings> {
    let mut reading = Reading { typed, problems: Vec::new() };
    let name = reading.name("app-name");
    let mut settings = ApplicationSettings::new(name, reading.kind());
    if settings.grants.contains(&GrantType::AuthorizationCode) {
        settings.redirect_uris = reading.uris("app-redirect-uris", "redirect_uris");
        if settings.redirect_uris.is_empty() && reading.is_fine("app-redirect-uris") {
            reading.wrong("app-redirect-uris", "Say where people are sent back to after they have signed in.");
        }
    }
    if !typed.text("scope").trim().is_empty() {
        settings.scope = reading.scope("app-scope", "scope");
        settings.default_scope = settings.scope.clone();
    }
    reading.finish(settings)
}

/// The settings of an application after a change. Settings that the form does not have stay as they are.
pub(super) fn changed_settings(typed: &PostedForm, current: &ApplicationSettings) -> Read<ApplicationSettings> {
    let mut reading = Reading { typed, problems: Vec::new() };
    let mut settings = current.clone();
    if typed.has("name") {
        settings.name = reading.name("set-name");
    }
    if typed.has("redirect_uris") {
        settings.redirect_uris = reading.uris("set-redirect-uris", "redirect_uris");
    }
    if typed.has("post_logout_redirect_uris") {
        settings.post_logout_redirect_uris = reading.uris("set-post-logout", "post_logout_redirect_uris");
    }
    if typed.has("scope") {
        settings.scope = reading.scope("set-scope", "scope");
    }
    if typed.has("default_scope") {
        settings.default_scope = reading.scope("set-default-scope", "default_scope");
    }
    if typed.has("token_ttl") {
        settings.token_ttl = reading.lifetime();
    }
    if typed.has("audiences") {
        settings.audiences = reading.audiences();
    }
    reading.choices(&mut settings);
    reading.agreement(&settings);
    reading.finish(settings)
}

impl Reading<'_> {
    fn finish<T>(self, read: T) -> Read<T> {
        if self.problems.is_empty() { Ok(read) } else { Err(self.problems) }
    }

    fn wrong(&mut self, id: &'static str, text: impl Into<String>) {
        self.problems.push(FieldProblem::at(id, text));
    }

    fn is_fine(&self, id: &str) -> bool {
        !self.problems.iter().any(|problem| problem.id == id)
    }

    fn kind(&mut self) -> ApplicationKind {
        let chosen = ApplicationKind::from_name(self.typed.text("type"));
        chosen.filter(|kind| !kind.default_grants().is_empty()).unwrap_or_else(|| {
            self.wrong("app-type", "Choose what the application is.");
            ApplicationKind::default()
        })
    }

    fn name(&mut self, id: &'static str) -> String {
        let name = self.typed.text("name").trim();
        if name.is_empty() {
            self.wrong(id, "Give it a name.");
        } else if name.chars().count() > LONGEST_NAME || !is_visible_text(name) {
            self.wrong(id, format!("A name has up to {LONGEST_NAME} characters, all of them to be seen."));
        }
        name.to_owned()
    }

    fn scope(&mut self, id: &'static str, name: &str) -> Scope {
        let tokens: Vec<&str> = self.typed.text(name).split_whitespace().collect();
        tokens.join(" ").parse().unwrap_or_else(|error| {
            self.wrong(id, format!("These are no scopes: {error}."));
            Scope::empty()
        })
    }

    fn uris(&mut self, id: &'static str, name: &str) -> Vec<String> {
        let mut uris = self.typed.lines(name);
        if let Some(bad) = uris.iter().find(|uri| !redirect_uri::can_be_registered(uri)) {
            let text = format!(
                "'{bad}' cannot be used: it has to be a whole address such as https://app.example.com/callback, \
                 in plain ASCII and without '#'."
            );
            self.wrong(id, text);
        }
        let mut seen = Vec::new();
        uris.retain(|uri| {
            !seen.contains(uri) && {
                seen.push(uri.clone());
                true
            }
        });
        uris
    }

    fn lifetime(&mut self) -> Option<Duration> {
        let text = self.typed.text("token_ttl").trim();
        if text.is_empty() {
            return None;
        }
        match duration::parse(text) {
            Ok(lifetime) if (Duration::from_secs(1)..=YEAR).contains(&lifetime) => return Some(lifetime),
            Ok(_) => self.wrong("set-token-ttl", "A token lives from one second to a year."),
            Err(error) => {
                self.wrong("set-token-ttl", format!("'{text}' is no length of time such as 10m, 1h or 24h: {error}."));
            }
        }
        None
    }

    fn audiences(&mut self) -> Vec<ResourceId> {
        let mut audiences: Vec<ResourceId> = Vec::new();
        for line in self.typed.lines("audiences") {
            match line.parse() {
                Ok(audience) if !audiences.contains(&audience) => audiences.push(audience),
                Ok(_) => {}
                Err(error) => self.wrong("set-audiences", format!("{error}.")),
            }
        }
        audiences
    }

    /// What is chosen from a list. The first choice of a list may be none: the default of the server.
    fn choices(&mut self, settings: &mut ApplicationSettings) {
        self.choice("link_mode", LinkMode::from_name, |mode| settings.link_mode = mode);
        self.choice("unknown_account", UnknownAccount::from_name, |told| settings.unknown_account = told);
        self.choice("token_profile", TokenProfile::from_name, |profile| {
            settings.token_profile = profile.unwrap_or(settings.token_profile);
        });
        self.choice("signing_algorithm", SigningAlgorithm::from_name, |algorithm| {
            settings.signing_algorithm = algorithm.unwrap_or(settings.signing_algorithm);
        });
        let pkce = |name: &str| match name {
            "required" => Some(PkcePolicy::Required),
            "by_type" => Some(PkcePolicy::ByType),
            _ => None,
        };
        self.choice("pkce", pkce, |pkce| settings.pkce = pkce.unwrap_or(settings.pkce));
        // Browsers do not send unchecked boxes, so the form says that it had them.
        if self.typed.has("grants_shown") {
            settings.grants = self.grants();
        }
    }

    /// Sets the choice of a list, if the form has the list. An unknown value is a problem, not ignored.
    fn choice<T>(&mut self, list: &str, from_name: impl Fn(&str) -> Option<T>, put: impl FnOnce(Option<T>)) {
        if !self.typed.has(list) {
            return;
        }
        let name = self.typed.text(list);
        let chosen = from_name(name);
        if chosen.is_none() && !name.is_empty() {
            self.wrong("settings", format!("'{name}' is not among the choices for {list}."));
        }
        put(chosen);
    }

    fn grants(&mut self) -> Vec<GrantType> {
        let mut grants = Vec::new();
        for name in self.typed.all("grant") {
            match GrantType::from_name(name) {
                Some(grant) => grants.push(grant),
                None => self.wrong("set-grants", format!("'{name}' is no grant of this server.")),
            }
        }
        grants
    }

    /// Rules between fields of the form.
    fn agreement(&mut self, settings: &ApplicationSettings) {
        if let Some(outside) = settings.default_scope.first_outside(&settings.scope)
            && self.is_fine("set-default-scope")
            && self.is_fine("set-scope")
        {
            self.wrong("set-default-scope", format!("'{outside}' is not among the scopes it may ask for."));
        }
        if settings.grants.contains(&GrantType::ClientCredentials) && !settings.kind.is_confidential() {
            self.wrong("set-grants", "Without a secret it cannot get tokens for itself.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::view::Form;
    use crate::http::portal::view::SettingsForm;

    fn typed(fields: &[(&str, &str)]) -> PostedForm {
        PostedForm::of(fields)
    }

    fn problems<T>(read: Read<T>) -> Vec<&'static str> {
        read.err().unwrap_or_default().into_iter().map(|problem| problem.id).collect()
    }

    #[test]
    fn a_new_application_gets_the_defaults_of_its_type() {
        let service = new_settings(&typed(&[("name", " Orders "), ("type", "service"), ("scope", "")])).unwrap();
        assert_eq!((service.name.as_str(), service.scope.to_string().as_str()), ("Orders", "openid admin"));
        let uris = "https://shop.example/cb\r\n\r\nhttps://shop.example/cb\r\nhttp://localhost:3000/cb";
        let web = typed(&[("name", "Shop"), ("type", "web"), ("redirect_uris", uris), ("scope", " a  b ")]);
        let web = new_settings(&web).unwrap();
        assert_eq!(web.redirect_uris, ["https://shop.example/cb", "http://localhost:3000/cb"]);
        assert_eq!((web.scope.to_string().as_str(), web.default_scope == web.scope), ("a b", true));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let nothing = new_settings(&typed(&[]));
        assert_eq!(problems(nothing), ["app-name", "app-type"]);
        let fields = [("name", "a"), ("type", "spa"), ("redirect_uris", "javascript:alert(1)"), ("scope", "a\"")];
        assert_eq!(problems(new_settings(&typed(&fields))), ["app-redirect-uris", "app-scope"]);
        assert_eq!(problems(new_settings(&typed(&[("name", "a"), ("type", "native")]))), ["app-redirect-uris"]);
        assert_eq!(problems(new_settings(&typed(&[("name", "a"), ("type", "nonsense")]))), ["app-type"]);
    }

    #[test]
    fn what_a_form_does_not_show_stays_as_it_is() {
        let current = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
        assert_eq!(changed_settings(&typed(&[]), &current).unwrap(), current);
        let fields =
            [("name", "New"), ("token_ttl", "24h"), ("scope", "a b"), ("default_scope", "a"), ("grants_shown", "")];
        let changed = changed_settings(&typed(&fields), &current).unwrap();
        assert_eq!((changed.name.as_str(), changed.token_ttl), ("New", Some(Duration::from_hours(24))));
        assert_eq!((changed.default_scope.to_string().as_str(), changed.grants.len()), ("a", 0));
        let fields = [("token_ttl", "10"), ("scope", "a"), ("default_scope", "b"), ("audiences", "no\nhttps://a")];
        let bad = changed_settings(&typed(&fields), &current);
        assert_eq!(problems(bad), ["set-token-ttl", "set-audiences", "set-default-scope"]);
    }

    #[test]
    fn what_no_page_offers_is_told_instead_of_being_left_out() {
        let current = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
        let fields = [("grants_shown", "1"), ("grant", "client_credentials"), ("grant", "password")];
        assert_eq!(problems(changed_settings(&typed(&fields), &current)), ["set-grants"]);
        for list in ["link_mode", "unknown_account", "token_profile", "signing_algorithm", "pkce"] {
            assert_eq!(problems(changed_settings(&typed(&[(list, "x")]), &current)), ["settings"], "{list}");
            assert_eq!(changed_settings(&typed(&[(list, "")]), &current).unwrap(), current, "{list}");
        }
    }

    #[test]
    fn the_form_as_it_is_shown_can_be_saved_for_every_type() {
        for kind in ApplicationKind::ALL {
            let current = ApplicationSettings::new("Orders".to_owned(), kind);
            let form = SettingsForm::of(&current, Form::new(String::new(), String::new()));
            for choice in &form.choices {
                let chosen = choice.options.iter().filter(|option| option.chosen).map(|option| option.value.as_str());
                let chosen: Vec<_> = chosen.map(|value| (choice.name, value)).collect();
                assert_eq!(chosen.len(), 1, "{kind}: {}", choice.name);
                assert_eq!(changed_settings(&typed(&chosen), &current).unwrap(), current, "{kind}: {chosen:?}");
                for option in &choice.options {
                    let fields = [(choice.name, option.value.as_str())];
                    assert!(problems(changed_settings(&typed(&fields), &current)).is_empty(), "{kind}: {fields:?}");
                }
            }
        }
    }
}
