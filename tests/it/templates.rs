//! `branding.templates`: pages and mails by templates of the operator's.

use std::fs;
use std::path::Path;

use macro_rules_attribute::apply;

use crate::harness::browser::Browser;
use crate::harness::person::{account, letter};
use crate::harness::{Installation, PATIENCE, World, installed_on_both_engines, on_both_engines, until};

const READ: &str = "the configuration was read again";
const NOT_READ: &str = "the configuration was not read again";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn setting(folder: &Path) -> String {
    format!("[branding]\nname = \"Acme <b>\"\ntemplates = \"{}\"\n", folder.display())
}

/// The example of a page that is written anew.
fn documented(number: usize) -> String {
    let document = include_str!("../../docs/branding.md");
    let example = document.split("```html\n").nth(number).expect("an example");
    example.split("```").next().unwrap().to_owned()
}

#[apply(on_both_engines)]
async fn people_sign_in_by_the_operators_own_pages_and_mails(world: World) {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("pages/sign_in.html", &documented(2)),
            ("pages/check_mail.html", "<div class=\"ours\">{{ main }}</div>"),
            ("pages/head.html", "<meta name=\"ours\" content=\"{{ brand.name }}\">"),
            ("pages/header.html", "<b class=\"ours\">{{ brand.name }}</b>"),
            ("pages/footer.html", "{% include 'pages/_imprint.html' %}"),
            ("pages/_imprint.html", "<p>Imprint ({{ language }})</p>"),
            ("pages/style.css", ".ours { color: inherit }"),
            ("mail/sign_in.txt", "Ours for {{ look is defined }}: {{ link }} or {{ code }}"),
            ("mail/sign_in.html", "<h1>{{ look.own_name }}</h1><a href=\"{{ link }}\">{{ code }}</a>"),
        ],
    );
    let server = world.server_with(&setting(folder.path())).await;
    account(&server.rooms, "john@example.com").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let text = page.text().to_owned();
    assert!(text.contains("<b class=\"ours\">Acme &lt;b&gt;</b>") && text.contains("<p>Imprint (en)</p>"), "{text}");
    assert!(text.contains("<meta name=\"ours\" content=\"Acme &lt;b&gt;\">"), "{text}");
    assert!(!text.contains("class=\"card\""), "the usual page is gone: {text}");
    let style = server.get("/static/brand-pages.css").await;
    assert_eq!(style.text(), ".ours { color: inherit }");
    assert!(text.contains("/static/brand-pages.css?v="), "{text}");

    let page = browser.submit(page.form_with("login-submit"), &[("email", "john@example.com")]).await;
    assert!(page.text().contains("<div class=\"ours\">") && page.has("login-code"), "{}", page.text());
    letter(&server, "john@example.com", 1).await;
    let mail = server.rooms.mail.caught_mails().unwrap().remove(0);
    assert!(mail.text.starts_with("Ours for False: http"), "{}", mail.text);
    assert!(mail.html.starts_with("<h1>Acme &lt;b&gt;</h1>"), "{}", mail.html);
    assert!(server.get("/portal/applications").await.status.is_redirection());
}

/// Where nothing is set, nothing of it is there.
#[apply(on_both_engines)]
async fn without_a_folder_there_is_no_style_sheet_of_the_operators(world: World) {
    let server = world.server().await;
    assert_eq!(server.get("/static/brand-pages.css").await.status, 404);
    assert!(!Browser::of(&server).visit("/login").await.text().contains("brand-pages"));
}

/// Each with the file and, where there is one, the line.
#[tokio::test]
async fn a_template_that_would_cost_people_their_page_or_mail_refuses_the_start() {
    let at = Installation::on_sqlite();
    let folder = at.path("templates");
    let refused = async |name: &str, text: &str, reason: &str| {
        let _ = fs::remove_dir_all(&folder);
        write(&folder, &[(name, text)]);
        let at = at.another().with("branding.templates", &folder.display().to_string());
        let ran = at.run(&["config", "check"]).await;
        ran.refused(1, name);
        ran.refused(1, reason);
    };
    refused("pages/sign_in.html", "one\n{% if %}", "line 2").await;
    refused("pages/sign_in.html", "{{ main }}\n{{ nobody }}", "line 2").await;
    refused("pages/sign_in.html", "{{ main }}{{ page.nobody }}", "line 1").await;
    refused("pages/sign_in.html", "<h1>Hello</h1>\n", "line 1: ends without the form to /login").await;
    let lost = |lost: &str| documented(2).replace(lost, "");
    refused("pages/sign_in.html", &lost("{{ page.form | hidden }}"), "ends without the field csrf").await;
    refused("pages/sign_in.html", &lost("id=\"login-submit\""), "ends without the id login-submit").await;
    refused("pages/sign_in.html", &lost("name=\"email\""), "ends without the field email").await;
    refused("pages/sign_in.html", &lost("{{ button.form | hidden }}"), "/login/upstream/corp").await;
    refused("pages/sign_in.html", "{{ main }}\n\n{{ page.email|safe }}", "has a <script>").await;
    refused("pages/consent.html", "{{ main }}{{ page.app.name|safe }}", "has a <script>").await;
    refused("pages/consent.html", "<p>No</p>", "ends without").await;
    refused("pages/error.html", "<p onclick=\"x()\">{{ words.heading }}</p>", "line 1: has the attribute onclick")
        .await;
    refused("pages/error.html", "<p>\n<i style=\"color:red\"></i></p>", "line 2: has the attribute style").await;
    refused("pages/message.html", "<a href=\"javascript:x()\"></a>", "an address of a script").await;
    refused("pages/head.html", "<script src=\"https://cdn.example/x.js\"></script>", "has a <script>").await;
    refused("pages/footer.html", "{{ page.email }}", "footer.html, line 1").await;
    refused("pages/account.html", "<h1>{{ words.heading }}</h1>", "ends without").await;
    refused("pages/signin.html", "", "there is no such template").await;
    refused("mail/sign_in.txt", "Hello {{ words.heading }} {{ code }}", "ends without `https://").await;
    refused("mail/sign_in.html", "<a href=\"{{ link }}\">{{ words.heading }}</a>", "ends without").await;
    refused("mail/sign_in.html", "{{ words.heading|safe }} {{ link }} {{ code }}", "does not escape").await;
    refused("mail/notice.txt", "{{ heading }}\n{{ nobody }}", "line 2").await;
    at.another().with("branding.templates", "/nowhere").run(&["config", "check"]).await.refused(1, "/nowhere");
}

/// Every page that may be another's, as it is.
#[tokio::test]
async fn each_page_can_be_wrapped_as_it_is() {
    let at = Installation::on_sqlite();
    let folder = at.path("templates");
    for page in ["sign_in", "check_mail", "consent", "message", "error", "no_access", "account"] {
        write(&folder, &[(&format!("pages/{page}.html"), &documented(1))]);
    }
    write(
        &folder,
        &[("mail/notice.txt", "{{ heading }} {{ paragraphs|join(' ') }} {% if link %}{{ link.url }}{% endif %}")],
    );
    let at = at.with("branding.templates", &folder.display().to_string());
    let ran = at.run(&["config", "check"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[apply(installed_on_both_engines)]
async fn templates_are_read_again_if_all_of_them_are_good(at: Installation) {
    let folder = at.path("templates");
    let footer = |text: &str| write(&folder, &[("pages/footer.html", text)]);
    footer("<p>First</p>");
    let at = at.with("branding.templates", &folder.display().to_string());
    let node = at.start().await;
    let page = async || node.get("/").await.text().await.unwrap();
    assert!(page().await.contains("<p>First</p>"));
    let reload = async |words: &str| {
        let before = node.log().matches(words).count();
        node.signal("HUP");
        until(words, PATIENCE, async || (node.log().matches(words).count() > before).then_some(())).await;
    };
    footer("<p>{{ nobody }}</p>");
    reload(NOT_READ).await;
    assert!(page().await.contains("<p>First</p>"), "what stands stays");
    footer("<p>Second</p>");
    reload(READ).await;
    assert!(page().await.contains("<p>Second</p>"));
}
