//! Redacting text of unknown origin: personal data and credentials are left out.

/// How many characters are shown beyond those known to be harmless.
const SHOWN: usize = 360;

/// Stands for what was left out.
const LEFT_OUT: char = '…';

/// The example address in this server's own messages.
const EXAMPLE: &str = "name@example.com";

/// How much of a text is known to be harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// None of it.
    Redacted,
    /// Everything before this character, and this one.
    UpTo(usize),
}

/// The text without values of queries, fragments, e-mail addresses and what looks like a credential, cut to a readable
/// length.
pub fn redact(text: &str) -> String {
    shown(text, Shown::Redacted)
}

/// The same for a text that begins harmlessly.
pub(super) fn shown(text: &str, harmless: Shown) -> String {
    let chars: Vec<char> = text.chars().collect();
    let harmless = match harmless {
        Shown::Redacted => 0,
        Shown::UpTo(at) => at.saturating_add(1).min(chars.len()),
    };
    let mut hidden = vec![false; chars.len()];
    hide_queries(&chars, &mut hidden);
    hide_words(&chars, &mut hidden);
    let mut written = String::new();
    let mut left_out = false;
    let mut room = harmless.saturating_add(SHOWN);
    for (at, c) in chars.iter().enumerate() {
        let hide = at >= harmless && hidden[at];
        if hide && left_out {
            continue;
        }
        left_out = hide || room == 0;
        written.push(if left_out { LEFT_OUT } else { *c });
        if room == 0 {
            break;
        }
        room -= 1;
    }
    written
}

/// What stands behind `=` in a query, and behind `#`.
fn hide_queries(chars: &[char], hidden: &mut [bool]) {
    let (mut query, mut value) = (false, false);
    for (c, hidden) in chars.iter().zip(hidden) {
        match c {
            ' ' | '\'' | '"' => (query, value) = (false, false),
            '#' => (query, value) = (true, true),
            '?' if !query => query = true,
            '&' if query => value = false,
            '=' if query && !value => value = true,
            _ => *hidden = value,
        }
    }
}

fn hide_words(chars: &[char], hidden: &mut [bool]) {
    let in_word = |c: &char| c.is_alphanumeric() || "-._~+%@!$*:".contains(*c);
    let mut start = 0;
    while start < chars.len() {
        let length = chars[start..].iter().take_while(|c| in_word(c)).count();
        let word: String = chars[start..start + length].iter().collect();
        if is_address(&word) || is_credential(&word) {
            hidden[start..start + length].fill(true);
        }
        start += length.max(1);
    }
}

fn is_address(word: &str) -> bool {
    (word.contains('@') || word.contains("%40")) && word != EXAMPLE
}

/// Long and random: capitals, small letters and digits mixed, or nothing but hexadecimal digits; or with the
/// prefix of this server's own credentials.
fn is_credential(word: &str) -> bool {
    let mixed = word.len() >= 20
        && word.bytes().any(|c| c.is_ascii_uppercase())
        && word.bytes().any(|c| c.is_ascii_lowercase())
        && word.bytes().any(|c| c.is_ascii_digit());
    let hexadecimal = word.len() >= 32 && word.bytes().all(|c| c.is_ascii_hexdigit());
    let ours =
        word.split_once('_').is_some_and(|(prefix, _)| matches!(prefix.len(), 3 | 4) && prefix.starts_with("gp"));
    mixed || hexadecimal || ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_sentences_stay_as_they_are() {
        for text in [
            "the scope 'usr' is not one this application may ask for; it may ask for: openid user",
            "the grant_type 'password' is not one of this server's: client_credentials, authorization_code",
            "the username is not an e-mail address such as name@example.com",
            "the redirect_uri 'http://localhost:3000/cb/4f9f1d9c-7a5e-4f38-9b7e-0a8f6c6f0b11' is not registered",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn people_and_credentials_are_left_out() {
        for (text, shown) in [
            ("the redirect_uri 'https://a/cb?user=anna&t=' is", "the redirect_uri 'https://a/cb?user=…&t=' is"),
            ("https://a/cb#access_token=abc", "https://a/cb#…"),
            ("https://a/cb?a=b=c&d", "https://a/cb?a=…&d"),
            ("https://user:word@a.example/cb", "https://…/cb"),
            ("https://a/u/anna%40mail.example", "https://a/u/…"),
            ("the scope 'anna@mail.example' is", "the scope '…' is"),
            ("scope gps_abcdefgh", "scope …"),
            ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx", "…"),
            ("0123456789abcdef0123456789abcdef", "…"),
        ] {
            assert_eq!(redact(text), shown);
        }
    }

    #[test]
    fn what_is_harmless_is_shown_whatever_it_is() {
        assert_eq!(shown("https://a/?x=12&y=3", Shown::UpTo(13)), "https://a/?x=1…&y=…");
        assert_eq!(shown("abc", Shown::UpTo(usize::MAX)), "abc");
    }

    #[test]
    fn nothing_is_longer_than_can_be_read() {
        assert_eq!(redact(&"ä".repeat(1000)).chars().count(), SHOWN + 1);
        assert_eq!(shown(&"ä".repeat(1000), Shown::UpTo(400)).chars().count(), 401 + SHOWN + 1);
    }
}
