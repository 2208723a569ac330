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
use ipnet::IpNet;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use super::client_address::Peer;
use super::places::{Held, Places};
use super::seated::{Answered, Received, SeatedStream};
use super::stalled::{Lingering, Stalling};
use super::unread_body::KeptBody;
use super::{Edge, management_routes, routes};
use crate::telemetry::{ListenerLabel, Metrics};

/// The time limit of idle connections, and for accepting more of an answer.
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
    let public = Door {
        listener: listeners.public,
        places: Places::new(edge.config().server.max_connections as usize),
        trusted: edge.config().server.trusted_proxies.clone(),
        metrics: Arc::clone(edge.metrics()),
        label: ListenerLabel { listener: "public" },
    };
    let management = Door {
        listener: listeners.management,
        places: Places::unshared(32),
        trusted: Vec::new(),
        metrics: Arc::clone(edge.metrics()),
        label: ListenerLabel { listener: "management" },
    };
    let patience = edge.config().server.shutdown_timeout;
    let stopping = edge.stopping().clone();
    let public = accept(public, routes(edge.clone()), stopping.clone());
    let management = accept(management, management_routes(edge), stopping);
    let (public, management) = tokio::join!(public, management);
    let finished = async { tokio::join!(public.shutdown(), management.shutdown()) };
    if timeout(patience, finished).await.is_err() {
        warn!(seconds = patience.as_secs(), "requests were still running when server.shutdown_timeout ran out");
    }
}

/// A socket and the places of its connections.
struct Door {
    listener: TcpListener,
    places: Arc<Places>,
    trusted: Vec<IpNet>,
    metrics: Arc<Metrics>,
    label: ListenerLabel,
}

impl Door {
    /// The next connection that has a place. Where all places are needed, the next ones wait in the kernel's queue
    /// instead of taking memory here.
    async fn next(&self) -> io::Result<(Held, TcpStream, Peer)> {
        loop {
            let (stream, peer) = self.listener.accept().await?;
            let address = peer.ip().to_canonical();
            let trusted = self.trusted.iter().any(|network| network.contains(&address));
            if let Some(held) = self.places.take(address, trusted).await {
                return Ok((held, stream, Peer(peer)));
            }
            self.metrics.connection_refused();
            debug!(%address, "a connection was refused: its network holds its share of the places");
            tokio::spawn(timeout(Duration::from_secs(1), refuse(stream)));
        }
    }
}

/// Answers that there is no place, before anything was asked.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let answer =
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(answer).await?;
    stream.shutdown().await
}

/// Accepts connections until `stopping`; returns the tracker of open connections.
async fn accept(door: Door, router: Router, stopping: CancellationToken) -> GracefulShutdown {
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return graceful,
            accepted = door.next() => match accepted {
                Ok((held, stream, peer)) => {
                    let open = door.metrics.connection(door.label);
                    let served = connection(stream, peer, router.clone(), graceful.watcher(), held);
                    tokio::spawn(async move {
                        served.await;
                        drop(open);
                    });
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

async fn connection(stream: TcpStream, peer: Peer, router: Router, watcher: Watcher, held: Held) {
    let _ = stream.set_nodelay(true);
    let seat = Arc::clone(&held.seat);
    let lingering = Lingering::default();
    let seated = SeatedStream::new(TokioIo::new(stream), Arc::clone(&seat));
    let stream = Stalling::new(seated, CLIENT_TIMEOUT, lingering.clone());
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(|body| Received::new(body, &seat));
        request.extensions_mut().insert(peer);
        let answer = answer(router.clone(), request, lingering.clone());
        let seat = Arc::clone(&seat);
        async move { answer.await.map(|answer| answer.map(|body| Answered::new(body, seat))) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_TIMEOUT)
        .serve_connection(stream, service);
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(e) = ended {
            debug!(error = %e, "a connection ended early");
        },
        () = held.seat.given_up.cancelled() => debug!("a connection made room for another"),
    }
}

/// Answers a request, and says so where the connection cannot be used for another one.
async fn answer(
    router: Router,
    request: hyper::Request<Received>,
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
