//! Types with a few values, each written down once: its name on the wire and, where people choose, its words.

/// A type with a few values that have names.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value, in the order in which people are offered them.
    const VALUES: &'static [Self];

    /// All names, as the end of "expected …".
    const EXPECTED: &'static str;

    /// The name on the wire, in settings and in the database.
    fn name(self) -> &'static str;

    /// What it means, for people; the name where it is not for choosing.
    fn words(self) -> &'static str;

    /// The value of this name.
    fn of_name(name: &str) -> Option<Self> {
        Self::VALUES.iter().copied().find(|value| value.name() == name)
    }
}

/// Declares a [`Named`] enum. Each variant is followed by its name and, after a colon, its words.
macro_rules! named {
    ($(#[$meta:meta])* $vis:vis enum $type:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $name:literal $(: $words:literal)?,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis enum $type {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $type {
            /// Every value.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The name on the wire, in settings and in the database.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The value of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                <Self as $crate::protocol::named::Named>::of_name(name)
            }
        }

        impl $crate::protocol::named::Named for $type {
            const VALUES: &'static [Self] = &Self::ALL;
            const EXPECTED: &'static str = concat!("one of these:", $(" \"", $name, "\"",)+);

            fn name(self) -> &'static str {
                self.name()
            }

            fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => [$($words,)? $name][0],)+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                let expected = <Self as $crate::protocol::named::Named>::EXPECTED;
                Self::from_name(name).ok_or_else(|| format!("'{name}' is not {expected}"))
            }
        }
    };
}
pub(crate) use named;
