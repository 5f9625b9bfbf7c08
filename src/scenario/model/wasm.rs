//! `kind = "wasm"`: an agent that is a WebAssembly module.

use std::path::PathBuf;

use serde::Serialize;

use super::DecideSpec;
use crate::domain::Interval;

/// A module that decides, what it is told, and what it may use.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WasmSpec {
    /// The file as written; a relative path starts at the scenario's folder. A run's identity depends on the content,
    /// not on the path.
    #[serde(skip)]
    pub path: PathBuf,
    /// BLAKE3 of the file, in hexadecimal; `None` until it has been read.
    #[serde(rename = "content")]
    pub digest: Option<String>,
    /// When it decides; at every bar where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decide: Option<DecideSpec>,
    /// Interval of the bars that it is sent; `decide.every`, else the scenario's, where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeframe: Option<Interval>,
    /// How many bars of each symbol a message has places for.
    pub bars: u32,
    /// Indicators in the language of rules, for each symbol.
    pub indicators: Vec<String>,
    /// Fuel for a decision: about one unit an instruction.
    pub decision_fuel: u64,
    /// Fuel of all decisions of a window together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_fuel: Option<u64>,
    /// Memory limit in megabytes.
    pub memory_mb: u32,
}
