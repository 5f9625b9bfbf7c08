//! Files that others wrote, or that may have been damaged since we wrote them: Parquet, Arrow IPC, gzip and zip.
//!
//! The one boundary behind which such files are decoded. Owns two promises. A panic inside a decoder becomes a
//! [`DecodeError`], and its message is not printed. What a header claims (rows, unpacked sizes, nesting) is checked
//! against the length of the file before anything is allocated for it. Never decides what the rows mean.

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
