//! What makes two runs the same: scenario, market content, seed and the engine's semantics.

use std::fmt;

use crate::domain::Seed;
use crate::engine::SEMANTICS_VERSION;
use crate::market::Market;
use crate::scenario::{Scenario, identity_json};

/// Characters of the id as shown and as named on disk.
const SHOWN: usize = 12;

/// A run's identity: BLAKE3 over what decides its results. Same identity, same result files. Shown as its
/// first 12 hexadecimal characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId([u8; 32]);

impl RunId {
    /// All 64 hexadecimal characters.
    pub fn full(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// The first 12 characters.
impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.full()[..SHOWN])
    }
}

/// The identity of a run of a checked scenario over a loaded market.
pub fn identify(scenario: &Scenario, market: &Market) -> RunId {
    run_id(&identity_json(scenario), &market.digest, scenario.seed)
}

/// The identity of a run whose programs have answered what the recording with this hash says.
pub fn identify_recorded(scenario: &Scenario, market: &Market, recording: &str) -> RunId {
    let json = format!("{}\nrecording {recording}", identity_json(scenario));
    run_id(&json, &market.digest, scenario.seed)
}

/// The identity from its parts: the canonical JSON of the checked scenario, the digest of the market's
/// content and the seed, each with its length before it.
pub fn run_id(scenario_json: &str, market_digest: &str, seed: Seed) -> RunId {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 run identity");
    for part in [scenario_json, market_digest] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(&seed.0.to_le_bytes());
    hash.update(&SEMANTICS_VERSION.to_le_bytes());
    RunId(*hash.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts_and_nothing_else() {
        let base = run_id("{}", "abc", Seed(1));
        assert_eq!(base, run_id("{}", "abc", Seed(1)));
        assert_ne!(base, run_id("{ }", "abc", Seed(1)));
        assert_ne!(base, run_id("{}", "abd", Seed(1)));
        assert_ne!(base, run_id("{}", "abc", Seed(2)));
        // The border between the parts counts too.
        assert_ne!(base, run_id("{}a", "bc", Seed(1)));
    }

    #[test]
    fn the_shown_id_is_the_head_of_the_full_one() {
        let id = run_id("{}", "abc", Seed(1));
        assert_eq!(id.to_string().len(), 12);
        assert_eq!(id.full().len(), 64);
        assert!(id.full().starts_with(&id.to_string()));
    }
}
