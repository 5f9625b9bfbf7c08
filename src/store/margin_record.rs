//! What positions on margin did, as stored: in the leaderboard of runs with an instrument on margin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::csv;
use crate::domain::Metric;
use crate::metrics::MarginMetrics;

/// Carry and the metrics of positions on margin of an agent, over all windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarginRecord {
    /// Funding, borrow fees and interest; quote currency, eight decimal places, negative where it cost.
    pub carry: String,
    /// Metrics of the catalogue by key; null where there is none.
    pub metrics: BTreeMap<String, Option<f64>>,
}

impl MarginRecord {
    /// Of what was measured.
    pub fn new(measured: &MarginMetrics) -> Self {
        let value = |metric: Metric| {
            let measure = measured.value(metric).and_then(Result::ok);
            measure.map(|value| metric.in_file_unit(value))
        };
        let metrics = Metric::MARGIN.iter().map(|&metric| (metric.key().to_owned(), value(metric)));
        Self { carry: measured.carry().to_string(), metrics: metrics.collect() }
    }

    /// A metric of margin; money as the nearest `f64`.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.metrics.get(metric.key()).copied().flatten()
    }

    /// The columns of the leaderboard's CSV.
    pub fn csv(record: Option<&Self>) -> Vec<(&'static str, String)> {
        let cell = |metric: Metric| match (metric, record) {
            (_, None) => String::new(),
            (Metric::Carry, Some(record)) => record.carry.clone(),
            (_, Some(record)) => csv::float(record.value(metric)),
        };
        Metric::MARGIN.iter().map(|&metric| (metric.key(), cell(metric))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cash;

    #[test]
    fn carry_is_exact_and_a_metric_without_a_value_is_empty() {
        let funding = Cash::from_units(-123_456_789);
        let record = MarginRecord::new(&MarginMetrics { funding, ..MarginMetrics::default() });
        assert_eq!(record.carry, "-1.23456789");
        let cells: BTreeMap<&str, String> = MarginRecord::csv(Some(&record)).into_iter().collect();
        assert_eq!((cells["carry"].as_str(), cells["long_win_rate_pct"].as_str()), ("-1.23456789", ""));
        assert!(MarginRecord::csv(None).iter().all(|(_, cell)| cell.is_empty()));
    }
}
