//! A secret is shown once and found nowhere else: not in the data, not in the log, not in debug output.

use macro_rules_attribute::apply;
use std::fs;
use std::path::{Path, PathBuf};

use gatepost::domain::secret::ClientSecret;
use gatepost::protocol::client_auth::ClientCredentials;
use gatepost::protocol::parameters::Parameters;
use reqwest::Client;
use serde_json::Value;

use crate::harness::{Answer, Child, Registered, World, on_both_engines};

/// What must not be found: the secret, and its random part without prefix and checksum.
fn traces(secret: &str) -> [String; 2] {
    let random = secret.strip_prefix("gps_").unwrap();
    [secret.to_owned(), random[..random.len() - 6].to_owned()]
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Runs `gatepost app …`, which prints a secret, and gives what it printed.
async fn app(world: &World, words: &[&str]) -> (Registered, String) {
    let output = Child::run(world, TRACE, &[&["app"], words, &["--json"]].concat()).await;
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{log}");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    (Registered { client_id: text("client_id"), secret: text("client_secret") }, log)
}

const TRACE: &[(&str, &str)] = &[("GATEPOST__LOG__LEVEL", "trace")];

/// After creating, rotating and using secrets, rightly and wrongly, in every way there is.
#[apply(on_both_engines)]
async fn a_secret_is_in_no_file_and_no_log(world: World) {
    let server = Child::serve(&world, TRACE);
    let (first, mut log) = app(&world, &["create", "--name", "Orders"]).await;
    let (second, more) = app(&world, &["rotate-secret", &first.client_id]).await;
    log.push_str(&more);
    let typo = second.with_secret(&format!("{}x", second.secret));
    let http = Client::builder().no_proxy().build().unwrap();
    for (credentials, status) in [(&first, 200), (&second, 200), (&typo, 401)] {
        let Registered { client_id, secret } = credentials;
        let post = || http.post(format!("http://{}/token?client_secret={secret}", server.address));
        let grant = ("grant_type", "client_credentials");
        let pair = [grant, ("client_id", client_id), ("client_secret", secret)];
        let requests = [
            post().basic_auth(client_id, Some(secret)).form(&[grant]),
            post().form(&pair),
            post().json(&pair.into_iter().collect::<std::collections::BTreeMap<_, _>>()),
        ];
        // A secret where none belongs.
        let misplaced = [
            post().basic_auth(client_id, Some(secret)).form(&[grant, ("scope", secret)]),
            post().basic_auth(client_id, Some(secret)).form(&[("grant_type", secret)]),
            post()
                .basic_auth(client_id, Some(secret))
                .form(&[grant, ("resource", &format!("x?access_token={secret}"))]),
            http.get(format!(
                "http://{}/oauth/authorize?client_id={client_id}&response_type=code\
                 &redirect_uri=https://user:{secret}@x.example/cb%3Ftoken={secret}",
                server.address
            )),
        ];
        for request in misplaced {
            let answer = Answer::of(request).await;
            assert!(matches!(answer.status.as_u16(), 400 | 401), "{}", answer.text());
        }
        for request in requests {
            assert_eq!(Answer::of(request).await.status.as_u16(), status);
        }
        let bearer = http.get(format!("http://{}/api/v1/hello", server.address)).bearer_auth(secret);
        Answer::of(bearer).await.refusal(401, "invalid_token");
    }
    log.push_str(&server.kill());
    assert!(log.contains("DEBUG") && log.contains("refused"), "the log was on: {log}");
    // Before the database is opened again, which would remove its journal.
    let read = |path: PathBuf| (fs::read(&path).unwrap(), path);
    let files: Vec<_> = files_below(&world.database.folder()).into_iter().map(read).collect();
    let dump = format!("{:?}", world.database.dump().await);
    for trace in [&first.secret, &second.secret].into_iter().flat_map(|secret| traces(secret)) {
        assert!(!holds(log.as_bytes(), &trace), "in the log");
        assert!(!dump.contains(&trace), "in a row");
        for (bytes, path) in &files {
            assert!(!holds(bytes, &trace), "in {}", path.display());
        }
    }
    assert!(dump.contains("$argon2id$"), "what is kept is a hash");
}

/// What `Debug` shows, in a log line or a panic.
#[apply(on_both_engines)]
async fn a_secret_is_in_no_debug_output(world: World) {
    let server = world.server_with("[[applications]]\nclient_id = \"a\"\nclient_secret = \"hidden-thing\"").await;
    let made = server.service().await;
    let application = server.rooms.store.application(&made.id()).await.unwrap().unwrap();
    let form = format!("client_id={}&client_secret={}", made.client_id, made.secret);
    let parameters = Parameters::from_form(form.as_bytes()).unwrap();
    let shown = [
        format!("{:?}", ClientSecret::presented(made.secret.clone())),
        format!("{application:#?}"),
        format!("{parameters:?}"),
        format!("{:?}", ClientCredentials::from_request(None, &parameters).unwrap()),
        format!("{:?}", server.rooms.config),
        format!("{:?}", server.rooms.master_keys),
        format!("{:?}", server.rooms.store.signing_keys().await.unwrap()),
    ];
    for text in shown {
        for trace in traces(&made.secret) {
            assert!(!text.contains(&trace), "{text}");
        }
        assert!(!text.contains("hidden-thing") && !text.contains("$argon2id$"), "{text}");
    }
}
