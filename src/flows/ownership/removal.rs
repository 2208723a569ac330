//! The mail to an owner who was removed by another person.

use std::time::Duration;

use crate::config::Issuer;
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;
use crate::flows::mail::{Mail, Notice, quoted};
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
    let language = Language::of(locale);
    let (name, id, host) = (quoted(language, &application.settings.name), &application.client_id, issuer.host());
    let (subject, what, advice) = match language {
        Language::English => {
            let by = by.map_or_else(|| "An operator".to_owned(), ToString::to_string);
            (
                format!("You no longer look after {name}"),
                format!("{by} removed you from the owners of the application {name} (client id {id}) at {host}."),
                "If you do not know why, ask them, or the operator of this server.",
            )
        }
        Language::German => {
            let by = by.map_or_else(|| "Ein Betreiber".to_owned(), ToString::to_string);
            (
                format!("Sie verwalten {name} nicht mehr"),
                format!("{by} hat Sie als Verwalter der Anwendung {name} (Client-ID {id}) auf {host} entfernt."),
                "Wenn Sie nicht wissen, warum, fragen Sie dort nach oder beim Betreiber dieses Servers.",
            )
        }
    };
    let notice = Notice {
        recipient: &removed.email,
        locale,
        heading: subject.clone(),
        subject,
        paragraphs: vec![what, advice.to_owned()],
        link: None,
        not_after: at.plus(WORTH_TRYING),
    };
    mail.queue_notice(tx, &notice).await
}
