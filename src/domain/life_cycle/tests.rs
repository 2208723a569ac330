//! The rules, step by step and all at once.

use proptest::prelude::*;

use super::*;
use crate::domain::application::{ApplicationKind, ApplicationSettings, DeactivationReason};
use crate::domain::ids::ApplicationId;
use crate::domain::life_marks::LifeMarks;
use crate::domain::uptime_clock::Outage;

const fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// So many days after everything began.
fn day(number: u64) -> Timestamp {
    Timestamp::from_seconds(1_000_000_000).plus(days(number))
}

const WARNINGS: [Duration; 2] = [days(7), days(1)];

const SPANS: Spans<'_> =
    Spans { deactivate_after: days(28), delete_after: days(84), warn_before: &WARNINGS, undelete_for: days(30) };

fn application() -> Application {
    let settings = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
    Application::new(
        ApplicationId::from_bytes([1; 16]),
        "orders".parse().unwrap(),
        settings,
        Origin::Registered,
        day(0),
    )
}

fn warned(at: u64, before: u64) -> Application {
    let warned = Some(Warning { at: day(at), before: days(before) });
    Application { life: LifeMarks { warned, ..LifeMarks::default() }, ..application() }
}

fn deactivated(at: u64) -> Application {
    let state = ApplicationState::Deactivated { at: day(at), reason: DeactivationReason::Unused };
    Application { state, ..application() }
}

fn next(application: &Application) -> Option<(LifeCycleStep, Timestamp)> {
    let up = UptimeClock::default();
    next_step(application, &SPANS, &up).map(|next| (next.step, up.moment(next.due)))
}

#[test]
fn each_step_leads_to_the_one_after_it() {
    assert_eq!(next(&application()), Some((LifeCycleStep::Warn(days(7)), day(21))));
    assert_eq!(next(&warned(21, 7)), Some((LifeCycleStep::Warn(days(1)), day(27))));
    assert_eq!(next(&warned(27, 1)), Some((LifeCycleStep::Deactivate, day(28))));
    assert_eq!(next(&deactivated(28)), Some((LifeCycleStep::Delete, day(84))));
    let deleted = Application { state: ApplicationState::Deleted { at: day(84) }, ..application() };
    assert_eq!(next(&deleted), Some((LifeCycleStep::Purge, day(114))));
    let purged_at = Some(day(114));
    let purged = Application { life: LifeMarks { purged_at, ..LifeMarks::default() }, ..deleted };
    assert_eq!(next(&purged), None);
}

#[test]
fn a_use_or_a_word_makes_the_time_begin_anew_and_a_warning_before_it_void() {
    let used = Application { last_used_at: Some(day(22)), ..warned(21, 7) };
    assert_eq!(next(&used), Some((LifeCycleStep::Warn(days(7)), day(43))));
    let life = LifeMarks { kept_at: Some(day(24)), ..used.life };
    assert_eq!(next(&Application { life, ..used }), Some((LifeCycleStep::Warn(days(7)), day(45))));
    let clock_set_back = Application { last_used_at: Some(day(0).minus(days(9))), ..application() };
    assert_eq!(next(&clock_set_back), next(&application()), "never before it was registered");
}

#[test]
fn a_late_warning_moves_the_deactivation_and_a_late_deactivation_the_deletion() {
    assert_eq!(next(&warned(100, 7)), Some((LifeCycleStep::Warn(days(1)), day(106))));
    assert_eq!(next(&warned(110, 1)), Some((LifeCycleStep::Deactivate, day(111))));
    assert_eq!(next(&deactivated(111)), Some((LifeCycleStep::Delete, day(167))));
}

#[test]
fn without_warnings_it_is_deactivated_without_one() {
    let spans = Spans { warn_before: &[], ..SPANS };
    let next = next_step(&application(), &spans, &UptimeClock::default()).unwrap();
    assert_eq!(next.step, LifeCycleStep::Deactivate);
}

#[test]
fn declared_and_exempt_ones_stay() {
    let exempt = LifeMarks { exempt: Exempt::Yes, ..LifeMarks::default() };
    assert_eq!(next(&Application { life: exempt, ..application() }), None);
    assert_eq!(next(&Application { life: exempt, ..deactivated(28) }), None);
    assert_eq!(next(&Application { origin: Origin::Declared, ..application() }), None);
}

#[test]
fn the_outlook_tells_what_the_steps_will_do() {
    let ahead = |application: &Application, now| outlook(application, &SPANS, &UptimeClock::default(), day(now));
    let planned =
        Outlook { warned_at: Some(day(21)), deactivated_at: Some(day(28)), deleted_at: Some(day(84)), purged_at: None };
    assert_eq!(ahead(&application(), 3), planned);
    assert_eq!(planned.next(), Some(("warn", day(21))));
    let overdue = ahead(&application(), 100);
    assert_eq!([overdue.warned_at, overdue.deactivated_at, overdue.deleted_at], [100, 107, 163].map(|n| Some(day(n))));
    let at_last = ahead(&warned(27, 1), 27);
    assert_eq!([at_last.warned_at, at_last.deactivated_at], [None, Some(day(28))]);
    let days_ago = ahead(&warned(21, 7), 26);
    assert_eq!([days_ago.warned_at, days_ago.deactivated_at], [27, 28].map(|n| Some(day(n))), "it is not warned twice");
    let deleted = Application { state: ApplicationState::Deleted { at: day(84) }, ..application() };
    assert_eq!(ahead(&deleted, 90), Outlook { purged_at: Some(day(114)), ..Outlook::default() });
    assert_eq!(ahead(&deactivated(28), 30), Outlook { deleted_at: Some(day(84)), ..Outlook::default() });
}

/// What one sweep does to an application.
fn sweep(application: Application, up: &UptimeClock, now: Timestamp) -> (Application, Option<LifeCycleStep>) {
    let due = next_step(&application, &SPANS, up).filter(|next| next.due <= up.counted(now));
    let Some(NextStep { step, .. }) = due else { return (application, None) };
    let mut after = application;
    match step {
        LifeCycleStep::Warn(before) => after.life.warned = Some(Warning { at: now, before }),
        LifeCycleStep::Deactivate => {
            after.state = ApplicationState::Deactivated { at: now, reason: DeactivationReason::Unused };
        }
        LifeCycleStep::Delete => after.state = ApplicationState::Deleted { at: now },
        LifeCycleStep::Purge => after.life.purged_at = Some(now),
    }
    (after, Some(step))
}

proptest! {
    /// Whenever sweeps run and servers go down, every announced date is kept.
    #[test]
    fn whenever_sweeps_and_outages_come_every_promise_is_kept(
        pauses in proptest::collection::vec((0_u64..40, any::<bool>()), 1..60),
        used_before in 0_u64..30,
    ) {
        let mut application = application();
        application.last_used_at = Some(day(used_before));
        let (mut now, mut outages, mut taken) = (day(used_before), Vec::new(), Vec::new());
        for (pause, is_outage) in pauses {
            let before = now;
            now = now.plus(days(pause));
            if is_outage && pause > 0 {
                outages.push(Outage { began: before, ended: now });
            }
            let up = UptimeClock::without(outages.clone());
            let (after, step) = sweep(application, &up, now);
            application = after;
            taken.extend(step.map(|step| (step, now)));
        }
        let up = UptimeClock::without(outages);
        let warnings = [LifeCycleStep::Warn(days(7)), LifeCycleStep::Warn(days(1))];
        let all = [warnings[0], warnings[1], LifeCycleStep::Deactivate, LifeCycleStep::Delete, LifeCycleStep::Purge];
        for ((step, _), expected) in taken.iter().zip(all) {
            prop_assert_eq!(*step, expected);
        }
        let at = |index: usize| taken.get(index).map(|(_, at)| up.counted(*at));
        let used = up.counted(day(used_before));
        for (later, earlier, distance) in [
            (2, None, days(28)), (2, Some(0), days(7)), (2, Some(1), days(1)),
            (3, None, days(84)), (3, Some(2), days(56)), (4, Some(3), days(30)),
        ] {
            let from = earlier.map_or(Some(used), at);
            if let (Some(later), Some(from)) = (at(later), from) {
                prop_assert!(later >= from.plus(distance));
            }
        }
    }
}
