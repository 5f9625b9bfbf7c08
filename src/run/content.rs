//! What the decisions of an agent depend on.

use super::Prepared;
use crate::engine::SEMANTICS_VERSION;
use crate::scenario::{AgentSpec, Scenario};

impl Prepared {
    /// All that the decisions of each agent depend on, by its name, as a hash: what a proof is of.
    pub fn contents(&self) -> Vec<(String, String)> {
        let Scenario { market, venue, battle, seed, .. } = &self.scenario;
        let content = |agent: &AgentSpec| {
            let parts = (agent, market, venue, &battle.windows, battle.embargo, seed.0, &self.market.digest);
            let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 content of an agent");
            // Plain values: nothing can fail, and an empty text would only be another content.
            hash.update(&serde_json::to_vec(&parts).unwrap_or_default());
            hash.update(&SEMANTICS_VERSION.to_le_bytes());
            hash.update(self.programs.get(&agent.name).map_or(&[], Vec::as_slice));
            (agent.name.to_string(), hash.finalize().to_hex().to_string())
        };
        self.scenario.agents.iter().map(content).collect()
    }
}
