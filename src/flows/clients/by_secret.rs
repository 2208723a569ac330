//! Client authentication by a secret.
//!
//! Whether an application has the client id shows neither in the answer nor in the time it takes, and no number of wrong
//! secrets keeps a right one from being recognised.

use std::net::IpAddr;

use super::verify_secret::{Attempt, Comparison, Verdict};
use super::{AuthenticatedClient, Clients, working, wrong};
use crate::config::{Config, DeclaredSecret};
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::domain::secret::{ClientSecret, SecretHash};
use crate::protocol::refusal::Refusal;

impl Clients {
    pub(super) async fn authenticate_by_secret(
        &self,
        client_id: &str,
        secret: &str,
        address: IpAddr,
    ) -> Result<AuthenticatedClient, Refusal> {
        let Ok(client_id) = client_id.parse::<ClientId>() else { return Err(wrong()) };
        let application = self.client_documents.at_hand(&client_id).await?;
        let presented = ClientSecret::presented(secret.to_owned());
        let attempt = Attempt { client_id: &client_id, application: application.as_deref(), presented: &presented };
        let verdict = match self.secrets.recall(&attempt) {
            Some(verdict) => verdict,
            None => self.find_out(&attempt, address).await?,
        };
        let (Some(application), Verdict::Right(secret)) = (application, verdict) else { return Err(wrong()) };
        working(&application)?;
        Ok(AuthenticatedClient { application, secret: Some(secret) })
    }

    /// Whether this is a secret of an application that says so of itself. A guess costs and counts as much as one at the
    /// token endpoint.
    pub(in crate::flows) async fn is_secret_of(
        &self,
        application: &Application,
        presented: &ClientSecret,
        address: IpAddr,
    ) -> Result<bool, Refusal> {
        let attempt = Attempt { client_id: &application.client_id, application: Some(application), presented };
        let verdict = match self.secrets.recall(&attempt) {
            Some(verdict) => verdict,
            None => self.find_out(&attempt, address).await?,
        };
        Ok(verdict != Verdict::Wrong)
    }

    async fn find_out(&self, attempt: &Attempt<'_>, address: IpAddr) -> Result<Verdict, Refusal> {
        let _turn = self.secrets.turn(attempt).await;
        if let Some(verdict) = self.secrets.recall(attempt) {
            return Ok(verdict);
        }
        let verdict = match self.secrets.comparison(attempt) {
            Some(comparison) => self.compare(attempt, comparison, address).await?,
            None => Verdict::Wrong,
        };
        if verdict == Verdict::Wrong {
            self.guesses.count(attempt.client_id, address, self.instruments.now())?;
            self.secrets.remember_wrong(attempt);
        }
        Ok(verdict)
    }

    async fn compare(
        &self,
        attempt: &Attempt<'_>,
        comparison: Comparison,
        address: IpAddr,
    ) -> Result<Verdict, Refusal> {
        let admit = || {
            let (client_id, now) = (attempt.client_id, self.instruments.now());
            self.guesses.admit(client_id, address, comparison.likeness, now)
        };
        // A request that waits is not counted yet: of many clients at one address that come at once, none uses up the
        // comparisons of the others.
        let late = match admit() {
            Ok(counted) => {
                counted.withdraw();
                None
            }
            Err(refusal) => Some(self.guesses.late_turn(address).await.ok_or(refusal)?),
        };
        let thread = self.secrets.thread(attempt, address).await?;
        let counted = if late.is_none() { Some(admit()?) } else { None };
        let outcome = self.secrets.compare(attempt, comparison, thread).await;
        if let Some(counted) = counted
            && !matches!(outcome, Ok(Verdict::Wrong))
        {
            counted.withdraw();
        }
        outcome
    }
}

/// A hash of the configuration of which there is nothing but the hash.
pub(super) fn declared_hash(config: &Config) -> Option<SecretHash> {
    config.provisioning.applications.iter().find_map(|application| match &application.secret {
        Some(DeclaredSecret::Hash(hash)) => Some(SecretHash::new(hash.expose().to_owned())),
        _ => None,
    })
}
