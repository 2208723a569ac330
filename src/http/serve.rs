//! Accepting connections, and graceful shutdown.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use super::client_address::Peer;
use super::stalled::{Lingering, Stalling};
use super::unread_body::KeptBody;
use super::{Edge, management_routes, routes};

/// The time limit for sending the head of a request, for accepting more of an answer, and for idle connections.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(15);

/// The sockets, bound already.
#[derive(Debug)]
pub struct Listeners {
    /// The public listener.
    pub public: TcpListener,
    /// The management listener.
    pub management: TcpListener,
}

/// Serves both listeners until `edge.stopping`, then lets requests in flight finish within
/// `server.shutdown_timeout`.
pub async fn serve(listeners: Listeners, edge: Edge) {
    let limit = Arc::new(Semaphore::new(edge.config().server.max_connections as usize));
    let management_limit = Arc::new(Semaphore::new(32));
    let patience = edge.config().server.shutdown_timeout;
    let stopping = edge.stopping.clone();
    let public = accept(listeners.public, routes(edge.clone()), limit, stopping.clone());
    let management = accept(listeners.management, management_routes(edge), management_limit, stopping);
    let (public, management) = tokio::join!(public, management);
    let finished = async { tokio::join!(public.shutdown(), management.shutdown()) };
    if timeout(patience, finished).await.is_err() {
        warn!(seconds = patience.as_secs(), "requests were still running when server.shutdown_timeout ran out");
    }
}

/// Accepts connections until `stopping`; returns the tracker of open connections.
async fn accept(
    listener: TcpListener,
    router: Router,
    limit: Arc<Semaphore>,
    stopping: CancellationToken,
) -> GracefulShutdown {
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            // Beyond the limit, connections wait in the kernel's queue instead of taking memory here.
            let permit = Arc::clone(&limit).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, peer)| (permit, stream, Peer(peer)))
        };
        tokio::select! {
            () = stopping.cancelled() => return graceful,
            accepted = next => match accepted {
                Ok((permit, stream, peer)) => {
                    tokio::spawn(connection(stream, peer, router.clone(), graceful.watcher(), permit));
                }
                Err(e) => {
                    // Out of file descriptors, most likely: an immediate retry would loop.
                    warn!(error = %e, "a connection could not be accepted");
                    sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
}

async fn connection(stream: TcpStream, peer: Peer, router: Router, watcher: Watcher, permit: OwnedSemaphorePermit) {
    let _ = stream.set_nodelay(true);
    let lingering = Lingering::default();
    let stream = Stalling::new(TokioIo::new(stream), CLIENT_TIMEOUT, lingering.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        answer(router.clone(), request, lingering.clone())
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_TIMEOUT)
        .serve_connection(stream, service);
    if let Err(e) = watcher.watch(connection).await {
        debug!(error = %e, "a connection ended early");
    }
    drop(permit);
}

/// Answers a request, and says so where the connection cannot be used for another one.
async fn answer(
    router: Router,
    request: hyper::Request<Incoming>,
    lingering: Lingering,
) -> Result<Response, Infallible> {
    let (body, mut request) = KeptBody::of(request);
    request.extensions_mut().insert(body.clone());
    let mut response = router.oneshot(request.map(|()| Body::new(body.clone()))).await?;
    if !body.finish().await {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        lingering.begin();
    }
    Ok(response)
}
