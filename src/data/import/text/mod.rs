//! Parses rows from text: CSV and JSON arrays, plain, gzipped or zipped.
//!
//! Owns numbers, times, fields and blocks. Knows no vendor: a [`Layout`] describes the file.

mod arrays;
mod clock;
mod container;
mod layout;
mod number;
mod stream;

pub use arrays::ArrayLines;
pub use clock::{Clock, TimeUnit, is_local_midnight};
pub use container::{Packing, each_text};
pub use layout::{Layout, TradePrice, Values, fields};
pub use number::number;
pub use stream::{Feed, Form, stream};
