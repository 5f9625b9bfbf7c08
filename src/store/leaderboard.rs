//! `leaderboard.json` and `leaderboard.csv`: the contract that others script against.
//!
//! Owns the keys, their order and the form of the values: money as text with eight places, percentages as
//! percent, a value that does not exist as null, floats in the shortest form that reads back the same.
//! Keys may be added at the end of an entry; none is ever renamed.

use serde::{Deserialize, Serialize};

use super::{RunId, StoreError, csv};
use crate::domain::Cash;
use crate::tournament::{Ranking, Tournament};

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
    /// Best first.
    pub rankings: Vec<RankingRecord>,
}

/// One row of the leaderboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingRecord {
    /// From 1.
    pub rank: u32,
    /// Who.
    pub agent: String,
    /// By which it is ranked.
    pub score: Option<f64>,
    /// Quote currency, eight places.
    pub final_equity: String,
    /// Percent.
    pub roi_pct: Option<f64>,
    /// Quote currency, eight places.
    pub total_pnl: String,
    /// Annualised.
    pub sharpe_ratio: Option<f64>,
    /// Annualised.
    pub sortino_ratio: Option<f64>,
    /// CAGR over drawdown.
    pub calmar_ratio: Option<f64>,
    /// Percent, at most 0.
    pub max_drawdown_pct: Option<f64>,
    /// Percent.
    pub win_rate: Option<f64>,
    /// Gains over losses.
    pub profit_factor: Option<f64>,
    /// Closed round trips.
    pub trades: usize,
    /// Quote currency, eight places.
    pub fees: String,
    /// `completed`, `disqualified` or `forfeit`.
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
            rankings: board.rankings.iter().map(RankingRecord::new).collect(),
        }
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
        let mut text = csv::line(COLUMNS);
        for row in &self.rankings {
            text.push_str(&csv::line(row.csv_values()));
        }
        text
    }
}

const COLUMNS: [&str; 18] = [
    "rank",
    "agent",
    "score",
    "final_equity",
    "roi_pct",
    "total_pnl",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "max_drawdown_pct",
    "win_rate",
    "profit_factor",
    "trades",
    "fees",
    "status",
    "alpha",
    "beta",
    "information_ratio",
];

impl RankingRecord {
    fn new(row: &Ranking) -> Self {
        Self {
            rank: row.rank,
            agent: row.name.to_string(),
            score: row.score,
            final_equity: row.final_equity.to_string(),
            roi_pct: row.roi_pct,
            total_pnl: row.total_pnl.to_string(),
            sharpe_ratio: row.sharpe_ratio,
            sortino_ratio: row.sortino_ratio,
            calmar_ratio: row.calmar_ratio,
            max_drawdown_pct: row.max_drawdown_pct,
            win_rate: row.win_rate,
            profit_factor: row.profit_factor,
            trades: row.trades,
            fees: row.fees.to_string(),
            status: row.status.to_owned(),
            alpha: row.alpha,
            beta: row.beta,
            information_ratio: row.information_ratio,
        }
    }

    /// The value of a metric by its key; money as the nearest `f64`. `None` where there is none, or no such
    /// metric.
    pub fn value(&self, metric: &str) -> Option<f64> {
        match metric {
            "roi_pct" => self.roi_pct,
            "total_pnl" => self.total_pnl.parse::<Cash>().ok().map(Cash::to_f64),
            "sharpe_ratio" => self.sharpe_ratio,
            "sortino_ratio" => self.sortino_ratio,
            "calmar_ratio" => self.calmar_ratio,
            "max_drawdown_pct" => self.max_drawdown_pct,
            "win_rate" => self.win_rate,
            "profit_factor" => self.profit_factor,
            _ => None,
        }
    }

    fn csv_values(&self) -> [String; 18] {
        [
            self.rank.to_string(),
            self.agent.clone(),
            csv::float(self.score),
            self.final_equity.clone(),
            csv::float(self.roi_pct),
            self.total_pnl.clone(),
            csv::float(self.sharpe_ratio),
            csv::float(self.sortino_ratio),
            csv::float(self.calmar_ratio),
            csv::float(self.max_drawdown_pct),
            csv::float(self.win_rate),
            csv::float(self.profit_factor),
            self.trades.to_string(),
            self.fees.clone(),
            self.status.clone(),
            csv::float(self.alpha),
            csv::float(self.beta),
            csv::float(self.information_ratio),
        ]
    }
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
      "information_ratio": null
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
      "information_ratio": null
    }
  ]
}
"#
        .replace("RUN", &run.id.to_string());
        assert_eq!(record.to_json().unwrap(), expected);
    }

    #[test]
    fn the_csv_has_the_same_columns_and_quotes_odd_names() {
        let record = LeaderboardRecord::new(&fixture::run().id, "first", &fixture::tournament());
        let expected = "\
rank,agent,score,final_equity,roi_pct,total_pnl,sharpe_ratio,sortino_ratio,calmar_ratio,max_drawdown_pct,win_rate,profit_factor,trades,fees,status,alpha,beta,information_ratio
1,\"trend, fast\",1.5,101.50000000,1.5,1.50000000,0.30000000000000004,,,-2,100,,1,0.04000000,completed,,,
2,idle,0,100.00000000,0,0.00000000,,,,0,,,0,0.00000000,completed,,,
";
        assert_eq!(record.to_csv(), expected);
    }

    /// The columns are the keys of an entry in JSON, in the same order.
    #[test]
    fn columns_are_the_keys() {
        let record = LeaderboardRecord::new(&fixture::run().id, "first", &fixture::tournament());
        let json = serde_json::to_string(&record.rankings[0]).unwrap();
        let mut rest = json.as_str();
        for name in COLUMNS {
            let at = rest.find(&format!("\"{name}\":")).unwrap();
            rest = &rest[at..];
        }
    }
}
