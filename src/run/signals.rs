//! The files that agents take their signals from: read and checked before the first bar.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{RunError, SignalsProblem};
use crate::domain::{Bps, Interval, OrderKind, OrderRequest, Size, SymbolId, Timestamp};
use crate::market::Market;
use crate::scenario::{
    Rebalance, RiskProfile, Scenario, SignalMode, SignalOrder, SignalRows, SignalTable, SignalsSpec, Stamp,
    StrategyKind, StrategySpec, SweptValue, SweptValues, SymbolSignals,
};
use crate::tables::{OrderRows, SignalFileError, ValueRows};

/// How far the weights in force may add up to more than 100 %, as sums of floats do.
const SUM_TOLERANCE: i64 = 1_000_000;

/// The file of one agent.
pub(super) struct AgentFile {
    index: usize,
    file: Arc<ReadFile>,
}

/// The rows of a file, as a table and as they lie in it.
struct ReadFile {
    table: Arc<SignalTable>,
    rows: RawRows,
}

enum RawRows {
    Values(ValueRows),
    Orders(OrderRows),
}

/// Reads the files of all agents, and gives each strategy its rows.
pub(super) fn read(scenario: &mut Scenario) -> Result<Vec<AgentFile>, RunError> {
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

fn problem(scenario: &Scenario, index: usize, error: &SignalFileError) -> SignalsProblem {
    let agent = scenario.agents[index].name.clone();
    SignalsProblem { index, agent, message: error.to_string(), help: error.help() }
}

fn read_file(
    path: &Path,
    spec: &SignalsSpec,
    strategy: &StrategySpec,
    scenario: &Scenario,
) -> Result<ReadFile, SignalFileError> {
    let symbols = Symbols { scenario, strategy };
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

/// The symbols that an agent trades, by name.
struct Symbols<'a> {
    scenario: &'a Scenario,
    strategy: &'a StrategySpec,
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
fn values(
    raw: &ValueRows,
    mode: SignalMode,
    symbols: &Symbols<'_>,
) -> Result<Vec<SymbolSignals>, SignalFileError> {
    let mut ids: Vec<Option<SymbolId>> = raw.symbols.iter().map(|name| symbols.find(name)).collect();
    let mut by_symbol: BTreeMap<SymbolId, Vec<(Timestamp, Bps)>> = BTreeMap::new();
    let mut sum = Sum { shares: vec![0; ids.len()], total: 0 };
    for (span, value) in raw.values.iter().enumerate() {
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
        let last_of_its_time = raw.values.get(span + 1).is_none_or(|next| next.at != value.at);
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

type Told = (String, String);

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

fn orders(raw: &OrderRows, symbols: &Symbols<'_>) -> Result<Vec<SignalOrder>, SignalFileError> {
    let order = |row: &crate::tables::FileOrder| {
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

/// BLAKE3 over the rows, whatever the layout of the file.
fn digest(rows: &SignalRows, mode: SignalMode, scenario: &Scenario) -> String {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 signals");
    let text = |hash: &mut blake3::Hasher, text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    let name = |symbol| scenario.market.instrument(symbol).symbol.as_str();
    text(&mut hash, mode.as_str());
    match rows {
        SignalRows::Values(symbols) => {
            for symbol in symbols {
                text(&mut hash, name(symbol.symbol));
                hash.update(&(symbol.values.len() as u64).to_le_bytes());
                for (at, share) in &symbol.values {
                    hash.update(&at.micros().to_le_bytes());
                    hash.update(&share.units().to_le_bytes());
                }
            }
        }
        SignalRows::Orders(orders) => {
            for SignalOrder { at, request } in orders {
                hash.update(&at.micros().to_le_bytes());
                text(&mut hash, name(request.symbol));
                text(&mut hash, &in_words(request));
            }
        }
    }
    hash.finalize().to_hex().to_string()
}

/// An order of a file, in full.
fn in_words(order: &OrderRequest) -> String {
    let prices = match order.kind {
        OrderKind::Limit { price } | OrderKind::TakeProfit { price } => format!("{price}"),
        OrderKind::Stop { trigger } => format!("{trigger}"),
        OrderKind::StopLimit { trigger, price } => format!("{trigger} {price}"),
        OrderKind::Market | OrderKind::TrailingStop { .. } => String::new(),
    };
    let size = match order.size {
        Size::Qty(quantity) => format!("quantity {quantity}"),
        Size::Quote(amount) => format!("amount {amount}"),
        Size::EquityShare(share) | Size::PositionShare(share) => format!("share {share}"),
    };
    let (side, kind, tif) = (order.side.as_str(), order.kind.as_str(), order.time_in_force.as_str());
    format!("{side} {kind} {prices} {size} {tif}")
}

/// Checks every row's time against the market's clock, and says what will not be traded.
pub(super) fn check(
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
        let told = clock.outside(&one.file).into_iter().chain(Clock::repeated(spec));
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

/// The market's clock as the rows of an agent are stamped by it.
struct Clock<'a> {
    market: &'a Market,
    timeframe: Interval,
    stamped: Stamp,
}

impl Clock<'_> {
    fn check_all(&self, file: &ReadFile) -> Result<(), SignalFileError> {
        let mut last = None;
        let mut on_clock = |at: Timestamp| {
            // Rows of one time come together.
            let told = if last == Some(at) { None } else { self.off(at) };
            last = Some(at);
            told
        };
        match &file.rows {
            RawRows::Values(raw) => raw.values.iter().try_for_each(|row| match on_clock(row.at) {
                Some((problem, help)) => Err(raw.refuse(row.row, problem, help)),
                None => Ok(()),
            }),
            RawRows::Orders(raw) => raw.orders.iter().try_for_each(|row| match on_clock(row.at) {
                Some((problem, help)) => Err(raw.refuse(row.row, problem, help)),
                None => Ok(()),
            }),
        }
    }

    /// What is wrong with a time that is a bar's, where the market could have that bar.
    fn off(&self, at: Timestamp) -> Option<Told> {
        let (interval, span) = (self.timeframe, self.timeframe.span());
        let (open, what) = match self.stamped {
            Stamp::BarOpen => (at, "opens"),
            Stamp::BarClose => (at - span, "closes"),
            Stamp::KnownAt => return None,
        };
        let (&first, &last) = (self.market.clock.first()?, self.market.clock.last()?);
        if open + span <= first || open > last {
            return None;
        }
        let help = "stamp each row with a bar of the market, or write `stamped = \"known_at\"` for times of their own";
        if interval.floor(open) != open {
            return Some((format!("no {interval} bar {what} at {at}"), help.to_owned()));
        }
        let tick = self.market.first_tick_from(open);
        let has_bar = self.market.clock.get(tick).is_some_and(|&found| found < open + span);
        (!has_bar).then(|| (format!("the market has no {interval} bar that {what} at {at}"), help.to_owned()))
    }

    /// How many rows are known outside of what is replayed.
    fn outside(&self, file: &ReadFile) -> Option<String> {
        let range = self.market.in_range;
        let start = self.market.clock[range.first];
        let end = self.market.close_time(range.last - 1);
        let known = |at: Timestamp| self.stamped.known(at, self.timeframe);
        let times: Box<dyn Iterator<Item = Timestamp>> = match &file.rows {
            RawRows::Values(raw) => Box::new(raw.values.iter().map(|row| row.at)),
            RawRows::Orders(raw) => Box::new(raw.orders.iter().map(|row| row.at)),
        };
        let (mut all, mut before, mut after) = (0_usize, 0_usize, 0_usize);
        for at in times {
            all += 1;
            before += usize::from(known(at) <= start);
            after += usize::from(known(at) > end);
        }
        (before + after > 0).then(|| {
            let rest = all - before - after;
            format!("{before} of {all} are known before the range begins and {after} after it ends; {rest} act in it")
        })
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
}
