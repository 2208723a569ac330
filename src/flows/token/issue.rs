//! Making the access token (RFC 9068 §2, RFC 6749 §5.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::application::Application;
use crate::flows::Server;
use crate::protocol::claims::{AccessTokenClaims, Audience};
use crate::protocol::refusal::Refusal;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::TokenResponse;

impl Server {
    /// Signs an access token with the application's lifetime, profile and algorithm.
    pub(super) fn issue_access_token(
        &self,
        application: &Application,
        subject: &str,
        scope: &Scope,
        resources: &[ResourceId],
    ) -> Result<TokenResponse, Refusal> {
        let now = self.now();
        let client_id = application.client_id.as_str();
        let lifetime = application.token_ttl(self.config.tokens.access_ttl).as_secs();
        let issued = now.as_seconds();
        let claims = AccessTokenClaims {
            iss: self.config.server.issuer.as_str().to_owned(),
            sub: subject.to_owned(),
            aud: Audience::of(resources, client_id),
            client_id: client_id.to_owned(),
            scope: scope.to_string(),
            iat: issued,
            exp: issued.saturating_add_unsigned(lifetime),
            jti: URL_SAFE_NO_PAD.encode(self.random::<16>()),
        };
        let signer = self.keyring.signer(application.settings.signing_algorithm, now)?;
        let access_token = signer
            .sign_jwt(application.settings.token_profile.typ(), &claims)
            .map_err(|e| Refusal::server_error(e.to_string()))?;
        Ok(TokenResponse { access_token, expires_in: lifetime, token_type: "Bearer", scope: claims.scope })
    }
}
