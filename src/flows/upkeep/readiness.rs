//! Whether this node should get traffic, and which part of it is not ready.

use std::time::Duration;

use tokio::time::timeout;

use super::Upkeep;
use crate::protocol::refusal::Refusal;
use crate::store::{Figures, StoreError};

/// How long readiness waits for the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// A part of the server that has to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The database answers and has this version's tables.
    Database,
    /// It took what was last written.
    Storage,
    /// There is a key that signs.
    SigningKey,
}

impl Part {
    /// Every part, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Database, Self::Storage, Self::SigningKey];

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Storage => "storage",
            Self::SigningKey => "signing_key",
        }
    }
}

impl Upkeep {
    /// Refuses unless every part works. The refusal names those that do not; the reasons go to the log.
    pub async fn check_ready(&self) -> Result<(), Refusal> {
        let mut failed: Vec<(Part, String)> = self.failing_database().await.into_iter().collect();
        let signer = self.keys.signer(self.keys.default_algorithm(), self.instruments.now());
        if let Err(refusal) = signer {
            let why = refusal.detail.map_or_else(|| "no signing key is loaded".to_owned(), String::from);
            failed.push((Part::SigningKey, why));
        }
        if failed.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = failed.iter().map(|(part, _)| part.name()).collect();
        let reasons: Vec<&str> = failed.iter().map(|(_, why)| why.as_str()).collect();
        let description = format!("not ready: {}", names.join(", "));
        Err(Refusal::unavailable(description, Duration::from_secs(1)).with_detail(reasons.join("; ")))
    }

    /// The part of the database that does not work. One that does not answer is not asked to store anything.
    async fn failing_database(&self) -> Option<(Part, String)> {
        let asked = timeout(PATIENCE, self.store.ping()).await;
        let late = || StoreError::Unavailable("no answer within a second".to_owned());
        if let Err(e) = asked.unwrap_or_else(|_| Err(late())) {
            return Some((Part::Database, e.to_string()));
        }
        let asked = timeout(PATIENCE, self.store.check_writable()).await;
        asked.unwrap_or_else(|_| Err(late())).err().map(|e| (Part::Storage, e.to_string()))
    }

    /// Figures of the connections to the database.
    pub fn database_figures(&self) -> Figures {
        self.store.figures()
    }
}
