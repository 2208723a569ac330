//! The activity part of an application's page.

use crate::domain::ids::Timestamp;
use crate::http::pages::view::Chart;

/// The part of an application's page.
#[derive(Clone, Debug)]
pub(in crate::http) struct Activity {
    /// Tokens and failures by day.
    pub(in crate::http) chart: Chart,
    /// The last requests, newest first.
    pub(in crate::http) requests: Vec<RequestLine>,
    /// The last sign-ins, newest first.
    pub(in crate::http) traces: Vec<DeliveryTraceLine>,
}

/// A request that named the application.
#[derive(Clone, Debug)]
pub(in crate::http) struct RequestLine {
    /// When it arrived; of several, the last.
    pub(in crate::http) at: Timestamp,
    /// How many equal requests this stands for.
    pub(in crate::http) times: u64,
    /// The endpoint.
    pub(in crate::http) endpoint: &'static str,
    /// The grant it asked for.
    pub(in crate::http) grant: Option<&'static str>,
    /// Why it failed.
    pub(in crate::http) failure: Option<FailureLines>,
    /// The trace id of its log line.
    pub(in crate::http) trace_id: String,
    /// The network it came from.
    pub(in crate::http) network: String,
}

/// Why a request failed.
#[derive(Clone, Debug)]
pub(in crate::http) struct FailureLines {
    /// The value of `error`.
    pub(in crate::http) error: String,
    /// Why, in a sentence.
    pub(in crate::http) reason: String,
    /// The parameter that was not as expected.
    pub(in crate::http) field: Option<&'static str>,
    /// What was sent in it.
    pub(in crate::http) sent: Option<Marked>,
    /// The closest valid value.
    pub(in crate::http) registered: Option<Marked>,
}

/// A text with one highlighted character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Marked {
    /// What is before it.
    pub(in crate::http) before: String,
    /// The character; empty where the text ends before it.
    pub(in crate::http) at: String,
    /// What is after it.
    pub(in crate::http) after: String,
}

impl Marked {
    /// A text with the character at this place highlighted, if there is one.
    pub(in crate::http) fn new(text: &str, at: Option<usize>) -> Self {
        let Some(at) = at else {
            return Self { before: text.to_owned(), at: String::new(), after: String::new() };
        };
        let mut characters = text.chars();
        let before = characters.by_ref().take(at).collect();
        let marked = characters.by_ref().take(1).collect();
        Self { before, at: marked, after: characters.collect() }
    }
}

/// A sign-in with the delivery trace of its mail.
#[derive(Clone, Debug)]
pub(in crate::http) struct DeliveryTraceLine {
    /// When it was asked for.
    pub(in crate::http) at: Timestamp,
    /// The address, masked.
    pub(in crate::http) address: String,
    /// The four characters that mail and waiting page both show.
    pub(in crate::http) reference: String,
    /// The steps, in order.
    pub(in crate::http) steps: Vec<DeliveryStepLine>,
}

/// A step.
#[derive(Clone, Debug)]
pub(in crate::http) struct DeliveryStepLine {
    /// When.
    pub(in crate::http) at: Timestamp,
    /// What.
    pub(in crate::http) what: &'static str,
    /// More about it.
    pub(in crate::http) detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, at: Option<usize>) -> [String; 3] {
        let Marked { before, at, after } = Marked::new(text, at);
        [before, at, after]
    }

    #[test]
    fn one_character_stands_out_wherever_it_is() {
        assert_eq!(marked("https://ä.example", Some(8)), ["https://", "ä", ".example"]);
        assert_eq!(marked("abc", Some(0)), ["", "a", "bc"]);
        assert_eq!(marked("abc", Some(3)), ["abc", "", ""]);
        assert_eq!(marked("abc", Some(9)), ["abc", "", ""]);
        assert_eq!(marked("abc", None), ["abc", "", ""]);
    }
}
