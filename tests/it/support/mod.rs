//! Support code: a stage for the command line, invalid market files, random cases for the engine, reference
//! values, the source as a graph of files.

pub mod cases;
pub mod flawed;
pub mod loaded;
#[cfg(feature = "wasm")]
pub mod modules;
pub mod on_margin;
pub mod programs;
pub mod reference;
pub mod rules;
pub mod shared;
pub mod source_tree;
pub mod stage;
