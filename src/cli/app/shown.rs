//! Output of applications: as JSON and as text.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::application::{Application, ApplicationSettings, ApplicationState, SETTINGS, Setting, Shape};
use crate::domain::ids::Timestamp;
use crate::domain::life_cycle::Outlook;
use crate::flows::applications::WithSecret;
use crate::protocol::client_auth::AuthMethod;

/// An application without anything secret.
#[derive(Serialize)]
pub(super) struct ShownApplication {
    client_id: String,
    #[serde(skip)]
    name: String,
    #[serde(skip)]
    kind: &'static str,
    /// Its settings, each under its name and its former one.
    #[serde(flatten)]
    settings: Map<String, Value>,
    /// The same for people: what each is called and what it is.
    #[serde(skip)]
    lines: Vec<(&'static str, String)>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    token_endpoint_auth_method: &'static str,
    origin: &'static str,
    #[serde(skip)]
    is_dynamic: bool,
    created_at: String,
    last_used_at: Option<String>,
    exempt: bool,
    warned_at: Option<String>,
    #[serde(flatten)]
    ahead: ShownOutlook,
    secrets: Vec<ShownSecret>,
}

/// The dates that lie ahead if it stays unused.
#[derive(Default, Serialize)]
struct ShownOutlook {
    next_warning_at: Option<String>,
    deactivation_at: Option<String>,
    deletion_at: Option<String>,
    purge_at: Option<String>,
    #[serde(skip)]
    next: Option<String>,
}

impl From<&Outlook> for ShownOutlook {
    fn from(outlook: &Outlook) -> Self {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            next_warning_at: text(outlook.warned_at),
            deactivation_at: text(outlook.deactivated_at),
            deletion_at: text(outlook.deleted_at),
            purge_at: text(outlook.purged_at),
            next: outlook.next().map(|(step, at)| format!("{step} at {at}")),
        }
    }
}

#[derive(Serialize)]
struct ShownSecret {
    hint: String,
    created_at: String,
    last_used_on: Option<String>,
}

impl From<&Application> for ShownApplication {
    fn from(application: &Application) -> Self {
        let settings = &application.settings;
        let (since, reason) = match application.state {
            ApplicationState::Active => (None, None),
            ApplicationState::Deactivated { at, reason } => (Some(at.to_string()), Some(reason.name())),
            ApplicationState::Deleted { at } => (Some(at.to_string()), None),
        };
        let secrets = application.secrets.iter().map(|secret| ShownSecret {
            hint: secret.hint.clone(),
            created_at: secret.created_at.to_string(),
            last_used_on: secret.last_used_on.map(Timestamp::date),
        });
        Self {
            client_id: application.client_id.to_string(),
            name: settings.name.clone(),
            kind: settings.kind.name(),
            settings: settings.members(),
            lines: SETTINGS.iter().map(|setting| (setting.label, line(setting, settings))).collect(),
            state: application.state.name(),
            since,
            reason,
            token_endpoint_auth_method: settings.auth_method().name(),
            origin: application.origin.name(),
            is_dynamic: application.origin.is_dynamic(),
            created_at: application.created_at.to_string(),
            last_used_at: application.last_used_at.map(|at| at.to_string()),
            exempt: application.is_exempt(),
            warned_at: application.warning_in_force().map(|warning| warning.at.to_string()),
            ahead: ShownOutlook::default(),
            secrets: secrets.collect(),
        }
    }
}

impl ShownApplication {
    /// The columns of a listing.
    pub(super) const HEADER: [&str; 6] = ["CLIENT ID", "NAME", "TYPE", "STATE", "LAST USED", "IF UNUSED"];

    /// An application and the dates that lie ahead of it.
    pub(super) fn with(application: &Application, outlook: &Outlook) -> Self {
        Self { ahead: outlook.into(), ..Self::from(application) }
    }

    /// One line of a listing.
    pub(super) fn row(&self) -> Vec<String> {
        let last_used = self.last_used_at.clone().unwrap_or_else(|| "never".to_owned());
        let how = if self.is_dynamic { format!(" ({})", self.origin) } else { String::new() };
        let (name, kind) = (self.name.clone(), format!("{}{how}", self.kind));
        vec![self.client_id.clone(), name, kind, self.state.to_owned(), last_used, self.next()]
    }

    fn authentication(&self) -> &'static str {
        let is_trusting = self.settings.get("federated").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        let has_proof = !self.secrets.is_empty() || self.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt.name();
        if is_trusting && !has_proof { "a token of another issuer" } else { self.token_endpoint_auth_method }
    }

    fn next(&self) -> String {
        let stays = if self.exempt { "stays" } else { "-" };
        self.ahead.next.clone().unwrap_or_else(|| stays.to_owned())
    }

    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        let none = || "-".to_owned();
        let state = match (&self.since, self.reason) {
            (Some(since), Some(reason)) => format!("{} since {since} ({reason})", self.state),
            (Some(since), None) => format!("{} since {since}", self.state),
            (None, _) => self.state.to_owned(),
        };
        let secrets: Vec<String> = self.secrets.iter().map(ShownSecret::text).collect();
        let registered = match self.origin {
            "document" => "by the document at its client id",
            _ if self.is_dynamic => "dynamically, by itself",
            origin => origin,
        };
        let before = [("Client id", self.client_id.clone()), ("State", state)];
        let after = [
            ("Registered", registered.to_owned()),
            ("Authenticates by", self.authentication().to_owned()),
            ("Created", self.created_at.clone()),
            ("Last used", self.last_used_at.clone().unwrap_or_else(|| "never".to_owned())),
            ("If unused", self.next()),
            ("Secrets", if secrets.is_empty() { none() } else { secrets.join("; ") }),
        ];
        let lines: Vec<_> = before.into_iter().chain(self.lines.clone()).chain(after).collect();
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        lines.iter().map(|(name, value)| format!("{name:<width$}  {value}")).collect::<Vec<_>>().join("\n")
    }
}

/// A setting on one line.
fn line(setting: &Setting, settings: &ApplicationSettings) -> String {
    match setting.text(settings).replace('\n', " ") {
        text if !text.is_empty() => text,
        _ if setting.optional && !matches!(setting.shape, Shape::Line) => "the server's".to_owned(),
        _ => "-".to_owned(),
    }
}

impl ShownSecret {
    fn text(&self) -> String {
        let used = self.last_used_on.as_deref().unwrap_or("never");
        format!("…{} created {}, last used {used}", self.hint, self.created_at)
    }
}

/// An application and its new secret.
#[derive(Serialize)]
pub(super) struct ShownWithSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    #[serde(flatten)]
    application: ShownApplication,
}

impl From<WithSecret> for ShownWithSecret {
    fn from(made: WithSecret) -> Self {
        Self {
            client_secret: made.secret.map(|secret| secret.expose().to_owned()),
            application: ShownApplication::from(&made.application),
        }
    }
}

impl ShownWithSecret {
    /// Whether there is a new secret.
    pub(super) const fn has_secret(&self) -> bool {
        self.client_secret.is_some()
    }

    /// Id and secret, ready to be copied.
    pub(super) fn text(&self) -> String {
        match &self.client_secret {
            Some(secret) => format!("client id      {}\nclient secret  {secret}", self.application.client_id),
            None => format!("client id      {}", self.application.client_id),
        }
    }
}
