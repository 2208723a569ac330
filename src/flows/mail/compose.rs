//! Composing mails, as text and as HTML, in the language of their recipient.

mod look;
mod own;
mod words;

use std::time::Duration;

use askama::Template;
use serde::Serialize;

use super::queue::{Letter, Notice, NoticeLink, SignInMail};
use crate::adapters::mailer::{HeaderText, one_line};
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
pub(super) use look::Look;
use own::written;
pub(in crate::flows) use own::{MAILS, check};
pub(in crate::flows) use words::quoted;
use words::{Facts, SignInWords};

#[derive(Template, Serialize)]
#[template(path = "mail/sign_in.txt")]
struct SignInText<'a> {
    words: &'a SignInWords,
    link: &'a str,
    code: &'a str,
}

#[derive(Template, Serialize)]
#[template(path = "mail/sign_in.html")]
struct SignInHtml<'a> {
    look: &'a Look,
    words: &'a SignInWords,
    link: &'a str,
    code: &'a str,
}

#[derive(Template, Serialize)]
#[template(path = "mail/notice.txt")]
struct NoticeText<'a> {
    heading: &'a str,
    paragraphs: &'a [String],
    link: Option<&'a NoticeLink>,
}

#[derive(Template, Serialize)]
#[template(path = "mail/notice.html")]
struct NoticeHtml<'a> {
    look: &'a Look,
    language: &'static str,
    heading: &'a str,
    paragraphs: &'a [String],
    link: Option<&'a NoticeLink>,
}

/// A mail, and the subject under which it is listed.
pub(super) struct Composed {
    /// As it is sent.
    pub(super) letter: Letter,
    /// Its subject without the code.
    pub(super) listed_as: String,
}

/// Composes a sign-in mail. A sign-in without an application is one to this server.
pub(super) fn sign_in(
    mail: &SignInMail<'_>,
    look: &Look,
    lifetime: Duration,
    now: Timestamp,
) -> Result<Composed, askama::Error> {
    let language = Language::of(mail.locale);
    let named = mail.application.map(|name| quoted(language, name));
    let target = HeaderText::new(named.as_deref().unwrap_or(&look.own_name));
    let facts = Facts {
        target: target.as_str(),
        recipient: mail.recipient.as_str(),
        reference: mail.reference,
        device: mail.device,
        at: now,
        lifetime,
    };
    let words = SignInWords::new(language, &facts);
    let code = mail.code.grouped();
    let letter = Letter {
        to: mail.recipient.as_str().to_owned(),
        text: written(look, MAILS[1], &SignInText { words: &words, link: mail.link, code: &code })?,
        html: written(look, MAILS[0], &SignInHtml { look, words: &words, link: mail.link, code: &code })?,
        subject: if look.code_in_subject { format!("{code} – {}", words.subject) } else { words.subject.clone() },
        reference: Some(mail.reference.to_owned()),
    };
    Ok(Composed { letter, listed_as: words.subject })
}

/// Composes a notice. Every sentence stays on its line, whatever names it contains.
pub(super) fn notice(notice: &Notice<'_>, look: &Look) -> Result<Letter, askama::Error> {
    let heading = one_line(&notice.heading);
    let paragraphs: Vec<String> = notice.paragraphs.iter().map(|text| one_line(text)).collect();
    let link = notice.link.as_ref();
    let language = Language::of(notice.locale).tag();
    Ok(Letter {
        to: notice.recipient.as_str().to_owned(),
        subject: HeaderText::new(&notice.subject).as_str().to_owned(),
        text: written(look, MAILS[3], &NoticeText { heading: &heading, paragraphs: &paragraphs, link })?,
        html: written(
            look,
            MAILS[2],
            &NoticeHtml { look, language, heading: &heading, paragraphs: &paragraphs, link },
        )?,
        reference: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SignInId;
    use crate::domain::one_time::ValueHash;
    use crate::domain::session::Device;
    use crate::domain::sign_in::LoginCode;

    const NOW: Timestamp = Timestamp::from_seconds(1_772_366_400);
    const LINK: &str = "https://login.example.com/l/gpl_0123456789012345678901234567890123456789012";

    fn letter(application: Option<&str>, locale: &str, user_agent: &str) -> Letter {
        let mail = SignInMail {
            sign_in: SignInId::from_bytes([1; 16]),
            link_hash: ValueHash::of("link"),
            recipient: &"john@example.com".parse().unwrap(),
            application,
            link: LINK,
            code: &LoginCode::from_random([0, 1, 2, 3, 4, 5, 6, 7]),
            reference: "K7QF",
            device: &Device::new("203.0.113.5", user_agent),
            locale,
            not_after: NOW.plus(Duration::from_hours(1)),
        };
        let look = Look::usual("login.example.com".to_owned());
        let composed = sign_in(&mail, &look, Duration::from_mins(15), NOW).unwrap();
        assert_eq!(composed.letter.subject, composed.listed_as);
        let with_code = Look { code_in_subject: true, ..look };
        let with_code = sign_in(&mail, &with_code, Duration::from_mins(15), NOW).unwrap();
        assert_eq!(with_code.letter.subject, format!("2345-6789 – {}", composed.listed_as));
        assert_eq!(with_code.listed_as, composed.listed_as);
        composed.letter
    }

    fn notice(notice: &Notice<'_>) -> Result<Letter, askama::Error> {
        super::notice(notice, &Look::usual("login.example.com".to_owned()))
    }

    #[test]
    fn the_text_says_all_there_is_to_say() {
        let expected = format!(
            "Sign in to “Shop”\n\n\
             You asked to sign in to “Shop” as john@example.com. Open this link to go on:\n\n{LINK}\n\n\
             Or type this code where you started:\n\nYour code: 2345-6789\n\n\
             Link and code work for 15 minutes, and only once.\n\n\
             This mail answers the request marked K7QF, which came from:\n\n\
             - Device: Firefox on Linux\n- Address: 203.0.113.5\n- Time: 1 March 2026, 12:00 UTC\n\n\
             If this was not you, ignore this mail. Without the link or the code no one can sign in, \
             so do not pass them on."
        );
        let letter = letter(Some("Shop"), "en-GB", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0");
        assert_eq!(letter.text.trim_end(), expected);
        assert_eq!(letter.subject, "Sign in to “Shop” (K7QF)");
    }

    #[test]
    fn it_speaks_german() {
        let letter = letter(Some("Lädchen"), "de-AT", "curl/8");
        assert_eq!(letter.subject, "Bei „Lädchen“ anmelden (K7QF)");
        for part in ["Sie möchten sich", LINK, "Ihr Code: 2345-6789", "15 Minuten", "1. März 2026, 12:00 Uhr (UTC)"] {
            assert!(letter.text.contains(part), "{part}\n{}", letter.text);
        }
        assert!(letter.html.contains("lang=\"de\"") && letter.html.contains("Lädchen"));
    }

    #[test]
    fn every_language_names_the_application_whole_however_it_is_written() {
        let long = "a_name_that_nobody_could_ever_want_to_break_into_lines_at_all"[..60].to_owned();
        for name in [long.as_str(), "Sklep", "חנות הספרים 2", "متجر الكتب (1)", "{target} {recipient}"]
        {
            for language in Language::ALL {
                let letter =
                    letter(Some(name), language.tag(), "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0");
                let name = quoted(language, name);
                assert!(letter.subject.contains(&name) && letter.subject.ends_with(" (K7QF)"), "{}", letter.subject);
                assert_eq!(letter.text.matches(&name).count(), 2, "{}", letter.text);
                assert!(letter.html.contains(&name.replace('"', "&#34;")), "{}", letter.html);
                assert!(letter.html.contains(&format!("lang=\"{}\"", language.tag())));
                let minutes = letter.text.lines().any(|line| line.contains(" 15 "));
                assert!(minutes && letter.text.contains("2026"), "{}", letter.text);
            }
        }
    }

    #[test]
    fn a_name_from_right_to_left_moves_nothing_around_it() {
        let name = quoted(Language::English, "חנות\u{2069}\u{202e}");
        assert_eq!(name, "“\u{2068}חנות\u{2069}”");
        assert_eq!(quoted(Language::English, "Shop\u{2068}"), "“Shop”");
    }

    #[test]
    fn a_long_sentence_of_a_notice_is_not_cut() {
        let sentence = "A sentence that says more than fits on a line. ".repeat(8).trim().to_owned();
        let letter = notice(&Notice {
            recipient: &"john@example.com".parse().unwrap(),
            locale: "pl",
            subject: sentence.clone(),
            heading: sentence.clone(),
            paragraphs: vec![sentence.clone()],
            link: None,
            not_after: NOW,
        })
        .unwrap();
        assert_eq!(letter.text.matches(&sentence).count(), 2);
        assert!(letter.html.contains("lang=\"pl\"") && letter.subject.len() == 200, "{}", letter.subject);
    }

    #[test]
    fn html_is_small_loads_nothing_and_escapes_what_others_wrote() {
        let html = letter(Some("<img src=x>&Co"), "en", "").html;
        assert!(html.len() < 30_000, "{}", html.len());
        assert!(html.contains(&format!("href=\"{LINK}\"")) && html.contains("2345-6789") && html.contains("K7QF"));
        for loaded in ["<img", "src=", "url(", "<link", "<script", "@import"] {
            let found = html.replace("&#60;img src=x&#62;", "");
            assert!(!found.contains(loaded), "{loaded}");
        }
    }

    #[test]
    fn a_strangers_words_are_not_repeated_and_a_name_stays_on_its_line() {
        let letter = letter(Some("Shop\r\n\r\nPay at http://evil.example"), "en", "Call 555 now");
        assert_eq!(letter.subject, "Sign in to “Shop Pay at …” (K7QF)");
        assert!(!letter.text.contains("555") && !letter.html.contains("555"));
        assert!(letter.text.starts_with("Sign in to “Shop Pay at …”\n\n"));
    }

    #[test]
    fn a_notice_says_its_sentences_and_where_to_go() {
        let link = NoticeLink { label: "Keep it".to_owned(), url: "https://login.example.com/keep/x".to_owned() };
        let letter = notice(&Notice {
            recipient: &"john@example.com".parse().unwrap(),
            locale: "en",
            subject: "Orders will be deactivated".to_owned(),
            heading: "Orders will be deactivated".to_owned(),
            paragraphs: vec!["It is <unused>.\r\nBcc: x".to_owned(), "Keep it?".to_owned()],
            link: Some(link),
            not_after: NOW,
        })
        .unwrap();
        let expected = "Orders will be deactivated\n\nIt is <unused>. Bcc: x\n\nKeep it?\n\nKeep it:\n\n\
                        https://login.example.com/keep/x";
        assert_eq!(letter.text.trim_end(), expected);
        assert!(letter.html.contains("It is &#60;unused&#62;. Bcc: x"), "{}", letter.html);
        assert!(letter.html.contains("href=\"https://login.example.com/keep/x\""));
    }

    #[test]
    fn without_an_application_it_names_this_server() {
        assert_eq!(letter(None, "", "").subject, "Sign in to login.example.com (K7QF)");
    }
}
