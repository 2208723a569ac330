//! Applications that many people run beside this server, and how each of them is registered.

mod table;

use serde_json::{Value, json};
use url::Url;

use super::application::{
    ApplicationKind, GivenSettings, POST_LOGOUT_REDIRECT_URIS, REDIRECT_URIS, Setting, SettingProblem,
};
use crate::protocol::url_parts::has_credentials;

pub use table::PRESETS;

/// How one of them is registered. Everybody's address for it is another, so addresses are paths below that.
#[derive(Debug)]
pub struct Preset {
    /// Its name on the command line and in forms.
    pub name: &'static str,
    /// What its makers call it.
    pub label: &'static str,
    /// Where it takes codes.
    redirects: &'static [&'static str],
    /// Where its command line takes codes, on the machine of the person who uses it.
    on_loopback: &'static [&'static str],
    /// Where it sends people after they have signed out.
    after_logout: &'static [&'static str],
    /// What it asks for.
    scopes: &'static str,
    /// What it wants a person's groups to be called, if it does not read `groups`.
    groups_claim: Option<&'static str>,
}

/// The address of an application: where people open it, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationAddress(String);

/// A text that is no address of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no address of an application; give the one under which people open it, such as https://app.example.com"
)]
pub struct NoApplicationAddress;

impl std::str::FromStr for ApplicationAddress {
    type Err = NoApplicationAddress;

    fn from_str(text: &str) -> Result<Self, NoApplicationAddress> {
        let url = Url::parse(text.trim_ascii()).map_err(|_| NoApplicationAddress)?;
        let is_bare = url.query().is_none() && url.fragment().is_none() && !has_credentials(&url);
        if !is_bare || !matches!(url.scheme(), "http" | "https") {
            return Err(NoApplicationAddress);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl std::fmt::Display for ApplicationAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Preset {
    /// The one of this name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Its settings at this address, each under its name.
    pub fn settings(&self, address: &ApplicationAddress) -> Vec<(&'static str, Value)> {
        let below = |paths: &[&str]| paths.iter().map(|path| format!("{address}{path}")).collect::<Vec<_>>();
        let mut redirects = below(self.redirects);
        redirects.extend(self.on_loopback.iter().map(|uri| (*uri).to_owned()));
        let mut settings = vec![
            ("name", json!(self.label)),
            ("type", json!(ApplicationKind::Web.name())),
            (REDIRECT_URIS, json!(redirects)),
            ("scopes", json!(self.scopes)),
        ];
        if !self.after_logout.is_empty() {
            settings.push((POST_LOGOUT_REDIRECT_URIS, json!(below(self.after_logout))));
        }
        settings.extend(self.groups_claim.map(|claim| ("groups_claim", json!(claim))));
        settings
    }

    /// What was given, and the rest as the application wants it.
    pub fn complete(
        &self,
        address: &ApplicationAddress,
        mut given: GivenSettings,
    ) -> Result<GivenSettings, SettingProblem> {
        for (name, value) in self.settings(address) {
            if let Some(setting) = Setting::of_name(name).filter(|_| !given.says(name)) {
                given.give(setting, name, &value)?;
            }
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::protocol::jose::SigningAlgorithm;

    #[test]
    fn each_can_be_registered_as_it_stands() {
        let names: BTreeSet<_> = PRESETS.iter().map(|preset| preset.name).collect();
        assert_eq!(names.len(), PRESETS.len());
        let address = "https://app.example.com:8443/below/".parse().unwrap();
        for preset in PRESETS {
            let given = preset.complete(&address, GivenSettings::default()).unwrap();
            let settings = given.create("", SigningAlgorithm::default()).unwrap();
            assert_eq!(settings.name, preset.label);
            assert!(settings.scope.contains("openid") && !settings.redirect_uris.is_empty(), "{}", preset.name);
            for uri in settings.redirect_uris.iter().filter(|uri| !uri.starts_with("http://localhost:")) {
                assert!(uri.starts_with("https://app.example.com:8443/below"), "{uri}");
            }
        }
    }

    #[test]
    fn what_was_given_stays() {
        let mut given = GivenSettings::default();
        given.give(Setting::of_name("name").unwrap(), "name", &json!("Dashboards")).unwrap();
        let preset = Preset::of_name("grafana").unwrap();
        let given = preset.complete(&"https://g.example".parse().unwrap(), given).unwrap();
        let settings = given.create("", SigningAlgorithm::default()).unwrap();
        assert_eq!(settings.name, "Dashboards");
        assert_eq!(settings.redirect_uris, ["https://g.example/login/generic_oauth"]);
    }

    #[test]
    fn an_address_is_where_people_open_the_application() {
        let reads = |text: &str| text.parse::<ApplicationAddress>().ok().map(|address| address.to_string());
        assert_eq!(reads(" https://App.example.com/ ").as_deref(), Some("https://app.example.com"));
        assert_eq!(reads("http://localhost:3000/x/").as_deref(), Some("http://localhost:3000/x"));
        for wrong in ["", "app.example.com", "ftp://a", "https://a/?x", "https://a/#x", "https://me@a/", "javascript:x"]
        {
            assert_eq!(reads(wrong), None, "{wrong}");
        }
    }

    /// `docs/applications.md` has a section for each, and in its table what it is registered with.
    #[test]
    fn the_document_tells_of_each() {
        let document = include_str!("../../docs/applications.md");
        for preset in PRESETS {
            assert!(document.contains(&format!("\n## {}\n", preset.label)), "{} has no section", preset.label);
            assert!(document.contains(&format!("--for {} ", preset.name)), "{} has no command", preset.name);
            let row = document.lines().find(|line| line.starts_with(&format!("| [{}](#", preset.label)));
            let row = row.unwrap_or_default();
            let told = preset.redirects.iter().chain(preset.on_loopback).chain(preset.after_logout);
            for text in told.chain([&preset.scopes]).filter(|text| !text.is_empty()) {
                assert!(row.contains(&format!("`{text}`")), "{} in the table: {text}", preset.label);
            }
        }
    }
}
