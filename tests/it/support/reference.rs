//! The shared reference values, if present.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use serde_json::Value;

/// `golden/metrics.json` of the shared folder: beside the checkout, or at `TILTYARD_SHARED`. Prints to stderr
/// that a test is skipped where it is absent.
pub fn golden() -> Option<Value> {
    let shared = std::env::var("TILTYARD_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let text = std::fs::read_to_string(format!("{shared}/golden/metrics.json")).ok();
    if text.is_none() {
        eprintln!("skipped: the shared folder with the reference values is not here");
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}
