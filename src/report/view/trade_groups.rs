//! Round trips in groups: by side, by symbol, by how they ended, by hour and weekday of the entry.

use std::collections::BTreeMap;

use chrono::{Datelike, Timelike};
use serde::Serialize;

use crate::report::numbers::{count, ratio, signed};
use crate::report::table::{Cell, Head, Table};
use crate::store::TradeRow;

/// Most rows of a table.
const ROWS: usize = 40;

/// One table of groups.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct TradeGroups {
    /// `by symbol`.
    pub title: &'static str,
    /// A row a group, the most trades first; hours and weekdays in their order.
    pub table: Table,
}

/// What is summed up of a group.
#[derive(Default)]
struct Sums {
    trades: usize,
    won: usize,
    pnl: f64,
    fees: f64,
    returns: f64,
}

/// The tables of an agent's closed round trips; those of one row alone are left out.
pub(super) fn groups(trades: &[TradeRow]) -> Vec<TradeGroups> {
    let closed: Vec<&TradeRow> = trades.iter().filter(|trade| trade.state == "closed").collect();
    let entry = |trade: &TradeRow| trade.entry_at.to_utc();
    let all_midnight = closed.iter().all(|trade| trade.entry_at.is_midnight());
    let mut all = vec![
        // Spot assets have one side, and no word for it.
        table("by side", "side", &closed, true, |trade| trade.side.clone().unwrap_or_default()),
        table("by symbol", "symbol", &closed, true, |trade| trade.symbol.clone()),
        table("by exit reason", "exit reason", &closed, true, |trade| trade.exit_reason.replace('_', " ")),
    ];
    if !all_midnight {
        all.push(table("by hour of the entry, UTC", "hour", &closed, false, |trade| {
            format!("{:02}:00", entry(trade).hour())
        }));
    }
    // Sorted by the number in front of the day.
    let numbered = |trade: &TradeRow| {
        let day = entry(trade).weekday();
        format!("{}{day}", day.num_days_from_monday())
    };
    let mut weekdays = table("by weekday of the entry, UTC", "weekday", &closed, false, numbered);
    for row in &mut weekdays.table.rows {
        row[0].text.remove(0);
    }
    all.push(weekdays);
    all.retain(|groups| groups.table.rows.len() > 1);
    all
}

fn table(
    title: &'static str,
    head: &str,
    trades: &[&TradeRow],
    by_size: bool,
    key: impl Fn(&TradeRow) -> String,
) -> TradeGroups {
    let mut groups: BTreeMap<String, Sums> = BTreeMap::new();
    for trade in trades {
        let sums = groups.entry(key(trade)).or_default();
        sums.trades += 1;
        sums.won += usize::from(trade.pnl.is_positive());
        sums.pnl += trade.pnl.to_f64();
        sums.fees += trade.fees.to_f64();
        sums.returns += trade.return_fraction * 100.0;
    }
    let mut groups: Vec<(String, Sums)> = groups.into_iter().collect();
    if by_size {
        groups.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.trades));
    }
    let mut columns = vec![Head::words(head)];
    columns.extend(["trades", "won %", "PnL", "mean return %", "fees"].map(Head::numbers));
    let rows = groups.into_iter().take(ROWS).map(|(name, sums)| row(&name, &sums));
    TradeGroups { title, table: Table { columns, rows: rows.collect() } }
}

#[expect(clippy::cast_precision_loss, reason = "counts of trades, shown only")]
fn row(name: &str, sums: &Sums) -> Vec<Cell> {
    let trades = sums.trades as f64;
    let cells = [
        Cell::words(name),
        Cell::number(Some(trades), |_| count(sums.trades)),
        Cell::number(Some(sums.won as f64 / trades * 100.0), ratio),
        Cell::number(Some(sums.pnl), signed).toned(),
        Cell::number(Some(sums.returns / trades), signed).toned(),
        Cell::number(Some(sums.fees), ratio),
    ];
    cells.map(Cell::by_text).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn trades_are_summed_up_in_groups() {
        let mut trades = fixture::trade_rows();
        trades.truncate(2);
        trades.iter_mut().for_each(|trade| trade.state = "closed".to_owned());
        trades[1].symbol = "ETH".to_owned();
        trades[1].exit_reason = "stop_loss".to_owned();
        let found = groups(&trades);
        let titles: Vec<&str> = found.iter().map(|one| one.title).collect();
        assert!(titles.contains(&"by symbol") && titles.contains(&"by exit reason"), "{titles:?}");
        let symbols: Vec<&str> = found[0].table.rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(symbols, ["BTC", "ETH"]);
        assert_eq!(found[0].table.rows[0][1].text, "1");
        assert!(groups(&[]).is_empty());
        // On margin long and short apart come first.
        trades[0].side = Some("long".to_owned());
        trades[1].side = Some("short".to_owned());
        let found = groups(&trades);
        assert_eq!(found[0].title, "by side");
        let sides: Vec<&str> = found[0].table.rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(sides, ["long", "short"]);
    }
}
