//! The leaderboard's columns, once for the terminal and for pages.

use super::numbers::{self, gain, grouped, money, ratio};
use super::table::{Cell, Head};
use super::wording;
use crate::domain::Metric;
use crate::store::{HeldRecord, RankingRecord, StoredRun, UsageRecord};

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

/// What all numbers of a leaderboard of several windows are of.
const RECORD: &str = "record";

/// A column with its cells, in the order of the rows.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: &'static str,
    /// The head that only the run knows, instead of the name: `mean ROI %`.
    pub title: Option<String>,
    /// What a number is of, before its head: `record`.
    pub over: Option<&'static str>,
    /// Numbers stand to the right.
    pub numeric: bool,
    /// How soon a narrow table leaves it out; 0 for never.
    pub drop: u8,
    /// What it is, where it is a metric.
    pub metric: Option<Metric>,
    pub cells: Vec<Cell>,
}

impl Field {
    /// Header of the column.
    pub fn head(&self) -> Head {
        let name = self.title.clone().unwrap_or_else(|| self.name.to_owned());
        let name = self.over.map_or_else(|| name.clone(), |over| format!("{over} {name}"));
        Head { name, numeric: self.numeric, hint: None }.explained(self.metric)
    }
}

/// The metrics and heads whose absent values are explained under a table, among those shown.
pub(super) fn explained(shown: impl Fn(Metric) -> bool) -> Vec<wording::Shown> {
    METRICS.into_iter().filter(|(m, _)| shown(*m)).map(|(metric, _)| (metric.key(), metric.head())).collect()
}

/// All columns that this leaderboard has, in order: the metric that ranks comes first and always stays, amounts stand
/// beside the return. Over several windows numbers are those of the whole record, and their heads say so.
pub(super) fn fields(stored: &StoredRun) -> Vec<Field> {
    let board = &stored.leaderboard;
    let rows = &board.rankings;
    let several = board.windows > 1;
    let field = |name, numeric, drop, cell: &dyn Fn(&RankingRecord) -> Cell| Field {
        name,
        title: None,
        over: None,
        numeric,
        drop,
        metric: None,
        cells: rows.iter().map(cell).collect(),
    };
    #[expect(clippy::cast_precision_loss, reason = "counts, shown only")]
    let counted = |n: usize| Cell::number(Some(n as f64), |_| numbers::count(n));
    let known = numbers::form(&board.ranking_metric);
    let shown = |value: f64| known.as_ref().map_or_else(|| ratio(value), |form| form(value));
    let mut all = vec![
        field("#", true, 0, &|row| Cell::number(row.rank.map(f64::from), |rank| rank.to_string())),
        field("agent", false, 0, &|row| Cell::words(row.agent.as_str())),
    ];
    // Where it says something else than the ranking metric's own column.
    if wording::score_says_more(stored) {
        let score =
            |row: &RankingRecord| Cell::score(wording::shown_score(row, &board.ranking_metric), shown);
        let title = Some(wording::score_head(stored));
        all.push(Field { title, ..field("score", true, 0, &score) });
    }
    // Where windows without a score are left out of a mean or median.
    if wording::is_aggregated(stored) {
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
    if rows.iter().any(|row| row.usage.is_some()) {
        for (&metric, drop) in Metric::USAGE.iter().zip(USAGE_DROPS) {
            let cell = |row: &RankingRecord| used(row, metric);
            all.push(Field { metric: Some(metric), ..field(metric.head(), true, drop, &cell) });
        }
    }
    all.push(field("trades", true, 5, &|row| counted(row.trades)));
    all.push(field("fees", true, 11, &|row| Cell::money(&row.fees, money)));
    if rows.iter().any(|row| row.margin.is_some()) {
        let carry = |row: &RankingRecord| {
            row.margin.as_ref().map_or_else(|| Cell::words(""), |held| Cell::money(&held.carry, gain))
        };
        all.push(field(Metric::Carry.head(), true, 9, &carry));
    }
    if rows.iter().any(|row| row.status != "completed") {
        all.push(field("status", false, 0, &|row| Cell::words(row.status.as_str())));
    }
    // What `agent prove` has found, where anybody asked.
    if rows.iter().any(|row| row.proved.is_some()) {
        let verdict = |row: &RankingRecord| {
            Cell::words(row.proved.as_ref().map_or("not tested", |proof| proof.verdict.as_str()))
        };
        all.push(field("proved", false, 0, &verdict));
    }
    let ranked_by = Metric::of_key(&board.ranking_metric);
    let over = (several && !board.aggregate.is_empty()).then_some(RECORD);
    for field in &mut all {
        let is_ranked_by = field.metric.is_some() && field.metric == ranked_by;
        field.drop = if is_ranked_by { 0 } else { field.drop };
        let is_usage = field.metric.is_some_and(|metric| Metric::USAGE.contains(&metric));
        field.over = over.filter(|_| {
            field.metric.is_some() && !is_usage || ["trades", "fees", "carry"].contains(&field.name)
        });
    }
    if let Some(held) = &stored.run.benchmark_held {
        all.iter_mut().for_each(|field| field.cells.push(held_cell(field, held)));
    } else if let Some(name) = &stored.run.benchmark {
        mark_benchmark(&mut all, rows, name);
    }
    all.sort_by_key(|field| group(field, ranked_by));
    all
}

/// The cell of the benchmark's own row, which has no rank, trades or fees.
fn held_cell(field: &Field, held: &HeldRecord) -> Cell {
    match (field.name, field.metric) {
        ("agent", _) => Cell::words(format!("{} ({BENCHMARK}, held)", held.symbol)),
        (_, Some(metric)) => match held.value(metric) {
            Some(value) => {
                let cell = Cell::number(Some(value), |value| numbers::measured(metric, value));
                if metric.info().signed { cell.toned() } else { cell }
            }
            None => Cell::words(""),
        },
        _ => Cell::words(""),
    }
}

/// Says which agent is the benchmark.
fn mark_benchmark(fields: &mut [Field], rows: &[RankingRecord], name: &str) {
    let Some(index) = rows.iter().position(|row| row.agent == name) else { return };
    if let Some(field) = fields.iter_mut().find(|field| field.name == "agent") {
        field.cells[index].text.push_str(&format!(" ({BENCHMARK})"));
    }
}

/// The word beside a benchmark's name.
const BENCHMARK: &str = "benchmark";

/// How soon a narrow table leaves out each metric of usage.
const USAGE_DROPS: [u8; 4] = [10, 8, 4, 7];

/// A metric of usage; a cost with its currency.
fn used(row: &RankingRecord, metric: Metric) -> Cell {
    let value = row.usage.as_ref().and_then(|usage| usage.value(metric));
    Cell::number(value, |value| match metric {
        Metric::Cost => {
            let usage = row.usage.as_ref();
            let amount = usage.and_then(UsageRecord::amount).map_or_else(String::new, numbers::cost);
            format!("{amount} {}", usage.and_then(|usage| usage.currency.as_deref()).unwrap_or_default())
        }
        Metric::ReturnPerCost => numbers::measured(metric, value),
        _ => grouped(&format!("{value:.0}")),
    })
}

/// The group a column is sorted into; within a group columns keep the order above.
fn group(field: &Field, ranked_by: Option<Metric>) -> u8 {
    match (field.metric, field.name) {
        (None, "final equity") => 3,
        (None, "trades" | "fees" | "carry" | "status" | "proved") => 5,
        (Some(metric), _) if Metric::USAGE.contains(&metric) => 6,
        (None, _) => 0,
        (metric, _) if metric == ranked_by => 1,
        (Some(Metric::RoiPct | Metric::TotalPnl), _) => 2,
        (Some(_), _) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn the_ranking_metric_comes_first_and_several_windows_have_no_final_equity() {
        let mut stored = fixture::stored();
        stored.leaderboard.ranking_metric = "max_drawdown_pct".to_owned();
        let heads =
            |stored: &StoredRun| fields(stored).iter().map(|field| field.head().name).collect::<Vec<_>>();
        assert_eq!(heads(&stored)[2..6], ["score", "max DD %", "ROI %", "PnL"], "{:?}", heads(&stored));
        assert!(heads(&stored).contains(&"final equity".to_owned()));
        stored.leaderboard.windows = 3;
        stored.leaderboard.aggregate = "median".to_owned();
        assert_eq!(
            heads(&stored)[2..7],
            ["median max DD %", "scored", "record max DD %", "record ROI %", "record PnL"]
        );
        assert!(!heads(&stored).iter().any(|head| head.contains("final equity")));
    }
}
