//! Output of applications: as JSON and as text.

use serde::Serialize;

use crate::domain::application::{Application, ApplicationState, ClientAuthentication};
use crate::domain::ids::Timestamp;
use crate::domain::life_cycle::Outlook;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::flows::applications::WithSecret;

/// An application without anything secret.
#[derive(Serialize)]
pub(super) struct ShownApplication {
    client_id: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    grants: Vec<&'static str>,
    scope: String,
    default_scope: String,
    redirect_uris: Vec<String>,
    audiences: Vec<String>,
    token_ttl: Option<u64>,
    token_profile: &'static str,
    signing_algorithm: &'static str,
    token_endpoint_auth_method: &'static str,
    owner: Option<String>,
    first_party: bool,
    post_logout_redirect_uris: Vec<String>,
    pkce: &'static str,
    link_mode: Option<&'static str>,
    unknown_account: Option<&'static str>,
    origin: &'static str,
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
            state: application.state.name(),
            since,
            reason,
            grants: settings.grants.iter().map(|grant| grant.name()).collect(),
            scope: settings.scope.to_string(),
            default_scope: settings.default_scope.to_string(),
            redirect_uris: settings.redirect_uris.clone(),
            audiences: settings.audiences.iter().map(ToString::to_string).collect(),
            token_ttl: settings.token_ttl.map(|ttl| ttl.as_secs()),
            token_profile: settings.token_profile.name(),
            signing_algorithm: settings.signing_algorithm.name(),
            token_endpoint_auth_method: match settings.authentication {
                ClientAuthentication::Secret => "client_secret_basic",
                ClientAuthentication::PrivateKeyJwt(_) => "private_key_jwt",
                ClientAuthentication::None => "none",
            },
            owner: settings.owner.clone(),
            first_party: settings.first_party,
            post_logout_redirect_uris: settings.post_logout_redirect_uris.clone(),
            pkce: settings.pkce.name(),
            link_mode: settings.link_mode.map(LinkMode::name),
            unknown_account: settings.unknown_account.map(UnknownAccount::name),
            origin: application.origin.name(),
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
        let (kind, state) = (self.kind.to_owned(), self.state.to_owned());
        vec![self.client_id.clone(), self.name.clone(), kind, state, last_used, self.next()]
    }

    fn next(&self) -> String {
        let stays = if self.exempt { "stays" } else { "-" };
        self.ahead.next.clone().unwrap_or_else(|| stays.to_owned())
    }

    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        let none = || "-".to_owned();
        let list = |items: &[String]| if items.is_empty() { none() } else { items.join(" ") };
        let state = match (&self.since, self.reason) {
            (Some(since), Some(reason)) => format!("{} since {since} ({reason})", self.state),
            (Some(since), None) => format!("{} since {since}", self.state),
            (None, _) => self.state.to_owned(),
        };
        let secrets: Vec<String> = self.secrets.iter().map(ShownSecret::text).collect();
        let lines = [
            ("client id", self.client_id.clone()),
            ("name", self.name.clone()),
            ("type", self.kind.to_owned()),
            ("state", state),
            ("grants", if self.grants.is_empty() { none() } else { self.grants.join(" ") }),
            ("scope", self.scope.clone()),
            ("default scope", self.default_scope.clone()),
            ("redirect URIs", list(&self.redirect_uris)),
            ("sent after logout", list(&self.post_logout_redirect_uris)),
            ("audiences", list(&self.audiences)),
            ("token lifetime", self.token_ttl.map_or_else(|| "the server's".to_owned(), |ttl| format!("{ttl} s"))),
            ("token profile", self.token_profile.to_owned()),
            ("signed with", self.signing_algorithm.to_owned()),
            ("authenticates by", self.token_endpoint_auth_method.to_owned()),
            ("PKCE", self.pkce.to_owned()),
            ("link mode", self.link_mode.unwrap_or("the server's").to_owned()),
            ("unknown account", self.unknown_account.unwrap_or("the server's").to_owned()),
            ("owner", self.owner.clone().unwrap_or_else(none)),
            ("created", self.created_at.clone()),
            ("last used", self.last_used_at.clone().unwrap_or_else(|| "never".to_owned())),
            ("if unused", self.next()),
            ("secrets", if secrets.is_empty() { none() } else { secrets.join("; ") }),
        ];
        lines.map(|(name, value)| format!("{name:<17} {value}")).join("\n")
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
