//! A small chart of days: tokens issued, and requests that failed on top of them.
//!
//! Everything is laid out here in whole numbers, so that the template only writes them down. Colours and their dark
//! counterparts are classes of the stylesheet. What the axes say is text beside the drawing, which is stretched to the
//! width of the page. The values are also in a table, for screen readers. A page with a field `chart` includes
//! `portal/chart.html`.

use crate::domain::activity::DayCount;
use crate::http::pages::messages::Messages;

/// The width of one day, of which its bar leaves a part free.
const STEP: u64 = 12;
const BAR: u64 = 9;

/// The height of the tallest bar.
const HEIGHT: u64 = 96;

/// The least height of a bar that is not empty.
const LEAST: u64 = 2;

/// The chart as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Chart {
    /// Its width in its own units.
    pub(in crate::http) width: u64,
    /// Its height in its own units.
    pub(in crate::http) height: u64,
    /// The number at the upper end of its scale.
    pub(in crate::http) top: u64,
    /// The lines at the upper end and in the middle of the scale.
    pub(in crate::http) grid: [u64; 2],
    /// Its days, oldest first.
    pub(in crate::http) bars: Vec<DayBar>,
    /// All tokens.
    pub(in crate::http) tokens: u64,
    /// All failures.
    pub(in crate::http) failures: u64,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct DayBar {
    /// The date.
    pub(in crate::http) date: String,
    /// The tokens of the day.
    pub(in crate::http) tokens: u64,
    /// The failures of the day.
    pub(in crate::http) failures: u64,
    /// Its left edge.
    pub(in crate::http) x: u64,
    /// Its width.
    pub(in crate::http) width: u64,
    /// The part that stands for tokens.
    pub(in crate::http) issued: Span,
    /// The part that stands for failures, on top of it.
    pub(in crate::http) failed: Span,
}

/// The top of a bar and its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Span {
    pub(in crate::http) y: u64,
    pub(in crate::http) height: u64,
}

impl Chart {
    /// Lays out these days, oldest first.
    pub(in crate::http) fn of(days: &[DayCount]) -> Self {
        let busiest = days.iter().map(|day| day.tokens.saturating_add(day.failures)).max().unwrap_or(0);
        let top = round_above(busiest);
        let bars: Vec<_> = (0..).zip(days).map(|(at, day)| bar(at, day, top)).collect();
        let total = |of: fn(&DayBar) -> u64| bars.iter().map(of).fold(0, u64::saturating_add);
        Self {
            width: STEP * (bars.len() as u64).max(1),
            height: HEIGHT + LEAST,
            top,
            grid: [LEAST, LEAST + HEIGHT / 2],
            tokens: total(|bar| bar.tokens),
            failures: total(|bar| bar.failures),
            bars,
        }
    }

    /// What the scale says, from above.
    pub(in crate::http) const fn scale(&self) -> [u64; 3] {
        [self.top, self.top / 2, 0]
    }

    /// The first day, the one in the middle and the last.
    pub(in crate::http) fn marks(&self) -> Vec<&str> {
        let last = self.bars.len().saturating_sub(1);
        let mut places = vec![0, last / 2, last];
        places.dedup();
        places.into_iter().filter_map(|place| self.bars.get(place)).map(|bar| bar.date.as_str()).collect()
    }

    /// The chart in one sentence.
    pub(in crate::http) fn sentence(&self, t: &Messages) -> String {
        let (Some(first), Some(last)) = (self.bars.first(), self.bars.last()) else {
            return t.chart.no_days.to_owned();
        };
        t.chart.sentence.with(&[
            ("first", &first.date),
            ("last", &last.date),
            ("issued", &t.count(t.chart.tokens_issued, self.tokens)),
            ("failed", &t.count(t.chart.requests_failed, self.failures)),
        ])
    }
}

impl DayBar {
    /// The bar in one sentence.
    pub(in crate::http) fn sentence(&self, t: &Messages) -> String {
        t.chart.day_sentence.with(&[
            ("day", &self.date),
            ("issued", &t.count(t.chart.tokens_issued, self.tokens)),
            ("failed", &t.count(t.chart.requests_failed, self.failures)),
        ])
    }

    /// Whether anything happened.
    pub(in crate::http) const fn is_empty(&self) -> bool {
        self.tokens == 0 && self.failures == 0
    }
}

fn bar(at: u64, day: &DayCount, top: u64) -> DayBar {
    let (issued, failed) = (height(day.tokens, top), height(day.failures, top));
    // Both are rounded, so together they may be taller than the chart by their least height.
    let issued = issued.min((HEIGHT + LEAST).saturating_sub(failed));
    let floor = HEIGHT + LEAST;
    DayBar {
        date: day.day.date(),
        tokens: day.tokens,
        failures: day.failures,
        x: at * STEP + (STEP - BAR) / 2,
        width: BAR,
        issued: Span { y: floor - issued, height: issued },
        failed: Span { y: floor - issued - failed, height: failed },
    }
}

/// The height that stands for a number: zero for none, and never too small to be seen.
fn height(number: u64, top: u64) -> u64 {
    if number == 0 {
        return 0;
    }
    let share = u128::from(number) * u128::from(HEIGHT) / u128::from(top.max(1));
    u64::try_from(share).unwrap_or(HEIGHT).clamp(LEAST, HEIGHT)
}

/// An even round number that is no less: the end of a scale whose middle is a whole number too.
fn round_above(number: u64) -> u64 {
    let step = 10u64.saturating_pow(number.max(1).ilog10());
    let ends = [1, 2, 4, 6, 8, 10].map(|times: u64| times.saturating_mul(step));
    ends.into_iter().find(|end| *end >= number && end % 2 == 0).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::Timestamp;
    use crate::domain::language::Language;

    #[derive(Template)]
    #[template(source = "{% include \"portal/chart.html\" %}", ext = "html")]
    struct Page {
        t: &'static Messages,
        chart: Chart,
    }

    fn day(number: i64, tokens: u64, failures: u64) -> DayCount {
        let day = Timestamp::from_seconds(1_772_323_200 + number * 86_400);
        DayCount { tokens, failures, ..DayCount::empty(day) }
    }

    fn written(language: Language, days: &[DayCount]) -> String {
        Page { t: Messages::of(language), chart: Chart::of(days) }.render().unwrap()
    }

    #[test]
    fn a_chart_speaks_the_language_of_its_page() {
        let polish = written(Language::Polish, &[day(0, 3, 1), day(1, 2, 11)]);
        for said in
            ["2026-03-02: 5 wydanych tokenów, 12 nieudanych żądań.", "3 wydane tokeny, 1 nieudane żądanie</title>"]
        {
            assert!(polish.contains(said), "{said} in {polish}");
        }
        for left in ["tokens issued", "Requests failed", "table<", "Day ("] {
            assert!(!polish.contains(left), "{left} in {polish}");
        }
    }

    #[test]
    fn the_busiest_day_fills_the_chart_and_a_quiet_one_can_be_seen() {
        let chart = Chart::of(&[day(0, 75, 25), day(1, 0, 0), day(2, 1, 0)]);
        let [busy, empty, quiet] = &chart.bars[..] else { panic!("{chart:?}") };
        assert_eq!((busy.issued, busy.failed), (Span { y: 26, height: 72 }, Span { y: 2, height: 24 }));
        assert!(empty.is_empty() && empty.issued.height == 0);
        assert_eq!(quiet.issued, Span { y: 96, height: 2 });
        assert_eq!((chart.tokens, chart.failures, chart.width), (76, 25, 36));
    }

    #[test]
    fn what_the_bars_say_is_also_written() {
        let html = written(Language::English, &[day(0, 1, 0), day(1, 12_000, 3)]);
        for said in [
            "From 2026-03-01 to 2026-03-02: 12001 tokens issued, 3 requests failed.",
            "<title>2026-03-02: 12000 tokens issued, 3 requests failed</title>",
            "<td>12000</td>",
            "<th scope=\"row\">2026-03-01</th>",
        ] {
            assert!(html.contains(said), "{said} in {html}");
        }
        for inline in ["style=", "<style", "fill=", "<script"] {
            assert!(!html.contains(inline), "{inline} in {html}");
        }
    }

    #[test]
    fn a_scale_ends_at_a_round_number_and_has_a_whole_one_in_its_middle() {
        for (number, end) in
            [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (99, 100), (101, 200), (700, 800)]
        {
            assert_eq!(round_above(number), end, "{number}");
        }
        assert_eq!(round_above(u64::MAX), u64::MAX);
        let chart = Chart::of(&[day(0, 3, 0), day(1, 0, 0), day(2, 1, 0)]);
        assert_eq!((chart.scale(), chart.marks()), ([4, 2, 0], vec!["2026-03-01", "2026-03-02", "2026-03-03"]));
        assert_eq!(Chart::of(&[day(0, 3, 0)]).marks(), ["2026-03-01"]);
    }

    #[test]
    fn no_days_are_no_bars() {
        assert!(written(Language::English, &[]).contains("No days to show."));
    }

    proptest! {
        #[test]
        fn bars_stay_inside(counts in prop::collection::vec((any::<u64>(), any::<u64>()), 1..90)) {
            let days: Vec<_> = (0..).zip(&counts).map(|(at, (tokens, failures))| day(at, *tokens, *failures)).collect();
            let chart = Chart::of(&days);
            for bar in &chart.bars {
                prop_assert!(bar.x + bar.width <= chart.width);
                prop_assert_eq!(bar.issued.y + bar.issued.height, chart.height);
                prop_assert_eq!(bar.failed.y + bar.failed.height, bar.issued.y);
            }
        }
    }
}
