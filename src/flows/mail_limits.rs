//! Limits on mail (docs/decisions/0013-who-may-ask-for-mail.md). Counted in the database, so that all nodes share one
//! count, and in the transaction that writes the mail.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tracing::error;

use super::browsers::Browsers;
use super::guess_limits::network_of;
use super::instruments::Instruments;
use super::requester::Requester;
use crate::config::RateLimits;
use crate::domain::ids::{ClientId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::user::EmailAddress;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Store, Transaction};

/// The sender of a request for mail.
pub(in crate::flows) enum MailSender {
    /// A browser or an unauthenticated application at this network address.
    Network(IpAddr),
    /// An application that has authenticated itself; all its users come from its own address.
    Application(ClientId),
    /// A browser in which the account was signed in before.
    KnownBrowser(ValueHash),
}

impl MailSender {
    /// The key of its counter.
    fn subject(&self) -> String {
        match self {
            Self::Network(address) => format!("from:{}", network_of(*address)),
            Self::Application(client_id) => format!("for:{client_id}"),
            Self::KnownBrowser(browser) => {
                let start = browser.as_bytes().iter().take(16);
                start.fold("known:".to_owned(), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                })
            }
        }
    }
}

/// The key of the counter of a mailbox. It is hashed: the address of a deleted account stays nowhere.
pub(in crate::flows) fn mailbox_subject(what: &str, email: &EmailAddress) -> String {
    format!("{what}:{}", ValueHash::of(&email.mailbox()).hex())
}

/// The counts that a mail uses up, in the order in which every transaction takes them: of two that meet in several, one
/// waits for the other at the first. All requests for mail meet in the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Pair,
    Mailbox,
    Sender,
    Total,
}

/// What tells the operator that an attacker makes the server send mail.
#[derive(Debug, Default)]
struct Alarm {
    withheld: AtomicU64,
    logged_at: AtomicI64,
}

impl Alarm {
    /// Counts a mail that is withheld, and says so in the log once a minute.
    fn raise(&self, per_minute: u32, now: Timestamp) {
        self.withheld.fetch_add(1, Ordering::Relaxed);
        let last = self.logged_at.load(Ordering::Relaxed);
        let due = now.as_micros() >= Timestamp::from_micros(last).plus(Duration::from_mins(1)).as_micros();
        let first = || self.logged_at.compare_exchange(last, now.as_micros(), Ordering::Relaxed, Ordering::Relaxed);
        if due && first().is_ok() {
            error!(
                per_minute,
                "more mail is asked for than rate_limits.mail_total_per_minute lets out; some is refused"
            );
        }
    }
}

/// Counts the mails that are asked for.
pub struct MailLimits {
    instruments: Instruments,
    store: Store,
    browsers: Arc<Browsers>,
    limits: ArcSwap<RateLimits>,
    alarm: Alarm,
}

impl MailLimits {
    /// Limits as configured.
    pub fn new(instruments: Instruments, store: Store, browsers: &Arc<Browsers>, limits: RateLimits) -> Self {
        Self {
            instruments,
            store,
            browsers: Arc::clone(browsers),
            limits: ArcSwap::from_pointee(limits),
            alarm: Alarm::default(),
        }
    }

    /// Other limits from now on; what was counted stays counted.
    pub fn set_limits(&self, limits: RateLimits) {
        self.limits.store(Arc::new(limits));
    }

    /// When another mail of the same sign-in can be asked for, for the waiting page.
    pub fn resend_gap(&self) -> Duration {
        self.limits.load().mail_per_address_gap
    }

    /// The sender for a mail to this account, in a browser.
    pub(in crate::flows) fn mail_sender(
        &self,
        browser: ValueHash,
        user: Option<UserId>,
        requester: &Requester,
    ) -> MailSender {
        match user {
            Some(user) if self.browsers.is_known_browser(browser, user, &requester.known_accounts) => {
                MailSender::KnownBrowser(browser)
            }
            _ => MailSender::Network(requester.address),
        }
    }

    /// Counts one more mail to this address.
    ///
    /// One sender cannot use up what an address may get from others, only all senders together can; and a browser in
    /// which the account was signed in before cannot be locked out by others.
    pub(in crate::flows) async fn take_mail_limits(
        &self,
        tx: &mut Transaction,
        email: &EmailAddress,
        sender: &MailSender,
    ) -> Result<(), Refusal> {
        self.take_limits_of_all(tx, &[(email, sender)]).await
    }

    /// The same for several mails of one transaction.
    pub(in crate::flows) async fn take_limits_of_all(
        &self,
        tx: &mut Transaction,
        mails: &[(&EmailAddress, &MailSender)],
    ) -> Result<(), Refusal> {
        let limits = self.limits.load_full();
        let mut counts: Vec<(Rank, String, &MailSender)> = Vec::new();
        for &(email, sender) in mails {
            let mailbox = mailbox_subject("mail", email);
            counts.push((Rank::Pair, format!("{mailbox} {}", sender.subject()), sender));
            if !matches!(sender, MailSender::KnownBrowser(_)) {
                counts.push((Rank::Mailbox, mailbox, sender));
                counts.push((Rank::Sender, sender.subject(), sender));
                counts.push((Rank::Total, String::new(), sender));
            }
        }
        counts.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        for (rank, subject, sender) in counts {
            match rank {
                Rank::Pair => {
                    let (burst, every) = (limits.mail_per_address_burst, limits.mail_per_address_every);
                    self.take_limit(tx, &subject, burst, every).await?;
                }
                Rank::Mailbox => {
                    let (burst, every) = (limits.mail_per_address_total_burst, limits.mail_per_address_total_every);
                    self.take_limit(tx, &subject, burst, every).await?;
                }
                Rank::Sender => self.take_sender_limit(tx, sender).await?,
                Rank::Total => self.take_total(tx).await?,
            }
        }
        Ok(())
    }

    /// Counts one more mail of the whole server, and raises the alarm where there are too many: mail servers refuse the
    /// mail of a server that was made to send too much. Last of all limits, because all requests for mail meet here.
    pub(in crate::flows) async fn take_total(&self, tx: &mut Transaction) -> Result<(), Refusal> {
        let per_minute = self.limits.load().mail_total_per_minute;
        let taken = self.take_limit(tx, "mail total", per_minute, Duration::from_mins(1) / per_minute).await;
        taken.inspect_err(|_| self.alarm.raise(per_minute, self.instruments.now()))
    }

    /// How many mails were withheld because the whole server had sent too many, since this process began.
    pub fn withheld(&self) -> u64 {
        self.alarm.withheld.load(Ordering::Relaxed)
    }

    /// Counts a request that is refused because there is no account, or accounts could be found by trying addresses
    /// out. Only the sender's limit is used, because the address may get an account later.
    pub(in crate::flows) async fn count_refused_mail(&self, sender: &MailSender) -> Result<(), Refusal> {
        let mut tx = self.store.begin().await?;
        self.take_sender_limit(&mut tx, sender).await?;
        Ok(tx.commit().await?)
    }

    async fn take_sender_limit(&self, tx: &mut Transaction, sender: &MailSender) -> Result<(), Refusal> {
        let limits = self.limits.load_full();
        let (burst, every) = match sender {
            MailSender::Application(_) => (limits.mail_per_application_burst, limits.mail_per_application_every),
            MailSender::Network(_) | MailSender::KnownBrowser(_) => {
                (limits.mail_per_ip_burst, limits.mail_per_ip_every)
            }
        };
        self.take_limit(tx, &format!("mail {}", sender.subject()), burst, every).await
    }

    /// Takes one of what `subject` may have, in the transaction of the mail.
    pub(in crate::flows) async fn take_limit(
        &self,
        tx: &mut Transaction,
        subject: &str,
        burst: u32,
        every: Duration,
    ) -> Result<(), Refusal> {
        if !self.limits.load().enabled {
            return Ok(());
        }
        match tx.rate_limit_take(subject, burst, every, self.instruments.now()).await? {
            None => Ok(()),
            Some(wait) => {
                let what = "too many mails were asked for; wait before the next one";
                Err(Refusal::new(ErrorCode::TooManyRequests, what).retry_after(wait))
            }
        }
    }
}
