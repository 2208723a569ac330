//! `gatepost user set EMAIL key=value…`: what an account says of a person.

use crate::cli::CommandError;
use crate::cli::output::Format;
use crate::cli::user::account;
use crate::domain::attribute::AttributeType;
use crate::domain::attribute_schema::{AttributeError, AttributeSchema};
use crate::domain::audit::Actor;
use crate::domain::user::{EmailAddress, Profile, User};
use crate::domain::username::Username;
use crate::flows::Rooms;
use crate::flows::people::{ManageUserError, OwnProfile};

/// The arguments of `user set`.
#[derive(clap::Args)]
pub(in crate::cli) struct Set {
    /// The account's e-mail address
    #[arg(value_name = "EMAIL")]
    email: EmailAddress,
    /// What to set; texts of a list are separated by commas, and nothing behind the = unsets it
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<String>,
    /// What to unset; may be repeated
    #[arg(long, value_name = "KEY")]
    unset: Vec<String>,
    /// Whether it may use this server's operator pages
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    admin: Option<bool>,
    #[command(flatten)]
    pub(in crate::cli) format: Format,
}

impl Set {
    pub(in crate::cli) async fn run(&self, rooms: &Rooms, actor: &Actor) -> Result<User, CommandError> {
        let known = account(&self.email, rooms).await?;
        if self.values.is_empty() && self.unset.is_empty() && self.admin.is_none() {
            return Err(CommandError::Usage("say what to set, as KEY=VALUE, --unset KEY or --admin".to_owned()));
        }
        let schema = rooms.people.attribute_schema();
        let mut new = OwnProfile::of(&known);
        for pair in &self.values {
            let pair = pair.split_once('=');
            let (key, value) = pair.ok_or_else(|| CommandError::Usage("expected KEY=VALUE".to_owned()))?;
            put(&mut new, &schema, key, value)?;
        }
        for key in &self.unset {
            put(&mut new, &schema, key, "")?;
        }
        rooms.people.user_describe(&known, new, actor).await?;
        let described = rooms.store.user(known.id).await?.ok_or(ManageUserError::Unknown)?;
        let Some(admin) = self.admin else { return Ok(described) };
        let profile = Profile { admin, ..Profile::of(&described) };
        Ok(rooms.people.user_change(&described, profile, actor).await?)
    }
}

/// One value, as it was typed; an empty one is none.
fn put(new: &mut OwnProfile, schema: &AttributeSchema, key: &str, value: &str) -> Result<(), CommandError> {
    let given = Some(value.to_owned()).filter(|value| !value.is_empty());
    match key {
        "name" => new.name = given,
        "locale" => new.locale = given,
        "preferred_username" => {
            let username = given.map(|name| name.parse::<Username>()).transpose();
            new.username = username.map_err(|error| CommandError::Usage(format!("preferred_username: {error}")))?;
        }
        _ => {
            let kind = schema.find(key).map(|attribute| attribute.kind);
            let value = match kind {
                // What is not declared any more can be unset; setting it is refused below.
                None => given.map(Into::into),
                Some(kind) => read(kind, key, value)?,
            };
            new.attributes.set(key, value);
        }
    }
    Ok(())
}

fn read(kind: AttributeType, key: &str, value: &str) -> Result<Option<serde_json::Value>, CommandError> {
    let refused = |error| ManageUserError::from(AttributeError::Value(key.to_owned(), error));
    Ok(kind.read(value).map_err(refused)?)
}
