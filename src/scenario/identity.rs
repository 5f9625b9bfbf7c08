//! The canonical form of a checked scenario, for hashing, and the starter file.

use super::Scenario;

/// A commented scenario that runs on the bundled sample; written by `tiltyard init`.
pub const STARTER: &str = include_str!("starter.toml");

/// The checked scenario as JSON with a fixed field order: equal scenarios give equal bytes, independent of
/// the layout of their files. Excludes whatever cannot change a result: descriptions, tags, the data's path,
/// report formats; and keys at their defaults that were added after the first version.
#[expect(clippy::expect_used, reason = "every field is a string, number, list or struct: nothing can fail")]
pub fn identity_json(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario is plain values")
}
