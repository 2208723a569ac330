//! One struct for each page of the portal: everything that it shows, and nothing else.

mod activity;
mod application;
mod applications;
mod delivery;
mod fields;
mod new_application;
mod people;
#[cfg(test)]
mod samples;
mod scopes;
mod settings;
mod tabs;
#[cfg(test)]
mod tests;

pub(in crate::http) use activity::{Activity, DeliveryStepLine, DeliveryTraceLine, FailureLines, Marked, RequestLine};
pub(in crate::http) use application::{
    ApplicationHead, ApplicationNotice, EndpointAddress, Logouts, SecretLine, Standing, TabLink, Tried, TriedSignIn,
    Waiting,
};
pub(in crate::http) use applications::{ApplicationLine, ApplicationsPage, DeletedLine, InvitedLine, ListNotice};
pub(in crate::http) use delivery::DeliveryLine;
pub(in crate::http) use fields::{ChoiceField, ChoiceOption, FieldProblem, Input, sentence};
pub(in crate::http) use new_application::{KindCard, NewApplicationPage, NewInput};
pub(in crate::http) use people::{InvitationLine, InvitationPage, OwnerLine, People};
pub(in crate::http) use scopes::{OfferedScope, ScopeField};
pub(in crate::http) use settings::{SettingsForm, SettingsReader, element, input};
pub(in crate::http) use tabs::{
    AccessPage, CredentialsPage, DangerPage, DeletedPage, InsightPage, OverviewPage, SignInPage,
};
