//! What a run adds to the history of its registered agents.

use crate::domain::{Timestamp, Wallet};
use crate::market::Market;
use crate::metrics::{Sample, Sampling};
use crate::scenario::{AgentSpec, Registered, Scenario};
use crate::tournament::{AgentResult, Tournament, WindowResult, WindowSpan};

use super::rows::{self, HistoryFill, HistoryOrder, HistoryTrip};
use super::{HistoryWindow, Registry, WindowSummary};

/// One registered agent's part in a run.
#[derive(Debug, Clone)]
pub struct AgentPart {
    /// The agent and its version.
    pub registered: Registered,
    /// Its name in the run.
    pub entrant: String,
    /// Its rank, from 1; 0 where it had too few trades to be ranked.
    pub rank: u32,
    /// Among how many.
    pub entrants: usize,
    /// By which it was ranked.
    pub score: Option<f64>,
    /// Currency of the run.
    pub quote: String,
    /// Close of the last bar: a continued wallet is kept as of then.
    pub end: Timestamp,
    /// Its wallet at the end, if it continued with its existing wallet.
    pub left: Option<Wallet<String>>,
    /// One entry a window.
    pub windows: Vec<WindowPart>,
}

/// One window of an agent's part.
#[derive(Debug, Clone)]
pub struct WindowPart {
    /// Its results.
    pub result: HistoryWindow,
    /// All orders of the part.
    pub orders: Vec<HistoryOrder>,
    /// All fills of the part.
    pub fills: Vec<HistoryFill>,
    /// Every round trip.
    pub trips: Vec<HistoryTrip>,
}

impl Registry {
    /// The registered agents of a scenario.
    pub fn of(scenario: &Scenario) -> Vec<&Registered> {
        scenario.agents.iter().filter_map(|agent| agent.registered.as_ref()).collect()
    }
}

/// The parts of the registered agents; empty where none took part.
pub fn agent_parts(scenario: &Scenario, market: &Market, tournament: &Tournament) -> Vec<AgentPart> {
    let agents = scenario.agents.iter().zip(&tournament.agents).enumerate();
    agents
        .filter_map(|(index, (spec, result))| {
            let registered = spec.registered.as_ref()?;
            Some(part(index, spec, registered, result, (scenario, market, tournament)))
        })
        .collect()
}

fn part(
    index: usize,
    spec: &AgentSpec,
    registered: &Registered,
    result: &AgentResult,
    (scenario, market, tournament): (&Scenario, &Market, &Tournament),
) -> AgentPart {
    let ranking = tournament.leaderboard.rankings.iter().find(|row| row.agent == index);
    let windows = result.windows.iter().zip(&tournament.windows);
    AgentPart {
        registered: registered.clone(),
        entrant: spec.name.to_string(),
        rank: ranking.and_then(|row| row.rank).unwrap_or(0),
        entrants: tournament.agents.len(),
        score: ranking.and_then(|row| row.score.number()),
        quote: scenario.market.quote_asset.clone(),
        end: tournament.windows.iter().map(|span| span.end).max().unwrap_or_default(),
        left: registered.existing().and_then(|_| left(result, market)),
        windows: windows.map(|(result, span)| window(result, span, scenario, market)).collect(),
    }
}

/// The wallet at the end of the last window, by symbol name.
fn left(result: &AgentResult, market: &Market) -> Option<Wallet<String>> {
    let left = &result.windows.last()?.replay.left;
    let named = |symbol| market.series(symbol).instrument.symbol.to_string();
    let positions = left.positions.iter().map(|(symbol, position)| (named(*symbol), *position));
    Some(Wallet { cash: left.cash, positions: positions.collect() })
}

fn window(result: &WindowResult, span: &WindowSpan, scenario: &Scenario, market: &Market) -> WindowPart {
    let (replay, metrics) = (result.whole(), &result.metrics);
    let sample = Sample::of_replay(&replay, market, scenario.metrics.periods_per_year);
    WindowPart {
        result: HistoryWindow {
            window: replay.window.index,
            start: span.start,
            end: span.end,
            status: replay.status.as_str().to_owned(),
            starting_balance: replay.starting_balance,
            final_equity: replay.final_equity,
            fees: replay.fees,
            trades: metrics.trades,
            max_drawdown_pct: metrics.max_drawdown.depth * 100.0,
            sampling: match sample.sampling {
                Sampling::Daily => "daily",
                Sampling::PerBar => "per_bar",
            }
            .to_owned(),
            periods_per_year: sample.periods_per_year,
            returns: returns(&sample.curve),
            summary: Some(WindowSummary::new(metrics.record.summary, &scenario.metrics)),
        },
        orders: replay.orders.iter().map(|row| rows::order(row, market)).collect(),
        fills: replay.fills.iter().map(|row| rows::fill(row, market)).collect(),
        trips: replay.round_trips.iter().map(|row| rows::trip(row, market)).collect(),
    }
}

/// Returns from point to point; none from a point where all was lost on.
fn returns(curve: &[f64]) -> Vec<f64> {
    let pairs = curve.windows(2).take_while(|pair| pair[0] > 0.0);
    pairs.map(|pair| pair[1] / pair[0] - 1.0).collect()
}
