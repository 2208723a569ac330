//! Groups, and who is in them.
//!
//! A deleted group has no members from then on, whatever rows there are: they go some at a time, and its own last.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::in_list::{chunks, in_list};
use super::row::TableRow;
use crate::domain::application::Application;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::group::{Group, GroupName};
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::user::User;

impl Record for Group {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "user_groups", "name")?;
        Ok(Self {
            name: row.parsed("name")?,
            visible_to_developers: row.plain("visible_to_developers")?,
            require: row.parsed_if_any("require")?.unwrap_or_default(),
            declared: row.plain("declared")?,
            created_at: row.moment("created_at")?,
            members: row.plain("members")?,
        })
    }
}

impl Record for GroupName {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        TableRow::of(row, "group_members", "group_name")?.parsed("group_name")
    }
}

struct Count(i64);

impl Record for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("number").map(Self)
    }
}

/// Groups that are there, with the condition that follows.
macro_rules! groups {
    ($which:literal) => {
        sql(concat!(
            "select user_groups.*, (select count(*) from group_members where group_name = name) as members \
             from user_groups where deleted_at is null ",
            $which
        ))
    };
}

fn by_name(name: &GroupName) -> Statement {
    groups!("and name = $1").bind(name.as_str())
}

fn of_user(user: UserId) -> Statement {
    sql("select group_name from group_members join user_groups on name = group_name \
         where user_id = $1 and deleted_at is null")
    .bind(user.to_string())
}

fn for_developers() -> Statement {
    sql("select name as group_name from user_groups where visible_to_developers = $1 and deleted_at is null").bind(true)
}

/// A group of the account that asks for a passkey, if there is one.
fn with_passkey(user: UserId) -> Statement {
    sql("select group_name from group_members join user_groups on name = group_name \
         where user_id = $1 and require = $2 and deleted_at is null limit 1")
    .bind(user.to_string())
    .bind(RequiredSignIn::Passkey.name())
}

const fn required_by(group: Option<&GroupName>) -> RequiredSignIn {
    if group.is_some() { RequiredSignIn::Passkey } else { RequiredSignIn::Any }
}

/// The order is that of the names' bytes, which is not every database's.
fn in_order(mut names: Vec<GroupName>) -> Vec<GroupName> {
    names.sort_unstable();
    names
}

impl Store {
    /// How the groups of an account have it sign in.
    pub async fn groups_require(&self, user: UserId) -> Result<RequiredSignIn, StoreError> {
        Ok(required_by(self.fetch_optional(with_passkey(user)).await?.as_ref()))
    }

    /// All groups, by name.
    pub async fn groups(&self) -> Result<Vec<Group>, StoreError> {
        let mut groups: Vec<Group> = self.fetch_all(groups!("")).await?;
        groups.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }

    /// The group of this name.
    pub async fn group(&self, name: &GroupName) -> Result<Option<Group>, StoreError> {
        self.fetch_optional(by_name(name)).await
    }

    /// Deletes the rows of groups that were deleted.
    pub async fn deleted_groups_forget(&self) -> Result<(), StoreError> {
        let members = sql("delete from group_members where (group_name, user_id) in \
             (select group_name, user_id from user_groups join group_members on group_name = name \
             where deleted_at is not null limit $1)");
        self.execute_in_batches(members).await?;
        let groups = sql("delete from user_groups where name in (select name from user_groups \
             where deleted_at is not null and not exists (select 1 from group_members where group_name = name) \
             limit $1)");
        self.execute_in_batches(groups).await.map(|_| ())
    }

    /// The groups that an account is in, by name.
    pub async fn groups_of(&self, user: UserId) -> Result<Vec<GroupName>, StoreError> {
        Ok(in_order(self.fetch_all(of_user(user)).await?))
    }

    /// The groups that developers may know of, by name.
    pub async fn groups_for_developers(&self) -> Result<Vec<GroupName>, StoreError> {
        Ok(in_order(self.fetch_all(for_developers()).await?))
    }

    /// Whether one of these groups has a member who can sign in.
    pub async fn is_anybody_in(&self, groups: &[GroupName]) -> Result<bool, StoreError> {
        let names: Vec<String> = groups.iter().map(ToString::to_string).collect();
        let statement = sql(concat!(
            "select count(*) as number from group_members join users on users.id = group_members.user_id \
             join user_groups on user_groups.name = group_name where user_groups.deleted_at is null \
             and users.disabled_at is null and users.deleted_at is null and group_name in ",
            in_list!()
        ));
        for statement in chunks(&statement, &names) {
            let found: Option<Count> = self.fetch_optional(statement).await?;
            if found.is_some_and(|count| count.0 > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Members of a group in the order of their ids, those that come after `after`.
    pub async fn group_members_page(
        &self,
        name: &GroupName,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let statement = sql("select users.* from users join group_members on group_members.user_id = users.id \
             join user_groups on user_groups.name = group_name \
             where group_name = $1 and user_groups.deleted_at is null and users.id > $2 order by users.id limit $3");
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.fetch_all(statement.bind(name.as_str()).bind(after).bind(limit)).await
    }
}

impl Transaction {
    /// The group of this name, as this transaction sees it.
    pub async fn group(&mut self, name: &GroupName) -> Result<Option<Group>, StoreError> {
        self.fetch_optional(by_name(name)).await
    }

    /// The groups that an account is in, as this transaction sees them.
    pub async fn groups_of(&mut self, user: UserId) -> Result<Vec<GroupName>, StoreError> {
        Ok(in_order(self.fetch_all(of_user(user)).await?))
    }

    /// The groups that developers may know of, as this transaction sees them.
    pub async fn groups_for_developers(&mut self) -> Result<Vec<GroupName>, StoreError> {
        Ok(in_order(self.fetch_all(for_developers()).await?))
    }

    /// The applications that name this group among their allowed ones, deleted ones that may come back included.
    pub async fn applications_allowing(&mut self, group: &GroupName) -> Result<Vec<Application>, StoreError> {
        let statement = sql("select * from applications where purged_at is null and allowed_groups is not null \
             and allowed_groups <> '[]' order by client_id");
        let mut found: Vec<Application> = self.fetch_all(statement).await?;
        found.retain(|application| application.settings.allowed_groups.contains(group));
        Ok(found)
    }

    /// How the groups of an account have it sign in, as this transaction sees it.
    pub async fn groups_require(&mut self, user: UserId) -> Result<RequiredSignIn, StoreError> {
        Ok(required_by(self.fetch_optional(with_passkey(user)).await?.as_ref()))
    }

    /// How many groups there are.
    pub async fn group_count(&mut self) -> Result<usize, StoreError> {
        let found: Option<Count> =
            self.fetch_optional(sql("select count(*) as number from user_groups where deleted_at is null")).await?;
        Ok(found.map_or(0, |count| usize::try_from(count.0).unwrap_or(usize::MAX)))
    }

    /// Adds a group without members. [`StoreError::Conflict`] if the name is taken.
    pub async fn group_insert(&mut self, group: &Group) -> Result<(), StoreError> {
        // Of one of this name there may be something left, if the process that deleted it ended meanwhile.
        for left in [
            "delete from group_members where group_name = $1 \
             and exists (select 1 from user_groups where name = $1 and deleted_at is not null)",
            "delete from user_groups where name = $1 and deleted_at is not null",
        ] {
            self.execute(sql(left).bind(group.name.as_str())).await?;
        }
        let statement = sql("insert into user_groups (name, visible_to_developers, declared, created_at, require) \
             values ($1, $2, $3, $4, $5) on conflict do nothing")
        .bind(group.name.as_str())
        .bind(group.visible_to_developers)
        .bind(group.declared)
        .bind(group.created_at.as_micros())
        .bind(group.require.name());
        if self.execute(statement).await? == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Writes down what can change of a group.
    pub async fn group_update(&mut self, group: &Group) -> Result<(), StoreError> {
        let statement =
            sql("update user_groups set visible_to_developers = $2, declared = $3, require = $4 where name = $1")
                .bind(group.name.as_str())
                .bind(group.visible_to_developers)
                .bind(group.declared)
                .bind(group.require.name());
        self.execute(statement).await?;
        Ok(())
    }

    /// Deletes a group; it has no members any more. The rows go later.
    pub async fn group_delete(&mut self, name: &GroupName, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update user_groups set deleted_at = $2 where name = $1");
        self.execute(statement.bind(name.as_str()).bind(now.as_micros())).await?;
        Ok(())
    }

    /// Adds an account to a group. False if it was in it.
    pub async fn group_member_add(
        &mut self,
        name: &GroupName,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("insert into group_members (group_name, user_id, added_at) values ($1, $2, $3) \
             on conflict do nothing");
        let statement = statement.bind(name.as_str()).bind(user.to_string()).bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// Takes an account out of a group. False if it was not in it.
    pub async fn group_member_remove(&mut self, name: &GroupName, user: UserId) -> Result<bool, StoreError> {
        let statement = sql("delete from group_members where group_name = $1 and user_id = $2");
        Ok(self.execute(statement.bind(name.as_str()).bind(user.to_string())).await? == 1)
    }

    /// Takes an account out of all its groups.
    pub async fn group_member_leaves_all(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute(sql("delete from group_members where user_id = $1").bind(user.to_string())).await?;
        Ok(())
    }
}
