//! What `serve --dev` prepares and prints: a command that gets the first token.

use std::io::{IsTerminal, stdout};
use std::net::SocketAddr;

use super::CommandError;
use crate::domain::application::{ApplicationKind, ApplicationSettings};
use crate::domain::audit::Actor;
use crate::domain::ids::ClientId;
use crate::flows::Rooms;
use crate::flows::applications::{ManageError, NewApplication, WithSecret};
use crate::flows::people::{Admin, ManageUserError, NewUser};

const CLIENT_ID: &str = "demo";
const ADDRESS: &str = "demo@example.com";

/// Makes a demo account and a demo application, or gives the application from last time a new secret, and
/// says how to use them.
pub(super) async fn welcome(rooms: &Rooms, management: SocketAddr) -> Result<String, CommandError> {
    let made = demo_application(rooms).await?;
    make_demo_account(rooms).await?;
    let client_id = &made.application.client_id;
    let secret = made.secret.as_ref().map_or("", |secret| secret.expose());
    let issuer = rooms.config.server.issuer.as_str();
    let mail = match rooms.mail.caught_mails() {
        Some(_) => format!("\nMail is not sent but caught: read it at {issuer}/dev/mail\n"),
        None => String::new(),
    };
    Ok(format!(
        "Gatepost is running at {issuer} for trying out.\n\n\
         A demo application is registered. Get a token for it:\n\n  \
         curl -s -u '{client_id}:{secret}' -d grant_type=client_credentials {issuer}/token\n\n\
         Anyone can check the token against {issuer}/.well-known/jwks.json, and so does\n\n  \
         curl -s -H \"Authorization: Bearer <access_token>\" {issuer}/api/v1/hello\n\n\
         A demo account is there too: {ADDRESS}\n{mail}\n{}",
        addresses(issuer, management, &Colour::of(&stdout()))
    ))
}

/// What is written around something that catches the eye: on a terminal alone, since a file or a program would keep it
/// as characters.
struct Colour {
    begin: &'static str,
    end: &'static str,
}

impl Colour {
    const NONE: Self = Self { begin: "", end: "" };
    const CYAN: Self = Self { begin: "\x1b[36m", end: "\x1b[0m" };

    fn of(output: &impl IsTerminal) -> Self {
        if output.is_terminal() { Self::CYAN } else { Self::NONE }
    }
}

/// The addresses of the pages.
fn addresses(issuer: &str, management: SocketAddr, colour: &Colour) -> String {
    let Colour { begin, end } = colour;
    let own = ["portal", "account", "docs"].map(|page| (page, format!("{issuer}/{page}")));
    let more = [("mail", format!("{issuer}/dev/mail")), ("metrics", format!("http://{management}/metrics"))];
    let line = |(name, address): &(&str, String)| format!("  {name:<8} {begin}{address}{end}\n");
    own.iter().chain(&more).map(line).collect()
}

async fn demo_application(rooms: &Rooms) -> Result<WithSecret, ManageError> {
    let actor = Actor::CommandLine;
    let settings = ApplicationSettings::new("Demo".to_owned(), ApplicationKind::Service);
    if let Ok(client_id) = CLIENT_ID.parse::<ClientId>() {
        match rooms.applications.application_rotate_secret(&client_id, &actor).await {
            // It does not exist, or was deleted; then it gets a random client id, because none is issued twice.
            Err(ManageError::Unknown(_)) => {}
            known => return known,
        }
        let new = NewApplication { client_id: Some(client_id), settings: settings.clone() };
        match rooms.applications.application_create(new, &actor).await {
            Err(ManageError::Taken(_)) => {}
            made => return made,
        }
    }
    rooms.applications.application_create(NewApplication { client_id: None, settings }, &actor).await
}

async fn make_demo_account(rooms: &Rooms) -> Result<(), CommandError> {
    let Ok(email) = ADDRESS.parse() else { return Ok(()) };
    let new = NewUser { email, name: Some("Demo".to_owned()), locale: None, admin: Admin::No };
    match rooms.people.user_create(new, &Actor::CommandLine).await {
        // It exists from an earlier start.
        Ok(_) | Err(ManageUserError::Taken) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_all_pages_are_named() {
        let management = SocketAddr::from(([127, 0, 0, 1], 9090));
        let said = addresses("http://localhost:8080", management, &Colour::NONE);
        let coloured = addresses("http://localhost:8080", management, &Colour::CYAN);
        for address in [
            "http://localhost:8080/portal",
            "http://localhost:8080/account",
            "http://localhost:8080/docs",
            "http://localhost:8080/dev/mail",
            "http://127.0.0.1:9090/metrics",
        ] {
            assert!(said.lines().any(|line| line.ends_with(address)), "{address}: {said}");
            assert!(coloured.contains(&format!("\x1b[36m{address}\x1b[0m\n")), "{address}: {coloured}");
        }
    }

    #[test]
    fn what_is_no_terminal_gets_no_colour() {
        let file = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(Colour::of(&file).begin, "");
        let terminal = std::fs::File::open("/dev/ptmx").unwrap();
        assert_eq!(Colour::of(&terminal).begin, Colour::CYAN.begin);
    }
}
