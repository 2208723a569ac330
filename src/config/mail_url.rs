//! The URL of the mail server: `smtp://` or `smtps://`.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::secret::{MASK, Secret};
use super::setting::FromText;

/// An SMTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailUrl {
    /// Its host, an IPv6 address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether TLS is used.
    pub security: MailSecurity,
    /// The account to log in with.
    pub credentials: Option<MailCredentials>,
}

/// Whether the connection to the mail server uses TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte: `smtps://`.
    Tls,
    /// `STARTTLS` is required: `smtp://` with a password for another machine, or `?tls=required`.
    StartTlsRequired,
    /// `STARTTLS` if it is offered: other `smtp://`.
    StartTlsIfOffered,
    /// No TLS: `?tls=never`.
    Plain,
}

/// The account at the mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailCredentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// Why a text is no URL of a mail server; never quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailUrlError {
    /// Not a URL.
    #[error("it is no valid address; special characters of user and password must be percent-encoded")]
    Malformed,
    /// Neither of the schemes.
    #[error("it must start with smtp:// or smtps://")]
    Scheme,
    /// No host.
    #[error("the host is missing")]
    NoHost,
    /// A user without password, or the other way round.
    #[error("user and password go together")]
    HalfCredentials,
    /// A path, a fragment, or an unknown parameter.
    #[error("nothing may follow host and port but ?tls=required or ?tls=never")]
    Trailing,
}

impl FromStr for MailUrl {
    type Err = MailUrlError;

    fn from_str(text: &str) -> Result<Self, MailUrlError> {
        let url = Url::parse(text).map_err(|_| MailUrlError::Malformed)?;
        if !matches!(url.scheme(), "smtp" | "smtps") {
            return Err(MailUrlError::Scheme);
        }
        let host = match url.host_str() {
            Some(host) if !host.is_empty() => host.trim_matches(['[', ']']).to_owned(),
            _ => return Err(MailUrlError::NoHost),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(MailUrlError::Trailing);
        }
        let credentials = credentials(&url)?;
        let security = security(&url, credentials.is_some())?;
        let default_port = match security {
            MailSecurity::Tls => 465,
            _ if credentials.is_some() => 587,
            _ => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(default_port), security, credentials })
    }
}

fn credentials(url: &Url) -> Result<Option<MailCredentials>, MailUrlError> {
    let decoded = |text| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded.map(String::from).map_err(|_| MailUrlError::Malformed)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(MailUrlError::HalfCredentials),
        (username, Some(password)) => {
            Ok(Some(MailCredentials { username: decoded(username)?, password: Secret::new(decoded(password)?) }))
        }
    }
}

/// A password is never sent in the clear over a network unless the operator configures it.
fn security(url: &Url, has_password: bool) -> Result<MailSecurity, MailUrlError> {
    let is_smtps = url.scheme() == "smtps";
    match url.query() {
        None | Some("tls=required") if is_smtps => Ok(MailSecurity::Tls),
        None if has_password && !is_local(url) => Ok(MailSecurity::StartTlsRequired),
        None => Ok(MailSecurity::StartTlsIfOffered),
        Some("tls=required") => Ok(MailSecurity::StartTlsRequired),
        Some("tls=never") if !is_smtps => Ok(MailSecurity::Plain),
        Some(_) => Err(MailUrlError::Trailing),
    }
}

/// The hosts of a scheme that is not a browser's are not parsed as IP addresses; this parses them.
fn is_local(url: &Url) -> bool {
    match url.host_str().map(Host::parse) {
        Some(Ok(Host::Domain(name))) => name == "localhost",
        Some(Ok(Host::Ipv4(address))) => address.is_loopback(),
        Some(Ok(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

impl FromText for MailUrl {
    const EXPECTED: &'static str = "smtp://host:port or smtps://user:password@host";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: MailUrlError| error.to_string())
    }

    fn shown(&self) -> String {
        let scheme = match self.security {
            MailSecurity::Tls => "smtps",
            _ => "smtp",
        };
        let account = match &self.credentials {
            Some(account) => format!("{}:{MASK}@", account.username),
            None => String::new(),
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let tls = match self.security {
            MailSecurity::StartTlsRequired => "?tls=required",
            MailSecurity::Plain => "?tls=never",
            MailSecurity::Tls | MailSecurity::StartTlsIfOffered => "",
        };
        format!("{scheme}://{account}{host}:{}{tls}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> MailUrl {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_without_a_port_gets_the_usual_one() {
        assert_eq!(url("smtp://mail.example.com").port, 25);
        assert_eq!(url("smtp://me:pw@mail.example.com").port, 587);
        assert_eq!(url("smtps://me:pw@mail.example.com").port, 465);
        assert_eq!(url("smtp://[::1]:1025").host, "::1");
    }

    #[test]
    fn a_password_for_another_machine_needs_encryption() {
        let security = |text| url(text).security;
        assert_eq!(security("smtp://mail:1025"), MailSecurity::StartTlsIfOffered);
        assert_eq!(security("smtp://a:b@mail"), MailSecurity::StartTlsRequired);
        assert_eq!(security("smtp://a:b@127.0.0.1:25"), MailSecurity::StartTlsIfOffered);
        assert_eq!(security("smtp://a:b@mail?tls=never"), MailSecurity::Plain);
        assert_eq!(security("smtp://mail?tls=required"), MailSecurity::StartTlsRequired);
        assert_eq!(security("smtps://mail"), MailSecurity::Tls);
    }

    #[test]
    fn percent_encoded_credentials_are_decoded_and_the_password_is_masked() {
        let url = url("smtps://me%40example.com:p%2Fw@mail.example.com");
        assert_eq!(url.shown(), "smtps://me@example.com:********@mail.example.com:465");
        assert!(!format!("{url:?}").contains("p/w"));
        assert_eq!(url.credentials.unwrap().password.expose(), "p/w");
    }

    #[test]
    fn what_is_no_mail_server_is_refused_with_the_reason() {
        let refusal = |text: &str| text.parse::<MailUrl>().err();
        assert_eq!(refusal("mail.example.com"), Some(MailUrlError::Malformed));
        assert_eq!(refusal("http://mail"), Some(MailUrlError::Scheme));
        assert_eq!(refusal("smtp://"), Some(MailUrlError::NoHost));
        assert_eq!(refusal("smtp://me@mail"), Some(MailUrlError::HalfCredentials));
        assert_eq!(refusal("smtp://mail/path"), Some(MailUrlError::Trailing));
        assert_eq!(refusal("smtps://mail?tls=never"), Some(MailUrlError::Trailing));
    }
}
