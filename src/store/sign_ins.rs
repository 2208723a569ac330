//! Sign-ins by e-mail and their links.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use crate::domain::ids::{AuthorizationId, SignInId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::session::Device;
use crate::domain::sign_in::{MOST_TRIES, Purpose, SignIn, SignInLink};

const TABLE: &str = "sign_ins";

impl Record for SignIn {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let id: String = row.column("id")?;
        let corrupt = |what: String| StoreError::corrupt(TABLE, &id, what);
        let email: String = row.column("email")?;
        let user: Option<String> = row.column("user_id")?;
        let browser: Option<Vec<u8>> = row.column("browser_hash")?;
        let hash =
            |bytes: &[u8]| ValueHash::from_bytes(bytes).ok_or_else(|| corrupt("a hash of odd length".to_owned()));
        Ok(Self {
            purpose: purpose(row, &id)?,
            browser: browser.as_deref().map(hash).transpose()?,
            user: user.map(|user| user.parse::<UserId>()).transpose().map_err(|e| corrupt(e.to_string()))?,
            email: email.parse().map_err(|e| corrupt(format!("email: {e}")))?,
            reference: row.column("reference")?,
            code_hash: hash(&row.column::<Vec<u8>>("code_hash")?)?,
            tries: row.column("tries")?,
            locale: row.column("locale")?,
            device: Device { address: row.column("address")?, user_agent: row.column("user_agent")? },
            trace_id: row.column("trace_id")?,
            created_at: Timestamp::from_micros(row.column("created_at")?),
            ends_at: Timestamp::from_micros(row.column("ends_at")?),
            redeemed_at: row.column::<Option<i64>>("redeemed_at")?.map(Timestamp::from_micros),
            ended_at: row.column::<Option<i64>>("ended_at")?.map(Timestamp::from_micros),
            id: id.parse().map_err(|e| StoreError::corrupt(TABLE, &id, e))?,
        })
    }
}

fn purpose(row: &Row, id: &str) -> Result<Purpose, StoreError> {
    let authorization: Option<String> = row.column("authorization_id")?;
    let page: Option<String> = row.column("return_to")?;
    match (authorization, page) {
        (Some(authorization), None) => {
            let authorization = authorization.parse::<AuthorizationId>();
            Ok(Purpose::Authorization(authorization.map_err(|e| StoreError::corrupt(TABLE, id, e))?))
        }
        (None, Some(page)) => Ok(Purpose::Page(page)),
        _ => Err(StoreError::corrupt(TABLE, id, "exactly one of authorization_id and return_to must be there")),
    }
}

impl Record for SignInLink {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let sign_in: String = row.column("sign_in_id")?;
        Ok(Self {
            accepted_at: row.column::<Option<i64>>("accepted_at")?.map(Timestamp::from_micros),
            fetches: row.column("fetches")?,
            sign_in: sign_in.parse().map_err(|e| StoreError::corrupt("sign_in_links", &sign_in, e))?,
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
        let (authorization, page) = match &sign_in.purpose {
            Purpose::Authorization(id) => (Some(id.to_string()), None),
            Purpose::Page(page) => (None, Some(page.clone())),
        };
        let statement = sql("insert into sign_ins (id, authorization_id, return_to, browser_hash, user_id, email, \
             email_key, reference, code_hash, tries, locale, address, user_agent, trace_id, created_at, ends_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)")
        .bind(sign_in.id.to_string())
        .bind(authorization)
        .bind(page)
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
        .bind(sign_in.ends_at.as_micros());
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
        let statement = sql("update sign_ins set user_id = $2 where id = $1");
        self.execute(statement.bind(id.to_string()).bind(user.to_string())).await?;
        Ok(())
    }

    /// Ends a sign-in without redeeming it. False if it was over already.
    pub async fn sign_in_end(&mut self, id: SignInId, now: Timestamp) -> Result<bool, StoreError> {
        let statement =
            sql("update sign_ins set ended_at = $2 where id = $1 and redeemed_at is null and ended_at is null");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }

    /// Ends the open sign-ins of an account.
    pub async fn sign_ins_end_of(&mut self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        let statement =
            sql("update sign_ins set ended_at = $2 where user_id = $1 and redeemed_at is null and ended_at is null");
        self.execute(statement.bind(user.to_string()).bind(now.as_micros())).await
    }
}
