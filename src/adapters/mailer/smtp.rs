//! Mail through an SMTP server (RFC 5321), with TLS as configured and connections that are used again.
//!
//! Connections are kept here and not by lettre's pool: that one takes back a connection whose dialogue was interrupted,
//! and the next mail could become part of the last one. Here a connection is kept only after a complete dialogue;
//! otherwise it is closed.

mod connections;
mod message;

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::{Mail, MailError, Mailer, SendFuture};
use connections::Connections;

/// The time limit for connecting: name, connection, TLS, login.
const CONNECTING: Duration = Duration::from_secs(10);

/// How long the mail server may take for one mail. Mail programs wait ten minutes (RFC 5321 §4.5.3.2.6), but by then a
/// person has given up signing in; an earlier second attempt is better.
const TRANSFERRING: Duration = Duration::from_secs(30);

/// How much of a mail server's answer is kept.
const LONGEST_ANSWER: usize = 300;

/// The settings of the mail server.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether TLS is used.
    pub security: SmtpSecurity,
    /// The account to log in with.
    pub account: Option<SmtpAccount>,
    /// The domain name for `EHLO`, if there is one.
    pub hello: Option<String>,
}

/// Whether TLS is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// `STARTTLS` is required.
    StartTlsRequired,
    /// `STARTTLS` if it is offered, with any certificate: an attacker who could forge one could as well withhold the
    /// offer (RFC 7435).
    StartTlsIfOffered,
    /// No TLS.
    Plain,
}

/// An account at the mail server.
#[derive(Clone)]
pub struct SmtpAccount {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// Sends mail through an SMTP server.
pub struct SmtpMailer(Connections);

impl SmtpMailer {
    /// A mailer for this server. Does not connect yet.
    pub fn new(settings: SmtpSettings) -> Self {
        Self(Connections::new(settings))
    }

    /// Connects and logs in as for a mail, but sends none; says what it found.
    pub async fn check(&self) -> Result<String, MailError> {
        let mut connection = self.connection().await?;
        let settings = self.0.settings();
        let privately = if connection.is_encrypted() { "encrypted" } else { "NOT encrypted" };
        let account = settings.account.as_ref().map(|account| format!(", logged in as {}", account.username));
        let _ = timeout(CONNECTING, connection.quit()).await;
        Ok(format!("{}:{} answers, {privately}{}", settings.host, settings.port, account.unwrap_or_default()))
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        let SmtpSettings { host, port, .. } = self.0.settings();
        // An error before a mail is offered is not about the mail, so it is temporary even if the answer is final.
        match timeout(CONNECTING, self.0.take()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(failed)) => {
                Err(MailError::Temporary(format!("{host}:{port}, {}: {}", failed.step, said(&failed.error))))
            }
            Err(_) => {
                Err(MailError::Temporary(format!("{host}:{port} was not ready within {} s", CONNECTING.as_secs())))
            }
        }
    }

    async fn deliver(&self, mail: &Mail) -> Result<String, MailError> {
        let message = message::compose(mail)?;
        let mut connection = self.connection().await?;
        let formatted = message.formatted();
        match timeout(TRANSFERRING, connection.send(message.envelope(), &formatted)).await {
            Ok(Ok(response)) => {
                self.0.keep(connection);
                Ok(tamed(&answer(&response), mail))
            }
            Ok(Err(e)) if is_final(&e) => Err(MailError::Permanent(tamed(&said(&e), mail))),
            Ok(Err(e)) => Err(MailError::Temporary(tamed(&said(&e), mail))),
            Err(_) => Err(MailError::Temporary(format!("the mail was not taken within {} s", TRANSFERRING.as_secs()))),
        }
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> SendFuture<'a> {
        Box::pin(self.deliver(mail))
    }
}

/// Whether trying again cannot help. 53x is about this server's account (RFC 4954 §6), which the operator can correct.
fn is_final(error: &Error) -> bool {
    let about_login = error.status().is_some_and(|code| (530..540).contains(&u16::from(code)));
    (error.is_permanent() && !about_login) || error.is_client()
}

fn answer(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

/// The message of an error: the answer of the mail server, or the innermost cause.
fn said(error: &Error) -> String {
    let first: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let Some(cause) = std::iter::successors(first, |cause| cause.source()).last() else { return error.to_string() };
    match error.status() {
        Some(code) => format!("{code} {cause}"),
        None if cause.to_string().contains("UnknownIssuer") => {
            format!(
                "{cause}: this machine does not know who issued it; SSL_CERT_FILE can name a file with your own authority"
            )
        }
        None => cause.to_string(),
    }
}

/// One line, not too long, and without the address: answers are shown to an application's owner and logged.
fn tamed(answer: &str, mail: &Mail) -> String {
    let line: String = answer.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_ANSWER).collect();
    line.replace(mail.to.as_str(), &mail.to.masked())
}
