use std::task::Poll;

use super::*;

type Queue = Arc<HashingQueue<&'static str>>;

fn queue() -> Queue {
    Arc::new(HashingQueue::new(1))
}

/// A client at this network.
fn from(client: &'static str, network: u8) -> (&'static str, IpAddr) {
    (client, IpAddr::from([10, 0, 0, network]))
}

/// Whether a future is done, asked once.
async fn is_done<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
    let asked_once = std::future::poll_fn(|cx| match std::pin::Pin::new(&mut *future).poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    });
    // However many were asked before.
    tokio::task::unconstrained(asked_once).await
}

#[tokio::test]
async fn a_known_application_comes_first() {
    let queue = queue();
    let thread = queue.thread(None, Standing::New).await.unwrap();
    let mut stranger = Box::pin(queue.thread(Some(from("stranger", 1)), Standing::New));
    let mut friend = Box::pin(queue.thread(Some(from("friend", 1)), Standing::Known));
    assert!(is_done(&mut stranger).await.is_none());
    assert!(is_done(&mut friend).await.is_none());
    drop(thread);
    assert!(is_done(&mut stranger).await.is_none());
    let thread = is_done(&mut friend).await.unwrap().unwrap();
    drop(thread);
    assert!(is_done(&mut stranger).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_client_has_a_few_places_and_others_have_theirs() {
    let queue = queue();
    let _thread = queue.thread(None, Standing::New).await.unwrap();
    let mut waiting: Vec<_> = (0..ROOM).map(|_| Box::pin(queue.thread(Some(from("one", 1)), Standing::New))).collect();
    for one in &mut waiting {
        assert!(is_done(one).await.is_none());
    }
    let refused = queue.thread(Some(from("one", 1)), Standing::New).await.err().unwrap();
    assert!(refused.retry_after.is_some());
    let mut other = Box::pin(queue.thread(Some(from("other", 1)), Standing::New));
    assert!(is_done(&mut other).await.is_none());
    waiting.pop();
    let mut again = Box::pin(queue.thread(Some(from("one", 1)), Standing::New));
    assert!(is_done(&mut again).await.is_none(), "a place that was left is free");
}

#[tokio::test]
async fn the_longer_the_queue_the_later_to_come_back() {
    let queue = queue();
    let _thread = queue.thread(None, Standing::New).await.unwrap();
    let mut waiting = Vec::new();
    let refused = loop {
        let mut one = Box::pin(queue.thread(None, Standing::New));
        match is_done(&mut one).await {
            None => waiting.push(one),
            Some(outcome) => break outcome.err().unwrap(),
        }
    };
    assert_eq!(waiting.len() as u128, LONGEST_WAIT.as_millis() / GUESSED.as_millis());
    assert!(refused.retry_after.unwrap() > LONGEST_WAIT);
}

#[tokio::test]
async fn new_ones_take_no_places_of_known_ones() {
    let queue = queue();
    let _thread = queue.thread(None, Standing::New).await.unwrap();
    let mut waiting = Vec::new();
    loop {
        let mut one = Box::pin(queue.thread(None, Standing::New));
        match is_done(&mut one).await {
            None => waiting.push(one),
            Some(outcome) => break assert!(outcome.is_err()),
        }
    }
    let mut known = Box::pin(queue.thread(None, Standing::Known));
    assert!(is_done(&mut known).await.is_none(), "it waits for a thread");
}

#[tokio::test]
async fn the_thread_of_a_request_that_went_away_goes_to_the_next() {
    let queue = queue();
    let thread = queue.thread(None, Standing::New).await.unwrap();
    let mut gone = Box::pin(queue.thread(Some(from("gone", 1)), Standing::New));
    let mut called = Box::pin(queue.thread(Some(from("called", 1)), Standing::New));
    let mut next = Box::pin(queue.thread(Some(from("next", 1)), Standing::New));
    for one in [&mut gone, &mut called, &mut next] {
        assert!(is_done(one).await.is_none());
    }
    drop(gone);
    drop(thread);
    // It has been called and does not know yet.
    drop(called);
    assert!(is_done(&mut next).await.unwrap().is_ok());
}

/// As many as find room, each another client of this network.
async fn flood(queue: &Queue, network: u8, standing: Standing) -> Vec<impl Future<Output = Result<(), Refusal>>> {
    let mut waiting = Vec::new();
    for _ in 0..1_000 {
        let client: &'static str = Box::leak(format!("client {}", waiting.len()).into_boxed_str());
        let (queue, from) = (Arc::clone(queue), from(client, network));
        let mut one = Box::pin(async move { queue.thread(Some(from), standing).await.map(std::mem::forget) });
        if is_done(&mut one).await.is_none() {
            waiting.push(one);
        }
    }
    waiting
}

/// However many guesses of a network wait, and of whatever standing: a secret from elsewhere is the next but one.
#[tokio::test]
async fn a_network_that_floods_keeps_no_other_waiting() {
    for flooding in [Standing::Known, Standing::New] {
        for other in [Standing::Known, Standing::New] {
            let queue = queue();
            let thread = queue.thread(None, Standing::New).await.unwrap();
            let flood = flood(&queue, 1, flooding).await;
            assert!(flood.len() > 200, "{}", flood.len());
            // One of the flood is being hashed.
            drop(thread);
            let mut secret = Box::pin(queue.thread(Some(from("other", 2)), other));
            assert!(is_done(&mut secret).await.is_none());
            let mut hashed = 0;
            while is_done(&mut secret).await.is_none() {
                queue.give_back();
                hashed += 1;
            }
            assert!(hashed <= 2, "{hashed} of {flooding:?} came before the {other:?} one");
        }
    }
}

/// Nor does it take the places of others: its own last ones go, and are told when to come back.
#[tokio::test]
async fn where_there_is_no_room_the_last_of_the_network_with_the_most_goes() {
    let queue = queue();
    let _thread = queue.thread(None, Standing::New).await.unwrap();
    let mut flood = flood(&queue, 1, Standing::New).await;
    let (full, refused) = (queue.figures().waiting, queue.figures().refused);
    let mut secret = Box::pin(queue.thread(Some(from("other", 2)), Standing::New));
    assert!(is_done(&mut secret).await.is_none());
    assert_eq!(queue.figures().waiting, full);
    let refusal = is_done(flood.last_mut().unwrap()).await.unwrap().unwrap_err();
    assert!(refusal.retry_after.unwrap() >= LONGEST_WAIT, "{refusal:?}");
    assert_eq!(queue.figures().refused, refused + 1);
    assert!(is_done(&mut flood[0]).await.is_none());
}

/// Those that wait are told so, too, when it turns out that it takes longer than it was thought.
#[tokio::test]
async fn a_queue_that_gets_slower_gets_shorter() {
    let queue = queue();
    let _thread = queue.thread(None, Standing::New).await.unwrap();
    let mut flood = flood(&queue, 1, Standing::New).await;
    for _ in 0..100 {
        queue.took(Duration::from_secs(1));
    }
    let mut gone = 0;
    for one in &mut flood {
        gone += usize::from(is_done(one).await.is_some_and(|outcome| outcome.is_err()));
    }
    assert!((4..=6).contains(&(flood.len() - gone)), "{gone} of {}", flood.len());
}

/// At one network, too, those that were used before come first, though not alone.
#[tokio::test]
async fn of_one_network_known_applications_have_more_turns() {
    let queue = queue();
    let _thread = queue.thread(None, Standing::New).await.unwrap();
    let mut new = flood(&queue, 1, Standing::New).await;
    let mut known = flood(&queue, 1, Standing::Known).await;
    for _ in 0..90 {
        queue.give_back();
    }
    let mut called = [0, 0];
    for (of, flood) in [&mut known, &mut new].into_iter().enumerate() {
        for one in flood {
            called[of] += usize::from(is_done(one).await.is_some_and(|outcome| outcome.is_ok()));
        }
    }
    assert_eq!(called[0] + called[1], 90);
    assert!((75..90).contains(&called[0]), "{called:?}");
}
