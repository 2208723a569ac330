//! What five providers print in their documents, walked through as a developer does who starts `gatepost serve --dev`: sign
//! up, register an application, send the printed request. Only the host and the credentials are this server's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use url::Url;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CHALLENGE, VERIFIER};
use crate::harness::{Credentials, Installation, Node, PATIENCE, text, until};

/// A server for trying out, as `serve --dev` starts it.
struct Tried {
    at: Installation,
    node: Node,
    /// Its address, as it is printed.
    issuer: String,
}

/// An answer to a request that was typed.
struct Answered {
    status: u16,
    body: String,
}

impl Tried {
    async fn start() -> Self {
        let mut at = Installation::on_sqlite();
        // What `--dev` says of sign-up is to count, not what the other tests need.
        at.unset("login.signup");
        let node = at.start_in_development().await;
        let issuer = format!("http://localhost:{}", node.address.port());
        Self { at, node, issuer }
    }

    /// Types a command of a document, with this host in place of the printed one.
    async fn types(&self, printed: &str, host: &str) -> Answered {
        let script = format!(
            "curl() {{ command curl --silent --show-error --write-out '\\n%{{http_code}}' \"$@\"; }}\n{}",
            printed.replace(host, &self.issuer)
        );
        let mut command = self.at.shell(&script);
        let output = spawn_blocking(move || command.output()).await.unwrap().expect("bash runs");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{printed}\n{said}\n{}", self.node.log());
        let (body, status) = said.rsplit_once('\n').unwrap();
        Answered { status: status.parse().unwrap(), body: body.to_owned() }
    }

    /// The caught mails to an address, once there are so many, the newest first.
    async fn mails_to(&self, email: &str, number: usize) -> Vec<String> {
        let reader = Browser::beside(&self.node);
        let links = until("the mail is caught", PATIENCE, async || {
            let list = reader.visit("/dev/mail").await;
            let rows = list.text().split("<tr>").filter(|row| row.contains(&format!("<td>{email}</td>")));
            let links: Vec<String> =
                rows.filter_map(|row| row.split("href=\"").nth(1)?.split('"').next().map(str::to_owned)).collect();
            (links.len() >= number).then_some(links)
        });
        let mut mails = Vec::new();
        for link in links.await {
            mails.push(reader.visit(&link).await.text().to_owned());
        }
        mails
    }

    /// The path of the link in the newest mail.
    async fn link_to(&self, email: &str, number: usize) -> String {
        let mails = self.mails_to(email, number).await;
        let token = mails[0].split("/l/gpl_").nth(1).unwrap();
        let token: String = token.chars().take_while(char::is_ascii_alphanumeric).collect();
        format!("/l/gpl_{token}")
    }

    /// Signs up, or in, from a page that asks for it, and goes on by the link of the mail.
    async fn signs_in(&self, browser: &Browser, page: &Page, email: &str, number: usize) -> Page {
        browser.enter_address(page, email).await;
        browser.visit(&self.link_to(email, number).await).await
    }

    async fn token(&self, application: &Credentials, form: &[(&str, &str)]) -> Value {
        let sent = self.node.client.post(self.node.url("/token"));
        let sent = sent.basic_auth(&application.id, Some(&application.secret)).form(form).send().await.unwrap();
        let status = sent.status();
        let answer: Value = sent.json().await.unwrap();
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn hello(&self, token: &str) -> (u16, String) {
        let answer = self.node.client.get(self.node.url("/api/v1/hello")).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// Header and claims of a token.
fn parts(token: &Value) -> [Value; 2] {
    let part = |at: usize| {
        let part = text(token).split('.').nth(at).unwrap().to_owned();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    [part(0), part(1)]
}

/// The text of an element.
fn element(page: &Page, id: &str) -> String {
    let rest = page.text().split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("{id}: {}", page.text()));
    rest.split_once('>').unwrap().1.split('<').next().unwrap().to_owned()
}

/// Registers an application in the portal.
async fn registers(browser: &Browser, fields: &[(&str, &str)]) -> (Page, Credentials) {
    let form = browser.visit("/portal/applications/new").await.form_with("app-create");
    let page = browser.submit(form, fields).await;
    let shown = Credentials { id: element(&page, "app-client-id"), secret: element(&page, "app-client-secret") };
    (page, shown)
}

/// An asset pool's API: sign up, register an application in the dashboard, and get a token for `openid admin`; and one for
/// browsers, for `openid user`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asset_pool_is_called_by_a_machine_and_for_a_person() {
    let tried = Tried::start().await;
    let browser = Browser::beside(&tried.node);
    let page = browser.visit("/portal/applications").await;
    let list = tried.signs_in(&browser, &page, "dev@example.com", 1).await;
    assert!(list.text().contains("Your applications"), "{}", list.text());

    let (_, machine) = registers(&browser, &[("name", "Pool"), ("type", "service"), ("scopes", "openid admin")]).await;
    let answer = tried.token(&machine, &[("grant_type", "client_credentials"), ("scope", "openid admin")]).await;
    let told = [&answer["expires_in"], &answer["token_type"], &answer["scope"]];
    assert_eq!(told, [&json!(600), &json!("Bearer"), &json!("openid admin")]);
    let [header, claims] = parts(&answer["access_token"]);
    assert!(header["alg"] == "RS256" && header["typ"].is_string() && header["kid"].is_string(), "{header}");
    for name in ["jti", "iat", "exp", "scope", "iss", "aud"] {
        assert!(!claims[name].is_null(), "{name}: {claims}");
    }
    assert_eq!((&claims["aud"], &claims["iss"]), (&json!(machine.id), &json!(tried.issuer)));

    let callback = "https://wallet.example.com/cb";
    let fields = [("name", "Wallet"), ("type", "web"), ("redirect_uris", callback), ("scopes", "openid user")];
    let (_, wallet) = registers(&browser, &fields).await;
    let query = [
        ("client_id", wallet.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", callback),
        ("scope", "openid user"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let consent = browser.visit(&format!("/oauth/authorize?{query}")).await;
    let back = browser.submit(consent.form_with("consent-allow"), &[]).await.redirect().expect("back to the wallet");
    let code = Url::parse(&back).unwrap().query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", callback)];
    let answer = tried.token(&wallet, &[&form[..], &[("code_verifier", VERIFIER)]].concat()).await;
    assert_eq!(answer["scope"], "openid user");
    assert_eq!(parts(&answer["access_token"])[1]["client_id"], json!(wallet.id));
}

/// A bank's API: credentials in the form, no scope, an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_is_called_with_credentials_in_the_form() {
    let tried = Tried::start().await;
    let words = ["app", "create", "--name", "Bank", "--scope", "transactions/mock", "--token-ttl", "3600"];
    let bank = Credentials::from(&tried.at.json(&words).await);
    let printed = "curl --request POST \\
--url 'https://auth.nxtsoft.com/oauth2/token' \\
--header 'content-type: application/x-www-form-urlencoded' \\
--data grant_type=client_credentials \\
--data client_id=YOUR_CLIENT_ID \\
--data client_secret=YOUR_CLIENT_SECRET";
    let printed = printed.replace("YOUR_CLIENT_ID", &bank.id).replace("YOUR_CLIENT_SECRET", &bank.secret);
    let answered = tried.types(&printed, "https://auth.nxtsoft.com").await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    let answer: Value = serde_json::from_str(&answered.body).unwrap();
    assert_eq!([&answer["expires_in"], &answer["token_type"]], [&json!(3600), &json!("Bearer")]);
    assert_eq!(parts(&answer["access_token"])[1]["scope"], "transactions/mock");
}

/// A loyalty API: the printed client id, redirect URI and address, to the last byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loyalty_programme_signs_its_customer_in_by_mail() {
    let tried = Tried::start().await;
    let printed = r#"curl https://api.thanxsandbox.com/oauth/authorize \
  -X POST \
  -H "Content-Type: application/json" \
  -d '{
    "client_id": "f4bf04a6fc27b5fa926a7318933b76440642c25cde037d8e867b3d18d771ad86",
    "redirect_uri": "https://www.example.com/oauth/callback",
    "response_type": "code",
    "scope": "passwordless",
    "username": "john.smith@example.com"
  }'"#;
    let id = "f4bf04a6fc27b5fa926a7318933b76440642c25cde037d8e867b3d18d771ad86";
    let words = ["app", "create", "--name", "Loyalty", "--type", "web", "--client-id", id, "--redirect-uri"];
    let made = tried.at.json(&[&words[..], &["https://www.example.com/oauth/callback"]].concat()).await;
    let loyalty = Credentials::from(&made);
    let asks = async |printed: &str| tried.types(printed, "https://api.thanxsandbox.com").await;

    let unknown = asks(printed).await;
    assert_eq!(unknown.status, 401, "{}", unknown.body);
    let words = ["app", "create", "--name", "Till", "--scope", "users:write"];
    let till = Credentials::from(&tried.at.json(&words).await);
    let token = text(&tried.token(&till, &[("grant_type", "client_credentials")]).await["access_token"]);
    let account = json!({ "email": "john.smith@example.com" });
    let sent = tried.node.client.post(tried.node.url("/users")).bearer_auth(token).json(&account);
    assert_eq!(sent.send().await.unwrap().status(), 201);

    let known = asks(printed).await;
    assert_eq!((known.status, known.body.as_str()), (200, ""));
    let stranger = printed.replace("www.example.com", "www.example.org");
    assert_eq!(asks(&stranger).await.status, 400, "a redirect URI that is not registered");
    // A parameter of the application's own comes back as it was sent.
    let with_table = printed.replace("/oauth/callback", "/oauth/callback?table=1");
    let known = asks(&with_table).await;
    assert_eq!((known.status, known.body.as_str()), (200, ""));

    let browser = Browser::beside(&tried.node);
    let page = browser.visit(&tried.link_to("john.smith@example.com", 2).await).await;
    let back = browser.submit(page.form_with("confirm-login"), &[]).await.redirect().expect("back to the programme");
    let code = back.strip_prefix("https://www.example.com/oauth/callback?table=1&code=").expect(&back);
    let code = code.split('&').next().unwrap();
    let callback = "https://www.example.com/oauth/callback?table=1";
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback)];
    let answer = tried.token(&loyalty, &form).await;
    assert_eq!((&answer["token_type"], &answer["scope"]), (&json!("Bearer"), &json!("passwordless")));
}

/// A customer portal: clients that developers make, pause, bring back and delete; tokens of 24 hours that a protected
/// endpoint takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_portal_lets_developers_look_after_their_clients() {
    let tried = Tried::start().await;
    let browser = Browser::beside(&tried.node);
    let page = browser.visit("/portal/applications").await;
    tried.signs_in(&browser, &page, "customer@example.com", 1).await;
    let (_, client) = registers(&browser, &[("name", "ERP"), ("type", "service")]).await;
    let tab = async |name: &str| browser.visit(&format!("/portal/applications/{}/{name}", client.id)).await;
    let saved = browser.submit(tab("credentials").await.form_with("app-save"), &[("token_ttl", "24h")]).await;
    assert_eq!(saved.answer.status, 200, "{}", saved.text());
    let again = browser.visit(&format!("/portal/applications/{}", client.id)).await;
    assert!(!again.text().contains(&client.secret), "it is shown once");

    let form = [("grant_type", "client_credentials")];
    let answer = tried.token(&client, &form).await;
    assert_eq!(answer["expires_in"], 86_400);
    let token = text(&answer["access_token"]);
    let (status, said) = tried.hello(&token).await;
    assert!(status == 200 && said.contains("Well done"), "{status} {said}");
    assert_eq!(tried.hello(&format!("{token}x")).await.0, 401);

    for (button, status) in [("app-deactivate", StatusCode::UNAUTHORIZED), ("app-activate", StatusCode::OK)] {
        let page = browser.submit(tab("danger").await.form_with(button), &[]).await;
        assert_eq!(page.answer.status, 200, "{}", page.text());
        tried.node.answers(&client, status).await;
    }
    let (_, second) = registers(&browser, &[("name", "CRM"), ("type", "service")]).await;
    tried.token(&second, &form).await;
    browser.submit(tab("danger").await.form_with("app-delete"), &[("name", "ERP")]).await;
    tried.node.answers(&client, StatusCode::UNAUTHORIZED).await;
    tried.token(&second, &form).await;
}
