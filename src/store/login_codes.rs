//! Finding the sign-ins whose login code may be typed into an application without a browser.

use super::StoreError;
use super::engine::{Store, sql};
use crate::domain::ids::{ApplicationId, Timestamp};
use crate::domain::sign_in::SignIn;
use crate::domain::user::EmailAddress;

impl Store {
    /// The open sign-ins of an address that this application began through the passwordless request, newest
    /// first. A code that was mailed for a browser belongs to that browser and is not among them.
    pub async fn login_codes_open(
        &self,
        application: ApplicationId,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Vec<SignIn>, StoreError> {
        let statement = sql("select sign_ins.* from sign_ins \
             join authorizations on authorizations.id = sign_ins.authorization_id \
             where authorizations.application_id = $1 and authorizations.source = 'api' \
             and sign_ins.email_key = $2 and sign_ins.ends_at > $3 \
             and sign_ins.redeemed_at is null and sign_ins.ended_at is null \
             order by sign_ins.created_at desc, sign_ins.id desc")
        .bind(application.to_string())
        .bind(email.key())
        .bind(now.as_micros());
        self.fetch_all(statement).await
    }

    /// The newest of them that has ended, to report why its code is refused.
    pub async fn login_code_over(
        &self,
        application: ApplicationId,
        email: &EmailAddress,
    ) -> Result<Option<SignIn>, StoreError> {
        let statement = sql("select sign_ins.* from sign_ins \
             join authorizations on authorizations.id = sign_ins.authorization_id \
             where authorizations.application_id = $1 and authorizations.source = 'api' \
             and sign_ins.email_key = $2 order by sign_ins.created_at desc, sign_ins.id desc limit 1")
        .bind(application.to_string())
        .bind(email.key());
        self.fetch_optional(statement).await
    }
}
