//! Recording requests for the applications that they name: asynchronously, bounded, in batches.
//!
//! A request is counted and possibly noted in memory; about once a second the notes are written to the database.
//! However many requests fail, an application gets a few lines a second and the server a few hundred; the others are
//! counted all the same.

mod waiting;

use std::iter::once;
use std::net::IpAddr;

use tracing::info;

use super::Insight;
use crate::domain::activity::{Counted, Endpoint, Failure, NotedRequest, network};
use crate::domain::ids::{ApplicationId, ClientId, NotedRequestId, Timestamp};
use crate::protocol::mismatch::redact;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::token::GrantType;
use crate::store::{DayTotal, StoreError};
use waiting::MOST_OF_ONE;

pub(super) use waiting::RequestLog;

/// How many rows are written in one transaction: on SQLite no other write is possible while one is open.
const BATCH: usize = 200;

/// How many applications' notes are: each has up to three quotas.
const APPLICATIONS: usize = BATCH / (3 * MOST_OF_ONE);

/// A request that names an application, and how it ended.
#[derive(Clone, Copy, Debug)]
pub struct LoggedRequest<'a> {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The application it names, which need not exist.
    pub client_id: &'a str,
    /// The grant it asks for, at the token endpoint.
    pub grant: Option<GrantType>,
    /// Where it came from.
    pub address: IpAddr,
    /// The trace id of its log line.
    pub trace_id: &'a str,
    /// Why it was refused, if it was.
    pub refusal: Option<&'a Refusal>,
}

impl LoggedRequest<'_> {
    fn counted(&self) -> Option<Counted> {
        match (self.refusal, self.endpoint) {
            (Some(_), _) => Some(Counted::Failed),
            (None, Endpoint::Token) => self.grant.map(Counted::Issued),
            (None, _) => None,
        }
    }

    /// Whether it is a successful routine request of a machine.
    fn is_routine(&self) -> bool {
        let by_machine = matches!(
            self.grant,
            Some(
                GrantType::ClientCredentials
                    | GrantType::RefreshToken
                    | GrantType::TokenExchange
                    | GrantType::JwtBearer
            )
        );
        self.refusal.is_none() && (by_machine || self.endpoint == Endpoint::Introspect)
    }

    /// The note of it, without secrets and personal data.
    fn noted(&self, at: Timestamp) -> NotedRequest {
        let failure = self.refusal.map(|refusal| Failure {
            error: refusal.code.name().to_owned(),
            reason: redact(refusal.reason_for_owner()),
            mismatch: refusal.mismatch.as_deref().cloned(),
            proven: refusal.proven,
        });
        NotedRequest {
            at,
            endpoint: self.endpoint,
            grant: self.grant,
            failure,
            times: 1,
            trace_id: self.trace_id.to_owned(),
            network: network(self.address),
        }
    }
}

impl Insight {
    /// Notes a request for the application that it names. Does not access the database.
    pub fn log_request(&self, request: &LoggedRequest<'_>) {
        let Ok(client_id) = request.client_id.parse::<ClientId>() else { return };
        // A device that waits as it should has not failed.
        if request.refusal.is_some_and(|refusal| refusal.code == ErrorCode::AuthorizationPending) {
            return;
        }
        let now = self.instruments.now();
        match self.application_cache.known_application(&client_id) {
            Some(application) => self.requests.note(application.id, request, now),
            // It was refused before the application was looked up.
            None if request.refusal.is_some() => self.requests.note_unknown(client_id, request.noted(now)),
            None => {}
        }
    }

    /// Writes counts and notes to the database. If that fails they are kept for the next time, as far as there is room.
    pub(in crate::flows) async fn flush_requests(&self) -> Result<(), StoreError> {
        self.look_up_unknown().await?;
        let counts = self.requests.take_counts();
        for (at, batch) in counts.chunks(BATCH).enumerate() {
            if let Err(error) = self.write_counts(batch).await {
                self.requests.give_back(&counts[at * BATCH..]);
                return Err(error);
            }
        }
        let (notes, dropped) = self.requests.take_notes(self.instruments.now());
        if dropped > 0 {
            info!(dropped, "more requests failed than are written down one by one");
        }
        for (at, batch) in notes.chunks(APPLICATIONS).enumerate() {
            if let Err(error) = self.write_notes(batch).await {
                // For any other error it would fail every time, so these notes are dropped.
                let again = if error.is_passing() { at } else { at + 1 };
                self.requests.put_back(notes.into_iter().skip(again * APPLICATIONS));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Looks up the applications of requests that were refused before.
    async fn look_up_unknown(&self) -> Result<(), StoreError> {
        let mut unknown = self.requests.take_unknown().into_iter();
        while let Some((client_id, note)) = unknown.next() {
            match self.application_cache.application(&client_id).await {
                Ok(Some(application)) => self.requests.note_found(application.id, note),
                Ok(None) => {}
                Err(error) => {
                    for (client_id, note) in once((client_id, note)).chain(unknown) {
                        self.requests.note_unknown(client_id, note);
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn write_counts(&self, counts: &[(ApplicationId, DayTotal)]) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        for (application, counted) in counts {
            tx.day_add(*application, counted).await?;
        }
        tx.commit().await
    }

    async fn write_notes(&self, notes: &[(ApplicationId, Vec<NotedRequest>)]) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        for (application, requests) in notes {
            for request in requests {
                let id = NotedRequestId::new(self.instruments.row_id(request.at));
                tx.request_insert(id, *application, request).await?;
            }
            tx.requests_trim(*application).await?;
        }
        tx.commit().await
    }
}
