//! The pages of an application, one for each tab.

use askama::Template;

use super::application::{ApplicationHead, EndpointAddress, Logouts, SecretLine, Standing, Tried, TriedSignIn};
use super::{Activity, People, SettingsForm};
use crate::domain::application::Origin;
use crate::domain::ids::Timestamp;
use crate::http::pages::assets;
use crate::http::pages::view::Form;
use crate::http::portal::frame::Frame;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::snippets::Snippet;
use crate::http::webhook_list::{HookStanding, Hooks};

/// What it is, and what it takes to use it.
#[derive(Debug, Template)]
#[template(path = "portal/application/overview.html")]
pub(in crate::http) struct OverviewPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Who registered it.
    pub(in crate::http) origin: Origin,
    /// What became of its picture.
    pub(in crate::http) logo: Option<String>,
    /// When it was registered.
    pub(in crate::http) created_at: Timestamp,
    /// When it was last used.
    pub(in crate::http) last_used_at: Option<Timestamp>,
    /// Programs to paste.
    pub(in crate::http) snippets: Vec<Snippet>,
    /// The addresses it needs.
    pub(in crate::http) endpoints: Vec<EndpointAddress>,
    /// Gets a token without a program.
    pub(in crate::http) try_out: Option<Form>,
    /// The token of "Try it".
    pub(in crate::http) tried: Option<Tried>,
    /// Shows what it would be told of the viewer.
    pub(in crate::http) try_sign_in: Option<Form>,
    /// What that is.
    pub(in crate::http) told: Option<TriedSignIn>,
    /// Its settings, unless it is declared in the configuration.
    pub(in crate::http) settings: Option<SettingsForm>,
}

/// Its secrets, keys and tokens.
#[derive(Debug, Template)]
#[template(path = "portal/application/credentials.html")]
pub(in crate::http) struct CredentialsPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The current time.
    pub(in crate::http) now: Timestamp,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Its live secrets.
    pub(in crate::http) secrets: Vec<SecretLine>,
    /// Whether tokens of other issuers authenticate it as well.
    pub(in crate::http) has_workloads: bool,
    /// Gives it another secret.
    pub(in crate::http) rotate: Option<Form>,
    /// Its settings, unless it is declared in the configuration.
    pub(in crate::http) settings: Option<SettingsForm>,
}

/// How people sign in to it.
#[derive(Debug, Template)]
#[template(path = "portal/application/sign_in.html")]
pub(in crate::http) struct SignInPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Its settings, unless it is declared in the configuration.
    pub(in crate::http) settings: Option<SettingsForm>,
}

/// What it may do, who may use it, who looks after it.
#[derive(Debug, Template)]
#[template(path = "portal/application/access.html")]
pub(in crate::http) struct AccessPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Its settings, unless it is declared in the configuration.
    pub(in crate::http) settings: Option<SettingsForm>,
    /// Its owners.
    pub(in crate::http) people: People,
}

/// What its requests came to, and who is told.
#[derive(Debug, Template)]
#[template(path = "portal/application/insight.html")]
pub(in crate::http) struct InsightPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The current time.
    pub(in crate::http) now: Timestamp,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Its activity.
    pub(in crate::http) activity: Activity,
    /// Its webhooks.
    pub(in crate::http) hooks: Hooks,
    /// What it was told of sessions that ended, if it is or was told at all.
    pub(in crate::http) logouts: Option<Logouts>,
}

/// Pausing and deleting it.
#[derive(Debug, Template)]
#[template(path = "portal/application/danger.html")]
pub(in crate::http) struct DangerPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Deactivates it.
    pub(in crate::http) deactivate: Option<Form>,
    /// Activates it again.
    pub(in crate::http) activate: Option<Form>,
    /// Deletes it. Posts `name`.
    pub(in crate::http) delete: Option<Form>,
}

/// What is left of a deleted one.
#[derive(Debug, Template)]
#[template(path = "portal/application/deleted.html")]
pub(in crate::http) struct DeletedPage {
    /// The messages of its language.
    pub(in crate::http) t: &'static PortalMessages,
    /// The bar at the top.
    pub(in crate::http) frame: Frame,
    /// The current time.
    pub(in crate::http) now: Timestamp,
    /// The application.
    pub(in crate::http) head: ApplicationHead,
    /// Brings it back.
    pub(in crate::http) undelete: Option<Form>,
}
