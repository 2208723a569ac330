//! An example for every command, shown at the end of its help.

use clap::Command;

/// The words of a command, and a command line that uses it.
const EXAMPLES: [(&str, &str); 56] = [
    ("serve", "gatepost --config /etc/gatepost/gatepost.toml serve"),
    ("app create", "gatepost app create --name Reports --client-id reports"),
    ("app update", "gatepost app update reports --name \"Nightly reports\" --clear token_ttl"),
    ("app list", "gatepost app list --json"),
    ("app show", "gatepost app show reports"),
    ("app try", "gatepost app try notes --scope \"openid profile\""),
    ("app deactivate", "gatepost app deactivate reports"),
    ("app activate", "gatepost app activate reports"),
    ("app delete", "gatepost app delete reports"),
    ("app undelete", "gatepost app undelete reports"),
    ("app exempt", "gatepost app exempt reports"),
    ("app sweep", "gatepost app sweep --dry-run"),
    ("app rotate-secret", "gatepost app rotate-secret reports"),
    ("user create", "gatepost user create john@example.com --name \"John Smith\" --admin"),
    ("user list", "gatepost user list"),
    ("user set", "gatepost user set john@example.com given_name=John locale=de"),
    ("user disable", "gatepost user disable john@example.com"),
    ("user enable", "gatepost user enable john@example.com"),
    ("user delete", "gatepost user delete john@example.com"),
    ("user login-link", "gatepost user login-link john@example.com"),
    ("user invite", "gatepost user invite ann@example.com --group staff"),
    ("user invitations", "gatepost user invitations"),
    ("user withdraw", "gatepost user withdraw ann@example.com"),
    ("group create", "gatepost group create staff --visible-to-developers"),
    ("group list", "gatepost group list"),
    ("group show", "gatepost group show staff"),
    ("group update", "gatepost group update staff --visible-to-developers=false"),
    ("group add", "gatepost group add staff ann@example.com bob@example.com"),
    ("group remove", "gatepost group remove staff bob@example.com"),
    ("group delete", "gatepost group delete staff"),
    ("registration-token create", "gatepost registration-token create --name \"Partner\" --uses 5 --expires 7d"),
    ("registration-token list", "gatepost registration-token list"),
    ("registration-token revoke", "gatepost registration-token revoke 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    ("webhook create", "gatepost webhook create --url https://ops.example.com/hooks --event secret.added"),
    ("webhook list", "gatepost webhook list --json"),
    ("webhook show", "gatepost webhook show 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    ("webhook disable", "gatepost webhook disable 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    ("webhook enable", "gatepost webhook enable 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    ("webhook rotate-secret", "gatepost webhook rotate-secret 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    ("webhook ping", "gatepost webhook ping 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    (
        "webhook redeliver",
        "gatepost webhook redeliver 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b msg_01939b2f-1b2c-7d3e-8f40-5a6b7c8d9e0f",
    ),
    ("webhook delete", "gatepost webhook delete 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b"),
    ("key list", "gatepost key list"),
    ("key rotate", "gatepost key rotate --now"),
    ("key revoke", "gatepost key revoke Zm9yIGV4YW1wbGU"),
    ("key reencrypt", "gatepost key reencrypt"),
    ("audit list", "gatepost audit list --event secret.added --from 2026-11-01T00:00:00Z"),
    ("mail test", "gatepost mail test me@example.com"),
    ("migrate", "gatepost --config /etc/gatepost/gatepost.toml migrate"),
    ("doctor", "gatepost --config /etc/gatepost/gatepost.toml doctor"),
    ("health", "gatepost health"),
    ("version", "gatepost version --json"),
    ("config check", "gatepost --config /etc/gatepost/gatepost.toml config check --online"),
    ("config show", "gatepost config show --json"),
    ("backup", "gatepost backup /var/backups/gatepost.db"),
    ("completions", "gatepost completions bash > /etc/bash_completion.d/gatepost"),
];

/// The command with its examples, and so those below it.
pub(super) fn with_examples(command: Command) -> Command {
    below(command, "")
}

fn below(command: Command, words: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = match EXAMPLES.iter().find(|(of, _)| *of == words) {
        Some((_, example)) => command.after_help(format!("Example:\n  {example}")),
        None => command,
    };
    names.into_iter().fold(command, |command, name| {
        let path = if words.is_empty() { name.clone() } else { format!("{words} {name}") };
        command.mut_subcommand(name, |sub| below(sub, &path))
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::cli::Arguments;

    /// Every command that can be run, by its words.
    fn commands(command: &Command, words: &str) -> Vec<(String, Command)> {
        let subs: Vec<_> = command.get_subcommands().collect();
        if subs.is_empty() {
            return vec![(words.to_owned(), command.clone())];
        }
        subs.into_iter().flat_map(|sub| commands(sub, format!("{words} {}", sub.get_name()).trim())).collect()
    }

    /// The words of a line, as a shell parts them, up to where its output goes.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" > ").next().unwrap();
        let parts = line.split('"').enumerate();
        let words = parts.flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        words.collect()
    }

    #[test]
    fn every_command_has_an_example_that_can_be_typed() {
        let all = commands(&with_examples(Arguments::command()), "");
        assert!(all.len() >= 40, "{}", all.len());
        for (name, mut command) in all {
            let help = command.render_long_help().to_string();
            let (_, example) = help.split_once("Example:\n").unwrap_or_else(|| panic!("{name} has no example"));
            let example = words(example.trim());
            let shown = name.split(' ').all(|word| example.iter().any(|argument| argument == word));
            assert!(shown && example[0] == "gatepost", "{name}: {example:?}");
            let matches = Arguments::command().try_get_matches_from(&example);
            let parsed = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
            assert!(parsed.is_ok(), "{name}: {example:?}: {}", parsed.err().unwrap());
        }
        let known: Vec<_> = commands(&Arguments::command(), "").into_iter().map(|(name, _)| name).collect();
        for (name, _) in EXAMPLES {
            assert!(known.iter().any(|known| known == name), "there is no command {name}");
        }
    }

    /// The words in spans of code that begin with the binary's name.
    fn spans(text: &str) -> Vec<Vec<String>> {
        let spans = text.split('`').skip(1).step_by(2).filter_map(|span| span.strip_prefix("gatepost "));
        spans
            .map(|span| span.split_whitespace().map(|word| word.trim_matches(['[', ']']).to_owned()).collect())
            .collect()
    }

    /// What in a line of words is neither a command nor an option of it.
    fn unknown_in(words: &[String]) -> Option<String> {
        let global = Arguments::command();
        let mut command = &global;
        for word in words {
            let named = word.strip_prefix("--").map(|name| name.split('=').next().unwrap().to_owned());
            // These two every command has; they are made when it is run.
            let is_option = |name: &str| {
                ["help", "version"].contains(&name)
                    || [&global, command]
                        .iter()
                        .any(|known| known.get_arguments().any(|one| one.get_long() == Some(name)))
            };
            match named {
                Some(name) if !is_option(&name) => return Some(word.clone()),
                Some(_) => {}
                None => match command.find_subcommand(word) {
                    Some(below) => command = below,
                    None if command.get_subcommands().count() > 0 && command.get_name() != "gatepost" => {
                        return Some(word.clone());
                    }
                    None => {}
                },
            }
        }
        None
    }

    #[test]
    fn what_documents_and_settings_call_a_command_is_one() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = ["", "docs", "docs/decisions", "config"].map(|folder| root.join(folder));
        let files =
            folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
        let texts = files.filter(|file| file.extension().is_some_and(|kind| kind == "md" || kind == "toml"));
        let mut found = 0;
        for file in texts {
            for words in spans(&std::fs::read_to_string(&file).unwrap()) {
                assert_eq!(unknown_in(&words), None, "{}: gatepost {}", file.display(), words.join(" "));
                found += 1;
            }
        }
        assert!(found > 20, "{found}");
        let bad =
            ["app remove ID", "app list --gone"].map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(bad.iter().all(|words| unknown_in(words).is_some()));
    }

    #[test]
    fn every_command_that_has_a_result_prints_it_as_json_too() {
        for (name, command) in commands(&Arguments::command(), "") {
            let has_json = command.get_arguments().any(|argument| argument.get_long() == Some("json"));
            assert_eq!(has_json, !["serve", "completions"].contains(&name.as_str()), "{name}");
        }
    }
}
