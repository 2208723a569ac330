//! Requests of devices (RFC 8628): entered in one browser, answered once, redeemed once.

use super::StoreError;
use super::authorizations::resource_list;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::expired::expired;
use super::row::TableRow;
use crate::domain::device_grant::{DeviceAnswer, DeviceApproval, DeviceGrant};
use crate::domain::ids::{ApplicationId, DeviceGrantId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::session::Device;
use crate::protocol::scope::Scope;

impl Record for DeviceGrant {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "device_grants", "id")?;
        let (created_at, expires_at) = (row.moment("created_at")?, row.moment("expires_at")?);
        Ok(Self {
            id: row.parsed("id")?,
            application: row.parsed("application_id")?,
            user_code_hash: row
                .hash_if_any("user_code_hash")?
                .ok_or_else(|| row.corrupt("user_code_hash is missing"))?,
            scope: row.parsed("scope")?,
            resources: row.list("resources")?,
            asked_from: Device { address: row.plain("address")?, user_agent: row.plain("user_agent")? },
            network: row.plain("network")?,
            created_at,
            // It ended with the tokens of its application.
            expires_at: match row.moment_if_any("tokens_not_before")? {
                Some(moment) if created_at <= moment => expires_at.min(moment),
                _ => expires_at,
            },
            browser: row.hash_if_any("browser_hash")?,
            answer: answer(&row)?,
        })
    }
}

/// The only place where columns become a [`DeviceAnswer`].
fn answer(row: &TableRow<'_>) -> Result<DeviceAnswer, StoreError> {
    let denied = row.moment_if_any("denied_at")?.is_some();
    let allowed = row.moment_if_any("allowed_at")?.is_some();
    let redeemed = row.moment_if_any("redeemed_at")?.is_some();
    let who = (row.parsed_if_any("user_id")?, row.moment_if_any("auth_time")?, row.parsed_if_any("amr")?);
    match (denied, allowed, redeemed, who) {
        (false, false, false, (None, None, None)) => Ok(DeviceAnswer::Awaited),
        (true, false, false, (None, None, None)) => Ok(DeviceAnswer::Denied),
        (false, true, false, (Some(user), Some(auth_time), Some(amr))) => {
            Ok(DeviceAnswer::Allowed(DeviceApproval { user, auth_time, amr }))
        }
        (false, true, true, (Some(_), Some(_), Some(_))) => Ok(DeviceAnswer::Redeemed),
        _ => Err(row.corrupt("denied_at, allowed_at, user_id, auth_time, amr and redeemed_at contradict each other")),
    }
}

struct Open {
    expires_at: Timestamp,
}

impl Record for Open {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { expires_at: Timestamp::from_micros(row.column("expires_at")?) })
    }
}

/// The columns that make a [`DeviceGrant`], with the moment at which all tokens of its application were ended.
macro_rules! grant_where {
    ($condition:literal) => {
        concat!(
            "select device_grants.*, (select tokens_not_before from applications where id = application_id) \
             as tokens_not_before from device_grants where ",
            $condition
        )
    };
}

/// A condition: it was not answered, and its time is not over at `$1`.
macro_rules! open {
    ($statement:literal) => {
        concat!($statement, " and denied_at is null and allowed_at is null and expires_at > $1")
    };
}

fn once(changed: u64) -> bool {
    changed == 1
}

impl Store {
    /// The request of a device code, whatever became of it. This is all that a poll costs.
    pub async fn device_grant(&self, device_code: ValueHash) -> Result<Option<DeviceGrant>, StoreError> {
        let statement = sql(grant_where!("device_code_hash = $1"));
        self.fetch_optional(statement.bind(device_code.as_bytes().to_vec())).await
    }

    /// A request by its id.
    pub async fn device_grant_by_id(&self, id: DeviceGrantId) -> Result<Option<DeviceGrant>, StoreError> {
        self.fetch_optional(sql(grant_where!("id = $1")).bind(id.to_string())).await
    }

    /// Deletes requests that expired before; returns how many.
    pub async fn device_grants_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = expired!("device_grants", "id");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// When the open requests of an application from a network expire, soonest first. Until this transaction ends, no
    /// other one adds to them.
    pub async fn device_grants_open(
        &mut self,
        application: ApplicationId,
        network: &str,
        now: Timestamp,
    ) -> Result<Vec<Timestamp>, StoreError> {
        // The row is only held: a count of rows that are not there yet cannot be locked by itself.
        let hold = sql("insert into tries (subject, taken, until) values ($1, 0, $2) \
             on conflict (subject) do update set until = $2")
        .bind(format!("devices:{application} {network}"))
        .bind(now.as_micros());
        self.execute(hold).await?;
        let statement = sql(open!("select expires_at from device_grants where application_id = $2 and network = $3"));
        let statement = statement.bind(now.as_micros()).bind(application.to_string()).bind(network);
        let mut open: Vec<_> = self.fetch_all::<Open>(statement).await?.into_iter().map(|one| one.expires_at).collect();
        open.sort_unstable();
        Ok(open)
    }

    /// Adds a request. False if another one has the same user code.
    pub async fn device_grant_insert(
        &mut self,
        grant: &DeviceGrant,
        device_code: ValueHash,
    ) -> Result<bool, StoreError> {
        let statement = sql("insert into device_grants (id, device_code_hash, user_code_hash, application_id, scope, \
             resources, address, user_agent, network, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (user_code_hash) do nothing")
        .bind(grant.id.to_string())
        .bind(device_code.as_bytes().to_vec())
        .bind(grant.user_code_hash.as_bytes().to_vec())
        .bind(grant.application.to_string())
        .bind(grant.scope.to_string())
        .bind(resource_list(&grant.resources))
        .bind(grant.asked_from.address.as_str())
        .bind(grant.asked_from.user_agent.as_str())
        .bind(grant.network.as_str())
        .bind(grant.created_at.as_micros())
        .bind(grant.expires_at.as_micros());
        Ok(once(self.execute(statement).await?))
    }

    /// An open request by its user code.
    pub async fn device_grant_by_user_code(
        &mut self,
        user_code: ValueHash,
        now: Timestamp,
    ) -> Result<Option<DeviceGrant>, StoreError> {
        let statement =
            sql(grant_where!("user_code_hash = $2 and denied_at is null and allowed_at is null and expires_at > $1"));
        self.fetch_optional(statement.bind(now.as_micros()).bind(user_code.as_bytes().to_vec())).await
    }

    /// Gives an open request to the browser in which its user code was entered. False if another browser has it.
    pub async fn device_grant_open(
        &mut self,
        id: DeviceGrantId,
        browser: ValueHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql(open!(
            "update device_grants set browser_hash = $3 \
             where id = $2 and (browser_hash is null or browser_hash = $3)"
        ));
        let statement = statement.bind(now.as_micros()).bind(id.to_string()).bind(browser.as_bytes().to_vec());
        Ok(once(self.execute(statement).await?))
    }

    /// The person said yes to this scope. True for exactly one answer, and only before the request expires.
    pub async fn device_grant_allow(
        &mut self,
        id: DeviceGrantId,
        scope: &Scope,
        approval: &DeviceApproval,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql(open!(
            "update device_grants set allowed_at = $1, user_id = $3, auth_time = $4, amr = $5, scope = $6 \
             where id = $2"
        ))
        .bind(now.as_micros())
        .bind(id.to_string())
        .bind(approval.user.to_string())
        .bind(approval.auth_time.as_micros())
        .bind(approval.amr.name())
        .bind(scope.to_string());
        Ok(once(self.execute(statement).await?))
    }

    /// The person said no. True for exactly one answer, and only before the request expires.
    pub async fn device_grant_deny(&mut self, id: DeviceGrantId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql(open!("update device_grants set denied_at = $1 where id = $2"));
        Ok(once(self.execute(statement.bind(now.as_micros()).bind(id.to_string())).await?))
    }

    /// Redeems a device code. True exactly once, only after the person said yes, and only before the request expires.
    pub async fn device_grant_redeem(&mut self, device_code: ValueHash, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update device_grants set redeemed_at = $2 \
             where device_code_hash = $1 and allowed_at is not null and redeemed_at is null and expires_at > $2");
        let statement = statement.bind(device_code.as_bytes().to_vec()).bind(now.as_micros());
        Ok(once(self.execute(statement).await?))
    }

    /// Ends what a person has allowed and no device has redeemed yet: to one application, or to all.
    pub async fn device_grants_end(
        &mut self,
        user: UserId,
        application: Option<ApplicationId>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = sql("update device_grants set expires_at = $3 \
             where user_id = $1 and ($2 is null or application_id = $2) and redeemed_at is null and expires_at > $3")
        .bind(user.to_string())
        .bind(application.map(|id| id.to_string()))
        .bind(now.as_micros());
        self.execute(statement).await
    }
}
