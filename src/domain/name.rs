//! Names that users give: agents and symbols.

use std::fmt;
use std::sync::Arc;

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty, too long, or with a character that no file name or terminal takes well.
    #[error(
        "`{text}` is no name: 1 to 100 printable characters, none of `/ \\ : * ? \" < > |`, no blank at either end, and not only dots"
    )]
    Bad {
        /// What was given.
        text: String,
    },
}

fn checked(text: &str) -> Result<Arc<str>, NameError> {
    let fits = (1..=100).contains(&text.chars().count());
    let clean = text.chars().all(|c| !c.is_control() && !"/\\:*?\"<>|".contains(c));
    let trimmed = text.trim() == text && text.chars().any(|c| c != '.');
    if fits && clean && trimmed { Ok(text.into()) } else { Err(NameError::Bad { text: text.to_owned() }) }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// From text.
            ///
            /// # Errors
            /// [`NameError::Bad`] where the text cannot serve as a name, also of a file.
            pub fn new(text: &str) -> Result<Self, NameError> {
                checked(text).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// What an agent is called; unique in its scenario, and the name of its result folder.
    AgentName
}

name! {
    /// A traded symbol as the data files name it: `BTCUSDT`, `AAPL`.
    Symbol
}
