//! Errors as a person is told them: underlined in the scenario, with help.

use std::io::ErrorKind;
use std::ops::Range;

use super::{Kept, ModuleProblem, ProgramProblem, RunDiagnostic, RunError, SignalsProblem};
use crate::files::help_for;
use crate::market::MarketError;
use crate::scenario::{EditError, MAX_REPORTED, span_of};
use crate::tournament::formats::FormatError;

impl RunError {
    /// The diagnostics, each with its span in the scenario's text where it has one. The text of
    /// [`RunError::InvalidScenario`] is its own.
    pub fn diagnostics(&self, text: &str) -> Vec<RunDiagnostic> {
        match self {
            Self::InvalidScenario { problems, .. } => {
                problems.iter().cloned().map(RunDiagnostic::from).collect()
            }
            Self::Market(error) => market(error, text),
            Self::Strategies(problems) => {
                let help = "use a wider spacing or fewer levels; for very low prices, use a larger unit";
                let span = |index: usize| span_of(text, &["agents", &index.to_string(), "strategy"]);
                problems.iter().map(|one| RunDiagnostic::error(one, help, span(one.index))).collect()
            }
            Self::Programs(problems) => {
                let span = |one: &ProgramProblem| strategy_span(text, one.index, "command");
                problems.iter().map(|one| RunDiagnostic::error(one, &one.help, span(one))).collect()
            }
            Self::Modules(problems) => {
                let span = |one: &ModuleProblem| strategy_span(text, one.index, "path");
                problems.iter().map(|one| RunDiagnostic::error(one, &one.help, span(one))).collect()
            }
            Self::Signals(problems) => {
                let span = |one: &SignalsProblem| strategy_span(text, one.index, "path");
                problems.iter().map(|one| RunDiagnostic::error(one, &one.help, span(one))).collect()
            }
            Self::Wallets(problems) => problems
                .iter()
                .map(|one| RunDiagnostic::error(&one.message, &one.help, Some(one.span.clone())))
                .collect(),
            other => vec![RunDiagnostic::error(other, other.help(), other.span(text))],
        }
    }

    /// The span in the scenario's text of a single error.
    fn span(&self, text: &str) -> Option<Range<usize>> {
        match self {
            Self::BalanceTooLarge { .. } => span_of(text, &["market", "symbols"]),
            Self::Windows(_) => span_of(text, &["battle", "windows"]),
            Self::Context { index, .. } => span_of(text, &["context", &index.to_string(), "path"]),
            Self::Format(_) => {
                span_of(text, &["tournament", "format"]).or_else(|| span_of(text, &["tournament"]))
            }
            _ => None,
        }
    }

    /// How to mend an error that is a single one.
    fn help(&self) -> String {
        let help = match self {
            Self::UnreadableScenario { source, .. } if source.kind() == ErrorKind::FileTooLarge => {
                "a scenario is a TOML file; import market data with `tiltyard data import`"
            }
            Self::UnreadableScenario { source, .. } => {
                let named = matches!(
                    source.kind(),
                    ErrorKind::NotFound | ErrorKind::IsADirectory | ErrorKind::InvalidData
                );
                let help = "give the path of a scenario (TOML); `tiltyard init` writes one";
                if named { help } else { help_for(source).unwrap_or(help) }
            }
            Self::BalanceTooLarge { instrument, .. } => {
                return format!(
                    "quote it in a larger unit (`unit = 1000` in `[market.instruments.\"{}\"]`), or start with less",
                    instrument.source
                );
            }
            Self::Context { help, .. } => return help.clone(),
            Self::NotKept { .. } => "free the disk, see that no other server uses the store, and go on",
            Self::Windows(_) => {
                "use fewer or shorter windows, widen `start` and `end` of `[market]`, or add data"
            }
            Self::Format(FormatError::NoSuchAgent { .. } | FormatError::NoBaselines) => {
                "name agents of the scenario in `[tournament]`"
            }
            Self::Format(_) => "use more windows or agents, or a format that needs fewer",
            Self::NoSuchAgent { known, .. } => return format!("the agents are {}", known.join(", ")),
            Self::SameAgent { .. } => "name two agents of the scenario",
            Self::Test(_) => "give --elo0 below --elo1, and --alpha and --beta above 0 with a sum below 1",
            Self::Edit(EditError::NotToml { .. }) => "the run's scenario.toml was modified",
            Self::Edit(EditError::NoPath { .. }) => {
                "a path consists of keys, such as battle.ranking_metric or agents.NAME.strategy.fast"
            }
            Self::Edit(EditError::NoAgent { known, .. }) => {
                return format!("its agents are {}", known.join(", "));
            }
            Self::NoScenario => "give a scenario's file or text",
            Self::Entrant { .. } => {
                "give it a name of its own, a balance above 0, and declare what the scenario has"
            }
            Self::OwnAgents { .. } => {
                "call the rematch from the program that has their strategies, or say who takes part (--agents)"
            }
            Self::Recording { .. } => {
                "replay it with the scenario, the bars and the version of tiltyard that it was made with"
            }
            Self::FilesChanged { .. } => {
                "restore the file to rematch the run; `tiltyard run` with the scenario makes a run of the new content"
            }
            Self::NoSweep => "add a `[sweep]` table to the scenario",
            Self::SearchLearns { .. } => {
                "use grid, random, sobol or latin_hypercube, or run it with --workers, which evaluate each batch"
            }
            Self::ScoresOfSweep => "leave `--keep scores` out: it is for tournaments",
            Self::ProgramsInShards { .. } => {
                "what a program answers is recorded by the run that asks it: leave them out, or run on one machine"
            }
            Self::NothingToTry { .. } => "widen the values of `[sweep.parameters]`, or `where`",
            Self::TrialCache(_) => "check that the output folder may be written",
            Self::Standings(_) => "the files of the run are inconsistent: run the scenario again",
            Self::Memory { .. } => {
                "use fewer windows, agents or trials or a coarser interval, divide the run into shards (`--shard`), or use a machine \
                 with more memory"
            }
            Self::Threads(_) => "give fewer with --threads",
            Self::Interrupted { kept, .. } => match kept {
                Kept::Nothing => "nothing was written; run the same command again to restart",
                Kept::Batches => "every finished batch is stored; the same command resumes there",
                Kept::Order => "the registered order is kept; run the same command again to restart",
            },
            Self::OutputIsFile { .. } => "give a folder with --out; it is created if it does not exist",
            #[cfg(feature = "store")]
            Self::Store(error) => return error.help(),
            #[cfg(feature = "report")]
            Self::Report(error) => return error.help(),
            Self::InvalidScenario { .. }
            | Self::Market(_)
            | Self::Modules(_)
            | Self::Programs(_)
            | Self::Signals(_)
            | Self::Strategies(_)
            | Self::Wallets(_) => "",
        };
        help.to_owned()
    }
}

/// The first problems with the market data, and how many more there are.
fn market(error: &MarketError, text: &str) -> Vec<RunDiagnostic> {
    let problems = error.problems();
    let mut all: Vec<RunDiagnostic> = problems
        .iter()
        .take(MAX_REPORTED)
        .map(|problem| RunDiagnostic::error(problem, problem.help(), market_span(problem, text)))
        .collect();
    if let Some(more @ 1..) = problems.len().checked_sub(MAX_REPORTED) {
        let message = format!("{more} more problems with the market data");
        all.push(RunDiagnostic::error(message, "fix the problems above first", None));
    }
    all
}

/// The span of a key of an agent's strategy, or of what registers the agent.
fn strategy_span(text: &str, index: usize, key: &str) -> Option<Range<usize>> {
    let agent = index.to_string();
    span_of(text, &["agents", &agent, "strategy", key])
        .or_else(|| span_of(text, &["agents", &agent, "registered"]))
}

/// The span in the scenario that a data problem comes from, if it comes from a setting.
fn market_span(problem: &MarketError, text: &str) -> Option<Range<usize>> {
    match problem {
        MarketError::NotFound { .. } | MarketError::NoFiles { .. } | MarketError::BadPattern { .. } => {
            span_of(text, &["market", "path"])
        }
        MarketError::SymbolNotFound { symbol, .. } | MarketError::SymbolOutside { symbol, .. } => {
            let list = span_of(text, &["market", "symbols"])?;
            let quoted = format!("\"{symbol}\"");
            let at = list.start + text.get(list.clone())?.find(&quoted)?;
            Some(at..at + quoted.len())
        }
        MarketError::Gaps { .. } => span_of(text, &["market", "gaps"]),
        MarketError::NoFinerBars { .. } => span_of(text, &["market", "interval"]),
        MarketError::WindowOutside { start, first, .. } => {
            let early = start.is_some_and(|start| start < *first);
            span_of(text, &["market", if early { "start" } else { "end" }])
                .or_else(|| span_of(text, &["market", "start"]))
        }
        _ => None,
    }
}
