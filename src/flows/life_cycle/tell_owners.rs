//! Mails to an application's owners about its life cycle, each in their language.

use std::time::Duration;

use super::super::mail::{Notice, NoticeLink};
use super::LifeCycle;
use super::messages::{Words, words};
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::one_time::KeepToken;
use crate::domain::ownership::Owner;
use crate::store::{KeepLink, StoreError, Transaction};

/// How long a mail that cannot be delivered is tried again. A warning is useless after the deactivation.
const WORTH_TRYING: Duration = Duration::from_hours(3 * 24);

/// How long it is tried at least, however short the spans are.
const SOON: Duration = Duration::from_hours(1);

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    /// It will be deactivated.
    Warned {
        /// When.
        deactivated_at: Timestamp,
    },
    /// It is deactivated.
    Deactivated {
        /// When it will be deleted.
        deleted_at: Timestamp,
    },
    /// It is deleted.
    Deleted {
        /// Until when it can be brought back.
        until: Timestamp,
    },
    /// It is active again, because it was used while it was deactivated.
    Revived,
}

impl LifeCycle {
    /// Writes a mail to each owner. Only the link of a warning acts without a sign-in, so each owner has one of their
    /// own.
    pub(super) async fn tell_owners(
        &self,
        tx: &mut Transaction,
        application: &Application,
        news: News,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for owner in tx.owners_of(application.id).await? {
            let language = Language::of(owner.locale.as_deref().unwrap_or_default());
            let Words { subject, paragraphs, label } = words(language, application, news);
            let url = match news {
                News::Warned { .. } => self.keep_link(tx, application, &owner, now).await?,
                _ => self.address_of(&format!("portal/applications/{}", application.client_id)),
            };
            let not_after = match news {
                News::Warned { deactivated_at } => deactivated_at.clamp(now.plus(SOON), now.plus(WORTH_TRYING)),
                _ => now.plus(WORTH_TRYING),
            };
            let notice = Notice {
                recipient: &owner.email,
                locale: language.tag(),
                heading: subject.clone(),
                subject,
                paragraphs,
                link: Some(NoticeLink { label, url }),
                not_after,
            };
            self.mail.queue_notice(tx, &notice).await?;
        }
        Ok(())
    }

    async fn keep_link(
        &self,
        tx: &mut Transaction,
        application: &Application,
        owner: &Owner,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let token = KeepToken::from_random(self.instruments.random());
        let link = KeepLink {
            application: application.id,
            client_id: application.client_id.clone(),
            user: owner.user,
            locale: owner.locale.clone().unwrap_or_default(),
            created_at: now,
        };
        tx.keep_link_insert(token.hash(), &link).await?;
        Ok(self.address_of(&format!("keep/{}", token.expose())))
    }

    fn address_of(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer.as_str().trim_end_matches('/'))
    }
}
