//! Agents that are WebAssembly modules, written as text.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::programs::Arena;

/// Where answers are written: in the second page of the memory.
pub const ANSWER: u32 = 98_304;
/// Where messages are: `buf` of [`module`].
pub const BUFFER: u32 = 1_024;

/// A module with this body of `on_bar`; `more` are more fields, imports first.
pub fn module(more: &str, body: &str) -> String {
    format!(
        "(module {more} (memory (export \"memory\") 2)
           (global $count (mut i32) (i32.const 0))
           (func (export \"buf\") (result i32) (i32.const {BUFFER}))
           (func (export \"on_bar\") (param $len i32) (result i32) (local $i i32)
             (global.set $count (i32.add (global.get $count) (i32.const 1)))
             {body}))"
    )
}

/// Stores a word of the answer.
pub fn word(at: u32, value: u32) -> String {
    format!("(i32.store (i32.const {}) (i32.const {value}))\n", ANSWER + at)
}

/// Stores a double of the answer, given as an instruction.
pub fn number_of(at: u32, instruction: &str) -> String {
    format!("(f64.store (i32.const {}) {instruction})\n", ANSWER + at)
}

/// Stores a double of the answer.
pub fn number(at: u32, value: f64) -> String {
    let value = if value.is_nan() { "nan".to_owned() } else { format!("{value:?}") };
    number_of(at, &format!("(f64.const {value})"))
}

/// Stores the head of an answer, with these numbers of orders, cancels, closes and weights.
pub fn head(counts: [u32; 4]) -> String {
    let [orders, cancels, closes, weights] = counts;
    let bytes = 32 + 112 * orders + 8 * cancels + (4 * closes).next_multiple_of(8) + 16 * weights;
    let words = [bytes, orders, cancels, closes, weights].into_iter().zip((0..).step_by(4));
    words.map(|(value, at)| word(at, value)).collect()
}

/// The address of the answer, as the result.
pub fn answer() -> String {
    format!("(i32.const {ANSWER})")
}

/// Buys for 10 % of the equity at the first decision, sells all at the third.
pub fn round_trip() -> String {
    let order = |side, kind, size| {
        head([1, 0, 0, 0]) + &word(36, side) + &word(44, kind) + &number(48, size) + &answer()
    };
    module(
        "",
        &format!(
            "(if (result i32) (i32.eq (global.get $count) (i32.const 1)) (then {})
               (else (if (result i32) (i32.eq (global.get $count) (i32.const 3)) (then {}) (else (i32.const 0)))))",
            order(0, 2, 10.0),
            order(1, 3, 100.0)
        ),
    )
}

/// A file of `examples/agents/wasm/`.
pub fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agents/wasm").join(file)
}

impl Arena {
    /// Adds an agent that is a module, in words; `keys` are more keys of its strategy.
    pub fn module(self, name: &str, keys: &str, text: &str) -> Self {
        self.module_of(name, keys, &wat::parse_str(text).unwrap())
    }

    /// Adds an agent that is a module with these bytes.
    pub fn module_of(self, name: &str, keys: &str, bytes: &[u8]) -> Self {
        fs::write(self.folder.path().join(format!("{name}.wasm")), bytes).unwrap();
        let comma = if keys.is_empty() { "" } else { ", " };
        self.agent(name, &format!("kind = \"wasm\", path = \"{name}.wasm\"{comma}{keys}"))
    }
}
