//! `tiltyard standings`: a stored tournament again, or a stored run in any format. Never replays.

use clap::Args;

use super::args::StoreArgs;
use super::{Exit, Failure, output};
use crate::report::terminal;
use crate::scenario::format::choice_docs;
use crate::scenario::{FormatKind, TournamentFormat, TournamentSpec};
use crate::store::{StandingsRecord, StoredRun, TournamentRecord, find_run};
use crate::tournament::formats::FormatError;
use crate::tournament::{assess, standings::StandingsError};

/// Arguments of `standings`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help())]
pub struct StandingsArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// Print the content of standings.csv.
    #[arg(long, conflicts_with_all = ["json", "format"])]
    pub csv: bool,
    /// With --csv: put a ' before text that a spreadsheet would take for a formula.
    #[arg(long, requires = "csv")]
    pub spreadsheet: bool,
    /// Evaluate the scores in this format [default: the run's own, or round_robin]; with --json print its record.
    #[arg(long, value_name = "FORMAT", value_parser = format_names())]
    pub format: Option<String>,
    /// Gauntlet: the agents that the others must beat.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub baselines: Vec<String>,
    /// League: number of seasons [default: 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub seasons: Option<u32>,
    /// League: number of divisions [default: 2].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub divisions: Option<u32>,
    /// Swiss: number of rounds [default: log2 of the number of agents].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: Option<u32>,
    /// Knockout: the best seeds, best first [default: from a first block of windows].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub seeds: Vec<String>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

fn format_names() -> clap::builder::PossibleValuesParser {
    choice_docs::<FormatKind>().into_iter().map(|choice| choice.name).collect::<Vec<_>>().into()
}

impl StandingsArgs {
    /// The format that was asked for, with its settings.
    ///
    /// # Errors
    /// [`Exit::Usage`] for a setting of another format.
    pub fn format(&self) -> Result<Option<TournamentFormat>, Failure> {
        let format = self.format.as_deref().map(|name| match name {
            "gauntlet" => TournamentFormat::Gauntlet { baselines: self.baselines.clone() },
            "league" => TournamentFormat::League {
                seasons: self.seasons.unwrap_or(3),
                divisions: self.divisions.unwrap_or(2),
            },
            "swiss" => TournamentFormat::Swiss { rounds: self.rounds },
            "knockout" => TournamentFormat::Knockout { seeds: self.seeds.clone() },
            "survival" => TournamentFormat::Survival,
            _ => TournamentFormat::RoundRobin,
        });
        let settings = [
            (!self.baselines.is_empty(), "baselines", FormatKind::Gauntlet),
            (self.seasons.is_some(), "seasons", FormatKind::League),
            (self.divisions.is_some(), "divisions", FormatKind::League),
            (self.rounds.is_some(), "rounds", FormatKind::Swiss),
            (!self.seeds.is_empty(), "seeds", FormatKind::Knockout),
        ];
        let kind = format.as_ref().map(TournamentFormat::kind);
        match settings.into_iter().find(|&(given, _, owner)| given && kind != Some(owner)) {
            Some((_, name, owner)) => {
                let message = format!("--{name} is a setting of format `{}`", owner.as_str());
                let help = format!("add --format {}, or remove the option", owner.as_str());
                Err(Failure::plain(Exit::Usage, message, help))
            }
            None => Ok(format),
        }
    }
}

/// Prints the standings and the format's view.
///
/// # Errors
/// Where there is no such run, it cannot be read, or it does not suit the format.
pub fn standings(args: &StandingsArgs) -> Result<Exit, Failure> {
    let format = args.format()?;
    let stored = StoredRun::load(&find_run(&args.store.out, &args.run)?)?;
    let asked_for_format = format.is_some();
    let (standings, tournament) = match (format, &stored.tournament) {
        (None, Some(tournament)) => (stored.standings.clone(), tournament.clone()),
        (format, _) => derive(&stored, format.unwrap_or(TournamentFormat::RoundRobin))?,
    };
    if args.store.json && asked_for_format {
        return output::result(&tournament.to_json()?).map(|()| Exit::Done);
    }
    let Some(standings) = standings else { return Err(no_standings(&stored, &tournament)) };
    let text = if args.store.json {
        standings.to_json()?
    } else if args.csv {
        output::csv(&standings.to_csv(), args.spreadsheet)
    } else {
        text(&standings, &tournament)
    };
    output::result(&text)?;
    Ok(Exit::Done)
}

/// The standings, the format and the work, for people.
fn text(standings: &StandingsRecord, tournament: &TournamentRecord) -> String {
    let style = output::style();
    format!(
        "{}\n{}\n{}",
        terminal::standings(standings, style),
        terminal::tournament(tournament, style),
        terminal::work(tournament)
    )
}

/// The view from the stored scores, with the stored standings and settings; a run without a tournament gets the
/// usual ones.
fn derive(
    stored: &StoredRun,
    format: TournamentFormat,
) -> Result<(Option<StandingsRecord>, TournamentRecord), Failure> {
    let benchmark =
        stored.tournament.as_ref().and_then(|tournament| tournament.settings.benchmark.as_deref());
    let results = stored.results(benchmark).map_err(|error| unfit(&error))?;
    let unsuited = |error| unsuited(&error, results.matrix.agents());
    if let Some(tournament) = &stored.tournament {
        let view = results.view(&tournament.settings.with_format(format)).map_err(unsuited)?;
        return Ok((stored.standings.clone(), tournament.clone().with_view(view)));
    }
    let spec = TournamentSpec { format, ..TournamentSpec::default() };
    let found = assess(&results, &spec).map_err(unsuited)?;
    let regimes = stored.run.windows.iter().filter_map(|window| window.regime.clone());
    let record = TournamentRecord::new(&found, None, regimes);
    Ok((found.standings.ok().as_ref().map(StandingsRecord::new), record))
}

/// A run that is no matrix of scores.
pub(super) fn unfit(error: &StandingsError) -> Failure {
    Failure::plain(Exit::RunFailed, error, "the files of the run are inconsistent: run the scenario again")
}

/// A run that the format cannot show.
pub(super) fn unsuited(error: &FormatError, agents: &[String]) -> Failure {
    let help = match error {
        FormatError::NoSuchAgent { .. } => format!("the agents are {}", agents.join(", ")),
        FormatError::NoBaselines => "name them with --baselines A,B".to_owned(),
        _ => "choose another format, or smaller settings".to_owned(),
    };
    Failure::plain(Exit::Usage, error, help)
}

fn no_standings(stored: &StoredRun, tournament: &TournamentRecord) -> Failure {
    let why = tournament.standings_missing.as_deref().unwrap_or("no standings are stored");
    let message = format!("run `{}` has no standings: {why}", stored.run.run_id);
    Failure::plain(Exit::RunFailed, message, "rank by a metric that every agent has, such as `roi_pct`")
}
