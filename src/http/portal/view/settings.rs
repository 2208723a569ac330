//! The settings of an application as a form, made from their descriptions.

use super::{ChoiceField, ChoiceOption, FieldProblem, Input, OfferedScope, ScopeField};
use crate::domain::application::{ApplicationSettings, Chosen, Place, SETTINGS, Setting, Shape, Topic};
use crate::domain::approval::Extras;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::view::Form;
use crate::http::portal::messages::PortalMessages;
use crate::protocol::jose::SigningAlgorithm;

/// More scopes than this are typed: so many boxes would be a page of their own.
const MOST_BOXES: usize = 40;

/// Who looks at the form: a developer is not shown what only operators decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum SettingsReader {
    /// An owner of the application.
    Developer,
    /// An operator of this server.
    Operator,
}

/// The settings of one topic as a form. It has the version that was read, so that no owner overwrites a change they have
/// not seen.
#[derive(Clone, Debug)]
pub(in crate::http) struct SettingsForm {
    t: &'static PortalMessages,
    /// Where it goes.
    pub(in crate::http) form: Form,
    /// The settings that are changed most.
    pub(in crate::http) first: Fields,
    /// The settings that are changed less.
    pub(in crate::http) more: Fields,
}

/// Fields of a form, by what they look like.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Fields {
    /// What is typed.
    pub(in crate::http) inputs: Vec<Input>,
    /// What is ticked, and typed where there is no box for it.
    pub(in crate::http) scopes: Vec<ScopeField>,
    /// What is chosen from a list.
    pub(in crate::http) choices: Vec<ChoiceField>,
    /// Any number of which can be chosen.
    pub(in crate::http) ticks: Vec<ChoiceField>,
}

impl SettingsForm {
    /// The form as the settings are.
    pub(in crate::http) fn of(
        t: &'static PortalMessages,
        topic: Topic,
        settings: &ApplicationSettings,
        form: Form,
        reader: SettingsReader,
    ) -> Self {
        let mut shown = Self { t, form, first: Fields::default(), more: Fields::default() };
        for setting in of_topic(topic).filter(|setting| is_shown(setting, settings, reader)) {
            let fields = match setting.place {
                Place::New | Place::First => &mut shown.first,
                Place::More | Place::Nowhere => &mut shown.more,
            };
            match setting.shape {
                Shape::Choice(..) | Shape::Flag => fields.choices.push(choice(t, setting, settings)),
                Shape::Ticks(..) => fields.ticks.push(ticks(t, setting, settings)),
                _ => fields.inputs.push(input(t, setting, settings)),
            }
        }
        if of_topic(topic).any(|setting| matches!(setting.chosen, Chosen::WithApproval)) {
            let reason = Input::lines("set-reason", "reason", t.fresh.for_operator).hinted(t.form.reason_for_more);
            shown.more.inputs.push(reason);
        }
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
        let t = self.t;
        let is_offered = |name: &str| offered.iter().any(|algorithm| algorithm.name() == name);
        for choice in self.choices().filter(|choice| choice.name == "signing_algorithm") {
            choice.options.retain(|option| option.chosen || is_offered(&option.value));
            for option in &mut choice.options {
                if let Some((_, at)) = announced.iter().find(|(algorithm, _)| algorithm.name() == option.value) {
                    option.text = t.form.signs_from.with(&[("algorithm", &option.text), ("at", at)]);
                }
            }
        }
        self
    }

    /// The same with a hint at each field that has something which is not approved yet.
    #[must_use]
    pub(in crate::http) fn waiting_for(mut self, extras: &Extras) -> Self {
        let (t, requested) = (self.t, extras.alone());
        let waiting = |name: &str| Setting::of_name(name).map(|setting| setting.text(&requested)).unwrap_or_default();
        for input in self.inputs() {
            let words = waiting(input.name).replace('\n', " ");
            if !words.is_empty() && is_asked(input.name) {
                input.hint = format!("{} {}", input.hint, t.form.waits.with(words));
            }
        }
        for ticks in self.ticks() {
            let words = waiting(ticks.name);
            for option in ticks.options.iter_mut().filter(|option| words.split(' ').any(|one| one == option.value)) {
                option.text = t.form.option_waits.with(&option.text);
            }
        }
        self
    }

    /// The same with the input and what is wrong with it.
    #[must_use]
    pub(in crate::http) fn refused(mut self, posted: &PostedForm, problems: &[FieldProblem]) -> Self {
        let problem = |id: &str| problems.iter().find(|problem| problem.id == id).map(|problem| problem.text.clone());
        for input in self.inputs().filter(|input| posted.has(input.name)) {
            *input = input.clone().holding(posted.all(input.name).collect::<Vec<_>>().join(" ").trim_ascii());
            input.problem = problem(&input.id);
        }
        for choice in self.choices_and_ticks().filter(|choice| posted.has(choice.name)) {
            for option in &mut choice.options {
                option.chosen = posted.all(choice.name).any(|chosen| chosen == option.value);
            }
            choice.problem = problem(&choice.id);
        }
        self
    }

    /// The same with a box for each of these scopes; the last step, since it looks at what the fields hold.
    #[must_use]
    pub(in crate::http) fn with_boxes(mut self, offered: &[OfferedScope]) -> Self {
        if offered.len() <= MOST_BOXES {
            self.first.tick_scopes(self.t, offered);
            self.more.tick_scopes(self.t, offered);
        }
        self
    }

    /// Whether there is nothing to set.
    pub(in crate::http) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.more.is_empty()
    }

    fn inputs(&mut self) -> impl Iterator<Item = &mut Input> {
        self.first.inputs.iter_mut().chain(&mut self.more.inputs)
    }

    fn choices(&mut self) -> impl Iterator<Item = &mut ChoiceField> {
        self.first.choices.iter_mut().chain(&mut self.more.choices)
    }

    fn ticks(&mut self) -> impl Iterator<Item = &mut ChoiceField> {
        self.first.ticks.iter_mut().chain(&mut self.more.ticks)
    }

    fn choices_and_ticks(&mut self) -> impl Iterator<Item = &mut ChoiceField> {
        let (first, more) = (&mut self.first, &mut self.more);
        let choices = first.choices.iter_mut().chain(&mut more.choices);
        choices.chain(first.ticks.iter_mut().chain(&mut more.ticks))
    }
}

impl Fields {
    /// Whether there are none.
    pub(in crate::http) fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.scopes.is_empty() && self.choices.is_empty() && self.ticks.is_empty()
    }

    /// Whether something in them has to be put right.
    pub(in crate::http) fn has_problem(&self) -> bool {
        self.inputs.iter().chain(self.scopes.iter().map(|scopes| &scopes.other)).any(|input| input.problem.is_some())
            || self.choices.iter().chain(&self.ticks).any(|choice| choice.problem.is_some())
    }

    fn tick_scopes(&mut self, t: &PortalMessages, offered: &[OfferedScope]) {
        let is_scope = |input: &mut Input| {
            Setting::of_name(input.name).is_some_and(|setting| matches!(setting.shape, Shape::Words))
        };
        self.scopes.extend(self.inputs.extract_if(.., is_scope).map(|input| ScopeField::of(t, input, offered)));
    }
}

/// The element of a setting on the page of an application, or of another one that `page` stands for.
pub(in crate::http) fn element(page: &str, setting: &Setting) -> String {
    format!("{page}-{}", setting.name.replace('_', "-"))
}

fn of_topic(topic: Topic) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.topic == topic)
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
pub(in crate::http) fn input(t: &PortalMessages, setting: &Setting, settings: &ApplicationSettings) -> Input {
    let how = match setting.shape {
        Shape::Lines => t.form.one_a_line,
        Shape::Words => t.form.with_spaces,
        Shape::Duration => t.form.a_duration,
        Shape::Keys => t.form.a_key_set,
        Shape::Identities => t.form.an_identity,
        _ => "",
    };
    let (id, label) = (element("set", setting), t.setting_label(setting));
    let input = match setting.shape {
        Shape::Lines | Shape::Keys | Shape::Identities => Input::lines(id, setting.name, label),
        _ => Input::line(id, setting.name, label),
    };
    input.hinted(format!("{how} {}", t.setting_help(setting)).trim_ascii_start()).holding(setting.text(settings))
}

fn option(value: &str, text: &str, chosen: bool) -> ChoiceOption {
    ChoiceOption { value: value.to_owned(), text: text.to_owned(), chosen }
}

fn chosen_from(t: &PortalMessages, setting: &Setting, options: Vec<ChoiceOption>) -> ChoiceField {
    let id = element("set", setting);
    ChoiceField {
        id,
        name: setting.name,
        label: t.setting_label(setting),
        hint: t.setting_help(setting),
        options,
        problem: None,
    }
}

fn choice(t: &PortalMessages, setting: &Setting, settings: &ApplicationSettings) -> ChoiceField {
    let now = setting.text(settings);
    let server = setting.optional.then(|| option("", t.form.as_the_server, now.is_empty()));
    let values = match setting.shape {
        Shape::Choice(_, choices) => {
            choices().iter().map(|one| option(one.name, t.value_words(setting, one), one.name == now)).collect()
        }
        _ => vec![option("false", t.form.no, now == "false"), option("true", t.form.yes, now == "true")],
    };
    chosen_from(t, setting, server.into_iter().chain(values).collect())
}

/// What this type of application can never have is not offered.
fn ticks(t: &PortalMessages, setting: &Setting, settings: &ApplicationSettings) -> ChoiceField {
    let now = setting.text(settings);
    let Shape::Ticks(_, choices) = setting.shape else { return chosen_from(t, setting, Vec::new()) };
    let can_have = |name: &str| {
        let mut with = settings.clone();
        setting.put(&mut with, &[name].into_iter().collect()).is_ok() && (setting.check)(&with).is_ok()
    };
    let is_ticked = |name: &str| now.split(' ').any(|one| one == name);
    let offered = choices().into_iter().filter(|one| can_have(one.name));
    chosen_from(
        t,
        setting,
        offered.map(|one| option(one.name, t.value_words(setting, &one), is_ticked(one.name))).collect(),
    )
}
