//! The sender of a request, as far as the request tells.

use std::net::IpAddr;

use super::browsers::KnownAccounts;
use crate::domain::session::Device;

/// The sender of a request, as far as the request tells.
#[derive(Clone, Debug)]
pub struct Requester {
    /// The address it came from, for limits.
    pub address: IpAddr,
    /// The accounts that were signed in in this browser before.
    pub known_accounts: KnownAccounts,
    /// Address and browser, for people.
    pub device: Device,
    /// The language of pages and mail, such as `de`.
    pub locale: String,
    /// The trace id of the request.
    pub trace_id: String,
}
