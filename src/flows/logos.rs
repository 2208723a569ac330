//! The pictures of applications.
//!
//! The browser of somebody who signs in tells no other host of it: this server fetches a picture, keeps a copy and shows
//! that. It is fetched when an application gets one, and once a day; never because a page was asked for, so that
//! strangers cannot make this server send requests.

use std::sync::Arc;
use std::time::Duration;

use tracing::info;
use url::Url;

use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::adapters::fetch::Fetcher;
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::domain::picture::{LARGEST_PICTURE, LogoState, Picture};
use crate::store::{LogoAge, LogoDue, Store, StoreError};

/// How long a copy is shown before the next is fetched.
const COPY_LASTS: Duration = Duration::from_hours(24);

/// How long after a failure the next try is.
const AGAIN_AFTER: Duration = Duration::from_hours(1);

/// The time limit for one of them.
const LIMIT: Duration = Duration::from_secs(5);

/// How many are fetched in one round.
const AT_ONCE: i64 = 20;

/// The pictures of applications.
pub struct Logos {
    instruments: Instruments,
    store: Store,
    fetcher: Arc<Fetcher>,
}

impl Logos {
    /// Pictures are fetched from where webhooks may be sent to.
    pub fn new(base: &Foundations, fetcher: &Arc<Fetcher>) -> Self {
        Self { instruments: base.instruments.clone(), store: base.store.clone(), fetcher: Arc::clone(fetcher) }
    }

    /// Fetches what is due.
    pub async fn fetch_due_logos(&self) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let old = LogoAge { copied_before: now.minus(COPY_LASTS), failed_before: now.minus(AGAIN_AFTER) };
        for due in self.store.logos_due(old, AT_ONCE).await? {
            if !self.store.logo_claim(&due, old, now).await? {
                continue;
            }
            match self.fetch(&due).await {
                Ok(picture) => self.store.logo_keep(&due, &picture).await?,
                Err(problem) => {
                    info!(application = %due.application, error = problem, "a logo cannot be fetched");
                    self.store.logo_failed(&due, &problem).await?;
                }
            }
        }
        Ok(())
    }

    /// A picture, or for the application's owner why there is none.
    async fn fetch(&self, due: &LogoDue) -> Result<Picture, String> {
        let url = Url::parse(&due.uri).map_err(|e| e.to_string())?;
        let heard = self.fetcher.picture(&url, LARGEST_PICTURE, LIMIT, self.instruments.now()).await;
        let heard = heard.map_err(|e| e.to_string())?;
        heard.check_status()?;
        Picture::read(heard.body.to_vec()).map_err(|e| e.to_string())
    }

    /// The copy that pages show.
    pub async fn logo(&self, client_id: &ClientId) -> Result<Option<Picture>, StoreError> {
        self.store.logo(client_id).await
    }

    /// What became of the picture of an application, for its owners.
    pub async fn logo_state(&self, application: &Application) -> Result<Option<LogoState>, StoreError> {
        match application.settings.logo_uri {
            Some(_) => self.store.logo_state(application.id).await,
            None => Ok(None),
        }
    }
}
