//! The protocol as a JSON Schema.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::message::{AgentMessage, HostMessage, PROTOCOL};

/// The messages of both sides: `host` is what an agent reads, `agent` what it writes.
pub fn agent_schema() -> Value {
    let written = SchemaSettings::draft2020_12().for_serialize();
    let read = SchemaSettings::draft2020_12().for_deserialize();
    json!({
        "$comment": format!("Protocol {PROTOCOL}: one JSON object a line. `host` is what an agent reads, `agent` what it writes."),
        "host": schema_of::<HostMessage>(written),
        "agent": schema_of::<AgentMessage>(read),
    })
}

fn schema_of<T: JsonSchema>(settings: SchemaSettings) -> Value {
    settings.into_generator().into_root_schema_for::<T>().to_value()
}
