//! The files that agents take their signals from: read and checked before the first bar.

mod check;
mod clock;
mod digest;
mod file;
mod read;
mod rows;

pub(super) use check::check;
pub(super) use read::read;
