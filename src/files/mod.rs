//! This program's own files and folders: locks, temporary files, atomic replacement, durability.
//!
//! Owns how they are opened, created, replaced and removed, so that every room does it in the same way. Knows
//! nothing of their content. Invariants: nothing is opened or truncated through a symbolic link; a file or
//! folder under its final name is complete; an unfinished one is owned through an operating-system lock,
//! which ends with the owning process.

mod cause;
mod lock;
mod pending;
mod replace;
mod sync;
mod temporary;
mod url;

pub use cause::{again, help_for, io_cause, may_pass};
pub use lock::{FileLock, FolderLock, open_plain};
pub use pending::remove_temporaries;
pub use replace::{Replacement, replace_folder};
pub use sync::{sync_folder, sync_tree};
pub use temporary::{Existing, Temporary, sweep_temporaries, write_atomic};
pub use url::is_object_url;
#[cfg(not(feature = "cloud"))]
pub use url::no_object_stores;
