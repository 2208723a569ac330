//! `/admin/settings`: every setting with its source.

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{SettingLine, SettingsPage, SettingsPart};
use crate::config::{ShownSetting, Sources};
use crate::http::pages::page::Page;
use crate::http::pages::viewer::Operator;

/// `GET /admin/settings`.
pub(in crate::http) async fn show(operator: Operator) -> Page {
    let sources = operator.edge.sources();
    let t = OperatorMessages::of(operator.language);
    operator.page(&SettingsPage {
        t,
        bar: Bar::of(&operator, Here::Settings),
        file: sources.as_ref().and_then(|sources| sources.file()).map(|file| file.display().to_string()),
        parts: parts(t, sources.as_deref().map(Sources::settings).unwrap_or_default()),
    })
}

/// The settings, those of one part of the file together.
fn parts(t: &OperatorMessages, settings: &[ShownSetting]) -> Vec<SettingsPart> {
    let mut parts: Vec<SettingsPart> = Vec::new();
    for setting in settings {
        let (part, name) = setting.key.split_once('.').unwrap_or(("", &setting.key));
        let line = line(t, name, setting);
        match parts.last_mut().filter(|last| last.name == part) {
            Some(last) => last.lines.push(line),
            None => parts.push(SettingsPart { name: part.to_owned(), lines: vec![line] }),
        }
    }
    parts
}

/// Secrets were masked when the settings were read.
fn line(t: &OperatorMessages, name: &str, setting: &ShownSetting) -> SettingLine {
    let value = match &setting.value {
        serde_json::Value::Null => None,
        value => Some(value.to_string()),
    };
    SettingLine { name: name.to_owned(), value, place: t.place(&setting.place) }
}
