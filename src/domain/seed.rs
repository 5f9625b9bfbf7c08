//! Seeds: every random stream is derived from the scenario's seed and the identity of its consumer.

use std::fmt;

/// A scenario's seed, or one derived from it; never from a clock, a thread or completion order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Seed(pub u64);

impl Seed {
    /// The 32-byte `ChaCha` key for the consumer with these identifying parts: BLAKE3 over the seed and the
    /// length-prefixed parts, in order.
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
