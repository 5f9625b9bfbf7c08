//! What an agent did, across its runs.

use super::super::Style;
use super::super::grid::{Column, draw};
use crate::domain::Cash;
use crate::report::numbers::{cash, count, instant, price, quantity, ratio, signed, signed_cash};
use crate::report::wording::plural;
use crate::store::registry::{HistoryFill, HistoryOrder, HistoryTrip, Placed};

/// The rows of a history, of one kind.
#[derive(Debug, Clone, Copy)]
pub enum HistoryTables<'a> {
    /// Orders of an agent.
    Orders(&'a [Placed<HistoryOrder>]),
    /// Fills of an agent.
    Fills(&'a [Placed<HistoryFill>]),
    /// Round trips of an agent.
    Trips(&'a [Placed<HistoryTrip>]),
}

/// The latest `limit` rows (0: all) as a table.
pub fn history(title: &str, rows: HistoryTables<'_>, limit: usize, style: Style) -> String {
    let (table, all, what) = match rows {
        HistoryTables::Orders(rows) => (orders(latest(rows, limit), style), rows.len(), "order"),
        HistoryTables::Fills(rows) => (fills(latest(rows, limit), style), rows.len(), "fill"),
        HistoryTables::Trips(rows) => (trips(latest(rows, limit), style), rows.len(), "round trip"),
    };
    if all == 0 {
        return format!("{}\nno {what}s\n", style.bold(title));
    }
    let mut text = format!("{}\n\n{table}\n{}", style.bold(title), plural(all, what));
    if let HistoryTables::Trips(rows) = rows {
        let closed = rows.iter().filter(|trip| trip.row.state == "closed");
        let pnl: Cash = closed.map(|trip| trip.row.pnl).sum();
        text.push_str(&format!(", PnL of closed ones {}", signed_cash(pnl)));
    }
    text.push('\n');
    if limit > 0 && all > limit {
        text.push_str(&format!(
            "showing the last {} of {}; `--limit 0` shows all\n",
            count(limit),
            count(all)
        ));
    }
    text
}

fn latest<R>(rows: &[R], limit: usize) -> &[R] {
    let first = if limit == 0 { 0 } else { rows.len().saturating_sub(limit) };
    rows.get(first..).unwrap_or_default()
}

/// The columns that say where a row belongs.
fn rank_columns<R>(rows: &[Placed<R>]) -> Vec<Column> {
    let mut columns = vec![
        Column::words("run", 3, rows.iter().map(|one| one.run_id.clone())),
        Column::numbers("version", 9, rows.iter().map(|one| one.version.to_string())),
        Column::numbers("epoch", 10, rows.iter().map(|one| one.epoch.to_string())),
    ];
    if rows.iter().any(|one| one.window > 0) {
        columns.push(Column::numbers("window", 8, rows.iter().map(|one| one.window.to_string())));
    }
    columns
}

fn trips(rows: &[Placed<HistoryTrip>], style: Style) -> String {
    let text = |make: fn(&HistoryTrip) -> String| rows.iter().map(move |one| make(&one.row));
    let mut columns = rank_columns(rows);
    columns.extend([
        Column::words("symbol", 0, text(|trip| trip.symbol.clone())),
        Column::words("entry", 0, text(|trip| instant(trip.entry_at, false))),
        Column::words("exit", 1, text(|trip| instant(trip.exit_at, false))),
        Column::numbers("quantity", 5, text(|trip| quantity(trip.quantity))),
        Column::numbers("entry price", 6, text(|trip| price(trip.entry_price))),
        Column::numbers("exit price", 6, text(|trip| price(trip.exit_price))),
        Column::gains("PnL", 0, text(|trip| signed_cash(trip.pnl))),
        Column::gains("return %", 2, text(|trip| signed(trip.return_fraction * 100.0))),
        Column::words("out", 4, text(|trip| trip.exit_reason.clone())),
    ]);
    draw(columns, style).text
}

fn fills(rows: &[Placed<HistoryFill>], style: Style) -> String {
    let text = |make: fn(&HistoryFill) -> String| rows.iter().map(move |one| make(&one.row));
    let none = || style.none().to_owned();
    let mut columns = rank_columns(rows);
    columns.extend([
        Column::words("at (UTC)", 0, text(|fill| instant(fill.at, false))),
        Column::words("symbol", 0, text(|fill| fill.symbol.clone())),
        Column::words("side", 0, text(|fill| fill.side.clone())),
        Column::numbers("quantity", 1, text(|fill| quantity(fill.quantity))),
        Column::numbers("price", 2, text(|fill| price(fill.price))),
        Column::numbers("fee", 6, text(|fill| cash(fill.fee))),
        Column::gains("posting", 4, text(|fill| signed_cash(fill.posting()))),
        Column::gains(
            "realised",
            5,
            rows.iter().map(|one| one.row.realised_pnl.map_or_else(none, signed_cash)),
        ),
    ]);
    draw(columns, style).text
}

fn orders(rows: &[Placed<HistoryOrder>], style: Style) -> String {
    let text = |make: fn(&HistoryOrder) -> String| rows.iter().map(move |one| make(&one.row));
    let none = || style.none().to_owned();
    let asked = rows.iter().map(|one| match (one.row.quantity, one.row.amount) {
        (Some(base), _) => quantity(base),
        (None, Some(amount)) => format!("for {}", ratio(amount.to_f64())),
        (None, None) => none(),
    });
    let at = rows.iter().map(|one| one.row.limit_price.or(one.row.trigger_price).map_or_else(none, price));
    let mut columns = rank_columns(rows);
    columns.extend([
        Column::words("placed (UTC)", 0, text(|order| instant(order.placed_at, false))),
        Column::words("symbol", 0, text(|order| order.symbol.clone())),
        Column::words("side", 0, text(|order| order.side.clone())),
        Column::words("kind", 1, text(|order| order.kind.clone())),
        Column::numbers("asked", 4, asked),
        Column::numbers("at", 5, at),
        Column::words("status", 0, text(|order| order.status.clone())),
        Column::words("why", 2, text(|order| order.end_reason.clone())),
        Column::words("reason", 6, text(|order| order.reason.clone())),
    ]);
    draw(columns, style).text
}
