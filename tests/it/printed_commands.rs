//! What the documents print to be typed works as it is printed: each block of shell is run beside a server of its own, in
//! the order of its document. Only names of other machines and placeholders are replaced, by what is said here.

mod deployment;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use gatepost::adapters::clock::{Clock as _, SystemClock};
use gatepost::protocol::jose::SigningAlgorithm;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::harness::{Assertion, ClientKey, Credentials, ForeignIssuer, Installation, Node, text};

/// Documents with commands, and how many blocks of each a test types: one that is added has to be typed somewhere, too.
const DOCUMENTS: [(&str, usize); 15] = [
    ("README.md", 9),
    ("CONTRIBUTING.md", 0),
    ("docs/api.md", 1),
    ("docs/applications.md", 15),
    ("docs/clients.md", 5),
    ("docs/deployment.md", 0),
    ("docs/logout.md", 1),
    ("docs/mcp.md", 4),
    ("docs/registration.md", 2),
    ("docs/tokens.md", 2),
    ("docs/upstreams.md", 1),
    ("docs/webhooks.md", 1),
    ("docs/workloads.md", 5),
    ("fuzz/README.md", 0),
    ("tests/interop/README.md", 0),
];

/// The languages of blocks that are typed.
const COMMANDS: [&str; 4] = ["sh", "bash", "shell", "console"];

/// What begins a line that a test cannot run, and why.
const ELSEWHERE: [(&str, &str); 12] = [
    ("docker ", "needs a container engine; what it runs in the container is typed below"),
    (
        "kubectl ",
        "needs a cluster; tests/kubernetes reads what it would apply, and what it runs in a pod is typed below",
    ),
    ("deploy/make-secrets", "run by itself below, in a copy of the folder"),
    ("cargo ", "builds what is being tested"),
    ("scripts/", "builds or installs; that the script is there is checked"),
    (".ci/", "the same"),
    ("install ", "changes the machine; that the file is there is checked"),
    ("systemctl ", "changes the machine"),
    ("gatepost --config mcp.toml serve", "goes on; the configuration is checked below"),
    ("npm ", "installs; tests/interop/mcp runs what it installs"),
    ("npx ", "needs a package of the internet; tests/interop/mcp types it"),
    ("pip ", "installs; tests/interop/mcp runs what it installs"),
];

/// The seconds since 1970, as the programs see them.
fn unix_time() -> i64 {
    SystemClock.now().as_seconds()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// The blocks of code of these languages, in their order.
fn blocks(document: &str, languages: &[&str]) -> Vec<String> {
    let text = read(document);
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((languages.contains(&language), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(wanted, _)| *wanted).map(|(_, block)| block)),
            (Some((_, block)), None) => block.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    blocks
}

fn is_elsewhere(line: &str) -> bool {
    ELSEWHERE.iter().any(|(start, _)| line.starts_with(start))
}

/// A block that a test can run.
fn can_run(block: &str) -> bool {
    !block.lines().any(is_elsewhere)
}

/// A server for trying things out, and the folder in which commands are typed.
struct Terminal {
    at: Installation,
    node: Node,
    port: u16,
    environment: BTreeMap<&'static str, String>,
}

impl Terminal {
    async fn open() -> Self {
        let mut at = Installation::on_sqlite();
        let node = at.start_in_development().await;
        let port = node.address.port();
        Self { at, node, port, environment: BTreeMap::new() }
    }

    /// Types a block; a command that fails ends it.
    async fn types(&self, block: &str) -> String {
        let script = format!(
            "curl() {{ command curl --fail-with-body --silent --show-error \"$@\"; }}\n{}",
            block.replace("localhost:8080", &format!("localhost:{}", self.port))
        );
        let mut command = self.at.shell(&script);
        command.envs(&self.environment);
        let output: Output = spawn_blocking(move || command.output()).await.unwrap().expect("bash runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{block}\n{said}{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.node.log()
        );
        said
    }

    /// Types all blocks of a document that can be run; what each said.
    async fn types_all(&self, document: &str, replace: impl Fn(&str) -> String) -> Vec<String> {
        let mut said = Vec::new();
        for block in blocks(document, &["sh"]).into_iter().filter(|block| can_run(block)) {
            said.push(self.types(&replace(&block)).await);
        }
        said
    }

    async fn client_id_of(&self, kind: &str) -> String {
        let listed = self.at.json(&["app", "list"]).await;
        let one = listed.as_array().unwrap().iter().find(|one| one["type"] == kind);
        one.map(|one| text(&one["client_id"])).unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_works_as_printed() {
    let terminal = Terminal::open().await;
    let mut said = Vec::new();
    for block in blocks("README.md", &["sh"]).into_iter().filter(|block| can_run(block)) {
        let shop = terminal.client_id_of("web").await;
        let block = block.replace("https://id.example.com", "http://localhost:8080").replace('…', &shop);
        said.push(terminal.types(&block).await);
    }
    assert!(said.len() >= 6, "{said:?}");
    // The first token, what is in it, and what an API says to it.
    assert!(said[0].contains(&format!("\"iss\": \"http://localhost:{}\"", terminal.port)), "{}", said[0]);
    assert!(said.iter().any(|said| said.contains("\"email\":\"anna@example.com\"")), "{said:?}");

    // A configuration with mistakes, told as it is printed.
    let printed = blocks("README.md", &["console"]).remove(0);
    let (command, expected) = printed.split_once('\n').unwrap();
    let wrong = "[server]\nlisen = \"x\"\nissuer = \"http://example.com\"\n[keys]\nrotate_every = \"90\"\n";
    fs::write(terminal.at.path("c.toml"), wrong).unwrap();
    let words: Vec<&str> = command.strip_prefix("$ gatepost ").unwrap().split(' ').collect();
    let mut check = terminal.at.command(&words);
    check.env_remove("GATEPOST__SERVER__ISSUER").env_remove("GATEPOST__SERVER__LISTEN");
    let output = spawn_blocking(move || check.output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_for_clients_and_of_the_api_work_as_printed() {
    let mut terminal = Terminal::open().await;
    let Credentials { id, secret } = Credentials::from(&terminal.at.json(&["app", "create", "--name", "Mine"]).await);
    terminal.environment = BTreeMap::from([
        ("CLIENT_ID", id),
        ("CLIENT_SECRET", secret),
        ("ISSUER", format!("http://localhost:{}", terminal.port)),
    ]);
    let keys = ClientKey::new(SigningAlgorithm::Es256).jwks();
    fs::write(terminal.at.path("public.jwks"), keys).unwrap();
    let said = terminal.types_all("docs/clients.md", str::to_owned).await;
    assert_eq!(said[0].matches("\"access_token\"").count(), 2, "{said:?}");
    let said = terminal.types_all("docs/api.md", str::to_owned).await;
    assert!(said[0].contains("\"name\":\"Orders\""), "{said:?}");

    // What a wrong secret is answered with, apart from the trace id.
    let printed = blocks("docs/clients.md", &["console"]).remove(0);
    let (command, expected) = printed.split_once('\n').unwrap();
    let command = command.strip_prefix("$ ").unwrap().replacen("curl", "command curl", 1);
    let said = terminal.types(&command).await;
    let told = |answer: &str| answer.split(",\"trace_id\"").next().unwrap().to_owned();
    assert_eq!(told(&said), told(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_application_of_the_document_is_registered_as_printed() {
    let terminal = Terminal::open().await;
    let said = terminal.types_all("docs/applications.md", str::to_owned).await;
    assert!(said.len() >= 15 && said.iter().all(|said| said.contains("secret")), "{said:?}");
    let listed = terminal.at.json(&["app", "list"]).await;
    let minio = listed.as_array().unwrap().iter().find(|one| one["name"] == "MinIO").expect("it is listed");
    let shown = terminal.at.json(&["app", "show", &text(&minio["client_id"])]).await;
    assert_eq!(shown["redirect_uris"], json!(["https://minio.example.com/oauth_callback"]));
    assert_eq!((&shown["type"], &shown["groups_claim"]), (&json!("web"), &json!("policy")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_registration_works_as_printed() {
    let terminal = Terminal::open().await;
    let block = blocks("docs/registration.md", &["sh"]).remove(0);
    let (revoking, making): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.contains(" revoke "));
    let made = terminal.types(&making.join("\n")).await;
    let token = made.split_whitespace().find(|word| word.starts_with("gpit_")).expect("a token is shown");

    // A client registers itself with that token. The command goes on until its quotation ends.
    let printed = blocks("docs/registration.md", &["console"]).remove(0);
    let (command, expected) = printed.strip_prefix("$ ").unwrap().split_once("}'\n").unwrap();
    let here = format!("{command}}}'").replace("https://login.example.com", "http://localhost:8080");
    let told: Value = serde_json::from_str(&terminal.types(&here.replace("gpit_…", token)).await).unwrap();
    let members = expected.split('"').skip(1).step_by(2).filter(|part| told.get(part).is_some()).count();
    assert_eq!(members, 5, "the members that are printed: {told}");
    assert_eq!(told["client_name"], "Notes");
    assert!(text(&told["registration_access_token"]).starts_with("gprt_"), "{told}");
    let own = format!("http://localhost:{}/oauth/register/", terminal.port);
    assert!(text(&told["registration_client_uri"]).starts_with(&own), "{told}");

    let tokens = terminal.at.json(&["registration-token", "list"]).await;
    assert_eq!(tokens[0]["uses"], 1, "{tokens}");
    terminal.types(&revoking.join("\n").replace("ID", &text(&tokens[0]["id"]))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_signing_out_works_as_printed() {
    let terminal = Terminal::open().await;
    assert_eq!(terminal.types_all("docs/logout.md", str::to_owned).await.len(), 1);
    let shown = terminal.at.json(&["app", "show", "shop"]).await;
    assert_eq!(shown["backchannel_logout_uri"], "https://shop.example.com/logout");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_mcp_works_as_printed() {
    let terminal = Terminal::open().await;
    fs::write(terminal.at.path("mcp.toml"), blocks("docs/mcp.md", &["toml"]).remove(0)).unwrap();
    // A server in earnest would need a mail server, too.
    terminal.types("GATEPOST__MAIL__URL=smtp://127.0.0.1:9 gatepost --config mcp.toml config check").await;
    assert_eq!(terminal.types_all("docs/mcp.md", str::to_owned).await.len(), 4);
    let shown = terminal.at.json(&["app", "show", "our-agent"]).await;
    assert_eq!(shown["audiences"], json!(["http://localhost:3000/mcp"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_tokens_works_as_printed() {
    let terminal = Terminal::open().await;
    for id in ["shop", "orders-api", "stock-api"] {
        terminal.at.json(&["app", "create", "--name", id, "--client-id", id]).await;
    }
    terminal.types_all("docs/tokens.md", str::to_owned).await;
    let shown = terminal.at.json(&["app", "show", "orders-api"]).await;
    assert_eq!(shown["may_exchange_for"], json!(["stock-api"]));
    let shown = terminal.at.json(&["app", "show", "shop"]).await;
    assert_eq!(shown["audiences"], json!(["orders-api", "stock-api"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_upstreams_works_as_printed() {
    let terminal = Terminal::open().await;
    let said = terminal.types_all("docs/upstreams.md", |block| block.replace("YOUR-ISSUER", "id.example.com")).await;
    assert!(said.len() == 1 && said[0].contains("secret"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_webhooks_works_as_printed() {
    let terminal = Terminal::open().await;
    terminal.at.json(&["app", "create", "--name", "Shop", "--client-id", "shop"]).await;
    let here = |block: &str| {
        // The address of a webhook must lead somewhere; on a machine for trying out that may be the machine itself.
        block
            .replace("https://ops.example.com", "http://localhost:9")
            .replace("https://shop.example.com", "http://localhost:9")
    };
    let block = here(&blocks("docs/webhooks.md", &["sh"]).remove(0));
    let (create, use_it): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.contains(" create "));
    terminal.types(&create.join("\n")).await;
    let hooks = terminal.at.json(&["webhook", "list"]).await;
    assert_eq!(hooks.as_array().unwrap().len(), 2);
    let id = text(&hooks[0]["id"]);
    terminal.types(&use_it.join("\n").replace(" ID ", &format!(" {id} "))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_workloads_works_as_printed() {
    let mut terminal = Terminal::open().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let (ours, now) = (format!("http://localhost:{}", terminal.port), unix_time());
    let token = Assertion {
        header: json!({ "alg": key.alg(), "kid": key.kid() }),
        claims: json!({ "iss": issuer.issuer, "sub": "project:shop/build", "aud": ours, "iat": now, "exp": now + 300 }),
    };
    fs::write(terminal.at.path("token"), token.signed(&key)).unwrap();
    fs::write(terminal.at.path("bundle.json"), key.jwks()).unwrap();
    terminal.environment = BTreeMap::from([("ISSUER", ours)]);
    let here = |block: &str| block.replace("https://ci.example.com", &issuer.issuer);
    let said = terminal.types_all("docs/workloads.md", here).await;
    assert!(said[1].contains("\"access_token\""), "{said:?}");
    assert_eq!(said.len(), 5, "{said:?}");
    let listed = terminal.at.json(&["app", "show", "spiffe-orders"]).await;
    assert_eq!(listed["federated"][0]["issuer"], "spiffe://example.org");

    // The configuration of a cluster, with its keys by file.
    let cluster = terminal.at.path("bundle.json").display().to_string();
    let declared = blocks("docs/workloads.md", &["toml"]).remove(0).replace("/etc/gatepost/cluster.json", &cluster);
    fs::write(terminal.at.path("cluster.toml"), declared).unwrap();
    terminal.types("gatepost --config cluster.toml app list").await;
}

/// A block is not added that no test runs.
#[test]
fn every_document_with_commands_is_tried() {
    let mut with_commands = Vec::new();
    for folder in ["", "docs", "docs/decisions", "docs/examples", "fuzz", "tests/interop"] {
        for entry in fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.strip_prefix(root()).unwrap().display().to_string();
            if entry.extension().is_some_and(|kind| kind == "md") {
                let blocks = blocks(&name, &COMMANDS);
                let typed = blocks.iter().filter(|block| can_run(block)).count();
                with_commands.extend((!blocks.is_empty()).then_some((name, typed)));
            }
        }
    }
    with_commands.sort_unstable();
    let mut tried = DOCUMENTS.map(|(document, blocks)| (document.to_owned(), blocks));
    tried.sort_unstable();
    assert_eq!(with_commands, tried);
}

/// A line that is not run names things that are there.
#[test]
fn what_is_run_elsewhere_is_there() {
    let mut scripts = 0;
    let blocks = DOCUMENTS.iter().flat_map(|(document, _)| blocks(document, &COMMANDS));
    for block in blocks.filter(|block| !can_run(block)) {
        for word in block.split_whitespace() {
            let path = root().join(word);
            if ["scripts/", "deploy/", ".ci/", "tests/"].iter().any(|folder| word.starts_with(folder)) {
                let mode = path.metadata().unwrap_or_else(|e| panic!("{word}: {e}")).permissions().mode();
                assert!(mode & 0o111 != 0 || word.contains('.'), "{word} can be run");
                scripts += 1;
            }
            if path.extension().is_some_and(|kind| kind == "yaml") || word.starts_with("config/") {
                assert!(path.exists(), "{word}");
            }
        }
    }
    assert!(scripts >= 10, "{scripts}");
}
