//! The messages of mails in each language: whole sentences, ready for the template.

use std::time::Duration;

use crate::domain::application::harmless;
use crate::domain::device_name::DeviceName;
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::session::Device;

/// The facts in a sign-in mail.
pub(super) struct Facts<'a> {
    /// The application or server that the person signs in to.
    pub(super) target: &'a str,
    /// The recipient.
    pub(super) recipient: &'a str,
    /// The four characters that mail and waiting page both show.
    pub(super) reference: &'a str,
    /// The device that requested it.
    pub(super) device: &'a Device,
    /// When it was asked for.
    pub(super) at: Timestamp,
    /// How long link and code live.
    pub(super) lifetime: Duration,
}

/// The sentences of a sign-in mail.
pub(super) struct SignInMessages {
    pub(super) language: &'static str,
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) request: String,
    pub(super) open_link: &'static str,
    pub(super) or_type: &'static str,
    pub(super) code: &'static str,
    pub(super) lifetime: String,
    pub(super) origin: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) not_you: &'static str,
    pub(super) full_link: &'static str,
}

impl SignInMessages {
    pub(super) fn new(language: Language, facts: &Facts<'_>) -> Self {
        match language {
            Language::English => english(facts),
            Language::German => german(facts),
        }
    }
}

fn english(facts: &Facts<'_>) -> SignInMessages {
    let Facts { target, recipient, reference, device, at, lifetime } = facts;
    let heading = format!("Sign in to {target}");
    let life = match Life::of(*lifetime) {
        Life::Minutes(1) => "1 minute".to_owned(),
        Life::Minutes(n) => format!("{n} minutes"),
        Life::Seconds(n) => format!("{n} seconds"),
    };
    SignInMessages {
        language: Language::English.tag(),
        subject: format!("{heading} ({reference})"),
        heading,
        request: format!("You asked to sign in to {target} as {recipient}."),
        open_link: "Open this link to go on:",
        or_type: "Or type this code where you started:",
        code: "Your code",
        lifetime: format!("Link and code work for {life}, and only once."),
        origin: format!("This mail answers the request marked {reference}, which came from:"),
        facts: rows(["Device", "Address", "Time"], DeviceName::of(&device.user_agent).phrase("on"), device, time(*at)),
        not_you: "If this was not you, ignore this mail. Without the link or the code no one can sign in, \
                  so do not pass them on.",
        full_link: "If the button does not work, open this link:",
    }
}

fn german(facts: &Facts<'_>) -> SignInMessages {
    let Facts { target, recipient, reference, device, at, lifetime } = facts;
    let heading = format!("Bei {target} anmelden");
    let life = match Life::of(*lifetime) {
        Life::Minutes(1) => "1 Minute".to_owned(),
        Life::Minutes(n) => format!("{n} Minuten"),
        Life::Seconds(n) => format!("{n} Sekunden"),
    };
    SignInMessages {
        language: Language::German.tag(),
        subject: format!("{heading} ({reference})"),
        heading,
        request: format!("Sie möchten sich bei {target} als {recipient} anmelden."),
        open_link: "Öffnen Sie dazu diesen Link:",
        or_type: "Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:",
        code: "Ihr Code",
        lifetime: format!("Link und Code gelten {life} lang und nur einmal."),
        origin: format!("Diese E-Mail gehört zur Anfrage mit dem Kennzeichen {reference}. Sie kam von:"),
        facts: rows(["Gerät", "Adresse", "Zeit"], DeviceName::of(&device.user_agent).phrase("auf"), device, zeit(*at)),
        not_you: "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ohne Link oder Code kann sich niemand \
                  anmelden; geben Sie beides nicht weiter.",
        full_link: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:",
    }
}

/// The facts about the sender of the request, each with its label.
fn rows(
    names: [&'static str; 3],
    device_name: Option<String>,
    device: &Device,
    time: String,
) -> Vec<(&'static str, String)> {
    let [name_of_device, name_of_address, name_of_time] = names;
    let known = device_name.map(|phrase| (name_of_device, phrase));
    known.into_iter().chain([(name_of_address, device.address.clone()), (name_of_time, time)]).collect()
}

enum Life {
    Minutes(u64),
    Seconds(u64),
}

impl Life {
    fn of(duration: Duration) -> Self {
        match duration.as_secs() {
            seconds if seconds < 60 => Self::Seconds(seconds),
            seconds => Self::Minutes(seconds / 60),
        }
    }
}

/// An application's name as a name, in the quotation marks of this language: developers choose it, and it must not read
/// like a sentence of this server.
pub(in crate::flows) fn quoted(language: Language, name: &str) -> String {
    let name = harmless(name);
    match language {
        Language::English => format!("“{name}”"),
        Language::German => format!("„{name}“"),
    }
}

/// A moment, to the minute, in this language.
pub(in crate::flows) fn moment(language: Language, at: Timestamp) -> String {
    match language {
        Language::English => time(at),
        Language::German => zeit(at),
    }
}

/// `1 March 2026, 12:00 UTC`.
fn time(at: Timestamp) -> String {
    written(Language::English, at, |year, month, day| format!("{day} {month} {year}"), "UTC")
}

/// `1. März 2026, 12:00 Uhr (UTC)`.
fn zeit(at: Timestamp) -> String {
    written(Language::German, at, |year, month, day| format!("{day}. {month} {year}"), "Uhr (UTC)")
}

fn written(language: Language, at: Timestamp, date: impl Fn(i32, &str, u8) -> String, zone: &str) -> String {
    let Ok(moment) = time::OffsetDateTime::from_unix_timestamp(at.as_seconds()) else { return at.to_string() };
    let month = language.months()[usize::from(u8::from(moment.month()) - 1)];
    format!("{}, {:02}:{:02} {zone}", date(moment.year(), month, moment.day()), moment.hour(), moment.minute())
}
