//! The mails to owners, in each language.

use super::tell_owners::News;
use crate::domain::application::Application;
use crate::domain::language::Language;
use crate::flows::mail::{MailMessages, quoted};

/// The messages of one mail.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    /// The label of its button.
    pub(super) label: String,
}

/// The messages for this news in this language.
pub(super) fn words(language: Language, application: &Application, news: News) -> Words {
    let texts = &MailMessages::of(language).life_cycle;
    let (subject, paragraphs, date) = match news {
        News::Warned { deactivated_at } => (texts.warned, texts.warned_paragraphs.as_slice(), Some(deactivated_at)),
        News::Deactivated { deleted_at } => {
            (texts.deactivated, texts.deactivated_paragraphs.as_slice(), Some(deleted_at))
        }
        News::Deleted { until } => (texts.deleted, texts.deleted_paragraphs.as_slice(), Some(until)),
        News::Revived => (texts.revived, texts.revived_paragraphs.as_slice(), None),
    };
    let label = if matches!(news, News::Warned { .. }) { texts.keep } else { texts.open };
    let name = quoted(language, &application.settings.name);
    let date = date.map(|at| language.moment(at)).unwrap_or_default();
    let unused = unused(language, application);
    let id = application.client_id.as_str();
    let facts: &[(&str, &str)] = &[("name", &name), ("id", id), ("date", &date), ("unused", &unused)];
    Words {
        subject: subject.with(facts),
        paragraphs: paragraphs.iter().map(|sentence| sentence.with(facts)).collect(),
        label: label.with(facts),
    }
}

/// Since when it is not used.
fn unused(language: Language, application: &Application) -> String {
    let texts = &MailMessages::of(language).life_cycle;
    let (sentence, since) = match application.last_used_at {
        Some(used) => (texts.unused_since, used),
        None => (texts.unused_ever, application.created_at),
    };
    sentence.with(&[("date", &language.moment(since))])
}
