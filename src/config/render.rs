//! What `config show` prints: every effective setting and its source.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Loaded;
use super::sources::ShownSetting;

/// Longer settings do not move the sources of all others to the right.
const WIDEST_ALIGNED: usize = 56;

impl Loaded {
    /// The settings as text, one a line in TOML's dotted form, with its place in a comment behind it.
    pub fn show_text(&self) -> String {
        let lines: Vec<(String, String)> = self.sources.settings().iter().map(line).collect();
        let widths = lines.iter().map(|(setting, _)| setting.chars().count());
        let width = widths.filter(|width| *width <= WIDEST_ALIGNED).max().unwrap_or(0);
        let mut text = match self.sources.file() {
            Some(path) => format!("# file: {}\n", path.display()),
            None => "# no file\n".to_owned(),
        };
        for (setting, place) in lines {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{setting:width$}  # {place}");
        }
        text
    }

    /// The settings as JSON: `{"file": …, "settings": {section: {key: {"value", "source"}}}, "declared": {list: [{key: …}]}}`.
    pub fn show_json(&self) -> Value {
        let mut settings = Map::new();
        let mut declared = Map::new();
        for setting in self.sources.settings() {
            let Some((table, key)) = setting.key.split_once('.') else {
                continue;
            };
            let members = match table.split_once('[') {
                None => object(&mut settings, table),
                Some((list, index)) => object_of_list(&mut declared, list, index),
            };
            if let Some(members) = members {
                let source = setting.place.to_string();
                members.insert(key.to_owned(), json!({ "value": setting.value, "source": source }));
            }
        }
        json!({
            "file": self.sources.file().map(|path| path.display().to_string()),
            "settings": settings,
            "declared": declared,
        })
    }
}

fn object<'a>(parent: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    let child = parent.entry(name).or_insert_with(|| json!({}));
    child.as_object_mut()
}

/// The entry of a list whose index is written `0]`; the entries come in order.
fn object_of_list<'a>(
    parent: &'a mut Map<String, Value>,
    list: &str,
    index: &str,
) -> Option<&'a mut Map<String, Value>> {
    let index: usize = index.trim_end_matches(']').parse().ok()?;
    let entries = parent.entry(list).or_insert_with(|| json!([])).as_array_mut()?;
    if entries.len() <= index {
        entries.push(json!({}));
    }
    entries.get_mut(index)?.as_object_mut()
}

fn line(setting: &ShownSetting) -> (String, String) {
    let key = &setting.key;
    let text = match &setting.value {
        Value::Null => format!("# {key} is not set"),
        value => format!("{key} = {value}"),
    };
    (text, setting.place.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn loaded() -> Loaded {
        let text = r#"
            [server]
            issuer = "https://login.example.com"
            [[applications]]
            client_id = "reports"
            client_secret = "hunter2-in-the-file"
            [[applications]]
            client_id = "shop"
        "#;
        let environment = [
            ("GATEPOST__DATABASE__URL", "postgres://me:hunter2@db/gatepost"),
            ("GATEPOST__KEYS__MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
            ("GATEPOST__MAIL__URL", "smtps://me:hunter2@mail.example.com"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config::from_toml("gatepost.toml", text, &environment).unwrap()
    }

    #[test]
    fn every_setting_says_where_it_came_from() {
        let text = loaded().show_text();
        let has = |start: &str, end: &str| {
            let found = text.lines().any(|line| line.starts_with(start) && line.ends_with(end));
            assert!(found, "{start} … {end} in\n{text}");
        };
        has("# file: gatepost.toml", "");
        has("server.listen = \"127.0.0.1:8080\" ", "  # default");
        has("server.issuer = \"https://login.example.com\"", "  # gatepost.toml:3:22");
        has("mail.url = ", "  # GATEPOST__MAIL__URL");
        has("# keys.retire_after is not set", "  # default");
        has("applications[1].client_id = \"shop\"", "  # gatepost.toml:8:25");
    }

    #[test]
    fn no_secret_is_shown() {
        let loaded = loaded();
        let shown = format!("{}{}{loaded:?}", loaded.show_text(), loaded.show_json());
        for secret in ["hunter2", "AAECAwQF"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("postgres://me:********@db/gatepost"));
        assert!(shown.contains("smtps://me:********@mail.example.com:465"));
    }

    #[test]
    fn json_has_value_and_source_of_each_setting() {
        let shown = loaded().show_json();
        assert_eq!(shown["file"], "gatepost.toml");
        let listen = &shown["settings"]["server"]["listen"];
        assert_eq!(*listen, json!({ "value": "127.0.0.1:8080", "source": "default" }));
        assert_eq!(shown["settings"]["server"]["max_connections"]["value"], 1024);
        assert_eq!(shown["settings"]["keys"]["retire_after"]["value"], Value::Null);
        assert_eq!(shown["declared"]["applications"][1]["client_id"]["value"], "shop");
    }
}
