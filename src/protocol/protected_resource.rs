//! Protected resource metadata (RFC 9728): how a client finds out who issues tokens for an API.

use serde::Serialize;

/// The well-known name, which stands between host and path (RFC 9728 §3.1).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The metadata of an API (RFC 9728 §2).
#[derive(Clone, Debug, Serialize)]
pub struct ProtectedResource<'a> {
    /// Its identifier: what its tokens carry as `aud`.
    pub resource: &'a str,
    /// Who issues its tokens.
    pub authorization_servers: [&'a str; 1],
    /// The scopes that it understands.
    pub scopes_supported: Vec<&'a str>,
    /// How it takes tokens.
    pub bearer_methods_supported: [&'static str; 1],
    /// What proofs beside its tokens may be signed with (RFC 9449 §7.1).
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
    /// What people call it.
    pub resource_name: &'a str,
    /// Where it is described.
    pub resource_documentation: &'a str,
}

/// Where the metadata of a resource stand (RFC 9728 §3.1).
pub fn metadata_url(resource: &str) -> String {
    let authority = resource.find("://").map_or(0, |at| at + 3);
    let (_, after) = resource.split_at(authority);
    let path = after.find('/').map_or(resource.len(), |at| authority + at);
    let (origin, path) = resource.split_at(path);
    format!("{origin}{WELL_KNOWN}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_name_stands_between_host_and_path() {
        for (resource, url) in [
            ("https://id.example/api/v1", "https://id.example/.well-known/oauth-protected-resource/api/v1"),
            ("http://[::1]:8080/a/b", "http://[::1]:8080/.well-known/oauth-protected-resource/a/b"),
            ("https://id.example", "https://id.example/.well-known/oauth-protected-resource"),
        ] {
            assert_eq!(metadata_url(resource), url);
        }
    }
}
