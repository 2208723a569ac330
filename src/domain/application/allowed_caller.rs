//! Who may ask for tokens that an application reads.

use std::fmt;
use std::str::FromStr;

use crate::domain::ids::{ClientId, ClientIdError};

/// How every application is written.
const EVERYBODY: &str = "*";

/// An application that another one, an API, takes tokens of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedCaller {
    /// Every application here.
    Everybody,
    /// The one with this client id.
    One(ClientId),
}

impl AllowedCaller {
    /// Whether it is the application with this client id.
    pub fn is(&self, client_id: &ClientId) -> bool {
        match self {
            Self::Everybody => true,
            Self::One(one) => one == client_id,
        }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Everybody => EVERYBODY,
            Self::One(one) => one.as_str(),
        }
    }
}

impl fmt::Display for AllowedCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AllowedCaller {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        if text == EVERYBODY { Ok(Self::Everybody) } else { text.parse().map(Self::One) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_everybody_and_a_client_id_is_one() {
        let shop: ClientId = "shop".parse().unwrap();
        for (text, lets_in) in [("*", true), ("shop", true), ("Shop", false), ("shop2", false)] {
            let caller: AllowedCaller = text.parse().unwrap();
            assert_eq!((caller.is(&shop), caller.as_str()), (lets_in, text));
        }
        for bad in ["", "**", "shop*", "https://shop.example"] {
            assert!(bad.parse::<AllowedCaller>().is_err(), "{bad}");
        }
    }
}
