//! Seeds: every random stream comes from the scenario's seed and the identity of what draws from it.

use std::fmt;

/// A scenario's seed, or one derived from it. Never from a clock, a thread or an order of completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Seed(pub u64);

impl Seed {
    /// The key of the stream that belongs to these identifying parts, in this order: BLAKE3 over the seed
    /// and the length-prefixed parts. 32 bytes, as `ChaCha` takes them.
    pub fn key(self, parts: &[&str]) -> [u8; 32] {
        let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 random stream");
        hash.update(&self.0.to_le_bytes());
        for part in parts {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        *hash.finalize().as_bytes()
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
