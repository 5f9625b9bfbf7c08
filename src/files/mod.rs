//! Files and folders of this program's own: locks, temporary files, replacement in one step, durability.
//!
//! Owns how something of ours is opened, made, replaced and removed, so that every room does it the same way.
//! Never decides what a file holds. Invariants: nothing is opened or emptied through a symbolic link; a file
//! or folder that has its final name is whole; ownership of something unfinished is a lock of the operating
//! system's, which ends with the process that holds it.

mod lock;
mod pending;
mod replace;
mod sync;
mod temporary;

pub use lock::{FileLock, FolderLock, open_plain};
pub use pending::remove_temporaries;
pub use replace::{Replaced, replace_folder};
pub use sync::{sync_folder, sync_tree};
pub use temporary::{Existing, Temporary, sweep_temporaries, write_whole};
