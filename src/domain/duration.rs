//! Spans of time as the configuration writes them: `500ms`, `10s`, `15m`, `1h30m`, `30d`, `4w`.

use std::fmt;
use std::time::Duration;

/// The units, longest first, each with its length in milliseconds.
const UNITS: [(&str, u64); 6] = [
    ("w", 7 * 24 * 60 * 60 * 1000),
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// Why a text is no span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// The text is empty.
    #[error("it is empty")]
    Empty,
    /// A number has no unit behind it.
    #[error("a number needs a unit: ms, s, m, h, d or w")]
    NoUnit,
    /// A unit has no number before it, or a number is not whole.
    #[error("a whole number is missing before a unit")]
    NoNumber,
    /// The unit is unknown.
    #[error("the units are ms, s, m, h, d and w")]
    UnknownUnit,
    /// The units do not go from long to short.
    #[error("the units go from long to short, each once, as in 1h30m")]
    Order,
    /// More milliseconds than fit.
    #[error("it is too long")]
    TooLong,
}

/// Reads a span of time such as `15m` or `1h30m`.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let mut rest = text.trim_ascii();
    if rest.is_empty() {
        return Err(DurationError::Empty);
    }
    let mut total: u64 = 0;
    let mut longer_units = 0;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let (unit, after) = split_unit(after)?;
        if unit < longer_units {
            return Err(DurationError::Order);
        }
        longer_units = unit + 1;
        let part = number.checked_mul(UNITS[unit].1);
        total = part.and_then(|part| total.checked_add(part)).ok_or(DurationError::TooLong)?;
        rest = after;
    }
    Ok(Duration::from_millis(total))
}

fn split_number(text: &str) -> Result<(u64, &str), DurationError> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    if digits.is_empty() {
        return Err(DurationError::NoNumber);
    }
    let number = digits.parse().map_err(|_| DurationError::TooLong)?;
    Ok((number, rest))
}

/// The index of the unit at the start of `text`.
fn split_unit(text: &str) -> Result<(usize, &str), DurationError> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic());
    let (unit, rest) = text.split_at(end.unwrap_or(text.len()));
    if unit.is_empty() {
        return Err(DurationError::NoUnit);
    }
    let index = UNITS.iter().position(|(name, _)| *name == unit);
    index.map(|index| (index, rest)).ok_or(DurationError::UnknownUnit)
}

/// Shows a span of time in the way [`parse`] reads it: in one unit where that says it exactly, else from long to short.
///
/// Anything finer than a millisecond is cut off; [`parse`] never gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written(pub Duration);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0s");
        }
        // Weeks are read but not written, because the documentation has 28d and 84d.
        for (unit, length) in &UNITS[1..] {
            let count = rest / length;
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
            rest %= length;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_unit_is_read() {
        let millis = |text| parse(text).map(|duration| duration.as_millis());
        assert_eq!(millis("500ms"), Ok(500));
        assert_eq!(millis("10s"), Ok(10_000));
        assert_eq!(millis("15m"), Ok(900_000));
        assert_eq!(millis("2h"), Ok(7_200_000));
        assert_eq!(millis("30d"), Ok(2_592_000_000));
        assert_eq!(millis("4w"), Ok(2_419_200_000));
        assert_eq!(millis("1h30m"), Ok(5_400_000));
        assert_eq!(millis("0s"), Ok(0));
        assert_eq!(millis(" 5s "), Ok(5000));
    }

    #[test]
    fn what_is_no_duration_is_refused_with_the_reason() {
        assert_eq!(parse(""), Err(DurationError::Empty));
        assert_eq!(parse("600"), Err(DurationError::NoUnit));
        assert_eq!(parse("s"), Err(DurationError::NoNumber));
        assert_eq!(parse("-5s"), Err(DurationError::NoNumber));
        assert_eq!(parse("1.5h"), Err(DurationError::NoUnit));
        assert_eq!(parse("1 h"), Err(DurationError::NoUnit));
        assert_eq!(parse("5min"), Err(DurationError::UnknownUnit));
        assert_eq!(parse("5M"), Err(DurationError::UnknownUnit));
        assert_eq!(parse("30m1h"), Err(DurationError::Order));
        assert_eq!(parse("1s1s"), Err(DurationError::Order));
        assert_eq!(parse("99999999999999999999s"), Err(DurationError::TooLong));
        assert_eq!(parse("18446744073709551615w"), Err(DurationError::TooLong));
    }

    #[test]
    fn a_duration_is_written_in_the_fewest_units() {
        let written = |millis| Written(Duration::from_millis(millis)).to_string();
        assert_eq!(written(0), "0s");
        assert_eq!(written(1500), "1s500ms");
        assert_eq!(written(900_000), "15m");
        assert_eq!(written(5_400_000), "1h30m");
        assert_eq!(written(2_419_200_000), "28d");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(millis in any::<u64>()) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse(&Written(duration).to_string()), Ok(duration));
        }
    }
}
