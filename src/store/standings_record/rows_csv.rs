//! The rows of a record as `standings.csv`.

use super::{StandingRecord, StandingsRecord};
use crate::store::csv;

pub(super) const COLUMNS: [&str; 21] = [
    "rank",
    "agent",
    "score",
    "score_infinite",
    "score_low",
    "score_high",
    "mean_score",
    "mean_score_low",
    "mean_score_high",
    "mean_rank",
    "rank_low",
    "rank_high",
    "first_probability",
    "wins",
    "ties",
    "losses",
    "first_places",
    "scored_windows",
    "acted_windows",
    "disqualified_windows",
    "confidence_set_p",
];

impl StandingsRecord {
    /// The bytes of `standings.csv`: one line an agent, best first, three columns a rating system.
    pub fn to_csv(&self) -> String {
        let systems: Vec<&str> = self.ratings.iter().map(|system| system.system.as_str()).collect();
        let rated = systems
            .iter()
            .flat_map(|name| [(*name).to_owned(), format!("{name}_low"), format!("{name}_high")]);
        let mut text = csv::line(COLUMNS.iter().map(|name| (*name).to_owned()).chain(rated));
        for row in &self.standings {
            text.push_str(&csv::line(row.csv_values(&systems)));
        }
        text
    }
}

impl StandingRecord {
    fn csv_values(&self, systems: &[&str]) -> Vec<String> {
        let mut values = vec![
            self.rank.to_string(),
            self.agent.clone(),
            csv::float(self.score),
            self.score_infinite.clone().unwrap_or_default(),
            csv::float(self.score_low),
            csv::float(self.score_high),
            csv::float(self.mean_score),
            csv::float(self.mean_score_low),
            csv::float(self.mean_score_high),
            csv::float(self.mean_rank),
            self.rank_low.to_string(),
            self.rank_high.to_string(),
            csv::float(Some(self.first_probability)),
            self.wins.to_string(),
            self.ties.to_string(),
            self.losses.to_string(),
            self.first_places.to_string(),
            self.scored_windows.to_string(),
            self.acted_windows.to_string(),
            self.disqualified_windows.to_string(),
            csv::float(self.confidence_set_p),
        ];
        for system in systems {
            let rated = self.ratings.get(*system);
            let ends = [rated.map(|r| r.rating), rated.and_then(|r| r.low), rated.and_then(|r| r.high)];
            values.extend(ends.map(csv::float));
        }
        values
    }
}
