//! The settings of the mail server, from configuration to adapter.

use crate::adapters::mailer::{SmtpAccount, SmtpMailer, SmtpSecurity, SmtpSettings};
use crate::config::{Config, MailSecurity};

/// The mailer for `mail.url`, if there is one. Does not connect yet.
pub fn mail_server(config: &Config) -> Option<SmtpMailer> {
    let url = config.mail.url.as_ref()?;
    let account = url.credentials.as_ref().map(|credentials| SmtpAccount {
        username: credentials.username.clone(),
        password: credentials.password.expose().to_owned(),
    });
    // RFC 5321 §4.1.4 wants a domain name of the client; the host name of a container is none.
    let issuer = &config.server.issuer;
    let is_name = !issuer.is_loopback() && issuer.host().parse::<std::net::Ipv4Addr>().is_err();
    let hello = (is_name && !issuer.host().contains(':')).then(|| issuer.host().to_owned());
    Some(SmtpMailer::new(SmtpSettings {
        host: url.host.clone(),
        port: url.port,
        security: match url.security {
            MailSecurity::Tls => SmtpSecurity::Tls,
            MailSecurity::StartTlsRequired => SmtpSecurity::StartTlsRequired,
            MailSecurity::StartTlsIfOffered => SmtpSecurity::StartTlsIfOffered,
            MailSecurity::Plain => SmtpSecurity::Plain,
        },
        account,
        hello,
    }))
}
