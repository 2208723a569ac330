//! Forgets applications that a document describes and nobody uses.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::client_documents::ClientDocuments;

const PERIOD: Duration = Duration::from_mins(5);

pub(super) async fn run(documents: Arc<ClientDocuments>, stopping: CancellationToken) {
    every("expire client documents", PERIOD, &stopping, || documents.expire_documents()).await;
}
