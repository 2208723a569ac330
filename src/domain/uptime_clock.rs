//! Uptime: time without the outages in which no server was up.
//!
//! While no server is up an application cannot be used, so that time does not count. The spans of its life cycle are
//! measured on a clock that stands still during every outage; [`UptimeReading`] is a reading of that clock.

use std::time::Duration;

use super::ids::Timestamp;

/// A time during which no server was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outage {
    /// When a server was last known to be up.
    pub began: Timestamp,
    /// When one was up again.
    pub ended: Timestamp,
}

/// A reading of the clock that stands still during outages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UptimeReading(Timestamp);

impl UptimeReading {
    /// This much later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.plus(span))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.minus(span))
    }
}

/// Every outage that is known, in order, none touching another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UptimeClock(Vec<Outage>);

impl UptimeClock {
    /// Puts outages in order and joins those that overlap.
    pub fn without(mut outages: Vec<Outage>) -> Self {
        outages.retain(|outage| outage.began < outage.ended);
        outages.sort_unstable();
        outages.dedup_by(|next, known| {
            let touches = next.began <= known.ended;
            if touches {
                known.ended = known.ended.max(next.ended);
            }
            touches
        });
        Self(outages)
    }

    /// What the clock reads at this moment. During an outage it reads what it read at its beginning.
    pub fn counted(&self, at: Timestamp) -> UptimeReading {
        let before = self.0.iter().take_while(|outage| outage.began < at);
        let lost = before.map(|outage| at.min(outage.ended).since(outage.began)).sum();
        UptimeReading(at.minus(lost))
    }

    /// The last moment at which the clock reads this. An event is at least as long ago as the reading if and only if it
    /// is not after that moment, so a span becomes a comparison of stored timestamps.
    pub fn moment(&self, counted: UptimeReading) -> Timestamp {
        self.0.iter().fold(counted.0, |at, outage| {
            // Once one begins later than the moment found so far, all that follow do.
            if outage.began <= at { at.plus(outage.ended.since(outage.began)) } else { at }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    const fn outage(began: i64, ended: i64) -> Outage {
        Outage { began: at(began), ended: at(ended) }
    }

    #[test]
    fn the_clock_stands_still_during_an_outage_and_goes_on_after_it() {
        let up = UptimeClock::without(vec![outage(50, 60), outage(10, 30)]);
        let read = [5, 10, 20, 30, 40, 55, 100].map(|moment| up.counted(at(moment)).0.as_micros());
        assert_eq!(read, [5, 10, 10, 10, 20, 30, 70]);
    }

    #[test]
    fn a_reading_leads_back_to_the_last_moment_it_was_true_at() {
        let up = UptimeClock::without(vec![outage(10, 30), outage(50, 60)]);
        let moments = [5, 9, 10, 11, 29, 30, 31].map(|read| up.moment(UptimeReading(at(read))).as_micros());
        assert_eq!(moments, [5, 9, 30, 31, 49, 60, 61]);
    }

    #[test]
    fn outages_that_overlap_count_once_and_empty_ones_not_at_all() {
        let up =
            UptimeClock::without(vec![outage(10, 30), outage(20, 40), outage(40, 45), outage(50, 50), outage(70, 60)]);
        assert_eq!(up, UptimeClock(vec![outage(10, 45)]));
    }

    #[test]
    fn before_the_first_heartbeat_no_time_counts() {
        let up = UptimeClock::without(vec![outage(0, 1_000)]);
        assert_eq!(up.counted(at(500)), up.counted(at(1_000)));
        assert_eq!(up.counted(at(1_200)), up.counted(at(300)).plus(Duration::from_micros(200)));
    }

    proptest! {
        /// This lets SQL compare spans: an event is at least so long ago if and only if it is not after the moment.
        #[test]
        fn being_long_enough_ago_and_not_being_after_the_moment_are_the_same(
            gaps in proptest::collection::vec((0_i64..50, 0_i64..50), 0..6),
            event in -10_i64..400,
            more in 0_i64..200,
            span in 0_u64..300,
        ) {
            let mut end = 0;
            let outages = gaps.iter().map(|(up, down)| {
                let began = end + up;
                end = began + down;
                outage(began, end)
            });
            let up = UptimeClock::without(outages.collect());
            let now = up.counted(at(event + more));
            let span = Duration::from_micros(span);
            let long_enough = up.counted(at(event)).plus(span) <= now;
            prop_assert_eq!(long_enough, at(event) <= up.moment(now.minus(span)));
        }
    }
}
