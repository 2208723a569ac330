//! What the mails about an account's upstreams say.

use super::Upstreams;
use crate::domain::upstream::UpstreamIdentity;
use crate::domain::user::User;
use crate::flows::mail::{WayInNews, WayInTexts, quoted};
use crate::store::{StoreError, Transaction};

impl Upstreams {
    pub(super) async fn tell(
        &self,
        tx: &mut Transaction,
        user: &User,
        identity: &UpstreamIdentity,
        news: WayInNews<'_>,
    ) -> Result<(), StoreError> {
        let label = self.label_of(&identity.upstream, &identity.issuer);
        let told = self.mail.tell_of_way_in(tx, user, news, |messages| {
            let texts = &messages.upstream;
            let (subject, text, advice) = match news {
                WayInNews::Opened(_) => (texts.linked, texts.linked_text, texts.linked_advice),
                WayInNews::Closed => (texts.unlinked, texts.unlinked_text, messages.passkey.removed_advice),
            };
            let there = identity.address.as_deref().unwrap_or(&identity.subject);
            let facts = vec![("name", quoted(messages.language, &label)), ("there", quoted(messages.language, there))];
            WayInTexts { subject, text, advice, facts }
        });
        told.await
    }
}
