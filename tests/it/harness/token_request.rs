//! Asking for a token, rightly or wrongly.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::protocol::client_auth::JWT_BEARER_ASSERTION;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::application::Registered;

/// A token request that is being put together. Its `grant_type` is `client_credentials` unless the test changes it.
#[derive(Clone)]
pub(crate) struct TokenRequest {
    http: Client,
    address: SocketAddr,
    path: &'static str,
    authorization: Option<String>,
    parameters: Vec<(String, String)>,
    is_json: bool,
}

impl TokenRequest {
    pub(crate) fn new(http: Client, address: SocketAddr) -> Self {
        let parameters = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        Self { http, address, path: "/token", authorization: None, parameters, is_json: false }
    }

    /// To another of the endpoint's addresses.
    pub(crate) fn at(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// `client_secret_basic` (RFC 6749 §2.3.1). Neither half of ours needs encoding.
    pub(crate) fn with_basic(self, application: &Registered) -> Self {
        self.with_basic_pair(&format!("{}:{}", application.client_id, application.secret))
    }

    /// HTTP Basic with this text, encoded in base64 only.
    pub(crate) fn with_basic_pair(mut self, pair: &str) -> Self {
        self.authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        self
    }

    /// `client_secret_post` (RFC 6749 §2.3.1).
    pub(crate) fn with_post(self, application: &Registered) -> Self {
        self.parameter("client_id", &application.client_id).parameter("client_secret", &application.secret)
    }

    /// `private_key_jwt` (RFC 7523 §2.2).
    pub(crate) fn with_assertion(self, assertion: &str) -> Self {
        self.parameter("client_assertion_type", JWT_BEARER_ASSERTION).parameter("client_assertion", assertion)
    }

    /// Asks by this grant instead.
    pub(crate) fn by_grant(mut self, grant: &str) -> Self {
        self.parameters.retain(|(name, _)| name != "grant_type");
        self.parameter("grant_type", grant)
    }

    /// Asks for this scope.
    pub(crate) fn scope(self, scope: &str) -> Self {
        self.parameter("scope", scope)
    }

    /// Asks for a token for this resource (RFC 8707).
    pub(crate) fn resource(self, resource: &str) -> Self {
        self.parameter("resource", resource)
    }

    /// Sends this parameter too.
    pub(crate) fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the parameters as a JSON object; `resource` becomes an array.
    pub(crate) fn in_json(mut self) -> Self {
        self.is_json = true;
        self
    }

    /// Sends it.
    pub(crate) async fn send(self) -> Answer {
        let mut request = self.http.post(format!("http://{}{}", self.address, self.path));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        Answer::of(if self.is_json {
            request.header(CONTENT_TYPE, "application/json").body(json(&self.parameters))
        } else {
            request.form(&self.parameters)
        })
        .await
    }
}

fn json(parameters: &[(String, String)]) -> String {
    let mut object = Map::new();
    for (name, value) in parameters {
        if name == "resource" {
            let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().unwrap().push(value.as_str().into());
        } else {
            object.insert(name.clone(), value.as_str().into());
        }
    }
    Value::Object(object).to_string()
}
