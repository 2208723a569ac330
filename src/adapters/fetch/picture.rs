//! Reading a picture from an address that somebody chose.

use std::time::Duration;

use url::Url;

use super::get::Wanted;
use super::{FetchError, Fetcher, Received};
use crate::domain::ids::Timestamp;

/// What is asked for; what comes is judged by itself.
const PICTURES: &str = "image/svg+xml, image/webp, image/png, image/jpeg";

impl Fetcher {
    /// What stands at an address, `most` bytes of it. Redirects are not followed: where they lead was not chosen.
    pub async fn picture(
        &self,
        url: &Url,
        most: usize,
        limit: Duration,
        now: Timestamp,
    ) -> Result<Received, FetchError> {
        self.get(Wanted { url, accept: PICTURES, most, now }, limit).await
    }
}
