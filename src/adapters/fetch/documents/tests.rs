use std::sync::atomic::AtomicUsize;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::*;
use crate::adapters::fetch::SystemResolver;

/// A clock that the test sets.
#[derive(Default)]
struct SetClock(AtomicU64);

impl SetClock {
    fn advance(&self, duration: Duration) {
        self.0.fetch_add(duration.as_secs(), Ordering::AcqRel);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + i64::try_from(self.0.load(Ordering::Acquire)).unwrap())
    }
}

/// A text that is not empty.
#[derive(Debug, PartialEq, Eq)]
struct Text(String);

impl Document for Text {
    const MOST: usize = 100;

    fn read(received: &Received) -> Result<Self, String> {
        if received.media_type().as_deref() != Some("application/json") {
            return Err("another type".to_owned());
        }
        Ok(Self(String::from_utf8(received.body.to_vec()).map_err(|e| e.to_string())?))
    }
}

/// A site that answers every request with the same text once `gate` lets it.
struct Site {
    address: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    /// How many of them at once, at most.
    most: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

impl Site {
    async fn start(answer: &str) -> Self {
        let site = Self::closed(answer).await;
        site.gate.add_permits(100_000);
        site
    }

    async fn closed(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            answer: Arc::new(Mutex::new(answer.to_owned())),
            asked: Arc::default(),
            most: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        };
        let parts = (Arc::clone(&site.answer), Arc::clone(&site.asked), Arc::clone(&site.most), Arc::clone(&site.gate));
        let running = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let ((answer, asked, most, gate), running) = (parts.clone(), Arc::clone(&running));
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 4096]).await;
                    asked.fetch_add(1, Ordering::AcqRel);
                    most.fetch_max(running.fetch_add(1, Ordering::AcqRel) + 1, Ordering::AcqRel);
                    gate.acquire().await.unwrap().forget();
                    running.fetch_sub(1, Ordering::AcqRel);
                    let answer = answer.lock().unwrap().clone();
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        site
    }

    fn answers(&self, answer: &str) {
        answer.clone_into(&mut self.answer.lock().unwrap());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Acquire)
    }

    fn url(&self, path: impl std::fmt::Display) -> Url {
        format!("{}/{path}", self.address).parse().unwrap()
    }
}

fn good(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

fn documents() -> (Documents, Arc<SetClock>) {
    let (clock, loopback) = (Arc::<SetClock>::default(), vec!["127.0.0.0/8".parse().unwrap()]);
    let fetcher = Fetcher::new(Arc::new(SystemResolver), loopback, "registration.allow_private");
    (Documents::new(fetcher, Arc::<SetClock>::clone(&clock), true), clock)
}

async fn text(documents: &Documents, url: &Url) -> Result<String, DocumentError> {
    documents.get::<Text>(url, None).await.map(|text| text.0.clone())
}

#[tokio::test]
async fn a_document_is_kept_as_long_as_its_headers_say_within_five_minutes_and_a_day() {
    for (headers, kept) in [
        ("", 300),
        ("Cache-Control: no-store\r\n", 300),
        ("Cache-Control: max-age=10\r\n", 300),
        ("Cache-Control: max-age=1000\r\n", 1000),
        ("Cache-Control: max-age=99999999\r\n", 86400),
    ] {
        let (site, (documents, clock)) = (Site::start(&good(headers, "a")).await, documents());
        let url = site.url("");
        assert_eq!(text(&documents, &url).await.unwrap(), "a");
        clock.advance(Duration::from_secs(kept - 1));
        assert_eq!((text(&documents, &url).await.unwrap(), site.asked()), ("a".to_owned(), 1), "{headers}");
        site.answers(&good("", "b"));
        clock.advance(Duration::from_secs(1));
        assert_eq!((text(&documents, &url).await.unwrap(), site.asked()), ("b".to_owned(), 2), "{headers}");
    }
}

#[tokio::test]
async fn a_failure_is_kept_for_a_minute_and_says_its_reason() {
    let long = good("", &"a".repeat(101));
    for (answer, reason) in [
        ("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", "redirects are not followed"),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "the answer was 404"),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\na", "another type"),
        ("what?", "no answer"),
        (&long, "longer than 100 bytes"),
    ] {
        let (site, (documents, clock)) = (Site::start(answer).await, documents());
        let url = site.url("");
        for _ in 0..3 {
            let Err(DocumentError::Failed(why)) = text(&documents, &url).await else { panic!("{answer}") };
            assert!(why.contains(reason), "{why}");
        }
        clock.advance(Duration::from_secs(59));
        assert!(documents.get_newer::<Text>(&url, None).await.is_err());
        assert_eq!(site.asked(), 1, "{answer}");
        site.answers(&good("", "good"));
        clock.advance(Duration::from_secs(1));
        assert_eq!(text(&documents, &url).await.unwrap(), "good");
    }
}

#[tokio::test]
async fn one_that_is_late_is_given_up_and_not_asked_for_again_within_the_minute() {
    let (site, (mut documents, _)) = (Site::closed(&good("", "a")).await, documents());
    Arc::get_mut(&mut documents.shared).unwrap().limit = Duration::from_millis(100);
    for _ in 0..3 {
        let Err(DocumentError::Failed(why)) = text(&documents, &site.url("")).await else { panic!() };
        assert!(why.contains("no answer within"), "{why}");
    }
    assert!(site.asked() <= 1);
}

#[tokio::test]
async fn operators_are_told_what_was_wrong_last_until_it_is_right() {
    let (site, (documents, clock)) =
        (Site::start("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await, documents());
    let told = || documents.unread().into_iter().map(|one| (one.address, one.reason)).collect::<Vec<_>>();
    assert!(text(&documents, &site.url("a?token=x")).await.is_err());
    clock.advance(Duration::from_secs(1));
    assert!(text(&documents, &site.url("b")).await.is_err());
    let wrong = |path: &str| (site.url(path).to_string(), Arc::<str>::from("the answer was 404"));
    assert_eq!(told(), [wrong("b"), wrong("a")]);
    site.answers(&good("", "a"));
    clock.advance(Duration::from_secs(60));
    assert!(text(&documents, &site.url("b")).await.is_ok());
    assert_eq!(told(), [wrong("a")]);
}

#[tokio::test]
async fn addresses_that_are_not_public_and_those_without_tls_are_not_connected_to() {
    let site = Site::start(&good("", "a")).await;
    let fetcher = Fetcher::new(Arc::new(SystemResolver), Vec::new(), "registration.allow_private");
    let strict = Documents::new(fetcher, Arc::<SetClock>::default(), true);
    let refused = text(&strict, &site.url("")).await.unwrap_err().to_string();
    assert!(refused.contains("no public address") && refused.contains("registration.allow_private"), "{refused}");
    let loopback = vec!["127.0.0.0/8".parse().unwrap()];
    let fetcher = Fetcher::new(Arc::new(SystemResolver), loopback, "");
    let with_tls = Documents::new(fetcher, Arc::<SetClock>::default(), false);
    assert!(text(&with_tls, &site.url("")).await.unwrap_err().to_string().contains("https"));
    assert_eq!(site.asked(), 0);
}

#[tokio::test]
async fn what_one_may_reach_is_kept_beside_the_rest_and_not_given_to_others() {
    let (site, (documents, _)) = (Site::start(&good("", "a")).await, documents());
    let url = site.url("");
    let reaching = |networks| documents.reaching(Fetcher::new(Arc::new(SystemResolver), networks, "allow_private"));
    let (same, strict) = (reaching(vec!["127.0.0.0/8".parse().unwrap()]), reaching(Vec::new()));
    assert_eq!(text(&documents, &url).await.unwrap(), "a");
    assert_eq!(text(&same, &url).await.unwrap(), "a");
    assert!(text(&strict, &url).await.unwrap_err().to_string().contains("no public address"));
    assert_eq!(site.asked(), 1);
    assert_eq!(documents.unread(), strict.unread(), "one cache");
    assert_eq!(documents.unread().len(), 1);
}

#[tokio::test]
async fn who_misses_something_gets_a_newer_one_once_a_minute_and_keeps_what_was_good() {
    let (site, (documents, clock)) = (Site::start(&good("Cache-Control: max-age=6000\r\n", "a")).await, documents());
    let url = site.url("");
    let newer = async || documents.get_newer::<Text>(&url, None).await.map(|text| text.0.clone());
    assert_eq!(newer().await.unwrap(), "a");
    site.answers(&good("Cache-Control: max-age=6000\r\n", "b"));
    assert_eq!((newer().await.unwrap(), site.asked()), ("a".to_owned(), 1));
    clock.advance(Duration::from_secs(60));
    assert_eq!((newer().await.unwrap(), site.asked()), ("b".to_owned(), 2));
    site.answers("what?");
    clock.advance(Duration::from_secs(60));
    for _ in 0..3 {
        assert_eq!((newer().await.unwrap(), site.asked()), ("b".to_owned(), 3));
    }
    assert_eq!(text(&documents, &url).await.unwrap(), "b");
}

#[tokio::test]
async fn all_who_wait_share_a_fetch_and_one_who_leaves_does_not_end_it() {
    let (site, (documents, _)) = (Site::closed(&good("", "a")).await, documents());
    let url = site.url("");
    let ask = || {
        let (documents, url) = (documents.clone(), url.clone());
        tokio::spawn(async move { text(&documents, &url).await })
    };
    let impatient = ask();
    while site.asked() == 0 {
        tokio::task::yield_now().await;
    }
    impatient.abort();
    let others: Vec<_> = (0..20).map(|_| ask()).collect();
    site.gate.add_permits(1);
    for other in others {
        assert_eq!(other.await.unwrap().unwrap(), "a");
    }
    assert_eq!(site.asked(), 1);
}

#[tokio::test]
async fn an_origin_sees_two_fetches_at_a_time() {
    let (site, (documents, _)) = (Site::closed(&good("", "a")).await, documents());
    let asking: Vec<_> = (0..6)
        .map(|number| {
            let (documents, url) = (documents.clone(), site.url(number));
            tokio::spawn(async move { text(&documents, &url).await })
        })
        .collect();
    while site.asked() < 2 {
        tokio::task::yield_now().await;
    }
    site.gate.add_permits(6);
    for one in asking {
        assert_eq!(one.await.unwrap().unwrap(), "a");
    }
    assert_eq!((site.asked(), site.most.load(Ordering::Acquire)), (6, 2));
}

#[tokio::test]
async fn ten_thousand_addresses_from_one_network_cost_ten_fetches_a_minute() {
    let (site, (documents, clock)) = (Site::start(&good("", "a")).await, documents());
    let caller = |number: usize| Some(IpAddr::from([198, 51, 100, u8::try_from(number % 200).unwrap()]));
    let mut refused = 0;
    for number in 0..10_000 {
        match documents.get::<Text>(&site.url(number), caller(number)).await {
            Ok(_) => {}
            Err(DocumentError::TooManyNew { retry_after }) => {
                assert!(retry_after <= Duration::from_mins(1));
                refused += 1;
            }
            Err(e) => panic!("{e}"),
        }
    }
    assert_eq!((site.asked(), refused), (10, 9_990));
    assert_eq!(documents.shared.entries.lock().unwrap().len(), 10);
    assert!(documents.get::<Text>(&site.url(0), caller(0)).await.is_ok(), "what is kept is no new address");
    assert!(documents.get::<Text>(&site.url("b"), Some("203.0.113.9".parse().unwrap())).await.is_ok());
    clock.advance(Duration::from_secs(60));
    assert!(documents.get::<Text>(&site.url("c"), caller(0)).await.is_ok());
}

#[tokio::test]
async fn a_thousand_are_kept_and_the_one_not_used_for_longest_goes() {
    let (documents, _) = documents();
    // Nothing listens there, and a failure is kept like anything else.
    let url = |number: usize| format!("ftp://127.0.0.1/{number}").parse::<Url>().unwrap();
    for number in 0..CAPACITY {
        let _ = text(&documents, &url(number)).await;
    }
    let _ = text(&documents, &url(0)).await;
    let _ = text(&documents, &url(CAPACITY)).await;
    let entries = documents.shared.entries.lock().unwrap();
    let networks = documents.fetcher.private_networks();
    let key = |number| Key { kind: TypeId::of::<Text>(), networks: networks.to_vec(), address: url(number).into() };
    let has = |number| entries.contains_key(&key(number));
    assert_eq!((entries.len(), has(0), has(1), has(CAPACITY)), (CAPACITY, true, false, true));
}
