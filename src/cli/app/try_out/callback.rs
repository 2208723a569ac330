//! The callback of an application that is tried: a listener on this machine that waits for one answer.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::{Host, Url, form_urlencoded};

use crate::cli::CommandError;
use crate::protocol::url_parts::is_on_this_machine;

/// How long a person has to sign in.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

const THANKS: &str = "The answer has arrived; you can close this page and look at the terminal.\n";

/// A listener at a redirect URI.
pub(super) struct Callback {
    uri: Url,
    /// As it is registered, apart from the port: byte for byte what the server compares with.
    spelled: String,
    listener: TcpListener,
}

/// Whether a redirect URI leads to this machine over plain HTTP.
pub(super) fn is_here(uri: &Url) -> bool {
    uri.scheme() == "http" && is_on_this_machine(uri)
}

impl Callback {
    /// Listens where this URI leads, or at any port where the application may use any.
    pub(super) async fn at(registered: &str, is_any_port: bool) -> Result<Self, CommandError> {
        let mut uri = Url::parse(registered).map_err(|e| CommandError::Usage(format!("{registered}: {e}")))?;
        let ip = match uri.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let port = if is_any_port { 0 } else { uri.port_or_known_default().unwrap_or(80) };
        let failed = |e| CommandError::Usage(format!("cannot listen at {registered}: {e}"));
        let listener = TcpListener::bind(SocketAddr::new(ip, port)).await.map_err(failed)?;
        let mut spelled = registered.to_owned();
        if is_any_port {
            // A URI with a host can always be given a port.
            let _ = uri.set_port(Some(listener.local_addr()?.port()));
            // The empty path becomes a slash, which is another URI.
            let added = uri.path() == "/" && !registered.ends_with('/');
            spelled = if added { uri.as_str().trim_end_matches('/').to_owned() } else { uri.to_string() };
        }
        Ok(Self { uri, spelled, listener })
    }

    /// The redirect URI, as it is sent.
    pub(super) fn uri(&self) -> &str {
        &self.spelled
    }

    /// Waits for the code in the answer to the request that had this state.
    pub(super) async fn code(&self, state: &str, issuer: &str) -> Result<String, String> {
        let answer = timeout(PATIENCE, self.answer())
            .await
            .map_err(|_| "no answer came within a quarter of an hour".to_owned())?;
        let answer = answer.map_err(|e| format!("{}: {e}", self.uri))?;
        let value = |name: &str| answer.get(name).map(String::as_str).unwrap_or_default();
        if value("state") != state {
            return Err("the answer belongs to another request: its state differs".to_owned());
        }
        if value("iss") != issuer {
            return Err(format!("the answer names another issuer: {:?}", value("iss")));
        }
        match answer.get("code") {
            Some(code) => Ok(code.clone()),
            None => Err(format!("the answer is {}: {}", value("error"), value("error_description"))),
        }
    }

    /// The parameters of the first visit of the redirect URI.
    async fn answer(&self) -> std::io::Result<BTreeMap<String, String>> {
        let (sender, mut visits) = mpsc::channel(1);
        loop {
            tokio::select! {
                Some(query) = visits.recv() => {
                    return Ok(form_urlencoded::parse(String::as_bytes(&query)).into_owned().collect());
                }
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    let (sender, path) = (sender.clone(), self.uri.path().to_owned());
                    let service = service_fn(move |request| {
                        let response = visit(&request, &path, &sender);
                        async move { Ok::<_, Infallible>(response) }
                    });
                    tokio::spawn(http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service));
                }
            }
        }
    }
}

/// Tells of a visit of the callback, and of no other address.
fn visit(request: &Request<Incoming>, path: &str, sender: &mpsc::Sender<String>) -> Response<Full<Bytes>> {
    let is_answer = request.uri().path() == path;
    if is_answer {
        // The first visit counts; the one that waits for it may be gone by the second.
        let _ = sender.try_send(request.uri().query().unwrap_or_default().to_owned());
    }
    let mut response = Response::new(Full::from(if is_answer { THANKS } else { "" }));
    if !is_answer {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
