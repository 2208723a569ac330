use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::*;
use crate::protocol::refusal::ErrorCode;

fn read(form: &str) -> Result<Option<String>, Refusal> {
    let parameters = Parameters::from_form(form.as_bytes()).unwrap();
    ExchangeRequest::from_parameters(&parameters).map(|request| request.actor_token.map(str::to_owned))
}

#[test]
fn a_request_has_a_subject_and_perhaps_an_actor_each_with_its_type() {
    let types = [ACCESS_TOKEN, JWT];
    for of_subject in types {
        let subject = format!("subject_token=s&subject_token_type={of_subject}");
        assert_eq!(read(&subject), Ok(None));
        assert_eq!(read(&format!("{subject}&requested_token_type={ACCESS_TOKEN}")), Ok(None));
        for of_actor in types {
            let with_actor = format!("{subject}&actor_token=a&actor_token_type={of_actor}");
            assert_eq!(read(&with_actor), Ok(Some("a".to_owned())));
        }
    }
}

#[test]
fn what_is_missing_or_of_another_type_is_an_invalid_request() {
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    let subject = format!("subject_token=s&subject_token_type={ACCESS_TOKEN}");
    for bad in [
        "subject_token=s".to_owned(),
        format!("subject_token_type={ACCESS_TOKEN}"),
        format!("subject_token=s&subject_token_type={id_token}"),
        format!("{subject}&actor_token=a"),
        format!("{subject}&actor_token_type={ACCESS_TOKEN}"),
        format!("{subject}&actor_token=a&actor_token_type={id_token}"),
        format!("{subject}&requested_token_type={id_token}"),
        format!("{subject}&requested_token_type={JWT}"),
        format!("{subject}&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token"),
    ] {
        assert_eq!(read(&bad).unwrap_err().code, ErrorCode::InvalidRequest, "{bad}");
    }
}

#[test]
fn the_chain_of_those_who_act_is_kept_and_ends() {
    let mut chain = None;
    for (place, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
        let acting = acting(name, chain.clone()).unwrap();
        assert_eq!((acting.sub.as_str(), acting.act.as_deref(), acting.count()), (name, chain.as_ref(), place + 1));
        chain = Some(acting);
    }
    assert_eq!(acting("e", chain).unwrap_err().code, ErrorCode::InvalidRequest);
}

#[test]
fn a_token_is_of_whom_it_says_and_otherwise_judged_as_one_of_ours() {
    let token = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
    let of = |claims: &str| origin(&token(claims), "https://id.example");
    for foreign in [r#"{"iss":"https://ci.example"}"#, r#"{"iss":"https://id.example/"}"#, r#"{"sub":"spiffe://a/b"}"#]
    {
        assert_eq!(of(foreign), Origin::Foreign, "{foreign}");
    }
    for own in [r#"{"iss":"https://id.example","sub":"spiffe://a/b"}"#, r#"{"iss":7}"#, r#"{"sub":"a"}"#, "[]", "no"] {
        assert_eq!(of(own), Origin::Own, "{own}");
    }
    assert_eq!((origin("", "a"), origin("e30", "a")), (Origin::Own, Origin::Own));
}

#[test]
fn a_target_that_the_subject_token_is_not_for_is_refused_and_the_others_are_spelled_as_there() {
    let ids = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<ResourceId>>();
    let may = ids(&["https://A.example/", "https://b.example", "stock-api"]);
    let aud = Audience::Many(vec!["https://a.example".to_owned(), "stock-api".to_owned()]);
    assert_eq!(targets(&ids(&["https://a.EXAMPLE"]), &may, &aud), Ok(ids(&["https://a.example"])));
    assert_eq!(targets(&[], &may, &aud), Ok(ids(&["https://a.example", "stock-api"])));
    let refused = targets(&ids(&["https://b.example"]), &may, &aud).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidTarget);
    assert!(refused.description.ends_with("it is for: https://a.example stock-api"), "{refused:?}");
}

fn scope() -> impl Strategy<Value = Scope> {
    proptest::collection::vec("[a-e]", 0..5).prop_map(|tokens| tokens.join(" ").parse().unwrap())
}

fn ids() -> impl Strategy<Value = Vec<ResourceId>> {
    let one = prop_oneof!["[a-d]".prop_map(String::from), "[a-d]".prop_map(|host| format!("https://{host}"))];
    proptest::collection::vec(one.prop_map(|text| text.parse().unwrap()), 0..4)
}

proptest! {
    /// RFC 8693 §5: never more than either has, and all that both have.
    #[test]
    fn the_scope_is_what_both_have(subject in scope(), may in scope()) {
        match most_scope(&subject, &may) {
            Ok(most) => {
                prop_assert!(most.first_outside(&subject).is_none() && most.first_outside(&may).is_none());
                prop_assert!(subject.iter().all(|token| !may.contains(token) || most.contains(token)));
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.code, ErrorCode::InvalidScope);
                prop_assert!(!subject.is_empty() && subject.intersect(&may).is_empty());
            }
        }
    }

    /// Nothing comes in that the application may not exchange for, nor what the subject token is not for.
    #[test]
    fn a_token_is_for_some_of_what_it_was_and_may_be_exchanged_for(requested in ids(), may in ids(), had in ids()) {
        let aud = Audience::Many(had.iter().map(ToString::to_string).collect());
        let is_both = |target: &ResourceId| target.find_in(&may).is_some() && target.find_in(&had).is_some();
        match targets(&requested, &may, &aud) {
            Ok(targets) => {
                prop_assert!(!targets.is_empty() && targets.iter().all(is_both));
                let expected = if requested.is_empty() { had.clone() } else { requested };
                prop_assert!(targets.iter().all(|target| target.find_in(&expected).is_some()));
                prop_assert!(expected.iter().filter(|one| is_both(one)).all(|one| one.find_in(&targets).is_some()));
            }
            Err(refusal) if requested.is_empty() => {
                prop_assert_eq!(refusal.code, ErrorCode::InvalidRequest);
                prop_assert!(!had.iter().any(is_both));
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.code, ErrorCode::InvalidTarget);
                prop_assert!(!requested.iter().all(is_both));
            }
        }
    }
}
