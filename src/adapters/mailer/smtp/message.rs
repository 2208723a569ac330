//! A [`Mail`] on the wire (RFC 5322, RFC 2046 §5.1.4).

use std::time::{Duration, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::adapters::mailer::{Mail, MailError};

/// RFC 3834 §5: no automatic answers; Exchange looks at the second header only.
const NO_AUTOMATIC_REPLIES: [(&str, &str); 2] =
    [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")];

/// Serialises a mail. The envelope has one recipient, whatever the headers say.
pub(super) fn compose(mail: &Mail) -> Result<Message, MailError> {
    let refused = |e: &dyn std::fmt::Display| MailError::Permanent(format!("the mail cannot be written: {e}"));
    let from = &mail.from;
    let recipient: Address = mail.to.as_str().parse().map_err(|e| refused(&e))?;
    let envelope = Envelope::new(Some(from.address.clone()), vec![recipient.clone()]).map_err(|e| refused(&e))?;
    let seconds = u64::try_from(mail.date.as_seconds()).unwrap_or(0);
    let mut builder = Message::builder()
        .envelope(envelope)
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .from(Mailbox::new(from.name.as_ref().map(|name| name.as_str().to_owned()), from.address.clone()))
        .to(Mailbox::new(None, recipient))
        .subject(mail.subject.as_str())
        .message_id(Some(format!("<{}>", mail.message_id)));
    for (name, value) in NO_AUTOMATIC_REPLIES {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    }
    builder.multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone())).map_err(|e| refused(&e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::mailer::{HeaderText, Sender};
    use crate::domain::ids::Timestamp;

    fn mail() -> Mail {
        Mail {
            from: Sender::new(Some("Anmeldung für alle"), "login@example.com").unwrap(),
            to: "john@example.org".parse().unwrap(),
            subject: HeaderText::new("Anmelden\r\nBcc: eve@example.net"),
            text: "Grüße\n.\nhttps://login.example.com/l/x\n".to_owned(),
            html: "<p>Grüße</p>".to_owned(),
            message_id: "0192@example.com".to_owned(),
            date: Timestamp::from_seconds(1_772_366_400),
            reference: None,
        }
    }

    #[test]
    fn headers_are_those_we_wrote_and_no_others() {
        let message = compose(&mail()).unwrap();
        let written = String::from_utf8(message.formatted()).unwrap();
        assert!(written.is_ascii(), "7-bit relays can carry it");
        let (head, _) = written.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let names: Vec<_> = unfolded.lines().map(|line| line.split_once(": ").unwrap().0).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        let expected = [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To",
            "X-Auto-Response-Suppress",
        ];
        assert_eq!(sorted, expected);
        assert!(unfolded.contains("Date: Sun, 01 Mar 2026 12:00:00 +0000"), "{head}");
        assert!(unfolded.contains("Message-ID: <0192@example.com>"), "{head}");
        let recipients: Vec<_> = message.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(recipients, ["john@example.org"]);
    }
}
