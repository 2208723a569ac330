//! The settings of an application, each described once. Form, page, JSON and its schema, command line, configuration,
//! audit log and column are made from this table.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;

use super::ApplicationKind;
use super::about::{Description, WebAddress};
use super::access_policy::AccessPolicy;
use super::allowed_caller::AllowedCaller;
use super::authentication::ClientAuthentication;
use super::check;
use super::limits;
use super::pkce_policy::{PkcePolicy, is_required, required_or_by_type};
use super::setting::{
    Audited, Chosen, FormerName, Place, Setting, SettingValue, Topic, UNREMARKABLE, default_for, settings,
};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::claim_mapping::ClaimMapping;
use crate::domain::group::GroupName;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::domain::webhook_url::WebhookUrl;
use crate::protocol::assertion::AssertionAudience;
use crate::protocol::claim_name::ClaimName;
use crate::protocol::claims::TokenProfile;
use crate::protocol::document_address::DocumentAddress;
use crate::protocol::federation::FederatedIdentity;
use crate::protocol::id_token::IdTokenContent;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::requested_scope::ScopePolicy;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

settings! {
    /// The settings of an application.
    pub struct ApplicationSettings {
        /// For people: they see it when they sign in, and in their mail.
        name: String = |_| String::new(), {
            label: "Name",
            topic: Topic::About,
            metadata: Some("client_name"),
            place: Place::New,
            audited: Audited::Change,
            check: check::name,
        }

        /// What it is for. It decides the defaults, and stays what it is.
        kind as "type": ApplicationKind = |kind| kind, {
            label: "Type",
            topic: Topic::About,
            place: Place::Nowhere,
        }

        /// Where its users may be sent back to after they have signed in, compared character by character.
        redirect_uris: Vec<String> = |_| Vec::new(), {
            label: "Redirect URIs",
            topic: Topic::SignIn,
            metadata: Some("redirect_uris"),
            place: Place::New,
            kinds: ApplicationKind::is_for_people,
            check: check::redirect_uris,
        }

        /// What it may ask for.
        scope as "scopes": Scope = ApplicationKind::usual_scopes, {
            label: "Scopes",
            metadata: Some("scope"),
            former: Some(FormerName { name: "scope", json_type: "string", read: Value::clone, show: joined }),
            place: Place::New,
            chosen: Chosen::WithApproval,
            check: check::scopes,
        }

        /// What it gets when it asks for nothing in particular.
        default_scope as "default_scopes": Scope = ApplicationKind::default_scopes, {
            label: "Default scopes",
            former: Some(FormerName {
                name: "default_scope", json_type: "string", read: Value::clone, show: joined }),
            chosen: Chosen::WithApproval,
            check: check::default_scopes,
        }

        /// What becomes of scopes that it asks for and may not have.
        scope_policy: ScopePolicy = ApplicationKind::scope_policy, {
            label: "Scopes it may not have",
        }

        /// The grants it may use.
        grants: Vec<GrantType> = ApplicationKind::default_grants, {
            label: "What it may do",
            metadata: Some("grant_types"),
            chosen: Chosen::WithApproval,
            check: check::grants,
        }

        /// Where its users may be sent back to after they have signed out.
        post_logout_redirect_uris: Vec<String> = |_| Vec::new(), {
            label: "Addresses after signing out",
            topic: Topic::SignIn,
            place: Place::First,
            metadata: Some("post_logout_redirect_uris"),
            kinds: ApplicationKind::is_for_people,
            check: check::post_logout_redirect_uris,
        }

        /// Where it is told that a session of a person has ended (OIDC Back-Channel Logout). This server sends a signed token
        /// there, also when the person's browser is closed.
        backchannel_logout_uri: Option<WebhookUrl> = |_| None, {
            label: "Address for logout tokens",
            topic: Topic::SignIn,
            metadata: Some("backchannel_logout_uri"),
            kinds: ApplicationKind::is_for_people,
        }

        /// Whether it needs to know which session has ended. Then it is told of single sessions only, and not that all it
        /// ever got of a person has ended.
        backchannel_logout_session_required: bool = |_| false, {
            label: "Logout tokens name a session",
            topic: Topic::SignIn,
            metadata: Some("backchannel_logout_session_required"),
            kinds: ApplicationKind::is_for_people,
        }

        /// Where a sign-in to it begins (OIDC Core §4), for people who come to it from their account page; goes before the home page.
        initiate_login_uri: Option<WebAddress> = |_| None, {
            label: "Address that begins a sign-in",
            topic: Topic::SignIn,
            kinds: ApplicationKind::is_for_people,
        }

        /// The APIs that it may ask tokens for by the parameters resource and audience, besides itself: each by its URL, or
        /// by the client id of an application that has it among its allowed callers.
        audiences: Vec<ResourceId> = |_| Vec::new(), {
            label: "Audiences",
            chosen: Chosen::WithApproval,
        }

        /// The applications that may ask for tokens which this one reads, by client id; * is every one.
        allowed_callers: Vec<AllowedCaller> = |_| Vec::new(), {
            label: "Allowed callers",
        }

        /// The APIs that it may exchange a token for which it was sent (RFC 8693), with the grant for that; by URL or client id
        /// as its audiences.
        may_exchange_for: Vec<ResourceId> = |_| Vec::new(), {
            label: "May exchange tokens for",
            kinds: ApplicationKind::is_confidential,
            chosen: Chosen::Within(limits::may_exchange_for),
        }

        /// How long its access tokens live.
        token_ttl: Option<Duration> = |_| None, {
            label: "Lifetime of access tokens",
            topic: Topic::Credentials,
            place: Place::First,
            chosen: Chosen::Within(limits::token_ttl),
            check: check::token_ttl,
        }

        /// The typ of its access tokens, and of those that it reads. What the APIs of a token say goes before it.
        token_profile as "token_format": Option<TokenProfile> = |_| None, {
            label: "Token format (typ)",
            topic: Topic::Credentials,
            place: Place::First,
            former: Some(FormerName { name: "token_profile", json_type: "string", read: Value::clone, show: Value::clone }),
        }

        /// Who may use it.
        access: AccessPolicy = |_| AccessPolicy::default(), {
            label: "Who may use it",
            place: Place::First,
            kinds: ApplicationKind::is_for_people,
            chosen: Chosen::Within(limits::access),
        }

        /// The groups whose members may use it, where groups decide.
        allowed_groups: Vec<GroupName> = |_| Vec::new(), {
            label: "Allowed groups",
            place: Place::First,
            flag: Some("group"),
            kinds: ApplicationKind::is_for_people,
            chosen: Chosen::Within(limits::allowed_groups),
            check: check::allowed_groups,
        }

        /// How people have to sign in to it. Those without a passkey add one after a sign-in by mail.
        require: RequiredSignIn = |_| RequiredSignIn::default(), {
            label: "Required sign-in",
            topic: Topic::SignIn,
            place: Place::First,
            kinds: ApplicationKind::is_for_people,
        }

        /// The groups of people that it sees in the claim, of those that a person is in; none named, and it sees all of
        /// them.
        visible_groups: Vec<GroupName> = |_| Vec::new(), {
            label: "Groups it sees",
            kinds: ApplicationKind::is_for_people,
            chosen: Chosen::Within(limits::visible_groups),
            check: check::visible_groups,
        }

        /// What the claim with a person's groups is called.
        groups_claim: Option<ClaimName> = |_| None, {
            label: "Name of the claim with groups",
            kinds: ApplicationKind::is_for_people,
        }

        /// Whether its access tokens have a person's groups too, where the scope groups is granted.
        groups_in_access_token: bool = |_| false, {
            label: "Groups in access tokens",
            kinds: ApplicationKind::is_for_people,
        }

        /// The claims that attributes of people are for it alone, one a line: attribute=claim, such as department=dept.
        claims: Vec<ClaimMapping> = |_| Vec::new(), {
            label: "Claims of its own",
            kinds: ApplicationKind::is_for_people,
            chosen: Chosen::ByOperator,
            check: check::claims,
        }

        /// What its ID tokens say of a person. Small ones suit programs that keep them in a cookie.
        id_token_claims: IdTokenContent = |_| IdTokenContent::default(), {
            label: "Claims in ID tokens",
            topic: Topic::SignIn,
            kinds: ApplicationKind::is_for_people,
        }

        /// What its tokens are signed with. RS256 is understood everywhere, the others are shorter or faster.
        signing_algorithm: SigningAlgorithm = |_| SigningAlgorithm::default(), {
            label: "Signing algorithm",
            topic: Topic::Credentials,
            place: Place::First,
            metadata: Some("id_token_signed_response_alg"),
        }

        /// Whether its tokens are bound to a key that it proves to hold (DPoP), so that nobody else can use them.
        dpop_bound: bool = |_| false, {
            label: "Bound tokens (DPoP)",
            topic: Topic::Credentials,
            metadata: Some("dpop_bound_access_tokens"),
        }

        /// The workloads that are this application: whose tokens it is known by, instead of a secret.
        federated: Vec<FederatedIdentity> = |_| Vec::new(), {
            label: "Workloads of other issuers",
            topic: Topic::Credentials,
            kinds: ApplicationKind::is_confidential,
            check: check::federated,
        }

        /// Public keys (RFC 7517) to authenticate with, instead of a secret.
        authentication as "jwks" in "jwks": ClientAuthentication = ClientAuthentication::without_keys, {
            label: "Public keys",
            topic: Topic::Credentials,
            place: Place::First,
            metadata: Some("jwks"),
            kinds: ApplicationKind::is_confidential,
            audited: Audited::Change,
            check: check::keys,
        }

        /// Where it publishes its public keys, instead of registering them here. They are read again every five minutes.
        jwks_uri: Option<DocumentAddress> = |_| None, {
            label: "Address of its public keys",
            topic: Topic::Credentials,
            place: Place::First,
            metadata: Some("jwks_uri"),
            kinds: ApplicationKind::is_confidential,
            check: check::jwks_uri,
        }

        /// What its client assertions must have as aud.
        assertion_audience: AssertionAudience = |_| AssertionAudience::default(), {
            label: "Audience of client assertions",
            topic: Topic::Credentials,
            place: Place::First,
            kinds: ApplicationKind::is_confidential,
        }

        /// What it is, in a sentence: people read it where they sign in and consent.
        description: Option<Description> = |_| None, {
            label: "Description",
            topic: Topic::About,
            place: Place::First,
            kinds: ApplicationKind::is_for_people,
        }

        /// Its home page, which the pages of sign-in and consent lead to, and the account page of those who may use it.
        client_uri: Option<WebAddress> = |_| None, {
            label: "Home page",
            topic: Topic::About,
            place: Place::First,
            metadata: Some("client_uri"),
            kinds: ApplicationKind::is_for_people,
        }

        /// Its picture: PNG, JPEG, WebP or SVG of at most 256 KB. This server fetches it, and shows a copy of its own.
        logo_uri: Option<WebAddress> = |_| None, {
            label: "Logo",
            topic: Topic::About,
            place: Place::First,
            metadata: Some("logo_uri"),
            kinds: ApplicationKind::is_for_people,
        }

        /// Its terms of use, which the pages of sign-in and consent lead to.
        tos_uri: Option<WebAddress> = |_| None, {
            label: "Terms of use",
            topic: Topic::About,
            place: Place::First,
            metadata: Some("tos_uri"),
            kinds: ApplicationKind::is_for_people,
        }

        /// What it does with personal data, which the pages of sign-in and consent lead to.
        policy_uri: Option<WebAddress> = |_| None, {
            label: "Privacy policy",
            topic: Topic::About,
            place: Place::First,
            metadata: Some("policy_uri"),
            kinds: ApplicationKind::is_for_people,
        }

        /// The e-mail address of its owner.
        owner: Option<String> = |_| None, {
            label: "Owner",
            topic: Topic::About,
            place: Place::Nowhere,
            audited: Audited::Change,
            check: check::owner,
        }

        /// Whether it belongs to the operator of this server, so that its users are not asked for consent.
        first_party: bool = |_| false, {
            label: "First party",
            topic: Topic::SignIn,
            kinds: ApplicationKind::is_for_people,
            chosen: Chosen::ByOperator,
        }

        /// Whether its requests must carry PKCE, which protects the code on its way back to the application.
        pkce: PkcePolicy = |_| PkcePolicy::default(), {
            label: "PKCE",
            topic: Topic::SignIn,
            former: Some(FormerName { name: "require_pkce", json_type: "boolean", read: required_or_by_type, show: is_required }),
            kinds: ApplicationKind::is_for_people,
        }

        /// What the links in its mails do, when the application itself asked for the mail.
        link_mode: Option<LinkMode> = |_| None, {
            label: "Links in sign-in mails",
            topic: Topic::SignIn,
            kinds: ApplicationKind::is_for_people,
        }

        /// What it is told when it asks for a mail to an address without account.
        unknown_account: Option<UnknownAccount> = |_| None, {
            label: "Addresses without account",
            topic: Topic::SignIn,
            kinds: ApplicationKind::is_for_people,
            chosen: Chosen::Within(limits::unknown_account),
        }
    }
}

/// A scope as one string.
fn joined(scopes: &Value) -> Value {
    let tokens: Vec<&str> = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    tokens.join(" ").into()
}
