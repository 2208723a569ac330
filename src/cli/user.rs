//! `gatepost user …`: accounts on the command line.

mod invitation;
mod set;
mod shown;

use std::net::IpAddr;

use clap::Subcommand;

use super::CommandError;
use super::output::{Format, Output, table};
use crate::domain::audit::Actor;
use crate::domain::group::GroupName;
use crate::domain::ids::UserId;
use crate::domain::session::Device;
use crate::domain::user::{EmailAddress, User};
use crate::flows::Rooms;
use crate::flows::browsers::KnownAccounts;
use crate::flows::people::{Admin, NewUser};
use crate::flows::requester::Requester;
use crate::flows::sign_up::NewInvitation;
use crate::protocol::refusal::Refusal;
use invitation::ShownInvitation;
use set::Set;
use shown::ShownUser;

/// What can be done with accounts.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Create an account; the person can sign in at once
    Create(Arguments),
    /// Invite a person by mail to make an account by their first sign-in
    Invite(Invitation),
    /// List the open invitations
    Invitations(Format),
    /// Take an invitation back
    Withdraw(One),
    /// List the accounts
    List(Format),
    /// Set or unset what an account says of a person: name, locale, `preferred_username` and the attributes
    Set(Set),
    /// Disable an account: no sign-in until it is enabled again, and all its grants end
    Disable(One),
    /// Enable a disabled account
    Enable(One),
    /// Delete an account for good, with all its grants
    Delete(One),
    /// Print a link that signs the person in once, for when mail is broken
    LoginLink(One),
}

/// The arguments of `user create`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The account's e-mail address
    #[arg(value_name = "EMAIL")]
    email: EmailAddress,
    /// The person's name
    #[arg(long)]
    name: Option<String>,
    /// The language of its mails and pages, such as de
    #[arg(long)]
    locale: Option<String>,
    /// It may use this server's operator pages
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    format: Format,
}

/// The arguments of `user invite`.
#[derive(clap::Args)]
pub(super) struct Invitation {
    /// The person's e-mail address
    #[arg(value_name = "EMAIL")]
    email: EmailAddress,
    /// A group that they are in from the first sign-in on; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<GroupName>,
    /// The language of the mail and of the account, such as de
    #[arg(long)]
    locale: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// One account.
#[derive(clap::Args)]
pub(super) struct One {
    /// The account's e-mail address
    #[arg(value_name = "EMAIL")]
    email: EmailAddress,
    #[command(flatten)]
    format: Format,
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    let actor = Actor::CommandLine;
    let (format, user) = match command {
        Command::List(format) => return list(format, rooms).await,
        Command::Invite(invitation) => return invite(invitation, rooms).await,
        Command::Invitations(format) => return invitations(format, rooms).await,
        Command::Withdraw(one) => return withdraw(&one, rooms).await,
        Command::LoginLink(one) => return login_link(&one, rooms).await,
        Command::Create(arguments) => {
            let Arguments { email, name, locale, admin, format } = arguments;
            let admin = if admin { Admin::Yes } else { Admin::No };
            (format, rooms.people.user_create(NewUser { email, name, locale, admin }, &actor).await?)
        }
        Command::Set(set) => (set.format, set.run(rooms, &actor).await?),
        Command::Disable(one) => (one.format, rooms.people.user_disable(one.find(rooms).await?, &actor).await?),
        Command::Enable(one) => (one.format, rooms.people.user_enable(one.find(rooms).await?, &actor).await?),
        Command::Delete(one) => (one.format, rooms.people.user_delete(one.find(rooms).await?, &actor).await?),
    };
    let shown = ShownUser::from(&user);
    Output::result(format, &shown, || shown.text())?;
    Ok(())
}

#[derive(serde::Serialize)]
struct ShownLink {
    link: String,
}

async fn login_link(one: &One, rooms: &Rooms) -> Result<(), CommandError> {
    let here = IpAddr::from([127, 0, 0, 1]);
    let requester = Requester {
        address: here,
        known_accounts: KnownAccounts::default(),
        device: Device::new(here, "gatepost user login-link"),
        locale: "en".to_owned(),
        asked_for: None,
        trace_id: String::new(),
    };
    let refused = |refusal: Refusal| CommandError::Usage(refusal.description.into_owned());
    let link = rooms.sign_ins.login_link(&one.email, &requester).await.map_err(refused)?;
    Output::result(one.format, &ShownLink { link: link.clone() }, || link)?;
    Output::note("Opened within the hour, it signs in as this account; it works once.");
    Ok(())
}

async fn invite(invitation: Invitation, rooms: &Rooms) -> Result<(), CommandError> {
    let Invitation { email, groups, locale, format } = invitation;
    let invited = rooms.sign_ups.invite(NewInvitation { email, groups, locale }, &Actor::CommandLine).await?;
    let shown = ShownInvitation::from(&invited);
    Output::result(format, &shown, || shown.text())?;
    Output::note("The server sends the mail. Signing in with that address makes the account.");
    Ok(())
}

async fn invitations(format: Format, rooms: &Rooms) -> Result<(), CommandError> {
    let open = rooms.sign_ups.open_invitations().await?;
    let shown: Vec<_> = open.iter().map(ShownInvitation::from).collect();
    Output::result(format, &shown, || {
        let rows: Vec<_> = shown.iter().map(ShownInvitation::row).collect();
        table(&ShownInvitation::HEADER, &rows)
    })?;
    Ok(())
}

async fn withdraw(one: &One, rooms: &Rooms) -> Result<(), CommandError> {
    rooms.sign_ups.withdraw(&one.email, &Actor::CommandLine).await?;
    let shown = serde_json::json!({ "email": one.email.as_str() });
    Output::result(one.format, &shown, || one.email.to_string())?;
    Output::note("The invitation is taken back.");
    Ok(())
}

async fn list(format: Format, rooms: &Rooms) -> Result<(), CommandError> {
    let users = rooms.store.users().await?;
    let shown: Vec<_> = users.iter().map(ShownUser::from).collect();
    Output::result(format, &shown, || {
        let rows: Vec<_> = shown.iter().map(ShownUser::row).collect();
        table(&ShownUser::HEADER, &rows)
    })?;
    Ok(())
}

impl One {
    async fn find(&self, rooms: &Rooms) -> Result<UserId, CommandError> {
        Ok(account(&self.email, rooms).await?.id)
    }
}

/// The account of this address.
pub(super) async fn account(email: &EmailAddress, rooms: &Rooms) -> Result<User, CommandError> {
    let unknown = || CommandError::Usage(format!("there is no account with the address {email}"));
    rooms.store.user_by_email(email).await?.ok_or_else(unknown)
}
