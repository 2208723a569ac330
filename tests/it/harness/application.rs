//! Applications for tests, made as a command makes them.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, ClientAuthentication};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::ClientId;
use gatepost::flows::Rooms;
use gatepost::flows::access::Caller;
use gatepost::flows::applications::{NewApplication, SettingsChange, WithSecret};
use gatepost::flows::consequences::Consequences;
use gatepost::protocol::client_keys::client_keys;
use gatepost::protocol::scope::Scope;
use gatepost::store::StateChange;

use super::assertion::ClientKey;
use super::server::TestServer;

/// An application's name and secret, as its developer has them.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    /// Its client id.
    pub(crate) client_id: String,
    /// Its secret; empty where it has none.
    pub(crate) secret: String,
}

impl From<WithSecret> for Registered {
    fn from(made: WithSecret) -> Self {
        let secret = made.secret.map(|secret| secret.expose().to_owned()).unwrap_or_default();
        Self { client_id: made.application.client_id.to_string(), secret }
    }
}

impl Registered {
    /// One that may or may not exist, without a secret.
    pub(crate) fn from_id(client_id: &str) -> Self {
        Self { client_id: client_id.to_owned(), secret: String::new() }
    }

    /// The same with another secret.
    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }

    /// The same with another client id.
    pub(crate) fn renamed(&self, client_id: &str) -> Self {
        Self { client_id: client_id.to_owned(), ..self.clone() }
    }

    /// Its client id as a type.
    pub(crate) fn id(&self) -> ClientId {
        self.client_id.parse().unwrap()
    }

    /// Registers an application through any server of the database.
    pub(crate) async fn at(server: &Rooms, settings: ApplicationSettings) -> Self {
        let new = NewApplication { client_id: None, settings };
        server.applications.application_create(new, &Actor::CommandLine).await.unwrap().into()
    }

    /// Gives it another secret through any server of the database.
    pub(crate) async fn rotated(&self, server: &Rooms) -> Self {
        server.applications.application_rotate_secret(&self.id(), &Actor::CommandLine).await.unwrap().into()
    }

    /// Changes its settings through any server of the database.
    pub(crate) async fn settle(&self, server: &Rooms, change: impl FnOnce(&mut ApplicationSettings)) {
        let mut known = server.store.application(&self.id()).await.unwrap().unwrap();
        change(&mut known.settings);
        let change =
            SettingsChange { settings: known.settings, version: known.version, consequences: Consequences::Accepted };
        server.applications.application_change_settings(&self.id(), change, &Actor::CommandLine).await.unwrap();
    }

    /// Changes its state through any server of the database.
    pub(crate) async fn change(&self, server: &Rooms, change: StateChange) {
        server.applications.application_change_state(&self.id(), change, &Actor::CommandLine).await.unwrap();
    }
}

/// A service's settings, changed as the test wants.
pub(crate) fn service(change: impl FnOnce(&mut ApplicationSettings)) -> ApplicationSettings {
    let mut settings = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
    change(&mut settings);
    settings
}

/// The bearer of a token of a new machine with this scope.
pub(crate) async fn bearer(server: &Rooms, scope: &str) -> Caller {
    let scope: Scope = scope.parse().unwrap();
    let settings = service(|settings| (settings.scope, settings.default_scope) = (scope.clone(), Scope::empty()));
    Caller::Token { client_id: Registered::at(server, settings).await.id(), scope, user: None }
}

impl TestServer {
    /// Registers a service with a secret and the scope `openid admin`.
    pub(crate) async fn service(&self) -> Registered {
        self.service_with(|_| {}).await
    }

    /// Registers a service with these changes to its settings.
    pub(crate) async fn service_with(&self, change: impl FnOnce(&mut ApplicationSettings)) -> Registered {
        Registered::at(&self.rooms, service(change)).await
    }

    /// Registers a service that authenticates with this key.
    pub(crate) async fn service_with_key(&self, key: &ClientKey) -> Registered {
        let keys = client_keys(&key.jwks()).unwrap();
        self.service_with(|settings| settings.authentication = ClientAuthentication::PrivateKeyJwt(keys)).await
    }
}
