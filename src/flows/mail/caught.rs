//! Reading mail that was caught instead of being sent: while somebody tries things out, on their own machine.

pub use crate::adapters::mailer::Mail;

impl super::Mail {
    /// The caught mails, newest first; nothing where mail is really sent, or where others could ask for it.
    pub fn caught_mails(&self) -> Option<Vec<Mail>> {
        let caught = self.mailer.as_ref()?.caught()?;
        self.issuer.is_loopback().then(|| caught.mails())
    }
}
