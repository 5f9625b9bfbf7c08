//! Findings of the data check and their severity.

use std::fmt;

use crate::domain::Timestamp;

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Informational; no reason to distrust the data.
    Info,
    /// A backtest may be misleading where it uses these bars.
    Warning,
    /// Wrong or misleading data; not to be replayed as it is.
    Error,
}

impl Severity {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The file cannot be read at all.
    Unreadable,
    /// The file has no rows.
    Empty,
    /// Irregular header, preamble or time format that simple readers fail on.
    Layout,
    /// A value is null, empty or NaN.
    Missing,
    /// A value is infinite.
    NonFinite,
    /// A price of zero or less.
    NotPositive,
    /// A price or a volume above its ceiling.
    TooLarge,
    /// A price that rounding to eight decimal places would change by more than a millionth of itself.
    TooFine,
    /// A negative volume.
    NegativeVolume,
    /// High below low, or open or close outside them.
    HighLow,
    /// Rows out of order.
    Order,
    /// The same bar twice.
    Duplicate,
    /// Two different bars for one time.
    Conflict,
    /// Bars closer together than their interval.
    Spacing,
    /// Gaps: missing bars.
    Gap,
    /// Bars filled in by `gaps = "forward_fill"`, which are not tradable.
    Filled,
    /// Funding rates that are missing and count as zero.
    FundingGap,
    /// Bars with zero volume.
    ZeroVolume,
    /// Bars that repeat the previous one.
    Frozen,
    /// Long runs of bars without trades: filler.
    Invented,
    /// Returns far outside the usual range.
    Outlier,
    /// A bad print: a price jump that reverses in the next bar.
    Spike,
    /// A price jump by a whole ratio in a market with sessions: an unadjusted split.
    Split,
    /// A price jump of over 95 % after a gap: another asset under the same symbol.
    Identity,
}

impl FindingKind {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Unreadable,
        Self::Empty,
        Self::Layout,
        Self::Missing,
        Self::NonFinite,
        Self::NotPositive,
        Self::TooLarge,
        Self::TooFine,
        Self::NegativeVolume,
        Self::HighLow,
        Self::Order,
        Self::Duplicate,
        Self::Conflict,
        Self::Spacing,
        Self::Gap,
        Self::Filled,
        Self::FundingGap,
        Self::ZeroVolume,
        Self::Frozen,
        Self::Invented,
        Self::Outlier,
        Self::Spike,
        Self::Split,
        Self::Identity,
    ];

    /// One-sentence description for the documentation.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Unreadable => "the file cannot be read at all",
            Self::Empty => "the file has no rows",
            Self::Layout => "irregular header, preamble or time format that simple readers fail on",
            Self::Missing => "a value is null, empty or NaN",
            Self::NonFinite => "a value is infinite",
            Self::NotPositive => "a price of zero or less",
            Self::TooLarge => "a price or a volume above its ceiling",
            Self::TooFine => {
                "a price that rounding to eight decimal places would change by more than a millionth of itself"
            }
            Self::NegativeVolume => "a negative volume",
            Self::HighLow => "high below low, or open or close outside them",
            Self::Order => "rows out of order",
            Self::Duplicate => "the same bar twice",
            Self::Conflict => "two different bars for one time",
            Self::Spacing => "bars closer together than their interval",
            Self::Gap => "gaps: missing bars",
            Self::Filled => "bars filled in by `gaps = \"forward_fill\"`, which are not tradable",
            Self::FundingGap => "funding rates that are missing and count as zero",
            Self::ZeroVolume => "bars with zero volume",
            Self::Frozen => "bars that repeat the previous one",
            Self::Invented => "long runs of bars without trades: filler",
            Self::Outlier => "returns far outside the usual range",
            Self::Spike => "a bad print: a price jump that reverses in the next bar",
            Self::Split => "a price jump by a whole ratio in a market with sessions: an unadjusted split",
            Self::Identity => "a price jump of over 95 % after a gap: another asset under the same symbol",
        }
    }

    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Empty => "empty",
            Self::Layout => "layout",
            Self::Missing => "missing",
            Self::NonFinite => "non_finite",
            Self::NotPositive => "not_positive",
            Self::TooLarge => "too_large",
            Self::TooFine => "too_fine",
            Self::NegativeVolume => "negative_volume",
            Self::HighLow => "high_low",
            Self::Order => "order",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Spacing => "spacing",
            Self::Gap => "gap",
            Self::Filled => "filled",
            Self::FundingGap => "funding_gap",
            Self::ZeroVolume => "zero_volume",
            Self::Frozen => "frozen",
            Self::Invented => "invented",
            Self::Outlier => "outlier",
            Self::Spike => "spike",
            Self::Split => "split",
            Self::Identity => "identity",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One kind of finding in a series: count, first occurrence, description.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was found.
    pub kind: FindingKind,
    /// Severity of the finding.
    pub severity: Severity,
    /// Number of rows (for gaps, number of gaps; for runs, number of rows in them).
    pub count: u64,
    /// The first such row, counted from 0 in the given series.
    pub row: Option<usize>,
    /// The time of that row.
    pub at: Option<Timestamp>,
    /// Description, one sentence.
    pub detail: String,
}

impl Finding {
    /// A finding about the whole series.
    pub fn whole(kind: FindingKind, severity: Severity, detail: impl Into<String>) -> Self {
        Self { kind, severity, count: 1, row: None, at: None, detail: detail.into() }
    }
}

/// `warning gap x3 from 2024-01-01T00:00:00Z: ...`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} x{}", self.severity, self.kind, self.count)?;
        if let Some(at) = self.at {
            write!(f, " from {at}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// A duration in words: `80 min`, `34 h`, `61 days`.
pub fn words(micros: i64) -> String {
    const MINUTE: i64 = 60_000_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let shown = |unit: i64, name: &str| {
        let text = format!("{:.1}", micros as f64 / unit as f64);
        format!("{} {name}", text.strip_suffix(".0").unwrap_or(&text))
    };
    match micros.abs() {
        0..MINUTE => shown(1_000_000, "s"),
        MINUTE..=7_200_000_000 => shown(MINUTE, "min"),
        7_200_000_001..=172_800_000_000 => shown(HOUR, "h"),
        _ => shown(DAY, "days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_words() {
        assert_eq!(words(30_000_000), "30 s");
        assert_eq!(words(80 * 60_000_000), "80 min");
        assert_eq!(words(34 * 3_600_000_000), "34 h");
        assert_eq!(words(61 * 86_400_000_000), "61 days");
        assert_eq!(words(198 * 60_000_000), "3.3 h");
    }
}
