//! From form input to settings: all problems at once, each with its field.

use super::known_application::Known;
use super::messages::PortalMessages;
use super::view::{FieldProblem, element};
use crate::domain::application::{ApplicationKind, ApplicationSettings, Place, SETTINGS, Setting, Shape};
use crate::http::pages::posted_form::PostedForm;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::token::GrantType;

/// What was read, or everything that has to be put right.
pub(super) type Read<T> = Result<T, Vec<FieldProblem>>;

/// Puts what was typed in its place and gathers what is wrong with it.
struct Reading<'a> {
    t: &'static PortalMessages,
    posted: &'a PostedForm,
    /// What the elements of this page begin with.
    page: &'static str,
    settings: ApplicationSettings,
    problems: Vec<FieldProblem>,
}

/// The settings of a new application. What is left empty is as its type and the server have it.
pub(super) fn new_settings(
    t: &'static PortalMessages,
    posted: &PostedForm,
    algorithm: SigningAlgorithm,
) -> Read<ApplicationSettings> {
    let kind = ApplicationKind::from_name(posted.text("type")).filter(|kind| !kind.default_grants().is_empty());
    let new = ApplicationSettings::new(String::new(), kind.unwrap_or_default());
    let settings = ApplicationSettings { signing_algorithm: algorithm, ..new };
    let mut reading = Reading { t, posted, page: "app", settings, problems: Vec::new() };
    for setting in SETTINGS.iter().filter(|setting| setting.place == Place::New) {
        if (setting.kinds)(kind.unwrap_or_default()) && !posted.text(posted_as(setting, posted)).trim_ascii().is_empty()
        {
            reading.put(setting);
        }
    }
    if names_scopes(posted) {
        reading.settings.default_scope.clone_from(&reading.settings.scope);
    }
    if let Some(known) = Known::in_form(posted) {
        known.set_the_rest(&mut reading.settings);
    }
    reading.check();
    let people_come_back = reading.settings.grants.contains(&GrantType::AuthorizationCode);
    if people_come_back && reading.settings.redirect_uris.is_empty() && reading.is_fine("app-redirect-uris") {
        reading.wrong("app-redirect-uris", t.fresh.no_redirect);
    }
    if kind.is_none() {
        reading.wrong("app-type", t.fresh.no_type);
    }
    reading.finish()
}

/// The settings of an application after a change. Settings that the form does not have stay as they are.
pub(super) fn changed_settings(
    t: &'static PortalMessages,
    posted: &PostedForm,
    current: &ApplicationSettings,
) -> Read<ApplicationSettings> {
    let mut reading = Reading { t, posted, page: "set", settings: current.clone(), problems: Vec::new() };
    for setting in SETTINGS.iter().filter(|setting| setting.place != Place::Nowhere) {
        let name = posted_as(setting, posted);
        if !posted.has(name) {
            continue;
        }
        // Only where a list has the choice to leave it to the server does an empty name mean anything.
        let is_nothing = matches!(setting.shape, Shape::Choice(..) | Shape::Flag) && posted.text(name).is_empty();
        if setting.optional || !is_nothing {
            reading.put(setting);
        }
    }
    reading.check();
    reading.finish()
}

/// Whether the form says what a new application may ask for, instead of leaving it to its type.
pub(super) fn names_scopes(posted: &PostedForm) -> bool {
    let scopes = SETTINGS.iter().filter(|setting| setting.name == "scopes");
    scopes.into_iter().any(|scopes| !posted.text(posted_as(scopes, posted)).trim_ascii().is_empty())
}

/// The name under which a form has a setting: a page that was open before has the former one.
fn posted_as(setting: &Setting, posted: &PostedForm) -> &'static str {
    let former = setting.former.map(|former| former.name);
    former.filter(|former| posted.has(former)).unwrap_or(setting.name)
}

impl Reading<'_> {
    fn put(&mut self, setting: &Setting) {
        let value = match setting.shape {
            // The hidden field of that name says that the boxes were there.
            Shape::Ticks(..) => self.posted.all(setting.name).filter(|name| !name.is_empty()).collect(),
            // Boxes, and a line for what has none.
            Shape::Words => {
                let all: Vec<_> = self.posted.all(posted_as(setting, self.posted)).collect();
                setting.parse_text(&all.join(" "))
            }
            _ => setting.parse_text(self.posted.text(posted_as(setting, self.posted))),
        };
        if let Err(what) = setting.put(&mut self.settings, &value) {
            self.wrong(element(self.page, setting), self.t.expected(setting, &what));
        }
    }

    /// What the settings must agree with, told at fields that are fine by themselves.
    fn check(&mut self) {
        for setting in &SETTINGS {
            let element = element(self.page, setting);
            if let Err(error) = (setting.check)(&self.settings)
                && self.is_fine(&element)
            {
                self.wrong(element, self.t.settings_problem(&error));
            }
        }
    }

    fn wrong(&mut self, id: impl Into<std::borrow::Cow<'static, str>>, text: impl Into<String>) {
        self.problems.push(FieldProblem::at(id, text));
    }

    fn is_fine(&self, id: &str) -> bool {
        !self.problems.iter().any(|problem| problem.id == id)
    }

    fn finish(self) -> Read<ApplicationSettings> {
        if self.problems.is_empty() { Ok(self.settings) } else { Err(self.problems) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::application::Topic;
    use crate::domain::language::Language;
    use crate::http::pages::view::Form;
    use crate::http::portal::view::{SettingsForm, SettingsReader};

    const ENGLISH: &PortalMessages = PortalMessages::of(Language::English);

    fn posted(fields: &[(&str, &str)]) -> PostedForm {
        PostedForm::of(fields)
    }

    fn new_settings(posted: &PostedForm) -> Read<ApplicationSettings> {
        super::new_settings(ENGLISH, posted, SigningAlgorithm::Es256)
    }

    fn changed_settings(posted: &PostedForm, current: &ApplicationSettings) -> Read<ApplicationSettings> {
        super::changed_settings(ENGLISH, posted, current)
    }

    fn problems<T>(read: Read<T>) -> Vec<String> {
        read.err().unwrap_or_default().into_iter().map(|problem| problem.id.into_owned()).collect()
    }

    #[test]
    fn a_new_application_gets_the_defaults_of_its_type() {
        let service = new_settings(&posted(&[("name", " Orders "), ("type", "service"), ("scopes", "")])).unwrap();
        assert_eq!((service.name.as_str(), service.scope.to_string().as_str()), ("Orders", "openid admin"));
        assert_eq!(service.signing_algorithm, SigningAlgorithm::Es256, "as the server has it");
        let uris = "https://shop.example/cb\r\n\r\nhttps://shop.example/cb\r\nhttp://localhost:3000/cb";
        let web = posted(&[("name", "Shop"), ("type", "web"), ("redirect_uris", uris), ("scopes", " a  b ")]);
        let web = new_settings(&web).unwrap();
        assert_eq!(web.redirect_uris, ["https://shop.example/cb", "http://localhost:3000/cb"]);
        assert_eq!((web.scope.to_string().as_str(), web.default_scope == web.scope), ("a b", true));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let nothing = new_settings(&posted(&[]));
        assert_eq!(problems(nothing), ["app-name", "app-type"]);
        let fields = [("name", "a"), ("type", "spa"), ("redirect_uris", "javascript:alert(1)"), ("scopes", "a\"")];
        assert_eq!(problems(new_settings(&posted(&fields))), ["app-scopes", "app-redirect-uris"]);
        assert_eq!(problems(new_settings(&posted(&[("name", "a"), ("type", "native")]))), ["app-redirect-uris"]);
        assert_eq!(problems(new_settings(&posted(&[("name", "a"), ("type", "nonsense")]))), ["app-type"]);
    }

    #[test]
    fn what_a_form_does_not_show_stays_as_it_is() {
        let current = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
        assert_eq!(changed_settings(&posted(&[]), &current).unwrap(), current);
        let fields =
            [("name", "New"), ("token_ttl", "24h"), ("scopes", "a b"), ("default_scopes", "a"), ("grants", "")];
        let changed = changed_settings(&posted(&fields), &current).unwrap();
        assert_eq!((changed.name.as_str(), changed.token_ttl), ("New", Some(Duration::from_hours(24))));
        assert_eq!((changed.default_scope.to_string().as_str(), changed.grants.len()), ("a", 0));
        let fields = [("token_ttl", "10"), ("scopes", "a"), ("default_scopes", "b"), ("audiences", "/v1\nhttps://a")];
        let bad = changed_settings(&posted(&fields), &current);
        assert_eq!(problems(bad), ["set-audiences", "set-token-ttl", "set-default-scopes"]);
    }

    #[test]
    fn what_no_page_offers_is_told_instead_of_being_left_out() {
        let current = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
        let fields = [("grants", ""), ("grants", "client_credentials"), ("grants", "password")];
        assert_eq!(problems(changed_settings(&posted(&fields), &current)), ["set-grants"]);
        let is_choice =
            |setting: &&Setting| matches!(setting.shape, Shape::Choice(..)) && setting.place != Place::Nowhere;
        for setting in SETTINGS.iter().filter(is_choice) {
            let (list, element) = (setting.name, element("set", setting));
            assert_eq!(problems(changed_settings(&posted(&[(list, "x")]), &current)), [element], "{list}");
            assert_eq!(changed_settings(&posted(&[(list, "")]), &current).unwrap(), current, "{list}");
        }
    }

    #[test]
    fn the_form_as_it_is_shown_can_be_saved_for_every_type() {
        for kind in ApplicationKind::ALL {
            let current = ApplicationSettings::new("Orders".to_owned(), kind);
            let form = |topic| SettingsForm::of(ENGLISH, topic, &current, Form::new("", ""), SettingsReader::Operator);
            let forms = [Topic::About, Topic::Credentials, Topic::SignIn, Topic::Access].map(form);
            for choice in forms.iter().flat_map(|form| form.first.choices.iter().chain(&form.more.choices)) {
                let chosen = choice.options.iter().filter(|option| option.chosen).map(|option| option.value.as_str());
                let chosen: Vec<_> = chosen.map(|value| (choice.name, value)).collect();
                assert_eq!(chosen.len(), 1, "{kind}: {}", choice.name);
                assert_eq!(changed_settings(&posted(&chosen), &current).unwrap(), current, "{kind}: {chosen:?}");
                for option in &choice.options {
                    let fields = [(choice.name, option.value.as_str())];
                    assert!(problems(changed_settings(&posted(&fields), &current)).is_empty(), "{kind}: {fields:?}");
                }
            }
        }
    }
}
