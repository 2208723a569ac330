//! What the mails about a person's passkeys say.

use super::Passkeys;
use crate::domain::passkey::PasskeyName;
use crate::domain::user::User;
use crate::flows::mail::{WayInNews, WayInTexts, quoted};
use crate::store::{StoreError, Transaction};

impl Passkeys {
    pub(super) async fn tell(
        &self,
        tx: &mut Transaction,
        user: &User,
        name: &PasskeyName,
        news: WayInNews<'_>,
    ) -> Result<(), StoreError> {
        let told = self.mail.tell_of_way_in(tx, user, news, |messages| {
            let texts = &messages.passkey;
            let (subject, text, advice) = match news {
                WayInNews::Opened(_) => (texts.added, texts.added_text, texts.added_advice),
                WayInNews::Closed => (texts.removed, texts.removed_text, texts.removed_advice),
            };
            let facts = vec![("name", quoted(messages.language, name.as_str()))];
            WayInTexts { subject, text, advice, facts }
        });
        told.await
    }
}
