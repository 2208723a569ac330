//! Whether a session is sure enough for a request, or the person has to do more.

use std::time::Duration;

use super::assurance::{Assurance, RequiredSignIn};
use super::authorization::Authorization;
use super::session::Session;

impl Authorization {
    /// How long ago the person may have signed in; at zero they sign in anew (OIDC Core §3.1.2.1 `prompt`, `max_age`).
    pub fn oldest_sign_in(&self) -> Option<Duration> {
        if self.prompt.login { Some(Duration::ZERO) } else { self.max_age }
    }

    /// What the person of this session has to do for this request, who has a passkey or none. What application and
    /// groups require is a must. What the request would like (`acr_values`) is a wish (OIDC Core §3.1.2.1): those who
    /// have a passkey are asked for it once. Who signed in at another provider adds no passkey by that: they sign in by
    /// mail first.
    pub fn assurance(&self, session: &Session, required: RequiredSignIn, has_passkey: bool) -> Assurance {
        let next = if has_passkey || !session.amr.is_own() { Assurance::SignIn } else { Assurance::AddPasskey };
        if !required.is_met_by(session.amr) {
            return next;
        }
        let wanted = &self.acr_values;
        let is_met = !wanted.wants_passkey() || wanted.first_of(session.amr.classes()).is_some();
        let was_asked = session.created_at >= self.created_at;
        if is_met || was_asked || !has_passkey || self.prompt.none { Assurance::Enough } else { Assurance::SignIn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::asked_claims::AskedClaims;
    use crate::domain::authorization::Source;
    use crate::domain::ids::{ApplicationId, AuthorizationId, SessionId, Timestamp, UserId};
    use crate::domain::one_time::ValueHash;
    use crate::domain::session::{AuthenticationMethod, Device};
    use crate::protocol::acr::WantedClasses;
    use crate::protocol::authorize::{Prompt, ResponseMode};

    fn request(acr_values: &str) -> Authorization {
        let at = Timestamp::from_seconds;
        Authorization {
            id: AuthorizationId::from_bytes([1; 16]),
            application: ApplicationId::from_bytes([2; 16]),
            source: Source::Browser(ValueHash::of("browser")),
            redirect_uri: "https://app.example/cb".to_owned(),
            redirect_uri_sent: true,
            response_mode: ResponseMode::Query,
            scope: "openid".parse().unwrap(),
            resources: Vec::new(),
            state: None,
            nonce: None,
            code_challenge: None,
            dpop_jkt: None,
            prompt: Prompt::default(),
            max_age: None,
            acr_values: WantedClasses::read(acr_values),
            login_hint: None,
            ui_locales: None,
            expected_sub: None,
            claims: AskedClaims::default(),
            device: Device::default(),
            created_at: at(1000),
            expires_at: at(4600),
            completed_at: None,
        }
    }

    fn session(amr: AuthenticationMethod, auth_time: i64) -> Session {
        let at = Timestamp::from_seconds;
        Session {
            id: SessionId::from_bytes([3; 16]),
            user: UserId::from_bytes([4; 16]),
            created_at: at(auth_time),
            auth_time: at(auth_time),
            amr,
            upstream: None,
            last_seen_at: at(auth_time),
            expires_at: at(1_000_000),
            ended_at: None,
            device: Device::default(),
        }
    }

    #[test]
    fn what_is_required_is_a_must_and_leads_those_without_a_passkey_to_one() {
        for auth_time in [900, 1100] {
            let by_mail = session(AuthenticationMethod::Email, auth_time);
            let next = |has| request("").assurance(&by_mail, RequiredSignIn::Passkey, has);
            assert_eq!((next(true), next(false)), (Assurance::SignIn, Assurance::AddPasskey));
            for amr in [AuthenticationMethod::SoftwareKey, AuthenticationMethod::HardwareKey] {
                let sure = session(amr, auth_time);
                assert_eq!(request("").assurance(&sure, RequiredSignIn::Passkey, true), Assurance::Enough);
            }
        }
    }

    #[test]
    fn a_sign_in_at_another_provider_meets_no_requirement_and_leads_to_no_new_passkey() {
        let session = session(AuthenticationMethod::Upstream, 1100);
        for has_passkey in [true, false] {
            let next = request("").assurance(&session, RequiredSignIn::Passkey, has_passkey);
            assert_eq!(next, Assurance::SignIn);
        }
        let next = |wish| request(wish).assurance(&session, RequiredSignIn::Any, false);
        assert_eq!([next("phr"), next("urn:gatepost:upstream"), next("")], [Assurance::Enough; 3]);
    }

    #[test]
    fn a_wish_is_asked_once_of_those_who_have_a_passkey() {
        use AuthenticationMethod::{Email, HardwareKey, SoftwareKey};
        let next = |wish: &str, amr, auth_time, has| {
            request(wish).assurance(&session(amr, auth_time), RequiredSignIn::Any, has)
        };
        for wish in ["phr", "urn:gatepost:passkey", "phrh"] {
            assert_eq!(next(wish, Email, 900, true), Assurance::SignIn, "{wish}");
            assert_eq!(next(wish, Email, 900, false), Assurance::Enough, "{wish}: there is none");
            assert_eq!(next(wish, Email, 1100, true), Assurance::Enough, "{wish}: asked before");
            assert_eq!(next(wish, HardwareKey, 900, true), Assurance::Enough, "{wish}");
        }
        assert_eq!(next("phrh", SoftwareKey, 900, true), Assurance::SignIn);
        assert_eq!(next("phr", SoftwareKey, 900, true), Assurance::Enough);
        assert_eq!(next("phr urn:gatepost:mail", Email, 900, true), Assurance::Enough);
        assert_eq!(next("0 silver", Email, 900, true), Assurance::Enough);
        let mut silent = request("phr");
        silent.prompt.none = true;
        let by_mail = session(Email, 900);
        assert_eq!(silent.assurance(&by_mail, RequiredSignIn::Any, true), Assurance::Enough);
    }
}
