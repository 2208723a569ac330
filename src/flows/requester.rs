//! Who sends a request, as far as the request says.

use std::net::IpAddr;

use super::browsers::KnownAccounts;
use crate::domain::session::Device;

/// Who sends a request, as far as the request says.
#[derive(Clone, Debug)]
pub struct Requester {
    /// The address it came from, for limits.
    pub address: IpAddr,
    /// The accounts that were signed in in this browser before.
    pub known_accounts: KnownAccounts,
    /// Address and browser, for people.
    pub device: Device,
    /// The language to speak, such as `de`.
    pub locale: String,
    /// The trace of the request.
    pub trace_id: String,
}
