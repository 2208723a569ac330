//! What the authenticator says (§6.1): for whom it acts, whether the person was there, and the new credential.

use aws_lc_rs::digest::{SHA256, digest};
use minicbor::Decoder;

use super::{LONGEST_CREDENTIAL_ID, PublicKey, RelyingParty, WebauthnError};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// The length of the AAGUID, which names the model of the authenticator.
const AAGUID: usize = 16;

/// Authenticator data that is for this server and of a verified person. Reading it is the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AuthenticatorData {
    /// Whether the credential may have copies.
    pub(super) backup_eligible: bool,
    /// Whether it has copies now.
    pub(super) backed_up: bool,
    /// How often the credential was used, where the authenticator counts.
    pub(super) sign_count: u32,
    /// The new credential, if this is about one.
    pub(super) credential: Option<Attested>,
}

/// A new credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attested {
    pub(super) id: Vec<u8>,
    pub(super) public_key: PublicKey,
}

impl AuthenticatorData {
    /// Reads authenticator data as §7.1 steps 14 to 19 and §7.2 steps 16 to 20 want it.
    pub(super) fn read(bytes: &[u8], party: RelyingParty<'_>) -> Result<Self, WebauthnError> {
        let mut rest = Rest(bytes);
        if rest.take(32)? != digest(&SHA256, party.id.as_bytes()).as_ref() {
            return Err(WebauthnError::OtherRelyingParty);
        }
        let flags = *rest.take(1)?.first().ok_or(CUT_OFF)?;
        let has = |flag| flags & flag != 0;
        if !has(PRESENT) {
            return Err(WebauthnError::NotPresent);
        }
        if !has(VERIFIED) {
            return Err(WebauthnError::NotVerified);
        }
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(WebauthnError::ImpossibleBackup);
        }
        let sign_count = u32::from_be_bytes(rest.take(4)?.try_into().map_err(|_| CUT_OFF)?);
        let credential = if has(HAS_CREDENTIAL) { Some(rest.credential()?) } else { None };
        if has(HAS_EXTENSIONS) {
            rest.skip_extensions()?;
        }
        if !rest.0.is_empty() {
            return Err(WebauthnError::Form("something follows the authenticator data"));
        }
        Ok(Self { backup_eligible: has(BACKUP_ELIGIBLE), backed_up: has(BACKED_UP), sign_count, credential })
    }
}

const CUT_OFF: WebauthnError = WebauthnError::Form("the authenticator data is cut off");

/// What was not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], WebauthnError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// §6.5.1.
    fn credential(&mut self) -> Result<Attested, WebauthnError> {
        self.take(AAGUID)?;
        let length = u16::from_be_bytes(self.take(2)?.try_into().map_err(|_| CUT_OFF)?);
        let id = self.take(usize::from(length))?.to_vec();
        if id.is_empty() || id.len() > LONGEST_CREDENTIAL_ID {
            return Err(WebauthnError::Form("the length of the credential id"));
        }
        let mut decoder = Decoder::new(self.0);
        let public_key = PublicKey::decode(&mut decoder)?;
        self.take(decoder.position())?;
        Ok(Attested { id, public_key })
    }

    /// None was asked for; an authenticator may add some all the same.
    fn skip_extensions(&mut self) -> Result<(), WebauthnError> {
        let mut decoder = Decoder::new(self.0);
        let is_map = matches!(decoder.datatype(), Ok(minicbor::data::Type::Map));
        if !is_map || decoder.skip().is_err() {
            return Err(WebauthnError::Form("the extensions"));
        }
        self.take(decoder.position())?;
        Ok(())
    }
}
