//! One struct for each operator page: everything that it shows, and nothing else.

mod applications;
mod approvals;
mod audit;
mod groups;
mod keys;
mod overview;
mod registration;
mod server;
mod set_up;
mod users;

pub(super) use applications::{ApplicationLine, ApplicationsPage};
pub(super) use approvals::{ApprovalLine, ApprovalsPage};
pub(super) use audit::{AuditFilterForm, AuditPage, AuditRow};
pub(super) use groups::{GroupPage, GroupsPage, MemberLine, NewGroupForm};
pub(super) use keys::{KeyLine, KeysPage, TimeLine};
pub(super) use overview::OverviewPage;
pub(super) use registration::{NewTokenForm, RegistrationPage, TokenLine, UnreadLine};
pub(super) use server::{MailPage, ScopesPage, SettingLine, SettingsPage, SettingsPart};
pub(super) use set_up::SetUpPage;
pub(super) use users::{
    InviteForm, InviteOutcome, OwnedLine, SessionLine, UpstreamLine, UsedLine, UserPage, UsersPage,
};

/// How many rows a page of a list has.
pub(super) const PAGE: u16 = 50;
