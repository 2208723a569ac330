//! What a person granted, put into the store as the sign-in does it: for tests of what comes after.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::asked_claims::AskedClaims;
use gatepost::domain::audit::Actor;
use gatepost::domain::authorization::{AUTHORIZATION_LIFETIME, Authorization, CodeGrant, Source};
use gatepost::domain::ids::{AuthorizationId, SessionId, SignInId};
use gatepost::domain::logout::Sid;
use gatepost::domain::one_time::{AuthorizationCode, SessionToken, ValueHash};
use gatepost::domain::session::{AuthenticationMethod, Device, SESSION_LIFETIME, Session};
use gatepost::domain::sign_in::{HARD_STOP, LoginCode, Purpose, SignIn};
use gatepost::domain::user::User;
use gatepost::flows::Rooms;
use gatepost::flows::clients::ClientRequest;
use gatepost::flows::login_codes::CODE_KEY;
use gatepost::flows::people::{Admin, NewUser};
use gatepost::flows::proofs::SentProof;
use gatepost::protocol::acr::{AuthenticationClass, WantedClasses};
use gatepost::protocol::authorize::{Prompt, ResponseMode};
use gatepost::protocol::parameters::Parameters;
use gatepost::protocol::refusal::Refusal;
use gatepost::protocol::token::TokenResponse;
use reqwest::Method;

use super::answer::Answer;
use super::application::Registered;
use super::server::TestServer;

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge of [`VERIFIER`].
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The redirect URI of the applications of these tests.
pub(crate) const CALLBACK: &str = "https://app.example/cb";

/// A person, an application, and the grant.
pub(crate) struct Grant<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) application: Registered,
    pub(crate) user: User,
    /// The request; change it before it is stored.
    pub(crate) authorization: Authorization,
    /// What a code of it says; change it before one is made.
    pub(crate) code: CodeGrant,
}

/// Settings of an application that people sign in to.
pub(crate) fn for_people(kind: ApplicationKind) -> ApplicationSettings {
    let mut settings = ApplicationSettings::new("Shop".to_owned(), kind);
    settings.scope = "openid profile email offline_access user".parse().unwrap();
    settings.default_scope = "openid user".parse().unwrap();
    settings.redirect_uris = vec![CALLBACK.to_owned()];
    settings.audiences = ["https://a.example", "https://b.example"].map(|id| id.parse().unwrap()).to_vec();
    settings
}

impl TestServer {
    /// An account.
    pub(crate) async fn person(&self, email: &str) -> User {
        let (name, locale) = (Some("John Smith".to_owned()), Some("de".to_owned()));
        let new = NewUser { email: email.parse().unwrap(), name, locale, admin: Admin::No };
        self.rooms.people.user_create(new, &Actor::CommandLine).await.unwrap()
    }

    /// A person and a web application, with a request that is not stored yet.
    pub(crate) async fn grant(&self) -> Grant<'_> {
        self.grant_to(for_people(ApplicationKind::Web)).await
    }

    /// The same with another application.
    pub(crate) async fn grant_to(&self, settings: ApplicationSettings) -> Grant<'_> {
        let application = Registered::at(&self.rooms, settings).await;
        let user = self.person(&format!("john.{}@example.com", application.client_id.to_lowercase())).await;
        let row = self.rooms.application_cache.application(&application.id()).await.unwrap().unwrap().id;
        let now = self.rooms.instruments.now();
        let authorization = Authorization {
            id: AuthorizationId::from_bytes(self.rooms.instruments.random()),
            application: row,
            source: Source::Browser(ValueHash::of("browser")),
            redirect_uri: CALLBACK.to_owned(),
            redirect_uri_sent: true,
            response_mode: ResponseMode::Query,
            scope: "openid user".parse().unwrap(),
            resources: Vec::new(),
            state: None,
            nonce: Some("n-0S6_WzA2Mj".to_owned()),
            code_challenge: Some(CHALLENGE.parse().unwrap()),
            dpop_jkt: None,
            prompt: Prompt::default(),
            max_age: None,
            acr_values: WantedClasses::default(),
            login_hint: None,
            ui_locales: None,
            expected_sub: None,
            claims: AskedClaims::default(),
            device: Device::default(),
            created_at: now,
            expires_at: now.plus(AUTHORIZATION_LIFETIME),
            completed_at: None,
        };
        let code = CodeGrant {
            authorization: authorization.id,
            application: row,
            user: user.id,
            session: None,
            sign_in: None,
            scope: authorization.scope.clone(),
            auth_time: now.minus(Duration::from_secs(30)),
            amr: AuthenticationMethod::Email,
            acr: AuthenticationClass::Mail,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(60)),
            spent_at: None,
            family: None,
        };
        Grant { server: self, application, user, authorization, code }
    }

    /// Sends a form as this application, with HTTP Basic, or with its client id where it has no secret.
    pub(crate) async fn form(&self, path: &str, from: &Registered, form: &[(&str, &str)]) -> Answer {
        let mut form = form.to_vec();
        let mut request = self.request(Method::POST, path);
        if from.secret.is_empty() {
            form.push(("client_id", &from.client_id));
        } else {
            request = request.basic_auth(&from.client_id, Some(&from.secret));
        }
        Answer::of(request.form(&form)).await
    }
}

impl Grant<'_> {
    /// The same for this scope.
    pub(crate) fn scope(mut self, scope: &str) -> Self {
        self.authorization.scope = scope.parse().unwrap();
        self.code.scope = self.authorization.scope.clone();
        self
    }

    /// The same for these resources.
    pub(crate) fn resources(mut self, resources: &[&str]) -> Self {
        self.authorization.resources = resources.iter().map(|id| id.parse().unwrap()).collect();
        self
    }

    /// The same from a browser that is signed in.
    pub(crate) async fn in_session(mut self) -> Self {
        let now = self.server.rooms.instruments.now();
        let session = Session {
            id: SessionId::from_bytes(self.server.rooms.instruments.random()),
            user: self.user.id,
            created_at: now,
            auth_time: now,
            amr: AuthenticationMethod::Email,
            upstream: None,
            last_seen_at: now,
            expires_at: now.plus(SESSION_LIFETIME),
            ended_at: None,
            device: Device::default(),
        };
        let mut tx = self.server.rooms.store.begin().await.unwrap();
        let token = SessionToken::from_random(self.server.rooms.instruments.random());
        tx.session_insert(&session, token.hash()).await.unwrap();
        tx.commit().await.unwrap();
        self.code.session = Some(session.id);
        self
    }

    /// Stores the request.
    pub(crate) async fn stored(self) -> Self {
        let mut tx = self.server.rooms.store.begin().await.unwrap();
        tx.authorization_insert(&self.authorization).await.unwrap();
        tx.commit().await.unwrap();
        self
    }

    /// Begins a sign-in for the request, which the next codes redeem, with this login code in its mail.
    pub(crate) async fn sign_in(&mut self, login_code: &LoginCode) -> SignInId {
        let server = &self.server.rooms;
        let (now, id) = (server.instruments.now(), SignInId::from_bytes(server.instruments.random()));
        let key = server.master_keys.derive(CODE_KEY)[0];
        let sign_in = SignIn {
            id,
            purpose: Purpose::Authorization(self.authorization.id),
            browser: None,
            user: Some(self.user.id),
            email: self.user.email.clone().unwrap(),
            name: None,
            reference: "ABCD".to_owned(),
            code_hash: login_code.hash_under(&key, id),
            tries: 0,
            locale: "en".to_owned(),
            device: Device::default(),
            trace_id: "0".repeat(32),
            created_at: now,
            ends_at: now.plus(HARD_STOP),
            redeemed_at: None,
            ended_at: None,
        };
        let mut tx = server.store.begin().await.unwrap();
        tx.sign_in_insert(&sign_in).await.unwrap();
        tx.commit().await.unwrap();
        self.code.sign_in = Some(id);
        id
    }

    /// A code, as it reaches the application.
    pub(crate) async fn code(&self) -> String {
        let code = AuthorizationCode::from_random(self.server.rooms.instruments.random());
        let mut tx = self.server.rooms.store.begin().await.unwrap();
        tx.authorization_code_insert(&self.code, code.hash()).await.unwrap();
        if let Some(session) = self.code.session {
            let sid = Sid::from_random(self.server.rooms.instruments.random());
            tx.session_application_add(session, self.code.application, &sid).await.unwrap();
        }
        tx.commit().await.unwrap();
        code.expose().to_owned()
    }

    /// Redeems a code correctly.
    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        self.redeem_with(code, &[("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]).await
    }

    /// Redeems a code with these parameters besides.
    pub(crate) async fn redeem_with(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let form = [&[("grant_type", "authorization_code"), ("code", code)], more].concat();
        self.server.form("/token", &self.application, &form).await
    }

    /// Refreshes with these parameters besides.
    pub(crate) async fn refresh_with(&self, refresh_token: &str, more: &[(&str, &str)]) -> Answer {
        let form = [&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)], more].concat();
        self.server.form("/token", &self.application, &form).await
    }

    /// Refreshes.
    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        self.refresh_with(refresh_token, &[]).await
    }

    /// Types a login code.
    pub(crate) async fn type_code(&self, username: &str, login_code: &str) -> Answer {
        let grant = "urn:gatepost:params:oauth:grant-type:login-code";
        let form =
            [("grant_type", grant), ("username", username), ("login_code", login_code), ("code_verifier", VERIFIER)];
        self.server.form("/token", &self.application, &form).await
    }

    /// Whether an access token of the person is still valid.
    pub(crate) async fn is_known(&self, access_token: &str) -> bool {
        let answer = Answer::of(self.server.request(Method::GET, "/oauth/userinfo").bearer_auth(access_token)).await;
        match answer.status.as_u16() {
            200 => true,
            401 => false,
            other => panic!("{other}: {}", answer.text()),
        }
    }
}

/// The body of a token request, to be sent without HTTP.
pub(crate) fn form_body(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// What the token endpoint answers this application, without HTTP.
pub(crate) async fn token(server: &Rooms, from: &Registered, body: &str) -> Result<TokenResponse, Refusal> {
    token_with(server, from, body, None).await
}

/// The same with this proof of possession.
pub(crate) async fn token_with(
    server: &Rooms,
    from: &Registered,
    body: &str,
    proof: Option<&SentProof>,
) -> Result<TokenResponse, Refusal> {
    let parameters = Parameters::from_form(body.as_bytes()).unwrap();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", from.client_id, from.secret)));
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    server.tokens.token(ClientRequest { authorization: Some(&basic), parameters: &parameters, address, proof }).await
}
