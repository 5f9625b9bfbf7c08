//! `leaderboard.json` and `leaderboard.csv`: the contract that others script against.
//!
//! Owns the keys, their order and the form of the values: money as text with eight decimal places, percentages as
//! percent, a value that does not exist as null, floats in the shortest form that reads back the same.
//! Keys may be added at the end of an entry; none is ever renamed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::proof_record::ProofRecord;
use super::{
    CutoffRecord, MarginRecord, ModelRecord, RunId, StoreError, UsageRecord, agent_record, csv, score_record,
};
use crate::domain::{Cash, Metric, UsageTotals};
use crate::metrics::{Missing, Score};
use crate::process::Recording;
use crate::scenario::{ProcessSpec, Scenario};
use crate::tournament::{
    Ranking, Spread, Tournament, WindowResult, WindowSpan, remembered_in_words, score, shown,
};

/// The ranking over all windows, as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeaderboardRecord {
    /// The run's id, 12 characters.
    pub run_id: String,
    /// The scenario's name.
    pub scenario: String,
    /// By what the agents are ranked.
    pub ranking_metric: String,
    /// How many windows.
    pub windows: usize,
    /// Best first; agents that are not ranked last.
    pub rankings: Vec<RankingRecord>,
    /// What the numbers of a row are of: `record`, all windows one after the other, or ranked by the `mean` or `median`
    /// of the windows' scores. Empty in runs of older versions, whose numbers are means over the windows.
    #[serde(default)]
    pub aggregate: String,
    /// Agents with fewer closed round trips are not ranked.
    #[serde(default)]
    pub min_trades: u32,
    /// Whether windows overlap, so that the record counts shared bars more than once.
    #[serde(default)]
    pub windows_overlap: bool,
    /// Findings of level error in the bars that the scenario accepts; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// The standings before and after each training cutoff of agents' models; absent where no agent has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cutoffs: Vec<CutoffRecord>,
    /// How far the repeats of agents lie apart that play every window several times; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<SpreadRecord>,
    /// Agents of the scenario that did not take part, one sentence each; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// How far the repeats of an agent lie apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpreadRecord {
    /// Name of the agent.
    pub agent: String,
    /// How often it played every window.
    pub repeats: usize,
    /// What it is ranked by: the mean of its repeats' scores; null where it is no number.
    pub mean: Option<f64>,
    /// Sample standard deviation of their scores; null where one is no number.
    pub standard_deviation: Option<f64>,
    /// The smallest of their scores; null where it is no number.
    pub minimum: Option<f64>,
    /// The largest of their scores; null where it is no number.
    pub maximum: Option<f64>,
}

impl SpreadRecord {
    fn new(spread: &Spread) -> Self {
        let (least, most) = spread.range().unwrap_or((Score::Absent, Score::Absent));
        Self {
            agent: spread.agent.to_string(),
            repeats: spread.scores.len(),
            mean: spread.mean.number(),
            standard_deviation: spread.deviation,
            minimum: least.number(),
            maximum: most.number(),
        }
    }
}

/// One row of the leaderboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingRecord {
    /// From 1; null for an agent with too few trades to be ranked.
    pub rank: Option<u32>,
    /// Name of the agent.
    pub agent: String,
    /// By which it is ranked; null where it is no number.
    pub score: Option<f64>,
    /// Quote currency, eight decimal places; over several windows the start grown as they grew.
    pub final_equity: String,
    /// Return on investment in percent.
    pub roi_pct: Option<f64>,
    /// Quote currency, eight decimal places.
    pub total_pnl: String,
    /// Annualised Sharpe ratio.
    pub sharpe_ratio: Option<f64>,
    /// Annualised Sortino ratio.
    pub sortino_ratio: Option<f64>,
    /// CAGR over drawdown.
    pub calmar_ratio: Option<f64>,
    /// Percent, at most 0.
    pub max_drawdown_pct: Option<f64>,
    /// Share of winning trades in percent.
    pub win_rate: Option<f64>,
    /// Gains over losses.
    pub profit_factor: Option<f64>,
    /// Closed round trips.
    pub trades: usize,
    /// Quote currency, eight decimal places.
    pub fees: String,
    /// `completed`, `disqualified`, `liquidated` or `forfeit`.
    pub status: String,
    /// Jensen's, per year, as a fraction; against the benchmark.
    #[serde(default)]
    pub alpha: Option<f64>,
    /// Against the benchmark.
    #[serde(default)]
    pub beta: Option<f64>,
    /// Against the benchmark, not annualised.
    #[serde(default)]
    pub information_ratio: Option<f64>,
    /// Compound annual growth rate, percent.
    #[serde(default)]
    pub cagr_pct: Option<f64>,
    /// Length of the record in whole days.
    #[serde(default)]
    pub record_days: i64,
    /// The same where growth a year is put to a year from less than one.
    #[serde(default)]
    pub annualised_from_days: Option<i64>,
    /// Windows that have a score.
    #[serde(default)]
    pub scored_windows: usize,
    /// When the largest drawdown began and when it was deepest.
    #[serde(default)]
    pub drawdown: Option<RecordDrawdown>,
    /// Why a value is null, or is not shown: `+infinity: no losing trades`. Under `score` that of the score.
    #[serde(default)]
    pub missing: BTreeMap<String, String>,
    /// What each window did.
    #[serde(default)]
    pub windows: Vec<RankedWindow>,
    /// The language model that the scenario names for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRecord>,
    /// What its decisions used of language models; of programs, where any agent reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageRecord>,
    /// Metrics of positions on margin; absent in runs without an instrument on margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginRecord>,
    /// What `agent prove` has found of the agent; absent where it was not tested. Never in the file of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<ProofRecord>,
}

/// When the largest drawdown of a record was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordDrawdown {
    /// When its peak was reached.
    pub peak_at: String,
    /// When its trough was.
    pub trough_at: String,
}

/// One window of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankedWindow {
    /// Index of the window, from 0.
    pub window: u32,
    /// The ranking metric; null where it is no number.
    pub score: Option<f64>,
    /// Reason the value is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Return on investment in percent.
    pub roi_pct: Option<f64>,
    /// Quote currency, eight decimal places.
    pub total_pnl: String,
    /// Quote currency, eight decimal places.
    pub final_equity: String,
    /// Percent, at most 0.
    pub max_drawdown_pct: f64,
    /// Closed round trips.
    pub trades: usize,
    /// Whether it begins before the training cutoff of the agent's model, which may have read about it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub before_cutoff: bool,
    /// What its decisions used, as in the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageRecord>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl LeaderboardRecord {
    /// Of a finished tournament.
    pub fn new(run: &RunId, scenario: &str, tournament: &Tournament) -> Self {
        let board = &tournament.leaderboard;
        Self {
            run_id: run.to_string(),
            scenario: scenario.to_owned(),
            ranking_metric: board.ranking_metric.as_str().to_owned(),
            windows: tournament.windows.len(),
            rankings: board.rankings.iter().map(|row| RankingRecord::new(row, tournament)).collect(),
            aggregate: board.aggregate.as_str().to_owned(),
            min_trades: board.min_trades,
            windows_overlap: overlap(&tournament.windows),
            accepted: Vec::new(),
            cutoffs: Vec::new(),
            left_out: Vec::new(),
            repeats: board.repeats.iter().map(SpreadRecord::new).collect(),
        }
    }

    /// The same with the models that the scenario names, and the windows marked that begin before their cutoffs.
    #[must_use]
    pub(super) fn with_models(mut self, scenario: &Scenario, windows: &[WindowSpan]) -> Self {
        for row in &mut self.rankings {
            let Some(model) = program(scenario, &row.agent).and_then(|program| program.model.as_ref()) else {
                continue;
            };
            let starts_before = |window: u32| {
                let span = windows.iter().find(|span| span.window.index == window);
                span.zip(model.training_cutoff).is_some_and(|(span, cutoff)| span.start < cutoff)
            };
            row.windows.iter_mut().for_each(|window| window.before_cutoff = starts_before(window.window));
            let marked = row.windows.iter().filter(|window| window.before_cutoff).count();
            row.model = Some(ModelRecord::new(model, marked));
        }
        self
    }

    /// The same with what programs used, where any of them reports it.
    #[must_use]
    pub(super) fn with_usage(mut self, scenario: &Scenario, recording: &Recording) -> Self {
        let used = recording.usage();
        if !used.values().any(UsageTotals::is_reported) {
            return self;
        }
        for row in &mut self.rankings {
            let Some(program) = program(scenario, &row.agent) else { continue };
            let mut all = UsageTotals::default();
            for window in &mut row.windows {
                let own = used
                    .iter()
                    .find(|((agent, index), _)| agent.as_str() == row.agent && *index == window.window);
                let Some((_, totals)) = own else { continue };
                all.add(totals);
                window.usage = Some(UsageRecord::new(totals, &program.currency, window.roi_pct));
            }
            row.usage = Some(UsageRecord::new(&all, &program.currency, row.roi_pct));
        }
        self
    }

    /// The bytes of `leaderboard.json`, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no leaderboard causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::pretty("the leaderboard", self)
    }

    /// The bytes of `leaderboard.csv`: the keys of a ranking as columns.
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        let on_margin = self.rankings.iter().any(|row| row.margin.is_some());
        let is_used = self.rankings.iter().any(|row| row.usage.is_some());
        for (index, row) in self.rankings.iter().enumerate() {
            let mut cells = row.csv().to_vec();
            if on_margin {
                cells.extend(MarginRecord::csv(row.margin.as_ref()));
            }
            if is_used {
                cells.extend(UsageRecord::csv(row.usage.as_ref()));
            }
            if index == 0 {
                text.push_str(&csv::line(cells.iter().map(|(head, _)| *head)));
            }
            text.push_str(&csv::line(cells.iter().map(|(_, value)| value)));
        }
        text
    }
}

/// The program that decides for an agent.
fn program<'a>(scenario: &'a Scenario, agent: &str) -> Option<&'a ProcessSpec> {
    scenario.agents.iter().find(|spec| spec.name.as_str() == agent)?.strategy.kind.program()
}

/// Whether a window starts before an earlier one has ended.
fn overlap(windows: &[WindowSpan]) -> bool {
    let mut spans: Vec<_> = windows.iter().map(|window| (window.start, window.end)).collect();
    spans.sort_unstable();
    spans.windows(2).any(|pair| pair[1].0 < pair[0].1)
}

impl RankingRecord {
    fn new(row: &Ranking, tournament: &Tournament) -> Self {
        let record = &row.record;
        let summary = &record.record.summary;
        let (values, reasons) = agent_record::metrics_of(record, &tournament.leaderboard.conventions);
        let value = |metric: Metric| values.get(metric.key()).copied().flatten();
        // A row without a benchmark is not explained: the run has none.
        let explained = |name: &str| EXPLAINED.iter().any(|metric| metric.key() == name);
        let reasons = (&reasons).into_iter().filter(|(name, _)| explained(name));
        let mut missing: BTreeMap<String, String> =
            reasons.map(|(name, reason)| (name.to_owned(), reason.clone())).collect();
        if let Some(reason) = score_record::reason(row.score, row.score_missing) {
            missing.insert("score".to_owned(), reason);
        }
        Self {
            rank: row.rank,
            agent: row.name.to_string(),
            score: row.score.number(),
            final_equity: record.final_equity.to_string(),
            roi_pct: value(Metric::RoiPct),
            total_pnl: record.total_pnl.to_string(),
            sharpe_ratio: value(Metric::SharpeRatio),
            sortino_ratio: value(Metric::SortinoRatio),
            calmar_ratio: value(Metric::CalmarRatio),
            max_drawdown_pct: value(Metric::MaxDrawdownPct),
            win_rate: value(Metric::WinRate),
            profit_factor: value(Metric::ProfitFactor),
            trades: record.trades,
            fees: record.fees.to_string(),
            status: row.status.to_owned(),
            alpha: value(Metric::Alpha),
            beta: value(Metric::Beta),
            information_ratio: value(Metric::InformationRatio),
            cagr_pct: value(Metric::CagrPct),
            record_days: summary.days(),
            annualised_from_days: record
                .cagr
                .ok()
                .map(|_| summary.days())
                .filter(|days| (30..365).contains(days)),
            scored_windows: row.scored_windows,
            drawdown: (record.max_drawdown.depth < 0.0).then(|| RecordDrawdown {
                peak_at: record.max_drawdown.peak_at.to_string(),
                trough_at: record.max_drawdown.trough_at.to_string(),
            }),
            missing,
            windows: windows(row.agent, tournament),
            model: None,
            usage: None,
            margin: record.margin.as_deref().map(MarginRecord::new),
            proved: None,
        }
    }

    /// The score, infinities included.
    pub fn known_score(&self) -> Score {
        score_record::score(self.score, self.missing.get("score").map(String::as_str))
    }

    /// The score of a metric by its key, infinities included.
    pub fn known_value(&self, metric: &str) -> Score {
        score_record::score(self.value(metric), self.missing.get(metric).map(String::as_str))
    }

    /// Why its score may be remembered: windows begin before the training cutoff of its model.
    pub fn remembered(&self) -> Option<String> {
        let model = self.model.as_ref().filter(|model| model.windows_before_cutoff > 0)?;
        let cutoff = model.training_cutoff.as_deref()?;
        Some(remembered_in_words(model.windows_before_cutoff, self.windows.len(), cutoff))
    }

    /// Whether the agent held cash all along.
    pub fn is_idle(&self) -> bool {
        self.missing.get(Metric::SharpeRatio.key()).is_some_and(|reason| reason == &Missing::Idle.to_string())
    }

    /// The value of a metric by its key; money as the nearest `f64`. `None` where there is none, or no such
    /// metric.
    pub fn value(&self, metric: &str) -> Option<f64> {
        match Metric::of_key(metric)? {
            Metric::RoiPct => self.roi_pct,
            Metric::TotalPnl => self.total_pnl.parse::<Cash>().ok().map(Cash::to_f64),
            Metric::SharpeRatio => self.sharpe_ratio,
            Metric::SortinoRatio => self.sortino_ratio,
            Metric::CalmarRatio => self.calmar_ratio,
            Metric::MaxDrawdownPct => self.max_drawdown_pct,
            Metric::WinRate => self.win_rate,
            Metric::ProfitFactor => self.profit_factor,
            Metric::CagrPct => self.cagr_pct,
            Metric::Alpha => self.alpha,
            Metric::Beta => self.beta,
            Metric::InformationRatio => self.information_ratio,
            metric if Metric::MARGIN.contains(&metric) => self.margin.as_ref()?.value(metric),
            metric => self.usage.as_ref()?.value(metric),
        }
    }

    /// The columns of the CSV with this row's values: the keys of JSON up to the number of scored windows.
    fn csv(&self) -> [(&'static str, String); 22] {
        let metric = |metric: Metric| (metric.key(), csv::float(self.value(metric.key())));
        [
            ("rank", self.rank.map_or_else(String::new, |rank| rank.to_string())),
            ("agent", self.agent.clone()),
            ("score", csv::float(self.score)),
            ("final_equity", self.final_equity.clone()),
            metric(Metric::RoiPct),
            (Metric::TotalPnl.key(), self.total_pnl.clone()),
            metric(Metric::SharpeRatio),
            metric(Metric::SortinoRatio),
            metric(Metric::CalmarRatio),
            metric(Metric::MaxDrawdownPct),
            metric(Metric::WinRate),
            metric(Metric::ProfitFactor),
            ("trades", self.trades.to_string()),
            ("fees", self.fees.clone()),
            ("status", self.status.clone()),
            metric(Metric::Alpha),
            metric(Metric::Beta),
            metric(Metric::InformationRatio),
            metric(Metric::CagrPct),
            ("record_days", self.record_days.to_string()),
            ("scored_windows", self.scored_windows.to_string()),
            ("score_missing", self.missing.get("score").cloned().unwrap_or_default()),
        ]
    }
}

/// Metrics of a row whose absence is explained in it.
const EXPLAINED: [Metric; 8] = [
    Metric::RoiPct,
    Metric::CagrPct,
    Metric::SharpeRatio,
    Metric::SortinoRatio,
    Metric::CalmarRatio,
    Metric::MaxDrawdownPct,
    Metric::WinRate,
    Metric::ProfitFactor,
];

fn windows(agent: usize, tournament: &Tournament) -> Vec<RankedWindow> {
    let board = &tournament.leaderboard;
    let window = |result: &WindowResult| {
        let metrics = &result.metrics;
        let score = score(metrics, board.ranking_metric, &board.conventions);
        let missing = shown(metrics, board.ranking_metric, &board.conventions).err();
        RankedWindow {
            window: result.replay.window.index,
            score: score.number(),
            missing: score_record::reason(score, missing),
            roi_pct: metrics.total_return.ok().map(|fraction| fraction * 100.0),
            total_pnl: metrics.total_pnl.to_string(),
            final_equity: metrics.final_equity.to_string(),
            max_drawdown_pct: metrics.max_drawdown.depth * 100.0,
            trades: metrics.trades,
            before_cutoff: false,
            usage: None,
        }
    };
    tournament.agents[agent].windows.iter().map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn the_json_is_the_contract_to_the_letter() {
        let run = fixture::run();
        let tournament = fixture::tournament();
        let record = LeaderboardRecord::new(&run.id, "first", &tournament);
        let expected = r#"{
  "run_id": "RUN",
  "scenario": "first",
  "ranking_metric": "roi_pct",
  "windows": 1,
  "rankings": [
    {
      "rank": 1,
      "agent": "trend, fast",
      "score": 1.5,
      "final_equity": "101.50000000",
      "roi_pct": 1.5,
      "total_pnl": "1.50000000",
      "sharpe_ratio": 0.30000000000000004,
      "sortino_ratio": null,
      "calmar_ratio": null,
      "max_drawdown_pct": -2.0,
      "win_rate": 100.0,
      "profit_factor": null,
      "trades": 1,
      "fees": "0.04000000",
      "status": "completed",
      "alpha": null,
      "beta": null,
      "information_ratio": null,
      "cagr_pct": 0.0,
      "record_days": 5,
      "annualised_from_days": null,
      "scored_windows": 1,
      "drawdown": {
        "peak_at": "2024-01-03T00:00:00Z",
        "trough_at": "2024-01-04T00:00:00Z"
      },
      "missing": {
        "calmar_ratio": "no drawdown",
        "profit_factor": "+infinity: no losing trades",
        "sortino_ratio": "no return below the threshold"
      },
      "windows": [
        {
          "window": 0,
          "score": 1.5,
          "roi_pct": 1.5,
          "total_pnl": "1.50000000",
          "final_equity": "101.50000000",
          "max_drawdown_pct": -2.0,
          "trades": 1
        }
      ]
    },
    {
      "rank": 2,
      "agent": "idle",
      "score": 0.0,
      "final_equity": "100.00000000",
      "roi_pct": 0.0,
      "total_pnl": "0.00000000",
      "sharpe_ratio": null,
      "sortino_ratio": null,
      "calmar_ratio": null,
      "max_drawdown_pct": 0.0,
      "win_rate": null,
      "profit_factor": null,
      "trades": 0,
      "fees": "0.00000000",
      "status": "completed",
      "alpha": null,
      "beta": null,
      "information_ratio": null,
      "cagr_pct": 0.0,
      "record_days": 5,
      "annualised_from_days": null,
      "scored_windows": 1,
      "drawdown": null,
      "missing": {
        "calmar_ratio": "no drawdown",
        "profit_factor": "no closed trades",
        "sharpe_ratio": "no dispersion in the returns",
        "sortino_ratio": "no dispersion in the returns",
        "win_rate": "no closed trades"
      },
      "windows": [
        {
          "window": 0,
          "score": 0.0,
          "roi_pct": 0.0,
          "total_pnl": "0.00000000",
          "final_equity": "100.00000000",
          "max_drawdown_pct": 0.0,
          "trades": 0
        }
      ]
    }
  ],
  "aggregate": "record",
  "min_trades": 0,
  "windows_overlap": false
}
"#
        .replace("RUN", &run.id.to_string());
        assert_eq!(record.to_json().unwrap(), expected);
    }

    #[test]
    fn the_csv_has_the_same_columns_and_quotes_odd_names() {
        let record = LeaderboardRecord::new(&fixture::run().id, "first", &fixture::tournament());
        let expected = "\
rank,agent,score,final_equity,roi_pct,total_pnl,sharpe_ratio,sortino_ratio,calmar_ratio,max_drawdown_pct,win_rate,profit_factor,trades,fees,status,alpha,beta,information_ratio,cagr_pct,record_days,scored_windows,score_missing
1,\"trend, fast\",1.5,101.50000000,1.5,1.50000000,0.30000000000000004,,,-2,100,,1,0.04000000,completed,,,,0,5,1,
2,idle,0,100.00000000,0,0.00000000,,,,0,,,0,0.00000000,completed,,,,0,5,1,
";
        assert_eq!(record.to_csv(), expected);
    }

    /// The columns are the keys of an entry in JSON, in the same order.
    #[test]
    fn columns_are_the_keys() {
        let record = LeaderboardRecord::new(&fixture::run().id, "first", &fixture::tournament());
        let json = serde_json::to_string(&record.rankings[0]).unwrap();
        let mut rest = json.as_str();
        // The last column is an entry of `missing`.
        let cells = record.rankings[0].csv();
        for (name, _) in &cells[..cells.len() - 1] {
            let at = rest.find(&format!("\"{name}\":")).unwrap();
            rest = &rest[at..];
        }
    }
}
