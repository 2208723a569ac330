//! The `Authorization` header of a client, beside a body.
#![no_main]

use gatepost_fuzz::protocol::bearer;
use gatepost_fuzz::protocol::client_auth::{ClientCredentials, claimed_client};
use gatepost_fuzz::protocol::parameters::Parameters;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (header, body) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
    let Ok(header) = std::str::from_utf8(header) else { return };
    let _ = bearer::credentials(Some(header));
    let parameters = Parameters::from_form(body.get(1..).unwrap_or_default()).unwrap_or_default();
    let claimed = claimed_client(Some(header), Some(&parameters));
    if let Ok(ClientCredentials::Secret { client_id, secret }) =
        ClientCredentials::from_request(Some(header), &parameters)
    {
        assert_eq!(claimed.as_deref(), Some(client_id.as_str()));
        assert!(!client_id.is_empty() && !secret.is_empty());
        assert!(!client_id.chars().chain(secret.chars()).any(char::is_control));
    }
});
