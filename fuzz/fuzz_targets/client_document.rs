//! Clients that a document describes, and clients that describe themselves. The input is a client id and a document: the
//! first line and the rest.
#![no_main]

use gatepost_fuzz::domain::registration::{Allowance, ClientMetadata};
use gatepost_fuzz::protocol::client_document::{document_address, read_client_document};
use gatepost_fuzz::protocol::jose::SigningAlgorithm;
use gatepost_fuzz::protocol::scope::Scope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (client_id, document) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
    let Ok(client_id) = std::str::from_utf8(client_id) else { return };
    if let Some(address) = document_address(client_id) {
        // One document has one address, and it leads nowhere by itself.
        let url = address.as_url();
        assert_eq!((address.as_str(), url.as_str()), (client_id, client_id));
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    }
    let Ok(members) = read_client_document(document.get(1..).unwrap_or_default(), client_id) else { return };
    assert_eq!(members["client_id"], client_id);
    assert!(!members.contains_key("client_secret"));
    let everybody: Scope = "openid profile".parse().expect("two scopes");
    let allowed = Allowance::of_everybody(everybody.clone());
    if let Ok(read) = ClientMetadata::read(&members, &allowed, SigningAlgorithm::Rs256) {
        assert!(read.settings.scope.iter().all(|name| everybody.iter().any(|known| known == name)));
    }
});
