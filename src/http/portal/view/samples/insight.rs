//! The page of what an application did, in its states.

use super::*;

impl Sample {
    pub(super) fn insights(self, all: &mut Pages) {
        let t = self.t;
        let delivery = |state, attempts| DeliveryLine {
            message: Some("msg_1".to_owned()),
            event: "user.created".to_owned(),
            created_at: AT,
            state,
            attempts,
            tried_at: Some(AT),
            answer: Some(t.webhooks.hook.answered.with(&[("status", "200"), ("ms", "3")])),
            next: Some(AT),
            again: None,
        };
        let lines = vec![
            delivery(DeliveryState::Pending(AT), 1),
            delivery(DeliveryState::Delivered(AT), 22),
            delivery(DeliveryState::GivenUp, 9),
        ];
        let hook = |standing, events| HookLine {
            href: "/h".to_owned(),
            url: "https://a.example".to_owned(),
            events,
            standing,
        };
        let hooks = vec![
            hook(HookStanding::Untried, HookEvents::Every),
            hook(HookStanding::Works(AT), HookEvents::Many(5)),
            hook(HookStanding::Failing(AT), HookEvents::Named("user.created".to_owned())),
            hook(HookStanding::Disabled(AT, DisabledBecause::Gone), HookEvents::Every),
            hook(HookStanding::Disabled(AT, DisabledBecause::Failing), HookEvents::Every),
            hook(HookStanding::Disabled(AT, DisabledBecause::Requested), HookEvents::Every),
        ];
        for (hooks, add_one, address) in [(hooks, None, None), (Vec::new(), Some("/new"), Some("https://a.example"))] {
            let page = InsightPage {
                t,
                frame: self.frame(),
                now: AT,
                head: self.active(Tab::Insight),
                activity: self.activity(!hooks.is_empty()),
                logouts: Some(Logouts {
                    address: address.map(str::to_owned),
                    lines: if hooks.is_empty() { Vec::new() } else { lines.clone() },
                }),
                hooks: Hooks { lines: hooks, add: add_one.map(str::to_owned), most: 5 },
            };
            add(all, "insight", &page);
        }
    }

    fn activity(self, busy: bool) -> Activity {
        let marked = || Marked::new("https://shop.example/cb", Some(3));
        let failure = |sent, registered| FailureLines {
            error: "invalid_request".to_owned(),
            reason: "reason".to_owned(),
            field: Some("redirect_uri"),
            sent,
            registered,
        };
        let request = |failure| RequestLine {
            at: AT,
            times: 5,
            endpoint: "token",
            grant: None,
            failure,
            trace_id: "4bf9".to_owned(),
            network: "192.0.2.0/24".to_owned(),
        };
        let failures = [failure(Some(marked()), Some(marked())), failure(Some(marked()), None), failure(None, None)];
        let requests = failures.map(|failure| request(Some(failure))).into_iter().chain([request(None)]);
        let step = |event| DeliveryStepLine {
            at: AT,
            what: crate::http::portal::activity::words(self.t, event),
            detail: String::new(),
        };
        let trace = DeliveryTraceLine {
            at: AT,
            address: "j***@example.com".to_owned(),
            reference: "QX7F".to_owned(),
            steps: DeliveryEvent::ALL.map(step).into(),
        };
        let day = DayCount { tokens: 3, failures: 1, ..DayCount::empty(AT) };
        Activity {
            chart: Chart::of(if busy { std::slice::from_ref(&day) } else { &[] }),
            requests: if busy { requests.collect() } else { Vec::new() },
            traces: if busy { vec![trace] } else { Vec::new() },
        }
    }
}
