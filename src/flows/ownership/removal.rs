//! The mail to an owner who was removed by another person.

use std::time::Duration;

use crate::config::Issuer;
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;
use crate::flows::mail::{Mail, MailMessages, Notice, quoted};
use crate::store::{StoreError, Transaction};

/// How long it is tried to be sent.
const WORTH_TRYING: Duration = Duration::from_hours(24 * 7);

/// A removal: of whom, and by whom; by an operator, if by no other owner.
pub(in crate::flows) struct Removal<'a> {
    pub(in crate::flows) application: &'a Application,
    pub(in crate::flows) removed: &'a Owner,
    pub(in crate::flows) by: Option<&'a EmailAddress>,
    pub(in crate::flows) at: Timestamp,
}

/// Tells a removed owner, in the transaction that removes them. An address that has no account is not written to: an owner
/// who names and removes others could send mail to any address.
pub(in crate::flows) async fn tell_removed(
    tx: &mut Transaction,
    mail: &Mail,
    issuer: &Issuer,
    removal: &Removal<'_>,
) -> Result<(), StoreError> {
    let Removal { application, removed, by, at } = removal;
    if removed.user.is_none() {
        return Ok(());
    }
    let locale = removed.locale.as_deref().unwrap_or_default();
    let messages = MailMessages::of_locale(locale);
    let (texts, name) = (&messages.ownership, quoted(messages.language, &application.settings.name));
    let by = by.map_or_else(|| texts.an_operator.to_owned(), ToString::to_string);
    let facts: &[(&str, &str)] =
        &[("name", &name), ("by", &by), ("id", application.client_id.as_str()), ("host", issuer.host())];
    let subject = texts.removed.with(facts);
    let notice = Notice {
        recipient: &removed.email,
        locale,
        heading: subject.clone(),
        subject,
        paragraphs: vec![texts.removed_text.with(facts), texts.removed_advice.to_owned()],
        link: None,
        not_after: at.plus(WORTH_TRYING),
    };
    mail.queue_notice(tx, &notice).await
}
