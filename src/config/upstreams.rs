//! `[[upstreams]]`: other OpenID providers at which people may sign in.

use ipnet::IpNet;
use url::Url;

use super::and_this_machine;
use super::declared_application::secret_of_named_file;
use super::issuer::Issuer;
use super::mail_domains::mail_domains;
use super::place::Place;
use super::problem::Problem;
use super::reader::{Reader, TableReader};
use super::secret::Secret;
use super::setting::FromText;
use crate::domain::upstream::UpstreamName;
use crate::domain::user::EmailAddress;
use crate::domain::visible_text::is_visible_text;
use crate::protocol::scope::OPENID;
use crate::protocol::url_parts::{has_credentials, is_on_this_machine};

/// How many can be declared: each is a button on the sign-in page.
const MOST_UPSTREAMS: usize = 10;

/// The longest label, in characters.
const LONGEST_LABEL: usize = 40;

/// An upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// What it is called in addresses.
    pub name: UpstreamName,
    /// Its issuer identifier, exactly as it writes it.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// The secret of this server there; none for a public client.
    pub client_secret: Option<Secret>,
    /// What is asked for there.
    pub scopes: Vec<String>,
    /// What people know it by.
    pub label: String,
    /// The domains whose proven addresses may sign in; empty for all, and for identities without an address.
    pub email_domains: Vec<String>,
    /// The networks that it may be in besides the public internet.
    pub allow_private: Vec<IpNet>,
    /// Where it is declared.
    pub place: Place,
}

impl Upstream {
    pub(super) fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let name = table.required::<UpstreamName>("name", place);
        let issuer = table.required::<UpstreamIssuer>("issuer", place);
        let client_id = table.required::<String>("client_id", place);
        let client_secret = secret(table, name.as_ref());
        let scopes = scopes(table);
        let label = table.optional::<Label>("label");
        let email_domains = domains(table);
        let allow_private = table.optional("allow_private").unwrap_or_default();
        let (name, issuer, client_id) = (name?, issuer?.0, client_id?);
        let label = label.map_or_else(|| name.to_string(), |label| label.0);
        let place = place.clone();
        Some(Self { name, issuer, client_id, client_secret, scopes, label, email_domains, allow_private, place })
    }

    /// The scopes as they are asked for.
    pub fn scope(&self) -> String {
        self.scopes.join(" ")
    }

    /// What it may be in besides the public internet: its `allow_private`, and the machine itself where the server is for
    /// nobody else.
    pub fn networks(&self, issuer: &Issuer) -> Vec<IpNet> {
        and_this_machine(&self.allow_private, issuer)
    }

    /// Why it could never be asked by a server of this issuer: over plain HTTP nothing is fetched by one that is for others
    /// than this machine.
    pub(super) fn out_of_reach(&self, issuer: &Issuer) -> Option<String> {
        let is_plain = self.issuer.starts_with("http:");
        (is_plain && !issuer.is_loopback()).then(|| {
            format!(
                "expected https, since server.issuer is {issuer}: http is for a server on a loopback host, found \"{}\"",
                self.issuer
            )
        })
    }

    /// Whether a proven address may sign in there.
    pub fn admits(&self, proven: Option<&EmailAddress>) -> bool {
        self.email_domains.is_empty() || proven.is_some_and(|address| self.email_domains.contains(&address.domain()))
    }
}

/// From the file, a file that it names, or `GATEPOST__UPSTREAMS__NAME__CLIENT_SECRET`, which goes first.
fn secret(table: &mut TableReader<'_>, name: Option<&UpstreamName>) -> Option<Secret> {
    if table.has("client_secret") && table.has("client_secret_file") {
        table.refuse("client_secret_file", "expected only one of client_secret, client_secret_file".to_owned());
    }
    let plain = table.optional::<Secret>("client_secret");
    let written = plain.or(secret_of_named_file(table));
    let Some(name) = name else { return written };
    table.take_from_environment("upstreams", name.as_str(), "client_secret").or(written)
}

fn scopes(table: &mut TableReader<'_>) -> Vec<String> {
    let usual = || ["openid", "email", "profile"].map(str::to_owned).to_vec();
    let scopes = table.optional::<Vec<String>>("scopes").unwrap_or_else(usual);
    if !scopes.iter().any(|scope| scope == OPENID) {
        table.refuse("scopes", "expected openid among them: without it there is no ID token".to_owned());
    }
    if let Some(scope) = scopes.iter().find(|scope| scope.is_empty() || !scope.bytes().all(|c| c.is_ascii_graphic())) {
        table.refuse("scopes", format!("expected scopes, each of plain characters without spaces, found '{scope}'"));
    }
    scopes
}

pub(super) fn domains(table: &mut TableReader<'_>) -> Vec<String> {
    let names = table.optional("email_domains").unwrap_or_default();
    mail_domains(names, |message| table.refuse("email_domains", message))
}

/// No two of one name, which is in addresses, and no two of one issuer, whose identities are the same people.
pub(super) fn check(reader: &mut Reader, upstreams: &[Upstream]) {
    if let Some(upstream) = upstreams.get(MOST_UPSTREAMS) {
        reader.refuse("upstreams", upstream.place.clone(), format!("expected {MOST_UPSTREAMS} upstreams at most"));
    }
    for (at, upstream) in upstreams.iter().enumerate() {
        let before = |same: fn(&Upstream, &Upstream) -> bool| upstreams[..at].iter().find(|one| same(one, upstream));
        let twice = [
            ("name", before(|one, other| one.name == other.name)),
            ("issuer", before(|one, other| one.issuer == other.issuer)),
        ];
        for (key, first) in twice {
            if let Some(first) = first {
                let message = format!("expected each {key} once, but this one is declared at {} too", first.place);
                reader.refuse(&format!("upstreams.{key}"), upstream.place.clone(), message);
            }
        }
    }
}

/// Those that could never be used by a server of this issuer.
pub(super) fn out_of_reach(upstreams: &[Upstream], issuer: &Issuer) -> Vec<Problem> {
    let problem = |(at, upstream): (usize, &Upstream)| {
        let message = upstream.out_of_reach(issuer)?;
        Some(Problem { key: format!("upstreams[{at}].issuer"), place: Some(upstream.place.clone()), message })
    };
    upstreams.iter().enumerate().filter_map(problem).collect()
}

/// The issuer identifier of a provider. Unlike ours it may end in a slash: it is whatever the provider writes.
pub(super) struct UpstreamIssuer(pub(super) String);

impl FromText for UpstreamIssuer {
    const EXPECTED: &'static str = "the provider's issuer, such as https://accounts.example.com";

    fn from_text(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && !has_credentials(&url);
        match url.scheme() {
            _ if !is_plain => Err("it must have no query, fragment, user name or password".to_owned()),
            "https" => Ok(Self(text.to_owned())),
            "http" if is_on_this_machine(&url) => Ok(Self(text.to_owned())),
            "http" => Err("http is for loopback hosts such as localhost only; use https".to_owned()),
            _ => Err("its scheme must be https".to_owned()),
        }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// What stands on the button.
struct Label(String);

impl FromText for Label {
    const EXPECTED: &'static str = "1 to 40 visible characters on one line";

    fn from_text(text: &str) -> Result<Self, String> {
        let label = text.trim_ascii();
        let fits = is_visible_text(label) && label.chars().count() <= LONGEST_LABEL;
        if fits { Ok(Self(label.to_owned())) } else { Err(String::new()) }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl FromText for UpstreamName {
    const EXPECTED: &'static str = "1 to 32 characters of a-z 0-9 -, the first of them a letter";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    const GOOD: &str =
        "[[upstreams]]\nname = \"corp-sso\"\nissuer = \"https://sso.example/\"\nclient_id = \"gatepost\"\n";

    const PUBLIC: &str = "[server]\nissuer = \"https://login.example.com\"\n";

    fn problems(text: &str, environment: &[(String, String)]) -> String {
        Config::from_toml("gatepost.toml", text, environment)
            .map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    #[test]
    fn an_upstream_needs_a_name_an_issuer_and_a_client_id() {
        let loaded = Config::from_toml("gatepost.toml", GOOD, &[]).unwrap();
        let [upstream] = &loaded.config.upstreams[..] else { panic!("one is declared") };
        assert_eq!((upstream.issuer.as_str(), upstream.label.as_str()), ("https://sso.example/", "corp-sso"));
        assert_eq!(upstream.scope(), "openid email profile");
        assert!(upstream.client_secret.is_none() && upstream.admits(None));
        for missing in ["name", "issuer", "client_id"] {
            let without: String =
                GOOD.lines().filter(|line| !line.starts_with(missing)).map(|l| l.to_owned() + "\n").collect();
            let found = problems(&without, &[]);
            assert!(found.contains(&format!("upstreams[0].{missing}")) && found.contains("it is missing"), "{found}");
        }
    }

    #[test]
    fn the_secret_comes_from_the_file_or_the_environment_and_is_never_shown() {
        let variable = ("GATEPOST__UPSTREAMS__CORP_SSO__CLIENT_SECRET".to_owned(), "from-env".to_owned());
        let text = format!("{GOOD}client_secret = \"from-file\"\nemail_domains = [\"Example.com\"]\n");
        for (environment, expected) in [(vec![], "from-file"), (vec![variable], "from-env")] {
            let loaded = Config::from_toml("gatepost.toml", &text, &environment).unwrap();
            let upstream = &loaded.config.upstreams[0];
            assert_eq!(upstream.client_secret.as_ref().unwrap().expose(), expected);
            let shown = format!("{}{upstream:?}", loaded.show_text());
            assert!(shown.contains("upstreams[0].client_secret") && !shown.contains(expected), "{shown}");
            assert!(upstream.admits(Some(&"a@example.com".parse().unwrap())) && !upstream.admits(None));
            assert!(!upstream.admits(Some(&"a@sub.example.com".parse().unwrap())));
        }
    }

    #[test]
    fn what_cannot_be_is_refused_at_its_place() {
        let other = GOOD.replace("corp-sso", "other");
        for (text, told) in [
            (GOOD.replace("https://sso", "http://sso"), "use https"),
            (GOOD.replace("sso.example/", "sso.example/?a=b"), "no query"),
            (GOOD.replace("sso.example", "john@sso.example"), "user name or password"),
            (GOOD.replace("sso.example", ":secret@sso.example"), "user name or password"),
            (GOOD.replace("corp-sso", "Corp SSO"), "a-z 0-9 -"),
            (GOOD.replace("https://sso.example", "http://127.0.0.1:9"), ""),
            (format!("{PUBLIC}{}", GOOD.replace("https://sso.example", "http://127.0.0.1:9")), "a loopback host"),
            (format!("{GOOD}scopes = [\"email\"]"), "expected openid"),
            (format!("{GOOD}scopes = [\"openid email\"]"), "expected openid"),
            (format!("{GOOD}label = \"\\u200b\""), "visible characters"),
            (format!("{GOOD}email_domains = [\"@x\"]"), "expected domains"),
            (format!("{GOOD}allow_private = [\"here\"]"), "upstreams[0].allow_private"),
            (format!("{GOOD}client_secret = \"a\"\nclient_secret_file = \"/none\""), "only one of"),
            (format!("{GOOD}logo = \"x\""), "unknown key"),
            (format!("{GOOD}{GOOD}"), "expected each name once"),
            (format!("{GOOD}{other}"), "expected each issuer once"),
        ] {
            let found = problems(&text, &[]);
            assert!(found.contains(told) && found.is_empty() == told.is_empty(), "{text}\n{found}");
        }
        let unknown = ("GATEPOST__UPSTREAMS__NONE__CLIENT_SECRET".to_owned(), "x".to_owned());
        assert!(problems(GOOD, &[unknown]).contains("[[upstreams]]"));
    }
}
