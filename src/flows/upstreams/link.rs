//! Connecting an identity with an account.

use super::Upstreams;
use crate::domain::audit::Actor;
use crate::domain::ids::{Timestamp, UpstreamIdentityId};
use crate::domain::session::Device;
use crate::domain::upstream::{UpstreamChange, UpstreamIdentity, UpstreamName};
use crate::domain::user::User;
use crate::flows::mail::WayInNews;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{StoreError, Transaction};

/// An identity that is to sign in to an account.
pub(super) struct NewLink {
    pub(super) upstream: UpstreamName,
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) address: Option<String>,
    /// When it signed in, if it does so now.
    pub(super) used_at: Option<Timestamp>,
}

impl Upstreams {
    /// Adds it to the account, writes that down and tells the person, by whose device it was done. `conflict` (409) if it
    /// belongs to an account already.
    pub(super) async fn link(
        &self,
        tx: &mut Transaction,
        user: &User,
        new: NewLink,
        device: &Device,
    ) -> Result<(), Refusal> {
        let now = self.instruments.now();
        let identity = UpstreamIdentity {
            id: UpstreamIdentityId::new(self.instruments.row_id(now)),
            user: user.id,
            upstream: new.upstream,
            issuer: new.issuer,
            subject: new.subject,
            address: new.address,
            created_at: now,
            last_used_at: new.used_at,
        };
        tx.upstream_identity_insert(&identity).await.map_err(taken)?;
        self.note(tx, user, (UpstreamChange::Linked, &identity.upstream), &Actor::User(user.id)).await?;
        Ok(self.tell(tx, user, &identity, WayInNews::Opened(device)).await?)
    }
}

/// The identity belongs to an account already.
pub(super) fn taken(error: StoreError) -> Refusal {
    match error {
        StoreError::Conflict => Refusal::new(ErrorCode::Conflict, "this identity signs in to an account already"),
        other => other.into(),
    }
}
