//! `/admin/settings`: every setting with its source.

use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, operator};
use super::view::{SettingLine, SettingsPage, SettingsPart};
use crate::config::{ShownSetting, Sources};
use crate::domain::language::Language;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::visit::Visit;

/// `GET /admin/settings`.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    match operator(&visit, Here::Settings.href()) {
        Ok(person) => visit.remembered(settings(&visit, person)),
        Err(response) => *response,
    }
}

fn settings(visit: &Visit, person: &SignedInPerson) -> Response {
    let sources = visit.edge.sources();
    let shown = sources.map(Sources::settings).unwrap_or_default();
    let mut parts: Vec<SettingsPart> = Vec::new();
    for setting in shown {
        let (part, name) = setting.key.split_once('.').unwrap_or(("", &setting.key));
        let line = line(name, setting);
        match parts.last_mut().filter(|last| last.name == part) {
            Some(last) => last.lines.push(line),
            None => parts.push(SettingsPart { name: part.to_owned(), lines: vec![line] }),
        }
    }
    let view = SettingsPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Settings),
        file: sources.and_then(|sources| sources.file()).map(|file| file.display().to_string()),
        parts,
    };
    page(&view).into_response()
}

/// Secrets were masked when the settings were read.
fn line(name: &str, setting: &ShownSetting) -> SettingLine {
    let value = match &setting.value {
        serde_json::Value::Null => None,
        value => Some(value.to_string()),
    };
    SettingLine { name: name.to_owned(), value, place: setting.place.to_string() }
}
