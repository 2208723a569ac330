//! Names of applications. People read them in sign-in mails and on our pages, so a name must be a name only: neither a
//! message nor an address, and not to be taken for another one.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

use super::check::SettingsError;
use crate::domain::visible_text::is_visible_text;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;

/// How many marks a letter has at most.
const MOST_MARKS: usize = 4;

/// Words with a dot in them that no mail program takes for a host.
const PLAIN_DOTS: [&str; 2] = ["asp.net", "vb.net"];

/// Endings that are no top-level domains: `Node.js` is a name.
const PLAIN_ENDINGS: [&str; 1] = ["js"];

/// Checks that a name has the right length, is to be seen, and holds no address.
pub(super) fn check(name: &str) -> Result<(), SettingsError> {
    if name.trim().chars().count() > LONGEST_NAME || !is_visible_text(name) || is_overgrown(name) {
        return Err(SettingsError::Name);
    }
    match name.split_whitespace().find(|word| is_address(word)) {
        Some(word) => Err(SettingsError::AddressInName(word.to_owned())),
        None => Ok(()),
    }
}

/// Whether more marks stand on one letter than any language puts there; they would cover what stands around them.
fn is_overgrown(name: &str) -> bool {
    let mut marks = 0;
    name.nfd().any(|c| {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        marks > MOST_MARKS
    })
}

/// Whether a mail program could make a link of a word.
fn is_address(word: &str) -> bool {
    // Full-width and other forms of the same characters are the same to people, and to some programs.
    let word = word.nfkc().collect::<String>().to_lowercase().replace('。', ".");
    let start = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    word.contains("://")
        || ["www.", "mailto:", "tel:"].iter().any(|known| start.starts_with(known))
        || word.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).any(is_host)
}

/// Whether a text has the form of a host name: labels, and a top-level domain of letters.
fn is_host(text: &str) -> bool {
    let text = text.trim_matches(['.', '-']);
    let labels: Vec<&str> = text.split('.').collect();
    let [.., label, top] = labels.as_slice() else { return false };
    let is_known = PLAIN_ENDINGS.contains(top) || PLAIN_DOTS.contains(&text);
    let is_top = top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
    !label.is_empty() && is_top && !is_known
}

/// What a name looks like (UTS 39 §4): two names that have a look in common can be taken for each other. There are two,
/// because capitals and small letters are confused with different characters.
pub fn looks(name: &str) -> [String; 2] {
    let together = |text: String| {
        let kept: String = text.chars().filter(|c| !(c.is_whitespace() || matches!(c, '-' | '_' | '.'))).collect();
        if kept.is_empty() { text } else { kept }
    };
    let name: String = name.trim().nfkc().collect();
    let seen: String = skeleton(&name).collect();
    [together(seen.to_lowercase()), together(skeleton(&name.to_lowercase()).collect())]
}

/// Whether two names can be taken for each other.
pub fn are_alike(one: &str, other: &str) -> bool {
    let others = looks(other);
    looks(one).iter().any(|look| others.contains(look))
}

/// A name as it can stand in a mail, even one that was stored before names were checked: cut short, and without an
/// address that could be followed.
pub fn harmless(name: &str) -> String {
    let words: Vec<String> =
        name.split_whitespace().map(|word| if is_address(word) { "…".to_owned() } else { word.to_owned() }).collect();
    words.join(" ").chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_only() {
        for good in ["Orders", "Node.js demo", "ASP.NET shop", "Shop 2.0", "v1.2", "Müller & Söhne", "A.B. Co.", "注文"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "https://evil.example",
            "Pay at evil.com",
            "evil.com/x",
            "Call www.evil",
            "mail x@evil.com now",
            "mailto:x",
            "ｅｖｉｌ．ｃｏｍ",
            "(evil.example)",
            "hxxp://x",
        ] {
            assert!(matches!(check(bad), Err(SettingsError::AddressInName(_))), "{bad}");
        }
        let overgrown = format!("Z{}", "\u{301}".repeat(5));
        for bad in ["", " ", "a\nb", "Orders\u{202e}", &overgrown] {
            assert_eq!(check(bad), Err(SettingsError::Name), "{bad:?}");
        }
        assert_eq!(check(&"a".repeat(LONGEST_NAME)), Ok(()));
        assert_eq!(check(&"a".repeat(LONGEST_NAME + 1)), Err(SettingsError::Name));
    }

    #[test]
    fn names_that_can_be_taken_for_each_other_are_alike() {
        for other in ["PayPal", "paypal", "PAYPAL", "Pay Pal", "PaypaI", "Рayраl", "pay-pal", "ＰａｙＰａｌ", "PаyPаl"]
        {
            assert!(are_alike("PayPal", other), "{other}");
        }
        assert!(are_alike("Billing", "BILLING") && are_alike("Billing", "BiIIing") && are_alike("Modern", "modem"));
        for other in ["PayPal 2", "Pal", "Orders"] {
            assert!(!are_alike("PayPal", other), "{other}");
        }
        assert!(!are_alike("Mail", "Mall") && !are_alike("-", "."));
    }

    #[test]
    fn in_a_mail_an_old_name_leads_nowhere() {
        assert_eq!(harmless("Shop\r\n\r\nPay at http://evil.example"), "Shop Pay at …");
        assert_eq!(harmless(&"a".repeat(100)).len(), LONGEST_NAME);
    }
}
