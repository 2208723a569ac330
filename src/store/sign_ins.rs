//! Sign-ins by e-mail and their links.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, AuthorizationId, SignInId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::session::Device;
use crate::domain::sign_in::{MOST_TRIES, Purpose, SignIn, SignInLink};

impl Record for SignIn {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "sign_ins", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            purpose: purpose(&row)?,
            browser: row.hash_if_any("browser_hash")?,
            user: row.parsed_if_any("user_id")?,
            email: row.parsed("email")?,
            name: row.plain("name")?,
            reference: row.plain("reference")?,
            code_hash: row.hash_if_any("code_hash")?.ok_or_else(|| row.corrupt("code_hash is missing"))?,
            tries: row.plain("tries")?,
            locale: row.plain("locale")?,
            device: Device { address: row.plain("address")?, user_agent: row.plain("user_agent")? },
            trace_id: row.plain("trace_id")?,
            created_at: row.moment("created_at")?,
            ends_at: row.moment("ends_at")?,
            redeemed_at: row.moment_if_any("redeemed_at")?,
            ended_at: row.moment_if_any("ended_at")?,
        })
    }
}

/// What happens after a sign-in.
pub(super) fn purpose(row: &TableRow<'_>) -> Result<Purpose, StoreError> {
    match (row.parsed_if_any("authorization_id")?, row.plain("return_to")?) {
        (Some(authorization), None) => Ok(Purpose::Authorization(authorization)),
        (None, Some(page)) => Ok(Purpose::Page(page)),
        _ => Err(row.corrupt("exactly one of authorization_id and return_to must be there")),
    }
}

/// The two columns that say what happens after a sign-in.
pub(super) fn bind_purpose(statement: Statement, purpose: &Purpose) -> Statement {
    match purpose {
        Purpose::Authorization(id) => statement.bind(Some(id.to_string())).bind(None::<String>),
        Purpose::Page(page) => statement.bind(None::<String>).bind(Some(page.clone())),
    }
}

impl Record for SignInLink {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "sign_in_links", "sign_in_id")?;
        Ok(Self {
            accepted_at: row.moment_if_any("accepted_at")?,
            fetches: row.plain("fetches")?,
            sign_in: row.parsed("sign_in_id")?,
        })
    }
}

fn by_id(id: SignInId) -> Statement {
    sql("select * from sign_ins where id = $1").bind(id.to_string())
}

fn of_authorization(id: AuthorizationId) -> Statement {
    let statement = sql("select * from sign_ins where authorization_id = $1 and redeemed_at is not null \
         order by redeemed_at desc, id desc limit 1");
    statement.bind(id.to_string())
}

impl Store {
    /// The sign-in that was made for a request, if there was one.
    pub async fn sign_in_of_authorization(&self, id: AuthorizationId) -> Result<Option<SignIn>, StoreError> {
        self.fetch_optional(of_authorization(id)).await
    }

    /// The sign-ins of an account that are not forgotten yet, newest first.
    pub async fn sign_ins_of(&self, user: UserId) -> Result<Vec<SignIn>, StoreError> {
        let statement = sql("select * from sign_ins where user_id = $1 order by created_at desc, id desc");
        self.fetch_all(statement.bind(user.to_string())).await
    }

    /// The sign-in of this id.
    pub async fn sign_in(&self, id: SignInId) -> Result<Option<SignIn>, StoreError> {
        self.fetch_optional(by_id(id)).await
    }

    /// The link of this token.
    pub async fn sign_in_link(&self, token: ValueHash) -> Result<Option<SignInLink>, StoreError> {
        self.fetch_optional(
            sql("select sign_in_id, accepted_at, fetches from sign_in_links where token_hash = $1")
                .bind(token.as_bytes().to_vec()),
        )
        .await
    }

    /// The links of a sign-in: one for each of its mails.
    pub async fn sign_in_links(&self, sign_in: SignInId) -> Result<Vec<SignInLink>, StoreError> {
        let statement = sql("select sign_in_id, accepted_at, fetches from sign_in_links where sign_in_id = $1");
        self.fetch_all(statement.bind(sign_in.to_string())).await
    }

    /// Takes one of the tries for a code, if one is left. It is taken before the code is compared, so that
    /// many at once cannot try more often than is allowed.
    pub async fn sign_in_try(&self, id: SignInId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update sign_ins set tries = tries + 1 where id = $1 and tries < $2 \
             and redeemed_at is null and ended_at is null and ends_at > $3")
        .bind(id.to_string())
        .bind(MOST_TRIES)
        .bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// Counts a fetch of a link.
    pub async fn sign_in_link_fetched(&self, token: ValueHash) -> Result<(), StoreError> {
        let statement = sql("update sign_in_links set fetches = fetches + 1 where token_hash = $1");
        self.execute(statement.bind(token.as_bytes().to_vec())).await?;
        Ok(())
    }
}

impl Transaction {
    /// Adds a sign-in.
    pub async fn sign_in_insert(&mut self, sign_in: &SignIn) -> Result<(), StoreError> {
        let statement = sql("insert into sign_ins (id, authorization_id, return_to, browser_hash, user_id, email, \
             email_key, reference, code_hash, tries, locale, address, user_agent, trace_id, created_at, ends_at, name) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)")
        .bind(sign_in.id.to_string());
        let statement = bind_purpose(statement, &sign_in.purpose)
            .bind(sign_in.browser.map(|hash| hash.as_bytes().to_vec()))
            .bind(sign_in.user.map(|user| user.to_string()))
            .bind(sign_in.email.as_str())
            .bind(sign_in.email.key())
            .bind(sign_in.reference.as_str())
            .bind(sign_in.code_hash.as_bytes().to_vec())
            .bind(sign_in.tries)
            .bind(sign_in.locale.as_str())
            .bind(sign_in.device.address.as_str())
            .bind(sign_in.device.user_agent.as_str())
            .bind(sign_in.trace_id.as_str())
            .bind(sign_in.created_at.as_micros())
            .bind(sign_in.ends_at.as_micros())
            .bind(sign_in.name.clone());
        self.execute(statement).await?;
        Ok(())
    }

    /// Adds a link to a sign-in.
    pub async fn sign_in_link_insert(
        &mut self,
        token: ValueHash,
        sign_in: SignInId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            sql("insert into sign_in_links (token_hash, sign_in_id, created_at, fetches) values ($1, $2, $3, 0)");
        let statement = statement.bind(token.as_bytes().to_vec()).bind(sign_in.to_string()).bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Redeems a sign-in. True exactly once, however many try at the same time: every other link and code of the
    /// sign-in becomes void.
    pub async fn sign_in_redeem(&mut self, id: SignInId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update sign_ins set redeemed_at = $2 \
             where id = $1 and redeemed_at is null and ended_at is null and ends_at > $2")
        .bind(id.to_string())
        .bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// The sign-in that was made for a request, as this transaction sees it.
    pub async fn sign_in_of_authorization(&mut self, id: AuthorizationId) -> Result<Option<SignIn>, StoreError> {
        self.fetch_optional(of_authorization(id)).await
    }

    /// Sets the account of a sign-in whose account was created by it.
    pub async fn sign_in_belongs_to(&mut self, id: SignInId, user: UserId) -> Result<(), StoreError> {
        let statement = sql("update sign_ins set user_id = $2, name = null where id = $1");
        self.execute(statement.bind(id.to_string()).bind(user.to_string())).await?;
        Ok(())
    }

    /// Ends a sign-in without redeeming it. False if it was over already.
    pub async fn sign_in_end(&mut self, id: SignInId, now: Timestamp) -> Result<bool, StoreError> {
        let statement =
            sql("update sign_ins set ended_at = $2 where id = $1 and redeemed_at is null and ended_at is null");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }

    /// Locks a sign-in until this transaction ends. False if it is over.
    pub async fn sign_in_hold(&mut self, id: SignInId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update sign_ins set ended_at = null \
             where id = $1 and redeemed_at is null and ended_at is null and ends_at > $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }

    /// Ends the open sign-ins of an account for requests of one application.
    pub async fn sign_ins_end_for(
        &mut self,
        user: UserId,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = sql("update sign_ins set ended_at = $3 \
             where user_id = $1 and redeemed_at is null and ended_at is null \
             and authorization_id in (select id from authorizations where application_id = $2)")
        .bind(user.to_string())
        .bind(application.to_string())
        .bind(now.as_micros());
        self.execute(statement).await
    }

    /// Ends the open sign-ins of an account.
    pub async fn sign_ins_end_of(&mut self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        let statement =
            sql("update sign_ins set ended_at = $2 where user_id = $1 and redeemed_at is null and ended_at is null");
        self.execute(statement.bind(user.to_string()).bind(now.as_micros())).await
    }
}
