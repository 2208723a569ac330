//! The registration endpoint (RFC 7591 §3).

use std::net::IpAddr;

use super::{ClientInformation, Registrations, check_look};
use crate::config::DynamicRegistration;
use crate::domain::activity::network;
use crate::domain::application::{Admission, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::ClientId;
use crate::domain::one_time::InitialAccessToken;
use crate::domain::registration::{Allowance, ClientMetadata, Members, Registration, RegistrationToken, TokenState};
use crate::domain::secret::ClientSecret;
use crate::flows::applications::{MadeSecret, Unstored};
use crate::flows::request_limits::Sender;
use crate::flows::unused_limit::check_room;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, Transaction};

/// The path of the endpoint; registered applications have theirs below.
pub const PATH: &str = "/oauth/register";

/// A request to be registered.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The initial access token, if one was sent.
    pub token: Option<&'a str>,
    /// What the application says of itself.
    pub metadata: &'a Members,
    /// Where the request came from.
    pub address: IpAddr,
}

/// What lets an application in.
struct Ticket {
    admission: Admission,
    token: Option<RegistrationToken>,
    allowed: Allowance,
}

impl Registrations {
    /// Registers an application (RFC 7591 §3.1). What it may not have is left out, and the answer says what was
    /// registered.
    pub async fn register(&self, asking: Asking<'_>) -> Result<ClientInformation, Refusal> {
        let ticket = self.ticket(&asking).await?;
        let ClientMetadata { settings, method } = self.read(asking.metadata, &ticket.allowed)?;
        let secret = self.applications.secret_for_stranger(&settings, asking.address).await?;
        let network = network(asking.address);
        let mut tx = self.store.begin().await?;
        // One after the other, so that parallel ones count each other. Other nodes have nothing in memory that this
        // changes.
        tx.lock(Generation::Applications).await?;
        self.use_up(&mut tx, &ticket, &network).await?;
        check_look(&mut tx, None, &settings).await?;
        let client_id = ClientId::from_random(self.instruments.random());
        let actor = Actor::Application(client_id.clone());
        let token = ticket.token.as_ref().map(|token| token.id);
        let event = AuditEvent::ApplicationRegistered { client_id: client_id.clone(), token, network: network.clone() };
        let unstored = Unstored { client_id, settings, origin: Origin::Dynamic(ticket.admission), event };
        let application = self.applications.application_store_in(&mut tx, unstored, secret.as_ref(), &actor).await?;
        let access_token = self.new_access_token();
        let registration = Registration { application: application.id, method, network };
        tx.registration_insert(&registration, access_token.hash()).await?;
        tx.commit().await?;
        self.applications.after_commit().await;
        let uri = self.uri_of(&application);
        let secret: Option<ClientSecret> = secret.map(MadeSecret::into_plain);
        Ok(ClientInformation { application, method, secret, access_token, uri })
    }

    /// Looks what lets it in. A token that is sent must be good, even where none is needed: it may have been sent for
    /// what it allows.
    async fn ticket(&self, asking: &Asking<'_>) -> Result<Ticket, Refusal> {
        let now = self.instruments.now();
        let Some(token) = asking.token else {
            if self.settings.dynamic != DynamicRegistration::Open {
                return Err(invalid("applications register themselves here with an initial access token"));
            }
            self.limits.admit(Sender::at(asking.address), now)?;
            return Ok(Ticket { admission: Admission::Open, token: None, allowed: self.allowance().await? });
        };
        let Some(token) = self.good_token(token).await? else {
            self.limits.admit(Sender::at(asking.address), now)?;
            return Err(not_good());
        };
        let allowed = self.allowance().await?.with(&token.scope, &token.grants);
        Ok(Ticket { admission: Admission::Token, token: Some(token), allowed })
    }

    async fn good_token(&self, presented: &str) -> Result<Option<RegistrationToken>, Refusal> {
        let Ok(presented) = presented.parse::<InitialAccessToken>() else { return Ok(None) };
        let found = self.store.registration_token(presented.hash()).await?;
        Ok(found.filter(|token| token.state(self.instruments.now()) == TokenState::Good))
    }

    /// Takes a use of the token, or a place among the unused.
    async fn use_up(&self, tx: &mut Transaction, ticket: &Ticket, network: &str) -> Result<(), Refusal> {
        if let Some(token) = &ticket.token {
            let is_good = tx.registration_token_use(token.id, self.instruments.now()).await?;
            return if is_good { Ok(()) } else { Err(not_good()) };
        }
        let too_many = "too many applications registered themselves and were not used; use them, or come back later";
        check_room(&self.rates.load_full(), tx.registrations_unused(network), too_many).await
    }
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidToken, what)
}

fn not_good() -> Refusal {
    invalid("the initial access token is not known, or is used up, expired or revoked")
}
