//! Object stores: `s3://`, `gs://` and `az://` URLs as folders of files.
//!
//! Owns the connection, its retries, and the local cache of market data. Knows nothing of what files hold. Credentials and
//! endpoints come from the environment, as other tools of the store have them (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`,
//! ..). Invariants: a name that exists is never overwritten; what the cache has under a version is that version, whole.

mod cache;
mod objects;

pub use cache::fetched;
pub use objects::{ObjectFile, ObjectFolder};
