//! Reads the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::digest::digest;
use super::file::{AgentFile, RawRows, ReadFile, problem};
use super::rows::{Symbols, orders, values};
use crate::domain::Bps;
use crate::domain::SymbolId;
use crate::run::RunError;
use crate::scenario::{
    Scenario, SignalMode, SignalRows, SignalTable, SignalsSpec, StrategyKind, StrategySpec,
};
use crate::tables::{OrderRows, SignalFileError, ValueRows};

/// Reads the files of all agents, and gives each strategy its rows.
pub(in crate::run) fn read(scenario: &mut Scenario) -> Result<Vec<AgentFile>, RunError> {
    let mut known: BTreeMap<(PathBuf, &'static str, Vec<SymbolId>), Arc<ReadFile>> = BTreeMap::new();
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for index in 0..scenario.agents.len() {
        let strategy = &scenario.agents[index].strategy;
        let StrategyKind::Signals(spec) = &strategy.kind else { continue };
        let path = scenario.market.base_dir.join(&spec.path);
        let key = (path, spec.mode.as_str(), strategy.symbols.clone());
        let found = match known.get(&key) {
            Some(file) => Ok(Arc::clone(file)),
            None => read_file(&key.0, spec, strategy, scenario).map(Arc::new),
        };
        match found {
            Ok(file) => {
                known.insert(key, Arc::clone(&file));
                fill(scenario, index, &file.table);
                files.push(AgentFile { index, file });
            }
            Err(error) => problems.push(problem(scenario, index, &error)),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(RunError::Signals(problems)) }
}

/// Gives the agent its rows, and the trials of a sweep of it.
fn fill(scenario: &mut Scenario, index: usize, table: &Arc<SignalTable>) {
    let agent = &mut scenario.agents[index];
    if let StrategyKind::Signals(spec) = &mut agent.strategy.kind {
        spec.table = Some(Arc::clone(table));
    }
    if let Some(sweep) = scenario.sweep.as_mut().filter(|sweep| sweep.agent == agent.name) {
        sweep.signals = Some(Arc::clone(table));
    }
}

fn read_file(
    path: &Path,
    spec: &SignalsSpec,
    strategy: &StrategySpec,
    scenario: &Scenario,
) -> Result<ReadFile, SignalFileError> {
    let agent = scenario.agents.iter().find(|agent| std::ptr::eq(&raw const agent.strategy, strategy));
    let leverage = agent.map_or(Bps::WHOLE, |agent| agent.risk.margin.max_leverage);
    let symbols = Symbols { scenario, strategy, leverage };
    let (rows, raw) = match spec.mode {
        SignalMode::Weight | SignalMode::Side => {
            let raw = ValueRows::read(path)?;
            (SignalRows::Values(values(&raw, spec.mode, &symbols)?), RawRows::Values(raw))
        }
        SignalMode::Orders => {
            let raw = OrderRows::read(path)?;
            (SignalRows::Orders(orders(&raw, &symbols)?), RawRows::Orders(raw))
        }
    };
    let digest = digest(&rows, spec.mode, scenario);
    Ok(ReadFile { table: Arc::new(SignalTable { digest, rows }), rows: raw })
}
