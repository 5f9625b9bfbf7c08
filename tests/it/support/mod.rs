//! What several tests share: a stage for the command line, market files with one flaw each, random cases for the
//! engine, reference values.

pub mod cases;
pub mod flawed;
pub mod loaded;
pub mod reference;
pub mod shared;
pub mod stage;
