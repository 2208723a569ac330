//! What commands print, for programs and for people.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use macro_rules_attribute::apply;

use crate::harness::{Installation, installed_on_both_engines};

/// Whatever a command finds out, a program can read it: one document, and nothing beside it.
#[apply(installed_on_both_engines)]
async fn every_result_is_one_json_document_where_that_is_asked_for(at: Installation) {
    at.migrated().await;
    let node = at.start().await;
    let at = at.beside(&node);
    for words in [
        "app list",
        "app list --deleted",
        "app sweep --dry-run",
        "app create --name Orders --client-id orders",
        "app show orders",
        "app update orders --name Reports",
        "app rotate-secret orders",
        "app exempt orders",
        "app deactivate orders",
        "app activate orders",
        "app delete orders",
        "app undelete orders",
        "user create ann@example.com",
        "user list",
        "user set ann@example.com locale=de",
        "user disable ann@example.com",
        "user enable ann@example.com",
        "user login-link ann@example.com",
        "user invite bob@example.com",
        "user invitations",
        "user withdraw bob@example.com",
        "group create staff",
        "group list",
        "group show staff",
        "group update staff --visible-to-developers",
        "group add staff ann@example.com",
        "group remove staff ann@example.com",
        "group delete staff",
        "user delete ann@example.com",
        "registration-token create --name CI",
        "registration-token list",
        "webhook list",
        "key list",
        "key rotate",
        "key reencrypt",
        "audit list",
        "migrate",
        "health",
        "version",
        "config show",
        "config check",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let told = at.json(&words).await;
        assert!(told.is_object() || told.is_array(), "{words:?}: {told}");
    }
}

/// The help of a command ends with a line that can be typed.
#[tokio::test]
async fn help_has_an_example() {
    let at = Installation::on_sqlite();
    for (words, example) in [
        (&["app", "create"][..], "gatepost app create --name Reports"),
        (&["doctor"], "gatepost --config /etc/gatepost/gatepost.toml doctor"),
        (&["serve"], "gatepost --config /etc/gatepost/gatepost.toml serve"),
    ] {
        let ran = at.run(&[words, &["--help"]].concat()).await;
        assert_eq!(ran.code, Some(0));
        let (_, shown) = ran.stdout.split_once("Example:\n").unwrap_or_else(|| panic!("{}", ran.stdout));
        assert!(shown.trim().starts_with(example), "{shown}");
    }
}

/// What `serve --dev` says, up to its last line.
fn welcome_of(mut command: Command) -> String {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs");
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok) {
        said.extend([line.as_str(), "\n"]);
        if line.contains("/metrics") {
            break;
        }
    }
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
    said
}

/// A file or a program that reads what `serve --dev` says finds no codes of a terminal in it.
#[tokio::test]
async fn what_is_no_terminal_is_told_without_colour() {
    let mut at = Installation::on_sqlite();
    at.unset("mail.url");
    let command = at.command(&["serve", "--dev"]);
    let said = tokio::task::spawn_blocking(move || welcome_of(command)).await.expect("it is read");
    assert!(said.contains("/portal") && said.contains("/metrics") && !said.contains('\x1b'), "{said}");
}
