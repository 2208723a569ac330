//! Whoever guesses secrets learns nothing of the client id, at any door where applications authenticate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::domain::application::{ApplicationKind, ApplicationSettings, ClientAuthentication};
use gatepost::domain::session::Device;
use gatepost::flows::Rooms;
use gatepost::flows::applications::{DEACTIVATE, DELETE};
use gatepost::flows::clients::ClientRequest;
use gatepost::protocol::parameters::Parameters;
use gatepost::protocol::refusal::Refusal;
use macro_rules_attribute::apply;

use super::{Work, assert_alike, requester, work_of};
use crate::harness::{Registered, World, form_body, on_both_engines, service};

/// With an application of which nothing but the hash of its secret is known: to compare with that costs an Argon2 run.
const HASHED: &str = "[[applications]]\nclient_id = \"hashed\"\nclient_secret_hash = \
     \"$argon2id$v=19$m=19456,t=2,p=1$AgICAgICAgICAgICAgICAg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n";

/// The doors, and how the secret is sent.
const DOORS: [&str; 7] =
    ["token", "token with the secret in the body", "introspect", "revoke", "par", "device", "mail"];

/// What a door answers, and the work that it was.
async fn knock(server: &Rooms, door: &str, from: &Registered) -> (Refusal, Work) {
    let mut form = vec![("grant_type", "client_credentials"), ("token", "x"), ("response_type", "code")];
    let in_body = door.ends_with("body");
    if in_body {
        form.extend([("client_id", from.client_id.as_str()), ("client_secret", from.secret.as_str())]);
    }
    let parameters = Parameters::from_form(form_body(&form).as_bytes()).unwrap();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", from.client_id, from.secret)));
    let requester = requester(1);
    let request = ClientRequest {
        authorization: (!in_body).then_some(basic.as_str()),
        parameters: &parameters,
        address: requester.address,
        proof: None,
    };
    let knocking = async {
        match door {
            "introspect" => server.token_status.introspect(request).await.map(drop),
            "revoke" => server.token_status.revoke(request).await,
            "par" => server.authorizations.push_request(request).await.map(drop),
            "device" => server.device_grants.begin_device_grant(request, Device::default()).await.map(drop),
            "mail" => server.authorizations.passwordless_request(request, &requester).await,
            _ => server.tokens.token(request).await.map(drop),
        }
    };
    let (answer, work) = work_of(server, Box::pin(knocking)).await;
    (answer.unwrap_err(), work)
}

/// Whether an application is there, was stopped or deleted, is public, authenticates in another way or is known by a hash
/// alone.
#[apply(on_both_engines)]
async fn a_wrong_secret_is_the_same_work_at_every_door_whatever_the_client_id(world: World) {
    for toml in ["", HASHED] {
        let server = world.idle_with(&format!("[rate_limits]\nenabled = false\n{toml}")).await;
        let named = async |name: &str| {
            let made = Registered::at(&server, service(|settings| name.clone_into(&mut settings.name))).await;
            made.with_secret(&"x".repeat(40))
        };
        let (working, stopped, deleted) = (named("Working").await, named("Stopped").await, named("Deleted").await);
        stopped.change(&server, DEACTIVATE).await;
        deleted.change(&server, DELETE).await;
        let public = ApplicationSettings {
            authentication: ClientAuthentication::None,
            ..ApplicationSettings::new("Public".to_owned(), ApplicationKind::Spa)
        };
        let public = Registered::at(&server, public).await.with_secret(&"x".repeat(40));
        let mut ids = [
            ("working", working.clone()),
            ("unknown", working.renamed("nobody")),
            ("stopped", stopped),
            ("deleted", deleted),
            ("public", public),
            ("hashed or not", working.renamed("hashed")),
            ("a generated one of nobody", working.renamed("gpc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ];
        // What is not about one application is at hand from here on.
        knock(&server, "token", &working.renamed("first")).await;
        for door in DOORS {
            for is_warm in [false, true] {
                let mut seen = Vec::new();
                for (number, (what, client)) in ids.iter_mut().enumerate() {
                    client.secret = format!("{door} {is_warm} {number}");
                    let (refusal, work) = knock(&server, door, client).await;
                    seen.push((*what, (refusal.code, refusal.description.to_string(), work)));
                }
                assert_eq!(seen[0].1.0.wire().1, 401);
                assert_eq!(seen[0].1.2.argon2_runs, u64::from(!toml.is_empty()), "{seen:?}");
                assert_alike(&format!("{door} {is_warm} {toml}"), &seen);
            }
        }
    }
}
