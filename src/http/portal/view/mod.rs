//! One struct for each page of the portal: everything that it shows, and nothing else.

mod activity;
mod application;
mod applications;
mod delivery;
mod fields;
mod new_application;
mod people;
mod settings;

pub(in crate::http) use activity::{Activity, DeliveryStepLine, DeliveryTraceLine, FailureLines, Marked, RequestLine};
pub(in crate::http) use application::{
    ApplicationNotice, ApplicationPage, EndpointAddress, Logouts, SecretLine, Standing, Tried, Waiting,
};
pub(in crate::http) use applications::{ApplicationLine, ApplicationsPage, DeletedLine, InvitedLine, ListNotice};
pub(in crate::http) use delivery::DeliveryLine;
pub(in crate::http) use fields::{ChoiceField, ChoiceOption, FieldProblem, Input, sentence};
pub(in crate::http) use new_application::{KindCard, NewApplicationPage, NewInput};
pub(in crate::http) use people::{InvitationLine, InvitationPage, OwnerLine, People};
pub(in crate::http) use settings::{SettingsForm, SettingsReader, element, input};
