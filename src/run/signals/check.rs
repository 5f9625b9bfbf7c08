//! Checks the files against the market.

use super::clock::Clock;
use super::file::{AgentFile, problem};
use crate::market::Market;
use crate::run::RunError;
use crate::scenario::{
    Rebalance, RiskProfile, Scenario, SignalMode, SignalRows, SignalsSpec, Stamp, StrategyKind, SweptValue,
    SweptValues, SymbolSignals,
};

/// Checks every row's time against the market's clock, and says what will not be traded.
pub(in crate::run) fn check(
    scenario: &Scenario,
    market: &Market,
    files: &[AgentFile],
) -> Result<Vec<String>, RunError> {
    let (mut notes, mut problems) = (Vec::new(), Vec::new());
    for one in files {
        let agent = &scenario.agents[one.index];
        let StrategyKind::Signals(spec) = &agent.strategy.kind else { continue };
        let timeframe = agent.strategy.timeframe;
        for stamped in stamps(scenario, one.index, spec) {
            let clock = Clock { market, timeframe, stamped };
            if let Err(error) = clock.check_all(&one.file) {
                problems.push(problem(scenario, one.index, &error));
                break;
            }
        }
        let clock = Clock { market, timeframe, stamped: spec.stamped };
        let told = clock.outside(&one.file).into_iter().chain(repeated(spec));
        let told = told.chain(above_limits(spec, &agent.risk));
        notes.extend(told.map(|note| format!("signals of `{}`: {note}", agent.name)));
    }
    if problems.is_empty() { Ok(notes) } else { Err(RunError::Signals(problems)) }
}

/// Whether weights are above the limits of the agent's own risk profile, which refuses their orders.
fn above_limits(spec: &SignalsSpec, risk: &RiskProfile) -> Option<String> {
    let SignalRows::Values(symbols) = &spec.table.as_ref()?.rows else { return None };
    if spec.mode != SignalMode::Weight || risk.size_to_limit {
        return None;
    }
    let most = symbols.iter().flat_map(|symbol| symbol.values.iter().map(|&(_, share)| share)).max()?;
    let limits =
        [("max_order_size_pct", risk.max_order_size), ("max_position_size_pct", risk.max_position_size)];
    let passed =
        limits.into_iter().find_map(|(key, limit)| Some((key, limit.filter(|&limit| limit < most)?)));
    passed.map(|(key, limit)| {
        format!(
            "weights go up to {} %, and the risk profile `{}` refuses buys above {key} = {}; `risk = \"unlimited\"` \
             refuses none",
            most.to_f64() / 100.0,
            risk.name,
            limit.to_f64() / 100.0
        )
    })
}

/// The stamps to check the rows by: the agent's, and those of a sweep of it.
fn stamps(scenario: &Scenario, index: usize, spec: &SignalsSpec) -> Vec<Stamp> {
    let swept = scenario.sweep.as_ref().filter(|sweep| sweep.agent == scenario.agents[index].name);
    let parameters = swept.map_or(&[][..], |sweep| &sweep.parameters);
    let Some(parameter) = parameters.iter().find(|parameter| parameter.path == "strategy.stamped") else {
        return vec![spec.stamped];
    };
    let SweptValues::Listed(values) = &parameter.values else { return vec![spec.stamped] };
    let all = [Stamp::BarOpen, Stamp::BarClose, Stamp::KnownAt];
    let listed = |stamp: &Stamp| values.contains(&SweptValue::Word(stamp.as_str().to_owned()));
    all.into_iter().filter(listed).collect()
}

/// Whether rows come again and again with the weights of before, which trades nothing.
fn repeated(spec: &SignalsSpec) -> Option<String> {
    let SignalRows::Values(symbols) = &spec.table.as_ref()?.rows else { return None };
    if spec.rebalance != Rebalance::OnChange || spec.mode != SignalMode::Weight {
        return None;
    }
    let same = |symbol: &SymbolSignals| symbol.values.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let later: usize = symbols.iter().map(|symbol| symbol.values.len() - 1).sum();
    (later > 0 && symbols.iter().all(same)).then(|| {
        format!(
            "no weight ever changes, so {later} later rows trade nothing; `rebalance = \"on_row\"` rebalances at \
             every row"
        )
    })
}
