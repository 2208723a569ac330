//! The proxies in front: none of them writes down an address that works once. Which addresses that are, the router says.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};

use macro_rules_attribute::apply;
use rcgen::{CertificateParams, KeyPair};
use reqwest::Client;

use crate::harness::{World, eventually, on_both_engines, run_on_sqlite};
use crate::url_table::{Route, public_routes};

const NGINX: &str = include_str!("../../../deploy/nginx.conf");
const CADDY: &str = include_str!("../../../deploy/Caddyfile");
const DEPLOYMENT: &str = include_str!("../../../docs/deployment.md");

/// The parameters of paths that are names of things, besides those that end with `_id`. Any other is called `token`, and
/// is one.
const NAMES: [&str; 8] = ["email", "group", "hook", "id", "kid", "message", "name", "sub"];

fn is_name(parameter: &str) -> bool {
    parameter.ends_with("_id") || NAMES.contains(&parameter)
}

/// What stands before the token in each address that works once.
fn one_time(routes: &[Route]) -> BTreeSet<String> {
    let before = routes.iter().filter_map(|route| route.path.split_once("{token}")).map(|(before, _)| before);
    before.map(|before| before.trim_matches('/').to_owned()).collect()
}

/// The beginnings of paths that the example keeps out of its log.
fn hidden() -> BTreeSet<String> {
    let blocks = NGINX.split("location ").skip(1).filter(|block| block.contains("access_log off"));
    let patterns = blocks.filter_map(|block| block.split_once("^/(")?.1.split_once(")/ {")).map(|(names, _)| names);
    patterns.flat_map(|names| names.split('|')).map(str::to_owned).collect()
}

#[test]
fn every_address_that_works_once_is_kept_out_of_the_log_of_nginx_and_told_of() {
    run_on_sqlite(|world| {
        Box::pin(async move {
            let routes = public_routes(&world).await;
            for route in &routes {
                let strange = route.parameters().find(|name| *name != "token" && !is_name(name));
                assert_eq!(strange, None, "{}: a name of a thing, or a token?", route.path);
            }
            let one_time = one_time(&routes);
            assert!(one_time.contains("l") && one_time.contains("account/undo"), "{one_time:?}");
            assert_eq!(hidden(), one_time);
            for path in one_time {
                assert!(DEPLOYMENT.contains(&format!("`/{path}/…`")), "{path}");
            }
        })
    });
}

#[test]
fn what_is_logged_has_neither_query_nor_referrer() {
    let format = NGINX.split("log_format ").nth(1).and_then(|rest| rest.split(';').next()).expect("a format");
    for told in ["$http_referer", "$request ", "$request\"", "$request_uri", "$args", "$query_string"] {
        assert!(!format.contains(told), "{told} names the address of a page, or a query");
    }
    let servers: Vec<_> = NGINX.split("\nserver {").skip(1).collect();
    assert_eq!(servers.len(), 2);
    for server in servers {
        let server = server.split("location ").next().unwrap();
        assert!(
            server.contains("access_log off;") || server.contains("access_log /var/log/nginx/access.log gatepost;")
        );
    }
    assert!(NGINX.contains("error_log /var/log/nginx/error.log crit;"));
    let says = |name: &str| CADDY.lines().any(|line| line.trim_start().starts_with(name));
    assert!(!says("log"), "Caddy logs nothing unless told to");
    // The server says it, once.
    assert!(!NGINX.contains("Strict-Transport-Security") && !CADDY.contains("Strict-Transport-Security"));
}

/// An nginx with the example, on ports of its own and before a server that is not there.
struct Nginx {
    folder: tempfile::TempDir,
    running: Child,
    port: u16,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The example as it would stand in this folder, with a port that needs no TLS.
fn written(folder: &Path, port: u16) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["auth.example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    fs::write(folder.join("fullchain.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("privkey.pem"), key.serialize_pem()).unwrap();
    let here = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String = temporary.map(|kind| format!("{kind}_temp_path {here}/{kind};\n")).concat();
    let example = NGINX
        .replace("listen 80;", &format!("listen 127.0.0.1:{};", free_port()))
        .replace(
            "listen 443 ssl http2;",
            &format!("listen 127.0.0.1:{} ssl http2;\nlisten 127.0.0.1:{port};", free_port()),
        )
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{}", free_port()))
        .replace("/etc/letsencrypt/live/auth.example.com/", &format!("{here}/"))
        .replace("/var/log/nginx/", &format!("{here}/"));
    format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/start.log crit;\n\
         events {{ }}\nhttp {{\n{temporary}{example}\n}}\n"
    )
}

impl Nginx {
    /// None where nginx is not installed.
    fn start() -> Option<Self> {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let configuration = folder.path().join("nginx.conf");
        fs::write(&configuration, written(folder.path(), port)).unwrap();
        let nginx = |more: &[&str]| {
            let mut command = Command::new("nginx");
            command.arg("-e").arg(folder.path().join("start.log")).arg("-c").arg(&configuration).args(more);
            command
        };
        let checked = match nginx(&["-t"]).output() {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
            checked => checked.unwrap(),
        };
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let running = nginx(&[]).spawn().unwrap();
        Some(Self { folder, running, port })
    }

    /// Lets it finish what it does; what it has logged.
    fn stopped(mut self) -> String {
        let pid = self.running.id().to_string();
        assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
        self.running.wait().unwrap();
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        ["access.log", "error.log", "start.log"].map(read).concat()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It has ended where it was stopped.
        drop(self.running.kill());
        drop(self.running.wait());
    }
}

/// With the example as it is, in a real nginx.
#[apply(on_both_engines)]
#[expect(clippy::print_stderr, reason = "says why it did nothing")]
async fn nginx_takes_the_example_and_writes_no_token_down(world: World) {
    let Some(nginx) = Nginx::start() else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let http = Client::builder().no_proxy().build().unwrap();
    let ask = async |path: &str| {
        let referrer = "https://auth.example.com/l/gpl_REFERRER";
        http.get(format!("http://127.0.0.1:{}{path}", nginx.port)).header("referer", referrer).send().await
    };
    eventually("nginx answers", async || ask("/portal/applications?state=QUERY").await.is_ok()).await;
    for route in public_routes(&world).await.iter().filter(|route| route.path.contains("{token}")) {
        // Behind it there is nobody.
        assert_eq!(ask(&route.path.replace("{token}", "gpx_SECRET")).await.unwrap().status(), 502, "{}", route.path);
    }
    let logged = nginx.stopped();
    assert!(logged.contains("\"GET /portal/applications HTTP/1.1\" 502"), "{logged}");
    for secret in ["SECRET", "REFERRER", "QUERY"] {
        assert!(!logged.contains(secret), "{logged}");
    }
}
