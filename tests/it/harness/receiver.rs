//! A receiver of webhooks: accepts, delays, refuses or redirects messages as the test says, and records them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::certificates::Authority;

/// What the receiver answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// This status.
    Status(u16),
    /// This status, and when to ask again.
    Later(u16, String),
    /// Ask there.
    Redirect(String),
    /// Nothing, ever.
    Silence,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}: {self:?}")).to_str().unwrap()
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether one of its signatures was made with this secret, as the specification says to find out.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
        let content = [self.id(), self.header("webhook-timestamp"), &self.body].join(".");
        let valid = |signature: &str| {
            let (version, signature) = signature.split_once(',').unwrap();
            let signature = STANDARD.decode(signature).unwrap();
            version == "v1" && aws_lc_rs::hmac::verify(&key, content.as_bytes(), &signature).is_ok()
        };
        self.header("webhook-signature").split(' ').any(valid)
    }
}

/// A running receiver.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Message>>>,
    reply: Arc<Mutex<Reply>>,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        Self::replying(Reply::Status(204)).await
    }

    pub(crate) async fn replying(reply: Reply) -> Self {
        Self::listening(reply, None).await
    }

    /// One that takes everything, with a certificate that this authority gave it for `localhost`.
    pub(crate) async fn with_certificate_of(authority: &Authority) -> Self {
        Self::listening(Reply::Status(204), Some(authority.server("localhost"))).await
    }

    async fn listening(reply: Reply, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (received, reply) = (Arc::<Mutex<Vec<Message>>>::default(), Arc::new(Mutex::new(reply)));
        let (address, seen, rule) = (listener.local_addr().unwrap(), Arc::clone(&received), Arc::clone(&reply));
        let router =
            Router::new().fallback(move |request: Request| take(request, Arc::clone(&seen), Arc::clone(&rule)));
        let serving = tokio::spawn(async move {
            match tls {
                Some(tls) => serve_tls(listener, tls, router).await,
                None => axum::serve(listener, router).await.unwrap(),
            }
        });
        Self { address, received, reply, serving }
    }

    /// From now on it answers so.
    pub(crate) fn reply(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// Where it listens, by number.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks?a=b", self.address)
    }

    /// Where it listens, by a name and with TLS.
    pub(crate) fn tls_url(&self) -> String {
        format!("https://localhost:{}/hooks", self.address.port())
    }

    /// What it was sent so far.
    pub(crate) fn received(&self) -> Vec<Message> {
        self.received.lock().unwrap().clone()
    }

    /// The names of the events it was sent so far.
    pub(crate) fn events(&self) -> Vec<String> {
        self.received().iter().map(Message::event).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(super) async fn serve_tls(listener: TcpListener, tls: TlsAcceptor, router: Router) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        // A client that does not trust the certificate closes the connection.
        let Ok(stream) = tls.accept(stream).await else { continue };
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn take(request: Request, received: Arc<Mutex<Vec<Message>>>, reply: Arc<Mutex<Reply>>) -> Response {
    let (parts, body) = request.into_parts();
    assert_eq!(parts.method, "POST");
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    let path = parts.uri.to_string();
    received.lock().unwrap().push(Message { path, headers: parts.headers, body });
    let reply = reply.lock().unwrap().clone();
    match reply {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Later(status, when) => {
            (StatusCode::from_u16(status).unwrap(), [(header::RETRY_AFTER, when)]).into_response()
        }
        Reply::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
        Reply::Silence => std::future::pending().await,
    }
}
