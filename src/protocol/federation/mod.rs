//! Workloads that prove who they are with a token of another issuer, instead of a secret of this server (RFC 7521 §4.2,
//! RFC 7523 §2.2 and §3 with an issuer that is not the client; SPIFFE JWT-SVID §3 to §5).
//!
//! An application names each identity that it trusts. What no entry names exactly is refused, whoever signed it.

mod foreign_keys;
mod foreign_token;
mod issuer;
mod metadata;
mod subject;

pub use foreign_keys::{ForeignKeys, ForeignKeysError, Signature, SignedBy};
pub use foreign_token::{ForeignToken, SpentBy, Unverified, refused};
pub use issuer::{TrustedIssuer, TrustedIssuerError};
pub use metadata::IssuerMetadata;
pub use subject::{SubjectError, SubjectPattern};

/// How many identities of other issuers an application may trust: each of them is looked at for a token.
pub const MOST_IDENTITIES: usize = 20;

/// The longest audience, in bytes.
pub const LONGEST_AUDIENCE: usize = 1000;

/// An identity that an application trusts: whose token, about whom, for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederatedIdentity {
    /// Who signs.
    pub issuer: TrustedIssuer,
    /// Whom the token is about.
    pub subject: SubjectPattern,
    /// Whom the token must be meant for, alone; this server's issuer where nothing else is said.
    pub audience: Option<String>,
    /// The issuer's keys, where this server cannot fetch them.
    pub keys: Option<ForeignKeys>,
    /// Whether one token is taken as often as it is sent until it expires.
    pub reusable: bool,
}

impl FederatedIdentity {
    /// Whom its tokens must be meant for, at the server with this issuer.
    pub fn audience<'a>(&'a self, own_issuer: &'a str) -> &'a str {
        self.audience.as_deref().unwrap_or(own_issuer)
    }
}
