//! A server in this process, on ports of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use gatepost::app::App;
use gatepost::config::Config;
use gatepost::flows::Rooms;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Header, Validation, decode, decode_header};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::raw::RawAnswer;
use super::token_request::TokenRequest;
use super::world::World;

/// A running server. It stops when dropped, without being waited for.
pub(crate) struct TestServer {
    /// What it does, without HTTP.
    pub(crate) rooms: Arc<Rooms>,
    /// The world it runs in.
    pub(crate) world: World,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    management: SocketAddr,
    stopping: CancellationToken,
    running: Option<JoinHandle<()>>,
    http: Client,
}

/// A token whose signature was checked against the key set that the server publishes.
#[derive(Debug)]
pub(crate) struct Verified {
    /// Its header.
    pub(crate) header: Header,
    /// Its claims.
    pub(crate) claims: Value,
}

impl TestServer {
    pub(crate) async fn start(config: Config, world: &World) -> Self {
        let app = App::start(config, world.outside()).await.unwrap();
        let (public, management) = (&app.listeners().public, &app.listeners().management);
        Self {
            rooms: Arc::clone(&app.rooms),
            world: world.clone(),
            address: public.local_addr().unwrap(),
            management: management.local_addr().unwrap(),
            stopping: app.stopping(),
            running: Some(tokio::spawn(app.run())),
            http: Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
        }
    }

    /// Stops it as SIGTERM does and waits until it has ended.
    pub(crate) async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(running) = self.running.take() {
            running.await.unwrap();
        }
    }

    /// `iss` of its tokens.
    pub(crate) fn issuer(&self) -> &str {
        self.rooms.config.server.issuer.as_str()
    }

    /// Begins a request to its public address.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}{path}", self.address))
    }

    /// `GET` of a public path.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// `GET` of a path on the management listener.
    pub(crate) async fn get_management(&self, path: &str) -> Answer {
        Answer::of(self.http.get(format!("http://{}{path}", self.management))).await
    }

    /// Begins a request to the token endpoint for `client_credentials`.
    pub(crate) fn token(&self) -> TokenRequest {
        TokenRequest::new(self.http.clone(), self.address)
    }

    /// Sends bytes as they are and reads until the server closes the connection.
    pub(crate) async fn raw(&self, request: &[u8]) -> RawAnswer {
        RawAnswer::of(self.address, request).await
    }

    /// What `/api/v1/hello` says to a bearer of this token.
    pub(crate) async fn hello(&self, token: &str) -> Answer {
        Answer::of(self.request(Method::GET, "/api/v1/hello").bearer_auth(token)).await
    }

    /// Checks a token's signature as an API would: with the key of its `kid` from the published set, and the algorithm
    /// of the key, not of the token.
    pub(crate) async fn verify(&self, token: &str) -> Verified {
        let keys: JwkSet = serde_json::from_slice(&self.get("/.well-known/jwks.json").await.body).unwrap();
        let header = decode_header(token).unwrap();
        let jwk = keys.find(header.kid.as_deref().unwrap()).expect("the token's kid is in the key set");
        let algorithm = jwk.common.key_algorithm.unwrap().to_string().parse().unwrap();
        let mut validation = Validation::new(algorithm);
        // The clock of a test stands still; the test looks at exp and aud itself.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_jwk(jwk).unwrap();
        let claims = decode::<Value>(token, &key, &validation).unwrap().claims;
        Verified { header, claims }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}
