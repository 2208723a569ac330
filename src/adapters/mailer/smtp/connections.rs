//! Connections to the mail server: opened as configured, kept for a while after a mail was sent.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::{Instant, sleep, timeout};

use super::{CONNECTING, SmtpSecurity, SmtpSettings};

/// How long a connection is kept without use; mail servers allow minutes (RFC 5321 §4.5.3.2.7).
const IDLE: Duration = Duration::from_secs(30);

/// How many are kept without use.
const MOST_IDLE: usize = 4;

/// The time limit for testing a kept connection.
const PROVING: Duration = Duration::from_secs(2);

/// The login mechanisms, in order of preference.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Why there is no connection, and how far it got.
pub(super) struct Failed {
    pub(super) step: &'static str,
    pub(super) error: Error,
}

/// Names the step that an error happened in.
const fn at(step: &'static str) -> impl Fn(Error) -> Failed {
    move |error| Failed { step, error }
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// The connections of one mailer.
pub(super) struct Connections {
    settings: SmtpSettings,
    hello: ClientId,
    tls: OnceLock<TlsParameters>,
    idle: Arc<Mutex<Vec<Idle>>>,
}

impl Connections {
    pub(super) fn new(settings: SmtpSettings) -> Self {
        let hello = settings.hello.clone().map_or_else(ClientId::default, ClientId::Domain);
        Self { settings, hello, tls: OnceLock::new(), idle: Arc::default() }
    }

    pub(super) const fn settings(&self) -> &SmtpSettings {
        &self.settings
    }

    /// A connection that is ready for a mail: one that was kept, or a new one.
    pub(super) async fn take(&self) -> Result<AsyncSmtpConnection, Failed> {
        while let Some(mut kept) = self.take_idle() {
            if timeout(PROVING, kept.test_connected()).await.unwrap_or(false) {
                return Ok(kept);
            }
        }
        self.open().await
    }

    /// Keeps a connection whose last dialogue ended well.
    pub(super) fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(Idle { connection, since: Instant::now() });
            drop(idle);
            tokio::spawn(close_unused(Arc::clone(&self.idle)));
        }
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let newest = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        newest.map(|idle| idle.connection)
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Failed> {
        let server = (self.settings.host.as_str(), self.settings.port);
        let security = self.settings.security;
        let from_the_start = if security == SmtpSecurity::Tls { Some(self.tls()?) } else { None };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECTING), &self.hello, from_the_start, None)
                .await
                .map_err(at("connecting"))?;
        let upgrade = match security {
            SmtpSecurity::StartTlsRequired => true,
            SmtpSecurity::StartTlsIfOffered => connection.can_starttls(),
            SmtpSecurity::Tls | SmtpSecurity::Plain => false,
        };
        if upgrade {
            connection.starttls(self.tls()?, &self.hello).await.map_err(at("STARTTLS"))?;
        }
        if let Some(account) = &self.settings.account {
            let credentials = Credentials::new(account.username.clone(), account.password.clone());
            connection.auth(&MECHANISMS, &credentials).await.map_err(at("logging in"))?;
        }
        Ok(connection)
    }

    /// Built when it is first needed: it reads the machine's certificates.
    fn tls(&self) -> Result<TlsParameters, Failed> {
        if let Some(made) = self.tls.get() {
            return Ok(made.clone());
        }
        let any_certificate = self.settings.security == SmtpSecurity::StartTlsIfOffered;
        let made = TlsParameters::builder(self.settings.host.clone())
            .dangerous_accept_invalid_certs(any_certificate)
            .dangerous_accept_invalid_hostnames(any_certificate)
            .build()
            .map_err(at("preparing TLS"))?;
        Ok(self.tls.get_or_init(|| made).clone())
    }
}

/// Waits until the connection that was just kept has been idle for long enough, and closes it.
async fn close_unused(idle: Arc<Mutex<Vec<Idle>>>) {
    sleep(IDLE).await;
    let unused: Vec<_> = {
        let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extract_if(.., |kept| kept.since.elapsed() >= IDLE).collect()
    };
    for mut kept in unused {
        let _ = timeout(PROVING, kept.connection.quit()).await;
    }
}
