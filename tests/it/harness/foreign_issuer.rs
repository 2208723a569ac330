//! Another issuer, whose tokens applications may trust: it publishes metadata and keys as the test says, and counts who
//! asks for them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost::adapters::entropy::{Entropy as _, SystemEntropy};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::assertion::{Assertion, ClientKey};
use super::certificates::Authority;
use super::receiver::serve_tls;
use super::server::TestServer;

const METADATA: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";

/// How it answers.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// As it should.
    Good,
    /// With metadata of this other issuer.
    OfIssuer(String),
    /// With metadata that say the keys are there.
    KeysAt(String),
    /// With a redirect to where it would answer.
    Redirect,
    /// As this media type.
    Type(&'static str),
    /// With more than anybody reads.
    Huge,
    /// With this status.
    Status(u16),
    /// Never.
    Silence,
}

/// A running issuer.
pub(crate) struct ForeignIssuer {
    /// Its name.
    pub(crate) issuer: String,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

struct State {
    issuer: String,
    keys: Vec<Value>,
    manner: Manner,
    asked: Vec<String>,
}

impl ForeignIssuer {
    /// One on this machine, with these keys.
    pub(crate) async fn with_keys(keys: &[&ClientKey]) -> Self {
        Self::listening(keys, None).await
    }

    /// One with a certificate that this authority gave it for `localhost`.
    pub(crate) async fn with_certificate_of(authority: &Authority, keys: &[&ClientKey]) -> Self {
        Self::listening(keys, Some(authority.server("localhost"))).await
    }

    async fn listening(keys: &[&ClientKey], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let issuer = match tls {
            Some(_) => format!("https://localhost:{}", address.port()),
            None => format!("http://{address}"),
        };
        let state = State { issuer: issuer.clone(), keys: Vec::new(), manner: Manner::Good, asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let router = Router::new().fallback(move |request: Request| answer(request, Arc::clone(&shared)));
        let serving = tokio::spawn(async move {
            match tls {
                Some(tls) => serve_tls(listener, tls, router).await,
                None => axum::serve(listener, router).await.unwrap(),
            }
        });
        let issuer = Self { issuer, state, serving };
        issuer.publish(keys);
        issuer
    }

    /// Its keys are these from now on.
    pub(crate) fn publish(&self, keys: &[&ClientKey]) {
        self.state.lock().unwrap().keys = keys.iter().map(|key| key.jwk()).collect();
    }

    /// From now on it answers so.
    pub(crate) fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = manner;
    }

    /// How often its metadata and its keys were asked for.
    pub(crate) fn asked(&self) -> (usize, usize) {
        let state = self.state.lock().unwrap();
        let count = |path: &str| state.asked.iter().filter(|asked| *asked == path).count();
        (count(METADATA), count(KEYS))
    }

    /// An entry that trusts this subject of it.
    pub(crate) fn entry(&self, subject: &str) -> Value {
        json!({ "issuer": self.issuer, "subject": subject })
    }

    /// What a workload with this subject sends to this server.
    pub(crate) fn token(&self, server: &TestServer, key: &ClientKey, subject: &str) -> Assertion {
        let now = server.world.clock.seconds();
        let mut jti = [0; 16];
        SystemEntropy::default().fill(&mut jti);
        Assertion {
            header: json!({ "alg": key.alg(), "kid": key.kid(), "typ": "JWT" }),
            claims: json!({
                "iss": self.issuer,
                "sub": subject,
                "aud": server.issuer(),
                "jti": URL_SAFE_NO_PAD.encode(jti),
                "iat": now,
                "nbf": now,
                "exp": now + 300,
            }),
        }
    }
}

impl Drop for ForeignIssuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(request: Request, state: Arc<Mutex<State>>) -> Response {
    let path = request.uri().path().to_owned();
    let (issuer, keys, manner) = {
        let mut state = state.lock().unwrap();
        state.asked.push(path.clone());
        (state.issuer.clone(), state.keys.clone(), state.manner.clone())
    };
    let is_metadata = path.starts_with(METADATA);
    let document = |issuer: &str, keys_at: &str| {
        if is_metadata { json!({ "issuer": issuer, "jwks_uri": keys_at }) } else { json!({ "keys": keys }) }
    };
    let keys_at = format!("{issuer}{KEYS}");
    let good = document(&issuer, &keys_at).to_string();
    let typed = |media_type: &'static str, body: String| ([(header::CONTENT_TYPE, media_type)], body).into_response();
    match manner {
        Manner::Good => typed("application/json", good),
        Manner::OfIssuer(other) => typed("application/json", document(&other, &keys_at).to_string()),
        Manner::KeysAt(elsewhere) => typed("application/json", document(&issuer, &elsewhere).to_string()),
        Manner::Redirect if path.ends_with("/moved") => typed("application/json", good),
        Manner::Redirect => (StatusCode::FOUND, [(header::LOCATION, format!("{issuer}{path}/moved"))]).into_response(),
        Manner::Type(media_type) => typed(media_type, good),
        Manner::Huge => typed("application/json", format!("{}{}", good, " ".repeat(1 << 20))),
        Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Manner::Silence => std::future::pending().await,
    }
}
