//! The management API: callers, and whether answers conform to its document.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::ids::SessionId;
use gatepost::domain::one_time::SessionToken;
use gatepost::domain::session::{AuthenticationMethod, Device, SESSION_LIFETIME, Session};
use gatepost::domain::user::User;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::answer::Answer;
use super::application::Registered;
use super::grant::for_people;
use super::server::TestServer;

/// A caller of the management API.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// No credentials.
    Anonymous,
    /// The bearer of an access token.
    Token(String),
    /// A browser at one of the server's own pages, with its session.
    Session(String),
    /// The same browser, sent by a page of another site.
    Elsewhere(String),
}

impl Who {
    /// Adds the credentials to a request.
    pub(crate) fn sends(&self, request: RequestBuilder) -> RequestBuilder {
        let cookie = |value: &str| format!("gatepost_session={value}");
        match self {
            Self::Anonymous => request,
            Self::Token(token) => request.bearer_auth(token),
            Self::Session(session) => request.header("cookie", cookie(session)).header("sec-fetch-site", "same-origin"),
            Self::Elsewhere(session) => {
                request.header("cookie", cookie(session)).header("sec-fetch-site", "cross-site")
            }
        }
    }
}

/// The management API of a server, and its document.
pub(crate) struct Management<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) document: Value,
}

impl TestServer {
    /// The management API.
    pub(crate) async fn management(&self) -> Management<'_> {
        Management { server: self, document: self.get("/api/v1/openapi.json").await.success() }
    }

    /// A machine with this scope.
    pub(crate) async fn machine(&self, scope: &str) -> Who {
        let application = self
            .service_with(|settings| {
                settings.scope = scope.parse().unwrap();
                settings.default_scope = settings.scope.clone();
            })
            .await;
        Who::Token(self.token().with_basic(&application).send().await.access_token())
    }

    /// A browser in which this person is signed in.
    pub(crate) async fn session_of(&self, user: &User) -> Who {
        let now = self.rooms.instruments.now();
        let session = Session {
            id: SessionId::from_bytes(self.rooms.instruments.random()),
            user: user.id,
            created_at: now,
            auth_time: now,
            amr: AuthenticationMethod::Email,
            upstream: None,
            last_seen_at: now,
            expires_at: now.plus(SESSION_LIFETIME),
            ended_at: None,
            device: Device::default(),
        };
        let token = SessionToken::from_random(self.rooms.instruments.random());
        let mut tx = self.rooms.store.begin().await.unwrap();
        tx.session_insert(&session, token.hash()).await.unwrap();
        tx.commit().await.unwrap();
        Who::Session(token.expose().to_owned())
    }

    /// A token of this person for an application, with this scope.
    pub(crate) async fn speaking_for(&self, user: &User, scope: &str) -> Who {
        let mut settings = for_people(ApplicationKind::Web);
        settings.scope = scope.parse().unwrap();
        settings.default_scope = settings.scope.clone();
        let mut grant = self.grant_to(settings).await.scope(scope);
        grant.code.user = user.id;
        let grant = grant.stored().await;
        Who::Token(grant.redeem(&grant.code().await).await.access_token())
    }

    /// An application of this owner.
    pub(crate) async fn application_of(&self, user: &User, name: &str) -> Registered {
        let settings = ApplicationSettings {
            owner: user.email.as_ref().map(ToString::to_string),
            ..ApplicationSettings::new(name.to_owned(), ApplicationKind::Service)
        };
        Registered::at(&self.rooms, settings).await
    }
}

impl Management<'_> {
    /// Sends a request and holds the answer against the document.
    pub(crate) async fn call(&self, who: &Who, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = who.sends(self.server.request(method.clone(), &format!("/api/v1{path}")));
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = Answer::of(request).await;
        self.check(&method, path, &answer);
        answer
    }

    /// `GET`.
    pub(crate) async fn get(&self, who: &Who, path: &str) -> Answer {
        self.call(who, Method::GET, path, None).await
    }

    /// `POST`.
    pub(crate) async fn post(&self, who: &Who, path: &str, body: Value) -> Answer {
        self.call(who, Method::POST, path, Some(body)).await
    }

    /// `PATCH`.
    pub(crate) async fn patch(&self, who: &Who, path: &str, body: Value) -> Answer {
        self.call(who, Method::PATCH, path, Some(body)).await
    }

    /// `DELETE`.
    pub(crate) async fn delete(&self, who: &Who, path: &str) -> Answer {
        self.call(who, Method::DELETE, path, None).await
    }

    /// Checks that the document knows of this answer, down to its members.
    pub(crate) fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let operation = self.operation(method, path);
        let what = format!("{method} {path}: {}", answer.text());
        let status = answer.status.as_u16().to_string();
        let responses = &operation["responses"];
        let response = responses.get(&status).or_else(|| responses.get("default"));
        let response = response.unwrap_or_else(|| panic!("no {status} in the document: {what}"));
        let Some(content) = response["content"].as_object() else {
            assert!(answer.body.is_empty(), "{what}");
            return;
        };
        let sent = answer.header("content-type").unwrap_or_default();
        let described = content.get(sent).unwrap_or_else(|| panic!("{sent} is not in the document: {what}"));
        if sent.ends_with("json") && !sent.contains("ndjson") {
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            if let Err(reason) = self.conforms(&body, &described["schema"]) {
                panic!("{reason}: {what}");
            }
        }
    }

    pub(crate) fn operation(&self, method: &Method, path: &str) -> &Value {
        let path = format!("/api/v1{}", path.split('?').next().unwrap());
        let fits = |template: &str| {
            let (mut parts, mut given) = (template.split('/'), path.split('/'));
            parts.by_ref().zip(given.by_ref()).all(|(part, given)| part == given || part.starts_with('{'))
                && template.split('/').count() == path.split('/').count()
        };
        let paths = self.document["paths"].as_object().unwrap();
        let exact = paths.get(path.as_str());
        let found = exact.or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, item)| item));
        let item = found.unwrap_or_else(|| panic!("{path} is not in the document"));
        &item[method.as_str().to_lowercase()]
    }

    /// Whether a value is what a schema of the document says: as much of JSON Schema as the document uses.
    fn conforms(&self, value: &Value, schema: &Value) -> Result<(), String> {
        if let Some(place) = schema["$ref"].as_str() {
            let schema = self.document.pointer(place.trim_start_matches('#')).ok_or("a reference has no target")?;
            return self.conforms(value, schema);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.conforms(value, part)?;
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fitting = choices.iter().filter(|choice| self.conforms(value, choice).is_ok()).count();
            return if fitting == 1 { Ok(()) } else { Err(format!("{value} fits {fitting} of {schema}")) };
        }
        if !is_of_type(value, &schema["type"]) {
            return Err(format!("{value} is not of the type {}", schema["type"]));
        }
        if let Some(values) = schema["enum"].as_array()
            && !values.contains(value)
        {
            return Err(format!("{value} is none of {values:?}"));
        }
        for item in value.as_array().into_iter().flatten() {
            self.conforms(item, &schema["items"])?;
        }
        let Some(members) = value.as_object() else { return Ok(()) };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                return Err(format!("{name} is missing"));
            }
        }
        for (name, member) in members {
            match schema["properties"].get(name) {
                Some(described) => self.conforms(member, described).map_err(|reason| format!("{name}: {reason}"))?,
                None if schema["properties"].is_object() && schema["allOf"].is_null() && !self.is_part(schema) => {
                    return Err(format!("{name} is not in the document"));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Whether a schema is only a part of another, which has more members.
    fn is_part(&self, schema: &Value) -> bool {
        let schemas = self.document["components"]["schemas"].as_object().unwrap();
        schemas.iter().any(|(name, whole)| {
            whole["allOf"].as_array().into_iter().flatten().any(|part| {
                part == schema
                    || (schemas.get(name) != Some(schema)
                        && part["$ref"]
                            .as_str()
                            .is_some_and(|place| self.document.pointer(place.trim_start_matches('#')) == Some(schema)))
            })
        })
    }
}

fn is_of_type(value: &Value, types: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    match types {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        _ => true,
    }
}

impl Answer {
    /// Checks that it is a problem of this status and kind, in the one form that problems have, and gives its detail.
    pub(crate) fn problem(&self, status: u16, kind: &str) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["type"], format!("http://localhost:8080/docs#problem-{kind}"), "{}", self.text());
        assert_eq!(body["status"], status);
        assert_eq!(body["trace_id"].as_str(), self.header("x-request-id"));
        assert!(!body["title"].as_str().unwrap().is_empty());
        assert!(status != 401 || self.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer ")));
        body["detail"].as_str().unwrap().to_owned()
    }

    /// The members that a problem is about.
    pub(crate) fn fields(&self) -> Vec<String> {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}
