//! The owner that an application is registered with.

use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::user::EmailAddress;
use crate::store::{StoreError, Transaction};

/// Makes the address that an application was registered with its owner: its account, or the one that proves it first.
pub(in crate::flows) async fn settle_owner(
    tx: &mut Transaction,
    application: &Application,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(email) = application.settings.owner.as_deref().and_then(|owner| owner.parse::<EmailAddress>().ok()) else {
        return Ok(());
    };
    match tx.user_by_email(&email).await? {
        Some(user) => tx.owner_add(application.id, user.id, now).await,
        None => tx.owner_add_address(application.id, &email, now).await,
    }
}
