//! Which format a token has that several read.

use super::claims::TokenProfile;
use super::refusal::{ErrorCode, Refusal};
use super::resource::ResourceId;

/// The format that all readers of a token read, if one of them is choosy. Where two ask for different ones there is no token
/// that both could read, so the client has to ask for two (RFC 8707 §2.2 advises that anyhow).
pub fn agreed(readers: &[(&ResourceId, Option<TokenProfile>)]) -> Result<Option<TokenProfile>, Refusal> {
    let mut choosy = readers.iter().filter_map(|(resource, reads)| Some((resource, (*reads)?)));
    let Some((first, format)) = choosy.next() else { return Ok(None) };
    match choosy.find(|(_, other)| *other != format) {
        None => Ok(Some(format)),
        Some((second, other)) => Err(Refusal::new(
            ErrorCode::InvalidTarget,
            format!(
                "no token is for both: '{first}' reads the format {} and '{second}' the format {}; ask for one token each",
                format.name(),
                other.name()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(formats: &[Option<TokenProfile>]) -> Result<Option<TokenProfile>, Refusal> {
        let id: ResourceId = "https://a".parse().unwrap();
        agreed(&formats.iter().map(|format| (&id, *format)).collect::<Vec<_>>())
    }

    #[test]
    fn a_reader_that_is_choosy_decides_and_the_others_go_along() {
        use TokenProfile::{Plain, Rfc9068};
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[None, None]), Ok(None));
        assert_eq!(of(&[None, Some(Plain), None, Some(Plain)]), Ok(Some(Plain)));
        let refused = of(&[Some(Rfc9068), None, Some(Plain)]).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidTarget);
        assert!(refused.description.contains("rfc9068") && refused.description.contains("plain"), "{refused:?}");
    }

    proptest! {
        #[test]
        fn whoever_is_choosy_can_read_the_token(
            formats in proptest::collection::vec(proptest::option::of(proptest::sample::select(&TokenProfile::ALL[..])), 0..5),
        ) {
            match of(&formats) {
                Ok(agreed) => {
                    for format in formats.into_iter().flatten() {
                        prop_assert_eq!(Some(format), agreed);
                    }
                }
                Err(_) => prop_assert!(TokenProfile::ALL.iter().all(|one| formats.contains(&Some(*one)))),
            }
        }
    }
}
