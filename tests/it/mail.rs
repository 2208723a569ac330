//! Mail: queued in the transaction of what it is about, sent once and in time by any node; its content; and where a
//! developer reads it.

use macro_rules_attribute::apply;
use std::sync::Arc;
use std::time::Duration;

use gatepost::domain::ids::{SignInId, Timestamp};
use gatepost::domain::one_time::{LinkToken, ValueHash};
use gatepost::domain::session::Device;
use gatepost::domain::sign_in::{DeliveryEvent, LoginCode, Purpose, SignIn};
use gatepost::flows::Rooms;
use gatepost::flows::mail::SignInMail;

use crate::harness::{START, SmtpServer, Verdict, World, eventually, on_both_engines};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A mail in the outbox, and what was in it.
struct Queued {
    sign_in: SignInId,
    link: LinkToken,
    code: LoginCode,
}

impl Queued {
    /// Begins a sign-in and queues its mail, in one transaction. The outbox is not woken: its job finds the mail.
    async fn with(server: &Rooms, to: &str, locale: &str, life: Duration) -> Self {
        let now = server.instruments.now();
        let link = LinkToken::from_random(server.instruments.random());
        let code = LoginCode::from_random(server.instruments.random());
        let sign_in = SignIn {
            id: SignInId::from_bytes(server.instruments.random()),
            purpose: Purpose::Page("/account".to_owned()),
            browser: None,
            user: None,
            email: to.parse().unwrap(),
            name: None,
            reference: "K7QF".to_owned(),
            code_hash: ValueHash::of(code.expose()),
            tries: 0,
            locale: locale.to_owned(),
            device: Device::new("203.0.113.5", FIREFOX),
            trace_id: "0123456789abcdef0123456789abcdef".to_owned(),
            created_at: now,
            ends_at: now.plus(life),
            redeemed_at: None,
            ended_at: None,
        };
        let mail = SignInMail {
            sign_in: sign_in.id,
            link_hash: link.hash(),
            recipient: &sign_in.email,
            application: Some("Shöp"),
            link: &format!("{}/l/{}", server.config.server.issuer, link.expose()),
            code: &code,
            reference: &sign_in.reference,
            device: &sign_in.device,
            locale,
            not_after: sign_in.ends_at,
        };
        let mut tx = server.store.begin().await.unwrap();
        tx.sign_in_insert(&sign_in).await.unwrap();
        tx.sign_in_link_insert(link.hash(), sign_in.id, now).await.unwrap();
        server.mail.queue_sign_in_mail(&mut tx, &mail).await.unwrap();
        tx.commit().await.unwrap();
        Self { sign_in: sign_in.id, link, code }
    }

    async fn for_john(server: &Rooms) -> Self {
        Self::with(server, "john@example.org", "en", Duration::from_hours(1)).await
    }

    async fn flight(&self, server: &Rooms) -> Vec<(DeliveryEvent, String)> {
        let steps = server.store.delivery_trace_of(self.sign_in).await.unwrap();
        steps.into_iter().map(|step| (step.event, step.detail)).collect()
    }

    async fn events(&self, server: &Rooms) -> Vec<DeliveryEvent> {
        self.flight(server).await.into_iter().map(|(event, _)| event).collect()
    }

    async fn accepted_at(&self, server: &Rooms) -> Option<Timestamp> {
        server.store.sign_in_link(self.link.hash()).await.unwrap().unwrap().accepted_at
    }

    /// Whether neither link nor code can be found anywhere in the database, plainly or as bytes.
    async fn is_nowhere_in(&self, world: &World) -> bool {
        let dump = world.database.dump().await;
        let text = dump.values().flatten().cloned().collect::<Vec<_>>().join("\n").to_lowercase();
        let hex = |plain: &str| plain.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let (link, code) = (self.link.expose(), self.code.grouped());
        [link.to_lowercase(), hex(link), code.to_lowercase(), hex(&code)].iter().all(|secret| !text.contains(secret))
    }
}

/// Sends until nothing is due and nothing is being sent.
async fn send_all(server: &Arc<Rooms>) {
    while server.store.outbox_has_due(server.instruments.now()).await.unwrap() {
        server.mail.send_due_mail().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.mail.finish_sending(Duration::from_secs(5)).await;
}

async fn bodies(world: &World) -> usize {
    world.database.texts("select id from outbox where body is not null").await.len()
}

/// Design, mail: text and HTML, own Message-ID, Auto-Submitted, a subject of its own. RFC 5322 §3.6, RFC 3834 §5.
#[apply(on_both_engines)]
async fn a_mail_says_who_asked_for_what_and_how_to_go_on(world: World) {
    let smtp = SmtpServer::start().await;
    let server = world.server_with(&smtp.toml()).await;
    let queued = Queued::for_john(&server.rooms).await;
    server.rooms.mail.wake_outbox();
    eventually("it is sent", async || smtp.received().len() == 1).await;
    let mail = smtp.received().pop().unwrap();
    assert_eq!(
        (mail.from.as_str(), mail.recipients.as_slice()),
        ("login@example.com", &["john@example.org".to_owned()][..])
    );
    assert_eq!(mail.header("From"), "Gatepost <login@example.com>");
    assert_eq!(mail.header("To"), "john@example.org");
    assert_eq!(mail.header("Subject"), "Sign in to “Shöp” (K7QF)");
    assert_eq!(mail.header("Date"), "Sun, 01 Mar 2026 12:00:00 +0000");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("X-Auto-Response-Suppress"), "All");
    assert!(mail.header("Content-Type").starts_with("multipart/alternative"));
    assert!(mail.header("Message-ID").ends_with("@example.com>"));
    assert!(mail.raw.is_ascii() && mail.raw.lines().all(|line| line.len() <= 998));
    let link = format!("http://localhost:8080/l/{}", queued.link.expose());
    for part in [mail.text(), mail.html()] {
        for said in [
            &link,
            &queued.code.grouped(),
            "john@example.org",
            "Shöp",
            "203.0.113.5",
            "Firefox on Linux",
            "15 minutes",
            "1 March 2026, 12:00 UTC",
        ] {
            assert!(part.contains(said), "{said}\n{part}");
        }
    }
    assert!(mail.text().lines().any(|line| line == link), "the link has a line of its own");
}

/// Design, mail: per-locale.
#[apply(on_both_engines)]
async fn a_german_reader_gets_german(world: World) {
    let smtp = SmtpServer::start().await;
    let server = world.server_with(&smtp.toml()).await;
    Queued::with(&server.rooms, "juergen@example.org", "de-CH", Duration::from_hours(1)).await;
    server.rooms.mail.wake_outbox();
    eventually("it is sent", async || smtp.received().len() == 1).await;
    let mail = smtp.received().pop().unwrap();
    assert_eq!(mail.header("Subject"), "Bei „Shöp“ anmelden (K7QF)");
    assert!(mail.text().contains("Sie möchten sich bei „Shöp“ als juergen@example.org anmelden."), "{}", mail.text());
    assert!(
        mail.html().contains("<html lang=\"de\">") && mail.html().contains("Öffnen") || mail.html().contains("öffnen")
    );
}

/// Design, passwordless: the link's time counts from when the mail was accepted. Delivery trace of a sign-in.
#[apply(on_both_engines)]
async fn acceptance_starts_the_links_time_and_wipes_the_body(world: World) {
    let smtp = SmtpServer::start().await;
    let idle = world.command().await;
    let queued = Queued::for_john(&idle).await;
    assert_eq!((bodies(&world).await, queued.accepted_at(&idle).await), (1, None));
    assert!(queued.is_nowhere_in(&world).await, "what waits is encrypted");
    world.clock.advance(Duration::from_mins(3));
    let server = world.server_with(&smtp.toml()).await;
    eventually("it is sent", async || queued.accepted_at(&server.rooms).await.is_some()).await;
    assert_eq!(queued.accepted_at(&server.rooms).await, Some(Timestamp::from_seconds(START + 180)));
    assert_eq!(bodies(&world).await, 0);
    let expected = [(DeliveryEvent::Queued, String::new()), (DeliveryEvent::Accepted, String::new())];
    assert_eq!(queued.flight(&server.rooms).await, expected);
}

/// Design, nodes: no leader, and every mail once.
#[apply(on_both_engines)]
async fn of_several_nodes_each_mail_is_sent_by_one(world: World) {
    let smtp = SmtpServer::start().await;
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(world.idle_with(&smtp.toml()).await);
    }
    let names: Vec<_> = (0..40).map(|n| format!("user{n:02}@example.org")).collect();
    for name in &names {
        Queued::with(&nodes[0], name, "en", Duration::from_hours(1)).await;
    }
    let workers: Vec<_> =
        nodes.iter().cloned().map(|node| tokio::spawn(async move { send_all(&node).await })).collect();
    for worker in workers {
        worker.await.unwrap();
    }
    eventually("all are sent", async || smtp.received().len() >= names.len()).await;
    let mut recipients: Vec<_> = smtp.received().into_iter().flat_map(|mail| mail.recipients).collect();
    recipients.sort();
    assert_eq!(recipients, names);
    assert_eq!(bodies(&world).await, 0);
}

/// Connections are used again.
#[apply(on_both_engines)]
async fn many_mails_need_few_connections(world: World) {
    let smtp = SmtpServer::start().await;
    let node = world.idle_with(&smtp.toml()).await;
    for n in 0..5 {
        Queued::with(&node, &format!("user{n}@example.org"), "en", Duration::from_hours(1)).await;
        node.mail.send_due_mail().await.unwrap();
        eventually("it is sent", async || bodies(&world).await == 0).await;
    }
    assert_eq!((smtp.received().len(), smtp.connections()), (5, 1));
}

/// Issue: no answer to the user waits for the mail server.
#[apply(on_both_engines)]
async fn a_slow_mail_server_keeps_nobody_waiting(world: World) {
    let smtp = SmtpServer::start().await;
    smtp.next([Verdict::AcceptAfter(Duration::from_millis(1500))]);
    let server = world.server_with(&smtp.toml()).await;
    let slow = Queued::with(&server.rooms, "slow@example.org", "en", Duration::from_hours(1)).await;
    server.rooms.mail.wake_outbox();
    eventually("it is offered", async || smtp.offered().len() == 1).await;
    let quick = Queued::with(&server.rooms, "quick@example.org", "en", Duration::from_hours(1)).await;
    server.rooms.mail.wake_outbox();
    eventually("the next one passes it", async || quick.accepted_at(&server.rooms).await.is_some()).await;
    assert_eq!(slow.accepted_at(&server.rooms).await, None);
    eventually("it arrives", async || slow.accepted_at(&server.rooms).await.is_some()).await;
    assert_eq!(smtp.received().len(), 2);
}

/// RFC 5321 §4.2.1: 4yz is not for good.
#[apply(on_both_engines)]
async fn what_is_refused_for_now_is_tried_again(world: World) {
    let smtp = SmtpServer::start().await;
    smtp.next([
        Verdict::RefuseRecipient("451 4.7.1 greylisted"),
        Verdict::RefuseContent("452 4.2.2 full"),
        Verdict::HangUp,
    ]);
    let server = world.server_with(&smtp.toml()).await;
    let queued = Queued::for_john(&server.rooms).await;
    for tries in 1..=4 {
        server.rooms.mail.wake_outbox();
        eventually("it is tried", async || queued.events(&server.rooms).await.len() == tries + 1).await;
        assert_eq!(smtp.offered().len(), tries, "and not again before its time");
        world.clock.advance(Duration::from_secs(60));
    }
    let again = DeliveryEvent::Undelivered;
    assert_eq!(
        queued.events(&server.rooms).await,
        [DeliveryEvent::Queued, again, again, again, DeliveryEvent::Accepted]
    );
    let details: Vec<_> = queued.flight(&server.rooms).await.into_iter().map(|(_, detail)| detail).collect();
    assert!(details[1].starts_with("not yet, tried again in 2 s: 451 4.7.1 greylisted"), "{details:?}");
    assert_eq!((smtp.received().len(), bodies(&world).await), (1, 0));
}

/// RFC 5321 §4.2.1: 5yz is for good. Logs and owners never see a full address.
#[apply(on_both_engines)]
async fn what_is_refused_for_good_is_given_up_and_wiped(world: World) {
    let smtp = SmtpServer::start().await;
    smtp.next([Verdict::RefuseRecipient("550 5.1.1 <john@example.org>: no such user")]);
    let server = world.server_with(&smtp.toml()).await;
    let queued = Queued::for_john(&server.rooms).await;
    server.rooms.mail.wake_outbox();
    eventually("it is given up", async || bodies(&world).await == 0).await;
    let (event, detail) = queued.flight(&server.rooms).await.pop().unwrap();
    assert_eq!(event, DeliveryEvent::Undelivered);
    assert_eq!(detail, "given up: 550 5.1.1 <j…@example.org>: no such user");
    world.clock.advance(Duration::from_mins(5));
    Queued::with(&server.rooms, "jane@example.org", "en", Duration::from_hours(1)).await;
    server.rooms.mail.wake_outbox();
    eventually("others are sent", async || smtp.received().len() == 1).await;
    assert_eq!(smtp.offered(), ["john@example.org", "jane@example.org"]);
    assert_eq!(queued.accepted_at(&server.rooms).await, None);
}

/// Issue: no mail is lost while its link can live.
#[apply(on_both_engines)]
async fn a_mail_outlives_a_mail_server_that_is_down(world: World) {
    let down = world.server_with("[mail]\nurl = \"smtp://127.0.0.1:9\"").await;
    let queued = Queued::for_john(&down.rooms).await;
    down.rooms.mail.wake_outbox();
    eventually("it is tried", async || queued.events(&down.rooms).await.len() == 2).await;
    down.stop().await;
    world.clock.advance(Duration::from_secs(10));
    let smtp = SmtpServer::start().await;
    let server = world.server_with(&smtp.toml()).await;
    eventually("it is sent", async || queued.accepted_at(&server.rooms).await.is_some()).await;
    assert_eq!(smtp.received().len(), 1);
}

/// Issue: the server is killed between commit and sending.
#[apply(on_both_engines)]
async fn a_mail_outlives_the_server_that_queued_it(world: World) {
    let killed = world.command().await;
    let queued = Queued::for_john(&killed).await;
    killed.store.close().await;
    drop(killed);
    let smtp = SmtpServer::start().await;
    let server = world.server_with(&smtp.toml()).await;
    eventually("it is sent", async || queued.accepted_at(&server.rooms).await.is_some()).await;
    assert_eq!(smtp.received().len(), 1);
}

/// Design, mail: a claim ends, so a worker that is killed with mail in its hands loses none.
#[apply(on_both_engines)]
async fn a_mail_outlives_the_worker_that_claimed_it(world: World) {
    let killed = world.command().await;
    let queued = Queued::for_john(&killed).await;
    let now = killed.instruments.now();
    let claimed = killed.store.outbox_claim(now, now.plus(Duration::from_mins(1))).await.unwrap().unwrap();
    assert_eq!((claimed.sign_in, claimed.attempts), (Some(queued.sign_in), 1));
    drop(killed);
    let smtp = SmtpServer::start().await;
    let server = world.server_with(&smtp.toml()).await;
    server.rooms.mail.send_due_mail().await.unwrap();
    assert_eq!(smtp.offered().len(), 0, "as long as the claim lasts, it is left to whoever has it");
    world.clock.advance(Duration::from_secs(60));
    server.rooms.mail.wake_outbox();
    eventually("it is sent", async || queued.accepted_at(&server.rooms).await.is_some()).await;
    // The first worker was only slow: what it wants to write down does not count any more.
    let mut tx = server.rooms.store.begin().await.unwrap();
    assert!(!tx.outbox_give_up(&claimed, server.rooms.instruments.now(), "late").await.unwrap());
    assert!(!tx.outbox_accept(&claimed, server.rooms.instruments.now()).await.unwrap());
}

/// Issue: no mail is sent after its link is over.
#[apply(on_both_engines)]
async fn a_mail_whose_time_is_over_is_never_sent(world: World) {
    let idle = world.command().await;
    let late = Queued::with(&idle, "late@example.org", "en", Duration::from_secs(10)).await;
    let good = Queued::with(&idle, "good@example.org", "en", Duration::from_secs(60)).await;
    world.clock.advance(Duration::from_secs(10));
    let smtp = SmtpServer::start().await;
    let server = world.server_with(&smtp.toml()).await;
    eventually("both are over", async || bodies(&world).await == 0).await;
    assert_eq!(smtp.offered(), ["good@example.org"]);
    assert!(good.accepted_at(&server.rooms).await.is_some());
    let (event, detail) = late.flight(&server.rooms).await.pop().unwrap();
    assert_eq!(
        (event, detail.as_str()),
        (DeliveryEvent::Undelivered, "given up: its time was over before it could be sent")
    );
}

/// A mail that cannot be sent again in time is not kept.
#[apply(on_both_engines)]
async fn a_mail_is_given_up_when_no_time_is_left_to_try_again(world: World) {
    let smtp = SmtpServer::start().await;
    smtp.rule(|_| Verdict::RefuseContent("451 4.3.0 later"));
    let server = world.server_with(&smtp.toml()).await;
    let queued = Queued::with(&server.rooms, "john@example.org", "en", Duration::from_secs(2)).await;
    server.rooms.mail.wake_outbox();
    eventually("it is given up", async || bodies(&world).await == 0).await;
    let (_, detail) = queued.flight(&server.rooms).await.pop().unwrap();
    assert_eq!(detail, "given up: no time is left to try again: 451 4.3.0 later");
}

/// A row that cannot be read, or that was tampered with, keeps no other mail from being sent.
#[apply(on_both_engines)]
async fn a_damaged_mail_stands_in_nobodys_way(world: World) {
    let smtp = SmtpServer::start().await;
    let idle = world.command().await;
    Queued::with(&idle, "first@example.org", "en", Duration::from_hours(1)).await;
    let bytes = if idle.store.engine_name() == "SQLite" { "x'00ff'" } else { "'\\x00ff'" };
    world.database.execute(&format!("update outbox set body = {bytes}")).await;
    world.clock.advance(Duration::from_secs(1));
    Queued::with(&idle, "second@example.org", "en", Duration::from_hours(1)).await;
    world.database.execute("update outbox set recipient = 'eve@example.net'").await;
    let server = world.server_with(&smtp.toml()).await;
    eventually("the other is sent", async || smtp.received().len() == 1).await;
    assert_eq!(smtp.offered(), ["second@example.org"], "the recipient is the one that was sealed");
    drop(server);
}

/// SIGTERM: what is being sent is sent and written down.
#[apply(on_both_engines)]
async fn a_server_that_stops_finishes_what_it_sends(world: World) {
    let smtp = SmtpServer::start().await;
    smtp.next([Verdict::AcceptAfter(Duration::from_millis(500))]);
    let server = world.server_with(&smtp.toml()).await;
    let queued = Queued::for_john(&server.rooms).await;
    server.rooms.mail.wake_outbox();
    eventually("it is offered", async || smtp.offered().len() == 1).await;
    server.stop().await;
    let after = world.command().await;
    assert!(queued.accepted_at(&after).await.is_some());
    assert_eq!(smtp.received().len(), 1);
}

/// `--dev` catches mail; the page is for users of this machine only.
#[apply(on_both_engines)]
async fn caught_mail_is_read_in_a_page_that_runs_nothing(world: World) {
    let server = world.server().await;
    let empty = server.get("/dev/mail").await;
    assert_eq!(empty.status, 200);
    let queued = Queued::for_john(&server.rooms).await;
    server.rooms.mail.wake_outbox();
    eventually("it is caught", async || world.mail.mails().len() == 1).await;
    let list = server.get("/dev/mail").await;
    let path = list.text().split("href=\"").find(|rest| rest.starts_with("/dev/mail/")).unwrap();
    let page = server.get(path.split('"').next().unwrap()).await;
    let link = format!("<a href=\"http://localhost:8080/l/{0}\">http://localhost:8080/l/{0}</a>", queued.link.expose());
    assert!(page.text().contains(&link) && page.text().contains(&queued.code.grouped()), "{}", page.text());
    for answer in [&list, &page] {
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    server.get("/dev/mail/nothing").await.refusal(404, "not_found");
}

/// Without `--dev` there is no page of mails.
#[apply(on_both_engines)]
async fn there_is_no_page_of_mails_on_a_real_server(world: World) {
    let smtp = SmtpServer::start().await;
    let public = "[server]\nissuer = \"https://login.example.com\"\n";
    for settings in [smtp.toml(), public.to_owned()] {
        let server = world.server_with(&settings).await;
        server.get("/dev/mail").await.refusal(404, "not_found");
        server.stop().await;
    }
}
