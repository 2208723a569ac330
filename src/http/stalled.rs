//! Ending connections: of a client that asks but does not read, and of one that still sends.
//!
//! hyper limits how long a client may take to ask; one that never takes the answer would keep its place among
//! `server.max_connections` for ever. And a connection that is closed before everything was read is reset, so that its
//! client may lose the answer: then only our half is closed at first, and what still comes is thrown away.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use tokio::time::{Sleep, sleep};

/// How long a connection lingers, and how much is read meanwhile.
const LONGEST_LINGERING: Duration = Duration::from_secs(5);
const MOST_THROWN_AWAY: usize = 16 * 1024 * 1024;

/// Whether a connection has answered a client that still sends.
#[derive(Clone, Debug, Default)]
pub(super) struct Lingering(Arc<OnceLock<()>>);

impl Lingering {
    /// It has.
    pub(super) fn begin(&self) {
        // It may have begun already.
        let _ = self.0.set(());
    }

    fn is_begun(&self) -> bool {
        self.0.get().is_some()
    }
}

/// A stream that fails when the other side has not taken anything for a while, and lingers where that is due.
pub(super) struct Stalling<S> {
    stream: S,
    patience: Duration,
    lingering: Lingering,
    /// How much was thrown away, once our half is closed.
    thrown_away: Option<usize>,
    /// Runs while there is something to send and no room for it.
    limit: Option<Pin<Box<Sleep>>>,
}

impl<S> Stalling<S> {
    /// Gives up after this long without progress.
    pub(super) const fn new(stream: S, patience: Duration, lingering: Lingering) -> Self {
        Self { stream, patience, lingering, thrown_away: None, limit: None }
    }

    fn limited<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.limit = None;
            return written;
        }
        let patience = self.patience;
        let limit = self.limit.get_or_insert_with(|| Box::pin(sleep(patience)));
        limit.as_mut().poll(cx).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<S: Read + Unpin> Stalling<S> {
    /// Waits for the client to close its half. Unless it is known to send still, only what is here already is read.
    fn poll_throw_away(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut space = [0; 8 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut space);
            let over = self.limit.as_mut().is_none_or(|limit| limit.as_mut().poll(cx).is_ready());
            let read = Pin::new(&mut self.stream).poll_read(cx, buffer.unfilled());
            let count = buffer.filled().len();
            let thrown_away = self.thrown_away.unwrap_or_default() + count;
            self.thrown_away = Some(thrown_away);
            match read {
                Poll::Pending if self.lingering.is_begun() && !over => return Poll::Pending,
                Poll::Ready(Ok(())) if count > 0 && thrown_away < MOST_THROWN_AWAY && !over => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<S: Read + Unpin> Read for Stalling<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: Read + Write + Unpin> Write for Stalling<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.limited(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closing = self.thrown_away.is_none();
        if closing {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.thrown_away = Some(0);
            self.limit = Some(Box::pin(sleep(LONGEST_LINGERING)));
        }
        self.poll_throw_away(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.limited(cx, written)
    }
}
