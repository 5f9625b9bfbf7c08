//! How metrics are called and shown, by their names in files.

use crate::report::numbers::{length, ratio};

/// A metric for reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// Its name in files.
    name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its number is.
    pub unit: Unit,
    /// Whether it is taken against a benchmark.
    pub relative: bool,
}

/// What a stored number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A plain number.
    Plain,
    /// A fraction, shown in percent.
    Fraction,
    /// Percent already.
    Percent,
    /// Quote currency.
    Money,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// The number without its sign of percent.
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::Fraction => ratio(value * 100.0),
            Self::Seconds => length(value),
            Self::Plain | Self::Percent | Self::Money => ratio(value),
        }
    }

    /// What follows the number.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Fraction | Self::Percent => "%",
            Self::Plain | Self::Money | Self::Seconds => "",
        }
    }
}

const fn own(name: &'static str, title: &'static str, unit: Unit) -> Shown {
    Shown { name, title, unit, relative: false }
}

const fn against(name: &'static str, title: &'static str, unit: Unit) -> Shown {
    Shown { name, title, unit, relative: true }
}

/// Every metric, in the order in which tables show them.
pub(super) const ALL: &[Shown] = &[
    own("total_return", "total return", Unit::Fraction),
    own("roi_pct", "total return", Unit::Percent),
    own("total_pnl", "PnL", Unit::Money),
    own("cagr", "CAGR", Unit::Fraction),
    own("cagr_pct", "CAGR", Unit::Percent),
    own("volatility", "volatility", Unit::Fraction),
    own("volatility_pct", "volatility", Unit::Percent),
    own("sharpe_ratio", "Sharpe", Unit::Plain),
    own("sortino_ratio", "Sortino", Unit::Plain),
    own("calmar_ratio", "Calmar", Unit::Plain),
    own("max_drawdown", "max drawdown", Unit::Fraction),
    own("max_drawdown_pct", "max drawdown", Unit::Percent),
    own("ulcer_index", "ulcer index", Unit::Fraction),
    own("ulcer_index_pct", "ulcer index", Unit::Percent),
    own("omega_ratio", "omega", Unit::Plain),
    own("tail_ratio", "tail ratio", Unit::Plain),
    own("var_95", "value at risk 95 %", Unit::Fraction),
    own("var_95_pct", "value at risk 95 %", Unit::Percent),
    own("cvar_95", "CVaR 95 %", Unit::Fraction),
    own("cvar_95_pct", "CVaR 95 %", Unit::Percent),
    own("skew", "skew", Unit::Plain),
    own("kurtosis", "excess kurtosis", Unit::Plain),
    own("win_rate", "win rate", Unit::Percent),
    own("profit_factor", "profit factor", Unit::Plain),
    own("payoff_ratio", "payoff ratio", Unit::Plain),
    own("expectancy", "expectancy", Unit::Money),
    own("sqn", "SQN", Unit::Plain),
    own("kelly_pct", "Kelly", Unit::Percent),
    own("exposure_pct", "exposure", Unit::Percent),
    own("turnover", "turnover per year", Unit::Plain),
    own("mean_trade_seconds", "mean holding time", Unit::Seconds),
    against("alpha", "annual alpha", Unit::Fraction),
    against("beta", "beta", Unit::Plain),
    against("information_ratio", "information ratio", Unit::Plain),
    against("excess_return", "excess return", Unit::Fraction),
    against("excess_return_pct", "excess return", Unit::Percent),
    against("tracking_error", "tracking error", Unit::Fraction),
    against("tracking_error_pct", "tracking error", Unit::Percent),
    against("correlation", "correlation", Unit::Plain),
    against("up_capture", "up capture", Unit::Plain),
    against("down_capture", "down capture", Unit::Plain),
];

impl Shown {
    /// Its name in files.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// Title with the sign of its unit: `max drawdown %`; a name that is not known, for people.
pub(super) fn title(name: &str) -> String {
    match ALL.iter().find(|one| one.name == name) {
        Some(known) if known.title.ends_with(known.unit.sign()) => known.title.to_owned(),
        Some(known) => format!("{} {}", known.title, known.unit.sign()),
        None => match name.strip_suffix("_pct") {
            Some(stem) => format!("{stem} %").replace('_', " "),
            None => name.replace('_', " "),
        },
    }
}

/// A metric by its name in files; one that is not known goes by that name.
pub(super) fn metric(name: &'static str) -> Shown {
    let unknown = Shown { name, title: name, unit: Unit::Plain, relative: false };
    ALL.iter().find(|one| one.name == name).copied().unwrap_or(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn every_stored_metric_has_a_title() {
        let stored = fixture::stored();
        for name in stored.agents[0].windows[0].metrics.keys() {
            assert!(ALL.iter().any(|one| one.name == name), "{name}");
        }
    }
}
