//! The catalogue of metrics: one row a number, from which keys, heads, help texts, schema and documentation are made.
//!
//! Owns what a metric is called and what its stored number means. `crate::metrics` owns how each is computed.
//! Invariant: one name a number, and one number a name.

/// What a stored number is, and so how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricUnit {
    /// A plain number.
    Plain,
    /// A fraction, shown in percent.
    Fraction,
    /// A value already in percent.
    Percent,
    /// Money in quote currency.
    Money,
    /// A duration in seconds.
    Seconds,
    /// Money in the currency of an agent's costs.
    Cost,
}

impl MetricUnit {
    /// Name used in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "number",
            Self::Fraction => "fraction",
            Self::Percent => "percent",
            Self::Money => "quote currency",
            Self::Seconds => "seconds",
            Self::Cost => "currency of costs",
        }
    }

    /// What follows the number where it is shown.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Fraction | Self::Percent => "%",
            Self::Plain | Self::Money | Self::Seconds | Self::Cost => "",
        }
    }
}

/// Which of two values of a metric is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricDirection {
    /// The higher one.
    Higher,
    /// The lower one.
    Lower,
    /// Neither: it describes.
    Neither,
}

impl MetricDirection {
    /// Name used in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Neither => "-",
        }
    }
}

/// What a metric is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricBasis {
    /// The equity and its returns. Tables show none of these for an agent that held cash all along.
    Returns,
    /// Closed round trips.
    Trades,
    /// Time in the market and traded amounts.
    Activity,
    /// The returns and those of a benchmark.
    Benchmark,
    /// What the agent's decisions used of language models.
    Usage,
    /// Positions on margin and what holding them cost.
    Margin,
}

/// A row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct MetricInfo {
    /// Its name in files, scenarios and options.
    pub key: &'static str,
    /// Its head in a table, the sign of its unit included.
    pub head: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its number is.
    pub unit: MetricUnit,
    /// Which value is better.
    pub better: MetricDirection,
    /// What it is taken of.
    pub basis: MetricBasis,
    /// Whether its sign says gain or loss, so that tables show a plus.
    pub signed: bool,
    /// The definition, in one line.
    pub doc: &'static str,
    /// When there is no such number; empty where there always is one.
    pub null: &'static str,
}

macro_rules! catalogue {
    ($($name:ident {
        $key:literal, $head:literal, $title:literal, $unit:ident, $better:ident, $basis:ident, $signed:literal,
        $doc:literal, $null:literal
    })*; $($used:ident {
        $used_key:literal, $used_head:literal, $used_title:literal, $used_unit:ident, $used_better:ident,
        $used_signed:literal, $used_doc:literal, $used_null:literal
    })*; $($held:ident {
        $held_key:literal, $held_head:literal, $held_title:literal, $held_unit:ident, $held_better:ident,
        $held_signed:literal, $held_doc:literal, $held_null:literal
    })*) => {
        /// A number that is measured of an agent, or of a series made elsewhere.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Metric {
            $(#[doc = $doc] $name,)*
            $(#[doc = $used_doc] $used,)*
            $(#[doc = $held_doc] $held,)*
        }

        impl Metric {
            /// All that are measured of a replay, in the order of files and tables.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Those of what an agent used of language models: shown only where any agent reports it.
            pub const USAGE: &'static [Self] = &[$(Self::$used,)*];

            /// Those of positions on margin: measured only where an instrument of the market is on margin.
            pub const MARGIN: &'static [Self] = &[$(Self::$held,)*];

            /// Its row of the catalogue.
            pub const fn info(self) -> &'static MetricInfo {
                match self {
                    $(Self::$name => &MetricInfo {
                        key: $key,
                        head: $head,
                        title: $title,
                        unit: MetricUnit::$unit,
                        better: MetricDirection::$better,
                        basis: MetricBasis::$basis,
                        signed: $signed,
                        doc: $doc,
                        null: $null,
                    },)*
                    $(Self::$used => &MetricInfo {
                        key: $used_key,
                        head: $used_head,
                        title: $used_title,
                        unit: MetricUnit::$used_unit,
                        better: MetricDirection::$used_better,
                        basis: MetricBasis::Usage,
                        signed: $used_signed,
                        doc: $used_doc,
                        null: $used_null,
                    },)*
                    $(Self::$held => &MetricInfo {
                        key: $held_key,
                        head: $held_head,
                        title: $held_title,
                        unit: MetricUnit::$held_unit,
                        better: MetricDirection::$held_better,
                        basis: MetricBasis::Margin,
                        signed: $held_signed,
                        doc: $held_doc,
                        null: $held_null,
                    },)*
                }
            }
        }
    };
}

catalogue! {
    RoiPct { "roi_pct", "ROI %", "total return", Percent, Higher, Returns, true,
        "end / start - 1", "the wallet began at zero" }
    TotalPnl { "total_pnl", "PnL", "PnL", Money, Higher, Returns, true,
        "end - start", "" }
    CagrPct { "cagr_pct", "CAGR %", "CAGR", Percent, Higher, Returns, true,
        "compound annual growth rate: (product of 1 + r)^(A/n) - 1",
        "under 30 days of record; the equity reached zero" }
    VolatilityPct { "volatility_pct", "vol %", "volatility", Percent, Lower, Returns, false,
        "std(ddof 1) * sqrt(A)", "under 2 returns; the equity reached zero" }
    SharpeRatio { "sharpe_ratio", "Sharpe", "Sharpe", Plain, Higher, Returns, false,
        "annualised Sharpe ratio: (mean(r) - rf) / std(ddof 1) * sqrt(A)",
        "under 2 returns; no dispersion; idle; the equity reached zero" }
    SortinoRatio { "sortino_ratio", "Sortino", "Sortino", Plain, Higher, Returns, false,
        "annualised Sortino ratio: mean(r - MAR) * sqrt(A) / sqrt(sum(min(r - MAR, 0)^2) / n), where n counts all returns",
        "under 2 returns; no return below the MAR; idle; the equity reached zero" }
    CalmarRatio { "calmar_ratio", "Calmar", "Calmar", Plain, Higher, Returns, false,
        "CAGR / abs(max drawdown)", "as CAGR; no drawdown; idle" }
    MaxDrawdownPct { "max_drawdown_pct", "max DD %", "max drawdown", Percent, Higher, Returns, false,
        "largest decline from a peak, over the equity at EVERY tick; at most 0, nearer to 0 ranks higher", "" }
    UlcerIndexPct { "ulcer_index_pct", "ulcer %", "ulcer index", Percent, Lower, Returns, false,
        "sqrt(sum(DD^2) / n) of the sampled curve, start included", "without a return" }
    OmegaRatio { "omega_ratio", "omega", "omega", Plain, Higher, Returns, false,
        "sum of the returns' excess over the MAR / sum of their shortfall below it", "no return below the MAR; the equity reached zero" }
    TailRatio { "tail_ratio", "tail", "tail ratio", Plain, Higher, Returns, false,
        "abs(q95) / abs(q05), quantiles of type 7", "q05 is zero; the equity reached zero" }
    Var95Pct { "var_95_pct", "VaR 95 %", "value at risk 95 %", Percent, Higher, Returns, false,
        "historical value at risk, q05, as a return: a loss is negative", "without a return; the equity reached zero" }
    Cvar95Pct { "cvar_95_pct", "CVaR 95 %", "CVaR 95 %", Percent, Higher, Returns, false,
        "mean of the worst floor((n - 1) * 0.05) + 1 returns", "without a return; the equity reached zero" }
    Skew { "skew", "skew", "skew", Plain, Neither, Returns, false,
        "G1 of the returns", "under 3 returns; no dispersion; the equity reached zero" }
    Kurtosis { "kurtosis", "kurtosis", "excess kurtosis", Plain, Neither, Returns, false,
        "G2 of the returns (excess)", "under 4 returns; no dispersion; the equity reached zero" }
    WinRate { "win_rate", "win %", "win rate", Percent, Higher, Trades, false,
        "wins / all, of closed round trips, net of fees", "no closed trade" }
    ProfitFactor { "profit_factor", "PF", "profit factor", Plain, Higher, Trades, false,
        "sum of gains / sum of losses of closed round trips, net of fees", "no closed trade; no losing one" }
    PayoffRatio { "payoff_ratio", "payoff", "payoff ratio", Plain, Higher, Trades, false,
        "mean win / mean loss", "no closed trade; no winning one; no losing one" }
    Expectancy { "expectancy", "expectancy", "expectancy", Money, Higher, Trades, true,
        "mean PnL of closed round trips", "no closed trade" }
    Sqn { "sqn", "SQN", "SQN", Plain, Higher, Trades, false,
        "system quality number: sqrt(N) * mean / std of the round trips' PnL", "under 2 closed trades; no dispersion" }
    KellyPct { "kelly_pct", "Kelly %", "Kelly", Percent, Higher, Trades, false,
        "W - (1 - W) / payoff, where W is the win rate", "as the payoff ratio" }
    ExposurePct { "exposure_pct", "exposure %", "exposure", Percent, Neither, Activity, false,
        "ticks with a position at the close / all ticks", "without a tick" }
    Turnover { "turnover", "turnover", "turnover per year", Plain, Neither, Activity, false,
        "traded notional / mean equity, per year", "without a return; the mean equity is zero" }
    MeanTradeSeconds { "mean_trade_seconds", "mean hold", "mean holding time", Seconds, Neither, Trades, false,
        "mean time from the first fill to the last of the closed round trips", "no closed trade" }
    Alpha { "alpha", "alpha", "annual alpha", Fraction, Higher, Benchmark, false,
        "Jensen's alpha: (1 + mean((r - rf) - beta (b - rf)))^A - 1", "no benchmark; as beta" }
    Beta { "beta", "beta", "beta", Plain, Neither, Benchmark, false,
        "cov(r, b) / var(b)", "no benchmark; the benchmark has no dispersion" }
    InformationRatio { "information_ratio", "IR", "information ratio", Plain, Higher, Benchmark, false,
        "mean(r - b) / std(r - b), not annualised", "no benchmark; r - b has no dispersion" }
    ExcessReturnPct { "excess_return_pct", "excess %", "excess return", Percent, Higher, Benchmark, true,
        "total return minus the benchmark's", "no benchmark" }
    TrackingErrorPct { "tracking_error_pct", "tracking error %", "tracking error", Percent, Lower, Benchmark, false,
        "std(r - b) * sqrt(A)", "no benchmark; under 2 returns" }
    Correlation { "correlation", "correlation", "correlation", Plain, Neither, Benchmark, false,
        "Pearson's correlation of the returns", "no benchmark; one of both has no dispersion" }
    UpCapture { "up_capture", "up capture", "up capture", Plain, Higher, Benchmark, false,
        "CAGR over the periods in which the benchmark rose / the benchmark's CAGR over them", "no benchmark; it never rose" }
    DownCapture { "down_capture", "down capture", "down capture", Plain, Lower, Benchmark, false,
        "CAGR over the periods in which the benchmark fell / the benchmark's CAGR over them", "no benchmark; it never fell" }
    ;
    Decisions { "decisions", "decisions", "decisions", Plain, Neither, false,
        "decisions that a program was asked for", "the agent is no program" }
    Tokens { "tokens", "tokens", "tokens", Plain, Lower, false,
        "tokens that its models read and wrote, by the usage that it reports", "the agent is no program" }
    Cost { "cost", "cost", "cost of models", Cost, Lower, false,
        "cost of its models, by the usage that it reports; exact", "no cost was reported" }
    ReturnPerCost { "return_per_cost", "ROI % per cost", "return per unit of cost", Plain, Higher, true,
        "total return in percent / cost", "no cost was reported; it was zero" }
    ;
    GrossExposurePct { "gross_exposure_pct", "gross %", "gross exposure", Percent, Neither, false,
        "mean over all ticks of the absolute notional of all positions / equity", "no instrument is on margin" }
    NetExposurePct { "net_exposure_pct", "net %", "net exposure", Percent, Neither, false,
        "the same with shorts negative", "no instrument is on margin" }
    MeanLeverage { "mean_leverage", "leverage", "mean leverage", Plain, Neither, false,
        "gross exposure over the ticks with a position alone", "no instrument is on margin; no tick with a position" }
    Carry { "carry", "carry", "carry", Money, Higher, true,
        "funding + borrow fees + interest", "no instrument is on margin" }
    Funding { "funding", "funding", "funding", Money, Higher, true,
        "funding received less funding paid", "no instrument is on margin" }
    BorrowFees { "borrow_fees", "borrow fees", "borrow fees", Money, Higher, true,
        "fees for borrowed shares, negative", "no instrument is on margin" }
    Interest { "interest", "interest", "interest", Money, Higher, true,
        "interest on negative cash, negative", "no instrument is on margin" }
    LiquidationFees { "liquidation_fees", "liq. fees", "liquidation fees", Money, Higher, true,
        "fees of liquidations, negative", "no instrument is on margin" }
    Insurance { "insurance", "insurance", "insurance", Money, Neither, false,
        "losses beyond the margin that the venue bore", "no instrument is on margin" }
    Liquidations { "liquidations", "liquidations", "liquidations", Plain, Lower, false,
        "positions that the venue has closed", "no instrument is on margin" }
    LongTrades { "long_trades", "long", "long trades", Plain, Neither, false,
        "closed round trips of long positions", "no instrument is on margin" }
    LongPnl { "long_pnl", "long PnL", "PnL of long trades", Money, Higher, true,
        "PnL of closed round trips of long positions, net of fees", "no instrument is on margin" }
    LongWinRate { "long_win_rate_pct", "long win %", "win rate of long trades", Percent, Higher, false,
        "wins / all, of closed round trips of long positions", "no instrument is on margin; no such trade" }
    ShortTrades { "short_trades", "short", "short trades", Plain, Neither, false,
        "closed round trips of short positions", "no instrument is on margin" }
    ShortPnl { "short_pnl", "short PnL", "PnL of short trades", Money, Higher, true,
        "PnL of closed round trips of short positions, net of fees", "no instrument is on margin" }
    ShortWinRate { "short_win_rate_pct", "short win %", "win rate of short trades", Percent, Higher, false,
        "wins / all, of closed round trips of short positions", "no instrument is on margin; no such trade" }
}

/// Names that earlier versions and other programs use for a number of the catalogue. Read, never written.
const ALIASES: &[(&str, Metric)] = &[
    ("total_return", Metric::RoiPct),
    ("roi", Metric::RoiPct),
    ("pnl", Metric::TotalPnl),
    ("cagr", Metric::CagrPct),
    ("volatility", Metric::VolatilityPct),
    ("max_drawdown", Metric::MaxDrawdownPct),
    ("ulcer_index", Metric::UlcerIndexPct),
    ("var_95", Metric::Var95Pct),
    ("cvar_95", Metric::Cvar95Pct),
    ("win_rate_pct", Metric::WinRate),
    ("excess_return", Metric::ExcessReturnPct),
    ("tracking_error", Metric::TrackingErrorPct),
];

impl Metric {
    /// Its name in files.
    pub const fn key(self) -> &'static str {
        self.info().key
    }

    /// Its head in a table.
    pub const fn head(self) -> &'static str {
        self.info().head
    }

    /// What its number is.
    pub const fn unit(self) -> MetricUnit {
        self.info().unit
    }

    /// Whether it is taken against a benchmark.
    pub fn is_relative(self) -> bool {
        self.info().basis == MetricBasis::Benchmark
    }

    /// Whether it is taken of the equity and its returns, so that an agent which held cash has nothing to show.
    pub fn is_of_returns(self) -> bool {
        self.info().basis == MetricBasis::Returns
    }

    /// The metric of this key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().chain(Self::USAGE).chain(Self::MARGIN).copied().find(|metric| metric.key() == key)
    }

    /// The metric of this key, or of another name that is in use for it.
    pub fn named(name: &str) -> Option<Self> {
        let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, metric)| *metric);
        Self::of_key(name).or_else(alias)
    }

    /// A measured number in the unit of files: a fraction as percent where files have percent.
    pub fn in_file_unit(self, value: f64) -> f64 {
        if self.unit() == MetricUnit::Percent { value * 100.0 } else { value }
    }

    /// The catalogue as a table in Markdown, as `docs/metrics.md` has it.
    pub fn markdown() -> String {
        let row = |metric: &Self| {
            let MetricInfo { key, title, unit, better, doc, null, .. } = metric.info();
            let null = if null.is_empty() { "never" } else { null };
            format!("| `{key}` | {title} | {} | {} | {doc} | {null} |\n", unit.as_str(), better.as_str())
        };
        let head = "| key | metric | unit | better | definition | null where |\n|---|---|---|---|---|---|\n";
        std::iter::once(head.to_owned())
            .chain(Self::ALL.iter().chain(Self::USAGE).chain(Self::MARGIN).map(row))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn one_name_a_number_and_one_number_a_name() {
        let all = || Metric::ALL.iter().chain(Metric::USAGE).chain(Metric::MARGIN);
        let keys: BTreeSet<&str> = all().map(|metric| metric.key()).collect();
        assert_eq!(keys.len(), all().count());
        for (field, of) in [("head", |m: &Metric| m.head()), ("title", |m: &Metric| m.info().title)]
            as [(&str, fn(&Metric) -> &'static str); 2]
        {
            let names: BTreeSet<&str> = all().map(of).collect();
            assert_eq!(names.len(), all().count(), "{field}");
        }
        for (alias, metric) in ALIASES {
            assert!(!keys.contains(alias), "{alias}");
            assert_eq!(Metric::named(alias), Some(*metric));
        }
        // No key stands for a number that another key with `_pct` has.
        assert!(keys.iter().all(|key| !keys.contains(format!("{key}_pct").as_str())));
    }

    #[test]
    fn keys_say_their_unit() {
        for metric in Metric::ALL.iter().chain(Metric::USAGE).chain(Metric::MARGIN) {
            let percent = metric.unit() == MetricUnit::Percent && *metric != Metric::WinRate;
            assert_eq!(metric.key().ends_with("_pct"), percent, "{metric:?}");
            assert!(
                !metric.info().doc.is_empty()
                    && metric.head().ends_with('%') <= !metric.unit().sign().is_empty()
            );
        }
    }

    #[test]
    fn the_documentation_has_the_whole_table() {
        let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md")).unwrap();
        for line in Metric::markdown().lines() {
            assert!(docs.contains(line), "docs/metrics.md lacks, or words otherwise: {line}");
        }
    }
}
