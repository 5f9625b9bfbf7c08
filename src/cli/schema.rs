//! `tiltyard schema`: the scenario format as a JSON Schema.

use super::{Exit, Failure, output};
use crate::scenario::json_schema;

/// Prints the schema.
///
/// # Errors
/// When stdout cannot be written.
pub fn schema() -> Result<Exit, Failure> {
    output::result(&format!("{:#}\n", json_schema()))?;
    Ok(Exit::Done)
}
