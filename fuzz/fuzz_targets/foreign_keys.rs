//! What others publish: key sets, and the metadata of issuers and providers. What was taken is taken again, the same.
#![no_main]

use gatepost_fuzz::protocol::client_keys::published_keys;
use gatepost_fuzz::protocol::federation::{ForeignKeys, IssuerMetadata};
use gatepost_fuzz::protocol::upstream::{Provider, key_set};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use url::Url;

const ISSUER: &str = "https://ci.example.com";
const METADATA: &str = "https://ci.example.com/.well-known/openid-configuration";

fuzz_target!(|document: &[u8]| {
    if let Ok(keys) = published_keys(document) {
        let written = serde_json::to_vec(&keys).expect("keys have a JSON form");
        assert_eq!(published_keys(&written).expect("what was taken is taken again"), keys);
    }
    if let Ok(keys) = key_set(document) {
        let written = serde_json::to_vec(&keys).expect("keys have a JSON form");
        assert_eq!(key_set(&written).expect("what was taken is taken again"), keys);
    }
    if let Ok(set) = serde_json::from_slice::<Value>(document) {
        if let Ok(keys) = ForeignKeys::read(&set) {
            assert_eq!(ForeignKeys::read(&keys.show()), Ok(keys));
        }
    }
    let from: Url = METADATA.parse().expect("a URL");
    if let Ok(metadata) = IssuerMetadata::read(document, &from) {
        // The same place. Whoever trusts an issuer compares it to the letter besides.
        let issuer: Url = metadata.issuer.parse().expect("a URL, as it has led here");
        assert_eq!(issuer.as_str().trim_end_matches('/'), ISSUER);
    }
    if let Ok(provider) = Provider::read(document, &from) {
        let endpoints = [provider.authorization_endpoint, provider.token_endpoint, provider.jwks_uri];
        assert!(endpoints.iter().chain(&provider.userinfo_endpoint).all(|endpoint| endpoint.scheme() == "https"));
    }
});
