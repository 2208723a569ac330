//! Programs to paste that get an application its token, with this server's and this application's values in them.

use askama::Template;

use crate::domain::application::Application;
use crate::domain::secret::ClientSecret;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::token::GrantType;

/// A program in one language.
#[derive(Clone, Debug)]
pub(in crate::http) struct Snippet {
    /// What its tab is called.
    pub(in crate::http) language: &'static str,
    /// The same as an id.
    pub(in crate::http) id: &'static str,
    /// The program.
    pub(in crate::http) code: String,
}

/// The redirect URI in a program if the application has none yet.
const SOMEWHERE: &str = "http://localhost:3000/callback";

/// curl's options for an assertion in the environment.
const ASSERTION: &str = "--data client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \\\n  \
                         --data \"client_assertion=$CLIENT_ASSERTION\"";

/// The values in the programs.
struct Values {
    issuer: String,
    client_id: Text,
    scope: Text,
    redirect_uri: Text,
    /// How the application authenticates.
    login: Login,
}

/// A value that a program is filled with.
struct Text(String);

impl Text {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A string of JavaScript, Python and Go alike: all values are plain ASCII, where their rules agree.
    fn quoted(&self) -> String {
        quoted(&self.0)
    }

    /// A field of a form, as a word of a shell.
    fn field(&self, name: &str) -> String {
        word(&format!("{name}={}", self.0))
    }
}

/// How a program authenticates.
enum Login {
    /// With the secret in the environment; with its text where it is being shown.
    Secret(Option<String>),
    /// With an assertion that its own key signed.
    Assertion,
    /// With a token of another issuer, which does not say which application sends it.
    ForeignToken,
    /// As a public client.
    Public,
}

/// Declares a program: its struct and the file that it is written in.
macro_rules! programs {
    ($($name:ident = $path:literal;)+) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            v: &'a Values,
        }
    )+};
}

programs! {
    ServiceCurl = "portal/snippets/service.curl.txt";
    ServiceJavaScript = "portal/snippets/service.mjs.txt";
    ServicePython = "portal/snippets/service.py.txt";
    ServiceGo = "portal/snippets/service.go.txt";
    PeopleCurl = "portal/snippets/people.curl.txt";
    PeopleJavaScript = "portal/snippets/people.mjs.txt";
    PeoplePython = "portal/snippets/people.py.txt";
    PeopleGo = "portal/snippets/people.go.txt";
    DeviceCurl = "portal/snippets/device.curl.txt";
}

/// The programs that fit the application, with the secret in them while it is shown.
pub(in crate::http) fn snippets(application: &Application, issuer: &str, shown: Option<&ClientSecret>) -> Vec<Snippet> {
    let settings = &application.settings;
    let v = Values {
        issuer: issuer.to_owned(),
        client_id: Text(application.client_id.to_string()),
        scope: Text(settings.default_scope.to_string()),
        redirect_uri: Text(settings.redirect_uris.first().cloned().unwrap_or_else(|| SOMEWHERE.to_owned())),
        login: match settings.auth_method() {
            AuthMethod::Basic if application.secrets.is_empty() && !settings.federated.is_empty() => {
                Login::ForeignToken
            }
            AuthMethod::Basic | AuthMethod::Post => Login::Secret(shown.map(|secret| secret.expose().to_owned())),
            AuthMethod::PrivateKeyJwt => Login::Assertion,
            AuthMethod::None => Login::Public,
        },
    };
    let written = if settings.grants.contains(&GrantType::AuthorizationCode) {
        vec![
            ("curl", "curl", PeopleCurl { v: &v }.render()),
            ("JavaScript", "javascript", PeopleJavaScript { v: &v }.render()),
            ("Python", "python", PeoplePython { v: &v }.render()),
            ("Go", "go", PeopleGo { v: &v }.render()),
        ]
    } else if settings.grants.contains(&GrantType::ClientCredentials) {
        vec![
            ("curl", "curl", ServiceCurl { v: &v }.render()),
            ("JavaScript", "javascript", ServiceJavaScript { v: &v }.render()),
            ("Python", "python", ServicePython { v: &v }.render()),
            ("Go", "go", ServiceGo { v: &v }.render()),
        ]
    } else if settings.grants.contains(&GrantType::DeviceCode) {
        vec![("curl", "curl", DeviceCurl { v: &v }.render())]
    } else {
        Vec::new()
    };
    // With `private_key_jwt` the request is the same, and only curl's form is short enough to be useful.
    let only_curl = matches!(v.login, Login::Assertion | Login::ForeignToken);
    let fits = |id: &str| !only_curl || id == "curl";
    let written = written.into_iter().filter(|(_, id, _)| fits(id));
    written.filter_map(|(language, id, code)| Some(Snippet { language, id, code: code.ok()? })).collect()
}

impl Values {
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// Where the browser is sent, as a word of a shell; the challenge is to follow.
    fn authorize_address(&self) -> String {
        let query = [
            ("response_type", "code"),
            ("client_id", &self.client_id.0),
            ("redirect_uri", &self.redirect_uri.0),
            ("scope", &self.scope.0),
            ("state", "any"),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        word(&self.address(&format!("/oauth/authorize?{query}")))
    }

    /// An address as a string of JavaScript, Python and Go.
    fn quoted_address(&self, path: &str) -> String {
        quoted(&self.address(path))
    }

    /// An address as a word of a shell.
    fn word_address(&self, path: &str) -> String {
        word(&self.address(path))
    }

    /// What precedes a command so that the program finds the secret.
    fn environment(&self) -> String {
        match &self.login {
            Login::Secret(Some(secret)) => format!("CLIENT_SECRET={} ", word(secret)),
            Login::Secret(None) => "CLIENT_SECRET=… ".to_owned(),
            Login::Assertion | Login::ForeignToken | Login::Public => String::new(),
        }
    }

    fn has_secret(&self) -> bool {
        matches!(self.login, Login::Secret(_))
    }

    /// curl's options for client authentication.
    fn curl_login(&self) -> String {
        match &self.login {
            Login::Secret(Some(secret)) => format!("--user {}", word(&format!("{}:{secret}", self.client_id.0))),
            Login::Secret(None) => format!("--user \"{}:$CLIENT_SECRET\"", self.client_id.0),
            Login::Assertion => ASSERTION.to_owned(),
            Login::ForeignToken => format!("--data client_id={} \\\n  {ASSERTION}", self.client_id.0),
            Login::Public => format!("--data client_id={}", self.client_id.0),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn word(text: &str) -> String {
    let plain = !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~:/=@".contains(&c));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_can_leave_its_quotes() {
        assert_eq!(word("openid admin"), "'openid admin'");
        assert_eq!(word("it's$(rm)"), r"'it'\''s$(rm)'");
        assert_eq!(word("https://a/token"), "https://a/token");
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
