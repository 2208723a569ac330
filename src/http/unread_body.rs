//! Requests that are answered before their body was read.
//!
//! A connection that is closed under a client that still sends is reset, and the client may never see the answer
//! (RFC 9112 §9.6). So what is left of a small body is read and thrown away; in front of a larger one the answer says
//! `Connection: close`, and [`super::stalled`] lets the connection linger.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::EXPECT;
use tokio::time::timeout;

use super::seated::Received;

/// How much is read to keep a connection, and for how long.
const SMALL: usize = 64 * 1024;
const SOON: Duration = Duration::from_millis(250);

/// The body of a request, of which the connection keeps hold while a handler reads it.
#[derive(Clone)]
pub(super) struct KeptBody {
    kept: Arc<Mutex<Kept>>,
    /// Whether the client waits for `100 Continue`, which is sent when the body is first asked for.
    is_expected: bool,
}

struct Kept {
    body: Received,
    /// Whether the reader waits for the client.
    is_awaited: bool,
    is_begun: bool,
    is_over: bool,
}

impl KeptBody {
    /// The body of this request.
    pub(super) fn of(request: Request<Received>) -> (Self, Request<()>) {
        let (parts, body) = request.into_parts();
        let is_expected = parts.headers.contains_key(EXPECT);
        let kept = Kept { body, is_awaited: false, is_begun: false, is_over: false };
        (Self { kept: Arc::new(Mutex::new(kept)), is_expected }, Request::from_parts(parts, ()))
    }

    /// Whether its reader waits for the client to send more.
    pub(super) fn is_awaited(&self) -> bool {
        self.lock().is_awaited
    }

    /// Throws away what little may be left of it; whether the client has sent all of it then.
    pub(super) async fn finish(mut self) -> bool {
        if self.is_end_stream() {
            return true;
        }
        if self.is_expected && !self.lock().is_begun {
            return false;
        }
        let throw_away = async {
            let mut thrown_away = 0;
            while thrown_away <= SMALL {
                match self.frame().await {
                    Some(Ok(frame)) => thrown_away += frame.data_ref().map_or(0, Bytes::len),
                    Some(Err(_)) => return false,
                    None => return true,
                }
            }
            false
        };
        timeout(SOON, throw_away).await.unwrap_or(false)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body for KeptBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let mut kept = self.lock();
        let frame = Pin::new(&mut kept.body).poll_frame(cx);
        kept.is_begun = true;
        kept.is_awaited = frame.is_pending();
        kept.is_over = matches!(frame, Poll::Ready(None));
        frame
    }

    fn is_end_stream(&self) -> bool {
        let kept = self.lock();
        kept.is_over || kept.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().body.size_hint()
    }
}
