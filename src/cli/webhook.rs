//! `gatepost webhook …`: webhooks on the command line.

mod shown;

use clap::Subcommand;

use super::CommandError;
use super::output::{Format, Output, table};
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, MessageId, WebhookId};
use crate::domain::webhook::WebhookOwner;
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_url::WebhookUrl;
use crate::flows::Rooms;
use crate::flows::webhooks::{NewWebhook, Sending, VisibleWebhooks, WebhookChange, WithWebhookSecret};
use shown::{ShownWebhook, ShownWithDeliveries, ShownWithSecret};

/// What can be done with webhooks.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Have events sent to a URL and print the secret that signs them, once
    Create(Arguments),
    /// List the webhooks
    List(Format),
    /// Show a webhook and the deliveries of its newest messages
    Show(One),
    /// Disable a webhook: nothing is sent until it is enabled again
    Disable(One),
    /// Enable a webhook
    Enable(One),
    /// Make a new secret; the one before it signs too for a day
    RotateSecret(One),
    /// Send a test message, to see whether it arrives
    Ping(One),
    /// Send a message again, under the same id
    Redeliver {
        #[command(flatten)]
        one: One,
        /// The message's id, with or without msg_
        #[arg(value_parser = message)]
        message: MessageId,
    },
    /// Delete a webhook and what waits to be sent to it
    Delete(One),
}

/// The arguments of `webhook create`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where events are sent: https, or http on localhost
    #[arg(long)]
    url: WebhookUrl,
    /// Only events of this application [default: all events of the server]
    #[arg(long, value_name = "ID")]
    application: Option<ClientId>,
    /// An event such as application.deactivated; may be repeated [default: all]
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<EventType>,
    #[command(flatten)]
    format: Format,
}

/// One webhook.
#[derive(clap::Args)]
pub(super) struct One {
    /// The webhook's id
    #[arg(value_name = "ID")]
    id: WebhookId,
    #[command(flatten)]
    format: Format,
}

fn message(text: &str) -> Result<MessageId, String> {
    text.trim_start_matches("msg_").parse().map_err(|_| "expected an id such as msg_0193…".to_owned())
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    let actor = Actor::CommandLine;
    let find = async |id| rooms.webhooks.webhook(id, &VisibleWebhooks::Everything).await;
    match command {
        Command::Create(Arguments { url, application, events, format }) => {
            let owner = application.map_or(WebhookOwner::Server, WebhookOwner::Application);
            show_secret(format, rooms.webhooks.webhook_create(NewWebhook { owner, url, events }, &actor).await?)?;
        }
        Command::List(format) => list(format, rooms).await?,
        Command::Show(one) => {
            let webhook = find(one.id).await?;
            let shown = ShownWithDeliveries::new(&webhook, &rooms.webhooks.webhook_deliveries(&webhook).await?);
            Output::result(one.format, &shown, || shown.text())?;
        }
        Command::Disable(one) => change(one, Sending::Off, rooms).await?,
        Command::Enable(one) => change(one, Sending::On, rooms).await?,
        Command::RotateSecret(one) => {
            show_secret(one.format, rooms.webhooks.webhook_rotate_secret(&find(one.id).await?, &actor).await?)?;
        }
        Command::Ping(one) => {
            let message = rooms.webhooks.webhook_ping(&find(one.id).await?, &actor).await?;
            let shown = serde_json::json!({ "message": format!("msg_{message}") });
            Output::result(one.format, &shown, || format!("msg_{message} waits for the server to send it"))?;
        }
        Command::Redeliver { one, message } => {
            rooms.webhooks.webhook_redeliver(&find(one.id).await?, message, &actor).await?;
            let shown = serde_json::json!({ "message": format!("msg_{message}") });
            Output::result(one.format, &shown, || format!("msg_{message} waits for the server to send it"))?;
        }
        Command::Delete(one) => {
            let webhook = find(one.id).await?;
            rooms.webhooks.webhook_delete(&webhook, &actor).await?;
            let shown = ShownWebhook::from(&webhook);
            Output::result(one.format, &shown, || format!("{} was deleted", webhook.id))?;
        }
    }
    Ok(())
}

async fn change(one: One, sending: Sending, rooms: &Rooms) -> Result<(), CommandError> {
    let webhook = rooms.webhooks.webhook(one.id, &VisibleWebhooks::Everything).await?;
    let change = WebhookChange { sending: Some(sending), ..WebhookChange::default() };
    let webhook = rooms.webhooks.webhook_update(&webhook, change, &Actor::CommandLine).await?;
    let shown = ShownWebhook::from(&webhook);
    Ok(Output::result(one.format, &shown, || shown.text())?)
}

async fn list(format: Format, rooms: &Rooms) -> Result<(), CommandError> {
    let webhooks = rooms.webhooks.webhooks(&VisibleWebhooks::Everything).await?;
    let shown: Vec<_> = webhooks.iter().map(ShownWebhook::from).collect();
    Output::result(format, &shown, || {
        let rows: Vec<_> = shown.iter().map(ShownWebhook::row).collect();
        table(&ShownWebhook::HEADER, &rows)
    })?;
    Ok(())
}

fn show_secret(format: Format, made: WithWebhookSecret) -> Result<(), CommandError> {
    let shown = ShownWithSecret::from(made);
    Output::result(format, &shown, || shown.text())?;
    Output::note("Store the secret now: it is kept encrypted, and never shown again.");
    Ok(())
}
