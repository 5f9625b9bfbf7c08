//! One agent's round trips.

use super::Style;
use super::grid::{Column, draw};
use super::header::filled;
use super::notes;
use crate::domain::{Cash, Timestamp};
use crate::report::numbers::{
    are_dates, between, cash, close_day, count, instant, price, quantity, ratio, signed, signed_cash,
};
use crate::report::wording::plural;
use crate::store::{StoredRun, TradeRow};

/// The latest `limit` round trips (0: all) as a table, with a line that sums up all of them.
pub fn trades(stored: &StoredRun, agent: &str, all: &[TradeRow], limit: usize, style: Style) -> String {
    let run = &stored.run;
    let head = [agent.to_owned(), run.scenario.clone(), format!("run {}", run.run_id)];
    let mut text = filled(&head, style.separator(), style);
    if all.is_empty() {
        return text + "no trades\n";
    }
    let first = if limit == 0 { 0 } else { all.len().saturating_sub(limit) };
    text.push('\n');
    let drawing = draw(columns(&all[first..], first, run.windows.len() > 1), style);
    text.push_str(&drawing.text);
    text.push('\n');
    text.push_str(&filled(&summary(all), ", ", style));
    text.push_str(&notes::hidden(&drawing.left_out, "trades.parquet", style));
    if first > 0 {
        let file = "trades.parquet has all";
        text.push_str(&format!("showing the last {} of {}; {file}\n", count(limit), count(all.len())));
    }
    text
}

fn columns(rows: &[TradeRow], first: usize, windows: bool) -> Vec<Column> {
    let dates = are_dates(rows.iter().flat_map(|trade| [trade.entry_at, trade.exit_at]));
    let text = |make: fn(&TradeRow) -> String| rows.iter().map(make);
    let mut columns = vec![Column::numbers("#", 0, (first + 1..).take(rows.len()).map(count))];
    if windows {
        columns.push(Column::numbers("window", 4, text(|trade| trade.window.to_string())));
    }
    columns.extend([Column::words("symbol", 0, text(|trade| trade.symbol.clone()))]);
    if rows.iter().any(|trade| trade.side.is_some()) {
        columns.push(Column::words("side", 0, text(|trade| trade.side.clone().unwrap_or_default())));
    }
    columns.extend([
        Column::words(
            "entry",
            0,
            rows.iter().map(|trade| fill_time(trade.entry_at, trade.entered_at_close, dates)),
        ),
        Column::words(
            "exit",
            1,
            rows.iter().map(|trade| fill_time(trade.exit_at, trade.exited_at_close, dates)),
        ),
        Column::numbers("held", 9, text(|trade| between(trade.entry_at, trade.exit_at))),
        Column::numbers("quantity", 5, text(|trade| quantity(trade.quantity))),
        Column::numbers("entry price", 3, text(|trade| price(trade.entry_price))),
        Column::numbers("exit price", 3, text(|trade| price(trade.exit_price))),
        Column::numbers("fees", 8, text(|trade| cash(trade.fees))),
        Column::gains("PnL", 0, text(|trade| signed_cash(trade.pnl))),
        Column::gains("return %", 2, text(|trade| signed(trade.return_fraction * 100.0))),
        Column::words("in", 10, text(|trade| trade.entry_reason.clone())),
        Column::words("out", 7, text(|trade| trade.exit_reason.clone())),
    ]);
    columns
}

/// When a fill was, as the day that its bar covers where `dates` is set.
fn fill_time(at: Timestamp, at_close: bool, dates: bool) -> String {
    if dates && at_close { close_day(at) } else { instant(at, dates) }
}

#[expect(clippy::cast_precision_loss, reason = "a count of trades, shown only")]
fn summary(all: &[TradeRow]) -> Vec<String> {
    let closed: Vec<&TradeRow> = all.iter().filter(|trade| trade.state == "closed").collect();
    let won = closed.iter().filter(|trade| trade.pnl.is_positive()).count();
    let mut parts = vec![plural(closed.len(), "closed trade")];
    if closed.len() < all.len() {
        parts.push(format!("{} open", count(all.len() - closed.len())));
    }
    if !closed.is_empty() {
        parts.push(format!("{} won ({} %)", count(won), ratio(won as f64 / closed.len() as f64 * 100.0)));
    }
    let pnl: Cash = all.iter().map(|trade| trade.pnl).sum();
    let fees: Cash = all.iter().map(|trade| trade.fees).sum();
    parts.push(format!("PnL {}", signed_cash(pnl)));
    parts.push(format!("fees {}", cash(fees)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn the_latest_trades_and_a_sum_of_all() {
        let (stored, rows) = (fixture::stored(), fixture::trade_rows());
        let expected = "\
trend, fast | first | run RUN

#  symbol  entry       exit        entry price  exit price     PnL  return %
----------------------------------------------------------------------------
2  BTC     2024-01-02  2024-01-04    42,000.50   43,000.00  -20.00     -0.38
3  BTC     2024-01-03  2024-01-04    42,000.50   43,000.00   +5.00     +0.10

2 closed trades, 1 open, 1 won (50.00 %), PnL +99.31, fees 31.88
hidden for lack of width: held, quantity, fees, in, out; trades.parquet has
  all columns
showing the last 2 of 3; trades.parquet has all
";
        let style = Style { width: Some(80), ..Style::PLAIN };
        let drawn = trades(&stored, "trend, fast", &rows, 2, style);
        assert_eq!(drawn.replace(&stored.run.run_id, "RUN"), expected);
    }

    #[test]
    fn all_trades_at_full_width_say_how_they_began_and_ended() {
        let rows = fixture::trade_rows();
        let drawn = trades(&fixture::stored(), "trend, fast", &rows, 100, Style::PLAIN);
        let first = drawn.lines().nth(4).unwrap();
        assert_eq!(
            first,
            "1  BTC     2024-01-01  2024-01-03    2d     0.125    42,000.50   43,000.00  10.63  +114.31     +2.17  cross_up  cross_down"
        );
        assert!(!drawn.contains("shown:"));
        assert_eq!(drawn, trades(&fixture::stored(), "trend, fast", &rows, 0, Style::PLAIN), "0 is all");
    }

    #[test]
    fn no_trades_is_a_sentence() {
        let drawn = trades(&fixture::stored(), "idle", &[], 10, Style::PLAIN);
        assert!(drawn.ends_with("\nno trades\n"), "{drawn}");
    }
}
