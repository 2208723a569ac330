//! Reading mail that was caught instead of being sent, with `serve --dev`.

pub use crate::adapters::mailer::Mail;

impl super::Mail {
    /// The caught mails, newest first; none if mail is sent, or if other machines can reach this server.
    pub fn caught_mails(&self) -> Option<Vec<Mail>> {
        let post = self.post.load();
        let caught = post.mailer.as_ref()?.caught()?;
        self.issuer.is_loopback().then(|| caught.mails())
    }
}
