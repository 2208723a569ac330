//! What an application may ask tokens for. Where a token is for another application, that one decides too, and is asked
//! each time: when a token is asked for, when it is issued, and when this server is asked about it.

use std::sync::Arc;

use super::application_cache::ApplicationCache;
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::resource::{self, ResourceId};
use crate::store::StoreError;

impl ApplicationCache {
    /// The requested ones among those that an application may ask for, if each application among them lets it.
    pub(super) async fn permitted_targets(
        &self,
        caller: &Application,
        requested: &[ResourceId],
        allowed: &[ResourceId],
    ) -> Result<Vec<ResourceId>, Refusal> {
        let permitted = resource::permitted(requested, allowed)?;
        for target in &permitted {
            if !self.lets_call(target, caller).await? {
                return Err(Refusal::new(
                    ErrorCode::InvalidTarget,
                    format!(
                        "'{target}' is no application that takes tokens of this one; \
                         its allowed_callers have to name '{}'",
                        caller.client_id
                    ),
                ));
            }
        }
        Ok(permitted)
    }

    /// Those among them that an application may still ask for.
    pub(super) async fn targets_left(
        &self,
        caller: &Application,
        targets: Vec<ResourceId>,
    ) -> Result<Vec<ResourceId>, StoreError> {
        let mut left = Vec::with_capacity(targets.len());
        for target in targets {
            if self.lets_call(&target, caller).await? {
                left.push(target);
            }
        }
        Ok(left)
    }

    /// The application that a target is, if it is one.
    pub(super) async fn application_of_target(
        &self,
        target: &ResourceId,
    ) -> Result<Option<Arc<Application>>, StoreError> {
        match target.as_client_id().map(str::parse::<ClientId>) {
            Some(Ok(client_id)) => self.application(&client_id).await,
            Some(Err(_)) | None => Ok(None),
        }
    }

    /// Whether a target takes tokens of an application: an application says so itself, of another API the caller's
    /// settings say it.
    async fn lets_call(&self, target: &ResourceId, caller: &Application) -> Result<bool, StoreError> {
        if target.as_client_id().is_none() || target.as_str() == caller.client_id.as_str() {
            return Ok(true);
        }
        let found = self.application_of_target(target).await?;
        Ok(found.is_some_and(|application| application.lets_call(&caller.client_id)))
    }
}
