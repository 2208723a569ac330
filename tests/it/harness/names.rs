//! A resolver whose answers the test sets.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use gatepost::adapters::fetch::{Resolver, Resolving};

/// Names and their addresses; `localhost` is where it always is, any other name is unknown until it is set.
#[derive(Debug, Default)]
pub(crate) struct TestNames(Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>);

impl TestNames {
    /// The name has these addresses, one answer after the other; the last answer stays.
    pub(crate) fn set(&self, name: &str, answers: &[&[&str]]) {
        let addresses = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        self.0.lock().unwrap().insert(name.to_owned(), answers.iter().map(addresses).collect());
    }
}

impl Resolver for TestNames {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        let answer = match self.0.lock().unwrap().get_mut(name) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None if name == "localhost" => Some(vec![IpAddr::from([127, 0, 0, 1])]),
            None => None,
        };
        Box::pin(async move { answer.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }
}
