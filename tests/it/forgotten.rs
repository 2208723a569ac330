//! Expired rows are deleted, once nothing can refer to them any more.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::ids::SessionId;

use crate::harness::{Grant, TestServer, World, on_both_engines};

const DAY: Duration = Duration::from_hours(24);
const SECOND: Duration = Duration::from_secs(1);

/// A second less than so many days.
fn almost(days: u32) -> Duration {
    (days * DAY).saturating_sub(SECOND)
}

async fn is_there(server: &TestServer, session: SessionId) -> bool {
    server.rooms.store.session(session).await.unwrap().is_some()
}

/// A grant in a session of its own, and the session.
async fn in_session(server: &TestServer) -> (Grant<'_>, SessionId) {
    let grant = server.grant().await.in_session().await.stored().await;
    let session = grant.code.session.unwrap();
    (grant, session)
}

/// A session stays for a week after its end.
#[apply(on_both_engines)]
async fn a_session_is_forgotten_a_week_after_it_ended_or_expired(world: World) {
    let server = world.server().await;
    let ((_, ended), (_, left)) = (in_session(&server).await, in_session(&server).await);
    let mut tx = server.rooms.store.begin().await.unwrap();
    assert!(tx.session_end(ended, server.rooms.instruments.now()).await.unwrap());
    tx.commit().await.unwrap();
    for (passed, expected) in
        [(almost(7), (true, true)), (SECOND, (false, true)), (almost(14), (false, true)), (SECOND, (false, false))]
    {
        world.clock.advance(passed);
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!((is_there(&server, ended).await, is_there(&server, left).await), expected, "{passed:?}");
    }
}

/// The tokens of a session refer to it, and are deleted first.
#[apply(on_both_engines)]
async fn a_session_stays_for_as_long_as_tokens_or_codes_of_it_are_remembered(world: World) {
    let server = world.server().await;
    let (grant, session) = in_session(&server).await;
    grant.redeem(&grant.code().await).await.success();
    let mut tx = server.rooms.store.begin().await.unwrap();
    assert!(tx.session_end(session, server.rooms.instruments.now()).await.unwrap());
    tx.commit().await.unwrap();
    // The refresh token lives for thirty days, and the family with it.
    world.clock.advance(almost(30));
    let mut late = grant;
    late.code.expires_at = server.rooms.instruments.now();
    late.code().await;
    for (passed, expected) in [(Duration::ZERO, true), (SECOND, true), (DAY, false)] {
        world.clock.advance(passed);
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!(is_there(&server, session).await, expected, "{passed:?}");
    }
}
