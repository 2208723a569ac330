//! Text without invisible characters: a name with hidden characters, or with controls of the direction of writing,
//! could pass for another.

use std::ops::RangeInclusive;

/// Characters that are not drawn, or change how others are drawn: the `Default_Ignorable_Code_Point`s of Unicode, which
/// hold most controls of the direction of writing, and the rest of those controls.
const HIDDEN: [RangeInclusive<char>; 19] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
    // Not ignorable, but blank all the same: the empty Braille pattern and the object replacement characters.
    '\u{2800}'..='\u{2800}',
    '\u{fffc}'..='\u{fffd}',
];

fn is_hidden(c: char) -> bool {
    HIDDEN.iter().any(|range| range.contains(&c))
}

/// Whether a text holds a blank of any kind, or what cannot be seen: no identifier does.
pub fn holds_blank(text: &str) -> bool {
    text.chars().any(|c| c.is_whitespace() || c.is_control() || is_hidden(c))
}

/// Whether a text holds a blank other than the space, or what cannot be seen: where others name things with spaces.
pub fn holds_odd_blank(text: &str) -> bool {
    text.chars().any(|c| (c.is_whitespace() && c != ' ') || is_hidden(c))
}

/// Whether a text is on one line and has no invisible characters.
pub fn is_visible_text(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(|c| c.is_control() || is_hidden(c))
}

/// The text without invisible characters. Line breaks stay.
pub fn without_invisible(text: &str) -> String {
    let shown = |c: &char| *c == '\n' || !(c.is_control() || is_hidden(*c));
    text.trim().chars().filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_are_legible() {
        for name in ["Orders", "Österreich", "注文", "الطلبات", "הזמנות", "заказы", "Café №1 🚀", "a b"]
        {
            assert!(is_visible_text(name), "{name}");
        }
    }

    #[test]
    fn what_is_not_seen_or_turns_others_around_is_not() {
        let hidden = [
            "",
            " ",
            "\u{a0}",
            "a\nb",
            "a\u{202e}b",
            "\u{200b}",
            "a\u{200b}b",
            "\u{3164}",
            "a\u{ad}b",
            "\u{2800}",
            "a\u{e0041}",
            "a\u{2066}b",
            "a\u{feff}",
            "a\u{61c}",
            "a\u{2028}b",
            "a\u{0}",
        ];
        for name in hidden {
            assert!(!is_visible_text(name), "{name:?}");
        }
    }

    #[test]
    fn a_longer_text_keeps_its_lines_and_loses_what_is_hidden() {
        assert_eq!(without_invisible(" for the shop\u{202e}\r\nand \u{200b}more\u{0} "), "for the shop\nand more");
    }
}
