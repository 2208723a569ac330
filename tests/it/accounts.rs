//! Accounts, and everything that belongs to them.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::{SessionId, Timestamp};
use gatepost::domain::one_time::{SessionToken, ValueHash};
use gatepost::domain::session::{AuthenticationMethod, Device, SESSION_LIFETIME, Session};
use gatepost::domain::user::{User, UserState};
use gatepost::flows::Rooms;
use gatepost::flows::applications::{ManageError, NewApplication};
use gatepost::flows::people::{Admin, ManageUserError, NewUser};
use gatepost::protocol::claims::{AccessTokenClaims, Audience};
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::store::StoreError;
use tokio::task::JoinSet;

use crate::harness::{Registered, World, for_people, on_both_engines};

fn new_user(email: &str) -> NewUser {
    NewUser { email: email.parse().unwrap(), name: Some("John".to_owned()), locale: None, admin: Admin::No }
}

async fn account(server: &Rooms, email: &str) -> User {
    server.people.user_create(new_user(email), &Actor::CommandLine).await.unwrap()
}

fn session(server: &Rooms, user: &User) -> Session {
    let now = server.instruments.now();
    Session {
        id: SessionId::from_bytes(server.instruments.random()),
        user: user.id,
        created_at: now,
        auth_time: now,
        amr: AuthenticationMethod::Email,
        upstream: None,
        last_seen_at: now,
        expires_at: now.plus(SESSION_LIFETIME),
        ended_at: None,
        device: Device::new("192.0.2.7", "Browser/1.0"),
    }
}

async fn begin(server: &Rooms, session: &Session) -> ValueHash {
    let token = SessionToken::from_random(server.instruments.random()).hash();
    let mut tx = server.store.begin().await.unwrap();
    tx.session_insert(session, token).await.unwrap();
    tx.commit().await.unwrap();
    token
}

async fn signed_in(server: &Rooms, user: &User) -> bool {
    let mut tx = server.store.begin().await.unwrap();
    let done = tx.user_signed_in(user.id, server.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    done
}

/// An access token that speaks for a person.
fn token_of(server: &Rooms, user: &User, client_id: &str) -> String {
    let (now, issuer) = (server.instruments.now(), server.config.server.issuer.as_str().to_owned());
    let claims = AccessTokenClaims {
        iss: issuer,
        sub: user.sub.clone(),
        aud: Audience::One(client_id.to_owned()),
        client_id: client_id.to_owned(),
        scope: "openid".to_owned(),
        iat: now.as_seconds(),
        exp: now.as_seconds() + 600,
        jti: "a".to_owned(),
        cnf: None,
        token_use: None,
        auth_time: None,
        acr: None,
        amr: Vec::new(),
        act: None,
        exchanged_from: Vec::new(),
    };
    server.keys.signer(SigningAlgorithm::Rs256, now).unwrap().sign_jwt("at+jwt", &claims).unwrap()
}

/// Every way to find an account finds the same one.
#[apply(on_both_engines)]
async fn an_account_is_found_by_row_by_sub_and_by_any_spelling_of_its_address(world: World) {
    let server = world.command().await;
    let user = account(&server, "John@Example.com").await;
    let store = &server.store;
    assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(&user));
    assert_eq!(store.user_by_sub(&user.sub).await.unwrap().as_ref(), Some(&user));
    for spelling in ["John@Example.com", "john@example.com", "JOHN@EXAMPLE.COM"] {
        assert_eq!(store.user_by_email(&spelling.parse().unwrap()).await.unwrap().as_ref(), Some(&user));
    }
    assert_eq!(store.user_by_email(&"joh@example.com".parse().unwrap()).await.unwrap(), None);
    let other = account(&server, "anna@example.com").await;
    assert_eq!(store.users().await.unwrap(), [other, user]);
}

/// RFC 9068 §5: `sub` of a token is a person's or an application's, and never both.
#[apply(on_both_engines)]
async fn a_client_id_is_never_a_persons_sub(world: World) {
    let server = world.command().await;
    let user = account(&server, "john@example.com").await;
    let settings = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
    let new = NewApplication { client_id: Some(user.sub.parse().unwrap()), settings };
    let refused = server.applications.application_create(new, &Actor::CommandLine).await;
    assert!(matches!(refused, Err(ManageError::Taken(_))), "{refused:?}");
}

/// A taken address spoils nothing else that the transaction does.
#[apply(on_both_engines)]
async fn a_transaction_goes_on_after_a_conflict(world: World) {
    let server = world.command().await;
    let user = account(&server, "john@example.com").await;
    let actor = Actor::CommandLine;
    let mut tx = server.store.begin().await.unwrap();
    let refused = server.people.user_create_in(&mut tx, new_user("JOHN@example.com"), &actor).await;
    assert!(matches!(refused, Err(ManageUserError::Taken)), "{refused:?}");
    let email = "JOHN@example.com".parse().unwrap();
    assert_eq!(tx.user_by_email(&email).await.unwrap().map(|found| found.id), Some(user.id));
    let same_sub = User { email: Some("x@example.com".parse().unwrap()), ..user.clone() };
    assert!(matches!(tx.user_insert(&same_sub).await, Err(StoreError::Conflict)));
    server.people.user_create_in(&mut tx, new_user("anna@example.com"), &actor).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(server.store.users().await.unwrap().len(), 2);
}

/// Disabling ends what was begun; enabling gives none of it back.
#[apply(on_both_engines)]
async fn an_account_that_is_disabled_loses_its_sessions_and_grants(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let (server, store) = (&server.rooms, &server.rooms.store);
    let (user, other) = (account(server, "john@example.com").await, account(server, "anna@example.com").await);
    for user in [&user, &user, &other] {
        begin(server, &session(server, user)).await;
        let insert = format!(
            "insert into token_families (id, application_id, user_id, scope, resources, auth_time, amr, \
             created_at, expires_at) select '{}', id, '{}', 'openid', '[]', 0, 'otp', 0, 4102444800000000 from applications \
             where client_id = '{}'",
            SessionId::from_bytes(server.instruments.random()),
            user.id,
            application.client_id
        );
        world.database.execute(&insert).await;
    }
    let alive = async |user: &User| {
        let families = format!("select id from token_families where user_id = '{}' and ended_at is null", user.id);
        let sessions = store.sessions_of(user.id, server.instruments.now()).await.unwrap();
        (sessions.len(), world.database.texts(&families).await.len())
    };
    assert_eq!((alive(&user).await, alive(&other).await), ((2, 2), (1, 1)));

    world.clock.advance(Duration::from_secs(1));
    let disabled = server.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    assert_eq!(disabled.state, UserState::Disabled { at: server.instruments.now() });
    assert_eq!((alive(&user).await, alive(&other).await), ((0, 0), (1, 1)));
    let reasons = world.database.texts("select end_reason from token_families where ended_at is not null").await;
    assert_eq!(reasons, ["account_ended", "account_ended"]);
    assert!(!signed_in(server, &user).await, "nobody signs in to it");

    let again = server.people.user_disable(user.id, &Actor::CommandLine).await;
    assert!(matches!(again, Err(ManageUserError::NothingToDo("disabled"))), "{again:?}");
    world.clock.advance(Duration::from_secs(1));
    let enabled = server.people.user_enable(user.id, &Actor::CommandLine).await.unwrap();
    assert_eq!((enabled, alive(&user).await), (user.clone(), (0, 0)));
    assert!(signed_in(server, &user).await);
    let events: Vec<_> = store.audit_of(&user.sub).await.unwrap().into_iter().map(|line| line.event).collect();
    assert_eq!(events, ["user.created", "user.disabled", "user.enabled"]);
}

/// OIDC Core §2: a `sub` is never issued again. The personal data is deleted.
#[apply(on_both_engines)]
async fn a_deleted_account_leaves_nothing_but_its_sub(world: World) {
    let server = world.command().await;
    let actor = Actor::CommandLine;
    let user = account(&server, "john@example.com").await;
    server.people.user_disable(user.id, &actor).await.unwrap();
    let deleted = server.people.user_delete(user.id, &actor).await.unwrap();
    assert_eq!(server.store.user(user.id).await.unwrap().as_ref(), Some(&deleted));
    assert_eq!((&deleted.email, &deleted.name, deleted.is_active()), (&None, &None, false));
    assert_eq!(server.store.users().await.unwrap(), []);
    assert!(!format!("{:?}", world.database.dump().await).to_lowercase().contains("john"));
    for again in [
        server.people.user_delete(user.id, &actor).await,
        server.people.user_disable(user.id, &actor).await,
        server.people.user_enable(user.id, &actor).await,
    ] {
        assert!(matches!(again, Err(ManageUserError::Unknown)), "{again:?}");
    }
    assert!(!signed_in(&server, &user).await);
    let next = account(&server, "john@example.com").await;
    assert_ne!((next.id, &next.sub), (user.id, &user.sub));
}

/// RFC 6750 §3.1: the tokens of an account are refused while the account is disabled.
#[apply(on_both_engines)]
async fn a_token_of_an_account_that_does_not_count_is_refused(world: World) {
    let server = world.server().await;
    let application = Registered::at(&server.rooms, for_people(ApplicationKind::Web)).await;
    let user = account(&server.rooms, "john@example.com").await;
    let token = token_of(&server.rooms, &user, &application.client_id);
    // A command beside the server, as an operator would.
    let command = world.command().await;
    assert_eq!(server.hello(&token).await.success()["token"]["speaks_for"], user.sub.as_str());
    command.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    let description = server.hello(&token).await.refusal(401, "invalid_token");
    assert!(description.contains("disabled or deleted"), "{description}");
    command.people.user_enable(user.id, &Actor::CommandLine).await.unwrap();
    server.hello(&token).await.success();
    command.people.user_delete(user.id, &Actor::CommandLine).await.unwrap();
    server.hello(&token).await.refusal(401, "invalid_token");
}

/// The first sign-in proves the address; later ones do not move that date.
#[apply(on_both_engines)]
async fn a_sign_in_is_written_down(world: World) {
    let server = world.command().await;
    let user = account(&server, "john@example.com").await;
    let first = server.instruments.now();
    assert!(signed_in(&server, &user).await);
    world.clock.advance(Duration::from_secs(60));
    assert!(signed_in(&server, &user).await);
    let user = server.store.user(user.id).await.unwrap().unwrap();
    assert_eq!((user.email_verified_at, user.last_sign_in_at), (Some(first), Some(server.instruments.now())));
}

/// A session is found by its cookie, kept alive by use, and ends once.
#[apply(on_both_engines)]
async fn a_session_lives_by_use_and_ends_once(world: World) {
    let server = world.command().await;
    let store = &server.store;
    let user = account(&server, "john@example.com").await;
    let (older, newer) = (session(&server, &user), {
        world.clock.advance(Duration::from_secs(1));
        session(&server, &user)
    });
    let (token, _) = (begin(&server, &older).await, begin(&server, &newer).await);
    assert_eq!(store.session_by_token(token).await.unwrap().as_ref(), Some(&older));
    assert_eq!(store.session_by_token(ValueHash::of("another")).await.unwrap(), None);
    assert_eq!(store.sessions_of(user.id, server.instruments.now()).await.unwrap(), [newer.clone(), older.clone()]);

    world.clock.advance(Duration::from_secs(60));
    let (now, until) = (server.instruments.now(), server.instruments.now().plus(SESSION_LIFETIME));
    store.session_seen(older.id, now, until).await.unwrap();
    store.session_seen(older.id, Timestamp::from_micros(0), Timestamp::from_micros(1)).await.unwrap();
    let seen = store.session(older.id).await.unwrap().unwrap();
    assert_eq!((seen.last_seen_at, seen.expires_at), (now, until), "an older request does not turn time back");

    world.clock.advance(SESSION_LIFETIME.saturating_sub(Duration::from_secs(30)));
    assert_eq!(store.sessions_of(user.id, server.instruments.now()).await.unwrap(), [seen], "the other's time is over");
    store.session_seen(newer.id, server.instruments.now(), until.plus(SESSION_LIFETIME)).await.unwrap();
    assert!(!store.session(newer.id).await.unwrap().unwrap().is_alive(server.instruments.now()), "it stays over");

    let mut tries = JoinSet::new();
    for _ in 0..20 {
        let server = server.clone();
        tries.spawn(async move {
            let mut tx = server.store.begin().await.unwrap();
            let ended = tx.session_end(older.id, server.instruments.now()).await.unwrap();
            tx.commit().await.unwrap();
            ended
        });
    }
    let ended = tries.join_all().await;
    assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
    store.session_seen(older.id, server.instruments.now().plus(Duration::from_secs(1)), until).await.unwrap();
    assert!(store.session(older.id).await.unwrap().unwrap().ended_at.is_some());
}

/// A sign-in is recorded in the transaction that begins the session, so that disabling the account at the same moment
/// ends both.
#[apply(on_both_engines)]
async fn a_session_that_begins_while_the_account_is_disabled_does_not_outlive_it(world: World) {
    let server = world.command().await;
    for round in 0..20 {
        let user = account(&server, &format!("john{round}@example.com")).await;
        let begun = session(&server, &user);
        let (disabling, entering) = (server.clone(), server.clone());
        let disabled = tokio::spawn(async move { disabling.people.user_disable(user.id, &Actor::Schedule).await });
        let entered = tokio::spawn(async move {
            let mut tx = entering.store.begin().await.unwrap();
            let may = tx.user_signed_in(begun.user, entering.instruments.now()).await.unwrap();
            if may {
                let token = SessionToken::from_random(entering.instruments.random()).hash();
                tx.session_insert(&begun, token).await.unwrap();
                tx.commit().await.unwrap();
            }
            begun.user
        });
        disabled.await.unwrap().unwrap();
        let user = entered.await.unwrap();
        assert_eq!(server.store.sessions_of(user, server.instruments.now()).await.unwrap(), []);
    }
}
