//! `tiltyard schema`: the scenario format, or the messages of agents, as a JSON Schema.

use clap::Args;

use super::{Exit, Failure, output};
use crate::process::agent_schema;
use crate::scenario::json_schema;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Print the schemas of the messages between a run and an agent that is a program.
    #[arg(long)]
    pub agent: bool,
}

/// Prints the schema.
///
/// # Errors
/// When stdout cannot be written.
pub fn schema(args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = if args.agent { agent_schema() } else { json_schema() };
    output::result(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
