//! The wire between a server and its database, for tests that cut it.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::{Receiver, Sender, channel};

/// What becomes of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// They arrive.
    Whole,
    /// Connections end at once, as when the database has stopped.
    Cut,
    /// Nothing arrives, without an error, as when a network fails.
    Silent,
    /// The same, and what is open now or opened meanwhile never works again: a firewall has lost its memory.
    Forgotten,
}

/// Forwards connections to another address until its state changes.
pub(crate) struct Wire {
    /// Where to connect instead.
    pub(crate) address: SocketAddr,
    state: Sender<State>,
}

impl Wire {
    /// A whole wire to this host and port.
    pub(crate) async fn to(far_end: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, watched) = channel(State::Whole);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(forward(near, far_end.clone(), watched.clone()));
            }
        });
        Self { address, state }
    }

    /// Changes what becomes of the bytes, on open connections too.
    pub(crate) fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

async fn forward(mut near: TcpStream, far_end: String, mut state: Receiver<State>) {
    let Ok(mut far) = TcpStream::connect(far_end).await else { return };
    loop {
        let now = *state.borrow_and_update();
        match now {
            State::Cut => return,
            State::Forgotten => std::future::pending().await,
            State::Silent => {
                if state.changed().await.is_err() {
                    return;
                }
            }
            State::Whole => tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => return,
                changed = state.changed() => if changed.is_err() { return },
            },
        }
    }
}
