//! The canonical text of a checked scenario, for hashing, and the starter file.

use super::Scenario;

/// A commented scenario that runs on the bundled sample; what `tiltyard init` writes.
pub const STARTER: &str = include_str!("starter.toml");

/// The checked scenario as JSON with a fixed order of fields: equal scenarios give equal bytes, however
/// their files were laid out. Leaves out what changes no result: descriptions, tags, the place of the
/// data, the forms of the report; and keys at their defaults that came after the first version.
#[expect(clippy::expect_used, reason = "every field is a string, number, list or struct: nothing can fail")]
pub fn identity_json(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario is plain values")
}
