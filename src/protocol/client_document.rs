//! Clients that are described by a document (draft-ietf-oauth-client-id-metadata-document-02, whose sections are cited
//! here): their client id is its address.

use serde_json::{Map, Value};

use super::client_auth::AuthMethod;
use super::document_address::DocumentAddress;

const CLIENT_ID: &str = "client_id";
const METHOD: &str = "token_endpoint_auth_method";

/// The members by which a client names its keys.
const KEYS: [&str; 2] = ["jwks", "jwks_uri"];

/// What only two can know who have met before (§4.1).
const SHARED: [&str; 2] = ["client_secret", "client_secret_expires_at"];

/// The address of a client's document, if this client id is one (§3): with a path, without dot segments, fragment or
/// user, and written in the one way that URLs are. Two ways to write it would be two clients of one document.
pub fn document_address(client_id: &str) -> Option<DocumentAddress> {
    let address: DocumentAddress = client_id.parse().ok()?;
    let url = address.as_url();
    (url.as_str() == client_id && url.path() != "/").then_some(address)
}

/// Why a document does not describe its client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientDocumentError {
    /// Not a JSON object.
    #[error("it is not a JSON object: {0}")]
    Form(String),
    /// It is another client's (§4).
    #[error("its client_id is not the address that it was read at")]
    AnotherClient,
    /// It speaks of a secret.
    #[error("a document that everybody reads holds no secret: '{0}' must not be in it")]
    Secret(&'static str),
    /// It would authenticate with a secret.
    #[error("'{METHOD}' must be none or private_key_jwt: there is nobody to agree on a secret with")]
    Method,
}

/// The members of a document, if it is the one of this client id.
pub fn read_client_document(body: &[u8], client_id: &str) -> Result<Map<String, Value>, ClientDocumentError> {
    let mut members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|e| ClientDocumentError::Form(e.to_string()))?;
    if members.get(CLIENT_ID).and_then(Value::as_str) != Some(client_id) {
        return Err(ClientDocumentError::AnotherClient);
    }
    if let Some(shared) = SHARED.into_iter().find(|member| members.contains_key(*member)) {
        return Err(ClientDocumentError::Secret(shared));
    }
    let has_keys = KEYS.iter().any(|member| members.get(*member).is_some_and(|value| !value.is_null()));
    let usual = if has_keys { AuthMethod::PrivateKeyJwt } else { AuthMethod::None };
    match members.get(METHOD) {
        None | Some(Value::Null) => {
            members.insert(METHOD.to_owned(), usual.name().into());
        }
        Some(method) if [AuthMethod::PrivateKeyJwt, AuthMethod::None].iter().any(|known| method == known.name()) => {}
        Some(_) => return Err(ClientDocumentError::Method),
    }
    Ok(members)
}

/// The hosts whose documents are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentHosts(Vec<String>);

/// Any host.
const ANY: &str = "*";

impl DocumentHosts {
    /// The hosts of this machine.
    pub fn of_this_machine() -> Self {
        Self(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec())
    }

    /// Reads them: names of hosts, or `*`. The one that is none is the error.
    pub fn read(hosts: Vec<String>) -> Result<Self, String> {
        let is_host = |host: &str| {
            let address: Option<DocumentAddress> = format!("https://{host}/").parse().ok();
            host == ANY || (!host.contains('*') && address.is_some_and(|address| address.host() == host))
        };
        match hosts.iter().find(|host| !is_host(host)) {
            Some(other) => Err(other.clone()),
            None => Ok(Self(hosts)),
        }
    }

    /// Whether any document is taken.
    pub const fn is_on(&self) -> bool {
        !self.0.is_empty()
    }

    /// Their names, `*` for all of them.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Whether the documents of this host are.
    pub fn include(&self, host: &str) -> bool {
        self.0.iter().any(|known| known == ANY || known == host)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "https://app.example/client.json";

    #[test]
    fn a_client_id_is_an_address_in_one_way_of_writing() {
        for good in
            [ID, "https://app.example:8443/a/b", "https://app.example/a?v=1", "http://localhost:3000/client.json"]
        {
            assert_eq!(document_address(good).unwrap().as_str(), good);
        }
        for bad in [
            "client",
            "https://app.example",
            "https://app.example/",
            "https://app.example/?a",
            "https://App.example/a",
            "https://app.example:443/a",
            "https://app.example/a/../b",
            "https://app.example/a/./b",
            "https://app.example/%2e%2e/b",
            "https://app.example/a#b",
            "https://me@app.example/a",
            "https:app.example/a",
            "https://app.example\\a",
            "http://app.example/a",
            "HTTPS://app.example/a",
            "https://app.example/ä",
        ] {
            assert_eq!(document_address(bad), None, "{bad}");
        }
    }

    fn read(document: &Value) -> Result<Map<String, Value>, ClientDocumentError> {
        read_client_document(document.to_string().as_bytes(), ID)
    }

    #[test]
    fn a_document_is_of_the_client_that_it_names_byte_for_byte() {
        assert!(read(&json!({ "client_id": ID })).is_ok());
        for other in
            [json!("https://app.example/client.json/"), json!("https://app.example/Client.json"), json!(null), json!(1)]
        {
            assert_eq!(read(&json!({ "client_id": other })), Err(ClientDocumentError::AnotherClient), "{other}");
        }
        assert_eq!(read(&json!({})), Err(ClientDocumentError::AnotherClient));
        assert!(matches!(read(&json!([])), Err(ClientDocumentError::Form(_))));
        assert!(matches!(read_client_document(b"<html>", ID), Err(ClientDocumentError::Form(_))));
    }

    #[test]
    fn a_document_holds_no_secret_and_its_client_needs_none() {
        for (member, error) in
            [("client_secret", "client_secret"), ("client_secret_expires_at", "client_secret_expires_at")]
        {
            assert_eq!(read(&json!({ "client_id": ID, member: 0 })), Err(ClientDocumentError::Secret(error)));
        }
        for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt", "tls_client_auth", ""] {
            assert_eq!(read(&json!({ "client_id": ID, METHOD: method })), Err(ClientDocumentError::Method), "{method}");
        }
        for (more, method) in [
            (json!({}), "none"),
            (json!({ "jwks": null }), "none"),
            (json!({ "jwks_uri": "https://app.example/jwks" }), "private_key_jwt"),
            (json!({ "jwks": {} }), "private_key_jwt"),
            (json!({ METHOD: "none", "jwks": {} }), "none"),
            (json!({ METHOD: null }), "none"),
        ] {
            let mut document = json!({ "client_id": ID });
            document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert_eq!(read(&document).unwrap()[METHOD], method, "{document}");
        }
    }

    #[test]
    fn hosts_are_named_or_all_of_them() {
        let hosts = |hosts: &[&str]| DocumentHosts::read(hosts.iter().map(|host| (*host).to_owned()).collect());
        let some = hosts(&["app.example", "[::1]"]).unwrap();
        assert!(some.is_on() && some.include("app.example") && some.include("[::1]"));
        assert!(!some.include("sub.app.example") && !some.include("xapp.example"));
        assert!(hosts(&["*"]).unwrap().include("app.example"));
        assert!(!DocumentHosts::default().is_on() && !DocumentHosts::default().include("app.example"));
        for bad in ["https://app.example", "app.example:8443", "App.example", "*.example", "app.example/", "a b", ""] {
            assert_eq!(hosts(&["app.example", bad]), Err(bad.to_owned()));
        }
    }
}
