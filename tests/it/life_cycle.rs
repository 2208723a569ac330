//! The life cycle of unused applications (docs/deployment.md, "Unused applications"): days pass by the test clock, and
//! sweeps run when the test says so.

use macro_rules_attribute::apply;
use std::sync::Arc;
use std::time::Duration;

use gatepost::adapters::mailer::Mail;
use gatepost::domain::application::{Application, ApplicationSettings, ApplicationState, DeactivationReason};
use gatepost::domain::audit::Actor;
use gatepost::domain::life_marks::Exempt;
use gatepost::flows::Rooms;
use gatepost::flows::applications::DEACTIVATE;
use gatepost::flows::life_cycle::Sweep;
use gatepost::store::{ApplicationUse, StateChange};

use crate::harness::{Registered, World, on_both_engines, service};

const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);
const OWNER: &str = "ada@example.com";

/// A service whose owner is Ada.
fn owned(settings: &mut ApplicationSettings) {
    settings.owner = Some(OWNER.to_owned());
}

/// A server that does nothing by itself, in a world where the first server has just come up.
async fn quiet(world: &World) -> Arc<Rooms> {
    let server = world.command().await;
    server.life_cycle.heartbeat().await.unwrap();
    server
}

/// Time passes while a server is up.
async fn pass(world: &World, time: Duration) {
    let until = world.clock.micros() + i64::try_from(time.as_micros()).unwrap();
    // Said in advance, so that not even a running server takes the jump for an outage.
    world.database.execute(&format!("update heartbeat set alive_until = {until}")).await;
    world.clock.advance(time);
}

/// Sweeps, and gives the steps that were taken.
async fn swept(server: &Rooms) -> Vec<&'static str> {
    let steps = server.life_cycle.sweep_applications(Sweep::Real, &Actor::Schedule).await.unwrap();
    steps.iter().map(|step| step.step.name()).collect()
}

async fn read(server: &Rooms, application: &Registered) -> Application {
    server.store.application(&application.id()).await.unwrap().unwrap()
}

async fn use_now(server: &Rooms, application: &Registered) {
    let known = read(server, application).await;
    server.usage.note(ApplicationUse { application: known.id, secret: None, at: server.instruments.now() });
    server.upkeep.flush_usage().await.unwrap();
}

async fn is_active(server: &Rooms, application: &Registered) -> bool {
    read(server, application).await.state == ApplicationState::Active
}

/// The mails to an address so far, oldest first.
async fn mails(world: &World, server: &Arc<Rooms>, to: &str) -> Vec<Mail> {
    server.mail.send_due_mail().await.unwrap();
    server.mail.finish_sending(Duration::from_secs(5)).await;
    let mut mails: Vec<_> = world.mail.mails().into_iter().filter(|mail| mail.to.as_str() == to).collect();
    mails.reverse();
    mails
}

/// Warned twice, deactivated, deleted, purged, each on its day and once, with a mail for each but the last.
#[apply(on_both_engines)]
async fn an_unused_application_is_warned_deactivated_deleted_and_purged(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(owned)).await;
    let mut days = Vec::new();
    for day in 0..=130 {
        for step in swept(&server).await {
            days.push((day, step));
        }
        assert_eq!(swept(&server).await, [""; 0], "nothing happens twice");
        mails(&world, &server, OWNER).await;
        pass(&world, DAY).await;
    }
    assert_eq!(days, [(21, "warn"), (27, "warn"), (28, "deactivate"), (84, "delete"), (114, "purge")]);
    let subjects: Vec<_> =
        mails(&world, &server, OWNER).await.into_iter().map(|mail| mail.subject.as_str().to_owned()).collect();
    let expected = [
        "“Orders” will be deactivated on 29 March 2026, 12:00 UTC",
        "“Orders” will be deactivated on 29 March 2026, 12:00 UTC",
        "“Orders” was deactivated",
        "“Orders” was deleted",
    ];
    assert_eq!(subjects, expected);
    let purged = read(&server, &application).await;
    assert_eq!((purged.settings.name.as_str(), &purged.settings.owner), ("", &None), "nothing personal is left");
    assert!(purged.secrets.is_empty() && purged.life.purged_at.is_some());
}

/// A use counts until the last moment, and also when it comes after a warning: then the clock starts again.
#[apply(on_both_engines)]
async fn one_that_is_used_lives_on_and_is_warned_again(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(owned)).await;
    pass(&world, 27 * DAY + 23 * HOUR).await;
    assert_eq!(swept(&server).await, ["warn"]);
    use_now(&server, &application).await;
    pass(&world, 20 * DAY).await;
    assert_eq!(swept(&server).await, [""; 0]);
    pass(&world, DAY).await;
    assert_eq!(swept(&server).await, ["warn"], "a warning before the use is void");
    pass(&world, 100 * DAY).await;
    use_now(&server, &application).await;
    assert_eq!(swept(&server).await, [""; 0]);
    assert!(is_active(&server, &application).await);
}

/// However late the first sweep comes, each warning keeps its distance from the deactivation, and the deactivation
/// from the deletion.
#[apply(on_both_engines)]
async fn a_late_sweep_moves_what_follows_it(world: World) {
    let server = quiet(&world).await;
    Registered::at(&server, service(owned)).await;
    pass(&world, 200 * DAY).await;
    let mut hours = Vec::new();
    for hour in 0..=(64 * 24) {
        for step in swept(&server).await {
            hours.push((hour, step));
        }
        pass(&world, HOUR).await;
    }
    assert_eq!(hours, [(0, "warn"), (6 * 24, "warn"), (7 * 24, "deactivate"), (63 * 24, "delete")]);
}

/// While no server is up an application cannot be used: that time does not count, wherever it falls.
#[apply(on_both_engines)]
async fn the_clocks_wait_while_no_server_is_up(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(owned)).await;
    pass(&world, 20 * DAY).await;
    // No heartbeat: an outage.
    world.clock.advance(100 * DAY);
    assert_eq!(swept(&server).await, [""; 0], "not even before the first heartbeat after it");
    server.life_cycle.heartbeat().await.unwrap();
    assert_eq!(swept(&server).await, [""; 0]);
    pass(&world, DAY).await;
    assert_eq!(swept(&server).await, ["warn"]);
    world.clock.advance(40 * DAY);
    server.life_cycle.heartbeat().await.unwrap();
    assert_eq!(swept(&server).await, [""; 0], "the warning's week is not over either");
    pass(&world, 6 * DAY).await;
    assert_eq!(swept(&server).await, ["warn"]);
    pass(&world, DAY).await;
    assert_eq!(swept(&server).await, ["deactivate"]);
    let deactivated =
        ApplicationState::Deactivated { at: server.instruments.now(), reason: DeactivationReason::Unused };
    assert_eq!(read(&server, &application).await.state, deactivated);
}

/// Nodes that come back together write one outage down; one that was up all along leaves none.
#[apply(on_both_engines)]
async fn an_outage_is_one_that_all_nodes_had(world: World) {
    let (one, other) = (quiet(&world).await, world.command().await);
    Registered::at(&one, service(owned)).await;
    world.clock.advance(27 * DAY);
    let (first, second) = tokio::join!(one.life_cycle.heartbeat(), other.life_cycle.heartbeat());
    first.and(second).unwrap();
    assert_eq!(world.database.dump().await["outages"].len(), 2, "before the first server, and the one just now");
    world.clock.advance(DAY);
    one.life_cycle.heartbeat().await.unwrap();
    assert_eq!(world.database.dump().await["outages"].len(), 3);
    for turn in 0..20 {
        // Neither alone says often enough that it is up.
        world.clock.advance(Duration::from_mins(4));
        let node = if turn % 2 == 0 { &one } else { &other };
        node.life_cycle.heartbeat().await.unwrap();
    }
    assert_eq!(world.database.dump().await["outages"].len(), 3);
}

/// What happened before the first heartbeat ever, such as under an older release, does not count.
#[apply(on_both_engines)]
async fn time_before_the_first_server_does_not_count(world: World) {
    let server = world.command().await;
    let application = Registered::at(&server, service(owned)).await;
    world.clock.advance(300 * DAY);
    assert_eq!(swept(&server).await, [""; 0]);
    server.life_cycle.heartbeat().await.unwrap();
    assert_eq!(swept(&server).await, [""; 0]);
    pass(&world, 21 * DAY).await;
    assert_eq!(swept(&server).await, ["warn"]);
    assert!(is_active(&server, &application).await);
}

/// `exempt`, by an operator; and `[[applications]]`, by the configuration.
#[apply(on_both_engines)]
async fn exempt_and_declared_ones_have_no_end(world: World) {
    let toml = "[[applications]]\nclient_id = \"declared\"\nname = \"Declared\"\n";
    let running = world.server_with(toml).await;
    let server = &running.rooms;
    server.life_cycle.heartbeat().await.unwrap();
    let application = Registered::at(server, service(owned)).await;
    server.life_cycle.application_set_exempt(&application.id(), Exempt::Yes, &Actor::CommandLine).await.unwrap();
    let again = server.life_cycle.application_set_exempt(&application.id(), Exempt::Yes, &Actor::CommandLine).await;
    assert!(again.unwrap_err().to_string().contains("is exempt already"));
    for _ in 0..6 {
        pass(&world, 40 * DAY).await;
        assert_eq!(swept(server).await, [""; 0]);
    }
    server.life_cycle.application_set_exempt(&application.id(), Exempt::No, &Actor::CommandLine).await.unwrap();
    assert_eq!(swept(server).await, [""; 0], "its time begins anew");
    pass(&world, 21 * DAY).await;
    assert_eq!(swept(server).await, ["warn"]);
}

/// Declaring one that was deactivated as unused is a wish that it works, and that it stays.
#[apply(on_both_engines)]
async fn one_that_is_declared_works_again_and_stays(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(|_| {})).await;
    for days in [21, 6, 1] {
        pass(&world, days * DAY).await;
        swept(&server).await;
    }
    assert!(!is_active(&server, &application).await);
    let toml = format!("[[applications]]\nclient_id = \"{}\"\nname = \"Orders\"\n", application.client_id);
    world.server_with(&toml).await.stop().await;
    assert!(is_active(&server, &application).await);
    pass(&world, 100 * DAY).await;
    assert_eq!(swept(&server).await, [""; 0]);
}

/// Activated or brought back, its time begins anew; with its secrets.
#[apply(on_both_engines)]
async fn whoever_brings_it_back_gets_all_of_its_time_again(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(|_| {})).await;
    let sweep_for = async |days: u32| {
        let mut steps = Vec::new();
        for _ in 0..days {
            pass(&world, DAY).await;
            steps.extend(swept(&server).await);
        }
        steps
    };
    assert_eq!(sweep_for(30).await, ["warn", "warn", "deactivate"]);
    application.change(&server, StateChange::Activate).await;
    assert_eq!(sweep_for(20).await, [""; 0]);
    assert_eq!(sweep_for(64).await, ["warn", "warn", "deactivate", "delete"]);
    let undeleted = server.life_cycle.application_undelete(&application.id(), &Actor::CommandLine).await.unwrap();
    assert_eq!((undeleted.state, undeleted.secrets.len()), (ApplicationState::Active, 1));
    assert_eq!(sweep_for(20).await, [""; 0]);
    let again = server.life_cycle.application_undelete(&application.id(), &Actor::CommandLine).await.unwrap_err();
    assert!(again.to_string().contains("is active already"), "{again}");
    assert_eq!(sweep_for(64).await, ["warn", "warn", "deactivate", "delete"]);
    pass(&world, 30 * DAY).await;
    let late = server.life_cycle.application_undelete(&application.id(), &Actor::CommandLine).await.unwrap_err();
    assert!(late.to_string().contains("there is no application"), "also before the sweep: {late}");
    assert_eq!(swept(&server).await, ["purge"]);
    let gone = server.life_cycle.application_undelete(&application.id(), &Actor::CommandLine).await.unwrap_err();
    assert!(gone.to_string().contains("there is no application"), "{gone}");
}

/// An application that was deactivated on request stays deactivated.
#[apply(on_both_engines)]
async fn one_that_was_deactivated_on_request_comes_back_deactivated(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(|_| {})).await;
    application.change(&server, DEACTIVATE).await;
    pass(&world, 83 * DAY).await;
    assert_eq!(swept(&server).await, [""; 0]);
    pass(&world, DAY).await;
    assert_eq!(swept(&server).await, ["delete"]);
    let undeleted = server.life_cycle.application_undelete(&application.id(), &Actor::CommandLine).await.unwrap();
    let suspended = DeactivationReason::Suspended;
    assert!(matches!(undeleted.state, ApplicationState::Deactivated { reason, .. } if reason == suspended));
    assert_eq!(swept(&server).await, [""; 0], "and has all of its time again");
}

/// A dry run says what a real one would do, and does nothing.
#[apply(on_both_engines)]
async fn a_dry_run_changes_nothing(world: World) {
    let server = quiet(&world).await;
    let application = Registered::at(&server, service(owned)).await;
    pass(&world, 22 * DAY).await;
    let before = world.database.dump().await;
    let steps = server.life_cycle.sweep_applications(Sweep::Dry, &Actor::CommandLine).await.unwrap();
    assert_eq!((steps.len(), steps[0].step.name(), &steps[0].client_id), (1, "warn", &application.id()));
    assert_eq!(world.database.dump().await, before);
    assert_eq!(swept(&server).await, ["warn"]);
}

/// Of two nodes that sweep at the same time one takes each step: one mail each, not two.
#[apply(on_both_engines)]
async fn two_sweeps_at_once_take_each_step_once(world: World) {
    let (one, other) = (quiet(&world).await, world.command().await);
    for _ in 0..5 {
        Registered::at(&one, service(owned)).await;
    }
    for (days, step) in [(21, "warn"), (6, "warn"), (1, "deactivate"), (56, "delete"), (30, "purge")] {
        pass(&world, days * DAY).await;
        let (first, second) = tokio::join!(swept(&one), swept(&other));
        assert_eq!([first, second].concat(), [step; 5]);
        mails(&world, &one, OWNER).await;
    }
    assert_eq!(mails(&world, &one, OWNER).await.len(), 5 * 4);
}

/// A use in the moment of the sweep wins, whichever is written down first.
#[apply(on_both_engines)]
async fn a_use_in_the_moment_of_the_sweep_wins(world: World) {
    let (one, other) = (quiet(&world).await, world.command().await);
    let application = Registered::at(&one, service(owned)).await;
    let id = read(&one, &application).await.id;
    for _ in 0..10 {
        for (days, step) in [(21, "warn"), (6, "warn")] {
            pass(&world, days * DAY).await;
            assert_eq!(swept(&one).await, [step]);
        }
        pass(&world, DAY).await;
        other.usage.note(ApplicationUse { application: id, secret: None, at: other.instruments.now() });
        let (_, flushed) = tokio::join!(swept(&one), other.upkeep.flush_usage());
        flushed.unwrap();
        assert!(is_active(&one, &application).await);
        assert_eq!(read(&one, &application).await.last_used_at, Some(one.instruments.now()));
    }
}

/// A node writes its uses down once a second. A use that a sweep of another node could not know of undoes the
/// deactivation, and the owner is told by mail.
#[apply(on_both_engines)]
async fn a_use_that_is_written_down_after_the_deactivation_undoes_it(world: World) {
    let (one, other) = (quiet(&world).await, world.command().await);
    let application = Registered::at(&one, service(owned)).await;
    let id = read(&one, &application).await.id;
    for days in [21, 6, 1] {
        pass(&world, days * DAY).await;
        if days == 1 {
            other.usage.note(ApplicationUse { application: id, secret: None, at: other.instruments.now() });
        }
        swept(&one).await;
    }
    assert!(!is_active(&one, &application).await);
    other.upkeep.flush_usage().await.unwrap();
    assert!(is_active(&one, &application).await);
    let mails = mails(&world, &one, OWNER).await;
    assert!(mails.iter().any(|mail| mail.subject.as_str() == "“Orders” is active again"), "{mails:?}");
    application.change(&one, DEACTIVATE).await;
    other.usage.note(ApplicationUse { application: id, secret: None, at: other.instruments.now() });
    other.upkeep.flush_usage().await.unwrap();
    assert!(!is_active(&one, &application).await, "what somebody asked for is not undone");
}

/// Token requests and introspection are uses; failed authentication is none. The refusal names the reason.
#[apply(on_both_engines)]
async fn only_success_is_a_use_and_the_refusal_says_since_when(world: World) {
    let server = world.server().await;
    server.rooms.life_cycle.heartbeat().await.unwrap();
    let used = server.service().await;
    let unused = server.service().await;
    let tried = server.service().await;
    pass(&world, 15 * DAY).await;
    let token = server.token().with_basic(&used).send().await.access_token();
    let wrong = server.token().with_basic(&tried.with_secret(&used.secret)).send().await;
    wrong.refusal(401, "invalid_client");
    pass(&world, 15 * DAY).await;
    swept(&server.rooms).await;
    let introspected = server
        .request(reqwest::Method::POST, "/oauth/introspect")
        .basic_auth(&used.client_id, Some(&used.secret))
        .form(&[("token", &token)]);
    assert_eq!(introspected.send().await.unwrap().status(), 200);
    let mut steps = Vec::new();
    for _ in 0..15 {
        pass(&world, DAY).await;
        steps.extend(swept(&server.rooms).await);
    }
    assert_eq!(steps, ["warn", "warn", "deactivate", "deactivate"]);
    let told = server.token().with_basic(&unused).send().await.refusal(401, "invalid_client");
    let (on, since) = told.split_once(" because it was not used since it was ").unwrap();
    assert_eq!((on, since), ("this application was deactivated on 2026-04-07", "registered on 2026-03-01"));
    let told = server.token().with_basic(&tried).send().await.refusal(401, "invalid_client");
    assert!(told.contains("because it was not used since it was registered"), "{told}");
    assert_eq!(server.token().with_basic(&used).send().await.status, 200);
    for _ in 0..29 {
        pass(&world, DAY).await;
        swept(&server.rooms).await;
    }
    let told = server.token().with_basic(&used).send().await.refusal(401, "invalid_client");
    assert!(told.ends_with("because it was not used since 2026-04-15"), "{told}");
}
