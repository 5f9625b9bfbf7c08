//! Decoding of untrusted or possibly damaged files: Parquet, Arrow IPC, gzip and zip.
//!
//! All such files are decoded here and nowhere else. Two guarantees: a panic inside a decoder becomes a
//! [`DecodeError`] and is not printed; and whatever a header claims (rows, decompressed sizes, nesting) is
//! checked against the file's length before anything is allocated for it. Knows nothing of what the rows
//! mean.

mod arrow_file;
mod error;
mod guard;
mod limits;
mod parquet_file;
mod regular;
mod text;
mod thrift;
#[cfg(feature = "import")]
mod unpack;

pub use arrow_file::ArrowFile;
pub use error::DecodeError;
pub use guard::{guarded, guarded_as};
pub use limits::{MAX_LINE, MAX_TABLE_TEXT};
pub use parquet_file::{Batches, ParquetFile, Selection};
pub use regular::open_regular;
pub use text::{MAX_TEXT, read_all, read_text};
#[cfg(feature = "import")]
pub use unpack::{Archive, gunzip};
