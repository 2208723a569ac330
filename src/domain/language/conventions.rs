//! How each language writes names, dates and times.

use super::{Language, Sentence};
use crate::domain::ids::Timestamp;

/// What a language does in its own way.
struct Conventions {
    /// Its name in itself.
    own_name: &'static str,
    /// The months, in the form that follows a day.
    months: [&'static str; 12],
    /// A date, of `{day}`, `{month}` and `{year}`.
    date: Sentence,
    /// A moment, of `{date}` and `{time}`. It is told in UTC, since a server does not know where its reader is.
    moment: Sentence,
    /// What stands around a name.
    quotes: [&'static str; 2],
}

impl Language {
    /// Its name in itself, for people who look for it.
    pub const fn own_name(self) -> &'static str {
        self.conventions().own_name
    }

    /// A date, UTC.
    pub fn date(self, at: Timestamp) -> String {
        let Ok(moment) = time::OffsetDateTime::from_unix_timestamp(at.as_seconds()) else { return at.date() };
        let Conventions { months, date, .. } = self.conventions();
        let month = months[usize::from(u8::from(moment.month()) - 1)];
        date.with(&[("day", &moment.day().to_string()), ("month", month), ("year", &moment.year().to_string())])
    }

    /// A moment to the minute, with its zone.
    pub fn moment(self, at: Timestamp) -> String {
        let date = self.date(at);
        match at.to_string().get(11..16) {
            Some(time) => self.conventions().moment.with(&[("date", &date), ("time", time)]),
            None => date,
        }
    }

    /// A name in its quotation marks.
    pub fn quoted(self, name: &str) -> String {
        let [open, close] = self.conventions().quotes;
        format!("{open}{name}{close}")
    }

    const fn conventions(self) -> &'static Conventions {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
            Self::Italian => &ITALIAN,
            Self::Dutch => &DUTCH,
            Self::Polish => &POLISH,
            Self::Portuguese => &PORTUGUESE,
        }
    }
}

const DAY_MONTH_YEAR: Sentence = Sentence("{day} {month} {year}");
const DAY_OF_MONTH_OF_YEAR: Sentence = Sentence("{day} de {month} de {year}");
const TIME_AFTER_COMMA: Sentence = Sentence("{date}, {time} UTC");

#[rustfmt::skip]
const ENGLISH: Conventions = Conventions {
    own_name: "English",
    months: [
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ],
    date: DAY_MONTH_YEAR,
    moment: TIME_AFTER_COMMA,
    quotes: ["“", "”"],
};

#[rustfmt::skip]
const GERMAN: Conventions = Conventions {
    own_name: "Deutsch",
    months: [
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ],
    date: Sentence("{day}. {month} {year}"),
    moment: Sentence("{date}, {time} Uhr (UTC)"),
    quotes: ["„", "“"],
};

#[rustfmt::skip]
const FRENCH: Conventions = Conventions {
    own_name: "Français",
    months: [
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ],
    date: DAY_MONTH_YEAR,
    moment: Sentence("{date} à {time} UTC"),
    quotes: ["«\u{a0}", "\u{a0}»"],
};

#[rustfmt::skip]
const SPANISH: Conventions = Conventions {
    own_name: "Español",
    months: [
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ],
    date: DAY_OF_MONTH_OF_YEAR,
    moment: TIME_AFTER_COMMA,
    quotes: ["«", "»"],
};

#[rustfmt::skip]
const ITALIAN: Conventions = Conventions {
    own_name: "Italiano",
    months: [
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
        "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
    ],
    date: DAY_MONTH_YEAR,
    moment: TIME_AFTER_COMMA,
    quotes: ["«", "»"],
};

#[rustfmt::skip]
const DUTCH: Conventions = Conventions {
    own_name: "Nederlands",
    months: [
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ],
    date: DAY_MONTH_YEAR,
    moment: Sentence("{date} om {time} UTC"),
    quotes: ["‘", "’"],
};

#[rustfmt::skip]
const POLISH: Conventions = Conventions {
    own_name: "Polski",
    months: [
        "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
        "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
    ],
    date: DAY_MONTH_YEAR,
    moment: TIME_AFTER_COMMA,
    quotes: ["„", "”"],
};

#[rustfmt::skip]
const PORTUGUESE: Conventions = Conventions {
    own_name: "Português",
    months: [
        "janeiro", "fevereiro", "março", "abril", "maio", "junho",
        "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
    ],
    date: DAY_OF_MONTH_OF_YEAR,
    moment: TIME_AFTER_COMMA,
    quotes: ["“", "”"],
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// 1 March 2026, 12:00 UTC.
    const MARCH: Timestamp = Timestamp::from_seconds(1_772_366_400);

    /// As the long dates of CLDR 48 are written.
    #[test]
    fn a_moment_is_written_as_the_language_does() {
        for (language, expected) in [
            (Language::English, "1 March 2026, 12:00 UTC"),
            (Language::German, "1. März 2026, 12:00 Uhr (UTC)"),
            (Language::French, "1 mars 2026 à 12:00 UTC"),
            (Language::Spanish, "1 de marzo de 2026, 12:00 UTC"),
            (Language::Italian, "1 marzo 2026, 12:00 UTC"),
            (Language::Dutch, "1 maart 2026 om 12:00 UTC"),
            (Language::Polish, "1 marca 2026, 12:00 UTC"),
            (Language::Portuguese, "1 de março de 2026, 12:00 UTC"),
        ] {
            assert_eq!(language.moment(MARCH), expected);
        }
    }

    #[test]
    fn no_language_has_a_month_twice_or_shares_its_own_name() {
        let names: HashSet<_> = Language::ALL.map(Language::own_name).into();
        assert_eq!(names.len(), Language::ALL.len());
        for language in Language::ALL {
            let months: HashSet<_> = language.conventions().months.into();
            assert_eq!(months.len(), 12, "{language:?}");
        }
    }

    #[test]
    fn a_name_stands_in_the_quotation_marks_of_its_language() {
        assert_eq!(Language::French.quoted("Shop"), "«\u{a0}Shop\u{a0}»");
        assert_eq!(Language::German.quoted("Shop"), "„Shop“");
    }
}
