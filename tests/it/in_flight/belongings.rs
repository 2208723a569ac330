//! What an account has of its own, and what else operators change.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::domain::ids::{PasskeyId, RegistrationTokenId, SessionId, UpstreamIdentityId};
use gatepost::domain::one_time::{BrowserToken, SessionToken};
use gatepost::domain::passkey::Passkey;
use gatepost::domain::registration::NewToken;
use gatepost::domain::session::{AuthenticationMethod, Device, SESSION_LIFETIME, Session};
use gatepost::domain::upstream::UpstreamIdentity;
use gatepost::domain::user::{EmailAddress, User};
use gatepost::flows::Rooms;
use gatepost::flows::browsers::KnownAccounts;
use gatepost::flows::groups::NewGroup;
use gatepost::flows::people::{Admin, NewUser};
use gatepost::flows::requester::Requester;
use gatepost::flows::sessions::SignedInPerson;
use gatepost::flows::sign_up::NewInvitation;
use gatepost::protocol::scope::Scope;
use gatepost::protocol::webauthn::{PublicKey, base64url};

/// What there is besides applications.
pub(super) struct Belongings {
    /// The account, signed in a moment ago.
    pub(super) person: SignedInPerson,
    pub(super) passkey: PasskeyId,
    pub(super) identity: UpstreamIdentityId,
    pub(super) passkey_of_other: PasskeyId,
    pub(super) identity_of_other: UpstreamIdentityId,
    /// A third account, which is disabled.
    pub(super) disabled: User,
    /// A group with the other account in it.
    pub(super) group: GroupName,
    pub(super) token: RegistrationTokenId,
    /// Whom an invitation was sent to.
    pub(super) invited: EmailAddress,
}

/// Where requests come from.
pub(super) fn requester() -> Requester {
    Requester {
        address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
        known_accounts: KnownAccounts::default(),
        device: Device::default(),
        locale: "en".to_owned(),
        asked_for: None,
        trace_id: "t".to_owned(),
    }
}

/// A browser.
pub(super) fn browser(server: &Rooms) -> BrowserToken {
    BrowserToken::from_random(server.instruments.random())
}

/// A token that lets applications register themselves.
pub(super) fn new_token() -> NewToken {
    let (name, lifetime) = ("CI".to_owned(), NewToken::USUAL_LIFE);
    NewToken { name, uses: None, lifetime, scope: Scope::empty(), grants: Vec::new() }
}

pub(super) async fn make(server: &Arc<Rooms>, user: &User, other: &User, new: &str) -> Belongings {
    let command = Actor::CommandLine;
    let third = NewUser { email: format!("third.{new}").parse().unwrap(), name: None, locale: None, admin: Admin::No };
    let third = server.people.user_create(third, &command).await.unwrap();
    let disabled = server.people.user_disable(third.id, &command).await.unwrap();
    let group: GroupName = format!("team-{}", new.split('@').next().unwrap()).parse().unwrap();
    let made = NewGroup { name: group.clone(), visible_to_developers: false, require: RequiredSignIn::default() };
    server.groups.group_create(made, &command).await.unwrap();
    server.groups.group_add(&group, &[other.id], &command).await.unwrap();
    let token = server.registrations.registration_token_create(new_token(), &command).await.unwrap().stored.id;
    let invited: EmailAddress = format!("invited.{new}").parse().unwrap();
    let invitation = NewInvitation { email: invited.clone(), groups: Vec::new(), locale: None };
    server.sign_ups.invite(invitation, &command).await.unwrap();
    Belongings {
        person: signed_in(server, user).await,
        passkey: passkey(server, user).await,
        identity: identity(server, user).await,
        passkey_of_other: passkey(server, other).await,
        identity_of_other: identity(server, other).await,
        disabled,
        group,
        token,
        invited,
    }
}

/// A session that began now.
pub(crate) async fn signed_in(server: &Rooms, user: &User) -> SignedInPerson {
    let (now, token) = (server.instruments.now(), SessionToken::from_random(server.instruments.random()));
    let session = Session {
        id: SessionId::from_bytes(server.instruments.random()),
        user: user.id,
        created_at: now,
        auth_time: now,
        amr: AuthenticationMethod::Email,
        upstream: None,
        last_seen_at: now,
        expires_at: now.plus(SESSION_LIFETIME),
        ended_at: None,
        device: Device::default(),
    };
    let mut tx = server.store.begin().await.unwrap();
    tx.session_insert(&session, token.hash()).await.unwrap();
    tx.commit().await.unwrap();
    server.sessions.person_of(&token).await.unwrap().unwrap()
}

async fn passkey(server: &Rooms, user: &User) -> PasskeyId {
    let passkey = Passkey {
        id: PasskeyId::from_bytes(server.instruments.random()),
        user: user.id,
        credential_id: server.instruments.random::<16>().to_vec(),
        public_key: public_key(),
        name: "Laptop".parse().unwrap(),
        sign_count: 0,
        backup_eligible: false,
        backed_up: false,
        created_at: server.instruments.now(),
        last_used_at: None,
    };
    let mut tx = server.store.begin().await.unwrap();
    tx.passkey_insert(&passkey).await.unwrap();
    tx.commit().await.unwrap();
    passkey.id
}

/// RFC 8037 appendix A.2, as COSE writes it.
fn public_key() -> PublicKey {
    const X: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1,
        0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ];
    let cose = [&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20][..], &X].concat();
    PublicKey::read(&cose).unwrap()
}

async fn identity(server: &Rooms, user: &User) -> UpstreamIdentityId {
    let identity = UpstreamIdentity {
        id: UpstreamIdentityId::from_bytes(server.instruments.random()),
        user: user.id,
        upstream: "corp".parse().unwrap(),
        issuer: "https://sso.example".to_owned(),
        subject: base64url(&server.instruments.random::<16>()),
        address: None,
        created_at: server.instruments.now(),
        last_used_at: None,
    };
    let mut tx = server.store.begin().await.unwrap();
    tx.upstream_identity_insert(&identity).await.unwrap();
    tx.commit().await.unwrap();
    identity.id
}
