//! Applications, which the RFCs call clients.

mod authentication;
mod check;
mod given;
mod kind;
mod limits;
mod setting;
mod settings;
mod state;
mod values;

use std::time::Duration;

use super::authorization::Trust;
use super::ids::{ApplicationId, ClientId, Timestamp};
use super::life_marks::LifeMarks;
use super::secret::{ClientSecret, StoredSecret};
use crate::protocol::redirect_uri;

pub use authentication::ClientAuthentication;
pub use check::SettingsError;
pub use given::{GivenSettings, SettingProblem};
pub use kind::ApplicationKind;
pub use limits::{BeyondLimits, SelfServiceLimits};
pub use setting::{Audited, Choice, Choices, Chosen, FormerName, Place, Setting, SettingValue, Shape};
pub use settings::{ApplicationSettings, PkcePolicy, SETTINGS};
pub use state::{ApplicationState, DeactivationReason, Origin};
pub use values::LONGEST_TOKEN_TTL;

/// How many secrets an application may have at once: the one in use and the one that replaces it.
pub const MOST_SECRETS: usize = 2;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// How many scopes an application may have: each of them is read with every request.
pub const MOST_SCOPES: usize = 100;

/// An application, with all that is needed to authenticate it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The key of its row.
    pub id: ApplicationId,
    /// The client id (RFC 6749 §2.2).
    pub client_id: ClientId,
    /// The settings.
    pub settings: ApplicationSettings,
    /// Where it was registered.
    pub origin: Origin,
    /// The life-cycle state.
    pub state: ApplicationState,
    /// Its live secrets, oldest first.
    pub secrets: Vec<StoredSecret>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last made a successful request.
    pub last_used_at: Option<Timestamp>,
    /// Raised by every change. A change names the version it was made from, so that no change is overwritten unseen.
    pub version: i64,
    /// What else the life cycle of unused applications needs.
    pub life: LifeMarks,
    /// Access tokens that were issued before this second are not accepted by this server.
    pub tokens_not_before: Option<Timestamp>,
}

impl Application {
    /// One that is registered at `now`: active, without secrets, never used.
    pub fn new(
        id: ApplicationId,
        client_id: ClientId,
        settings: ApplicationSettings,
        origin: Origin,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            client_id,
            settings,
            origin,
            state: ApplicationState::Active,
            secrets: Vec::new(),
            created_at: now,
            last_used_at: None,
            version: 1,
            life: LifeMarks::default(),
            tokens_not_before: None,
        }
    }

    /// Whether the presented text could be one of its secrets, by shape and checksum alone.
    pub fn could_have_secret(&self, presented: &ClientSecret) -> bool {
        self.secrets.iter().any(|secret| secret.could_be(presented))
    }

    /// Whether its authorization requests must have a PKCE challenge.
    pub fn needs_pkce(&self) -> bool {
        self.settings.pkce == PkcePolicy::Required || self.settings.authentication == ClientAuthentication::None
    }

    /// How far its identity is assured, if the answer goes to this redirect URI.
    pub fn trust_at(&self, redirect_uri: &str) -> Trust {
        let authenticates = self.settings.authentication != ClientAuthentication::None;
        Trust {
            first_party: self.settings.first_party,
            identity_assured: authenticates || redirect_uri::is_https(redirect_uri),
        }
    }

    /// How long its access tokens live, given the server's own setting.
    pub fn token_ttl(&self, default: Duration) -> Duration {
        self.settings.token_ttl.unwrap_or(default)
    }
}
