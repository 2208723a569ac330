//! What a sign-in mail says: whole sentences, ready for the template.

use std::time::Duration;

use serde::Serialize;

use super::super::messages::MailMessages;
use crate::adapters::mailer::one_line;
use crate::domain::application::harmless;
use crate::domain::device_name::DeviceName;
use crate::domain::ids::Timestamp;
use crate::domain::language::{Language, Text};
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
#[derive(Serialize)]
pub(super) struct SignInWords {
    pub(super) language: &'static str,
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) request: String,
    pub(super) open_link: Text,
    pub(super) or_type: Text,
    pub(super) code: Text,
    pub(super) lifetime: String,
    pub(super) origin: String,
    pub(super) facts: Vec<(Text, String)>,
    pub(super) not_you: Text,
    pub(super) full_link: Text,
}

impl SignInWords {
    pub(super) fn new(language: Language, facts: &Facts<'_>) -> Self {
        let messages = MailMessages::of(language);
        let texts = &messages.sign_in;
        let Facts { target, recipient, reference, lifetime, .. } = facts;
        let heading = texts.heading.with(&[("target", target)]);
        Self {
            language: language.tag(),
            subject: format!("{heading} ({reference})"),
            heading,
            request: texts.request.with(&[("target", target), ("recipient", recipient)]),
            open_link: texts.open_link,
            or_type: texts.or_type,
            code: texts.code,
            lifetime: texts.lifetime.with(&[("duration", &duration(messages, *lifetime))]),
            origin: texts.origin.with(&[("reference", reference)]),
            facts: origin(messages, facts),
            not_you: texts.not_you,
            full_link: texts.full_link,
        }
    }
}

/// The facts about the sender of the request, each with its label.
fn origin(messages: &MailMessages, facts: &Facts<'_>) -> Vec<(Text, String)> {
    let texts = &messages.sign_in;
    let name = DeviceName::of(&facts.device.user_agent).phrase(texts.device_on);
    let known = name.map(|phrase| (texts.device, phrase));
    let address = (texts.address, facts.device.address.clone());
    known.into_iter().chain([address, (texts.time, messages.language.moment(facts.at))]).collect()
}

fn duration(messages: &MailMessages, lifetime: Duration) -> String {
    let texts = &messages.sign_in;
    match lifetime.as_secs() {
        seconds if seconds < 60 => texts.seconds.of(messages.language, seconds),
        seconds => texts.minutes.of(messages.language, seconds / 60),
    }
}

/// An application's name as a name, in the quotation marks of this language: developers choose it, and it must not read
/// like a sentence of this server. One that is written from right to left is set apart from what stands around it.
pub(in crate::flows) fn quoted(language: Language, name: &str) -> String {
    let name = one_line(&harmless(name)).replace([FIRST_STRONG_ISOLATE, POP_ISOLATE], "");
    if name.chars().any(is_right_to_left) {
        language.quoted(&format!("{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}"))
    } else {
        language.quoted(&name)
    }
}

/// What stands between these two does not move what stands around it (UAX #9 §2.4).
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// The blocks of Hebrew, Arabic and the other scripts that are written from right to left.
const fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
