//! Proofs of possession (RFC 9449), good ones and every kind of bad one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost::adapters::entropy::{Entropy as _, SystemEntropy};
use gatepost::flows::proofs::SentProof;
use gatepost::protocol::dpop::access_token_hash;
use gatepost::protocol::jose::SigningAlgorithm;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::answer::Answer;
use super::application::Registered;
use super::assertion::{Assertion, ClientKey};
use super::server::TestServer;

/// A proof that is being put together. Right for the token endpoint unless changed.
#[derive(Clone)]
pub(crate) struct Proof<'k> {
    key: &'k ClientKey,
    jwt: Assertion,
}

impl ClientKey {
    /// A new key as applications make them for proofs.
    pub(crate) fn for_proofs() -> Self {
        Self::new(SigningAlgorithm::Es256)
    }

    /// The nonce and a proof for the token endpoint.
    pub(crate) fn proves<'k>(&'k self, server: &TestServer) -> Proof<'k> {
        self.proves_at(server, "POST", "/token")
    }

    /// The same for another address.
    pub(crate) fn proves_at<'k>(&'k self, server: &TestServer, method: &str, path: &str) -> Proof<'k> {
        let mut jti = [0; 16];
        SystemEntropy::default().fill(&mut jti);
        let url = format!("{}{path}", server.issuer());
        let (header, claims) = (
            json!({ "typ": "dpop+jwt", "alg": self.alg(), "jwk": self.jwk() }),
            json!({
                "jti": URL_SAFE_NO_PAD.encode(jti), "htm": method, "htu": url, "iat": server.world.clock.seconds(),
                "nonce": server.rooms.proofs.nonce(),
            }),
        );
        Proof { key: self, jwt: Assertion { header, claims } }
    }
}

impl Proof<'_> {
    /// With another value of this claim; null leaves it out.
    pub(crate) fn claim(self, name: &str, value: impl Into<Value>) -> Self {
        Self { jwt: self.jwt.claim(name, value), ..self }
    }

    /// With another value of this header member; null leaves it out.
    pub(crate) fn header(self, name: &str, value: impl Into<Value>) -> Self {
        Self { jwt: self.jwt.header(name, value), ..self }
    }

    /// Beside this access token.
    pub(crate) fn beside(self, access_token: &str) -> Self {
        self.claim("ath", access_token_hash(access_token))
    }

    /// Signed.
    pub(crate) fn signed(&self) -> String {
        self.jwt.signed(self.key)
    }

    /// With a signature of the caller's own making.
    pub(crate) fn sealed(&self, signature: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        self.jwt.sealed(signature)
    }

    /// As a request to the token endpoint brings it.
    pub(crate) fn sent(&self) -> SentProof {
        SentProof { values: vec![self.signed()], method: "POST".to_owned(), path: "/token".to_owned() }
    }
}

impl TestServer {
    /// A form of this application with these proofs.
    pub(crate) fn proven_form(
        &self,
        path: &str,
        from: &Registered,
        form: &[(&str, &str)],
        proofs: &[String],
    ) -> RequestBuilder {
        let mut form = form.to_vec();
        let mut request = self.request(Method::POST, path);
        if from.secret.is_empty() {
            form.push(("client_id", &from.client_id));
        } else {
            request = request.basic_auth(&from.client_id, Some(&from.secret));
        }
        proofs.iter().fold(request, |request, proof| request.header("dpop", proof)).form(&form)
    }

    /// What the token endpoint answers to a form with this proof.
    pub(crate) async fn prove(&self, from: &Registered, form: &[(&str, &str)], proof: &Proof<'_>) -> Answer {
        Answer::of(self.proven_form("/token", from, form, &[proof.signed()])).await
    }

    /// A request that presents an access token by the scheme `DPoP`, with this proof.
    pub(crate) fn presents(&self, method: Method, path: &str, token: &str, proof: &str) -> RequestBuilder {
        self.request(method, path).header("authorization", format!("DPoP {token}")).header("dpop", proof)
    }
}
