//! The owner's limit: how many applications a person who is no operator may own.

use super::{Access, Caller, sign_in_anew};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::Transaction;

impl Access {
    /// Checks that the caller owns no more applications than an owner may, the one of this transaction included. The
    /// transaction holds the lock of applications, so that parallel ones count each other.
    pub(in crate::flows) async fn check_owner_limit(
        &self,
        tx: &mut Transaction,
        caller: &Caller,
    ) -> Result<(), Refusal> {
        let Some(user) = caller.user().filter(|_| !caller.chooses_everything()) else { return Ok(()) };
        let limit = self.applications_per_owner;
        if tx.owner_count(user.id).await? <= i64::from(limit) {
            return Ok(());
        }
        if caller.could_choose_everything() {
            return Err(sign_in_anew());
        }
        let sentence = format!("you own {limit} applications already, as many as this server allows");
        Err(Refusal::new(ErrorCode::AccessDenied, sentence))
    }
}
