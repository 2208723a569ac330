//! What `serve --dev` chooses where nothing was chosen, so that a server can be tried out at once.

use serde_json::{Value, json};

use super::login::SignUp;
use super::place::Place;
use super::registration::DynamicRegistration;
use super::{Config, Loaded};
use crate::protocol::client_document::DocumentHosts;

/// A setting, and what makes its value one for trying out; the value is returned as `config show` has it.
type Choice = (&'static str, fn(&mut Config) -> Value);

const CHOICES: [Choice; 5] = [
    ("login.signup", |config| {
        config.login.signup = Some(SignUp::Open);
        json!(SignUp::Open.name())
    }),
    ("self_service.scopes", |config| {
        config.self_service.add_demo_scope();
        json!(config.self_service.scopes.iter().collect::<Vec<_>>())
    }),
    ("registration.dynamic", |config| {
        config.registration.dynamic = DynamicRegistration::Open;
        json!(DynamicRegistration::Open.name())
    }),
    ("registration.client_id_documents", |config| {
        config.registration.client_id_documents = DocumentHosts::of_this_machine();
        json!(config.registration.client_id_documents.names())
    }),
    ("consent.remember_loopback", |config| {
        config.consent.remember_loopback = true;
        json!(true)
    }),
];

impl Loaded {
    /// The same with the defaults of `serve --dev`. What was set stays.
    #[must_use]
    pub fn in_development(mut self) -> Self {
        for (key, choose) in CHOICES {
            if self.sources.is_default(key) {
                let value = choose(&mut self.config);
                self.sources.put(key, value, Place::Development);
            }
        }
        self
    }
}
