//! The same number is the same wherever it is shown: leaderboard, record, page, chart, heat map, comparison, terminal.

use std::collections::BTreeMap;
use std::path::Path;

use super::View;
use super::compare::Comparison;
use crate::market::{self, LoadRequest, Market};
use crate::report::numbers::{ratio, signed};
use crate::report::terminal::{self, Style};
use crate::scenario::Scenario;
use crate::store::{Run, RunWriter, StoredRun, fixture};
use crate::tournament::{DateRange, NoProgress, TournamentPlan, plan_windows, run};

const SCENARIO: &str = r#"
[scenario]
name = "agreement"
seed = 3

[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = 2023-05-01
end      = 2023-09-01

[[agents]]
name     = "trend"
strategy = { kind = "sma_cross", fast = 12, slow = 60 }

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = { kind = "buy_and_hold" }

[[agents]]
name     = "idle"
strategy = { kind = "cash" }

[battle]
ranking_metric = "sharpe_ratio"
windows        = { kind = "sequential", length = "35d", count = 3 }
"#;

fn played(out: &Path) -> StoredRun {
    let (scenario, _) = Scenario::parse(SCENARIO, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let frames = BTreeMap::new();
    let request = LoadRequest {
        spec: &scenario.market,
        frames: &frames,
        history_bars: 0,
        detail: false,
        benchmark: None,
    };
    let market: Market = market::load(&request).unwrap();
    let range = DateRange::from(market.in_range);
    let windows = plan_windows(&scenario.battle.windows, &market, range, scenario.seed).unwrap();
    let plan = TournamentPlan { scenario: &scenario, market: &market, windows: &windows };
    let tournament = run(&plan, &NoProgress).unwrap();
    let run =
        Run { id: fixture::other_id(3), scenario: &scenario, source: SCENARIO, market: &market, csv: false };
    RunWriter::open(out, run).unwrap().finish(&tournament).unwrap()
}

#[test]
fn every_output_shows_the_record() {
    let out = tempfile::tempdir().unwrap();
    let stored = played(out.path());
    let view = View::read(&stored).unwrap();
    let comparison = Comparison::read(&[stored.clone(), stored.clone()]).unwrap();
    let curves = view.charts.curves.chained.as_ref().unwrap();
    let show = terminal::show(&stored, Style::PLAIN);
    for row in &stored.leaderboard.rankings {
        let record = stored.agent(&row.agent).unwrap();
        for metric in [
            "roi_pct",
            "cagr_pct",
            "sharpe_ratio",
            "calmar_ratio",
            "max_drawdown_pct",
            "win_rate",
            "profit_factor",
        ] {
            assert_eq!(row.value(metric), record.value(metric), "{} {metric}", row.agent);
        }
        let windows: f64 = row.windows.iter().map(|window| window.total_pnl.parse::<f64>().unwrap()).sum();
        assert!((windows - row.total_pnl.parse::<f64>().unwrap()).abs() < 1e-6);
        let grown = row.windows.iter().fold(1.0, |all, window| all * (1.0 + window.roi_pct.unwrap() / 100.0));
        let roi = row.roi_pct.unwrap();
        assert!(((grown - 1.0) * 100.0 - roi).abs() < 1e-9, "{} {grown}", row.agent);

        // The chart: its last point, and how far it fell.
        let index = stored.run.agents.iter().position(|agent| agent.name == row.agent).unwrap();
        let curve = &curves[index];
        let last = curve.equity.seconds().last().unwrap().1;
        assert!((last - 100.0 - roi).abs() < 1e-3, "{}: {last} on the chart, {roi} %", row.agent);
        let deepest = curve.drawdown.seconds().iter().map(|point| point.1).fold(0.0, f64::min);
        let drawdown = row.max_drawdown_pct.unwrap();
        assert!((deepest - drawdown).abs() < 2e-3, "{}: {deepest} on the chart, {drawdown}", row.agent);

        // The heat map's years, one after the other.
        let agent = view.agents.iter().find(|agent| agent.name == row.agent).unwrap();
        let years = agent.years.iter().map(|year| 1.0 + year.total.text.parse::<f64>().unwrap() / 100.0);
        let years = (years.product::<f64>() - 1.0) * 100.0;
        assert!((years - roi).abs() < 0.1 + roi.abs() / 100.0, "{}: {years} by years, {roi}", row.agent);

        // Tables as people read them: the page's, the comparison's, the terminal's.
        if row.agent == "idle" {
            continue;
        }
        let texts = [signed(roi), ratio(row.sharpe_ratio.unwrap()), ratio(drawdown)];
        let cells = |rows: &[Vec<crate::report::table::Cell>]| -> Vec<String> {
            let named = rows.iter().find(|cells| cells.iter().any(|cell| cell.text == row.agent)).unwrap();
            named.iter().map(|cell| cell.text.clone()).collect()
        };
        let line = show.lines().find(|line| line.split_whitespace().nth(1) == Some(&row.agent)).unwrap();
        let page = terminal::agent(&stored, record, Style::PLAIN);
        for text in &texts {
            assert!(cells(&view.board.table.rows).contains(text), "{text}");
            assert!(cells(&comparison.board.rows).contains(text), "{text}");
            assert!(line.contains(text.as_str()), "{text} in {line}");
            assert!(page.contains(text.trim_start_matches('+')), "{text} in {page}");
        }
    }
    assert!(!show.contains("final equity"));
    assert!(show.contains("numbers are those of the whole record: 3 windows chained, 105 days"), "{show}");
}

#[test]
fn an_idle_agent_is_shown_as_dashes_and_ranks_by_zero_return() {
    let out = tempfile::tempdir().unwrap();
    let stored = played(out.path());
    let idle = stored.leaderboard.rankings.iter().find(|row| row.agent == "idle").unwrap();
    assert_eq!((idle.score, idle.sharpe_ratio, idle.roi_pct), (Some(0.0), None, Some(0.0)));
    assert_eq!(idle.missing["sharpe_ratio"], "idle: nothing was traded");
    assert_eq!(idle.missing["profit_factor"], "no closed trades");
    let show = terminal::show(&stored, Style::PLAIN);
    let line = show.lines().find(|line| line.split_whitespace().nth(1) == Some("idle")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[2..9], ["-"; 7], "{line}");
    let behind_every_gain = stored.leaderboard.rankings.iter().all(|row| {
        let sharpe = row.sharpe_ratio.unwrap_or(0.0);
        row.agent == "idle" || (sharpe > 0.0) == (row.rank < idle.rank)
    });
    assert!(behind_every_gain);
}
