//! `[registration]`: applications that register themselves.

use ipnet::IpNet;

use super::reader::SectionReader;
use crate::protocol::client_document::DocumentHosts;
use crate::protocol::named::named;
use crate::protocol::scope::Scope;

named! {
    /// Whether applications may register themselves (RFC 7591).
    pub enum DynamicRegistration {
        /// None may.
        Off = "off",
        /// Those with an initial access token, which operators hand out.
        Token = "token",
        /// Everybody.
        Open = "open",
    }
}

/// The section `[registration]`.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Whether applications may register themselves.
    pub dynamic: DynamicRegistration,
    /// The scopes that such an application may have.
    pub scopes: Scope,
    /// The hosts whose documents describe applications (draft-ietf-oauth-client-id-metadata-document).
    pub client_id_documents: DocumentHosts,
    /// Networks beyond the public internet from which documents of clients, issuers and their keys are fetched;
    /// [`super::Config::document_networks`] may add some.
    pub allow_private: Vec<IpNet>,
}

impl Registration {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let names: Vec<String> = section.setting("scopes", r#"["openid", "profile", "email", "offline_access"]"#);
        let scopes = names.join(" ").parse().unwrap_or_else(|e| {
            section.refuse("scopes", format!("expected scopes, each without spaces: {e}"));
            Scope::empty()
        });
        let hosts: Vec<String> = section.setting("client_id_documents", "[]");
        let client_id_documents = DocumentHosts::read(hosts).unwrap_or_else(|other| {
            let what = "expected names of hosts such as \"app.example.com\", or \"*\" for any";
            section.refuse("client_id_documents", format!("{what}; found \"{other}\""));
            DocumentHosts::default()
        });
        Self {
            client_id_documents,
            dynamic: section.setting("dynamic", "off"),
            scopes,
            allow_private: section.setting("allow_private", "[]"),
        }
    }
}
