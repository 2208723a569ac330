//! The settings of an application as a form, made from their descriptions.

use super::{ChoiceField, ChoiceOption, FieldProblem, Input};
use crate::domain::application::{ApplicationSettings, Chosen, Place, SETTINGS, Setting, Shape};
use crate::domain::approval::Extras;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::view::Form;
use crate::protocol::jose::SigningAlgorithm;

/// Who looks at the form: a developer is not shown what only operators decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum SettingsReader {
    /// An owner of the application.
    Developer,
    /// An operator of this server.
    Operator,
}

/// The form. It has the version that was read, so that no owner overwrites a change they have not seen.
#[derive(Clone, Debug)]
pub(in crate::http) struct SettingsForm {
    /// Where it goes.
    pub(in crate::http) form: Form,
    /// The problems.
    pub(in crate::http) problems: Vec<FieldProblem>,
    /// The settings that are changed most.
    pub(in crate::http) inputs: Vec<Input>,
    /// The settings that are changed less.
    pub(in crate::http) more: Vec<Input>,
    /// What is chosen from a list.
    pub(in crate::http) choices: Vec<ChoiceField>,
    /// Any number of which can be chosen.
    pub(in crate::http) ticks: Vec<ChoiceField>,
}

impl SettingsForm {
    /// The form as the settings are.
    pub(in crate::http) fn of(settings: &ApplicationSettings, form: Form, reader: SettingsReader) -> Self {
        let mut shown =
            Self { form, problems: Vec::new(), inputs: vec![], more: vec![], choices: vec![], ticks: vec![] };
        for setting in SETTINGS.iter().filter(|setting| is_shown(setting, settings, reader)) {
            match (setting.shape, setting.place) {
                (Shape::Choice(..) | Shape::Flag, _) => shown.choices.push(choice(setting, settings)),
                (Shape::Ticks(..), _) => shown.ticks.push(ticks(setting, settings)),
                (_, Place::New) => shown.inputs.push(input(setting, settings)),
                (_, Place::More | Place::Nowhere) => shown.more.push(input(setting, settings)),
            }
        }
        let reason = Input::lines("set-reason", "reason", "For the operator")
            .hinted("Only if you ask for more than everybody may choose: what do you need it for?");
        shown.more.push(reason);
        shown
    }

    /// The same with these algorithms to choose from, besides the one it has, and from when on those sign that are only
    /// announced.
    #[must_use]
    pub(in crate::http) fn signing_with(
        mut self,
        offered: &[SigningAlgorithm],
        announced: &[(SigningAlgorithm, String)],
    ) -> Self {
        let is_offered = |name: &str| offered.iter().any(|algorithm| algorithm.name() == name);
        for choice in self.choices.iter_mut().filter(|choice| choice.name == "signing_algorithm") {
            choice.options.retain(|option| option.chosen || is_offered(&option.value));
            for option in &mut choice.options {
                if let Some((_, at)) = announced.iter().find(|(algorithm, _)| algorithm.name() == option.value) {
                    option.text = format!("{}, signs from {at} on", option.text);
                }
            }
        }
        self
    }

    /// The same with a hint at each field that has something which is not approved yet.
    #[must_use]
    pub(in crate::http) fn waiting_for(mut self, extras: &Extras) -> Self {
        let requested = extras.alone();
        let waiting = |name: &str| Setting::of_name(name).map(|setting| setting.text(&requested)).unwrap_or_default();
        for input in self.inputs.iter_mut().chain(&mut self.more) {
            let words = waiting(input.name).replace('\n', " ");
            if !words.is_empty() && is_asked(input.name) {
                input.hint = format!("{} Waiting for an operator: {words}.", input.hint);
            }
        }
        for ticks in &mut self.ticks {
            let words = waiting(ticks.name);
            for option in ticks.options.iter_mut().filter(|option| words.split(' ').any(|one| one == option.value)) {
                option.text.push_str(", waiting for an operator");
            }
        }
        self
    }

    /// The same with the input and its problems.
    #[must_use]
    pub(in crate::http) fn refused(mut self, posted: &PostedForm, problems: Vec<FieldProblem>) -> Self {
        let problem = |id: &str| problems.iter().find(|problem| problem.id == id).map(|problem| problem.text.clone());
        for input in self.inputs.iter_mut().chain(&mut self.more).filter(|input| posted.has(input.name)) {
            *input = input.clone().holding(posted.text(input.name));
            input.problem = problem(&input.id);
        }
        for choice in self.choices.iter_mut().chain(&mut self.ticks).filter(|choice| posted.has(choice.name)) {
            for option in &mut choice.options {
                option.chosen = posted.all(choice.name).any(|chosen| chosen == option.value);
            }
            choice.problem = problem(&choice.id);
        }
        Self { problems, ..self }
    }

    /// Whether the part that is mostly closed has to be seen.
    pub(in crate::http) fn shows_more(&self) -> bool {
        self.more.iter().any(|input| input.problem.is_some())
            || self.choices.iter().chain(&self.ticks).any(|choice| choice.problem.is_some())
    }
}

/// The element of a setting on the page of an application, or of another one that `page` stands for.
pub(in crate::http) fn element(page: &str, setting: &Setting) -> String {
    format!("{page}-{}", setting.name.replace('_', "-"))
}

/// What an application of this type has a use for, and what was set all the same.
fn is_shown(setting: &Setting, settings: &ApplicationSettings, reader: SettingsReader) -> bool {
    let is_of_use = (setting.kinds)(settings.kind) || !setting.is_default(settings);
    let is_open = reader == SettingsReader::Operator || !matches!(setting.chosen, Chosen::ByOperator);
    setting.place != Place::Nowhere && is_of_use && is_open
}

fn is_asked(name: &str) -> bool {
    Setting::of_name(name).is_some_and(|setting| matches!(setting.chosen, Chosen::WithApproval))
}

/// A setting that is typed.
pub(in crate::http) fn input(setting: &Setting, settings: &ApplicationSettings) -> Input {
    let how = match setting.shape {
        Shape::Lines => "One a line. ",
        Shape::Words => "With spaces between. ",
        Shape::Duration => "Such as 10m, 1h or 24h; empty follows the server. ",
        Shape::Keys => "As a JWK Set; empty for none. ",
        Shape::Identities => {
            "One a line: issuer, subject and, where it is not this server, audience; or an entry as JSON. "
        }
        _ => "",
    };
    let id = element("set", setting);
    let input = match setting.shape {
        Shape::Lines | Shape::Keys | Shape::Identities => Input::lines(id, setting.name, setting.label),
        _ => Input::line(id, setting.name, setting.label),
    };
    input.hinted(format!("{how}{}", setting.help)).holding(setting.text(settings))
}

fn option(value: &str, text: &str, chosen: bool) -> ChoiceOption {
    ChoiceOption { value: value.to_owned(), text: text.to_owned(), chosen }
}

fn chosen_from(setting: &Setting, options: Vec<ChoiceOption>) -> ChoiceField {
    let id = element("set", setting);
    ChoiceField { id, name: setting.name, label: setting.label, hint: setting.help, options, problem: None }
}

fn choice(setting: &Setting, settings: &ApplicationSettings) -> ChoiceField {
    let now = setting.text(settings);
    let server = setting.optional.then(|| option("", "As the server is set", now.is_empty()));
    let values = match setting.shape {
        Shape::Choice(_, choices) => choices().iter().map(|one| option(one.name, one.words, one.name == now)).collect(),
        _ => vec![option("false", "No", now == "false"), option("true", "Yes", now == "true")],
    };
    chosen_from(setting, server.into_iter().chain(values).collect())
}

/// What this type of application can never have is not offered.
fn ticks(setting: &Setting, settings: &ApplicationSettings) -> ChoiceField {
    let now = setting.text(settings);
    let Shape::Ticks(_, choices) = setting.shape else { return chosen_from(setting, Vec::new()) };
    let can_have = |name: &str| {
        let mut with = settings.clone();
        setting.put(&mut with, &[name].into_iter().collect()).is_ok() && (setting.check)(&with).is_ok()
    };
    let is_ticked = |name: &str| now.split(' ').any(|one| one == name);
    let offered = choices().into_iter().filter(|one| can_have(one.name));
    chosen_from(setting, offered.map(|one| option(one.name, one.words, is_ticked(one.name))).collect())
}
