//! Agents that are WebAssembly modules: read, checked and tried before any bar is loaded.

use std::sync::Arc;

use super::{ModuleProblem, RunError};
use crate::process::{Collector, NoLaunch};
use crate::scenario::{AgentSpec, Scenario, StrategyKind, WasmSpec};
use crate::strategy::{OwnStrategies, Warmup};

/// Reads the module of each agent, gives its content to the scenario, registers a factory for it, and returns the
/// warm-up of each.
pub(super) fn enter(
    scenario: &mut Scenario,
    own: &mut OwnStrategies,
    collector: &Arc<Collector>,
) -> Result<Vec<Warmup>, RunError> {
    let swept = scenario.sweep.as_ref().map(|sweep| sweep.agent.clone());
    each(scenario, |scenario, agent, spec| {
        if swept.as_ref() == Some(&agent.name) {
            let help = "sweep another agent, or enter the module several times".to_owned();
            return Err(NoLaunch { message: "a module cannot be swept".to_owned(), help });
        }
        entered(scenario, agent, spec, own, collector)
    })
}

/// Gives the content of each module to the scenario.
#[cfg(feature = "store")]
pub(super) fn read(scenario: &mut Scenario) -> Result<(), RunError> {
    let (own, collector) = (&mut OwnStrategies::default(), &Arc::default());
    enter(scenario, own, collector).map(|_| ())
}

/// Does something with each agent that is a module, and collects what is wrong.
fn each<T>(
    scenario: &mut Scenario,
    mut one: impl FnMut(&Scenario, &AgentSpec, &WasmSpec) -> Result<(String, T), NoLaunch>,
) -> Result<Vec<T>, RunError> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for index in 0..scenario.agents.len() {
        let agent = &scenario.agents[index];
        let StrategyKind::Wasm(spec) = &agent.strategy.kind else { continue };
        match one(scenario, agent, spec) {
            Ok((digest, made)) => {
                all.push(made);
                if let StrategyKind::Wasm(spec) = &mut scenario.agents[index].strategy.kind {
                    spec.digest = Some(digest);
                }
            }
            Err(NoLaunch { message, help }) => {
                let (index, agent) = (agent.table, agent.name.clone());
                problems.push(ModuleProblem { index, agent, message, help });
            }
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(RunError::Modules(problems)) }
}

#[cfg(feature = "wasm")]
fn entered(
    scenario: &Scenario,
    agent: &AgentSpec,
    spec: &WasmSpec,
    own: &mut OwnStrategies,
    collector: &Arc<Collector>,
) -> Result<(String, Warmup), NoLaunch> {
    use crate::strategy::needs_of;
    use crate::wasm::{Module, ModuleAgent, ModuleSetup};
    let module = Module::read(&scenario.market.base_dir.join(&spec.path))?;
    let digest = module.digest.clone();
    let setup = Arc::new(ModuleSetup::new(scenario, agent, spec, module, collector));
    setup.try_start()?;
    let needs = needs_of(&mut ModuleAgent::new(Arc::clone(&setup), 0), scenario.market.interval);
    let needs = needs.map_err(|error| NoLaunch { message: error.to_string(), help: String::new() })?;
    let factory = move |window| Box::new(ModuleAgent::new(Arc::clone(&setup), window)) as _;
    own.insert_scheduled(agent.name.clone(), Arc::new(factory));
    Ok((digest, needs.warm_up()))
}

#[cfg(not(feature = "wasm"))]
fn entered(
    _: &Scenario,
    _: &AgentSpec,
    _: &WasmSpec,
    _: &mut OwnStrategies,
    _: &Arc<Collector>,
) -> Result<(String, Warmup), NoLaunch> {
    Err(NoLaunch {
        message: "this program is built without the feature `wasm`".to_owned(),
        help: "build it with the feature `wasm`, which is on by default: `cargo install tiltyard --features wasm`"
            .to_owned(),
    })
}
