//! How stored metrics are called and shown, by their keys: as the catalogue says; one that it does not know goes by
//! its key.

use super::numbers::{measured, ratio};
use crate::domain::Metric;

/// The position of a metric in tables; unknown ones come last.
pub(super) fn order(key: &str) -> usize {
    Metric::ALL.iter().position(|metric| metric.key() == key).unwrap_or(usize::MAX)
}

/// Title with the sign of its unit: `max drawdown %`.
pub(super) fn title(key: &str) -> String {
    match Metric::of_key(key).map(|metric| (metric.info().title, metric.unit().sign())) {
        Some((title, sign)) if title.ends_with(sign) => title.to_owned(),
        Some((title, sign)) => format!("{title} {sign}"),
        None => match key.strip_suffix("_pct") {
            Some(stem) => format!("{stem} %").replace('_', " "),
            None => key.replace('_', " "),
        },
    }
}

/// The number without its sign of percent; with a plus where more is a gain.
pub(super) fn shown(key: &str, value: f64) -> String {
    Metric::of_key(key).map_or_else(|| ratio(value), |metric| measured(metric, value))
}
