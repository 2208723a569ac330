//! Applications, which the RFCs call clients.

mod about;
mod access_policy;
mod allowed_caller;
mod authentication;
mod check;
mod federated;
mod given;
mod hidden_groups;
mod kind;
mod limits;
mod name;
mod pkce_policy;
mod setting;
mod settings;
mod settings_object;
mod state;
mod values;

use std::time::Duration;

use super::authorization::Trust;
use super::group::GroupName;
use super::ids::{ApplicationId, ClientId, Timestamp};
use super::life_marks::LifeMarks;
use super::secret::StoredSecret;
use crate::protocol::claim_name::ClaimName;
use crate::protocol::id_token::GroupsClaim;
use crate::protocol::redirect_uri;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::{self, Scope};

pub use about::{AboutError, Description, WebAddress};
pub use access_policy::AccessPolicy;
pub use allowed_caller::AllowedCaller;
pub use authentication::ClientAuthentication;
pub use check::{AUDIENCES, POST_LOGOUT_REDIRECT_URIS, REDIRECT_URIS, SettingsError};
pub use federated::{KEYS, KEYS_FILE, told};
pub use given::{GivenSettings, SettingProblem};
pub use kind::ApplicationKind;
pub use limits::{BeyondLimits, SelfServiceLimits};
pub use name::{LONGEST_NAME, are_alike, harmless, looks};
pub use pkce_policy::PkcePolicy;
pub use setting::{Audited, Choice, Choices, Chosen, FormerName, Place, Setting, SettingValue, Shape, Topic};
pub use settings::{ApplicationSettings, SETTINGS};
pub use state::{Admission, ApplicationState, DeactivationReason, Origin};
pub use values::LONGEST_TOKEN_TTL;

/// How many secrets an application may have at once: the one in use and the one that replaces it.
pub const MOST_SECRETS: usize = 2;

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
    /// What it had got before this moment, tokens and codes, is not accepted by this server any more.
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

    /// Whether its authorization requests must have a PKCE challenge.
    pub fn needs_pkce(&self) -> bool {
        self.settings.pkce == PkcePolicy::Required || self.is_public()
    }

    /// How far its identity is assured, if the answer goes to this redirect URI.
    pub fn trust_at(&self, redirect_uri: &str) -> Trust {
        Trust {
            first_party: self.settings.first_party,
            always_asks: self.origin.is_document(),
            identity_assured: !self.is_public() || redirect_uri::is_https(redirect_uri),
        }
    }

    /// Whether it cannot authenticate (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.settings.authentication == ClientAuthentication::None
    }

    /// Whether what it got at this moment was ended since, with all that it had got before.
    pub fn has_ended(&self, issued_at: Timestamp) -> bool {
        self.tokens_not_before.is_some_and(|moment| issued_at < moment)
    }

    /// What it may ask tokens for: its audiences, and itself.
    pub fn targets(&self) -> Vec<ResourceId> {
        self.settings.audiences.iter().cloned().chain(self.as_target()).collect()
    }

    /// Itself, as the audience of a token.
    pub fn as_target(&self) -> Option<ResourceId> {
        self.client_id.as_str().parse().ok()
    }

    /// Whether another application may ask for tokens that this one reads. Each may for itself.
    pub fn lets_call(&self, caller: &ClientId) -> bool {
        let is_allowed = || self.settings.allowed_callers.iter().any(|one| one.is(caller));
        self.client_id == *caller || (self.state == ApplicationState::Active && is_allowed())
    }

    /// Whether it still has a grant by which a person lets it in.
    pub fn may_speak_for_people(&self) -> bool {
        self.settings.grants.iter().any(|grant| grant.lets_in())
    }

    /// What is left of a scope that it was given once: what was taken from its settings since is not in it. Every
    /// application may ask for what the resources that are `open` bring along, and for
    /// [`passwordless`](Scope::passwordless), where that means anything.
    pub fn still_allowed(&self, given: &Scope, open: &Scope) -> Scope {
        given.intersect(&self.settings.scope.clone().union(&Scope::passwordless()).union(open))
    }

    /// Whether the operator answers for it, and no developer.
    pub fn is_operators(&self) -> bool {
        self.settings.first_party || (self.settings.owner.is_none() && !self.origin.is_dynamic())
    }

    /// Where a person begins who comes to it from here: where a sign-in begins (OIDC Core §4), or at its home page.
    pub fn begins_at(&self, issuer: &str) -> Option<String> {
        let Some(page) = &self.settings.initiate_login_uri else {
            return self.settings.client_uri.as_ref().map(|page| page.as_str().to_owned());
        };
        let mut url = url::Url::parse(page.as_str()).ok()?;
        url.query_pairs_mut().append_pair("iss", issuer);
        Some(url.into())
    }

    /// The first scope that needs the person's consent where no page asks for it.
    ///
    /// An application of the operator is trusted not to need one; a developer's, or one that registered itself, gets only
    /// the scopes that identify the person, and those they have agreed to before.
    pub fn first_unagreed<'a>(&self, scope: &'a Scope, consented: &Scope) -> Option<&'a str> {
        if self.is_operators() {
            return None;
        }
        let free = Scope::passwordless().union(&Scope::openid());
        scope.first_outside(&free.union(consented))
    }

    /// What it is called in mails to people. One that registered itself is not called anything there: its name, which
    /// anybody may choose, would be a message of anybody's in a mail of this server.
    pub fn name_in_mails(&self) -> Option<&str> {
        (!self.origin.is_dynamic()).then_some(self.settings.name.as_str())
    }

    /// The claim with the groups of a person, as this application sees them.
    pub fn groups_claim(&self, groups: &[GroupName]) -> GroupsClaim {
        let visible = &self.settings.visible_groups;
        let seen = groups.iter().filter(|group| visible.is_empty() || visible.contains(group));
        let name = self.settings.groups_claim.as_ref().map_or(GroupsClaim::USUAL, ClaimName::as_str);
        GroupsClaim::of(name, seen.map(ToString::to_string).collect())
    }

    /// The scope that gives it this claim (OIDC Core §5.4).
    pub fn scope_of_claim(&self, claim: &str) -> Option<&'static str> {
        let groups = self.settings.groups_claim.as_ref().map_or(GroupsClaim::USUAL, ClaimName::as_str);
        match claim {
            "name" | "preferred_username" | "locale" | "updated_at" => Some(scope::PROFILE),
            "email" | "email_verified" => Some(scope::EMAIL),
            _ if claim == groups => Some(scope::GROUPS),
            _ => None,
        }
    }

    /// How long its access tokens live, given the server's own setting.
    pub fn token_ttl(&self, default: Duration) -> Duration {
        self.settings.token_ttl.unwrap_or(default)
    }
}

#[cfg(test)]
mod tests;
