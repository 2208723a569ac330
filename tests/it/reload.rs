//! SIGHUP: the configuration is read again, and never costs the server.

use macro_rules_attribute::apply;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Credentials, Installation, Node, PATIENCE, SmtpServer, installed_on_both_engines, until};

const READ: &str = "the configuration was read again";
const NOT_READ: &str = "the configuration was not read again";

/// The file that is read where none is named.
fn write(at: &Installation, toml: &str) {
    std::fs::create_dir_all(at.path("config")).unwrap();
    std::fs::write(at.path("config/gatepost.toml"), toml).unwrap();
}

/// Writes the file, asks for it to be read, and waits until the log says these words once more.
async fn reload(at: &Installation, node: &Node, toml: &str, words: &str) {
    write(at, toml);
    let count = || node.log().matches(words).count();
    let before = count();
    node.signal("HUP");
    until(words, PATIENCE, async || (count() > before).then_some(())).await;
}

fn orders() -> Credentials {
    Credentials { id: "orders".to_owned(), secret: "a-secret-that-is-long-enough-for-anyone".to_owned() }
}

/// A declaration of it.
fn declared() -> String {
    let Credentials { id, secret } = orders();
    format!("[[applications]]\nclient_id = \"{id}\"\nname = \"Orders\"\nclient_secret = \"{secret}\"\n")
}

fn mail(server: &SmtpServer) -> String {
    format!("[mail]\nurl = \"smtp://{}\"\n", server.address)
}

/// Asks for a sign-in mail.
async fn ask_for_mail(node: &Node, email: &str) -> Page {
    let browser = Browser::beside(node);
    let page = browser.visit("/login").await;
    browser.enter_address(&page, email).await
}

#[apply(installed_on_both_engines)]
async fn what_can_change_while_the_server_runs_is_taken_over(at: Installation) {
    let mut at = at;
    at.unset("mail.url");
    let (first, second) = (SmtpServer::start().await, SmtpServer::start().await);
    write(&at, &mail(&first));
    let node = at.start().await;
    assert_eq!(node.token_status(&orders()).await, 401);
    let is_fine = || node.log().contains("\"level\":\"DEBUG\"");
    assert!(!is_fine());

    let finer = "[log]\nlevel = \"gatepost=debug\"\n[rate_limits]\nmail_per_ip_burst = 1\n";
    reload(&at, &node, &format!("{finer}{}{}", mail(&second), declared()), READ).await;
    node.token(&orders()).await;
    until("the log is finer", PATIENCE, async || is_fine().then_some(())).await;
    assert!(ask_for_mail(&node, "john@example.com").await.has("login-code"));
    let sent = async || (second.received().len() == 1).then_some(());
    until("the new mail server gets the mail", PATIENCE, sent).await;
    assert!(first.received().is_empty());
    let refused = ask_for_mail(&node, "anna@example.com").await;
    assert_eq!(refused.answer.status, 429, "the new limit holds: {}", refused.text());

    // What left the file is deactivated, as at a start.
    reload(&at, &node, &mail(&second), READ).await;
    node.answers(&orders(), reqwest::StatusCode::UNAUTHORIZED).await;
    assert!(ask_for_mail(&node, "anna@example.com").await.has("login-code"), "and the limit is back to what it was");
}

/// Each limit is read again, not only those of mail.
#[apply(installed_on_both_engines)]
async fn the_limits_of_devices_and_registrations_are_taken_over(at: Installation) {
    let set = |most: u32| {
        let registrations = format!("unused_registrations = {}\n", 10 * most);
        let codes = format!("open_device_codes_per_ip = {most}\nwrong_user_codes_per_ip = {most}\n");
        format!("[registration]\ndynamic = \"open\"\n[rate_limits]\n{registrations}{codes}{}", device())
    };
    write(&at, &set(1));
    let node = at.start().await;
    assert_eq!([ask_device(&node).await, ask_device(&node).await], [200, 429]);
    assert_eq!([register(&node).await, register(&node).await], [201, 429]);
    assert_eq!([try_user_code(&node).await, try_user_code(&node).await], [400, 429]);
    reload(&at, &node, &set(2), READ).await;
    assert_eq!([ask_device(&node).await, ask_device(&node).await], [200, 429]);
    assert_eq!([register(&node).await, register(&node).await], [201, 429]);
    reload(&at, &node, &set(100), READ).await;
    assert_eq!(try_user_code(&node).await, 400);
}

/// An application of a device.
fn device() -> String {
    "[[applications]]\nclient_id = \"tv\"\nname = \"Television\"\ntype = \"device\"\n".to_owned()
}

async fn ask_device(node: &Node) -> u16 {
    let asked = node.client.post(node.url("/oauth/device_authorization")).form(&[("client_id", "tv")]);
    asked.send().await.unwrap().status().as_u16()
}

async fn register(node: &Node) -> u16 {
    let metadata = serde_json::json!({ "client_name": "Notes", "redirect_uris": ["http://127.0.0.1/cb"] });
    let sent = node.client.post(node.url("/oauth/register")).json(&metadata).send();
    sent.await.unwrap().status().as_u16()
}

/// Enters a code that no device has.
async fn try_user_code(node: &Node) -> u16 {
    let browser = Browser::beside(node);
    let page = browser.visit("/device").await;
    let entered = browser.submit(page.form_with("device-submit"), &[("user_code", "BBBB-BBBB")]).await;
    entered.answer.status.as_u16()
}

/// `[[upstreams]]`, `[[attributes]]`, `[[resources]]` and `[[trusted_issuers]]` too, and what left the file is gone again.
#[apply(installed_on_both_engines)]
async fn what_people_sign_in_with_and_are_described_by_is_taken_over(at: Installation) {
    let upstream = |name: &str, label: &str| {
        format!(
            "[[upstreams]]\nname = \"{name}\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"g\"\nlabel = \"{label}\"\n"
        )
    };
    let attribute = "[[attributes]]\nname = \"department\"\ntype = \"string\"\nscope = \"billing\"\n\
                     [[scopes]]\nname = \"billing\"\n\
                     [[resources]]\nidentifier = \"https://api.example.com\"\nscopes = [\"billing\"]\nopen = true\n\
                     [[trusted_issuers]]\nissuer = \"http://127.0.0.1:9\"\n";
    write(&at, "");
    let node = at.start().await;
    assert_eq!(offered(&node).await, [false; 5]);
    reload(&at, &node, &format!("{}{attribute}", upstream("corp", "Corp")), READ).await;
    assert_eq!(offered(&node).await, [true; 5]);
    let page = Browser::beside(&node).visit("/login").await;
    assert!(page.text().contains("Corp") && !page.has("upstream-other"), "{}", page.text());
    reload(&at, &node, &upstream("other", "Another"), READ).await;
    let page = Browser::beside(&node).visit("/login").await;
    assert!(page.text().contains("Another") && !page.has("upstream-corp"), "{}", page.text());
    reload(&at, &node, "", READ).await;
    assert_eq!(offered(&node).await, [false; 5]);
    assert!(!node.log().contains("take effect at the next start"), "{}", node.log());
}

/// Whether the upstream has a button, and its class, the attribute, the scope and the grant of assertions stand in the
/// metadata.
async fn offered(node: &Node) -> [bool; 5] {
    let page = Browser::beside(node).visit("/login").await;
    let metadata = node.client.get(node.url("/.well-known/openid-configuration")).send().await.unwrap();
    let metadata: serde_json::Value = metadata.json().await.unwrap();
    let has = |list: &str, value: &str| metadata[list].as_array().unwrap().iter().any(|one| one == value);
    [
        page.has("upstream-corp"),
        has("acr_values_supported", "urn:gatepost:upstream"),
        has("claims_supported", "department"),
        has("scopes_supported", "billing"),
        has("grant_types_supported", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
    ]
}

/// A secret is shown as a mask, behind which it may have changed.
#[apply(installed_on_both_engines)]
async fn a_secret_that_waits_for_the_next_start_is_named(at: Installation) {
    let mut at = at;
    at.unset("keys.master_key");
    let set = |byte: &str| format!("[keys]\nmaster_key = \"{}{}\"\n", byte.repeat(16), "01".repeat(16));
    write(&at, &set("a0"));
    let node = at.start().await;
    reload(&at, &node, &set("a0"), READ).await;
    assert!(!node.log().contains("take effect at the next start"), "nothing has changed: {}", node.log());
    reload(&at, &node, &set("b0"), READ).await;
    let log = node.log();
    assert!(log.contains("take effect at the next start") && log.contains("keys.master_key"), "{log}");
    assert!(!log.contains("b0b0"), "{log}");
}

#[apply(installed_on_both_engines)]
async fn a_bad_file_changes_nothing_and_is_logged(at: Installation) {
    write(&at, &declared());
    let node = at.start().await;
    node.token(&orders()).await;
    for bad in [
        "[log\n",
        "[log]\nlevel = \"loud\"\n",
        "[nonsense]\nx = 1\n",
        "[mail]\nfrom = \"no address\"\n",
        "[[applications]]\nclient_id = \"orders\"\nname = \"pay at evil.example\"\n",
    ] {
        reload(&at, &node, bad, NOT_READ).await;
        node.token(&orders()).await;
    }
    // A setting that needs a new start is named, and the rest is taken over.
    let later = format!("[tokens]\naccess_ttl = \"1m\"\n{}", declared());
    reload(&at, &node, &later, READ).await;
    let log = node.log();
    assert!(log.contains("take effect at the next start") && log.contains("tokens.access_ttl"), "{log}");
    for _ in 0..3 {
        node.signal("HUP");
    }
    node.token(&orders()).await;
    assert!(node.stop().await.success());
}
