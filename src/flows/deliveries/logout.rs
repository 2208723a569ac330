//! Logout tokens to applications (OIDC Back-Channel Logout §2.5): tried for an hour, with a fresh token each time.

use std::time::Duration;

use url::form_urlencoded::Serializer;

use super::Deliveries;
use super::attempt::Tried;
use crate::adapters::fetch::{Media, Post};
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::logout::{Logout, Sid};
use crate::protocol::logout_token::{FIELD, LoggedOut, LogoutTokenClaims, TYPE};
use crate::store::{AfterTry, ClaimedDelivery};

/// For how long an application is tried that does not take its logout token.
pub(super) const TRIED_FOR: Duration = Duration::from_hours(1);

/// The delay after each failed attempt, in seconds; the last one again and again.
const BACK_OFF: [u64; 5] = [5, 30, 120, 300, 600];

/// The next attempt, while there is time: the last one is an hour after the person was signed out.
pub(super) fn after_failed_try(claimed: &ClaimedDelivery, tried: &Tried, jitter: f64, now: Timestamp) -> AfterTry {
    let last = claimed.created_at.plus(TRIED_FOR);
    if now >= last {
        return AfterTry::GivenUp;
    }
    let step = usize::try_from(claimed.attempts - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
    let wait = Duration::from_secs(BACK_OFF[step]).mul_f64(jitter);
    AfterTry::Again(tried.again_after(wait, now).min(last))
}

impl Deliveries {
    /// A token that is signed now, so that its two minutes begin when it is sent, as its application has its ID tokens
    /// signed (§2.6).
    pub(super) fn logout_token<'a>(
        &self,
        application: &'a Application,
        logout: &str,
        now: Timestamp,
    ) -> Result<Post<'a>, String> {
        let url = application.settings.backchannel_logout_uri.as_ref().ok_or("there is no address any more")?.as_url();
        let logout: Logout = serde_json::from_str(logout).map_err(|e| format!("it cannot be read: {e}"))?;
        let who = LoggedOut {
            issuer: self.issuer.as_str(),
            client_id: application.client_id.as_str(),
            sub: &logout.sub,
            sid: logout.sid.as_ref().map(Sid::as_str),
        };
        let signer = self.keys.signer(application.settings.signing_algorithm, now);
        let signer = signer.map_err(|refusal| refusal.description.into_owned())?;
        let claims = LogoutTokenClaims::new(who, self.instruments.random(), now.as_seconds());
        let token = signer.sign_jwt(TYPE, &claims);
        let token = token.map_err(|e| format!("it cannot be signed: {e}"))?;
        let body = Serializer::new(String::new()).append_pair(FIELD, &token).finish();
        Ok(Post { url, headers: Vec::new(), media: Media::Form, body })
    }
}
