//! `[[applications]]`, `[[scopes]]`, `[[resources]]`, `[[groups]]` and `[[attributes]]`: what the operator declares and Gatepost reconciles at start.

use super::attributes::{DeclaredAttribute, MOST_ATTRIBUTES, OWN_SCOPES};
use super::declared_application::DeclaredApplication;
use super::place::Place;
use super::reader::Reader;
use super::reader::TableReader;
use super::setting::FromText;
use super::trusted_issuers::{self, IdentityIssuer};
use super::upstreams::{self, Upstream, UpstreamIssuer};
use super::value::{Kind, Value};
use crate::domain::approval::is_management;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::attribute_schema::AttributeSchema;
use crate::domain::group::{GroupName, MOST_GROUPS};
use crate::protocol::claims::TokenProfile;
use crate::protocol::resource::ResourceId;

/// Everything that is declared.
#[derive(Clone, Debug, Default)]
pub struct Provisioning {
    /// The entries of `[[applications]]`.
    pub applications: Vec<DeclaredApplication>,
    /// The entries of `[[scopes]]`.
    pub scopes: Vec<DeclaredScope>,
    /// The entries of `[[resources]]`.
    pub resources: Vec<DeclaredResource>,
    /// The entries of `[[groups]]`.
    pub groups: Vec<DeclaredGroup>,
    /// The entries of `[[attributes]]`.
    pub attributes: Vec<DeclaredAttribute>,
}

/// A group of people.
#[derive(Clone, Debug)]
pub struct DeclaredGroup {
    /// Its name.
    pub name: GroupName,
    /// Whether developers may know of it.
    pub visible_to_developers: bool,
    /// How the people in it have to sign in to applications.
    pub require: RequiredSignIn,
    /// Where it is declared.
    pub place: Place,
}

/// A scope with its description for people.
#[derive(Clone, Debug)]
pub struct DeclaredScope {
    /// The scope.
    pub name: String,
    /// What consent to it allows.
    pub description: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A resource server that tokens can be issued for (RFC 8707).
#[derive(Clone, Debug)]
pub struct DeclaredResource {
    /// Its identifier, an absolute URI.
    pub identifier: String,
    /// The name that people see.
    pub name: Option<String>,
    /// The scopes it understands.
    pub scopes: Vec<String>,
    /// Whether every application may ask for it whose person consents.
    pub open: bool,
    /// The only format of token that it reads.
    pub token_format: Option<TokenProfile>,
    /// The client id of the application that it is.
    pub application: Option<String>,
    /// The issuer of the authorization server whose tokens it takes, where that is another one.
    pub issuer: Option<String>,
    /// What applications are called there, each by its client id here.
    pub client_ids: Vec<(String, String)>,
    /// Where it is declared.
    pub place: Place,
}

impl Provisioning {
    /// Reads the lists; call it before the section `[applications]`, whose name one of them shares.
    pub(super) fn read(reader: &mut Reader) -> Self {
        let applications = take_applications(reader);
        let applications = entries(reader, "applications", applications, DeclaredApplication::read);
        let scopes = reader.take("scopes");
        let scopes = entries(reader, "scopes", scopes, DeclaredScope::read);
        let resources = reader.take("resources");
        let resources = entries(reader, "resources", resources, DeclaredResource::read);
        let groups = reader.take("groups");
        let groups = entries(reader, "groups", groups, DeclaredGroup::read);
        let attributes = reader.take("attributes");
        let attributes = entries(reader, "attributes", attributes, DeclaredAttribute::read);

        let named = applications.iter().map(|a| (&a.client_id, &a.place));
        refuse_duplicates(reader, "applications", "client_id", named);
        let named = scopes.iter().map(|scope| (&scope.name, &scope.place));
        refuse_duplicates(reader, "scopes", "name", named);
        let named = resources.iter().map(|r| (&r.identifier, &r.place));
        refuse_duplicates(reader, "resources", "identifier", named);
        let called: Vec<_> = groups.iter().map(|group| group.name.to_string()).collect();
        refuse_duplicates(reader, "groups", "name", called.iter().zip(groups.iter().map(|group| &group.place)));
        refuse_too_many(reader, &groups);
        refuse_duplicate_attributes(reader, &attributes);
        refuse_bad_attributes(reader, &attributes, &scopes);
        Self { applications, scopes, resources, groups, attributes }
    }
}

/// Reads `[[upstreams]]`.
pub(super) fn read_upstreams(reader: &mut Reader) -> Vec<Upstream> {
    let written = reader.take("upstreams");
    let upstreams = entries(reader, "upstreams", written, Upstream::read);
    upstreams::check(reader, &upstreams);
    upstreams
}

/// Reads `[[trusted_issuers]]`.
pub(super) fn read_trusted_issuers(reader: &mut Reader) -> Vec<IdentityIssuer> {
    let written = reader.take("trusted_issuers");
    let issuers = entries(reader, "trusted_issuers", written, IdentityIssuer::read);
    trusted_issuers::check(reader, &issuers);
    issuers
}

impl Provisioning {
    /// The attributes that people have.
    pub fn attribute_schema(&self) -> AttributeSchema {
        AttributeSchema::of(self.attributes.iter().map(|declared| declared.attribute.clone()).collect())
    }
}

impl DeclaredScope {
    fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let name = table.required::<String>("name", place);
        let description = table.optional("description");
        Some(Self { name: name?, description, place: place.clone() })
    }
}

impl DeclaredGroup {
    fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let name = table.required::<GroupName>("name", place);
        let visible_to_developers = table.optional("visible_to_developers").unwrap_or_default();
        let require = table.optional("require").unwrap_or_default();
        Some(Self { name: name?, visible_to_developers, require, place: place.clone() })
    }
}

impl FromText for GroupName {
    const EXPECTED: &'static str = "1 to 64 characters of a-z A-Z 0-9 - _ . : / @";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

fn refuse_too_many(reader: &mut Reader, groups: &[DeclaredGroup]) {
    if let Some(group) = groups.get(MOST_GROUPS) {
        reader.refuse("groups", group.place.clone(), format!("expected {MOST_GROUPS} groups at most"));
    }
}

impl DeclaredResource {
    fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let identifier = table.required::<ResourceIdentifier>("identifier", place);
        let name = table.optional("name");
        let scopes: Vec<String> = table.optional("scopes").unwrap_or_default();
        let open = table.optional("open").unwrap_or_default();
        let token_format = table.optional("token_format");
        let application: Option<String> = table.optional("application");
        let issuer = table.optional::<UpstreamIssuer>("issuer").map(|issuer| issuer.0);
        let client_ids = client_ids(table, issuer.is_some());
        if issuer.is_some() && (open || application.is_some() || token_format.is_some()) {
            let what =
                "tokens for it are of that issuer; expected none of open, token_format and application beside it";
            table.refuse("issuer", what.to_owned());
        }
        if open && let Some(power) = scopes.iter().find(|scope| is_management(scope)) {
            let what =
                format!("'{power}' gives power over this server; an API with it cannot be open to every application");
            table.refuse("open", what);
        }
        let identifier = identifier?.0;
        let place = place.clone();
        Some(Self { identifier, name, scopes, open, token_format, application, issuer, client_ids, place })
    }
}

/// Pairs such as `agent f53f191f9311af35`: a client id here, and what the same application is called there.
fn client_ids(table: &mut TableReader<'_>, has_issuer: bool) -> Vec<(String, String)> {
    let written = table.optional::<Vec<String>>("client_ids").unwrap_or_default();
    if !written.is_empty() && !has_issuer {
        table.refuse("client_ids", "expected an issuer too, at which they are called so".to_owned());
    }
    let mut pairs: Vec<(String, String)> = Vec::with_capacity(written.len());
    for pair in &written {
        match pair.split_ascii_whitespace().collect::<Vec<_>>()[..] {
            [here, there] if pairs.iter().all(|(known, _)| known != here) => {
                pairs.push((here.to_owned(), there.to_owned()));
            }
            _ => {
                let what = format!(
                    "expected each client id once, with the one there, such as \"agent f53f19\", found \"{pair}\""
                );
                table.refuse("client_ids", what);
            }
        }
    }
    pairs
}

/// RFC 8707 section 2: an absolute URI without a fragment.
struct ResourceIdentifier(String);

impl FromText for ResourceIdentifier {
    const EXPECTED: &'static str = "an absolute URI without a fragment, such as https://api.example.com";

    fn from_text(text: &str) -> Result<Self, String> {
        ResourceId::of_uri(text).map(|_| Self(text.to_owned())).map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// The declared applications: the list called `applications`, or `declared` in the section of that name.
fn take_applications(reader: &mut Reader) -> Option<Value> {
    let index = reader.file.iter().position(|entry| entry.key == "applications")?;
    match &mut reader.file[index].value.kind {
        Kind::Table(entries) => {
            let declared = entries.iter().position(|entry| entry.key == "declared")?;
            Some(entries.remove(declared).value)
        }
        Kind::List(_) => Some(reader.file.remove(index).value),
        _ => None,
    }
}

/// Reads each table of a list; all are read, so that all problems are found.
fn entries<T>(
    reader: &mut Reader,
    list: &str,
    written: Option<Value>,
    read: impl Fn(&mut TableReader<'_>, &Place) -> Option<T>,
) -> Vec<T> {
    let items = match written {
        None => return Vec::new(),
        Some(Value { kind: Kind::List(items), .. }) => items,
        Some(other) => vec![other],
    };
    let mut found = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let name = format!("{list}[{index}]");
        let unfit = item.unfit(&format!("a table of the list [[{list}]]"));
        let Kind::Table(entries) = item.kind else {
            reader.refuse(&name, unfit.place, unfit.message);
            continue;
        };
        let mut table = TableReader::new(reader, name, entries);
        found.extend(read(&mut table, &item.place));
        table.refuse_unknown_keys();
    }
    found
}

/// Not too many, and each of a scope that there is.
fn refuse_bad_attributes(reader: &mut Reader, attributes: &[DeclaredAttribute], scopes: &[DeclaredScope]) {
    if let Some(attribute) = attributes.get(MOST_ATTRIBUTES) {
        let message = format!("expected {MOST_ATTRIBUTES} attributes at most");
        reader.refuse("attributes", attribute.place.clone(), message);
    }
    for declared in attributes {
        let Some(claim) = &declared.attribute.claim else { continue };
        let known = OWN_SCOPES.contains(&claim.scope.as_str()) || scopes.iter().any(|scope| scope.name == claim.scope);
        if !known {
            let own = OWN_SCOPES.join(", ");
            let message = format!("expected {own} or a scope of [[scopes]], found \"{}\"", claim.scope);
            reader.refuse("attributes.scope", declared.place.clone(), message);
        }
    }
}

/// No two of one name, and no two that would be the same claim.
fn refuse_duplicate_attributes(reader: &mut Reader, attributes: &[DeclaredAttribute]) {
    let names: Vec<_> = attributes.iter().map(|one| (one.attribute.name.to_string(), &one.place)).collect();
    refuse_duplicates(reader, "attributes", "name", names.iter().map(|(name, place)| (name, *place)));
    let claims = attributes.iter().filter_map(|one| Some((&one.attribute.claim.as_ref()?.name, &one.place)));
    refuse_duplicates(reader, "attributes", "claim", claims);
}

fn refuse_duplicates<'a>(
    reader: &mut Reader,
    list: &str,
    key: &str,
    named: impl Iterator<Item = (&'a String, &'a Place)>,
) {
    let mut seen: Vec<(&String, &Place)> = Vec::new();
    for (name, place) in named {
        match seen.iter().find(|(other, _)| *other == name) {
            Some((_, first)) => {
                let message = format!("expected each {key} once, but {name:?} is declared at {first} too");
                reader.refuse(&format!("{list}.{key}"), place.clone(), message);
            }
            None => seen.push((name, place)),
        }
    }
}
