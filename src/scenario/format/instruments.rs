//! The `[instruments.*]` tables: margin, funding and borrowing.

use super::{
    Choice, Fallback, KeyDoc, Range, TableDoc, ValueType, choice_docs, optional, required, with_default,
};
use crate::domain::MaintenanceBasis;
use crate::scenario::{Direction, InstrumentKind, MarginMode};

impl Choice for InstrumentKind {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Spot,
            "spot",
            "an asset that is bought with money that is there, and sold only where it is held",
        ),
        (Self::Margin, "margin", "cash shares that can be borrowed to sell them short, and bought on margin"),
        (
            Self::Perpetual,
            "perpetual",
            "a linear perpetual future, settled in the wallet's currency, contract size 1",
        ),
    ];
}

impl Choice for MaintenanceBasis {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Mark, "mark", "the quantity at the mark price, as Binance does"),
        (Self::Entry, "entry", "the quantity at the average entry price, as Bybit does"),
    ];
}

impl Choice for MarginMode {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Cross, "cross", "the whole account stands behind every position"),
        (Self::Isolated, "isolated", "a perpetual position has the margin that was set aside when it opened"),
    ];
}

impl Choice for Direction {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Long, "long", "long positions only"),
        (Self::Short, "short", "short positions only, opened where a long one would close"),
        (Self::Both, "both", "long and short: what closes the one side opens the other"),
    ];
}

const PERCENT: ValueType = ValueType::Percent(Range::above(0.0, 100.0));
const YEARLY: ValueType = ValueType::Percent(Range::from_to(0.0, 1_000.0));
/// Largest leverage of a venue or a risk profile.
pub(in crate::scenario) const LEVERAGE: ValueType = ValueType::Number(Range::from_to(0.01, 1_000.0));

/// A bracket of the maintenance margin.
const BRACKET: TableDoc = TableDoc {
    doc: "A bracket of the maintenance margin.",
    keys: &[
        optional(
            "to",
            ValueType::Amount { zero: false, most: None },
            "no end; for the last bracket",
            "Largest notional of the bracket.",
        ),
        required(
            "rate_pct",
            PERCENT,
            "Maintenance margin of the notional in this bracket, in percent of it.",
        ),
    ],
};

/// Funding at a fixed rate.
pub(in crate::scenario) const FIXED_FUNDING: TableDoc = TableDoc {
    doc: "Funding at a fixed rate.",
    keys: &[
        required(
            "rate_bps",
            ValueType::BasisPoints(Range::from_to(-9_999.0, 9_999.0)),
            "Rate of each payment in basis points; longs pay it where it is positive.",
        ),
        required("every", ValueType::Span, "Time between two payments, at its multiples in UTC."),
    ],
};

const MAINTENANCE: KeyDoc = KeyDoc {
    name: "maintenance",
    value: ValueType::Tables(&BRACKET),
    fallback: Fallback::Described("required for a perpetual"),
    doc: "Maintenance margin of a perpetual by notional, in ascending brackets; each rate is of the notional inside its \
          bracket.",
};

/// `[instruments.NAME]`: what an instrument asks of its holder.
pub(in crate::scenario) const INSTRUMENT_TERMS: TableDoc = TableDoc {
    doc: "What a symbol is: a spot asset, shares on margin, or a perpetual future. `[instruments.default]` is for symbols \
          without a table of their own.",
    keys: &[
        with_default(
            "kind",
            ValueType::Choice { noun: "instrument kind", choices: choice_docs::<InstrumentKind> },
            "\"spot\"",
            "What is held.",
        ),
        optional(
            "max_leverage",
            LEVERAGE,
            "required for a perpetual",
            "Largest leverage that the venue allows in a perpetual.",
        ),
        MAINTENANCE,
        with_default(
            "maintenance_on",
            ValueType::Choice { noun: "maintenance basis", choices: choice_docs::<MaintenanceBasis> },
            "\"mark\"",
            "Notional that the maintenance margin of a perpetual is taken of.",
        ),
        with_default(
            "liquidation_fee_bps",
            ValueType::BasisPoints(Range::from_to(0.0, 10_000.0)),
            "0",
            "Fee on the notional of a liquidation.",
        ),
        optional(
            "funding",
            ValueType::Funding,
            "required for a perpetual",
            "Funding rates of a perpetual: Parquet with `ts` and `rate` (a fraction, at the instant at which it is paid), or \
             { rate_bps = 1, every = \"8h\" }.",
        ),
        optional(
            "mark",
            ValueType::Path,
            "the last price",
            "Parquet bars of the mark price, at which a perpetual is liquidated and pays funding.",
        ),
        with_default(
            "funding_gaps",
            ValueType::Choice { noun: "treatment", choices: choice_docs::<FundingGaps> },
            "\"refuse\"",
            "Treatment of a window that the funding file does not cover.",
        ),
        with_default(
            "initial_pct",
            PERCENT,
            "50",
            "Initial margin of shares, in percent of a short's or a borrowed long's notional.",
        ),
        with_default(
            "maintenance_pct",
            PERCENT,
            "30",
            "Maintenance margin of shares, in percent of the notional.",
        ),
        with_default(
            "borrow_fee_pct",
            YEARLY,
            "0",
            "Fee for borrowed shares a year, of the short's notional at each day's close (ACT/365).",
        ),
        with_default(
            "interest_pct",
            YEARLY,
            "0",
            "Interest a year on negative cash at each day's close (ACT/365); the same for all shares of a scenario.",
        ),
    ],
};

/// Treatment of missing funding rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scenario) enum FundingGaps {
    /// The run is refused.
    Refuse,
    /// They count as zero.
    Zero,
}

impl Choice for FundingGaps {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Refuse, "refuse", "an error that names the date"),
        (Self::Zero, "zero", "a rate of zero; the results are marked"),
    ];
}
