//! Names that users give: scenarios, agents, symbols. All follow one set of rules, see [`check_name`],
//! because each may become a file or folder name, a command-line argument and a line on a terminal.

use std::fmt;
use std::sync::Arc;

/// Maximum length in characters.
const CHARACTERS: usize = 100;
/// Maximum length in bytes: file names allow 255, and some of our files append a suffix to the name.
const BYTES: usize = 200;
/// Characters with a special meaning to file systems or shells.
const SPECIAL: &str = "/\\:*?\"<>|$`";
/// First characters that would make the name an option, a home folder or a hidden file.
const BEGINNINGS: [char; 3] = ['-', '~', '.'];
/// Windows device names, reserved with any extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Windows device names that are followed by a digit.
const NUMBERED: [&str; 2] = ["com", "lpt"];
/// Files that this program keeps beside scenarios and agents, by their prefix (SQLite appends suffixes such
/// as `-wal`).
const OURS: [&str; 3] = ["tiltyard.db", "registry.backup.", "trials.db"];
/// Folders and files that this program writes into the results folder.
const OUR_OWN: [&str; 4] = ["duels", "comparison.html", "comparison.md", "files.json"];

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty, or only whitespace.
    #[error("a name has at least one character")]
    Empty,
    /// Longer than [`check_name`] allows.
    #[error(
        "`{text}..` has {characters} characters and {bytes} bytes; a name has at most {CHARACTERS} and {BYTES}"
    )]
    Long {
        /// Its first characters.
        text: String,
        /// Length in characters.
        characters: usize,
        /// Length in UTF-8 bytes.
        bytes: usize,
    },
    /// Contains a character that file names, shells or terminals do not handle safely.
    #[error("`{}` has {what}, which is not allowed in a name", shown(.text))]
    Character {
        /// What was given.
        text: String,
        /// Description of the character.
        what: String,
    },
    /// A first or last character that has a special meaning.
    #[error("`{}` {problem}", shown(.text))]
    Edge {
        /// What was given.
        text: String,
        /// Description of the problem.
        problem: String,
    },
    /// The name is reserved.
    #[error("`{text}` is {of}")]
    Reserved {
        /// What was given.
        text: String,
        /// What the name is reserved for.
        of: &'static str,
    },
}

/// The name with invisible characters escaped, for messages.
fn shown(text: &str) -> String {
    let shown = |c: char| if is_invisible(c) { format!("U+{:04X}", u32::from(c)) } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// Checks that a text can name a scenario, an agent or a symbol: 1 to 100 characters in at most 200 bytes,
/// all visible, none special to file systems or shells, and not a reserved name.
///
/// # Errors
/// [`NameError`] with the first problem.
pub fn check_name(text: &str) -> Result<(), NameError> {
    let text_of = || text.to_owned();
    if text.trim().is_empty() {
        return Err(NameError::Empty);
    }
    let (characters, bytes) = (text.chars().count(), text.len());
    if characters > CHARACTERS || bytes > BYTES {
        let text = shown(&text.chars().take(20).collect::<String>());
        return Err(NameError::Long { text, characters, bytes });
    }
    if let Some(c) = text.chars().find(|&c| is_invisible(c)) {
        let what = format!("the invisible character U+{:04X}", u32::from(c));
        return Err(NameError::Character { text: text_of(), what });
    }
    if let Some(c) = text.chars().find(|&c| SPECIAL.contains(c)) {
        return Err(NameError::Character { text: text_of(), what: format!("the character `{c}`") });
    }
    if let Some(problem) = edge(text) {
        return Err(NameError::Edge { text: text_of(), problem });
    }
    reserved(text).map_or(Ok(()), |of| Err(NameError::Reserved { text: text_of(), of }))
}

fn edge(text: &str) -> Option<String> {
    if text.trim() != text {
        return Some("begins or ends with a space".to_owned());
    }
    if let Some(c) = text.chars().next().filter(|c| BEGINNINGS.contains(c)) {
        return Some(format!("begins with `{c}`, which marks an option, a home folder or a hidden file"));
    }
    text.ends_with('.').then(|| "ends with a dot, which some file systems remove".to_owned())
}

fn reserved(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let device = lower.split('.').next().unwrap_or_default().trim_end();
    let numbered = NUMBERED.iter().any(|head| {
        let digit = device.strip_prefix(head).and_then(|rest| {
            let mut rest = rest.chars();
            rest.next().filter(|_| rest.next().is_none())
        });
        digit.is_some_and(|digit| "123456789\u{b9}\u{b2}\u{b3}".contains(digit))
    });
    if numbered || DEVICES.contains(&device) {
        return Some("the name of a device on Windows");
    }
    let ours = OURS.iter().any(|name| lower.starts_with(name)) || OUR_OWN.contains(&lower.as_str());
    ours.then_some("the name of one of tiltyard's own files")
}

/// Control characters, characters of the Unicode category `Cf` (format) and line separators: direction marks,
/// joiners, zero-width spaces. They change how the surrounding text is displayed.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
                // Letters that are displayed as nothing.
                | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
        )
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps a text.
            ///
            /// # Errors
            /// [`NameError`] where the text is not a valid name.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check_name(text).map(|()| Self(text.into()))
            }

            /// The name as text.
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
    /// Name of an agent: unique in its scenario, and the name of its result folder.
    AgentName
}

name! {
    /// A traded symbol as the data files spell it: `BTCUSDT`, `AAPL`.
    Symbol
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_accepted() {
        for text in [
            "BTCUSDT",
            "BRK.B",
            "EURUSD=X",
            "^GSPC",
            "trend, fast",
            "Copy of Zoë 2",
            "日経平均",
            "100 %",
            "a",
            "my-agent",
            "Контур",
            "console",
            "com10",
            "nullable",
            "tiltyard",
            "CONTANGO",
            "x.tmp",
            "🐢 turtle",
        ] {
            assert_eq!(check_name(text), Ok(()), "{text}");
        }
        assert_eq!(check_name(&"x".repeat(100)), Ok(()));
        assert_eq!(check_name(&"日".repeat(66)), Ok(()));
    }

    #[test]
    fn names_with_a_special_meaning_are_refused() {
        for text in [
            "",
            " ",
            "..",
            ".",
            ".hidden",
            "-x",
            "--out",
            "~",
            "~root",
            "a ",
            " a",
            "a.",
            "a/b",
            "a\\b",
            "../..",
            "$HOME",
            "a$b",
            "`ls`",
            "a:b",
            "a*",
            "a?",
            "a\"",
            "<a",
            "a>",
            "a|b",
            "a\nb",
            "a\0b",
            "a\u{7f}",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200b}b",
            "\u{feff}a",
            "a\u{2028}b",
            "a\u{61c}",
            "\u{3164}",
            "CON",
            "con",
            "Con.txt",
            "NUL",
            "aux.csv",
            "COM1",
            "lpt9.log",
            "com\u{b9}",
            "tiltyard.db",
            "TILTYARD.DB",
            "tiltyard.db-wal",
            "trials.db",
            "registry.backup.db",
            "duels",
            "Duels",
        ] {
            assert!(check_name(text).is_err(), "{text:?}");
        }
        assert!(matches!(check_name(&"x".repeat(101)), Err(NameError::Long { characters: 101, .. })));
        assert!(matches!(check_name(&"日".repeat(67)), Err(NameError::Long { bytes: 201, .. })));
    }

    #[test]
    fn messages_escape_invisible_characters() {
        let error = check_name("a\u{202e}b").unwrap_err().to_string();
        assert_eq!(error, "`aU+202Eb` has the invisible character U+202E, which is not allowed in a name");
    }
}
