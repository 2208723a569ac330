//! One struct for each page of the portal: everything that it shows, and nothing else.

mod application;
mod applications;
mod fields;
mod new_application;
mod settings;

pub(in crate::http) use application::{ApplicationNotice, ApplicationPage, Endpoint, SecretLine, Standing, Tried};
pub(in crate::http) use applications::{ApplicationLine, ApplicationsPage, DeletedLine, ListNotice};
pub(in crate::http) use fields::{Choice, ChoiceOption, FieldProblem, Input};
pub(in crate::http) use new_application::{KindCard, NewApplicationPage};
pub(in crate::http) use settings::SettingsForm;
