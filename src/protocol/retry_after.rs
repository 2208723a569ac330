//! `Retry-After`: how long a server asks its clients to wait (RFC 9110 §10.2.3).

use std::time::{Duration, UNIX_EPOCH};

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// This long from now.
    In(Duration),
    /// Until this second since 1970.
    At(u64),
}

impl RetryAfter {
    /// Reads the header: a number of seconds, or a date in any of the three forms of HTTP. Anything else is ignored.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than a number has are a very long time.
            return Some(Self::In(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
        }
        let date = httpdate::parse_http_date(text).ok()?;
        Some(Self::At(date.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()))
    }

    /// How long that is from `now`, in seconds since 1970; zero if it has passed.
    pub fn wait(self, now: i64) -> Duration {
        match self {
            Self::In(wait) => wait,
            Self::At(second) => Duration::from_secs(second.saturating_sub(u64::try_from(now).unwrap_or(0))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_the_three_forms_of_a_date_are_understood() {
        assert_eq!(RetryAfter::read(" 120 "), Some(RetryAfter::In(Duration::from_secs(120))));
        assert_eq!(RetryAfter::read("0"), Some(RetryAfter::In(Duration::ZERO)));
        let endless = RetryAfter::read("99999999999999999999999");
        assert_eq!(endless, Some(RetryAfter::In(Duration::from_secs(u64::MAX))));
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(RetryAfter::read(date), Some(RetryAfter::At(784_111_777)), "{date}");
        }
    }

    #[test]
    fn a_date_is_counted_from_now_and_one_that_is_over_asks_for_nothing() {
        let date = RetryAfter::At(784_111_777);
        assert_eq!(date.wait(784_111_700), Duration::from_secs(77));
        assert_eq!(date.wait(784_111_778), Duration::ZERO);
        assert_eq!(RetryAfter::In(Duration::from_secs(5)).wait(784_111_778), Duration::from_secs(5));
    }

    #[test]
    fn anything_else_says_nothing() {
        for text in ["", "soon", "-1", "1.5", "+5", "2026-03-01T12:00:00Z", "Sun, 31 Feb 2026 08:49:37 GMT"] {
            assert_eq!(RetryAfter::read(text), None, "{text}");
        }
    }
}
