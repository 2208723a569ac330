//! A mail server of the test's own: takes mail, is slow, refuses or hangs up as the test says, and hands over what
//! it took.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::received_mail::ReceivedMail;

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
    /// The one user and password, where it wants any.
    account: Option<(&'static str, &'static str)>,
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
        Self::start_with(None).await
    }

    /// A server that wants its clients to log in.
    pub(crate) async fn start_with(account: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            rule: Mutex::new(Box::new(|_| Verdict::Accept)),
            received: Mutex::default(),
            offered: Mutex::default(),
            connections: Mutex::default(),
            account,
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

/// One connection.
struct Dialogue {
    lines: tokio::io::Lines<BufReader<tokio::net::tcp::OwnedReadHalf>>,
    writer: OwnedWriteHalf,
    shared: Arc<Shared>,
    from: String,
    recipients: Vec<String>,
    verdict: Verdict,
}

impl Dialogue {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        let (reader, writer) = stream.into_split();
        let lines = BufReader::new(reader).lines();
        Self { lines, writer, shared, from: String::new(), recipients: Vec::new(), verdict: Verdict::Accept }
    }

    /// Ends when either side hangs up.
    async fn run(mut self) -> Option<()> {
        self.say("220 test ESMTP").await?;
        loop {
            let line = self.lines.next_line().await.ok()??;
            let command: String = line.chars().take_while(|c| *c != ' ' && *c != ':').collect();
            match command.to_ascii_uppercase().as_str() {
                "EHLO" if self.shared.account.is_some() => self.say("250-test\r\n250 AUTH PLAIN").await?,
                "EHLO" => self.say("250-test\r\n250 8BITMIME").await?,
                "AUTH" => self.auth(&line).await?,
                "MAIL" => {
                    self.from = address(&line);
                    self.recipients.clear();
                    self.say("250 2.1.0 ok").await?;
                }
                "RCPT" => self.recipient(address(&line)).await?,
                "DATA" => self.content().await?,
                "NOOP" | "RSET" => self.say("250 2.0.0 ok").await?,
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.say("500 5.5.1 what?").await?,
            }
        }
    }

    async fn say(&mut self, answer: &str) -> Option<()> {
        self.writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()
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
            let line = self.lines.next_line().await.ok()??;
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
