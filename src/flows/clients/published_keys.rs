//! The keys by which applications sign their assertions: registered here, or published by them (RFC 7591 §2).

use std::net::IpAddr;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;

use super::Clients;
use crate::adapters::fetch::{Document, DocumentError, Received};
use crate::domain::application::{Application, ClientAuthentication};
use crate::flows::unread_documents::unread;
use crate::protocol::assertion::{self, Addressee, VerifiedAssertion};
use crate::protocol::client_keys::published_keys;
use crate::protocol::document_address::DocumentAddress;
use crate::protocol::refusal::Refusal;

/// The keys that an application publishes at its `jwks_uri`.
struct PublishedKeys(JwkSet);

impl Document for PublishedKeys {
    const ACCEPT: &'static str = "application/jwk-set+json, application/json";
    const MOST: usize = 32 * 1024;
    /// A key that the application has taken away is refused after this time, whatever the headers say.
    const LONGEST: Duration = Duration::from_mins(5);

    fn read(received: &Received) -> Result<Self, String> {
        received.check_json()?;
        published_keys(&received.body).map(Self).map_err(|e| e.to_string())
    }
}

impl Clients {
    /// Checks an assertion by the keys of its application. Published ones are fetched again where it names one that is
    /// not among them, as an application does that has changed its keys.
    pub(super) async fn verify_assertion(
        &self,
        application: &Application,
        assertion: &str,
        addressee: &Addressee<'_>,
        address: IpAddr,
    ) -> Result<VerifiedAssertion, Refusal> {
        let (settings, client_id) = (&application.settings, application.client_id.as_str());
        let now = self.instruments.now().as_seconds();
        let check = |keys: &JwkSet| assertion::verify(assertion, client_id, keys, addressee, now);
        let Some(published) = &settings.jwks_uri else {
            let ClientAuthentication::PrivateKeyJwt(keys) = &settings.authentication else {
                return Err(Refusal::invalid_client("this application has no keys"));
            };
            return check(keys);
        };
        // What registered itself may name any address, so the network that asks for it is counted.
        let network = application.origin.is_dynamic().then_some(address);
        let unfetched = |e| unfetched(published, e);
        let keys = self.documents.get::<PublishedKeys>(published.as_url(), network).await.map_err(unfetched)?;
        if !assertion::names_another_key(assertion, &keys.0) {
            return check(&keys.0);
        }
        let newer = self.documents.get_newer::<PublishedKeys>(published.as_url(), network).await.map_err(unfetched)?;
        check(&newer.0)
    }
}

/// Only the owner of the application is told why, and where.
fn unfetched(address: &DocumentAddress, error: DocumentError) -> Refusal {
    unread(error, |reason| {
        Refusal::invalid_client("the keys that this application publishes cannot be read at the moment")
            .telling_owner(format!("{address} cannot be used: {reason}"))
    })
}
