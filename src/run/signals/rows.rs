//! From the cells of a file to what an agent trades.

use std::collections::BTreeMap;

use super::file::Told;
use crate::domain::{Bps, OrderRequest, SymbolId, Timestamp};
use crate::scenario::{Scenario, SignalMode, SignalOrder, StrategySpec, SymbolSignals};
use crate::tables::{FileOrder, OrderRows, SignalFileError, ValueRows};

/// How far the weights in force may add up to more than 100 %, as sums of floats do.
const SUM_TOLERANCE: i64 = 1_000_000;

/// The symbols that an agent trades, by name.
pub(super) struct Symbols<'a> {
    pub scenario: &'a Scenario,
    pub strategy: &'a StrategySpec,
}

impl Symbols<'_> {
    /// The symbol of a name, as results show it or as the data names it.
    fn find(&self, name: &str) -> Option<SymbolId> {
        let market = &self.scenario.market;
        let named = |id: &&SymbolId| {
            let instrument = market.instrument(**id);
            instrument.symbol.as_str() == name || instrument.source.as_str() == name
        };
        self.strategy.symbols.iter().find(named).copied()
    }

    fn unknown(&self, name: &str) -> (String, String) {
        let known: Vec<&str> = self
            .strategy
            .symbols
            .iter()
            .map(|&id| self.scenario.market.instrument(id).source.as_str())
            .take(20)
            .collect();
        let problem = format!("`{name}` is no symbol of the agent");
        (problem, format!("remove it, or add it to `symbols`; the agent trades {}", known.join(", ")))
    }
}

/// Shares of the equity by symbol.
pub(super) fn values(
    raw: &ValueRows,
    mode: SignalMode,
    symbols: &Symbols<'_>,
) -> Result<Vec<SymbolSignals>, SignalFileError> {
    let mut ids: Vec<Option<SymbolId>> = raw.symbols.iter().map(|name| symbols.find(name)).collect();
    let mut by_symbol: BTreeMap<SymbolId, Vec<(Timestamp, Bps)>> = BTreeMap::new();
    let mut sum = Sum { shares: vec![0; ids.len()], total: 0 };
    for (index, value) in raw.values.iter().enumerate() {
        let refuse = |(problem, help)| Err(raw.refuse(value.row, problem, help));
        let name = &raw.symbols[value.symbol];
        let Some(id) = ids[value.symbol] else { return refuse(symbols.unknown(name)) };
        let share = match mode {
            SignalMode::Side => side(value.value),
            _ => weight(value.value),
        };
        let share = match share {
            Ok(share) => share,
            Err((problem, help)) => return refuse((format!("`{name}`: {problem}"), help)),
        };
        by_symbol.entry(id).or_default().push((value.at, share));
        sum.set(value.symbol, share);
        let last_of_its_time = raw.values.get(index + 1).is_none_or(|next| next.at != value.at);
        if mode == SignalMode::Weight && last_of_its_time && sum.is_above_whole() {
            return refuse(sum.problem());
        }
    }
    ids.sort();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(_) => {
            let (problem, help) = ("names one symbol in two ways", "use one name for each symbol");
            Err(raw.refuse(0, problem.to_owned(), help.to_owned()))
        }
        None => Ok(by_symbol.into_iter().map(|(symbol, values)| SymbolSignals { symbol, values }).collect()),
    }
}

/// What the weights in force add up to.
struct Sum {
    shares: Vec<i64>,
    total: i64,
}

impl Sum {
    fn set(&mut self, symbol: usize, share: Bps) {
        self.total += share.units() - self.shares[symbol];
        self.shares[symbol] = share.units();
    }

    const fn is_above_whole(&self) -> bool {
        self.total > Bps::WHOLE.units() + SUM_TOLERANCE
    }

    #[expect(clippy::cast_precision_loss, reason = "shown")]
    fn problem(&self) -> (String, String) {
        let total = self.total as f64 / Bps::WHOLE.units() as f64;
        let problem =
            format!("the weights in force add up to {total:.6}: buying on credit is not supported yet");
        (
            problem,
            "scale the weights so that they add up to 1 at most; a weight holds until a later row".to_owned(),
        )
    }
}

fn weight(value: f64) -> Result<Bps, Told> {
    if value < 0.0 {
        return Err(no_shorts(value));
    }
    if value > 1.0 {
        let problem = format!("a weight of {value} is above 1: buying on credit is not supported yet");
        return Err((problem, "weights are shares of the equity: 0.25 is 25 %".to_owned()));
    }
    Ok(Bps::from_f64(value * 10_000.0))
}

fn side(value: f64) -> Result<Bps, Told> {
    match value {
        1.0 => Ok(Bps::WHOLE),
        0.0 => Ok(Bps::ZERO),
        -1.0 => Err(no_shorts(value)),
        _ => {
            let help = "write 1 for in and 0 for out; for shares of the equity use `mode = \"weight\"`";
            Err((format!("{value} is not a side"), help.to_owned()))
        }
    }
}

fn no_shorts(value: f64) -> Told {
    (
        format!("{value} is a short sale, which is not supported yet"),
        "write 0 or more; in pandas for example `.clip(lower=0)`".to_owned(),
    )
}

/// Orders of the agent's symbols.
pub(super) fn orders(raw: &OrderRows, symbols: &Symbols<'_>) -> Result<Vec<SignalOrder>, SignalFileError> {
    let order = |row: &FileOrder| {
        let Some(symbol) = symbols.find(&row.symbol) else {
            let (problem, help) = symbols.unknown(&row.symbol);
            return Err(raw.refuse(row.row, problem, help));
        };
        let request = OrderRequest {
            symbol,
            side: row.side,
            size: row.size,
            kind: row.kind,
            time_in_force: row.time_in_force,
            ..OrderRequest::buy(symbol, row.size, "signal_order")
        };
        Ok(SignalOrder { at: row.at, request })
    };
    raw.orders.iter().map(order).collect()
}
