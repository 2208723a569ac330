//! The first step of registering an application that many people run: what it wants is filled in.

use super::messages::PortalMessages;
use super::view::{ChoiceField, ChoiceOption, FieldProblem, Input};
use crate::domain::application::{ApplicationSettings, GivenSettings, Place, SETTINGS, Setting};
use crate::domain::preset::{ApplicationAddress, PRESETS, Preset};
use crate::http::pages::posted_form::PostedForm;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::parameters::Parameters;

/// Which application, in the address of the page and in the form that was filled in by it.
pub(super) const WHICH: &str = "for";

/// The address of that application.
pub(super) const ADDRESS: &str = "url";

/// The first step as it is shown.
#[derive(Clone, Debug)]
pub(in crate::http) struct KnownApplication {
    /// The list of them.
    pub(in crate::http) choice: ChoiceField,
    /// Where it is.
    pub(in crate::http) address: Input,
    /// Whether somebody is at it.
    pub(in crate::http) is_open: bool,
}

/// An application that was chosen, with its address.
pub(super) struct Known {
    preset: &'static Preset,
    address: ApplicationAddress,
}

impl Known {
    /// What a form says that was filled in before. What is wrong with it is not asked again there.
    pub(super) fn in_form(posted: &PostedForm) -> Option<Self> {
        let (preset, address) = (Preset::of_name(posted.text(WHICH))?, posted.text(ADDRESS).parse().ok()?);
        Some(Self { preset, address })
    }

    /// What the address of the page says; nothing as long as there is no address of an application.
    pub(super) fn asked(t: &PortalMessages, parameters: &Parameters) -> Result<Option<Self>, FieldProblem> {
        let text = |name: &str| parameters.value(name).map(str::trim_ascii).filter(|text| !text.is_empty());
        let (Some(which), Some(address)) = (text(WHICH), text(ADDRESS)) else { return Ok(None) };
        let unknown = || FieldProblem::at("app-for", t.fresh.choose_listed);
        let preset = Preset::of_name(which).ok_or_else(unknown)?;
        let wrong = |_| FieldProblem::at("app-url", t.fresh.no_address);
        Ok(Some(Self { preset, address: address.parse().map_err(wrong)? }))
    }

    /// The form of a new application, filled in.
    pub(super) fn filled_in(&self, algorithm: SigningAlgorithm) -> PostedForm {
        let given = self.preset.complete(&self.address, GivenSettings::default());
        let Ok(settings) = given.and_then(|given| given.create("", algorithm)) else { return PostedForm::default() };
        let asked = SETTINGS.iter().filter(|setting| setting.place == Place::New);
        let mut fields: Vec<_> = asked.map(|setting| (setting.name, setting.text(&settings))).collect();
        fields.push(("type", settings.kind.name().to_owned()));
        fields.extend([(WHICH, self.preset.name.to_owned()), (ADDRESS, self.address.to_string())]);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        PostedForm::of(&fields)
    }

    /// Sets what the form of a new application does not ask for.
    pub(super) fn set_the_rest(&self, settings: &mut ApplicationSettings) {
        for (name, value) in self.preset.settings(&self.address) {
            let rest = |setting: &&Setting| !matches!(setting.place, Place::New | Place::Nowhere);
            if let Some(setting) = Setting::of_name(name).filter(rest)
                && (setting.kinds)(settings.kind)
            {
                // The table's values are good for every address; `preset` has the test.
                let _ = setting.put(settings, &value);
            }
        }
    }
}

impl KnownApplication {
    /// The step, with what was chosen in it.
    pub(super) fn with(t: &PortalMessages, [which, address]: [&str; 2], problems: &[FieldProblem]) -> Self {
        let problem = |id: &str| problems.iter().find(|problem| problem.id == id).map(|problem| problem.text.clone());
        let option = |preset: &Preset| ChoiceOption {
            value: preset.name.to_owned(),
            text: called(t, preset),
            chosen: preset.name == which,
        };
        let mut line =
            Input::line("app-url", ADDRESS, t.fresh.its_address).hinted(t.fresh.its_address_hint).holding(address);
        line.problem = problem("app-url");
        Self {
            is_open: !address.is_empty() || !problems.is_empty(),
            choice: ChoiceField {
                id: "app-for".to_owned(),
                name: WHICH,
                label: t.fresh.which,
                hint: t.fresh.which_hint,
                options: PRESETS.iter().map(option).collect(),
                problem: problem("app-for"),
            },
            address: line,
        }
    }
}

/// What an application is called: the names are those of their makers, and only the words between them are ours.
fn called(t: &PortalMessages, preset: &Preset) -> String {
    if let Some((first, second)) = preset.label.split_once(" and ") {
        return t.fresh.two_of_a_kind.with(&[("first", first), ("second", second)]);
    }
    let broker = preset.label.strip_suffix(" as a broker");
    broker.map_or_else(|| preset.label.to_owned(), |name| t.fresh.as_a_broker.with(name))
}
