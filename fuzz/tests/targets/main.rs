//! What must hold of input from outside, whatever it is. See `fuzz/README.md`.

mod bars;
mod expression;
mod outcome;
mod parquet;
mod scenario;
mod text_import;
