//! Support code: a stage for the command line, invalid market files, random cases for the engine, reference
//! values.

pub mod cases;
pub mod flawed;
pub mod loaded;
pub mod reference;
pub mod stage;
