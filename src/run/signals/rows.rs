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
    /// Largest sum of weights without their signs, of instruments on margin.
    pub leverage: Bps,
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

    /// Whether a symbol can be held short and on credit.
    fn on_margin(&self, symbol: SymbolId) -> bool {
        self.scenario.market.instrument(symbol).margin.is_some()
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
    let all_on_margin = ids.iter().flatten().all(|&id| symbols.on_margin(id));
    let most = if all_on_margin { symbols.leverage.max(Bps::WHOLE) } else { Bps::WHOLE };
    let mut sum = Sum { shares: vec![0; ids.len()], total: 0, most: most.units() };
    for (index, value) in raw.values.iter().enumerate() {
        let refuse = |(problem, help)| Err(raw.refuse(value.row, problem, help));
        let name = &raw.symbols[value.symbol];
        let Some(id) = ids[value.symbol] else { return refuse(symbols.unknown(name)) };
        let share = match mode {
            SignalMode::Side => side(value.value, symbols.on_margin(id)),
            _ => weight(value.value, symbols.on_margin(id)),
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
    /// Without their signs.
    shares: Vec<i64>,
    total: i64,
    /// The most that they may add up to.
    most: i64,
}

impl Sum {
    fn set(&mut self, symbol: usize, share: Bps) {
        let share = share.units().abs();
        self.total += share - self.shares[symbol];
        self.shares[symbol] = share;
    }

    const fn is_above_whole(&self) -> bool {
        self.total > self.most + SUM_TOLERANCE
    }

    #[expect(clippy::cast_precision_loss, reason = "shown")]
    fn problem(&self) -> (String, String) {
        let [total, most] = [self.total, self.most].map(|units| units as f64 / Bps::WHOLE.units() as f64);
        let help = format!(
            "scale the weights so that they add up to {most} at most; a weight holds until a later row. Instruments on \
             margin allow `max_leverage`"
        );
        (format!("the weights in force add up to {total:.6}, which is above {most}"), help)
    }
}

fn weight(value: f64, on_margin: bool) -> Result<Bps, Told> {
    if value < 0.0 && !on_margin {
        return Err(no_shorts(value));
    }
    if value > 1.0 && !on_margin {
        let problem = format!("a weight of {value} is above 1, and the symbol is a spot asset");
        return Err((problem, "weights are shares of the equity: 0.25 is 25 %".to_owned()));
    }
    Ok(Bps::signed(value * 10_000.0))
}

fn side(value: f64, on_margin: bool) -> Result<Bps, Told> {
    match value {
        1.0 => Ok(Bps::WHOLE),
        0.0 => Ok(Bps::ZERO),
        -1.0 if on_margin => Ok(Bps::signed(-10_000.0)),
        -1.0 => Err(no_shorts(value)),
        _ => {
            let help = "write 1 for in and 0 for out (on margin -1 for short); for shares of the equity use \
                        `mode = \"weight\"`";
            Err((format!("{value} is not a side"), help.to_owned()))
        }
    }
}

fn no_shorts(value: f64) -> Told {
    (
        format!("{value} is a short sale of a spot asset"),
        "write 0 or more (in pandas for example `.clip(lower=0)`), or give the symbol a table `[instruments.SYMBOL]`"
            .to_owned(),
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
