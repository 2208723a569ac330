//! `gatepost app …`: applications on the command line.

mod create;
mod flags;
mod shown;
mod sweep;
mod try_out;
mod update;

use clap::Subcommand;

use super::CommandError;
use super::output::{Format, Output, table};
use crate::domain::application::{Application, ApplicationKind, ApplicationSettings, ApplicationState};
use crate::domain::audit::Actor;
use crate::domain::ids::ClientId;
use crate::domain::life_marks::Exempt;
use crate::flows::Rooms;
use crate::flows::applications::{DEACTIVATE, ManageError, WithSecret};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;
use crate::store::StateChange;
use shown::{ShownApplication, ShownWithSecret};

/// What can be done with applications.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Register an application and print its secret, once
    Create(Box<create::Arguments>),
    /// Change settings of an application
    Update(Box<update::Arguments>),
    /// List the applications
    List(Listing),
    /// Show everything about an application except its secrets
    Show(One),
    /// Sign in to an application with a callback on this machine, and print its tokens
    Try(try_out::Arguments),
    /// Refuse an application until it is activated again
    Deactivate(One),
    /// Let a deactivated application work again
    Activate(One),
    /// Delete an application; for a while it can be brought back
    Delete(One),
    /// Bring back a deleted application, with its secrets
    Undelete(One),
    /// Exempt an application from the life cycle of unused applications
    Exempt(Exemption),
    /// Warn, deactivate and delete unused applications now instead of on schedule
    Sweep(sweep::Arguments),
    /// Give an application a new secret; the one before it keeps working
    RotateSecret(One),
}

/// Which applications.
#[derive(clap::Args)]
pub(super) struct Listing {
    /// Those that were deleted and can still be brought back
    #[arg(long)]
    deleted: bool,
    #[command(flatten)]
    format: Format,
}

/// One application.
#[derive(clap::Args)]
pub(super) struct One {
    /// The application's client id
    #[arg(value_name = "ID")]
    id: ClientId,
    #[command(flatten)]
    format: Format,
}

/// Whether an application is exempt.
#[derive(clap::Args)]
pub(super) struct Exemption {
    /// End the exemption; its unused time begins anew
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    one: One,
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    let actor = Actor::CommandLine;
    match command {
        Command::Create(arguments) => Box::pin(create(*arguments, rooms, &actor)).await?,
        Command::Update(arguments) => {
            let application = update::run(&arguments, rooms).await?;
            show(arguments.one.format, &application, rooms).await?;
            note_announcement(application.settings.signing_algorithm, rooms).await?;
        }
        Command::List(listing) => list(&listing, rooms).await?,
        Command::Show(one) => {
            let application = rooms.store.application(&one.id).await?.ok_or(ManageError::Unknown(one.id))?;
            show(one.format, &application, rooms).await?;
            note_announcement(application.settings.signing_algorithm, rooms).await?;
        }
        Command::Try(arguments) => try_out::run(&arguments, rooms).await?,
        Command::Deactivate(one) => change(one, DEACTIVATE, rooms).await?,
        Command::Activate(one) => change(one, StateChange::Activate, rooms).await?,
        Command::Delete(one) => change(one, StateChange::Delete, rooms).await?,
        Command::Undelete(one) => {
            show(one.format, &rooms.life_cycle.application_undelete(&one.id, &actor).await?, rooms).await?;
        }
        Command::Exempt(Exemption { off, one }) => {
            let exempt = if off { Exempt::No } else { Exempt::Yes };
            let application = rooms.life_cycle.application_set_exempt(&one.id, exempt, &actor).await?;
            show(one.format, &application, rooms).await?;
        }
        Command::Sweep(arguments) => sweep::run(&arguments, rooms).await?,
        Command::RotateSecret(one) => {
            show_secret(one.format, rooms.applications.application_rotate_secret(&one.id, &actor).await?)?;
        }
    }
    Ok(())
}

/// Registers an application, and says on standard error what its maker may not think of.
async fn create(arguments: create::Arguments, rooms: &Rooms, actor: &Actor) -> Result<(), CommandError> {
    let (format, exempt, preset) = (arguments.format, arguments.exempt, arguments.preset);
    let new = arguments.into_application(rooms.keys.default_algorithm())?;
    let made = rooms.applications.application_create(new, actor).await?;
    let client_id = made.application.client_id.clone();
    let usual = usual_scopes_of_a_service(&made.application.settings);
    let settings = &made.application.settings;
    let algorithm = settings.signing_algorithm;
    let made_scope = settings.scope.clone();
    let lacks_redirect = settings.redirect_uris.is_empty() && settings.grants.contains(&GrantType::AuthorizationCode);
    show_secret(format, made)?;
    note_announcement(algorithm, rooms).await?;
    if lacks_redirect {
        let what = "It has no redirect URI yet, so nobody can sign in to it; give it one with gatepost app update.";
        Output::note(what);
    }
    if made_scope.iter().any(|name| name.contains(',')) {
        Output::note(&format!(
            "Scopes are separated by spaces; \"{made_scope}\" has a comma, which is part of a name here."
        ));
    }
    if let Some(scopes) = usual {
        Output::note(&format!("It may ask for the scopes {scopes}; --scope chooses others."));
    }
    if let Some(preset) = preset {
        let (label, issuer) = (preset.label, rooms.config.server.issuer.as_str());
        Output::note(&format!(
            "What to set in {label} stands in docs/applications.md; its issuer is {issuer}, with \
             {issuer}/.well-known/openid-configuration for the rest."
        ));
    }
    if exempt {
        rooms.life_cycle.application_set_exempt(&client_id, Exempt::Yes, actor).await?;
    }
    Ok(())
}

/// What a service got by default, without being asked for.
fn usual_scopes_of_a_service(settings: &ApplicationSettings) -> Option<Scope> {
    let usual = ApplicationKind::Service.usual_scopes();
    (settings.kind == ApplicationKind::Service && settings.scope == usual).then_some(usual)
}

/// Says from when on tokens are signed with an algorithm that verifiers do not know yet.
async fn note_announcement(algorithm: SigningAlgorithm, rooms: &Rooms) -> Result<(), CommandError> {
    if let Some(at) = rooms.keys.announced_until(algorithm).await? {
        let own = rooms.keys.default_algorithm();
        Output::note(&format!("its tokens are signed with {algorithm} from {at} on, and with {own} until then"));
    }
    Ok(())
}

async fn change(one: One, change: StateChange, rooms: &Rooms) -> Result<(), CommandError> {
    let application = rooms.applications.application_change_state(&one.id, change, &Actor::CommandLine).await?;
    show(one.format, &application, rooms).await
}

async fn list(listing: &Listing, rooms: &Rooms) -> Result<(), CommandError> {
    let mut applications = rooms.store.applications_with_deleted().await?;
    applications.retain(|known| matches!(known.state, ApplicationState::Deleted { .. }) == listing.deleted);
    let ahead = rooms.life_cycle.life_cycle_of_all(&applications).await?;
    let shown = applications.iter().zip(ahead).map(|(application, ahead)| ShownApplication::with(application, &ahead));
    let shown: Vec<_> = shown.collect();
    Output::result(listing.format, &shown, || {
        let rows: Vec<_> = shown.iter().map(ShownApplication::row).collect();
        table(&ShownApplication::HEADER, &rows)
    })?;
    Ok(())
}

async fn show(format: Format, application: &Application, rooms: &Rooms) -> Result<(), CommandError> {
    let shown = ShownApplication::with(application, &rooms.life_cycle.life_cycle_of(application).await?);
    Output::result(format, &shown, || shown.text())?;
    Ok(())
}

fn show_secret(format: Format, mut made: WithSecret) -> Result<(), CommandError> {
    let unfinished = made.unfinished.take();
    let shown = ShownWithSecret::from(made);
    Output::result(format, &shown, || shown.text())?;
    if shown.has_secret() {
        Output::note("Store the secret now: only a hash of it is kept, and it is never shown again.");
    }
    if let Some(e) = unfinished {
        Output::note(&format!(
            "Warning: it is registered, but its signing keys are not ready: {e}. A server makes them."
        ));
    }
    Ok(())
}
