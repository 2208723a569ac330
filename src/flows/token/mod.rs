//! The token endpoint (RFC 6749 §3.2) as phases that no grant can forget: parse, authenticate the
//! application, apply the grant, settle scope and audience, issue.
//!
//! A grant is one file here. It decides who the token speaks for and what may be asked; everything before
//! and after it happens in this file, the same for all.

mod client_credentials;
mod issue;

use std::net::IpAddr;

use super::Server;
use super::authenticate_client::AuthenticatedClient;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::resource::{self, ResourceId};
use crate::protocol::scope::{self, Scope};
use crate::protocol::token::{GrantType, TokenRequest, TokenResponse};
use crate::store::ApplicationUse;

/// A token request as it came in.
#[derive(Debug)]
pub struct RawTokenRequest<'a> {
    /// The `Authorization` header, if there was one.
    pub authorization: Option<&'a str>,
    /// The parameters of the body.
    pub parameters: &'a Parameters,
    /// Where it came from.
    pub address: IpAddr,
}

/// What a grant allows.
struct Granted {
    /// Whom the token speaks for.
    subject: String,
    /// What it may carry at most.
    allowed_scope: Scope,
    /// What it carries when nothing is asked for.
    default_scope: Scope,
}

impl Server {
    /// Answers a token request.
    pub async fn token(&self, request: RawTokenRequest<'_>) -> Result<TokenResponse, Refusal> {
        let parsed = TokenRequest::from_parameters(request.parameters)?;
        let credentials = ClientCredentials::from_request(request.authorization, request.parameters)?;
        let client = self.authenticate_client(&credentials, request.address).await?;
        check_grant_allowed(&client, parsed.grant)?;
        let granted = match parsed.grant {
            GrantType::ClientCredentials => client_credentials::grant(&client)?,
        };
        let resources = resource::permitted(&parsed.resources, &client.application.settings.audiences)?;
        let scope = self.settle_scope(&granted, parsed.scope.as_ref(), &resources).await?;
        let response = self.issue_access_token(&client.application, &granted.subject, &scope, &resources)?;
        self.usage.note(ApplicationUse { application: client.application.id, secret: client.secret, at: self.now() });
        Ok(response)
    }

    /// The scope of the token: what was asked within what is allowed, cut to what the resources understand.
    async fn settle_scope(
        &self,
        granted: &Granted,
        asked: Option<&Scope>,
        resources: &[ResourceId],
    ) -> Result<Scope, Refusal> {
        let scope = scope::granted(asked, &granted.allowed_scope, &granted.default_scope)?;
        if resources.is_empty() {
            return Ok(scope);
        }
        let Some(understood) = self.catalogue().await?.scope_of(resources) else { return Ok(scope) };
        match scope.first_outside(&understood) {
            Some(outside) if asked.is_some() => Err(Refusal::invalid_scope(format!(
                "the scope '{outside}' means nothing to the resources asked for; they understand: {understood}"
            ))),
            _ => Ok(scope.intersect(&understood)),
        }
    }
}

fn check_grant_allowed(client: &AuthenticatedClient, grant: GrantType) -> Result<(), Refusal> {
    if client.application.settings.grants.contains(&grant) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::UnauthorizedClient,
        format!("this application is not registered for the grant {}", grant.name()),
    ))
}
