//! A mail server of the test's own: accepts, delays or refuses mail or closes the connection as the test says, and
//! records mail.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, empty, join, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::received_mail::ReceivedMail;

/// Whether the server uses TLS.
#[derive(Clone, Default)]
pub(crate) enum Privacy {
    /// Not at all.
    #[default]
    Never,
    /// TLS from the first byte.
    FromTheStart(TlsAcceptor),
    /// It offers `STARTTLS` and takes no mail without.
    StartTls(TlsAcceptor),
}

/// What the server does with a mail.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    /// Takes it.
    Accept,
    /// Takes it, but not so soon.
    AcceptAfter(Duration),
    /// Answers this to the recipient.
    RefuseRecipient(&'static str),
    /// Answers this to the content.
    RefuseContent(&'static str),
    /// Takes the content and hangs up without an answer.
    HangUp,
}

type Rule = Box<dyn FnMut(&str) -> Verdict + Send>;

struct Shared {
    rule: Mutex<Rule>,
    received: Mutex<Vec<ReceivedMail>>,
    offered: Mutex<Vec<String>>,
    connections: Mutex<usize>,
    /// Commands that were sent without TLS.
    in_clear: Mutex<Vec<String>>,
    /// The one user and password, where it wants any.
    account: Option<(&'static str, &'static str)>,
    privacy: Privacy,
}

/// A running mail server; it stops when dropped.
pub(crate) struct SmtpServer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    running: JoinHandle<()>,
}

impl SmtpServer {
    /// A server that takes everything.
    pub(crate) async fn start() -> Self {
        Self::start_as(None, Privacy::Never).await
    }

    /// A server that wants its clients to log in.
    pub(crate) async fn start_with(account: Option<(&'static str, &'static str)>) -> Self {
        Self::start_as(account, Privacy::Never).await
    }

    /// A server with TLS.
    pub(crate) async fn start_private(privacy: Privacy) -> Self {
        Self::start_as(None, privacy).await
    }

    async fn start_as(account: Option<(&'static str, &'static str)>, privacy: Privacy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            rule: Mutex::new(Box::new(|_| Verdict::Accept)),
            received: Mutex::default(),
            offered: Mutex::default(),
            connections: Mutex::default(),
            in_clear: Mutex::default(),
            account,
            privacy,
        });
        let running = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, running }
    }

    /// Decides by the recipient from now on.
    pub(crate) fn rule(&self, rule: impl FnMut(&str) -> Verdict + Send + 'static) {
        *self.shared.rule.lock().unwrap() = Box::new(rule);
    }

    /// Does this with the next mails, one each, and then takes everything.
    pub(crate) fn next(&self, verdicts: impl IntoIterator<Item = Verdict>) {
        let mut verdicts: Vec<_> = verdicts.into_iter().collect();
        verdicts.reverse();
        self.rule(move |_| verdicts.pop().unwrap_or(Verdict::Accept));
    }

    /// The settings of a server that sends its mail here.
    pub(crate) fn toml(&self) -> String {
        format!("[mail]\nurl = \"smtp://{}\"\nfrom = \"Gatepost <login@example.com>\"\n", self.address)
    }

    /// What it took, in order.
    pub(crate) fn received(&self) -> Vec<ReceivedMail> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Whom mail was offered for, in order, taken or not.
    pub(crate) fn offered(&self) -> Vec<String> {
        self.shared.offered.lock().unwrap().clone()
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        *self.shared.connections.lock().unwrap()
    }

    /// The commands that were sent without TLS, in order.
    pub(crate) fn in_clear(&self) -> Vec<String> {
        self.shared.in_clear.lock().unwrap().clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        *shared.connections.lock().unwrap() += 1;
        tokio::spawn(Dialogue::new(stream, Arc::clone(&shared)).run());
    }
}

/// What a connection is, encrypted or not.
trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

fn connection(stream: impl Duplex + 'static) -> BufReader<Box<dyn Duplex>> {
    BufReader::new(Box::new(stream))
}

/// One connection.
struct Dialogue {
    connection: BufReader<Box<dyn Duplex>>,
    is_private: bool,
    shared: Arc<Shared>,
    from: String,
    recipients: Vec<String>,
    verdict: Verdict,
}

impl Dialogue {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        let (from, recipients) = (String::new(), Vec::new());
        Self { connection: connection(stream), is_private: false, shared, from, recipients, verdict: Verdict::Accept }
    }

    /// Ends when either side hangs up.
    async fn run(mut self) -> Option<()> {
        if let Privacy::FromTheStart(acceptor) = self.shared.privacy.clone() {
            self.encrypt(&acceptor).await?;
        }
        self.say("220 test ESMTP").await?;
        loop {
            let line = self.line().await?;
            let command: String = line.chars().take_while(|c| *c != ' ' && *c != ':').collect();
            let command = command.to_ascii_uppercase();
            if !self.is_private {
                self.shared.in_clear.lock().unwrap().push(command.clone());
            }
            match (command.as_str(), self.shared.privacy.clone()) {
                ("EHLO", Privacy::StartTls(_)) if !self.is_private => self.say("250-test\r\n250 STARTTLS").await?,
                ("STARTTLS", Privacy::StartTls(acceptor)) => {
                    self.say("220 2.0.0 go on").await?;
                    self.encrypt(&acceptor).await?;
                }
                (_, Privacy::StartTls(_)) if !self.is_private => self.say("530 5.7.0 not in clear").await?,
                ("EHLO", _) if self.shared.account.is_some() => self.say("250-test\r\n250 AUTH PLAIN").await?,
                ("EHLO", _) => self.say("250-test\r\n250 8BITMIME").await?,
                ("AUTH", _) => self.auth(&line).await?,
                ("MAIL", _) => {
                    self.from = address(&line);
                    self.recipients.clear();
                    self.say("250 2.1.0 ok").await?;
                }
                ("RCPT", _) => self.recipient(address(&line)).await?,
                ("DATA", _) => self.content().await?,
                ("NOOP" | "RSET", _) => self.say("250 2.0.0 ok").await?,
                ("QUIT", _) => return self.say("221 2.0.0 bye").await,
                _ => self.say("500 5.5.1 what?").await?,
            }
        }
    }

    /// RFC 3207 §4: nothing that was said before counts.
    async fn encrypt(&mut self, acceptor: &TlsAcceptor) -> Option<()> {
        let plain = std::mem::replace(&mut self.connection, connection(join(empty(), sink())));
        self.connection = connection(acceptor.accept(plain.into_inner()).await.ok()?);
        self.is_private = true;
        Some(())
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.connection.read_line(&mut line).await.ok()?;
        (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn say(&mut self, answer: &str) -> Option<()> {
        self.connection.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        self.connection.flush().await.ok()
    }

    /// RFC 4616.
    async fn auth(&mut self, line: &str) -> Option<()> {
        let (user, password) = self.shared.account?;
        let expected = STANDARD.encode(format!("\0{user}\0{password}"));
        let answer = if line.ends_with(&expected) { "235 2.7.0 ok" } else { "535 5.7.8 wrong password" };
        self.say(answer).await
    }

    async fn recipient(&mut self, recipient: String) -> Option<()> {
        self.shared.offered.lock().unwrap().push(recipient.clone());
        self.verdict = (self.shared.rule.lock().unwrap())(&recipient);
        if let Verdict::RefuseRecipient(answer) = self.verdict {
            return self.say(answer).await;
        }
        self.recipients.push(recipient);
        self.say("250 2.1.5 ok").await
    }

    async fn content(&mut self) -> Option<()> {
        self.say("354 go on").await?;
        let mut raw = String::new();
        loop {
            let line = self.line().await?;
            if line == "." {
                break;
            }
            // RFC 5321 §4.5.2.
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        match self.verdict {
            Verdict::RefuseContent(answer) => return self.say(answer).await,
            Verdict::HangUp => return None,
            Verdict::AcceptAfter(delay) => sleep(delay).await,
            Verdict::Accept | Verdict::RefuseRecipient(_) => {}
        }
        let mail = ReceivedMail { from: self.from.clone(), recipients: self.recipients.clone(), raw };
        self.shared.received.lock().unwrap().push(mail);
        self.say("250 2.0.0 queued as TEST").await
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
