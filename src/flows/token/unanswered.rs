//! Codes whose exchange was written, or may have been, without an answer: the database fell silent during the commit,
//! the request ran out of time, the client hung up. The same request, sent again, gets its tokens.
//!
//! This is kept in the memory of the node that was asked, because a commit cannot record whether it took place. On
//! another node such a code counts as used before.

use std::time::Duration;

use quick_cache::sync::Cache;

use super::Tokens;
use super::authorization_code::end_what_grew;
use super::family::may_refresh;
use super::granted::{Granted, Payment};
use super::possession::key_of_refresh_token;
use crate::domain::application::Application;
use crate::domain::authorization::CodeGrant;
use crate::domain::ids::{Timestamp, TokenFamilyId};
use crate::domain::one_time::{AuthorizationCode, RefreshToken, ValueHash};
use crate::domain::token_family::TokenFamily;
use crate::flows::proofs::Proven;
use crate::protocol::refusal::Refusal;
use crate::protocol::thumbprint::KeyThumbprint;

/// How many are kept.
const CAPACITY: usize = 10_000;

/// The label of the key that the first refresh token of a family is derived under.
const FIRST: &str = "refresh_tokens.first";

/// Codes whose exchange ended without an answer, and until when they may come again.
pub(super) struct Unanswered(Cache<ValueHash, Timestamp>);

impl Default for Unanswered {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

/// An exchange that is being written. Unless it is answered, its code may come again.
#[must_use]
pub(super) struct Exchange<'a> {
    unanswered: &'a Unanswered,
    code: ValueHash,
    until: Option<Timestamp>,
}

impl Exchange<'_> {
    /// The answer is on its way: from here on the code is used up.
    pub(super) fn answered(mut self) {
        self.until = None;
    }
}

impl Drop for Exchange<'_> {
    /// Also when the request was cut off.
    fn drop(&mut self) {
        if let Some(until) = self.until {
            self.unanswered.0.insert(self.code, until);
        }
    }
}

impl Unanswered {
    fn holds(&self, code: ValueHash, now: Timestamp) -> bool {
        self.0.get(&code).is_some_and(|until| now < until)
    }
}

impl Tokens {
    /// Begins to write the exchange of a code.
    pub(super) fn exchange(&self, code: ValueHash, now: Timestamp) -> Exchange<'_> {
        let grace = self.settings.refresh_grace;
        // The client learns of a failure when its request runs out of time, at the latest.
        let until = (!grace.is_zero()).then(|| now.plus(grace.saturating_add(self.request_timeout)));
        Exchange { unanswered: &self.unanswered, code, until }
    }

    /// The refresh token that a family begins with: derived from its code, so that it can be told again.
    pub(super) fn first_refresh_token(&self, code: &AuthorizationCode) -> Result<RefreshToken, Refusal> {
        let keys = self.master_keys.derive(FIRST);
        let key = keys.first().ok_or_else(|| Refusal::server_error("there is no master key"))?;
        Ok(RefreshToken::first_of(code, key))
    }

    /// The answer to a code that could not be spent, where the exchange before it may be under way in the database.
    pub(super) fn come_again(&self, code: ValueHash) -> Option<Refusal> {
        let why = "the same code is being exchanged; send the request again";
        let is_under_way = self.unanswered.holds(code, self.instruments.now());
        is_under_way.then(|| Refusal::unavailable(why, Duration::from_secs(1)))
    }
}

/// What a used code grants again, if its exchange was never answered and its refresh token was not used since;
/// otherwise it is a replay.
pub(super) async fn again(
    tokens: &Tokens,
    application: &Application,
    code: (&AuthorizationCode, &CodeGrant),
    family: TokenFamilyId,
    proof: Option<&Proven>,
) -> Result<Granted, Refusal> {
    let replay = async || -> Result<Granted, Refusal> { Err(end_what_grew(tokens, application, family).await?) };
    let (presented, code) = code;
    if !tokens.unanswered.holds(presented.hash(), tokens.instruments.now()) {
        return replay().await;
    }
    let Some(family) = tokens.store.family(family).await?.filter(TokenFamily::is_alive) else {
        return replay().await;
    };
    let payment = if may_refresh(application) {
        match first_if_unused(tokens, presented, key_of_refresh_token(application, proof).as_ref()).await? {
            Some(first) => Payment::Repeat(first),
            None => return replay().await,
        }
    } else {
        Payment::Nothing
    };
    let user = tokens.active_user(family.user).await?;
    let (_, open) = tokens.still_granted(&family, application).await?;
    let scope = application.still_allowed(&family.scope, &open);
    if scope.is_empty() && !family.scope.is_empty() {
        return replay().await;
    }
    tokens.granted_anew(user, TokenFamily { session: code.session, scope, ..family }, application, payment).await
}

/// Unless it is bound to another key than this one.
async fn first_if_unused(
    tokens: &Tokens,
    code: &AuthorizationCode,
    key: Option<&KeyThumbprint>,
) -> Result<Option<RefreshToken>, Refusal> {
    // The master key may have been rotated in between.
    for master_key in tokens.master_keys.derive(FIRST) {
        let first = RefreshToken::first_of(code, &master_key);
        let stored = tokens.store.refresh_token(first.hash()).await?;
        if stored.is_some_and(|stored| stored.spent_at.is_none() && stored.dpop_jkt.as_ref() == key) {
            return Ok(Some(first));
        }
    }
    Ok(None)
}
