//! Parses rows from text: CSV and JSON arrays, plain, gzipped or zipped.
//!
//! Owns numbers, times, fields and blocks. Knows no vendor: a [`TextLayout`] describes the file.

mod arrays;
mod clock;
mod container;
mod layout;
mod number;
mod stream;

pub use arrays::ArrayLines;
pub use clock::{Clock, TimeUnit, is_local_midnight};
pub use container::{Compression, each_text};
pub use layout::{TextLayout, TradePrice, Values, fields};
pub use number::{Decimals, number};
pub use stream::{RowHandler, TextForm, stream};
