//! `/admin/keys`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::domain::signing_key::KeyState;
use crate::flows::keys::KeyLife;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::view::Form;

/// The keys that sign tokens.
#[derive(Debug, Template)]
#[template(path = "admin/keys.html")]
pub(in crate::http::admin) struct KeysPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Why nothing was.
    pub(in crate::http::admin) problem: Option<&'static str>,
    /// The drawing of their states over time.
    pub(in crate::http::admin) line: TimeLine,
    /// The keys, in the order of the drawing.
    pub(in crate::http::admin) keys: Vec<KeyLine>,
    /// Rotates once the next keys were announced for long enough.
    pub(in crate::http::admin) rotate: Form,
    /// Rotates at once.
    pub(in crate::http::admin) rotate_now: Form,
}

impl KeysPage {
    fn caption(&self) -> String {
        let (from, to) = (self.t.date(self.line.from), self.t.date(self.line.to));
        self.t.keys.caption.with(&[("from", &from), ("to", &to)])
    }
}

/// A key.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct KeyLine {
    /// The key with its dates.
    pub(in crate::http::admin) life: KeyLife,
    /// Revokes it, if it is published.
    pub(in crate::http::admin) revoke: Option<Form>,
}

impl KeyLine {
    fn badge(&self) -> &'static str {
        match self.life.state {
            KeyState::Active => "good",
            KeyState::Announced | KeyState::Retiring | KeyState::Gone => "",
            KeyState::Revoked => "bad",
        }
    }
}

/// The width of the drawing in its own units.
const WIDTH: i64 = 1000;

/// The height of a key's row, of which its bar leaves a part free.
const ROW: i64 = 16;

/// The states of keys over time, laid out in whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http::admin) struct TimeLine {
    /// Its left end.
    pub(in crate::http::admin) from: Timestamp,
    /// Its right end.
    pub(in crate::http::admin) to: Timestamp,
    /// The position of the current time.
    pub(in crate::http::admin) now: i64,
    /// Its height in its own units.
    pub(in crate::http::admin) height: i64,
    /// The bars.
    pub(in crate::http::admin) spans: Vec<KeySpan>,
}

/// A bar: a key in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http::admin) struct KeySpan {
    /// The text of its tooltip.
    pub(in crate::http::admin) what: String,
    /// Its class in the stylesheet.
    pub(in crate::http::admin) class: &'static str,
    /// How much of its colour it has, in percent.
    pub(in crate::http::admin) opacity: u8,
    pub(in crate::http::admin) x: i64,
    pub(in crate::http::admin) y: i64,
    pub(in crate::http::admin) width: i64,
}

impl TimeLine {
    /// Lays these keys out.
    pub(in crate::http::admin) fn of(t: &OperatorMessages, lives: &[KeyLife], now: Timestamp) -> Self {
        let dates = lives.iter().flat_map(|life| {
            let key = &life.key;
            [Some(key.created_at), Some(key.activates_at), life.gone_at()].into_iter().flatten()
        });
        let (from, last) = dates.fold((now, now), |(from, to), date| (from.min(date), to.max(date)));
        // The last key signs beyond the last date.
        let to = last.plus(last.since(from) / 10).plus(std::time::Duration::from_secs(1));
        let whole = (to.as_micros() - from.as_micros()).max(1);
        let place = |at: Timestamp| {
            let part = i128::from(at.as_micros() - from.as_micros()) * i128::from(WIDTH) / i128::from(whole);
            i64::try_from(part).unwrap_or(0).clamp(0, WIDTH)
        };
        let mut spans = Vec::new();
        for (row, life) in (0..).zip(lives) {
            for (what, class, opacity, begin, end) in phases(t, life, to) {
                let (x, right) = (place(begin), place(end));
                if right > x {
                    let what = format!("{} {what} {} – {}", life.key.kid, t.date(begin), t.date(end));
                    spans.push(KeySpan { what, class, opacity, x, y: row * ROW, width: right - x });
                }
            }
        }
        let height = ROW * i64::try_from(lives.len()).unwrap_or(1).max(1);
        Self { from, to, now: place(now), height, spans }
    }
}

/// The states of a key, each with beginning and end. A revoked key ends there.
fn phases(
    t: &OperatorMessages,
    life: &KeyLife,
    to: Timestamp,
) -> Vec<(&'static str, &'static str, u8, Timestamp, Timestamp)> {
    let [announced, signs, retiring, revoked] = t.keys.phases;
    let key = &life.key;
    let end = key.revoked_at.unwrap_or(to);
    let retires = life.retires_at.unwrap_or(to).max(key.activates_at);
    let gone = life.retires_at.map_or(to, |at| at.plus(key.keep_for));
    let mut phases = vec![
        (announced, "issued", 35, key.created_at, key.activates_at.min(end)),
        (signs, "issued", 100, key.activates_at, retires.min(end)),
        (retiring, "issued", 60, retires, gone.min(end)),
    ];
    if let Some(at) = key.revoked_at {
        phases.push((revoked, "failed", 100, at, to));
    }
    phases.retain(|(_, _, _, begin, end)| begin < end);
    phases
}
