//! `/portal/applications/new`: the form of a new application.

use askama::Template;

use super::{FieldProblem, Input};
use crate::http::pages::assets;
use crate::http::pages::view::Form;
use crate::http::portal::frame::Frame;
use crate::http::portal::kinds::KindMessages;
use crate::http::portal::known_application::KnownApplication;
use crate::http::portal::messages::PortalMessages;

/// The form. Posts what is asked of a new application, `type` and `reason`.
#[derive(Debug, Template)]
#[template(path = "portal/new.html")]
pub(in crate::http) struct NewApplicationPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The first step, for applications that many people run.
    pub(in crate::http) known: KnownApplication,
    /// What is asked of it; the type comes after the first.
    pub(in crate::http) inputs: Vec<NewInput>,
    /// What it can be.
    pub(in crate::http) kinds: Vec<KindCard>,
    /// Why, where an operator has to decide.
    pub(in crate::http) reason: Input,
    /// The problems.
    pub(in crate::http) problems: Vec<FieldProblem>,
    /// Where it goes.
    pub(in crate::http) form: Form,
}

impl NewApplicationPage {
    fn kind_problem(&self) -> Option<&str> {
        self.problems.iter().find(|problem| problem.id == "app-type").map(|problem| problem.text.as_str())
    }
}

/// A setting to begin with.
#[derive(Clone, Debug)]
pub(in crate::http) struct NewInput {
    /// Its field.
    pub(in crate::http) input: Input,
    /// Whether only applications that people sign in to have it.
    pub(in crate::http) for_people: bool,
}

/// A type to choose.
#[derive(Clone, Debug)]
pub(in crate::http) struct KindCard {
    /// Its name in the form.
    pub(in crate::http) value: &'static str,
    /// What is said about it.
    pub(in crate::http) words: KindMessages,
    /// Whether it is chosen.
    pub(in crate::http) chosen: bool,
}
