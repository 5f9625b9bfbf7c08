//! What a strategy in Python sees at a bar: a copy of what it has said that it reads, taken before it is called.
//!
//! A copy, so that nothing of it leads to a later bar, and keeping it shows nothing new. What costs more than a few
//! numbers (histories, open orders, chance) is copied once a strategy has asked for it: the first question of a kind
//! stops the run, which begins again with the answer at hand ([`Wants`]).

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use numpy::{PyArray1, PyArrayMethods};
use pyo3::exceptions::{PyKeyError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice, PyString};
use tiltyard::{
    Bar, BarContext, Cash, IndicatorId, OpenOrder, PositionView, Price, Qty, Side, SymbolId, TimeframeId,
};

use crate::orders::{self, Order};

/// Random numbers that a strategy may draw at one bar.
const DRAWS: usize = 32;

/// A kind of question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    /// The newest value of an indicator.
    Indicator(String),
    /// All its values so far.
    Values(String),
    /// The closed bars of a timeframe; of the scenario's interval where it is empty.
    Bars(String),
    /// The open orders of every symbol.
    OpenOrders,
    /// Random numbers.
    Random,
}

/// What an agent's strategies have asked for, in all its windows.
#[derive(Debug, Default)]
pub struct Wants {
    known: Mutex<BTreeSet<Want>>,
    /// Questions that came up in this run, which must begin again for them.
    new: Mutex<BTreeSet<Want>>,
}

impl Wants {
    /// All that is known so far.
    pub fn all(&self) -> BTreeSet<Want> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a strategy declares.
    pub fn know(&self, wants: &BTreeSet<Want>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(wants.iter().cloned());
    }

    fn ask(&self, want: Want) {
        self.new.lock().unwrap_or_else(PoisonError::into_inner).insert(want);
    }

    /// Whether the run must begin again.
    pub fn has_new(&self) -> bool {
        !self.new.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Before the run begins again.
    pub fn accept(&self) {
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).append(&mut new);
    }
}

/// A bar, the account and the indicators at a strategy's decision.
#[pyclass(unsendable, skip_from_py_object, module = "tiltyard")]
pub struct Context {
    now: RefCell<Now>,
    wants: Arc<Wants>,
}

/// What [`Context`] shows.
#[derive(Default)]
struct Now {
    time: i64,
    open_time: i64,
    number: usize,
    cash: Cash,
    available: Cash,
    equity: Cash,
    names: Names,
    ids: Vec<SymbolId>,
    rows: Vec<SymbolRow>,
    indicators: Vec<Reading>,
    values: Vec<History>,
    bars: Vec<BarHistory>,
    orders: Option<Vec<Vec<OpenOrder>>>,
    random: Option<(Vec<f64>, usize)>,
    /// What the strategy has ordered at this bar.
    ordered: Vec<Order>,
}

/// Open, high, low, close and volume.
type Numbers = (f64, f64, f64, f64, f64);

/// A symbol at a bar.
#[derive(Clone, Copy)]
struct SymbolRow {
    bar: Option<Bar>,
    position: PositionView,
    bars_held: usize,
}

/// A name, and the object by which a strategy has called it first: mostly a constant of its code, which is then known by its
/// address.
#[derive(Default)]
struct Name {
    text: String,
    object: OnceCell<Py<PyString>>,
}

impl Name {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), object: OnceCell::new() }
    }

    #[inline]
    fn is(&self, asked: &Bound<'_, PyString>) -> PyResult<bool> {
        if self.object.get().is_some_and(|object| object.is(asked)) {
            return Ok(true);
        }
        let same = asked.to_str()? == self.text;
        if same {
            let _ = self.object.set(asked.clone().unbind());
        }
        Ok(same)
    }
}

/// The names of the symbols, in the scenario's order.
#[derive(Default)]
struct Names {
    all: Vec<Name>,
    by_text: HashMap<String, usize>,
}

/// Symbols that are looked through one by one.
const FEW: usize = 16;

impl Names {
    fn new(texts: impl Iterator<Item = String>) -> Self {
        let all: Vec<Name> = texts.map(Name::of).collect();
        let by_text = all.iter().map(|name| name.text.clone()).zip(0..).collect();
        Self { all, by_text }
    }

    fn texts(&self) -> Vec<String> {
        self.all.iter().map(|name| name.text.clone()).collect()
    }

    #[inline]
    fn index(&self, asked: &Bound<'_, PyString>) -> PyResult<usize> {
        let known = |name: &Name| name.object.get().is_some_and(|object| object.is(asked));
        if let Some(index) = self.all.iter().take(FEW).position(known) {
            return Ok(index);
        }
        let text = asked.to_str()?;
        let Some(&index) = self.by_text.get(text) else {
            let names = self.texts().join(", ");
            return Err(PyKeyError::new_err(format!("no symbol `{text}`; there are {names}")));
        };
        self.all[index].is(asked).map(|_| index)
    }
}

/// An indicator's newest value by symbol; NaN while it has none.
struct Reading {
    name: Name,
    id: IndicatorId,
    values: Vec<f64>,
}

/// All values of an indicator so far by symbol.
struct History {
    text: String,
    id: IndicatorId,
    columns: Vec<Column>,
}

/// The closed bars of a timeframe so far by symbol: open, high, low, close, volume, and the times.
struct BarHistory {
    text: String,
    id: TimeframeId,
    columns: Vec<[Column; 5]>,
    times: Vec<Column<i64>>,
}

/// A growing array. What was handed out of it stays as it was: it only gets longer.
struct Column<T = f64> {
    array: Option<Py<PyArray1<T>>>,
    filled: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { array: None, filled: 0 }
    }
}

impl<T: numpy::Element + Copy> Column<T> {
    /// Takes over what is new in `all`. `none` stands where nothing is yet.
    fn follow(&mut self, py: Python<'_>, all: impl ExactSizeIterator<Item = T>, none: T) -> PyResult<()> {
        let length = all.len();
        let room = match &self.array {
            Some(array) => array.bind(py).len()?,
            None => 0,
        };
        if length > room {
            let mut values = vec![none; (2 * length).max(1024)];
            if let Some(array) = &self.array {
                let old = array.bind(py).readonly();
                let old = old.as_slice()?;
                values[..self.filled].copy_from_slice(&old[..self.filled]);
            }
            self.array = Some(PyArray1::from_vec(py, values).unbind());
        }
        if let Some(array) = &self.array {
            let mut array = array.bind(py).readwrite();
            let target = array.as_slice_mut()?;
            for (place, value) in target[self.filled..].iter_mut().zip(all.skip(self.filled)) {
                *place = value;
            }
        }
        self.filled = length;
        Ok(())
    }

    /// The array up to now.
    fn view<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let end = isize::try_from(self.filled).unwrap_or(isize::MAX);
        match &self.array {
            Some(array) => array.bind(py).as_any().get_item(PySlice::new(py, 0, end, 1)),
            None => Ok(PyArray1::<T>::from_vec(py, Vec::new()).into_any()),
        }
    }
}

/// The declared indicators and timeframes of a window, by what they answer.
pub struct Declared {
    pub readings: Vec<(String, IndicatorId)>,
    pub histories: Vec<(String, IndicatorId)>,
    pub timeframes: Vec<(String, TimeframeId)>,
    pub orders: bool,
    pub random: bool,
}

impl Context {
    /// For one window.
    pub fn new(wants: Arc<Wants>, declared: Declared) -> Self {
        let reading = |(text, id): (String, _)| Reading { name: Name::of(text), id, values: Vec::new() };
        let history = |(text, id)| History { text, id, columns: Vec::new() };
        let bars = |(text, id)| BarHistory { text, id, columns: Vec::new(), times: Vec::new() };
        let now = Now {
            indicators: declared.readings.into_iter().map(reading).collect(),
            values: declared.histories.into_iter().map(history).collect(),
            bars: declared.timeframes.into_iter().map(bars).collect(),
            orders: declared.orders.then(Vec::new),
            random: declared.random.then(|| (Vec::new(), 0)),
            ..Now::default()
        };
        Self { now: RefCell::new(now), wants }
    }

    /// Takes over what is known at this bar.
    pub fn follow(&self, py: Python<'_>, ctx: &BarContext<'_>) -> PyResult<()> {
        let mut now = self.now.borrow_mut();
        let now = &mut *now;
        if now.ids.is_empty() {
            now.begin(ctx);
        }
        (now.time, now.open_time) = (ctx.time().micros(), ctx.open_time().micros());
        now.number = ctx.bars_since_start();
        (now.cash, now.available, now.equity) = (ctx.cash(), ctx.available(), ctx.equity());
        now.ordered.clear();
        now.rows.clear();
        now.rows.extend(now.ids.iter().map(|&id| {
            let position = ctx.position(id);
            let bars_held = if position.is_flat() { 0 } else { ctx.bars_held(id) };
            SymbolRow { bar: ctx.bar(id), position, bars_held }
        }));
        for reading in &mut now.indicators {
            reading.values.clear();
            reading
                .values
                .extend(now.ids.iter().map(|&id| ctx.indicator(reading.id, id).unwrap_or(f64::NAN)));
        }
        for history in &mut now.values {
            for (column, &id) in history.columns.iter_mut().zip(&now.ids) {
                column.follow(py, ctx.indicator_values(history.id, id).iter().copied(), f64::NAN)?;
            }
        }
        for history in &mut now.bars {
            for ((columns, times), &id) in history.columns.iter_mut().zip(&mut history.times).zip(&now.ids) {
                let bars = ctx.bars_of(id, history.id);
                let all = [bars.open(), bars.high(), bars.low(), bars.close(), bars.volume()];
                for (column, values) in columns.iter_mut().zip(all) {
                    column.follow(py, values.iter().copied(), f64::NAN)?;
                }
                times.follow(py, bars.open_times().iter().map(|time| time.micros()), 0)?;
            }
        }
        if let Some(orders) = &mut now.orders {
            *orders = now.ids.iter().map(|&id| ctx.open_orders(id)).collect();
        }
        if let Some((numbers, drawn)) = &mut now.random {
            *drawn = 0;
            numbers.clear();
            numbers.extend((0..DRAWS).map(|_| ctx.random()));
        }
        Ok(())
    }

    /// What was ordered at this bar.
    pub fn take_orders(&self) -> Vec<Order> {
        std::mem::take(&mut self.now.borrow_mut().ordered)
    }

    /// Stops the run, which begins again with this at hand.
    fn missing(&self, want: Want) -> PyErr {
        self.wants.ask(want);
        PyRuntimeError::new_err("asked for the first time: the run begins again")
    }
}

impl Now {
    fn begin(&mut self, ctx: &BarContext<'_>) {
        self.ids = ctx.symbols().collect();
        self.names = Names::new(self.ids.iter().map(|&id| ctx.instrument(id).symbol.to_string()));
        let count = self.ids.len();
        for history in &mut self.values {
            history.columns.resize_with(count, Column::default);
        }
        for history in &mut self.bars {
            history.columns.resize_with(count, Default::default);
            history.times.resize_with(count, Column::default);
        }
    }

    fn row(&self, symbol: &Bound<'_, PyString>) -> PyResult<SymbolRow> {
        self.names.index(symbol).map(|index| self.rows[index])
    }
}

#[pymethods]
impl Context {
    /// The names of the symbols that the strategy trades, in the scenario's order.
    #[getter]
    fn symbols(&self) -> Vec<String> {
        self.now.borrow().names.texts()
    }

    /// The close of this bar, the instant of the decision, in microseconds since 1970 (UTC).
    #[getter]
    fn timestamp(&self) -> i64 {
        self.now.borrow().time
    }

    /// When this bar opened, in microseconds since 1970 (UTC).
    #[getter]
    fn open_timestamp(&self) -> i64 {
        self.now.borrow().open_time
    }

    /// Bars since the window's first, which is 0.
    #[getter]
    fn bars_since_start(&self) -> usize {
        self.now.borrow().number
    }

    /// Cash and positions, marked at the last closes, in quote currency.
    #[getter]
    fn equity(&self) -> f64 {
        self.now.borrow().equity.to_f64()
    }

    /// Quote currency, the part that open orders lock included.
    #[getter]
    fn cash(&self) -> f64 {
        self.now.borrow().cash.to_f64()
    }

    /// Quote currency that no open order locks.
    #[getter]
    fn available(&self) -> f64 {
        self.now.borrow().available.to_f64()
    }

    /// The equity to its last digit, as text for `decimal.Decimal`.
    #[getter]
    fn exact_equity(&self) -> String {
        self.now.borrow().equity.to_string()
    }

    /// The cash to its last digit, as text for `decimal.Decimal`.
    #[getter]
    fn exact_cash(&self) -> String {
        self.now.borrow().cash.to_string()
    }

    /// The symbol's bar that closed just now as (open, high, low, close, volume); `None` where it has none.
    fn bar(&self, symbol: &Bound<'_, PyString>) -> PyResult<Option<Numbers>> {
        let bar = self.now.borrow().row(symbol)?.bar;
        Ok(bar.map(|bar| (bar.open, bar.high, bar.low, bar.close, bar.volume)))
    }

    /// The close of that bar; `None` where there is none.
    fn price(&self, symbol: &Bound<'_, PyString>) -> PyResult<Option<f64>> {
        Ok(self.now.borrow().row(symbol)?.bar.map(|bar| bar.close))
    }

    /// Quantity held, below zero for a short position.
    fn position(&self, symbol: &Bound<'_, PyString>) -> PyResult<f64> {
        Ok(self.now.borrow().row(symbol)?.position.qty.to_f64())
    }

    /// Average price paid, without fees; `None` while nothing is held.
    fn entry_price(&self, symbol: &Bound<'_, PyString>) -> PyResult<Option<f64>> {
        let position = self.now.borrow().row(symbol)?.position;
        Ok((!position.is_flat()).then(|| position.average_price.to_f64()))
    }

    /// Whether nothing is held.
    fn flat(&self, symbol: &Bound<'_, PyString>) -> PyResult<bool> {
        Ok(self.now.borrow().row(symbol)?.position.is_flat())
    }

    /// Bars that the position has lived through, its first included; 0 while nothing is held.
    fn bars_held(&self, symbol: &Bound<'_, PyString>) -> PyResult<usize> {
        Ok(self.now.borrow().row(symbol)?.bars_held)
    }

    /// An indicator in the words of the rule language (`"rsi(14)"`, `"sma(20)@4h"`) at the newest closed bar; `None`
    /// while it warms up.
    fn indicator(&self, text: &Bound<'_, PyString>, symbol: &Bound<'_, PyString>) -> PyResult<Option<f64>> {
        let now = self.now.borrow();
        let index = now.names.index(symbol)?;
        for reading in &now.indicators {
            if reading.name.is(text)? {
                return Ok(Some(reading.values[index]).filter(|value| !value.is_nan()));
            }
        }
        Err(self.missing(Want::Indicator(text.to_str()?.to_owned())))
    }

    /// All values of an indicator so far as an array, the newest last; NaN where it had none.
    fn indicator_values<'py>(
        &self,
        py: Python<'py>,
        text: &str,
        symbol: &Bound<'_, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = self.now.borrow();
        let index = now.names.index(symbol)?;
        match now.values.iter().find(|history| history.text == text) {
            Some(history) => history.columns[index].view(py),
            None => Err(self.missing(Want::Values(text.to_owned()))),
        }
    }

    /// The closed bars so far, of the scenario's interval or of a coarser timeframe such as `"4h"`.
    #[pyo3(signature = (symbol, timeframe = ""))]
    fn bars(&self, py: Python<'_>, symbol: &Bound<'_, PyString>, timeframe: &str) -> PyResult<ClosedBars> {
        let now = self.now.borrow();
        let index = now.names.index(symbol)?;
        let Some(history) = now.bars.iter().find(|history| history.text == timeframe) else {
            return Err(self.missing(Want::Bars(timeframe.to_owned())));
        };
        let [open, high, low, close, volume] = &history.columns[index];
        let view = |column: &Column| column.view(py).map(Bound::unbind);
        Ok(ClosedBars {
            open: view(open)?,
            high: view(high)?,
            low: view(low)?,
            close: view(close)?,
            volume: view(volume)?,
            timestamp: history.times[index].view(py)?.unbind(),
        })
    }

    /// The symbol's open orders, oldest first, as dictionaries.
    fn open_orders<'py>(
        &self,
        py: Python<'py>,
        symbol: &Bound<'_, PyString>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let now = self.now.borrow();
        let index = now.names.index(symbol)?;
        let Some(orders) = &now.orders else { return Err(self.missing(Want::OpenOrders)) };
        let shown = |order: &OpenOrder| {
            let entry = PyDict::new(py);
            entry.set_item("id", order.id.0)?;
            entry.set_item("side", if order.side == Side::Buy { "buy" } else { "sell" })?;
            entry.set_item("quantity", order.quantity.map(Qty::to_f64))?;
            entry.set_item("limit_price", order.limit_price.map(Price::to_f64))?;
            entry.set_item("trigger_price", order.trigger_price.map(Price::to_f64))?;
            entry.set_item("reason", order.reason)?;
            Ok(entry)
        };
        orders[index].iter().map(shown).collect()
    }

    /// The next random number in [0, 1), from a stream that belongs to this agent, window and bar.
    fn random(&self) -> PyResult<f64> {
        let mut now = self.now.borrow_mut();
        let Some((numbers, drawn)) = &mut now.random else { return Err(self.missing(Want::Random)) };
        let number = numbers.get(*drawn).copied();
        *drawn += 1;
        number.ok_or_else(|| PyRuntimeError::new_err(format!("a bar has {DRAWS} random numbers")))
    }

    /// Buys, at the market unless `limit`, `stop` or `trailing_pct` says otherwise. The size is one of `pct` (of the
    /// equity), `amount` (quote currency, fee included) and `qty`.
    #[pyo3(signature = (symbol, *, pct=None, amount=None, qty=None, limit=None, stop=None, trailing_pct=None,
        stop_loss=None, stop_loss_pct=None, take_profit=None, take_profit_pct=None, trailing_stop_pct=None,
        time_in_force=None, reason=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn buy(
        &self,
        symbol: &Bound<'_, PyString>,
        pct: Option<f64>,
        amount: Option<f64>,
        qty: Option<f64>,
        limit: Option<f64>,
        stop: Option<f64>,
        trailing_pct: Option<f64>,
        stop_loss: Option<f64>,
        stop_loss_pct: Option<f64>,
        take_profit: Option<f64>,
        take_profit_pct: Option<f64>,
        trailing_stop_pct: Option<f64>,
        time_in_force: Option<&str>,
        reason: Option<&str>,
    ) -> PyResult<()> {
        let mut now = self.now.borrow_mut();
        let id = now.ids[now.names.index(symbol)?];
        let size = orders::size_of_buy(pct, amount, qty)?;
        let kind = orders::kind(limit, stop, trailing_pct)?;
        let protection = orders::Protections {
            stop_loss: orders::level(stop_loss, stop_loss_pct, "stop_loss")?,
            take_profit: orders::level(take_profit, take_profit_pct, "take_profit")?,
            trailing_stop_pct: orders::positive(trailing_stop_pct, "trailing_stop_pct")?,
        };
        let wait = orders::time_in_force(time_in_force)?;
        let reason = orders::reason(reason.unwrap_or("buy"))?;
        now.ordered.push(Order::Buy { symbol: id, size, kind, protection, wait, reason });
        Ok(())
    }

    /// Sells, at the market unless `limit`, `stop` or `trailing_pct` says otherwise: `pct` of the position (all of it by
    /// default), or `qty`.
    #[pyo3(signature = (symbol, *, pct=None, qty=None, limit=None, stop=None, trailing_pct=None, time_in_force=None,
        reason=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn sell(
        &self,
        symbol: &Bound<'_, PyString>,
        pct: Option<f64>,
        qty: Option<f64>,
        limit: Option<f64>,
        stop: Option<f64>,
        trailing_pct: Option<f64>,
        time_in_force: Option<&str>,
        reason: Option<&str>,
    ) -> PyResult<()> {
        let mut now = self.now.borrow_mut();
        let id = now.ids[now.names.index(symbol)?];
        let size = orders::size_of_sell(pct, qty)?;
        let kind = orders::kind(limit, stop, trailing_pct)?;
        let wait = orders::time_in_force(time_in_force)?;
        let reason = orders::reason(reason.unwrap_or("sell"))?;
        now.ordered.push(Order::Sell { symbol: id, size, kind, wait, reason });
        Ok(())
    }

    /// Cancels the symbol's open orders and sells all that is held of it at the market.
    #[pyo3(signature = (symbol, *, reason=None))]
    fn close(&self, symbol: &Bound<'_, PyString>, reason: Option<&str>) -> PyResult<()> {
        let mut now = self.now.borrow_mut();
        let id = now.ids[now.names.index(symbol)?];
        let reason = orders::reason(reason.unwrap_or("close"))?;
        now.ordered.push(Order::Close { symbol: id, reason });
        Ok(())
    }

    /// Cancels one open order by its `id`; does nothing where it has ended.
    fn cancel(&self, order: u64) {
        self.now.borrow_mut().ordered.push(Order::Cancel(order));
    }

    /// Cancels all open orders of a symbol.
    fn cancel_all(&self, symbol: &Bound<'_, PyString>) -> PyResult<()> {
        let mut now = self.now.borrow_mut();
        let id = now.ids[now.names.index(symbol)?];
        now.ordered.push(Order::CancelAll(id));
        Ok(())
    }

    fn __repr__(&self) -> String {
        let now = self.now.borrow();
        format!("<Context: bar {} of {}, equity {}>", now.number, now.names.texts().join(", "), now.equity)
    }
}

/// Closed bars as arrays of equal length, the newest last.
#[pyclass(frozen, get_all, skip_from_py_object, module = "tiltyard")]
pub struct ClosedBars {
    open: Py<PyAny>,
    high: Py<PyAny>,
    low: Py<PyAny>,
    close: Py<PyAny>,
    volume: Py<PyAny>,
    /// Open time in microseconds since 1970 (UTC).
    timestamp: Py<PyAny>,
}

#[pymethods]
impl ClosedBars {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.close.bind(py).len()
    }
}
