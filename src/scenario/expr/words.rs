//! What a name of the language is: parameters, meaning and documentation. The names themselves are in
//! [`table`](super::table).

use crate::domain::{BarField, Formula, IndicatorSpec, TimePart};
use crate::scenario::{Function, PositionValue};

/// A name of the language.
#[derive(Debug)]
pub(super) struct Word {
    pub name: &'static str,
    pub signature: &'static str,
    pub doc: &'static str,
    pub meaning: Meaning,
    /// Bars until its first value, and bars before a window; empty for what needs none.
    pub warm_up: &'static str,
    /// Where the formula is from; empty for what has none.
    pub source: &'static str,
}

/// What a name refers to.
#[derive(Debug)]
pub(super) enum Meaning {
    Field(BarField),
    Indicator(Indicator),
    /// The volume-weighted average price of a session.
    Vwap,
    /// A part of the local time of the deciding bar's close.
    Time(TimePart),
    Position(PositionValue),
    /// A function of at least `least` numbers; exactly `least` where `fixed`.
    Function {
        function: Function,
        least: usize,
        fixed: bool,
    },
    Ago,
    CrossesAbove,
    CrossesBelow,
}

/// An indicator of bars, or of any series where `series` says so.
#[derive(Debug)]
pub(super) struct Indicator {
    pub params: &'static [Param],
    pub series: bool,
    pub build: fn(&[u32]) -> Formula,
}

/// A parameter of an indicator.
#[derive(Debug)]
pub(super) struct Param {
    pub name: &'static str,
    pub unit: Unit,
    /// Default of an omitted argument, in the unit's integers.
    pub default: Option<u32>,
}

/// Unit of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A whole number of bars.
    Bars,
    /// A multiple, stored in thousandths: of standard deviations, of the average true range.
    Width,
}

impl Meaning {
    /// Whether a timeframe may follow the name.
    pub const fn reads_bars(&self) -> bool {
        matches!(self, Self::Field(_) | Self::Indicator(_) | Self::Vwap)
    }
}

/// A single indicator as the formula that it is.
pub(super) const fn one(spec: IndicatorSpec) -> Formula {
    Formula::Column(spec)
}
