//! Outgoing requests to URLs that users chose.
//!
//! Built on a bare connection and not on a client library, because such libraries do by themselves what must not happen
//! here: follow redirects, use a proxy of the environment, resolve a name a second time after it was checked, read
//! without limit. A name is resolved once, its addresses are checked, and one of those is connected to.

mod address;
mod documents;
mod get;
mod picture;
mod read;
mod resolve;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::http::request::Builder;
use hyper::http::response::Parts;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, warn};
use url::{Host, Position, Url};

use address::Permitted;
pub use documents::{Document, DocumentError, Documents, Unread};
pub use get::Received;
pub use read::{Ask, Heard};
pub use resolve::{Resolver, Resolving, SystemResolver};

/// The time limit for connecting to one address.
const CONNECTING: Duration = Duration::from_secs(5);

/// How long the body of an answer is read.
const LEAVING: Duration = Duration::from_secs(1);

/// How much of a head is read, and of a body before the rest is left unread.
const MOST_READ: usize = 16 * 1024;

const OURSELVES: &str = concat!("Gatepost/", env!("CARGO_PKG_VERSION"));

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
}

impl Media {
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// A request with a body.
#[derive(Debug)]
pub struct Post<'a> {
    /// Where to.
    pub url: &'a Url,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
    /// What the body is.
    pub media: Media,
    /// The body.
    pub body: String,
}

/// The parts of an answer that are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
}

/// Why there is no answer. The messages are shown to the user who chose the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The name has no address, or none that is permitted. The two are not told apart and no address is named: an
    /// attacker could otherwise probe the names of the operator's own network.
    #[error(
        "the name is unknown to DNS, or leads to no public address; an operator can permit their own networks in {0}"
    )]
    NotPublic(&'static str),
    /// The connection failed.
    #[error("no connection: {0}")]
    Connect(String),
    /// The TLS handshake failed.
    #[error("no TLS connection: {0}")]
    Tls(String),
    /// The answer is not valid HTTP.
    #[error("no answer: {0}")]
    Http(String),
    /// There is more of it than is read.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// It took too long.
    #[error("no answer within {} ms", .0.as_millis())]
    TimeOut(Duration),
}

/// Sends requests to addresses that are permitted, and to no others.
pub struct Fetcher {
    resolver: Arc<dyn Resolver>,
    permitted: Permitted,
    /// The setting that permits networks.
    permitted_by: &'static str,
    certificates: fn() -> Vec<CertificateDer<'static>>,
    tls: OnceCell<TlsConnector>,
}

impl Fetcher {
    /// A fetcher that reaches the public internet and these networks, which the setting `permitted_by` names.
    pub fn new(resolver: Arc<dyn Resolver>, private: Vec<IpNet>, permitted_by: &'static str) -> Self {
        let (permitted, tls) = (Permitted::with(private), OnceCell::new());
        Self { resolver, permitted, permitted_by, certificates: of_this_machine, tls }
    }

    /// The networks that it reaches besides the public internet.
    fn private_networks(&self) -> &[IpNet] {
        self.permitted.by_operator()
    }

    /// Whether the URL resolves to a permitted address now. It is checked again for each connection.
    pub async fn check(&self, url: &Url, limit: Duration) -> Result<(), FetchError> {
        timeout(limit, self.addresses(url)).await.map_err(|_| FetchError::TimeOut(limit))?.map(|_| ())
    }

    /// Sends a request and returns the answer. Redirects are not followed, and the body is ignored.
    pub async fn post(&self, post: Post<'_>, limit: Duration) -> Result<Answer, FetchError> {
        let url = post.url;
        let answered = async { self.send(url, request(post)?).await };
        let (answer, connection) = timeout(limit, answered).await.map_err(|_| FetchError::TimeOut(limit))??;
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let heard = Answer { status: answer.status().as_u16(), retry_after: retry_after.map(str::to_owned) };
        // The connection of a receiver that is still writing should not break; one that never ends is closed.
        let _ = timeout(LEAVING, leave(answer.into_body())).await;
        drop(connection);
        Ok(heard)
    }

    /// Sends a request and reads all of the answer, or none of it if it is too long.
    async fn whole(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
        most: usize,
        limit: Duration,
    ) -> Result<(Parts, Bytes), FetchError> {
        let received = async {
            let (answer, connection) = self.send(url, request).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, most).collect().await;
            drop(connection);
            let body = body.map_err(|e| match e.downcast_ref::<LengthLimitError>() {
                Some(_) => FetchError::TooLong(most),
                None => FetchError::Http(cause(e.as_ref())),
            })?;
            Ok((head, body.to_bytes()))
        };
        timeout(limit, received).await.map_err(|_| FetchError::TimeOut(limit))?
    }

    /// Connects, and sends a request. The connection lives as long as its handle.
    async fn send(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<Answered, FetchError> {
        let stream = self.connect(url).await?;
        if url.scheme() == "http" {
            return exchange(stream, request).await;
        }
        let connecting = self.tls().await?.connect(server_name(url)?, stream);
        let stream = connecting.await.map_err(|e| FetchError::Tls(cause(&e)))?;
        exchange(stream, request).await
    }

    /// The permitted addresses of a URL's host.
    async fn addresses(&self, url: &Url) -> Result<Vec<IpAddr>, FetchError> {
        let found = match url.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Some(Host::Domain(name)) => self.resolver.resolve(name).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let (fine, refused): (Vec<_>, Vec<_>) = found.into_iter().partition(|ip| self.permitted.is_fine(*ip));
        if fine.is_empty() {
            debug!(host = url.host_str(), ?refused, "no address that may be connected to");
            return Err(FetchError::NotPublic(self.permitted_by));
        }
        Ok(fine)
    }

    /// Connects to the first permitted address that answers.
    async fn connect(&self, url: &Url) -> Result<TcpStream, FetchError> {
        let port = url.port_or_known_default().unwrap_or(443);
        let mut failure = String::new();
        for address in self.addresses(url).await? {
            match timeout(CONNECTING, TcpStream::connect(SocketAddr::new(address, port))).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(e)) => failure = e.to_string(),
                Err(_) => failure = format!("no answer within {} s", CONNECTING.as_secs()),
            }
        }
        Err(FetchError::Connect(failure))
    }

    /// Built when it is first needed, off the async threads: it reads the machine's certificate files.
    async fn tls(&self) -> Result<&TlsConnector, FetchError> {
        self.tls
            .get_or_try_init(async || {
                let certificates = tokio::task::spawn_blocking(self.certificates).await;
                connector(certificates.map_err(|e| FetchError::Tls(e.to_string()))?)
            })
            .await
    }
}

/// The certificates of authorities that this machine trusts, as far as they can be read.
fn of_this_machine() -> Vec<CertificateDer<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        warn!(%error, "certificates of this machine cannot be read");
    }
    found.certs
}

/// Without certificates there is no connector, and the next request tries again.
fn connector(certificates: Vec<CertificateDer<'static>>) -> Result<TlsConnector, FetchError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        warn!("this machine has no certificates of authorities, so no https address can be reached");
        return Err(FetchError::Tls("the server has no certificates of authorities to check with".to_owned()));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|e| FetchError::Tls(e.to_string()))?;
    Ok(TlsConnector::from(Arc::new(builder.with_root_certificates(roots).with_no_client_auth())))
}

fn server_name(url: &Url) -> Result<ServerName<'static>, FetchError> {
    match url.host() {
        Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).map_err(|e| FetchError::Tls(e.to_string())),
        Some(Host::Ipv4(address)) => Ok(ServerName::from(IpAddr::V4(address))),
        Some(Host::Ipv6(address)) => Ok(ServerName::from(IpAddr::V6(address))),
        None => Err(FetchError::Tls("the address names no host".to_owned())),
    }
}

fn request(post: Post<'_>) -> Result<Request<Full<Bytes>>, FetchError> {
    let mut request = begun(Method::POST, post.url).header(CONTENT_TYPE, post.media.name());
    for (name, value) in post.headers {
        request = request.header(name, value);
    }
    request.body(Full::from(post.body)).map_err(unsendable)
}

/// What every request begins with.
fn begun(method: Method, url: &Url) -> Builder {
    Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, OURSELVES)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unsendable(error: hyper::http::Error) -> FetchError {
    FetchError::Http(error.to_string())
}

/// The head of an answer, and the connection that its body comes on.
type Answered = (Response<Incoming>, AbortOnDropHandle<hyper::Result<()>>);

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<Answered, FetchError> {
    let broken = |e: hyper::Error| FetchError::Http(cause(&e));
    let mut builder = http1::Builder::new();
    let handshake = builder.max_buf_size(MOST_READ).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(broken)?;
    let connection = AbortOnDropHandle::new(tokio::spawn(connection));
    Ok((sender.send_request(request).await.map_err(broken)?, connection))
}

/// Reads a body to its end, or to the size limit.
async fn leave(mut body: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > MOST_READ {
            return;
        }
    }
}

/// The innermost cause of an error.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |error| error.source()).last();
    last.unwrap_or(error).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A machine on which certificates are installed only later.
    fn late() -> Vec<CertificateDer<'static>> {
        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        if LOOKS.fetch_add(1, Ordering::AcqRel) == 0 {
            return Vec::new();
        }
        let key = rcgen::KeyPair::generate().unwrap();
        vec![rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap().der().clone()]
    }

    #[tokio::test]
    async fn a_machine_without_certificates_is_looked_at_again() {
        let fetcher = Fetcher { certificates: late, ..Fetcher::new(Arc::new(SystemResolver), Vec::new(), "") };
        assert!(matches!(fetcher.tls().await, Err(FetchError::Tls(_))));
        assert!(fetcher.tls().await.is_ok());
    }
}
