//! The metrics of a series made elsewhere, as programs read them.
//!
//! Owns the order of the keys; the metrics have those of every file, in the same units. A value that does not exist is
//! null, with its reason under `missing`. Never computes a metric.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::domain::Metric;
use crate::metrics::Measure;

/// What was measured, by which conventions, and what came of it.
#[derive(Debug, Clone)]
pub struct SeriesReport {
    /// The file as it was named.
    pub file: String,
    /// Name of the column.
    pub column: String,
    /// `returns` or `equity`.
    pub kind: &'static str,
    /// Metrics profile the numbers follow.
    pub profile: &'static str,
    /// Return periods in a year.
    pub periods_per_year: f64,
    /// Rate per year.
    pub risk_free_rate: f64,
    /// Rate per year.
    pub minimum_acceptable_return: f64,
    /// Number of returns.
    pub returns: usize,
    /// Time of the first row, where rows have times.
    pub start: Option<String>,
    /// Time of the last row.
    pub end: Option<String>,
    /// The benchmark's file and column.
    pub benchmark: Option<(String, String)>,
    /// Every metric in the unit of files, in the order of the report.
    pub metrics: Vec<(Metric, Measure)>,
}

impl SeriesReport {
    /// As JSON, final newline included.
    ///
    /// # Errors
    /// Never: every value is text or a finite number.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl Serialize for SeriesReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", &self.file)?;
        map.serialize_entry("column", &self.column)?;
        map.serialize_entry("kind", self.kind)?;
        map.serialize_entry("profile", self.profile)?;
        map.serialize_entry("periods_per_year", &self.periods_per_year)?;
        map.serialize_entry("risk_free_rate", &self.risk_free_rate)?;
        map.serialize_entry("minimum_acceptable_return", &self.minimum_acceptable_return)?;
        map.serialize_entry("returns", &self.returns)?;
        map.serialize_entry("start", &self.start)?;
        map.serialize_entry("end", &self.end)?;
        map.serialize_entry("benchmark", &self.benchmark.as_ref().map(|(file, _)| file))?;
        map.serialize_entry("benchmark_column", &self.benchmark.as_ref().map(|(_, column)| column))?;
        for (metric, measure) in &self.metrics {
            map.serialize_entry(metric.key(), &measure.ok())?;
        }
        map.serialize_entry("missing", &Missing(&self.metrics))?;
        map.end()
    }
}

/// The reasons of what does not exist.
struct Missing<'a>(&'a [(Metric, Measure)]);

impl Serialize for Missing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reasons =
            self.0.iter().filter_map(|(metric, value)| Some((metric.key(), value.err()?.to_string())));
        serializer.collect_map(reasons)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::metrics::Missing;

    pub fn report() -> SeriesReport {
        SeriesReport {
            file: "fund.csv".to_owned(),
            column: "returns".to_owned(),
            kind: "returns",
            profile: "tiltyard",
            periods_per_year: 252.0,
            risk_free_rate: 0.02,
            minimum_acceptable_return: 0.0,
            returns: 30,
            start: Some("2024-01-02T00:00:00Z".to_owned()),
            end: Some("2024-02-12T00:00:00Z".to_owned()),
            benchmark: None,
            metrics: vec![
                (Metric::RoiPct, Ok(7.93)),
                (Metric::SharpeRatio, Ok(4.18)),
                (Metric::SortinoRatio, Err(Missing::NoDownside)),
                (Metric::MaxDrawdownPct, Ok(-2.4)),
                (Metric::Alpha, Err(Missing::NoBenchmark)),
                (Metric::Beta, Err(Missing::NoBenchmark)),
            ],
        }
    }

    #[test]
    fn the_json_to_the_letter() {
        let expected = r#"{
  "file": "fund.csv",
  "column": "returns",
  "kind": "returns",
  "profile": "tiltyard",
  "periods_per_year": 252.0,
  "risk_free_rate": 0.02,
  "minimum_acceptable_return": 0.0,
  "returns": 30,
  "start": "2024-01-02T00:00:00Z",
  "end": "2024-02-12T00:00:00Z",
  "benchmark": null,
  "benchmark_column": null,
  "roi_pct": 7.93,
  "sharpe_ratio": 4.18,
  "sortino_ratio": null,
  "max_drawdown_pct": -2.4,
  "alpha": null,
  "beta": null,
  "missing": {
    "sortino_ratio": "no return below the threshold",
    "alpha": "no benchmark",
    "beta": "no benchmark"
  }
}
"#;
        assert_eq!(report().to_json().unwrap(), expected);
    }
}
