//! Phrases with values: names, numbers, durations, timestamps.

use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;

use super::Messages;
use crate::domain::ids::Timestamp;
use crate::domain::session::Device;

/// A sentence with one gap: what stands before it and after it.
#[derive(Clone, Copy)]
pub(in crate::http) struct Around(pub(in crate::http) &'static str, pub(in crate::http) &'static str);

impl Around {
    /// What stands before the gap.
    pub(in crate::http) const fn before(self) -> &'static str {
        self.0
    }

    /// What stands after it.
    pub(in crate::http) const fn after(self) -> &'static str {
        self.1
    }

    /// The sentence with its gap filled.
    pub(in crate::http) fn with(self, value: impl fmt::Display) -> String {
        format!("{}{value}{}", self.0, self.1)
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.with("…"), f)
    }
}

/// A sentence about one thing, and about another number of things.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Plural(pub(in crate::http) &'static str, pub(in crate::http) Around);

impl Plural {
    /// The sentence for this number.
    pub(in crate::http) fn of(self, number: u64) -> String {
        if number == 1 { self.0.to_owned() } else { self.1.with(number) }
    }
}

/// Durations and timestamps. Durations follow a preposition: "in", "for", "ago".
#[derive(Debug)]
pub(in crate::http) struct Units {
    pub(in crate::http) seconds: Plural,
    pub(in crate::http) minutes: Plural,
    pub(in crate::http) hours: Plural,
    pub(in crate::http) days: Plural,
    pub(in crate::http) ago: Around,
    pub(in crate::http) just_now: &'static str,
    pub(in crate::http) day: Around,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Messages {
    /// A duration, rounded up, so that waiting that long is enough.
    pub(in crate::http) fn length(&self, length: Duration) -> String {
        let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
        match seconds {
            0..MINUTE => self.units.seconds.of(seconds.max(1)),
            MINUTE..=HOUR if seconds < HOUR => self.units.minutes.of(seconds.div_ceil(MINUTE)),
            _ => self.units.hours.of(seconds.div_ceil(HOUR)),
        }
    }

    /// How long ago something was; the date if it was long ago.
    pub(in crate::http) fn ago(&self, at: Timestamp, now: Timestamp) -> String {
        let units = &self.units;
        match now.since(at).as_secs() {
            0..MINUTE => units.just_now.to_owned(),
            seconds @ MINUTE..HOUR => units.ago.with(units.minutes.of(seconds / MINUTE)),
            seconds @ HOUR..DAY => units.ago.with(units.hours.of(seconds / HOUR)),
            seconds if seconds < 30 * DAY => units.ago.with(units.days.of(seconds / DAY)),
            _ => self.date(at),
        }
    }

    /// A date, UTC.
    pub(in crate::http) fn date(&self, at: Timestamp) -> String {
        let Ok(moment) = OffsetDateTime::from_unix_timestamp(at.as_seconds()) else { return at.date() };
        let month = self.language.months()[usize::from(u8::from(moment.month()) - 1)];
        format!("{} {month} {}", self.units.day.with(moment.day()), moment.year())
    }

    /// A timestamp to the minute, with its zone.
    pub(in crate::http) fn moment(&self, at: Timestamp) -> String {
        let time = at.to_string().get(11..16).map(|time| format!(", {time} UTC"));
        format!("{}{}", self.date(at), time.unwrap_or_default())
    }

    /// The name of a browser.
    pub(in crate::http) fn device(&self, device: &Device) -> String {
        match (device.browser(), device.system()) {
            (Some(browser), Some(system)) => format!("{browser} {} {system}", self.asked.browser_on),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => self.asked.unknown_browser.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{de::DE, en::EN};
    use super::*;

    #[test]
    fn lengths_are_rounded_up() {
        let seconds = |n| EN.length(Duration::from_secs(n));
        assert_eq!(EN.length(Duration::from_millis(1)), "1 second");
        assert_eq!(
            [seconds(0), seconds(59), seconds(60), seconds(61)],
            ["1 second", "59 seconds", "1 minute", "2 minutes"]
        );
        assert_eq!([seconds(3599), seconds(3600), seconds(3601)], ["60 minutes", "1 hour", "2 hours"]);
        assert_eq!(DE.length(Duration::from_secs(900)), "15 Minuten");
    }

    #[test]
    fn a_moment_is_told_as_one_would() {
        let at = Timestamp::from_seconds(1_795_293_240);
        let after = |seconds| EN.ago(at, at.plus(Duration::from_secs(seconds)));
        assert_eq!([after(0), after(59), after(60)], ["just now", "just now", "1 minute ago"]);
        assert_eq!([after(7200), after(86_400 * 3)], ["2 hours ago", "3 days ago"]);
        assert_eq!(after(86_400 * 30), EN.date(at));
        assert_eq!(EN.ago(at, at.minus(Duration::from_secs(60))), "just now");
        assert_eq!(DE.ago(at, at.plus(Duration::from_secs(86_400))), "vor einem Tag");
        assert_eq!(EN.moment(at), "21 November 2026, 20:34 UTC");
        assert_eq!(DE.moment(at), "21. November 2026, 20:34 UTC");
    }

    #[test]
    fn no_text_is_empty_in_any_language() {
        for texts in [&EN, &DE] {
            let everything = format!("{texts:?}");
            assert!(!everything.contains("\"\""), "{everything}");
        }
    }
}
