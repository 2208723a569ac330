//! `gatepost group …`: groups of people on the command line.

mod shown;

use clap::Subcommand;

use super::CommandError;
use super::output::{Format, Output, table};
use super::user::account;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::audit::Actor;
use crate::domain::group::{Group, GroupName};
use crate::domain::ids::UserId;
use crate::domain::user::EmailAddress;
use crate::flows::Rooms;
use crate::flows::consequences::Consequences;
use crate::flows::groups::{GroupError, GroupSettings, NewGroup};
use shown::{ShownGroup, ShownMember};

/// What can be done with groups.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a group; nobody is in it yet
    Create(New),
    /// List the groups
    List(Format),
    /// Show a group and who is in it
    Show(One),
    /// Change whether developers may know of a group
    Update(Update),
    /// Put accounts into a group: gatepost group add staff ann@example.com
    Add(Members),
    /// Take accounts out of a group
    Remove(Members),
    /// Delete a group; nobody is in it any more
    Delete(Deletion),
}

/// The arguments of `group create`.
#[derive(clap::Args)]
pub(super) struct New {
    /// Its name: 1 to 64 characters of a-z A-Z 0-9 - _ . : / @
    #[arg(value_name = "NAME")]
    name: GroupName,
    /// Developers may know of it, and choose it for their applications
    #[arg(long)]
    visible_to_developers: bool,
    /// How the people in it have to sign in to applications: any, or passkey
    #[arg(long, value_name = "HOW", default_value = RequiredSignIn::default().name())]
    require: RequiredSignIn,
    #[command(flatten)]
    format: Format,
}

/// One group.
#[derive(clap::Args)]
pub(super) struct One {
    /// The group's name
    #[arg(value_name = "NAME")]
    name: GroupName,
    #[command(flatten)]
    format: Format,
}

/// The arguments of `group update`.
#[derive(clap::Args)]
pub(super) struct Update {
    #[command(flatten)]
    one: One,
    /// Whether developers may know of it
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", required_unless_present = "require")]
    visible_to_developers: Option<bool>,
    /// How the people in it have to sign in to applications: any, or passkey
    #[arg(long, value_name = "HOW")]
    require: Option<RequiredSignIn>,
}

/// The arguments of `group delete`.
#[derive(clap::Args)]
pub(super) struct Deletion {
    #[command(flatten)]
    one: One,
    /// Delete it although applications let in its members; they let in nobody else instead
    #[arg(long)]
    yes: bool,
}

/// A group and accounts.
#[derive(clap::Args)]
pub(super) struct Members {
    #[command(flatten)]
    one: One,
    /// The accounts' e-mail addresses
    #[arg(value_name = "EMAIL", required = true)]
    emails: Vec<EmailAddress>,
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    let actor = Actor::CommandLine;
    let (format, group) = match command {
        Command::List(format) => return list(format, rooms).await,
        Command::Show(one) => return show(&one, rooms).await,
        Command::Delete(deletion) => return delete(&deletion, rooms).await,
        Command::Create(New { name, visible_to_developers, require, format }) => {
            (format, rooms.groups.group_create(NewGroup { name, visible_to_developers, require }, &actor).await?)
        }
        Command::Update(Update { one, visible_to_developers, require }) => {
            existing(&one, rooms).await?;
            let to = GroupSettings { visible_to_developers, require };
            let group = rooms.groups.group_change(&one.name, to, &actor).await?;
            (one.format, group)
        }
        Command::Add(Members { one, emails }) => {
            existing(&one, rooms).await?;
            let users = accounts(&emails, rooms).await?;
            (one.format, rooms.groups.group_add(&one.name, &users, &actor).await?)
        }
        Command::Remove(Members { one, emails }) => {
            existing(&one, rooms).await?;
            let users = accounts(&emails, rooms).await?;
            (one.format, rooms.groups.group_remove(&one.name, &users, &actor).await?)
        }
    };
    let shown = ShownGroup::from(&group);
    Output::result(format, &shown, || shown.text())?;
    Ok(())
}

async fn list(format: Format, rooms: &Rooms) -> Result<(), CommandError> {
    let groups = rooms.store.groups().await?;
    let shown: Vec<_> = groups.iter().map(ShownGroup::from).collect();
    Output::result(format, &shown, || {
        let rows: Vec<_> = shown.iter().map(ShownGroup::row).collect();
        table(&ShownGroup::HEADER, &rows)
    })?;
    Ok(())
}

async fn show(one: &One, rooms: &Rooms) -> Result<(), CommandError> {
    let group = existing(one, rooms).await?;
    let members = rooms.store.group_members_page(&one.name, None, i64::MAX).await?;
    let members = members.iter().map(ShownMember::from).collect();
    let shown = ShownGroup::from(&group).with_accounts(members);
    Output::result(one.format, &shown, || shown.text())?;
    Ok(())
}

async fn delete(Deletion { one, yes }: &Deletion, rooms: &Rooms) -> Result<(), CommandError> {
    let group = existing(one, rooms).await?;
    let deleted = rooms.groups.group_delete(&one.name, Consequences::accepted(*yes), &Actor::CommandLine).await;
    deleted.map_err(|error| match error {
        GroupError::Needed(_) => CommandError::Usage(format!("{error}. To delete it all the same, add --yes.")),
        other => other.into(),
    })?;
    let shown = ShownGroup::from(&group);
    Output::result(one.format, &shown, || shown.text())?;
    Output::note("The group is deleted. Nobody is in it any more.");
    Ok(())
}

async fn existing(one: &One, rooms: &Rooms) -> Result<Group, CommandError> {
    let unknown = || CommandError::Usage(format!("there is no group {}", one.name));
    rooms.store.group(&one.name).await?.ok_or_else(unknown)
}

/// All of the accounts, or the addresses that have none.
async fn accounts(emails: &[EmailAddress], rooms: &Rooms) -> Result<Vec<UserId>, CommandError> {
    let mut found = Vec::new();
    for email in emails {
        found.push(account(email, rooms).await?.id);
    }
    Ok(found)
}
