//! Real files that are no part of the repository: tests that want them are skipped where they are not.

use std::path::{Path, PathBuf};

/// A part of the folder of real files, where it is; says so where it is not.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TILTYARD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join("data").join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: `{}` is not here", path.display());
    None
}
