//! `gatepost mail …`: whether mail arrives.

use clap::Subcommand;
use serde::Serialize;

use super::CommandError;
use super::output::{Format, Output};
use crate::adapters::entropy::random;
use crate::adapters::mailer::{HeaderText, Mail, Mailer as _, Sender};
use crate::app::{Outside, StartError, mail_server};
use crate::config::Config;
use crate::domain::user::EmailAddress;

const SUBJECT: &str = "A test from Gatepost";
const TEXT: &str = "This mail was sent to see whether mail arrives. It did.";

/// What can be done with mail.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Send one mail to an address, and say what the mail server said
    Test {
        /// The recipient
        #[arg(value_name = "ADDRESS")]
        address: EmailAddress,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Serialize)]
struct Sent {
    to: String,
    from: String,
    answer: String,
}

/// Runs a command. It sends at once, past the outbox, to show the mail server's own answer.
pub(super) async fn run(command: Command, config: &Config) -> Result<(), CommandError> {
    let Command::Test { address, format } = command;
    let missing = || CommandError::Usage("mail.url is not set, so there is no mail server to send with".to_owned());
    let mailer = mail_server(config).ok_or_else(missing)?;
    let sender = config.mail_sender();
    let from = Sender::new(sender.name.as_deref(), &sender.address).map_err(StartError::from)?;
    let outside = Outside::default();
    let name = u128::from_be_bytes(random(&*outside.entropy));
    let mail = Mail {
        to: address,
        subject: HeaderText::new(SUBJECT),
        text: format!("{TEXT}\n"),
        html: format!("<p>{TEXT}</p>\n"),
        message_id: format!("{name:032x}@{}", from.domain()),
        date: outside.clock.now(),
        reference: None,
        from,
    };
    let answer = mailer.send(&mail).await.map_err(|e| CommandError::Usage(format!("the mail was not sent: {e}")))?;
    let sent = Sent { to: mail.to.to_string(), from: mail.from.to_string(), answer };
    Output::result(format, &sent, || format!("sent to {} from {}: {}", sent.to, sent.from, sent.answer))?;
    Ok(())
}
