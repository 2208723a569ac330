//! `[[applications]]`, `[[scopes]]` and `[[resources]]`: what the file declares is brought about at every start.

use std::time::Duration;

use gatepost::app::App;
use gatepost::config::Config;
use gatepost::domain::application::{
    Application, ApplicationSettings, ApplicationState, DeactivationReason, Origin, PkcePolicy,
};
use gatepost::domain::catalogue::Catalogue;
use gatepost::domain::sign_in::{LinkMode, UnknownAccount};
use gatepost::flows::applications::DEACTIVATE;
use gatepost::store::StateChange;
use macro_rules_attribute::apply;
use serde_json::json;

use crate::harness::{ClientKey, Registered, TestServer, World, on_both_engines, service};

const SECRET: &str = "correct horse battery staple";

fn declared(lines: &str) -> String {
    format!("[[applications]]\nclient_id = \"reports\"\n{lines}\n")
}

fn with_secret() -> String {
    declared(&format!("client_secret = \"{SECRET}\""))
}

fn reports(secret: &str) -> Registered {
    Registered { client_id: "reports".to_owned(), secret: secret.to_owned() }
}

/// Starts a server with this configuration, after the one before has stopped.
async fn restarted(world: &World, before: TestServer, toml: &str) -> TestServer {
    before.stop().await;
    world.server_with(toml).await
}

async fn status(server: &TestServer, secret: &str) -> u16 {
    let request = server.token().with_post(&reports(secret));
    request.send().await.status.as_u16()
}

async fn state(server: &TestServer) -> ApplicationState {
    server.rooms.store.application(&"reports".parse().unwrap()).await.unwrap().unwrap().state
}

/// The settings that requests are served by.
async fn settings_of(server: &TestServer) -> ApplicationSettings {
    let cache = &server.rooms.application_cache;
    cache.application(&"reports".parse().unwrap()).await.unwrap().unwrap().settings.clone()
}

/// Why a server with this configuration does not start.
async fn refused(world: &World, toml: &str) -> String {
    let config = match Config::from_toml("test.toml", toml, &world.environment()) {
        Ok(loaded) => loaded.config,
        Err(errors) => return errors.to_string(),
    };
    match App::start(config, world.outside()).await {
        Ok(_) => panic!("it started"),
        Err(e) => e.to_string(),
    }
}

async fn known(server: &TestServer) -> Application {
    server.rooms.store.application(&"reports".parse().unwrap()).await.unwrap().unwrap()
}

/// Provisioning: what was issued by a workload, or by keys, that the file has no longer ends; a further one ends nothing.
#[apply(on_both_engines)]
async fn a_workload_that_leaves_the_file_takes_its_tokens_along(world: World) {
    let trusting = |subjects: &[&str]| {
        let entries: Vec<_> = subjects
            .iter()
            .map(|subject| format!("{{ issuer = \"https://ci.example\", subject = \"{subject}\" }}"))
            .collect();
        declared(&format!("federated = [{}]", entries.join(", ")))
    };
    let server = world.server_with(&trusting(&["a"])).await;
    let server = restarted(&world, server, &trusting(&["a", "b"])).await;
    assert_eq!(known(&server).await.tokens_not_before, None);
    world.clock.advance(Duration::from_secs(60));
    let server = restarted(&world, server, &trusting(&["b"])).await;
    let ended = known(&server).await.tokens_not_before;
    assert_eq!(ended, Some(server.rooms.instruments.now()));
    world.clock.advance(Duration::from_secs(60));
    let server = restarted(&world, server, &declared("jwks_uri = \"https://a.example/jwks\"")).await;
    assert_eq!(known(&server).await.tokens_not_before, Some(server.rooms.instruments.now()));
}

/// Provisioning: a secret that is taken out of the file is taken away, once.
#[apply(on_both_engines)]
async fn a_secret_that_leaves_the_file_is_one_no_longer(world: World) {
    let server = world.server_with(&with_secret()).await;
    assert_eq!(status(&server, SECRET).await, 200);
    let server = restarted(&world, server, &declared("")).await;
    assert_eq!(status(&server, SECRET).await, 401);
    let before = known(&server).await;
    assert!(before.secrets.is_empty());
    let server = restarted(&world, server, &declared("")).await;
    assert_eq!(known(&server).await.version, before.version, "nothing is written again");
}

/// Provisioning: new.
#[apply(on_both_engines)]
async fn a_declared_application_works_from_the_first_start(world: World) {
    let lines = format!(
        "client_secret = \"{SECRET}\"\nname = \"Nightly reports\"\nscopes = [\"a\", \"b\"]\n\
         default_scopes = \"b\"\naudiences = [\"https://api.example.com\"]\ntoken_ttl = \"1h\"\n\
         token_profile = \"plain\"\nsigning_algorithm = \"ES256\""
    );
    let server = world.server_with(&declared(&lines)).await;
    let request = server.token().with_post(&reports(SECRET)).resource("https://api.example.com");
    let body = request.send().await.success();
    assert_eq!((&body["scope"], &body["expires_in"]), (&json!("b"), &json!(3600)));
    let verified = server.verify(body["access_token"].as_str().unwrap()).await;
    assert_eq!(verified.header.typ.as_deref(), Some("JWT"));
    assert_eq!(verified.header.alg, jsonwebtoken::Algorithm::ES256);
    assert_eq!(verified.claims["aud"], "https://api.example.com");
    let known = server.rooms.store.applications().await.unwrap();
    assert_eq!((known[0].origin, known[0].settings.name.as_str()), (Origin::Declared, "Nightly reports"));
    assert_eq!(status(&server, "another secret").await, 401);
}

/// Provisioning: all that `app create` can set can be declared.
#[apply(on_both_engines)]
async fn what_an_application_decides_for_its_sign_ins_can_be_declared(world: World) {
    let decided = "type = \"web\"\nredirect_uris = [\"https://a.example/cb\"]\npkce = \"required\"\n\
         link_mode = \"confirm\"\nunknown_account = \"conceal\"\n\
         post_logout_redirect_uris = [\"https://a.example/bye\"]";
    let server = world.server_with(&declared(decided)).await;
    let settings = settings_of(&server).await;
    assert_eq!((settings.pkce, settings.link_mode), (PkcePolicy::Required, Some(LinkMode::Confirm)));
    assert_eq!(settings.unknown_account, Some(UnknownAccount::Conceal));
    assert_eq!(settings.post_logout_redirect_uris, ["https://a.example/bye"]);
    let server = restarted(&world, server, &declared("type = \"web\"")).await;
    let settings = settings_of(&server).await;
    assert_eq!((settings.pkce, settings.link_mode), (PkcePolicy::ByType, None));
    assert_eq!((settings.unknown_account, settings.post_logout_redirect_uris), (None, Vec::new()));
}

/// A start reads what was declared: neither its time nor its memory grows with the applications of developers, and
/// one of those that cannot be read keeps no server from starting.
#[apply(on_both_engines)]
async fn a_start_reads_only_what_was_declared(world: World) {
    let server = world.server_with(&declared("")).await;
    let registered = server.service().await;
    server.stop().await;
    let damage = format!("update applications set kind = 'toaster' where client_id = '{}'", registered.client_id);
    world.database.execute(&damage).await;
    let server = world.server().await;
    let known = server.rooms.application_cache.application(&"reports".parse().unwrap()).await.unwrap().unwrap();
    let reason = DeactivationReason::Undeclared;
    assert!(matches!(known.state, ApplicationState::Deactivated { reason: why, .. } if why == reason));
}

/// Provisioning: unchanged.
#[apply(on_both_engines)]
async fn what_has_not_changed_is_not_written_again(world: World) {
    let toml = format!(
        "{}[[applications]]\nclient_id = \"keys\"\njwks = [{}]\n[[scopes]]\nname = \"a\"\n\
         [[resources]]\nidentifier = \"urn:a:b\"\nscopes = [\"a\"]\n",
        with_secret(),
        "{ kty = \"OKP\", crv = \"Ed25519\", x = \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\" }",
    );
    let server = world.server_with(&toml).await;
    let before = world.database.facts().await;
    let server = restarted(&world, server, &toml).await;
    assert_eq!(world.database.facts().await, before);
    assert_eq!(status(&server, SECRET).await, 200);
}

/// Provisioning: changed.
#[apply(on_both_engines)]
async fn a_changed_declaration_is_carried_out_at_the_next_start(world: World) {
    let server = world.server_with(&with_secret()).await;
    let toml = declared("client_secret = \"another one\"\nscopes = \"x\"");
    let server = restarted(&world, server, &toml).await;
    assert_eq!(status(&server, SECRET).await, 401, "the old secret ended");
    let body = server.token().with_post(&reports("another one")).send().await.success();
    assert_eq!(body["scope"], "x");
    let lines = server.rooms.store.audit_of("reports").await.unwrap();
    assert!(lines.iter().any(|line| line.event == "application.changed"), "{lines:?}");
    assert!(lines.iter().all(|line| line.actor == "configuration"), "{lines:?}");
}

/// Provisioning: removed, and back again.
#[apply(on_both_engines)]
async fn what_leaves_the_file_is_deactivated_and_works_again_when_it_is_back(world: World) {
    let server = world.server_with(&with_secret()).await;
    let server = restarted(&world, server, "").await;
    let reason = DeactivationReason::Undeclared;
    assert_eq!(state(&server).await, ApplicationState::Deactivated { at: server.rooms.instruments.now(), reason });
    let answer = server.token().with_post(&reports(SECRET)).send().await;
    assert!(answer.refusal(401, "invalid_client").contains("removed from the server's configuration"));
    let server = restarted(&world, server, &with_secret()).await;
    assert_eq!(state(&server).await, ApplicationState::Active);
    assert_eq!(status(&server, SECRET).await, 200);
}

/// Provisioning: what an operator switched off stays off, though it is declared.
#[apply(on_both_engines)]
async fn a_start_does_not_activate_what_somebody_deactivated(world: World) {
    let server = world.server_with(&with_secret()).await;
    reports("").change(&server.rooms, DEACTIVATE).await;
    let server = restarted(&world, server, &with_secret()).await;
    assert_eq!(status(&server, SECRET).await, 401);
    reports("").change(&server.rooms, StateChange::Activate).await;
    assert_eq!(status(&server, SECRET).await, 200);
}

/// Provisioning: a secret that exists elsewhere can be given as its hash.
#[apply(on_both_engines)]
async fn a_secret_may_be_declared_by_its_hash(world: World) {
    let server = world.server().await;
    let made = server.service().await;
    let hash = server.rooms.store.application(&made.id()).await.unwrap().unwrap().secrets[0].hash.clone();
    let toml = declared(&format!("client_secret_hash = \"{}\"", hash.as_str()));
    let server = restarted(&world, server, &toml).await;
    assert_eq!(status(&server, &made.secret).await, 200);
    assert_eq!(status(&server, hash.as_str()).await, 401, "the hash itself is no secret");
    let before = world.database.dump().await["application_secrets"].clone();
    let server = restarted(&world, server, &toml).await;
    assert_eq!(world.database.dump().await["application_secrets"].len(), before.len());
    assert_eq!(status(&server, &made.secret).await, 200);
}

/// Provisioning: a client id is never issued again, not even by a file.
#[apply(on_both_engines)]
async fn a_declaration_cannot_bring_a_deleted_client_id_back(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    application.change(&server.rooms, StateChange::Delete).await;
    server.stop().await;
    let before = world.database.dump().await["applications"].clone();
    let toml = format!("[[applications]]\nclient_id = \"{}\"", application.client_id);
    let why = refused(&world, &toml).await;
    assert!(why.contains(&application.client_id) && why.contains("is or was another"), "{why}");
    assert_eq!(world.database.dump().await["applications"], before);
}

/// Provisioning: the file is the only place to change what it declares.
#[apply(on_both_engines)]
async fn a_declared_application_is_not_rotated_or_deleted_elsewhere(world: World) {
    let server = world.server_with(&with_secret()).await;
    let actor = gatepost::domain::audit::Actor::CommandLine;
    let id = reports("").id();
    let rotated = server.rooms.applications.application_rotate_secret(&id, &actor).await.unwrap_err();
    let deleted =
        server.rooms.applications.application_change_state(&id, StateChange::Delete, &actor).await.unwrap_err();
    for refused in [rotated, deleted] {
        assert!(refused.to_string().contains("declared in the configuration"), "{refused}");
    }
    assert_eq!(status(&server, SECRET).await, 200);
}

/// Provisioning: a registered application can be taken over by the file.
#[apply(on_both_engines)]
async fn a_registered_application_can_be_declared_and_keeps_its_secret(world: World) {
    let server = world.server().await;
    let application = Registered::at(&server.rooms, service(|_| {})).await;
    let toml = format!("[[applications]]\nclient_id = \"{}\"\nscopes = \"x\"", application.client_id);
    let server = restarted(&world, server, &toml).await;
    let body = server.token().with_basic(&application).send().await.success();
    assert_eq!(body["scope"], "x");
}

/// Provisioning: a declaration that makes no sense stops the start, naming its place, and changes nothing.
#[apply(on_both_engines)]
async fn a_declaration_that_makes_no_sense_is_refused_with_its_place(world: World) {
    world.server_with(&with_secret()).await.stop().await;
    let before = world.database.facts().await;
    for (lines, expected) in [
        ("grants = [\"password\"]", "password"),
        ("scopes = \"a\"\ndefault_scopes = \"b\"", "'b'"),
        ("audiences = [\"https://a#b\"]", "https://a#b"),
        ("type = \"spa\"\ngrants = [\"client_credentials\"]", "client_credentials"),
        ("type = \"spa\"\nclient_secret = \"x\"", "secret"),
        ("redirect_uris = [\"https://a.example/cb?state=1\"]", "'state' is reserved"),
        ("post_logout_redirect_uris = [\"javascript:alert(1)\"]", "javascript:alert(1)"),
    ] {
        let why = refused(&world, &declared(lines)).await;
        assert!(why.contains("test.toml") && why.contains(expected), "{why}");
        assert_eq!(world.database.facts().await, before, "{lines}");
    }
}

/// Provisioning: scopes and resources follow the file whole.
#[apply(on_both_engines)]
async fn scopes_and_resources_are_those_of_the_file(world: World) {
    let toml =
        "[[scopes]]\nname = \"a\"\n[[scopes]]\nname = \"b\"\n[[resources]]\nidentifier = \"urn:x:y\"\nscopes = [\"a\"]";
    let server = world.server_with(toml).await;
    let described = async |server: &TestServer| server.rooms.application_cache.named_catalogue().await.unwrap();
    let names = |catalogue: &Catalogue| catalogue.scopes.iter().map(|scope| scope.name.clone()).collect::<Vec<_>>();
    let first = described(&server).await;
    assert_eq!((names(&first), first.resources.len()), (vec!["a".to_owned(), "b".to_owned()], 1));
    let server = restarted(&world, server, "[[scopes]]\nname = \"c\"").await;
    let second = described(&server).await;
    assert_eq!((names(&second), second.resources.len()), (vec!["c".to_owned()], 0));
}

/// Nodes with the same file may start together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_start_together_declare_once() {
    World::on_postgres(async |world| {
        let key = ClientKey::new(gatepost::protocol::jose::SigningAlgorithm::EdDsa);
        let x = key.jwk()["x"].as_str().unwrap().to_owned();
        let toml = format!(
            "{}[[applications]]\nclient_id = \"keys\"\njwks = [{{ kty = \"OKP\", crv = \"Ed25519\", x = \"{x}\" }}]",
            with_secret()
        );
        let (one, other) = tokio::join!(world.server_with(&toml), world.server_with(&toml));
        assert_eq!((status(&one, SECRET).await, status(&other, SECRET).await), (200, 200));
        let lines = one.rooms.store.audit_of("reports").await.unwrap();
        assert_eq!(lines.iter().filter(|line| line.event == "application.created").count(), 1);
    })
    .await;
}
