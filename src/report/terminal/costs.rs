//! What an agent's trading and holding cost, by kind.

use super::Style;
use super::grid::{Column, draw};
use crate::domain::Cash;
use crate::report::numbers::cash;
use crate::store::{CostSums, StoredRun, cost_sums};

/// A line for each kind that the agent has, with the sum below several; nothing where there is none, or the run's folder
/// lacks its tables.
pub(super) fn costs(stored: &StoredRun, agent: &str, style: Style) -> String {
    cost_sums(&stored.folder, agent).map_or_else(|_| String::new(), |sums| table(&sums, style))
}

fn table(sums: &CostSums, style: Style) -> String {
    let mut rows: Vec<(&str, Cash)> = CostSums::KINDS
        .iter()
        .map(|(name, of)| (*name, of(sums)))
        .filter(|(_, sum)| !sum.is_zero())
        .collect();
    if rows.len() > 1 {
        rows.push(("total", sums.total()));
    }
    if rows.is_empty() {
        return String::new();
    }
    let columns = vec![
        Column::words("kind", 0, rows.iter().map(|(name, _)| (*name).to_owned())),
        Column::numbers("cost", 0, rows.iter().map(|(_, sum)| cash(*sum))),
    ];
    draw(columns, style).text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn kinds_without_a_cost_have_no_line() {
        let sums =
            CostSums { fees: fixture::cash("2"), funding: fixture::cash("-0.5"), ..CostSums::default() };
        let text = table(&sums, Style::PLAIN);
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(lines, ["fees      2.00", "funding  -0.50", "total     1.50"]);
        assert_eq!(table(&CostSums::default(), Style::PLAIN), "");
    }
}
