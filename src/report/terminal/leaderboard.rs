//! The leaderboard as a table.

use super::Style;
use super::grid::{Column, draw};
use super::header::{header, paragraph};
use super::notes;
use crate::domain::Metric;
use crate::report::board::{Field, explained, fields};
use crate::report::cutoff::{self, CutoffTable};
use crate::report::spark::spark;
use crate::report::view::verdict;
use crate::report::wording;
use crate::store::StoredRun;

/// Columns of an agent's curve.
const CURVE: usize = 12;
const CURVE_HEAD: &str = "curve";

/// A run's leaderboard: what was replayed, the table, and what its numbers do not say.
pub fn leaderboard(stored: &StoredRun, style: Style) -> String {
    leaderboard_with_curves(stored, &[], style)
}

/// The same with every agent's curve as a sparkline where there is room and the signs for it; `curves` in the
/// scenario's order, as [`crate::report::sparks`] reads them.
pub fn leaderboard_with_curves(stored: &StoredRun, curves: &[Vec<f64>], style: Style) -> String {
    let mut text = header(&stored.run, style);
    text.push('\n');
    text.push_str(&drawn(stored, curves, style));
    text.push_str(&format!("results: {}\n", stored.folder.display()));
    text
}

/// What can be said about the winner, in one sentence.
pub fn verdict(stored: &StoredRun, style: Style) -> String {
    paragraph(&verdict::verdict(stored).sentence, style)
}

/// The table and its notes alone.
pub(super) fn table(stored: &StoredRun, style: Style) -> String {
    drawn(stored, &[], style)
}

fn drawn(stored: &StoredRun, curves: &[Vec<f64>], style: Style) -> String {
    let mut all = columns(stored, style);
    if style.unicode && !curves.is_empty() {
        all.insert(2, curve(stored, curves));
    }
    let mut drawing = draw(all, style);
    // No file has it as a column.
    drawing.left_out.retain(|head| *head != CURVE_HEAD);
    let is_shown = |metric: Metric| !drawing.left_out.contains(&metric.head());
    let shown = explained(is_shown);
    let annualised =
        if is_shown(Metric::CalmarRatio) { notes::annualised(stored, style) } else { String::new() };
    let notes = [
        notes::record(stored, style),
        notes::marked(stored, style),
        annualised,
        notes::left_out(&drawing.left_out, style),
        notes::missing(stored, &wording::shown_with_score(stored, &shown), style),
        notes::unfinished(stored, style),
        notes::proved(stored, style),
        notes::flags(stored, style),
        notes::origins(stored, style),
        notes::findings(stored, style),
    ];
    format!("{}\n{}{}", drawing.text, notes.concat(), cutoffs(stored, style))
}

/// The standings before and after each training cutoff.
fn cutoffs(stored: &StoredRun, style: Style) -> String {
    let table = |found: CutoffTable| {
        let columns = found.fields.iter().map(|field| Column::of(field, style)).collect();
        let notes = found.notes.iter().map(|note| paragraph(note, style));
        format!(
            "\n{}\n{}{}\n",
            paragraph(&found.title, style),
            draw(columns, style).text,
            notes.collect::<String>()
        )
    };
    cutoff::cutoffs(stored).into_iter().map(table).collect()
}

fn columns(stored: &StoredRun, style: Style) -> Vec<Column> {
    let rows = &stored.leaderboard.rankings;
    let column = |field: &Field| {
        let column = Column::of(field, style);
        if field.name == "agent" {
            column.strong_where(|i| rows.get(i).is_some_and(|row| row.rank == Some(1)))
        } else {
            column
        }
    };
    fields(stored).iter().map(column).collect()
}

/// One line of text an agent.
fn curve(stored: &StoredRun, curves: &[Vec<f64>]) -> Column {
    let index_of = |agent: &str| stored.run.agents.iter().position(|one| one.name == agent);
    let cells = stored.leaderboard.rankings.iter().map(|row| {
        let curve = index_of(&row.agent).and_then(|i| curves.get(i));
        spark(curve.map_or(&[], Vec::as_slice), CURVE)
    });
    let held = stored.run.benchmark_held.as_ref().map(|held| spark(&held.curve.index, CURVE));
    Column::words(CURVE_HEAD, 6, cells.chain(held))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RankingRecord, fixture};

    /// Five agents of realistic size.
    fn league() -> StoredRun {
        let mut stored = fixture::stored();
        let template = stored.leaderboard.rankings[0].clone();
        let row = |rank, agent: &str, roi: f64, trades| RankingRecord {
            rank: Some(rank),
            agent: agent.to_owned(),
            score: Some(roi),
            final_equity: format!("{:.8}", 10_000.0 * (1.0 + roi / 100.0)),
            roi_pct: Some(roi),
            total_pnl: format!("{:.8}", 100.0 * roi),
            sharpe_ratio: Some(roi / 60.0),
            sortino_ratio: Some(roi / 40.0),
            calmar_ratio: Some(roi / 30.0),
            max_drawdown_pct: Some(-roi.abs() / 3.0 - 1.0),
            win_rate: Some(48.125),
            profit_factor: Some(1.234),
            trades,
            fees: "1234.56789012".to_owned(),
            ..template.clone()
        };
        let idle = stored.leaderboard.rankings[1].clone();
        stored.leaderboard.rankings = vec![
            row(1, "donchian_breakout_20", 154.205, 1234),
            row(2, "momentum_top_3", 88.5, 210),
            row(3, "buy_and_hold", 61.0, 1),
            RankingRecord { rank: Some(4), ..idle },
            RankingRecord { status: "disqualified".to_owned(), ..row(5, "grid", -35.75, 5012) },
        ];
        stored
    }

    fn drawn(stored: &StoredRun, width: usize) -> String {
        let style = Style { width: Some(width), ..Style::PLAIN };
        leaderboard(stored, style).replace(&stored.run.run_id, "RUN")
    }

    #[test]
    fn at_eighty_columns_the_ranking_metric_and_risk_stay() {
        let expected = "\
first
BTC, ETH in USDT | 1d bars | 2024-01-01 to 2024-01-05 | 1 window
run RUN

#  agent                   ROI %  final equity  Sharpe  max DD %  status
------------------------------------------------------------------------------
1  donchian_breakout_20  +154.21     25,420.50    2.57    -52.40  completed
2  momentum_top_3         +88.50     18,850.00    1.48    -30.50  completed
3  buy_and_hold           +61.00     16,100.00    1.02    -21.33  completed
4  idle                     0.00        100.00       -      0.00  completed
5  grid                   -35.75      6,425.00   -0.60    -12.92  disqualified

hidden for lack of width: PnL, Sortino, Calmar, win %, PF, trades, fees;
  leaderboard.csv has all columns
- no dispersion in the returns: Sharpe of idle
results: reports/first/RUN
";
        assert_eq!(drawn(&league(), 80), expected);
    }

    #[test]
    fn curves_have_their_column_where_signs_and_room_allow() {
        let mut stored = league();
        stored.leaderboard.rankings.truncate(2);
        stored.leaderboard.rankings[0].agent = stored.run.agents[1].name.clone();
        let curves = [vec![], vec![1.0, 2.0, 3.0]];
        let text = |style| leaderboard_with_curves(&stored, &curves, style);
        let wide = Style { unicode: true, width: Some(140), ..Style::PLAIN };
        assert!(text(wide).contains("curve") && text(wide).contains("▁▅█"), "{}", text(wide));
        assert!(!text(Style::PLAIN).contains("curve"), "plain where it is piped");
        let narrow = text(Style { width: Some(60), ..wide });
        assert!(!narrow.contains("curve"), "neither shown nor missed: {narrow}");
    }

    #[test]
    fn at_a_hundred_columns() {
        let expected = "\
first
BTC, ETH in USDT | 1d bars | 2024-01-01 to 2024-01-05 | 1 window | run RUN

#  agent                   ROI %  final equity  Sharpe  max DD %  win %    PF  trades  status
---------------------------------------------------------------------------------------------------
1  donchian_breakout_20  +154.21     25,420.50    2.57    -52.40  48.12  1.23   1,234  completed
2  momentum_top_3         +88.50     18,850.00    1.48    -30.50  48.12  1.23     210  completed
3  buy_and_hold           +61.00     16,100.00    1.02    -21.33  48.12  1.23       1  completed
4  idle                     0.00        100.00       -      0.00      -     -       0  completed
5  grid                   -35.75      6,425.00   -0.60    -12.92  48.12  1.23   5,012  disqualified

hidden for lack of width: PnL, Sortino, Calmar, fees; leaderboard.csv has all columns
- no closed trades: win %, PF of idle
- no dispersion in the returns: Sharpe of idle
results: reports/first/RUN
";
        assert_eq!(drawn(&league(), 100), expected);
    }

    #[test]
    fn with_room_for_all() {
        let expected = "\
first
BTC, ETH in USDT | 1d bars | 2024-01-01 to 2024-01-05 | 1 window | run RUN

#  agent                   ROI %         PnL  final equity  Sharpe  Sortino  Calmar  max DD %  win %    PF  trades      fees  status
------------------------------------------------------------------------------------------------------------------------------------------
1  donchian_breakout_20  +154.21  +15,420.50     25,420.50    2.57     3.86    5.14    -52.40  48.12  1.23   1,234  1,234.57  completed
2  momentum_top_3         +88.50   +8,850.00     18,850.00    1.48     2.21    2.95    -30.50  48.12  1.23     210  1,234.57  completed
3  buy_and_hold           +61.00   +6,100.00     16,100.00    1.02     1.52    2.03    -21.33  48.12  1.23       1  1,234.57  completed
4  idle                     0.00        0.00        100.00       -        -       -      0.00      -     -       0      0.00  completed
5  grid                   -35.75   -3,575.00      6,425.00   -0.60    -0.89   -1.19    -12.92  48.12  1.23   5,012  1,234.57  disqualified

- no closed trades: win %, PF of idle
- no dispersion in the returns: Sharpe, Sortino of idle
- no drawdown: Calmar of idle
results: reports/first/RUN
";
        assert_eq!(drawn(&league(), 140), expected);
    }

    #[test]
    fn the_ranking_metric_comes_first_and_a_score_of_its_own_is_shown() {
        let mut stored = league();
        stored.leaderboard.ranking_metric = "calmar_ratio".to_owned();
        let text = drawn(&stored, 100);
        let head = text.lines().nth(3).unwrap();
        assert!(head.starts_with("#  agent                  score  Calmar"), "{head}");
    }

    #[test]
    fn headers_over_several_windows_name_the_fold() {
        let mut stored = league();
        stored.leaderboard.windows = 6;
        stored.leaderboard.aggregate = "mean".to_owned();
        stored.leaderboard.rankings[0].score = Some(-1.25);
        let text = drawn(&stored, 160);
        let lines: Vec<&str> = text.lines().collect();
        let index = lines.iter().position(|line| line.starts_with("#  agent")).unwrap();
        assert_eq!(lines[index - 1].split_whitespace().collect::<Vec<_>>(), ["record"; 10], "{text}");
        let heads = lines[index].split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(heads.starts_with("# agent mean ROI % scored ROI % PnL Sharpe"), "{text}");
        assert!(text.contains("`mean ROI %` is the mean of the scores of 6 windows"), "{text}");
    }

    #[test]
    fn a_score_that_is_no_number_has_its_reason_under_the_table() {
        let mut stored = league();
        stored.leaderboard.ranking_metric = "sortino_ratio".to_owned();
        let row = &mut stored.leaderboard.rankings[0];
        row.agent = "trend, fast".to_owned();
        row.score = None;
        row.missing.insert("score".to_owned(), "+infinity: no return below the threshold".to_owned());
        let text = drawn(&stored, 140);
        let note = "- +infinity: no return below the threshold: score of trend, fast\n";
        assert!(text.contains(note), "{text}");
    }

    #[test]
    fn unicode_and_colour_only_where_the_output_has_them() {
        assert!(drawn(&league(), 80).is_ascii());
        let style = Style { colour: true, unicode: true, width: Some(100) };
        let text = leaderboard(&league(), style);
        assert!(text.contains("\u{1b}[1m") && text.contains('─') && text.contains('–'), "{text}");
    }

    #[test]
    fn flattering_settings_and_failures_are_named() {
        let mut stored = fixture::stored();
        stored.run.flags.optimistic = vec!["fill_at = \"close\"".to_owned()];
        stored.run.flags.delisted = vec!["ETH".to_owned()];
        stored.run.flags.cut_fills = 3;
        let job = &mut stored.agents[0].windows[0];
        job.status = "forfeit".to_owned();
        job.status_detail = Some("out of budget at 2024-01-03T00:00:00Z".to_owned());
        let text = leaderboard(&stored, Style::PLAIN);
        let expected = "\
trend, fast: forfeit in window 0 (out of budget at 2024-01-03T00:00:00Z)
optimistic: fill_at = \"close\" fills orders at the close on which they were decided
bars ended inside a window: ETH (valued at the last close)
3 buys were reduced to what the wallet could pay
results: reports/first/RUN
";
        assert!(text.ends_with(expected), "{text}");
    }
}
