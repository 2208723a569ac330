//! Sign-ins by e-mail: a person proves an address once, by a link or by a code typed where they began.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;

use super::ids::{AuthorizationId, SignInId, Timestamp, UserId};
use super::one_time::ValueHash;
use super::session::Device;
use super::user::EmailAddress;
use crate::protocol::named::named;

/// How many wrong codes end a code, and with it a browser's sign-in.
pub const MOST_TRIES: i64 = 5;

/// The longest life of a sign-in, however slow the mail is.
pub const HARD_STOP: Duration = Duration::from_hours(1);

/// After this many plain fetches a link shows its page with the button instead of going on at once.
pub const MOST_FETCHES: i64 = 8;

/// Letters and digits that are not easily confused.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The code in the mail: eight characters in two groups, to be typed where the sign-in was started.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginCode(String);

impl fmt::Debug for LoginCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginCode(…)")
    }
}

impl LoginCode {
    /// The code made from 8 random bytes: 40 bits, of which five tries guess nothing.
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(characters(&random))
    }

    /// Parses a code as a person typed it: case, spaces and hyphens are ignored. None if it cannot be a code.
    pub fn from_input(text: &str) -> Option<Self> {
        let kept = text.chars().filter(|c| !c.is_whitespace() && !"-–—".contains(*c));
        let upper: String = kept.map(|c| c.to_ascii_uppercase()).take(9).collect();
        let fits = upper.len() == 8 && upper.bytes().all(|c| CODE_ALPHABET.contains(&c));
        fits.then_some(Self(upper))
    }

    /// The eight characters, to be hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The hash that is stored: an HMAC under a key of the server, because all 40-bit values are soon tried, and over
    /// the sign-in's id, so that equal codes have different hashes.
    pub fn hash_under(&self, key: &[u8; 32], sign_in: SignInId) -> ValueHash {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
        context.update(sign_in.as_bytes());
        context.update(self.0.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        ValueHash::from_raw(hash)
    }

    /// In two groups, as the mail shows it.
    pub fn grouped(&self) -> String {
        let (first, second) = self.0.split_at(4);
        format!("{first}-{second}")
    }
}

named! {
    /// What a link does when it is opened (passwordless request of an application).
    #[derive(Default)]
    pub enum LinkMode {
        /// Redirects at once if the application can recognise its own browser by `state` or PKCE, else after a button.
        #[default]
        Auto = "auto": "Automatic: at once if the application can tell its own browser, else after a button",
        /// Always redirects at once.
        Direct = "direct": "Direct: always at once",
        /// Always redirects after a button.
        Confirm = "confirm": "Confirm: always after a button",
    }
}

named! {
    /// How a passwordless request for an address without an account is answered.
    #[derive(Default)]
    pub enum UnknownAccount {
        /// With `access_denied` (401).
        #[default]
        Reject = "reject": "Reject: say that there is no such account",
        /// Like any other, after the same work.
        Conceal = "conceal": "Conceal: answer as if there was one",
    }
}

/// Four characters that both the mail and the waiting page show, so that a person sees that they belong together. Not a
/// secret.
pub fn reference(random: [u8; 4]) -> String {
    characters(&random)
}

fn characters(random: &[u8]) -> String {
    random.iter().map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 32)])).collect()
}

/// What happens after a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To answer an application's request.
    Authorization(AuthorizationId),
    /// To reach one of this server's own pages, by its path.
    Page(String),
}

/// A sign-in by e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The key of its row.
    pub id: SignInId,
    /// What happens after it.
    pub purpose: Purpose,
    /// The browser that began it; none for the passwordless JSON request.
    pub browser: Option<ValueHash>,
    /// The account, if the address had one.
    pub user: Option<UserId>,
    /// The address to prove.
    pub email: EmailAddress,
    /// The name of the account that the sign-in would make.
    pub name: Option<String>,
    /// The four characters that mail and waiting page both show.
    pub reference: String,
    /// HMAC of the code under the master key.
    pub code_hash: ValueHash,
    /// How many wrong codes were typed.
    pub tries: i64,
    /// The language of its mail, and of the pages behind its link.
    pub locale: String,
    /// The browser or server that began it.
    pub device: Device,
    /// The trace id of its log lines.
    pub trace_id: String,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ends at the latest ([`HARD_STOP`]).
    pub ends_at: Timestamp,
    /// When it was redeemed.
    pub redeemed_at: Option<Timestamp>,
    /// When it was ended without being redeemed.
    pub ended_at: Option<Timestamp>,
}

/// Why a sign-in can no longer be redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInOver {
    /// It was redeemed.
    Redeemed,
    /// Too many wrong codes.
    TooManyTries,
    /// It was stopped, or its account was disabled or deleted.
    Ended,
    /// Its time is over.
    Expired,
}

impl SignInOver {
    /// The reason in words, for the delivery trace.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Redeemed => "the sign-in was completed before",
            Self::TooManyTries => "too many wrong codes were typed",
            Self::Ended => "the sign-in was ended",
            Self::Expired => "the sign-in's time was over",
        }
    }
}

impl SignIn {
    /// Whether it can be redeemed; the write that redeems it decides for good.
    ///
    /// In a browser flow only the browser that began can enter the code, so too many wrong ones end the whole sign-in.
    /// An application enters codes for any of its visitors, so there they end only the code, and the link stays valid.
    pub fn check_open(&self, now: Timestamp) -> Result<(), SignInOver> {
        if self.redeemed_at.is_some() {
            return Err(SignInOver::Redeemed);
        }
        if self.browser.is_some() {
            self.check_tries()?;
        }
        if self.ended_at.is_some() {
            return Err(SignInOver::Ended);
        }
        if now >= self.ends_at { Err(SignInOver::Expired) } else { Ok(()) }
    }

    /// Whether its code may still be entered.
    pub fn check_code_open(&self, now: Timestamp) -> Result<(), SignInOver> {
        self.check_open(now)?;
        self.check_tries()
    }

    const fn check_tries(&self) -> Result<(), SignInOver> {
        if self.tries >= MOST_TRIES { Err(SignInOver::TooManyTries) } else { Ok(()) }
    }
}

/// A link of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLink {
    /// The sign-in.
    pub sign_in: SignInId,
    /// When the mail server accepted the mail; the lifetime of the link begins then.
    pub accepted_at: Option<Timestamp>,
    /// How often it was fetched.
    pub fetches: i64,
}

impl SignInLink {
    /// Whether it has expired. Before the mail was accepted the person cannot have the link, so only the sign-in's own
    /// end counts.
    pub fn is_expired(&self, ttl: Duration, now: Timestamp) -> bool {
        self.accepted_at.is_some_and(|accepted| now >= accepted.plus(ttl))
    }
}

named! {
    /// A step in the delivery trace of a sign-in, for the application's owner and the log.
    pub enum DeliveryEvent {
        /// A mail was written to the outbox.
        Queued = "queued",
        /// The mail server accepted it.
        Accepted = "accepted",
        /// The mail server refused it, temporarily or permanently.
        Undelivered = "undelivered",
        /// The link was fetched.
        Opened = "opened",
        /// A fetch that was answered without issuing a code: a scanner, a preview, or too many fetches.
        Previewed = "previewed",
        /// An authorization code was issued.
        CodeIssued = "code_issued",
        /// The code was redeemed at the token endpoint.
        Exchanged = "exchanged",
        /// A browser was signed in.
        SignedIn = "signed_in",
        /// Something was refused.
        Refused = "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = LoginCode::from_random([0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(code.grouped(), "2345-6789");
        for input in ["2345-6789", "23456789", " 2345 6789 ", "2345–6789"] {
            assert_eq!(LoginCode::from_input(input), Some(code.clone()), "{input}");
        }
        let letters = LoginCode::from_random([31; 8]);
        assert_eq!(LoginCode::from_input("zzzz-zzzz"), Some(letters));
    }

    #[test]
    fn the_same_code_is_stored_differently_for_every_sign_in_and_key() {
        let code = LoginCode::from_random([1; 8]);
        let (one, other) = (SignInId::from_bytes([1; 16]), SignInId::from_bytes([2; 16]));
        let stored = code.hash_under(&[7; 32], one);
        assert!(stored.is(&LoginCode::from_random([1; 8]).hash_under(&[7; 32], one)));
        assert!(!stored.is(&code.hash_under(&[7; 32], other)));
        assert!(!stored.is(&code.hash_under(&[8; 32], one)));
    }

    #[test]
    fn what_cannot_be_a_code_is_told_at_once() {
        for input in ["", "1234567", "123456789", "2345-678O", "2345-678é", "🙂🙂"] {
            assert_eq!(LoginCode::from_input(input), None, "{input}");
        }
    }

    fn sign_in(browser: Option<ValueHash>, tries: i64) -> SignIn {
        let at = Timestamp::from_seconds;
        SignIn {
            id: SignInId::from_bytes([1; 16]),
            purpose: Purpose::Page("/account".to_owned()),
            browser,
            user: None,
            email: "john@example.com".parse().unwrap(),
            name: None,
            reference: "ABCD".to_owned(),
            code_hash: ValueHash::of("code"),
            tries,
            locale: "en".to_owned(),
            device: Device::default(),
            trace_id: String::new(),
            created_at: at(1000),
            ends_at: at(4600),
            redeemed_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn wrong_codes_end_a_browsers_sign_in_and_elsewhere_the_code_alone() {
        let (here, now) = (Some(ValueHash::of("browser")), Timestamp::from_seconds(2000));
        for browser in [here, None] {
            let one_left = sign_in(browser, MOST_TRIES - 1);
            assert_eq!((one_left.check_open(now), one_left.check_code_open(now)), (Ok(()), Ok(())));
            assert_eq!(sign_in(browser, MOST_TRIES).check_code_open(now), Err(SignInOver::TooManyTries));
        }
        assert_eq!(sign_in(here, MOST_TRIES).check_open(now), Err(SignInOver::TooManyTries));
        assert_eq!(sign_in(None, MOST_TRIES).check_open(now), Ok(()));
    }

    #[test]
    fn what_is_over_is_over_for_link_and_code() {
        let (now, late) = (Timestamp::from_seconds(2000), Timestamp::from_seconds(4600));
        let open = sign_in(None, 0);
        let redeemed = SignIn { redeemed_at: Some(now), ..open.clone() };
        let ended = SignIn { ended_at: Some(now), ..open.clone() };
        let cases =
            [(redeemed, now, SignInOver::Redeemed), (ended, now, SignInOver::Ended), (open, late, SignInOver::Expired)];
        for (sign_in, at, over) in cases {
            assert_eq!((sign_in.check_open(at), sign_in.check_code_open(at)), (Err(over), Err(over)));
        }
    }

    #[test]
    fn a_links_time_counts_from_when_its_mail_was_accepted() {
        let ttl = Duration::from_secs(900);
        let at = Timestamp::from_seconds;
        let link = |accepted_at| SignInLink { sign_in: SignInId::from_bytes([1; 16]), accepted_at, fetches: 0 };
        assert!(!link(None).is_expired(ttl, at(100_000)));
        assert!(!link(Some(at(1000))).is_expired(ttl, at(1899)));
        assert!(link(Some(at(1000))).is_expired(ttl, at(1900)));
    }
}
