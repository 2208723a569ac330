//! Domains of mail addresses: what stands behind the @.

use crate::domain::user::EmailAddress;

/// The domains of these names, in lower case; `refuse` is told of each that is none.
pub(super) fn mail_domains(names: Vec<String>, mut refuse: impl FnMut(String)) -> Vec<String> {
    let mut domains = Vec::new();
    for name in names {
        match format!("a@{name}").parse::<EmailAddress>() {
            Ok(address) => domains.push(address.domain()),
            Err(_) => refuse(format!("expected domains such as example.com, found '{name}'")),
        }
    }
    domains
}
