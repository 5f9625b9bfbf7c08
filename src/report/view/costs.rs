//! What each agent's trading and holding cost, by kind.

use rayon::prelude::*;
use serde::Serialize;

use super::series::significant;
use crate::domain::Cash;
use crate::report::numbers::money;
use crate::report::table::{Cell, Head, NONE, Table};
use crate::store::{CostKind, CostSums, StoreError, StoredRun, cost_sums};

/// Agents of the chart.
const BARS: usize = 30;

/// The agents' costs, in the leaderboard's order.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Costs {
    /// A row an agent, a column a kind that any of them has.
    pub table: Table,
    #[serde(skip)]
    pub chart: CostChart,
}

/// What the chart stacks, of the first agents of the leaderboard.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct CostChart {
    pub kinds: Vec<&'static str>,
    /// Names of the agents.
    pub agents: Vec<String>,
    /// By kind, then by agent.
    pub sums: Vec<Vec<f64>>,
}

/// The costs of every agent; `None` where nobody had any.
pub(super) fn costs(stored: &StoredRun) -> Result<Option<Costs>, StoreError> {
    let rows = &stored.leaderboard.rankings;
    let of = |name: &str| cost_sums(&stored.folder, name);
    let sums: Vec<CostSums> =
        rows.par_iter().with_max_len(1).map(|row| of(&row.agent)).collect::<Result<_, StoreError>>()?;
    let kinds: Vec<CostKind> =
        CostSums::KINDS.into_iter().filter(|(_, of)| sums.iter().any(|sums| !of(sums).is_zero())).collect();
    if kinds.is_empty() {
        return Ok(None);
    }
    let mut columns = vec![Head::words("agent")];
    columns.extend(kinds.iter().map(|(name, _)| Head::numbers(name)));
    columns.push(Head::numbers("total"));
    columns.push(Head::numbers("% of gross gain"));
    let table = rows.iter().zip(&sums).map(|(row, sums)| {
        let amount = |cash: Cash| Cell::money(&cash.to_string(), money);
        let mut cells = vec![Cell::words(row.agent.as_str())];
        cells.extend(kinds.iter().map(|(_, of)| amount(of(sums))));
        cells.push(amount(sums.total()));
        cells.push(share(sums, gained(stored, &row.agent)));
        cells
    });
    let of_kind =
        |(_, of): &CostKind| sums.iter().take(BARS).map(|sums| significant(of(sums).to_f64())).collect();
    let chart = CostChart {
        kinds: kinds.iter().map(|(name, _)| *name).collect(),
        agents: rows.iter().take(BARS).map(|row| row.agent.clone()).collect(),
        sums: kinds.iter().map(of_kind).collect(),
    };
    Ok(Some(Costs { table: Table { columns, rows: table.collect() }, chart }))
}

/// What an agent gained in all windows together, each from its own start, as its costs are.
fn gained(stored: &StoredRun, agent: &str) -> Cash {
    let windows = stored.agent(agent).map_or(&[][..], |record| &record.windows);
    windows.iter().map(|job| job.total_pnl).sum()
}

/// The costs in percent of what would have been gained without them.
fn share(sums: &CostSums, gained: Cash) -> Cell {
    let total = sums.total().to_f64();
    let gross = gained.to_f64() + total;
    if gross > 0.0 {
        return Cell::number(Some(total / gross * 100.0), crate::report::numbers::ratio);
    }
    Cell::words(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn kinds_that_nobody_has_get_no_column() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let found = costs(&stored).unwrap().unwrap();
        assert_eq!(found.chart.kinds, ["fees"]);
        let texts: Vec<&str> = found.table.rows[0].iter().map(|cell| cell.text.as_str()).collect();
        // 1.50 were gained after 0.04.
        assert_eq!(texts, ["trend, fast", "0.04", "0.04", "2.60"]);
        assert_eq!(found.table.rows[1][3].text, NONE);
    }
}
