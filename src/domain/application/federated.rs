//! Identities of other issuers as people and programs write them: as JSON, or on lines.

use serde_json::{Map, Value, json};

use super::setting::{SettingValue, Shape};
use crate::domain::visible_text::{holds_blank, holds_odd_blank};
use crate::protocol::federation::{FederatedIdentity, ForeignKeys, LONGEST_AUDIENCE};

/// The member with an issuer's keys, where this server cannot fetch them.
pub const KEYS: &str = "jwks";

/// The same in the configuration, which may name a file of the server's machine.
pub const KEYS_FILE: &str = "jwks_file";

/// The members of an entry.
const MEMBERS: [&str; 5] = ["issuer", "subject", "audience", KEYS, "reusable"];

impl SettingValue for Vec<FederatedIdentity> {
    const SHAPE: Shape = Shape::Identities;

    fn read(value: &Value) -> Result<Self, String> {
        let mut identities = Self::new();
        for entry in value.as_array().ok_or_else(String::new)? {
            let identity = identity(entry.as_object().ok_or_else(|| not_understood(entry))?)?;
            if !identities.contains(&identity) {
                identities.push(identity);
            }
        }
        Ok(identities)
    }

    fn show(&self) -> Value {
        self.iter().map(shown).collect()
    }
}

/// An entry on one line: issuer, subject and audience, or JSON where there is more to say.
pub(super) fn line(entry: &Value) -> String {
    let words: Vec<&str> = ["issuer", "subject", "audience"].iter().filter_map(|name| entry[*name].as_str()).collect();
    let has_more = entry[KEYS].is_object() || entry["reusable"] == true;
    if has_more || words.iter().any(|word| word.contains(char::is_whitespace)) {
        entry.to_string()
    } else {
        words.join(" ")
    }
}

/// Entries again, one on a line. JSON may take several: programs print it so. What is neither stays a text, and is
/// refused as what it is.
pub(super) fn from_text(text: &str) -> Value {
    let mut entries = Vec::new();
    let mut rest = text.trim_ascii_start();
    while let Some(first) = rest.lines().next() {
        let (entry, length) = object_before(rest).unwrap_or_else(|| (from_line(first.trim_ascii_end()), first.len()));
        entries.push(entry);
        rest = rest.split_at(length).1.trim_ascii_start();
    }
    Value::Array(entries)
}

/// The JSON object that a text begins with, if it stands alone on its lines, and how long it is.
fn object_before(text: &str) -> Option<(Value, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let object = text.starts_with('{').then(|| values.next())??.ok()?;
    let length = values.byte_offset();
    let after = text.split_at(length).1.lines().next().unwrap_or_default();
    after.trim_ascii().is_empty().then_some((object, length))
}

fn from_line(line: &str) -> Value {
    match line.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        _ if line.starts_with('{') => line.into(),
        [issuer, subject] => json!({ "issuer": issuer, "subject": subject }),
        [issuer, subject, audience] => json!({ "issuer": issuer, "subject": subject, "audience": audience }),
        _ => line.into(),
    }
}

/// An entry as the audit log tells of it, which people read.
pub fn told(entry: &Value) -> String {
    let mut without_keys = entry.clone();
    let keys = without_keys.as_object_mut().and_then(|members| members.remove(KEYS));
    let end = if keys.is_some() { " with keys" } else { "" };
    format!("{}{end}", line(&without_keys))
}

fn identity(entry: &Map<String, Value>) -> Result<FederatedIdentity, String> {
    if let Some(unknown) = entry.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        let file = "only the configuration of the server can name a file; send its contents as jwks";
        let known = format!("it may have {}", MEMBERS.join(", "));
        return Err(format!("unknown member '{unknown}': {}", if unknown == KEYS_FILE { file } else { &known }));
    }
    let issuer = required(entry, "issuer")?.parse().map_err(|e| format!("{e}"))?;
    let subject = required(entry, "subject")?;
    if holds_odd_blank(subject) {
        return Err("the subject has a blank that is no space, or a character that cannot be seen".to_owned());
    }
    let subject = subject.parse().map_err(|e| format!("{e}"))?;
    let identity = FederatedIdentity {
        issuer,
        subject,
        audience: given(entry, "audience").map(audience).transpose()?,
        keys: given(entry, KEYS).map(|set| ForeignKeys::read(set).map_err(|e| format!("{KEYS}: {e}"))).transpose()?,
        reusable: given(entry, "reusable").map(yes_or_no).transpose()?.unwrap_or_default(),
    };
    if identity.issuer.metadata_url().is_none() && identity.keys.is_none() {
        return Err(format!("the trust domain '{}' needs the keys of its bundle, as jwks", identity.issuer));
    }
    if identity.issuer.is_shared() {
        identity.subject.check_names_owner().map_err(|e| e.to_string())?;
    }
    Ok(identity)
}

/// A member that says something; `null` says nothing.
fn given<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    entry.get(name).filter(|value| !value.is_null())
}

fn required<'a>(entry: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    given(entry, name).and_then(Value::as_str).ok_or_else(|| format!("an entry has a member '{name}', which is a text"))
}

fn audience(value: &Value) -> Result<String, String> {
    let is_good = |text: &&str| (1..=LONGEST_AUDIENCE).contains(&text.len()) && !holds_blank(text);
    let text = value.as_str().filter(is_good);
    text.map(str::to_owned).ok_or_else(|| format!("the audience has 1 to {LONGEST_AUDIENCE} bytes without spaces"))
}

fn yes_or_no(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "reusable is true or false".to_owned())
}

fn not_understood(entry: &Value) -> String {
    let text = entry.as_str().map_or_else(|| entry.to_string(), str::to_owned);
    format!("'{text}' has no issuer and subject")
}

fn shown(identity: &FederatedIdentity) -> Value {
    let mut entry = json!({ "issuer": identity.issuer.as_str(), "subject": identity.subject.as_str() });
    if let Some(audience) = &identity.audience {
        entry["audience"] = audience.as_str().into();
    }
    if let Some(keys) = &identity.keys {
        entry[KEYS] = keys.show();
    }
    if identity.reusable {
        entry["reusable"] = true.into();
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn read(entry: &Value) -> Result<Vec<FederatedIdentity>, String> {
        SettingValue::read(&json!([entry]))
    }

    fn bundle() -> Value {
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] })
    }

    #[test]
    fn what_is_read_is_shown_again() {
        for entry in [
            json!({ "issuer": GITHUB, "subject": "repo:octo/shop:ref:refs/heads/main" }),
            json!({ "issuer": GITHUB, "subject": "repo:octo/*", "audience": "https://id.example", "reusable": true }),
            json!({ "issuer": "spiffe://example.org", "subject": "spiffe://example.org/ns/prod/*", "jwks": bundle() }),
        ] {
            let read = read(&entry).unwrap();
            assert_eq!(read.show(), json!([entry.clone()]));
            assert_eq!(from_text(&line(&entry)), json!([entry]));
        }
        let nothing =
            json!({ "issuer": GITHUB, "subject": "a:b:c", "audience": null, "jwks": null, "reusable": false });
        assert_eq!(read(&nothing).unwrap().show(), json!([{ "issuer": GITHUB, "subject": "a:b:c" }]));
        let twice = json!([{ "issuer": GITHUB, "subject": "a:b:c" }, { "issuer": GITHUB, "subject": "a:b:c" }]);
        assert_eq!(Vec::<FederatedIdentity>::read(&twice).unwrap().len(), 1);
    }

    #[test]
    fn what_names_no_identity_is_refused_with_what_is_wrong() {
        for (entry, what) in [
            (json!({ "subject": "a" }), "a member 'issuer'"),
            (json!({ "issuer": GITHUB }), "a member 'subject'"),
            (json!({ "issuer": "http://a.example", "subject": "a" }), "https"),
            (json!({ "issuer": GITHUB, "subject": "*" }), "'/' or ':'"),
            (json!({ "issuer": GITHUB, "subject": "repo:*" }), "serves everybody"),
            (json!({ "issuer": GITHUB, "subject": "repo:octo*" }), "serves everybody"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "audience": "" }), "audience"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "audience": "a b" }), "audience"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "audience": ["a"] }), "audience"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "jwks": {} }), "JWK Set"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "jwks_file": "/etc/passwd" }), "only the configuration"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "subjects": [] }), "unknown member 'subjects'"),
            (json!({ "issuer": GITHUB, "subject": "a:b:c", "reusable": "yes" }), "true or false"),
            (json!({ "issuer": "spiffe://example.org", "subject": "spiffe://example.org/a" }), "needs the keys"),
            (json!("https://a.example"), "no issuer and subject"),
        ] {
            let refused = read(&entry).unwrap_err();
            assert!(refused.contains(what), "{entry}: {refused}");
        }
    }

    #[test]
    fn an_entry_fits_on_a_line() {
        let short = json!({ "issuer": "https://a.example", "subject": "a", "audience": "b" });
        assert_eq!(line(&short), "https://a.example a b");
        assert_eq!(from_text("https://a.example  a "), json!([{ "issuer": "https://a.example", "subject": "a" }]));
        let spaced = json!({ "issuer": "https://a.example", "subject": "a b" });
        assert_eq!(from_text(&line(&spaced)), json!([spaced]));
        for neither in ["https://a.example", "a b c d", "{", "{} {}", "{}, a"] {
            assert_eq!(from_text(neither), json!([neither]));
        }
        let keys = json!({ "issuer": "https://a.example", "subject": "a", "jwks": bundle() });
        assert_eq!(told(&keys), "https://a.example a with keys");
    }

    #[test]
    fn json_may_take_several_lines_between_others() {
        let keys = json!({ "issuer": "https://a.example", "subject": "a", "jwks": bundle() });
        let short = json!({ "issuer": "https://b.example", "subject": "b" });
        let pretty = serde_json::to_string_pretty(&keys).unwrap();
        assert!(pretty.lines().count() > 5, "{pretty}");
        assert_eq!(from_text(&pretty), json!([keys]));
        assert_eq!(from_text(&pretty.replace('\n', "\r\n")), json!([keys]));
        let mixed = format!("\n https://b.example b\r\n\n{pretty}\n{keys} \n  {pretty}\nhttps://b.example b\n");
        assert_eq!(from_text(&mixed), json!([short, keys, keys, keys, short]));
        assert_eq!(from_text(" \n"), json!([]));
    }
}
