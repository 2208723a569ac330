//! Whether this node should get traffic.

use std::time::Duration;

use tokio::time::timeout;

use super::Upkeep;
use crate::protocol::refusal::Refusal;

/// How long readiness waits for the database.
const PATIENCE: Duration = Duration::from_secs(1);

impl Upkeep {
    /// Refuses without a database that answers and took what was last written, and a key that signs; the reason goes
    /// to the log.
    pub async fn check_ready(&self) -> Result<(), Refusal> {
        let not_ready = |why: String| Refusal::unavailable("not ready", Duration::from_secs(1)).with_detail(why);
        let asking = async {
            self.store.ping().await?;
            self.store.check_writable().await
        };
        match timeout(PATIENCE, asking).await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => return Err(not_ready(e.to_string())),
            Err(_) => return Err(not_ready("the database did not answer within a second".to_owned())),
        }
        self.keys.signer(self.keys.default_algorithm(), self.instruments.now()).map(|_| ()).map_err(|refusal| {
            not_ready(refusal.detail.map_or_else(|| "no signing key is loaded".to_owned(), String::from))
        })
    }
}
