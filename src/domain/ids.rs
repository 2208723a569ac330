//! Ids, one type for each kind of row, and the one representation of time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::protocol::client_document::document_address;
use crate::protocol::document_address::DocumentAddress;
use crate::protocol::resource::is_plain_client_id;

/// A moment, in microseconds since 1970 UTC. The only form in which times are stored and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down: what JWT claims carry.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// From whole seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// This much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The start of its day, UTC.
    #[must_use]
    pub const fn start_of_day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(86_400_000_000))
    }

    /// The date, as `2026-11-21`.
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

/// A text that is no RFC 3339 timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 2026-03-01T12:00:00Z")]
pub struct TimestampError;

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// RFC 3339, of any zone.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let read = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimestampError)?;
        let micros = i64::try_from(read.unix_timestamp_nanos().div_euclid(1000)).map_err(|_| TimestampError)?;
        Ok(Self(micros))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = OffsetDateTime::from_unix_timestamp(self.as_seconds()).ok().and_then(|t| t.format(&Rfc3339).ok());
        f.write_str(written.as_deref().unwrap_or("out of range"))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A text that is no id of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an id such as 01939b2e-7a51-7c7f-b8a5-0e6c2f3d4a5b, as a listing shows it")]
pub struct NotAnId;

/// Declares newtypes of `UUIDv7` for rows. They sort by creation; outside the server they are opaque.
macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id from the entropy adapter or the database.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id of these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

row_ids! {
    /// Names an application's row.
    ApplicationId,
    /// Names an invitation to become an owner.
    InvitationId,
    /// Names a request for what only an operator may grant.
    ApprovalId,
    /// Names one secret of an application.
    SecretId,
    /// Names an audit event.
    AuditId,
    /// Names an account's row.
    UserId,
    /// Names a session; applications call it by a [`super::logout::Sid`].
    SessionId,
    /// Names a stored authorization request.
    AuthorizationId,
    /// Names a device's request for tokens.
    DeviceGrantId,
    /// Names a sign-in by e-mail.
    SignInId,
    /// Names a token family.
    TokenFamilyId,
    /// Names a mail in the outbox.
    MailId,
    /// Names an event of a sign-in.
    SignInEventId,
    /// Names a webhook.
    WebhookId,
    /// Names a message that webhooks are sent.
    MessageId,
    /// Names a change of an account's address.
    AddressChangeId,
    /// Names a token that lets clients register themselves.
    RegistrationTokenId,
    /// Names a recorded request of an application.
    NotedRequestId,
    /// Names a passkey.
    PasskeyId,
    /// Names an identity at an upstream that belongs to an account.
    UpstreamIdentityId,
    /// Names one that belongs to none yet.
    PendingIdentityId,
    /// Names a sign-in as people are shown it.
    SignInRecordId,
}

/// The client id of an application (RFC 6749 §2.2). It reveals no creation time and is never issued twice. That of one
/// that a document describes is the address of the document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

/// Why a text is not a client id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a client id has 1 to 128 characters out of letters, digits and - . _ ~, or is the address of a document")]
pub struct ClientIdError;

impl ClientId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the document that describes the client, if it is one.
    pub fn document(&self) -> Option<DocumentAddress> {
        if self.is_plain() { None } else { document_address(&self.0) }
    }

    /// The same as a segment of a path.
    pub fn in_path(&self) -> String {
        if self.is_plain() { self.0.clone() } else { url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect() }
    }

    fn is_plain(&self) -> bool {
        is_plain_client_id(&self.0)
    }

    /// The client id made from 16 random bytes.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(super::base62::base62(&random, 22))
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let id = Self(text.to_owned());
        if id.is_plain() || id.document().is_some() { Ok(id) } else { Err(ClientIdError) }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_in_rfc_3339() {
        assert_eq!(Timestamp::from_seconds(1_614_676_262).to_string(), "2021-03-02T09:11:02Z");
        assert_eq!(Timestamp::from_seconds(1_614_676_262).date(), "2021-03-02");
    }

    #[test]
    fn arithmetic_at_the_ends_of_time_saturates() {
        assert_eq!(Timestamp::from_micros(i64::MAX).plus(Duration::MAX).as_micros(), i64::MAX);
        assert_eq!(Timestamp::from_micros(0).since(Timestamp::from_micros(5)), Duration::ZERO);
    }

    #[test]
    fn a_client_id_is_plain_text() {
        assert!("_lntZMrYTLdoc_Eqxd1mZ".parse::<ClientId>().is_ok());
        for bad in ["", "a b", "a:b", "ä", "a/b", "a\n", "https://app.example", &"a".repeat(129)] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_client_id_that_is_an_address_is_one_segment_of_a_path() {
        let plain: ClientId = "_lntZMrYTLdoc_Eq~xd1mZ".parse().unwrap();
        assert_eq!((plain.document(), plain.in_path().as_str()), (None, plain.as_str()));
        let address: ClientId = "https://app.example/client.json?v=1".parse().unwrap();
        assert_eq!(address.document().unwrap().host(), "app.example");
        assert_eq!(address.in_path(), "https%3A%2F%2Fapp.example%2Fclient.json%3Fv%3D1");
    }

    #[test]
    fn a_generated_client_id_is_one_that_parses() {
        let id = ClientId::from_random([255; 16]);
        assert_eq!(id.as_str().len(), 22);
        assert_eq!(id.as_str().parse::<ClientId>().unwrap(), id);
    }
}
