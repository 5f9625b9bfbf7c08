//! Agents that are programs: found, tried, and asked what they read, before any bar is loaded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{RunError, ScenarioSource};
use crate::domain::AgentName;
use crate::process::{self, AgentSetup, Answers, Collector, Launch, NoLaunch, ProcessAgent, ProtocolReport};
use crate::scenario::{AgentSpec, NoRegistry, ProcessSpec, Scenario, StrategyKind};
use crate::strategy::{OwnStrategies, Warmup, needs_of};

/// How agents that are programs are run.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// The program `tiltyard`, which isolates agents: it limits itself and then becomes the agent. Without it only
    /// agents with `isolation = "none"` can take part.
    pub helper: Option<PathBuf>,
    /// The store whose journals keep the answers of programs as they come: a run that was stopped asks nothing twice.
    /// Without it nothing is kept but with the run.
    pub out: Option<PathBuf>,
    /// Asks everything anew, whatever the journals hold.
    pub fresh: bool,
}

/// The folder of the journals in a store. No scenario's name begins with a dot.
const JOURNALS: &str = ".recordings";

/// A program that cannot take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramProblem {
    /// Index of the agent.
    pub index: usize,
    /// Who.
    pub agent: AgentName,
    /// Why not.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl std::fmt::Display for ProgramProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the program of `{}` cannot take part: {}", self.agent, self.message)
    }
}

/// Lets programs decide for their agents; gives the history that each reads. One that fails when it is asked for it
/// forfeits its windows.
pub(super) fn enter(
    scenario: &Scenario,
    own: &mut OwnStrategies,
    programs: &Programs,
    collector: &Arc<Collector>,
) -> Result<Vec<Warmup>, RunError> {
    let mut problems = Vec::new();
    let mut warm_ups = Vec::new();
    for (index, agent) in scenario.agents.iter().enumerate() {
        let StrategyKind::Process(spec) = &agent.strategy.kind else { continue };
        match setup(scenario, agent, spec, programs, collector) {
            Ok(setup) => {
                let setup = Arc::new(setup);
                let mut first = ProcessAgent::only_asked(Arc::clone(&setup));
                warm_ups.extend(needs_of(&mut first, scenario.market.interval).map(|needs| needs.warm_up()));
                let factory = move |window| Box::new(ProcessAgent::new(Arc::clone(&setup), window)) as _;
                own.insert_scheduled(agent.name.clone(), Arc::new(factory));
            }
            Err(NoLaunch { message, help }) => {
                problems.push(ProgramProblem { index, agent: agent.name.clone(), message, help });
            }
        }
    }
    if problems.is_empty() { Ok(warm_ups) } else { Err(RunError::Programs(problems)) }
}

/// Plays a scripted window with a program, and tells what breaks the protocol. `strategy` is the `strategy` of an agent
/// as a scenario has it; files that it names start at `folder`.
///
/// # Errors
/// What is wrong with `strategy`, and [`RunError::Programs`].
pub fn check_protocol(
    strategy: &str,
    folder: &Path,
    programs: &Programs,
) -> Result<ProtocolReport, RunError> {
    let text = format!("{SCRIPTED}\n[[agents]]\nname = \"agent\"\nstrategy = {strategy}\n");
    let source = ScenarioSource::parse(Path::new("agent"), text, folder, &NoRegistry)?;
    let scenario = &source.scenario;
    let found = scenario.agents.iter().find_map(|agent| match &agent.strategy.kind {
        StrategyKind::Process(spec) => Some((agent, spec)),
        _ => None,
    });
    let Some((agent, spec)) = found else { return Ok(ProtocolReport::default()) };
    let setup =
        setup(scenario, agent, spec, programs, &Arc::default()).map_err(|NoLaunch { message, help }| {
            RunError::Programs(vec![ProgramProblem { index: 0, agent: agent.name.clone(), message, help }])
        })?;
    Ok(process::check_protocol(&Arc::new(setup)))
}

/// The scenario of [`check_protocol`], whose bars are never read.
const SCRIPTED: &str = r#"
[scenario]
name = "check-protocol"

[market]
path     = "none"
symbols  = ["ALPHA", "BETA"]
interval = "1h"

[battle]
ranking_metric = "roi_pct"
"#;

fn setup(
    scenario: &Scenario,
    agent: &AgentSpec,
    spec: &ProcessSpec,
    programs: &Programs,
    collector: &Arc<Collector>,
) -> Result<AgentSetup, NoLaunch> {
    if scenario.sweep.as_ref().is_some_and(|sweep| sweep.agent == agent.name) {
        let help = "sweep another agent, or enter the program several times".to_owned();
        return Err(NoLaunch { message: "a program cannot be swept".to_owned(), help });
    }
    let market = &scenario.market;
    let bars = market.base_dir.join(&market.path);
    let launch = Launch::new(spec, &market.base_dir, &bars, programs.helper.as_deref())?;
    launch.try_isolation()?;
    let answers = match &programs.out {
        Some(out) => Answers::Kept { folder: out.join(JOURNALS), fresh: programs.fresh },
        None => Answers::Asked,
    };
    Ok(AgentSetup::new(scenario, agent, spec, (Some(launch), answers), collector))
}
