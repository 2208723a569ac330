//! Phrases with values: names, numbers, durations, timestamps.

use std::time::Duration;

use super::{Messages, Plural};
use crate::domain::ids::Timestamp;
use crate::domain::session::Device;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Messages {
    /// The sentence for this number of things.
    pub(in crate::http) fn count(&self, sentence: Plural, number: u64) -> String {
        sentence.of(self.language, number)
    }

    /// A duration, rounded up, so that waiting that long is enough.
    pub(in crate::http) fn length(&self, length: Duration) -> String {
        let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
        match seconds {
            0..MINUTE => self.count(self.units.seconds, seconds.max(1)),
            MINUTE..=HOUR if seconds < HOUR => self.count(self.units.minutes, seconds.div_ceil(MINUTE)),
            _ => self.count(self.units.hours, seconds.div_ceil(HOUR)),
        }
    }

    /// How long ago something was; the date if it was long ago.
    pub(in crate::http) fn ago(&self, at: Timestamp, now: Timestamp) -> String {
        let units = &self.units;
        match now.since(at).as_secs() {
            0..MINUTE => units.just_now.to_owned(),
            seconds @ MINUTE..HOUR => units.ago.with(self.count(units.minutes, seconds / MINUTE)),
            seconds @ HOUR..DAY => units.ago.with(self.count(units.hours, seconds / HOUR)),
            seconds if seconds < 30 * DAY => units.ago.with(self.count(units.days, seconds / DAY)),
            _ => self.date(at),
        }
    }

    /// A date, UTC.
    pub(in crate::http) fn date(&self, at: Timestamp) -> String {
        self.language.date(at)
    }

    /// A timestamp to the minute, with its zone.
    pub(in crate::http) fn moment(&self, at: Timestamp) -> String {
        self.language.moment(at)
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
    use super::super::{de::DE, en::EN, pl::PL};
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
        let polish = [1, 2, 15, 22].map(|minutes| PL.length(Duration::from_secs(60 * minutes)));
        assert_eq!(polish, ["1 minutę", "2 minuty", "15 minut", "22 minuty"]);
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
        assert_eq!(DE.moment(at), "21. November 2026, 20:34 Uhr (UTC)");
    }
}
