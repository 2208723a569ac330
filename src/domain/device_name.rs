//! The name of a browser, so that people recognise it.
//!
//! Mails show only names from here: the `User-Agent` is free text of the request's sender, and showing it would let an
//! attacker write into other people's mail.

use super::session::Device;

/// A browser and what it runs on, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceName {
    /// The browser.
    pub browser: Option<&'static str>,
    /// What it runs on.
    pub system: Option<&'static str>,
}

/// Marks in a `User-Agent` and the browser of each. Browsers carry the marks of others too, so the order matters: the
/// first match counts.
const BROWSERS: [(&str, &str); 13] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("PostmanRuntime/", "Postman"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

impl DeviceName {
    /// Reads a `User-Agent`.
    pub fn of(user_agent: &str) -> Self {
        let first = |table: &[(&str, &'static str)]| {
            table.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
        };
        Self { browser: first(&BROWSERS), system: first(&SYSTEMS) }
    }

    /// In one phrase; `on` is the word between the two, such as "on". Nothing if neither is known.
    pub fn phrase(self, on: &str) -> Option<String> {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => Some(format!("{browser} {on} {system}")),
            (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
            (None, None) => None,
        }
    }
}

impl Device {
    /// The browser, if it is known.
    pub fn browser(&self) -> Option<&'static str> {
        DeviceName::of(&self.user_agent).browser
    }

    /// The operating system, if it is known.
    pub fn system(&self) -> Option<&'static str> {
        DeviceName::of(&self.user_agent).system
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_recognised() {
        let phrase = |user_agent| DeviceName::of(user_agent).phrase("on").unwrap_or_default();
        for (user_agent, expected) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(phrase(user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn nothing_a_stranger_writes_is_repeated() {
        assert_eq!(DeviceName::of("Your account is closed, call http://evil.example").phrase("on"), None);
        assert_eq!(DeviceName::of("").phrase("on"), None);
    }
}
