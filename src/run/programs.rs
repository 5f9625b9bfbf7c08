//! Agents that are programs: found, tried, and asked what they read, before any bar is loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ProgramProblem, RunError, ScenarioSource};
use crate::domain::AgentName;
use crate::process::{
    self, AgentSetup, Answers, Collector, JOURNALS, Launch, NoLaunch, ProcessAgent, ProtocolReport,
    Recording, Starter,
};
use crate::scenario::{
    AgentSpec, LeftOut, NoRegistry, ProcessSpec, RecordedSpec, Scenario, StrategyKind, Transport,
};
use crate::strategy::{OwnStrategies, Warmup, needs_of};

/// How agents that are programs are run.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// The program `tiltyard`, which isolates agents: it limits itself and then becomes the agent. Without it only
    /// agents with `isolation = "none"` can take part.
    pub helper: Option<PathBuf>,
    /// The store whose journals keep the answers of programs as they come: a run that was stopped asks nothing twice.
    /// Without it nothing is kept but with the run. Stored runs that are named are looked for there.
    pub out: Option<PathBuf>,
    /// Asks everything anew, whatever the journals hold.
    pub fresh: bool,
    /// Takes all answers from the recording of this stored run; no program is started.
    pub replay: Option<String>,
    /// The session in which an agent answers over HTTP.
    #[cfg(feature = "serve")]
    pub session: Option<super::SessionAnswers>,
}

/// What is known of the agents that are programs once they have entered.
#[derive(Debug, Default)]
pub(super) struct Entered {
    /// The warm-up that each declares.
    pub(super) warm_ups: Vec<Warmup>,
    /// What the answers of each depend on, as a hash.
    pub(super) contents: BTreeMap<AgentName, Vec<u8>>,
}

/// Leaves out the agents that the scenario declares optional and whose program cannot be started here. One that
/// something else of the scenario names stays, and is an error.
pub(super) fn leave_out(scenario: &mut Scenario, programs: &Programs) {
    let benchmark = scenario.report.benchmark.as_ref().map(|benchmark| benchmark.name().to_owned());
    let swept = scenario.sweep.as_ref().map(|sweep| sweep.agent.clone());
    let reason = |agent: &AgentSpec| {
        let StrategyKind::Process(spec) = &agent.strategy.kind else { return None };
        let named = benchmark.as_deref() == Some(agent.name.as_str()) || swept.as_ref() == Some(&agent.name);
        if named || !spec.optional {
            return None;
        }
        let missing = match &programs.replay {
            Some(run) => read(run, programs.out.as_deref()).ok()?.answers(&agent.name, run).err(),
            None => launch(scenario, spec, programs).err(),
        };
        missing.map(|NoLaunch { message, .. }| message)
    };
    let found: Vec<LeftOut> = scenario
        .agents
        .iter()
        .filter_map(|agent| Some(LeftOut { agent: agent.name.clone(), reason: reason(agent)? }))
        .collect();
    // A scenario without any agent says why.
    if found.len() < scenario.agents.len() {
        scenario.agents.retain(|agent| found.iter().all(|one| one.agent != agent.name));
        scenario.left_out = found;
    }
}

/// Registers a factory for each agent that is a program, and returns what each declares in `ready`. A
/// program that fails this first handshake forfeits its windows. Recorded agents get what their run says of the program.
pub(super) fn enter(
    scenario: &mut Scenario,
    own: &mut OwnStrategies,
    programs: &Programs,
    collector: &Arc<Collector>,
) -> Result<Entered, RunError> {
    let mut problems = Vec::new();
    let mut entered = Entered::default();
    let mut recorded = Vec::new();
    let mut entering = Entering { scenario, programs, collector, recordings: BTreeMap::new() };
    for (index, agent) in scenario.agents.iter().enumerate() {
        let setup = match &agent.strategy.kind {
            StrategyKind::Process(spec) => entering.process(agent, spec),
            StrategyKind::Recorded(spec) => entering.recorded(agent, spec),
            _ => continue,
        };
        match setup {
            Ok(setup) => {
                recorded.push((index, setup.spec.clone()));
                let setup = Arc::new(setup);
                let mut first = ProcessAgent::only_asked(Arc::clone(&setup));
                entered.contents.insert(agent.name.clone(), setup.content().to_vec());
                entered
                    .warm_ups
                    .extend(needs_of(&mut first, scenario.market.interval).map(|needs| needs.warm_up()));
                let factory = move |window| Box::new(ProcessAgent::new(Arc::clone(&setup), window)) as _;
                own.insert_scheduled(agent.name.clone(), Arc::new(factory));
            }
            Err(NoLaunch { message, help }) => {
                let (index, agent) = (agent.table, agent.name.clone());
                problems.push(ProgramProblem { index, agent, message, help });
            }
        }
    }
    if !problems.is_empty() {
        return Err(RunError::Programs(problems));
    }
    for (index, program) in recorded {
        if let StrategyKind::Recorded(spec) = &mut scenario.agents[index].strategy.kind {
            spec.program = Some(Box::new(program));
        }
    }
    Ok(entered)
}

struct Entering<'a> {
    scenario: &'a Scenario,
    programs: &'a Programs,
    collector: &'a Arc<Collector>,
    /// By the text that names the run.
    recordings: BTreeMap<String, Stored>,
}

/// What a stored run says of its programs.
#[derive(Clone)]
struct Stored {
    recording: Arc<Recording>,
    specs: Arc<BTreeMap<AgentName, ProcessSpec>>,
}

impl Entering<'_> {
    fn process(&mut self, agent: &AgentSpec, spec: &ProcessSpec) -> Result<AgentSetup, NoLaunch> {
        if self.scenario.sweep.as_ref().is_some_and(|sweep| sweep.agent == agent.name) {
            let help = "sweep another agent, or enter the program several times".to_owned();
            return Err(NoLaunch { message: "a program cannot be swept".to_owned(), help });
        }
        if !self.scenario.context.is_empty() && !spec.mask.is_none() && !spec.mask.context {
            let help = "leave out `[[context]]` or `mask`, or set `context = true` in `mask`".to_owned();
            let message =
                "it has a `mask`, and the texts of `[[context]]` would show what that hides".to_owned();
            return Err(NoLaunch { message, help });
        }
        #[cfg(feature = "serve")]
        if let (Some(session), Transport::Http) = (&self.programs.session, spec.transport) {
            let found = session.answers()?;
            return Ok(AgentSetup::new(self.scenario, agent, spec, found, self.collector));
        }
        let found = match &self.programs.replay {
            Some(run) => (None, self.stored(run)?.answers(&agent.name, run)?),
            None => {
                let launch = launch(self.scenario, spec, self.programs)?;
                (Some(Starter::Program(launch)), kept(self.programs))
            }
        };
        Ok(AgentSetup::new(self.scenario, agent, spec, found, self.collector))
    }

    fn recorded(&mut self, agent: &AgentSpec, spec: &RecordedSpec) -> Result<AgentSetup, NoLaunch> {
        let stored = self.stored(&spec.run)?;
        let name = match &spec.agent {
            // A repeat takes the answers of the recorded repeat of its number.
            Some(name) => AgentName::new(&format!("{name}{}", agent.number()))
                .map_err(|error| NoLaunch { message: error.to_string(), help: String::new() })?,
            None => agent.name.clone(),
        };
        let answers = stored.answers(&name, &spec.run)?;
        let process = stored.specs.get(&name).ok_or_else(|| not_recorded(&name, &spec.run))?;
        let setup = AgentSetup::new(self.scenario, agent, process, (None, answers), self.collector);
        Ok(setup.called(name.as_str()))
    }

    fn stored(&mut self, run: &str) -> Result<Stored, NoLaunch> {
        if let Some(stored) = self.recordings.get(run) {
            return Ok(stored.clone());
        }
        let stored = read(run, self.programs.out.as_deref())?;
        self.recordings.insert(run.to_owned(), stored.clone());
        Ok(stored)
    }
}

impl Stored {
    fn answers(&self, agent: &AgentName, run: &str) -> Result<Answers, NoLaunch> {
        let own = self.recording.0.iter().filter(|((name, _), _)| name == agent);
        let windows: BTreeMap<u32, _> =
            own.map(|((_, window), recording)| (*window, recording.clone())).collect();
        if windows.is_empty() {
            return Err(not_recorded(agent, run));
        }
        Ok(Answers::Recorded(Arc::new(windows)))
    }
}

fn not_recorded(agent: &AgentName, run: &str) -> NoLaunch {
    NoLaunch {
        message: format!("run `{run}` has no recording of `{agent}`"),
        help: "name a run in which the agent was a program".to_owned(),
    }
}

#[cfg(feature = "store")]
fn read(run: &str, out: Option<&Path>) -> Result<Stored, NoLaunch> {
    use crate::store;
    let failed = |error: &store::StoreError| NoLaunch { message: error.to_string(), help: error.help() };
    let folder = store::find_run(out.unwrap_or(Path::new("reports")), run).map_err(|error| failed(&error))?;
    let recording = store::recording(&folder).map_err(|error| failed(&error))?;
    let unread = |error: String| NoLaunch { message: error, help: String::new() };
    let text =
        crate::decode::read_text(&folder.join("scenario.toml")).map_err(|error| unread(error.to_string()))?;
    // Agents of the registry are not among them: their programs are replayed with `--replay`.
    let source = ScenarioSource::parse(&folder, text, Path::new(""), &NoRegistry);
    let agents = source.map(|source| source.scenario.agents).unwrap_or_default();
    let specs = agents.into_iter().filter_map(|agent| match agent.strategy.kind {
        StrategyKind::Process(spec) => Some((agent.name, spec)),
        _ => None,
    });
    Ok(Stored { recording: Arc::new(recording), specs: Arc::new(specs.collect()) })
}

#[cfg(not(feature = "store"))]
fn read(_: &str, _: Option<&Path>) -> Result<Stored, NoLaunch> {
    Err(NoLaunch {
        message: "this program is built without the feature `store`".to_owned(),
        help: "build it with the feature `store`".to_owned(),
    })
}

fn launch(scenario: &Scenario, spec: &ProcessSpec, programs: &Programs) -> Result<Launch, NoLaunch> {
    if spec.transport == Transport::Http {
        return Err(NoLaunch {
            message: "it answers over HTTP, and this is no session".to_owned(),
            help: "play it in a session of `tiltyard serve`, or take the answers of a stored run with `--replay RUN`"
                .to_owned(),
        });
    }
    let market = &scenario.market;
    let bars = market.base_dir.join(&market.path);
    let launch = Launch::new(spec, &market.base_dir, &bars, programs.helper.as_deref())?;
    launch.try_isolation()?;
    Ok(launch)
}

fn kept(programs: &Programs) -> Answers {
    match &programs.out {
        Some(out) => Answers::Kept { folder: out.join(JOURNALS), fresh: programs.fresh },
        None => Answers::Asked,
    }
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
    let launch = launch(scenario, spec, programs).map_err(|NoLaunch { message, help }| {
        RunError::Programs(vec![ProgramProblem { index: 0, agent: agent.name.clone(), message, help }])
    })?;
    let setup = AgentSetup::new(
        scenario,
        agent,
        spec,
        (Some(Starter::Program(launch)), Answers::Asked),
        &Arc::default(),
    );
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
