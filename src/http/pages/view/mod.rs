//! One struct for each page: everything that it shows, and nothing else.
//!
//! A view is plain data and the messages of its language (`t`). A page decides which message to show; whether a problem
//! exists, who may see what and where a form leads is decided by the handler.

mod account;
mod address;
mod attributes;
mod chart;
mod check_mail;
mod confirm_login;
mod consent;
mod device;
mod error;
mod export;
mod form_post;
mod home;
mod keep;
mod link_elsewhere;
mod logout;
mod message;
mod no_access;
mod parts;
mod passkey;
mod sign_in;
mod stop_sign_in;
mod upstream;

pub(in crate::http) mod markup;
pub(super) mod samples;
#[cfg(test)]
mod tests;

pub(in crate::http) use account::{
    Account, AccountNotice, ApplicationLine, DeleteAccount, DeleteProblem, EventLine, NameProblem, Names, SessionLine,
    WhichSession,
};
pub(in crate::http) use address::{AddressProblem, ChangeAddress, ConfirmAddress, UndoAddress};
pub(in crate::http) use attributes::AttributeField;
pub(in crate::http) use chart::Chart;
pub(in crate::http) use check_mail::{CheckMail, CheckMailNotice, CodeProblem, Delivery, WaitingFrame};
pub(in crate::http) use confirm_login::ConfirmLogin;
pub(in crate::http) use consent::{CalledBack, Consent, Publisher};
pub(in crate::http) use device::{AllowDevice, DeviceCode, DeviceProblem};
pub(in crate::http) use error::{ErrorPage, Problem};
pub(in crate::http) use export::{ExportAccount, ExportFile};
pub(in crate::http) use form_post::FormPost;
pub(in crate::http) use home::Home;
pub(in crate::http) use keep::Keep;
pub(in crate::http) use link_elsewhere::LinkElsewhere;
pub(in crate::http) use logout::ConfirmLogout;
pub(in crate::http) use message::{Message, MessagePage};
pub(in crate::http) use no_access::{NoAccess, WayBack};
pub(in crate::http) use parts::{App, Form, Link, RequestedFrom, ScopeLine};
pub(in crate::http) use passkey::{AddPasskey, AddPasskeyProblem, PasskeyButton, PasskeyLine, PasskeyNeed};
pub(in crate::http) use sign_in::{SignIn, SignInProblem, SignUp};
pub(in crate::http) use stop_sign_in::{StopProblem, StopSignIn};
pub(in crate::http) use upstream::{ConnectProblem, ConnectUpstream, IdentityLine, UpstreamButton};
