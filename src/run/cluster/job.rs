//! What the jobs of every scheduler name: the program and its files.

use super::Keep;

/// Program and files, as the machines of the cluster see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFiles {
    /// The program `tiltyard`.
    pub program: String,
    /// The scenario (TOML).
    pub scenario: String,
    /// Where shards publish.
    pub outcomes: String,
    /// The store that the merged run goes to.
    pub out: String,
    /// What of a tournament's replays travels in packs.
    pub keep: Keep,
}

impl JobFiles {
    /// The option of shards and merge that says what travels; nothing for what is the default.
    pub(super) const fn keep_words(&self) -> &'static [&'static str] {
        match self.keep {
            Keep::Full => &[],
            Keep::Scores => &["--keep", "scores"],
        }
    }
}

/// A word of a shell's command line.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// A name that schedulers take: lower-case letters, digits and dashes, at most 40 of them.
pub fn job_name(scenario: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = scenario.chars().map(plain).take(40).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "tiltyard".to_owned() } else { format!("tiltyard-{name}") }
}
