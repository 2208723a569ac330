//! The delivery trace of a sign-in: every step is recorded for the application's owner, and logged under the sign-in's
//! trace id.

use super::instruments::Instruments;
use crate::domain::ids::{AuthorizationId, SignInEventId, SignInId, SignInRecordId};
use crate::domain::sign_in::{DeliveryEvent, SignIn};
use crate::protocol::refusal::Refusal;
use crate::store::{Store, StoreError, Transaction};

/// Writes the steps of sign-ins down.
pub struct DeliveryTraces {
    instruments: Instruments,
    store: Store,
}

impl DeliveryTraces {
    /// Traces are kept in the database.
    pub fn new(instruments: Instruments, store: Store) -> Self {
        Self { instruments, store }
    }

    /// Adds a step to a delivery trace, now.
    pub async fn note_delivery(
        &self,
        tx: &mut Transaction,
        sign_in: SignInId,
        event: DeliveryEvent,
        detail: &str,
    ) -> Result<(), StoreError> {
        let now = self.instruments.now();
        tx.delivery_trace_append(SignInEventId::new(self.instruments.row_id(now)), sign_in, now, event, detail).await
    }

    /// Adds a step, in the transaction of what it records.
    pub(in crate::flows) async fn append_delivery(
        &self,
        tx: &mut Transaction,
        sign_in: &SignIn,
        event: DeliveryEvent,
        detail: &str,
    ) -> Result<(), StoreError> {
        tracing::info!(sign_in_trace = sign_in.trace_id, event = event.name(), detail, "sign-in");
        self.note_delivery(tx, sign_in.id, event, detail).await
    }

    /// Adds a step that changed nothing else. Beyond the limit of its kind it costs no write.
    pub(in crate::flows) async fn note_step(
        &self,
        sign_in: &SignIn,
        event: DeliveryEvent,
        detail: &str,
    ) -> Result<(), StoreError> {
        if self.store.delivery_trace_is_full_of(sign_in.id, event).await? {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        self.append_delivery(&mut tx, sign_in, event, detail).await?;
        tx.commit().await
    }

    /// Adds a refusal with its reason.
    pub(in crate::flows) async fn note_refused(&self, sign_in: &SignIn, why: &str) -> Result<(), StoreError> {
        self.note_step(sign_in, DeliveryEvent::Refused, why).await
    }

    /// The same by the sign-in's id. Server errors are not recorded, and a failure to record does not change the
    /// answer.
    pub(in crate::flows) async fn note_refusal(&self, sign_in: Option<SignInId>, refusal: &Refusal) {
        let Some(id) = sign_in.filter(|_| refusal.code.status() < 500) else { return };
        let noted = async {
            match self.store.sign_in(id).await? {
                Some(sign_in) => self.note_refused(&sign_in, &refusal.description).await,
                None => Ok(()),
            }
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "a step of a sign-in was not written down");
        }
    }

    /// Writes down for the person of a sign-in, if there is an account, that wrong codes were typed until there were no
    /// tries left.
    pub(in crate::flows) async fn record_tried_too_often(
        &self,
        tx: &mut Transaction,
        sign_in: &SignIn,
    ) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let id = SignInRecordId::new(self.instruments.row_id(now));
        tx.sign_in_record_tried_too_often(id, sign_in.id, now).await
    }

    /// Adds a step to the sign-in that was made for a request. With an earlier session there was none.
    pub(in crate::flows) async fn append_delivery_of(
        &self,
        tx: &mut Transaction,
        authorization: AuthorizationId,
        event: DeliveryEvent,
        detail: &str,
    ) -> Result<(), StoreError> {
        match tx.sign_in_of_authorization(authorization).await? {
            Some(sign_in) => self.append_delivery(tx, &sign_in, event, detail).await,
            None => Ok(()),
        }
    }
}
