//! Colours, and whether text of one can be read on another (WCAG 2.2 §1.4.3).

use std::fmt;
use std::str::FromStr;

/// The least contrast of text to what it stands on (level AA).
pub const READABLE: f64 = 4.5;

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

/// A text that is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a colour as #rrggbb")]
pub struct NoColor;

impl Color {
    /// The colour of these parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// How much of white's light it has (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = [self.red, self.green, self.blue].map(linear);
        0.0722f64.mul_add(blue, 0.2126f64.mul_add(red, 0.7152 * green))
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Whether text of this colour can be read on that one.
    pub fn is_readable_on(self, ground: Self) -> bool {
        self.contrast(ground) >= READABLE
    }

    /// The nearest colour of the same tone that can be read on this ground: darker on a light one, lighter on a dark one.
    #[must_use]
    pub fn made_readable_on(self, ground: Self) -> Self {
        let end = if ground.luminance() > 0.18 { Self::new(0, 0, 0) } else { Self::new(255, 255, 255) };
        (0..=100).map(|step| self.mixed(end, step)).find(|color| color.is_readable_on(ground)).unwrap_or(end)
    }

    /// So many hundredths of the way to another.
    fn mixed(self, other: Self, hundredths: u16) -> Self {
        let part = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (100 - hundredths) + u16::from(to) * hundredths) / 100;
            u8::try_from(mixed).unwrap_or(to)
        };
        Self::new(part(self.red, other.red), part(self.green, other.green), part(self.blue, other.blue))
    }
}

impl FromStr for Color {
    type Err = NoColor;

    fn from_str(text: &str) -> Result<Self, NoColor> {
        let digits = text.trim_ascii().strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(NoColor)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoColor);
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| NoColor);
        Ok(Self::new(part(0)?, part(2)?, part(4)?))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_that_of_the_guideline() {
        let (black, white) = (color("#000000"), color("#ffffff"));
        assert!((black.contrast(white) - 21.0).abs() < 0.01);
        assert!((white.contrast(white) - 1.0).abs() < 0.01);
        // The usual example of a grey that just holds on white, and the next one that does not.
        assert!(color("#767676").is_readable_on(white) && !color("#777777").is_readable_on(white));
    }

    #[test]
    fn the_nearest_readable_colour_keeps_what_holds() {
        let (light, dark) = (color("#f4f3ee"), color("#181e1b"));
        for text in ["#17614a", "#ff8800", "#ffff00", "#0000ff", "#ffffff", "#000000", "#7f7f7f"] {
            for ground in [light, dark] {
                let readable = color(text).made_readable_on(ground);
                assert!(readable.is_readable_on(ground), "{text} on {ground} is {readable}");
            }
        }
        assert_eq!(color("#17614a").made_readable_on(light), color("#17614a"));
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(color("#1A5fd0").to_string(), "#1a5fd0");
        for wrong in ["", "#fff", "1a5fd0", "#1a5fdg", "#1a5fd0a", "red", "#+1+1+1", "#äää"] {
            assert_eq!(wrong.parse::<Color>(), Err(NoColor), "{wrong}");
        }
    }
}
