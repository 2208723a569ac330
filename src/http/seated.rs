//! What a connection does, derived from its bytes: when the head of a request begins, and when a body ends. It tells
//! [`super::places`], and ends a connection whose head takes too long.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::time::{Sleep, sleep};

use super::places::{Doing, Seat};

/// How long the head of a request may take, from its first byte, and on a new connection from its beginning.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// A stream that fails when the head of a request does not come.
pub(super) struct SeatedStream<S> {
    stream: S,
    seat: Arc<Seat>,
    /// Runs while a head is on its way.
    limit: Option<Pin<Box<Sleep>>>,
}

impl<S> SeatedStream<S> {
    pub(super) const fn new(stream: S, seat: Arc<Seat>) -> Self {
        Self { stream, seat, limit: None }
    }
}

impl<S: Read + Unpin> Read for SeatedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() && self.seat.doing() == Doing::Idle {
            self.seat.begins(Doing::Head);
        }
        if self.seat.doing() != Doing::Head {
            self.limit = None;
            return read;
        }
        let limit = self.limit.get_or_insert_with(|| Box::pin(sleep(HEAD_TIME)));
        if limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request does not come")));
        }
        read
    }
}

impl<S: Write + Unpin> Write for SeatedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }
}

/// The body of a request: its end is told.
pub(super) struct Received {
    body: Incoming,
    seat: Arc<Seat>,
}

impl Received {
    pub(super) fn new(body: Incoming, seat: &Arc<Seat>) -> Self {
        let ended = hyper::body::Body::is_end_stream(&body);
        seat.begins(if ended { Doing::Answer } else { Doing::Body });
        Self { body, seat: Arc::clone(seat) }
    }
}

impl hyper::body::Body for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_ready() && self.body.is_end_stream() {
            self.seat.body_ends();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        self.seat.body_ends();
    }
}

/// The body of an answer: once it was handed over, the connection is idle.
pub(super) struct Answered {
    body: Body,
    seat: Arc<Seat>,
}

impl Answered {
    pub(super) const fn new(body: Body, seat: Arc<Seat>) -> Self {
        Self { body, seat }
    }
}

impl hyper::body::Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.seat.begins(Doing::Idle);
    }
}
