//! A stand-in for an upstream, which says what the test wants.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost::protocol::jose::SigningAlgorithm;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::harness::browser::{Browser, Page};
use crate::harness::{ClientKey, World};

/// A running upstream.
pub(crate) struct StandIn {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    script: Arc<Mutex<Script>>,
    serving: JoinHandle<()>,
}

/// What it answers at each path, and what it was asked.
pub(super) struct Script {
    /// Its answers, by path.
    pub(super) answers: BTreeMap<String, Reply>,
    /// The header and the claims of its ID tokens.
    pub(super) header: Value,
    pub(super) claims: Value,
    /// What its key signs with.
    pub(super) key: ClientKey,
    /// The forms that the token endpoint got, each with its `Authorization`.
    pub(super) redeemed: Vec<(BTreeMap<String, String>, Option<String>)>,
    /// What the userinfo endpoint got as `Authorization`.
    pub(super) userinfo_asked: Vec<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Json(u16, Value),
    Text(String),
    Redirect(String),
    Silence,
}

/// A sign-in that a browser was sent there for.
pub(super) struct Begun {
    /// What the authorization endpoint is asked for.
    pub(super) asked: BTreeMap<String, String>,
}

impl StandIn {
    /// One at which `jane@example.com` signs in, whose address is proven.
    pub(super) async fn start(name: &'static str, world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (key, now) = (ClientKey::new(SigningAlgorithm::Es256), world.clock.seconds());
        let issuer = format!("http://{address}");
        let discovery = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/keys"),
        });
        let script = Script {
            answers: BTreeMap::from([("/.well-known/openid-configuration".to_owned(), Reply::Json(200, discovery))]),
            header: json!({ "alg": key.alg(), "kid": key.kid(), "typ": "JWT" }),
            claims: json!({
                "iss": issuer, "aud": "gatepost", "sub": "u-1", "iat": now, "exp": now + 300,
                "email": "jane@example.com", "email_verified": true, "name": "Jane",
            }),
            key,
            redeemed: Vec::new(),
            userinfo_asked: Vec::new(),
        };
        let script = Arc::new(Mutex::new(script));
        let seen = Arc::clone(&script);
        let router = Router::new().fallback(move |request: Request| answer(request, Arc::clone(&seen)));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { name, address, script, serving }
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its entry in the configuration, with more lines.
    pub(super) fn declared(&self, more: &str) -> String {
        format!(
            "\n[[upstreams]]\nname = \"{}\"\nissuer = \"{}\"\nclient_id = \"gatepost\"\nclient_secret = \"s3cret\"\n\
             label = \"Corp <b>\"\n{more}\n",
            self.name,
            self.issuer()
        )
    }

    pub(super) fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().unwrap())
    }

    /// Its ID tokens have another value of this claim; null leaves it out.
    pub(super) fn claim(&self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        self.script(|script| match value {
            Value::Null => drop(script.claims.as_object_mut().unwrap().remove(name)),
            value => script.claims[name] = value,
        });
    }

    /// It answers so at this path.
    pub(super) fn answers(&self, path: &str, reply: Reply) {
        self.script(|script| script.answers.insert(path.to_owned(), reply));
    }

    /// Another value in its discovery document.
    pub(super) fn publishes(&self, member: &str, value: impl Into<Value>) {
        let value = value.into();
        self.script(|script| match script.answers.get_mut("/.well-known/openid-configuration") {
            Some(Reply::Json(_, document)) => document[member] = value,
            other => panic!("{other:?}"),
        });
    }

    /// Presses its button on a page. Its next ID token answers this.
    pub(super) async fn begin(&self, browser: &Browser, page: &Page) -> Begun {
        let sent = browser.post(&page.form_with(&format!("upstream-{}", self.name)), &[]).await;
        let begun = Begun { asked: sent.answer_parameters() };
        assert!(sent.redirect().unwrap().starts_with(&format!("{}/authorize?", self.issuer())), "{sent:?}");
        self.claim("nonce", begun.asked["nonce"].as_str());
        begun
    }

    /// Comes back from there with a code.
    pub(super) async fn come_back(&self, browser: &Browser, begun: &Begun) -> Page {
        browser.visit(&self.callback(&[("code", "c-1"), ("state", &begun.asked["state"])])).await
    }

    /// The address that it sends browsers back to.
    pub(super) fn callback(&self, parameters: &[(&str, &str)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("/login/upstream/{}/callback?{query}", self.name)
    }

    /// All of it, from the sign-in page on.
    pub(crate) async fn sign_in(&self, browser: &Browser) -> Page {
        let page = browser.visit("/login").await;
        let begun = self.begin(browser, &page).await;
        self.come_back(browser, &begun).await
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Script {
    /// An ID token with its claims, signed unless its header says otherwise.
    fn id_token(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = if self.header["alg"] == "none" { Vec::new() } else { self.key.sign(message.as_bytes()) };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn answer(request: Request, script: Arc<Mutex<Script>>) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 16).await.unwrap();
    let reply = {
        let mut script = script.lock().unwrap();
        note(&mut script, parts.uri.path(), &parts.headers, &body);
        script.answers.get(parts.uri.path()).cloned().unwrap_or_else(|| usual(&script, parts.uri.path()))
    };
    match reply {
        Reply::Json(status, value) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (StatusCode::from_u16(status).unwrap(), kind, value.to_string()).into_response()
        }
        Reply::Text(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Reply::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Reply::Silence => std::future::pending().await,
    }
}

fn note(script: &mut Script, path: &str, headers: &HeaderMap, body: &[u8]) {
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    match path {
        "/token" => {
            let form = url::form_urlencoded::parse(body).into_owned().collect();
            script.redeemed.push((form, authorization));
        }
        "/userinfo" => script.userinfo_asked.push(authorization.unwrap_or_default()),
        _ => {}
    }
}

fn usual(script: &Script, path: &str) -> Reply {
    match path {
        "/keys" => Reply::Json(200, json!({ "keys": [script.key.jwk()] })),
        "/token" => {
            let answer = json!({ "id_token": script.id_token(), "access_token": "at-1", "token_type": "Bearer" });
            Reply::Json(200, answer)
        }
        other => panic!("nobody asks for {other}"),
    }
}
