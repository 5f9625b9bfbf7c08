//! Names that users give: scenarios, agents, symbols. One table of limits for all of them, see [`check_name`]:
//! each may become the name of a file or folder, a word on a command line and a line on a terminal.

use std::fmt;
use std::sync::Arc;

/// Most characters of a name.
const CHARACTERS: usize = 100;
/// Most bytes: file names have 255, and some of ours carry an ending beside the name.
const BYTES: usize = 200;
/// Characters that file systems or shells give a meaning of their own.
const SPECIAL: &str = "/\\:*?\"<>|$`";
/// Beginnings that are read as an option, a home folder, or a hidden file.
const BEGINNINGS: [char; 3] = ['-', '~', '.'];
/// Names of devices on Windows, whatever ending follows them.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Devices with a digit.
const NUMBERED: [&str; 2] = ["com", "lpt"];
/// What this program keeps beside scenarios and agents. Endings such as `-wal` belong to the databases.
const OURS: [&str; 3] = ["tiltyard.db", "registry.backup.", "trials.db"];
/// Folders and pages of this program's.
const OUR_OWN: [&str; 4] = ["duels", "comparison.html", "comparison.md", "files.json"];

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty, or only blanks.
    #[error("a name has at least one character")]
    Empty,
    /// Too long for a file.
    #[error(
        "`{text}..` has {characters} characters and {bytes} bytes; a name has at most {CHARACTERS} and {BYTES}"
    )]
    Long {
        /// Its beginning.
        text: String,
        /// How many it has.
        characters: usize,
        /// How many they take in UTF-8.
        bytes: usize,
    },
    /// A character that no file name, shell or terminal takes well.
    #[error("`{}` has {what}, which is not allowed in a name", shown(.text))]
    Character {
        /// What was given.
        text: String,
        /// In words.
        what: String,
    },
    /// A beginning or an end that means something else.
    #[error("`{}` {problem}", shown(.text))]
    Edge {
        /// What was given.
        text: String,
        /// In words.
        problem: String,
    },
    /// Something else is called this.
    #[error("`{text}` is {of}")]
    Reserved {
        /// What was given.
        text: String,
        /// Whose name it is.
        of: &'static str,
    },
}

/// A name as a message may show it: characters that cannot be seen as their numbers.
fn shown(text: &str) -> String {
    let shown = |c: char| if is_invisible(c) { format!("U+{:04X}", u32::from(c)) } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// Whether a text can be the name of a scenario, an agent or a symbol: 1 to 100 characters in at most 200 bytes,
/// all visible, none with a meaning for file systems or shells, and not the name of something else.
///
/// # Errors
/// [`NameError`], the first thing that is wrong.
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

/// Control characters, and those of Unicode's category `Cf` (format) with the separators of lines: marks of
/// direction, joiners, blanks without width. They change how the text around them is read.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
                // Letters that show as nothing.
                | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
        )
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
            /// [`NameError`] where the text cannot serve as a name, also of a file.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check_name(text).map(|()| Self(text.into()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_day_are_names() {
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
    fn what_files_shells_or_terminals_take_for_something_else_is_refused() {
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
    fn a_message_shows_what_cannot_be_seen() {
        let error = check_name("a\u{202e}b").unwrap_err().to_string();
        assert_eq!(error, "`aU+202Eb` has the invisible character U+202E, which no name may have");
    }
}
