//! Rows of results as columns: the schemas of the four tables that every agent leaves behind.
//!
//! Owns column names, order and types. Money is `Decimal128(38, 8)`, times are microseconds in UTC,
//! symbols and other words are text. The window's number always comes first. Never touches a file.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, Float64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use arrow_schema::ArrowError;
use arrow_schema::{Field, Schema};

use super::equity::EquityPart;
use crate::domain::{Cash, OrderOrigin, Price, Qty, Side, SymbolId, TimeInForce, Timestamp};
use crate::engine::{EndReason, ExitState, FillRow, OrderRow, Posting, RoundTrip, Window};
use crate::market::{Market, SymbolSeries};
use crate::scenario::EquityRows;

/// Digits of a money column.
const PRECISION: u8 = 38;
/// Of them, after the point: a unit of `domain`'s amounts is a unit of the column.
const SCALE: i8 = 8;

/// One column on its way into a table.
pub(super) struct Column {
    name: String,
    nullable: bool,
    values: ArrayRef,
}

pub(super) fn column(name: &str, nullable: bool, values: ArrayRef) -> Column {
    Column { name: name.to_owned(), nullable, values }
}

pub(super) fn table(columns: Vec<Column>) -> Result<RecordBatch, ArrowError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|c| Field::new(c.name.as_str(), c.values.data_type().clone(), c.nullable))
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|c| c.values).collect())
}

/// Units of `1e-8`, of whichever kind of amount.
pub(super) trait Units {
    fn units(self) -> i128;
}

macro_rules! units {
    ($($name:ident),*) => { $(impl Units for $name { fn units(self) -> i128 { Self::units(self) } })* };
}
units!(Cash, Price, Qty);

pub(super) fn money<U: Units>(
    name: &'static str,
    values: impl Iterator<Item = U>,
) -> Result<Column, ArrowError> {
    let array = Decimal128Array::from_iter_values(values.map(Units::units));
    Ok(column(name, false, Arc::new(array.with_precision_and_scale(PRECISION, SCALE)?)))
}

pub(super) fn money_or_none<U: Units>(
    name: &'static str,
    values: impl Iterator<Item = Option<U>>,
) -> Result<Column, ArrowError> {
    let array: Decimal128Array = values.map(|value| value.map(Units::units)).collect();
    Ok(column(name, true, Arc::new(array.with_precision_and_scale(PRECISION, SCALE)?)))
}

fn times(name: &'static str, values: impl Iterator<Item = Timestamp>) -> Column {
    let array = TimestampMicrosecondArray::from_iter_values(values.map(Timestamp::micros));
    column(name, false, Arc::new(array.with_timezone("UTC")))
}

fn times_or_none(name: &'static str, values: impl Iterator<Item = Option<Timestamp>>) -> Column {
    let array: TimestampMicrosecondArray = values.map(|value| value.map(Timestamp::micros)).collect();
    column(name, true, Arc::new(array.with_timezone("UTC")))
}

pub(super) fn words<'a>(name: &'static str, values: impl Iterator<Item = &'a str>) -> Column {
    column(name, false, Arc::new(StringArray::from_iter_values(values)))
}

pub(super) fn words_or_none<'a>(name: &'static str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    column(name, true, Arc::new(values.collect::<StringArray>()))
}

pub(super) fn counts(name: &'static str, values: impl Iterator<Item = u64>) -> Column {
    column(name, false, Arc::new(UInt64Array::from_iter_values(values)))
}

pub(super) fn counts_or_none(name: &'static str, values: impl Iterator<Item = Option<u64>>) -> Column {
    column(name, true, Arc::new(values.collect::<UInt64Array>()))
}

fn windows(window: u32, rows: usize) -> Column {
    column("window", false, Arc::new(UInt32Array::from_iter_values(std::iter::repeat_n(window, rows))))
}

/// A tick of the market's clock as one of the window: 0 is the window's first. How much history lies before it is no
/// matter of an agent. What an agent brought into the window counts as there at its first tick.
const fn tick_of(window: Window, tick: usize) -> u64 {
    tick.saturating_sub(window.ticks.first) as u64
}

fn symbol(market: &Market, id: SymbolId) -> &str {
    market.series(id).instrument.symbol.as_str()
}

/// `trades.parquet`: one row a round trip.
pub(super) fn trades(window: Window, rows: &[RoundTrip], market: &Market) -> Result<RecordBatch, ArrowError> {
    let all = || rows.iter();
    let mut columns = vec![
        windows(window.index, rows.len()),
        words("symbol", all().map(|t| symbol(market, t.symbol))),
        words("state", all().map(|t| state(t.state))),
        times("entry_at", all().map(|t| t.entry_at)),
        counts("entry_tick", all().map(|t| tick_of(window, t.entry_tick))),
        times("exit_at", all().map(|t| t.exit_at)),
        counts("exit_tick", all().map(|t| tick_of(window, t.exit_tick))),
        money("quantity", all().map(|t| t.quantity))?,
        money("entry_price", all().map(|t| t.entry_price))?,
        money("exit_price", all().map(|t| t.exit_price))?,
        money("fees", all().map(|t| t.fees))?,
        money("pnl", all().map(|t| t.pnl))?,
        column(
            "return_fraction",
            false,
            Arc::new(Float64Array::from_iter_values(all().map(|t| t.return_fraction))),
        ),
        money("mae", all().map(|t| t.mae))?,
        money("mfe", all().map(|t| t.mfe))?,
        column("fills", false, Arc::new(UInt32Array::from_iter_values(all().map(|t| t.fills)))),
        words("entry_reason", all().map(|t| t.entry_reason)),
        words("exit_reason", all().map(|t| t.exit_reason)),
    ];
    if on_margin(market) {
        columns.push(words("side", all().map(|t| position_side(t.side))));
    }
    table(columns)
}

/// Whether any instrument of the market is on margin: then a round trip has a side.
pub(super) fn on_margin(market: &Market) -> bool {
    market.symbols.iter().any(|series| series.instrument.margin.is_some())
}

const fn position_side(entry: Side) -> &'static str {
    match entry {
        Side::Buy => "long",
        Side::Sell => "short",
    }
}

/// Whether money can move besides fills.
pub(super) fn has_postings(market: &Market) -> bool {
    on_margin(market) || market.symbols.iter().any(SymbolSeries::pays_dividends)
}

/// `postings.parquet`: one row a payment that is no fill; only in runs with an instrument on margin or with dividends.
pub(super) fn postings(window: Window, rows: &[Posting], market: &Market) -> Result<RecordBatch, ArrowError> {
    let all = || rows.iter();
    table(vec![
        windows(window.index, rows.len()),
        times("ts", all().map(|p| p.at)),
        counts("tick", all().map(|p| tick_of(window, p.tick))),
        words_or_none("symbol", all().map(|p| p.symbol.map(|id| symbol(market, id)))),
        words("kind", all().map(|p| p.kind.as_str())),
        money("amount", all().map(|p| p.amount))?,
    ])
}

const fn state(state: ExitState) -> &'static str {
    match state {
        ExitState::Closed => "closed",
        ExitState::Open => "open",
    }
}

/// `fills.parquet`: one row a fill; `order_id` joins it to its order in the same window.
pub(super) fn fills(window: Window, rows: &[FillRow], market: &Market) -> Result<RecordBatch, ArrowError> {
    let all = || rows.iter();
    table(vec![
        windows(window.index, rows.len()),
        counts("order_id", all().map(|f| f.order.0)),
        counts("tick", all().map(|f| tick_of(window, f.tick))),
        times("at", all().map(|f| f.at)),
        words("symbol", all().map(|f| symbol(market, f.symbol))),
        words("side", all().map(|f| f.side.as_str())),
        money("quantity", all().map(|f| f.quantity))?,
        money("price", all().map(|f| f.price))?,
        money("raw_price", all().map(|f| f.raw_price))?,
        money("notional", all().map(|f| f.notional))?,
        money("fee", all().map(|f| f.fee))?,
        words("liquidity", all().map(|f| f.liquidity.as_str())),
        money_or_none("realised_pnl", all().map(|f| f.realised_pnl))?,
    ])
}

/// `orders.parquet`: one row an order, refused ones with the code of the check.
pub(super) fn orders(window: Window, rows: &[OrderRow], market: &Market) -> Result<RecordBatch, ArrowError> {
    let all = || rows.iter();
    table(vec![
        windows(window.index, rows.len()),
        counts("order_id", all().map(|o| o.id.0)),
        words("origin", all().map(|o| origin(o.origin))),
        counts_or_none("parent_id", all().map(|o| parent(o.origin))),
        words(
            "symbol",
            all().map(|o| market.symbols.get(o.symbol.index()).map_or("", |s| s.instrument.symbol.as_str())),
        ),
        words("side", all().map(|o| o.side.as_str())),
        words("kind", all().map(|o| o.kind)),
        words("time_in_force", all().map(|o| o.time_in_force.as_str())),
        times_or_none("good_till", all().map(|o| good_till(o.time_in_force))),
        money_or_none("limit_price", all().map(|o| o.limit_price))?,
        money_or_none("trigger_price", all().map(|o| o.trigger_price))?,
        money_or_none("quantity", all().map(|o| o.quantity))?,
        money_or_none("amount", all().map(|o| o.amount))?,
        times("placed_at", all().map(|o| o.placed_at)),
        times("ended_at", all().map(|o| o.ended_at)),
        words("status", all().map(|o| o.status.as_str())),
        words("end_reason", all().map(|o| if refusal(o.end).is_some() { "refused" } else { o.end.as_str() })),
        words_or_none("refusal_code", all().map(|o| refusal(o.end))),
        money("filled", all().map(|o| o.filled))?,
        words("reason", all().map(|o| o.reason)),
        words("detail", all().map(|o| o.detail.as_str())),
    ])
}

const fn origin(origin: OrderOrigin) -> &'static str {
    match origin {
        OrderOrigin::Strategy => "strategy",
        OrderOrigin::Bracket(_) => "bracket",
        OrderOrigin::Risk => "risk",
        OrderOrigin::WindowEnd => "window_end",
        OrderOrigin::Liquidation => "liquidation",
    }
}

const fn parent(origin: OrderOrigin) -> Option<u64> {
    if let OrderOrigin::Bracket(entry) = origin { Some(entry.0) } else { None }
}

const fn good_till(time_in_force: TimeInForce) -> Option<Timestamp> {
    if let TimeInForce::GoodTill(at) = time_in_force { Some(at) } else { None }
}

const fn refusal(end: EndReason) -> Option<&'static str> {
    if let EndReason::Refused(code) = end { Some(code.as_str()) } else { None }
}

/// `equity.parquet`: one row a tick, or of the ticks that are kept, then with the tick's number in the window. On margin
/// with the value of the positions.
pub(super) fn equity(
    window: u32,
    part: &EquityPart,
    (rows, on_margin): (EquityRows, bool),
) -> Result<RecordBatch, ArrowError> {
    let mut columns = vec![windows(window, part.ts.len())];
    if !rows.are_bars() {
        columns.push(counts("tick", part.ticks.iter().map(|tick| *tick as u64)));
    }
    columns.extend([
        times("ts", part.ts.iter().copied()),
        money("equity", part.equity.iter().copied())?,
        money("cash", part.cash.iter().copied())?,
        column("drawdown", false, Arc::new(Float64Array::from_iter_values(part.drawdown.iter().copied()))),
        column("in_market", false, Arc::new(BooleanArray::from(part.in_market.clone()))),
    ]);
    if on_margin {
        columns.push(money("net", part.net.iter().copied())?);
        columns.push(money("gross", part.gross.iter().copied())?);
    }
    table(columns)
}
