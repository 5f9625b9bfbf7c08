//! The leaderboard's columns, once for the terminal and for pages.

use super::numbers::{self, gain, money, ratio};
use super::table::{Cell, Head};
use super::wording;
use crate::domain::Metric;
use crate::store::{RankingRecord, StoredRun};

/// The metrics of a leaderboard that may have no value, in its order, each with how soon a narrow table leaves it out.
pub(super) const METRICS: [(Metric, u8); 7] = [
    (Metric::RoiPct, 1),
    (Metric::SharpeRatio, 2),
    (Metric::SortinoRatio, 9),
    (Metric::CalmarRatio, 10),
    (Metric::MaxDrawdownPct, 3),
    (Metric::WinRate, 6),
    (Metric::ProfitFactor, 7),
];

/// A column with its cells, in the order of the rows.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: &'static str,
    /// Numbers stand to the right.
    pub numeric: bool,
    /// How soon a narrow table leaves it out; 0 for never.
    pub drop: u8,
    /// What it is, where it is a metric.
    pub metric: Option<Metric>,
    pub cells: Vec<Cell>,
}

impl Field {
    /// Its head.
    pub fn head(&self) -> Head {
        Head { name: self.name.to_owned(), numeric: self.numeric }
    }
}

/// The metrics and heads whose absent values are explained under a table, among those shown.
pub(super) fn explained(shown: impl Fn(Metric) -> bool) -> Vec<wording::Shown> {
    METRICS.into_iter().filter(|(m, _)| shown(*m)).map(|(metric, _)| (metric.key(), metric.head())).collect()
}

/// All columns that this leaderboard has.
pub(super) fn fields(stored: &StoredRun) -> Vec<Field> {
    let board = &stored.leaderboard;
    let rows = &board.rankings;
    let several = board.windows > 1;
    let field = |name, numeric, drop, cell: &dyn Fn(&RankingRecord) -> Cell| Field {
        name,
        numeric,
        drop,
        metric: None,
        cells: rows.iter().map(cell).collect(),
    };
    #[expect(clippy::cast_precision_loss, reason = "counts, shown only")]
    let counted = |n: usize| Cell::number(Some(n as f64), |_| numbers::count(n));
    let mut all = vec![
        field("#", true, 0, &|row| Cell::number(row.rank.map(f64::from), |rank| rank.to_string())),
        field("agent", false, 0, &|row| Cell::words(row.agent.as_str())),
    ];
    // Where it says something else than the ranking metric's own column.
    if wording::score_says_more(stored) {
        let score =
            |row: &RankingRecord| Cell::score(wording::shown_score(row, &board.ranking_metric), ratio);
        all.push(field("score", true, 0, &score));
    }
    // Where windows without a score are left out of a mean or median.
    if several && matches!(board.aggregate.as_str(), "mean" | "median") {
        all.push(field("scored", true, 0, &|row| counted(row.scored_windows)));
    }
    for (metric, drop) in METRICS {
        let form = |value| numbers::measured(metric, value);
        let cell = |row: &RankingRecord| {
            let cell = Cell::score(wording::shown(row, metric.key()), form);
            if metric.info().signed { cell.toned() } else { cell }
        };
        all.push(Field { metric: Some(metric), ..field(metric.head(), true, drop, &cell) });
    }
    let pnl = |row: &RankingRecord| match row.is_idle() {
        true => Cell::number(None, ratio),
        false => Cell::money(&row.total_pnl, gain),
    };
    all.push(Field { metric: Some(Metric::TotalPnl), ..field(Metric::TotalPnl.head(), true, 8, &pnl) });
    // Over several windows every one of them starts with a fresh wallet.
    if !several {
        all.push(field("final equity", true, 4, &|row| Cell::money(&row.final_equity, money)));
    }
    all.push(field("trades", true, 5, &|row| counted(row.trades)));
    all.push(field("fees", true, 11, &|row| Cell::money(&row.fees, money)));
    if rows.iter().any(|row| row.status != "completed") {
        all.push(field("status", false, 0, &|row| Cell::words(row.status.as_str())));
    }
    all
}
