//! An indicator and its parameters: the key of a column in the `indicator` room.

use std::fmt;

use super::operator::{BinaryOp, Function};
use super::zone::{TimePart, Zone};

/// One column of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum BarField {
    /// Open of the bar.
    Open,
    /// High of the bar.
    High,
    /// Low of the bar.
    Low,
    /// Close of the bar.
    Close,
    /// Traded volume in the base asset.
    Volume,
}

/// A multiplier of an indicator (the width of a Bollinger band) in thousandths, an integer so that it can be
/// compared and hashed exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Thousandths(pub u32);

/// An indicator with its parameters; periods are in bars of its timeframe and at least 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum IndicatorSpec {
    /// A column of the bar itself.
    Field(BarField),
    /// Simple moving average of the close over `n` bars.
    Sma {
        /// Length in bars.
        n: u32,
    },
    /// Exponential moving average of the close, factor `2 / (n + 1)`, seeded with the SMA of the first `n`.
    Ema {
        /// Length in bars.
        n: u32,
    },
    /// Wilder's relative strength index, 0 to 100.
    Rsi {
        /// Length in bars.
        n: u32,
    },
    /// EMA(fast) - EMA(slow) of the close.
    MacdLine {
        /// Bars of the fast EMA.
        fast: u32,
        /// Bars of the slow EMA.
        slow: u32,
    },
    /// EMA(signal) of the MACD line.
    MacdSignal {
        /// Bars of the fast EMA.
        fast: u32,
        /// Bars of the slow EMA.
        slow: u32,
        /// Bars of the signal's EMA.
        signal: u32,
    },
    /// SMA(n) + k population standard deviations of the close.
    BollingerUpper {
        /// Length in bars.
        n: u32,
        /// Width in standard deviations.
        k: Thousandths,
    },
    /// SMA(n) - k population standard deviations of the close.
    BollingerLower {
        /// Length in bars.
        n: u32,
        /// Width in standard deviations.
        k: Thousandths,
    },
    /// Wilder's average true range, in quote currency.
    Atr {
        /// Length in bars.
        n: u32,
    },
    /// Wilder's average directional index, 0 to 100.
    Adx {
        /// Length in bars.
        n: u32,
    },
    /// Highest high of the `n` bars before this one; this bar is excluded so that its close can break the
    /// channel.
    DonchianHigh {
        /// Length in bars.
        n: u32,
    },
    /// Lowest low of the `n` bars before this one.
    DonchianLow {
        /// Length in bars.
        n: u32,
    },
    /// Rate of change of the close over `n` bars, in percent.
    Roc {
        /// Length in bars.
        n: u32,
    },
    /// Population standard deviation of the close over `n` bars.
    Stddev {
        /// Length in bars.
        n: u32,
    },
    /// Simple moving average of the volume over `n` bars.
    VolumeSma {
        /// Length in bars.
        n: u32,
    },
    /// Highest high of the last `n` bars, this one included.
    Highest {
        /// Length in bars.
        n: u32,
    },
    /// Lowest low of the last `n` bars, this one included.
    Lowest {
        /// Length in bars.
        n: u32,
    },
    /// Fast stochastic %K: where the close lies between the lowest low and the highest high of `n` bars, 0 to 100.
    Stochastic {
        /// Length in bars.
        n: u32,
    },
    /// Commodity channel index: the typical price's distance from its mean over `n` bars, in units of 0.015 mean
    /// absolute deviations.
    Cci {
        /// Length in bars.
        n: u32,
    },
    /// Money flow index over `n` changes of the typical price, 0 to 100.
    Mfi {
        /// Length in bars.
        n: u32,
    },
    /// On-balance volume, counted from the column's first bar.
    Obv,
    /// Volume-weighted average of the typical price since the session's first bar.
    Vwap {
        /// Each calendar day of this zone is a session.
        zone: Zone,
    },
    /// A part of the local time at the bar's close.
    LocalTime {
        /// Which part.
        part: TimePart,
        /// Zone of the clock.
        zone: Zone,
    },
    /// An indicator that reads another column in place of the field that it reads by itself.
    Over {
        /// Which indicator; one that reads a single field.
        indicator: Box<IndicatorSpec>,
        /// What it reads.
        source: Box<Formula>,
    },
}

impl IndicatorSpec {
    /// This indicator over `source` in place of its own field: where the source is that field, the indicator itself.
    #[must_use]
    pub fn over(self, source: Formula) -> Self {
        match (&self, &source) {
            (Self::Sma { n }, Formula::Column(Self::Field(BarField::Volume))) => Self::VolumeSma { n: *n },
            (_, Formula::Column(Self::Field(field))) if *field == self.own_field() => self,
            _ => Self::Over { indicator: Box::new(self), source: Box::new(source) },
        }
    }

    /// The field that an indicator of a single series reads by itself.
    const fn own_field(&self) -> BarField {
        match self {
            Self::Highest { .. } => BarField::High,
            Self::Lowest { .. } => BarField::Low,
            _ => BarField::Close,
        }
    }

    /// How many indicators stand inside one another: 1 for one that reads bars alone.
    pub fn depth(&self) -> usize {
        match self {
            Self::Over { source, .. } => 1 + source.columns().map(Self::depth).max().unwrap_or(0),
            _ => 1,
        }
    }
}

/// A column that is computed value by value from other columns of the same bars: `(high + low) / 2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Formula {
    /// The same number in every row.
    Number(Literal),
    /// An indicator or a field.
    Column(IndicatorSpec),
    /// The value with the opposite sign.
    Negate(Box<Formula>),
    /// An arithmetic operation.
    Binary {
        /// Operator between the operands.
        op: BinaryOp,
        /// Operand on its left.
        left: Box<Formula>,
        /// Operand on its right.
        right: Box<Formula>,
    },
    /// A function call.
    Call {
        /// `abs`, `min`, `max`.
        function: Function,
        /// Arguments of the call.
        args: Vec<Formula>,
    },
}

impl Formula {
    /// An operation on two formulas.
    pub fn binary(op: BinaryOp, left: Self, right: Self) -> Self {
        Self::Binary { op, left: Box::new(left), right: Box::new(right) }
    }

    /// The direct parts, in order.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Number(_) | Self::Column(_) => Vec::new(),
            Self::Negate(of) => vec![of.as_ref()],
            Self::Binary { left, right, .. } => vec![left.as_ref(), right.as_ref()],
            Self::Call { args, .. } => args.iter().collect(),
        }
    }

    /// The columns that it is made of.
    pub fn columns(&self) -> impl Iterator<Item = &IndicatorSpec> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            loop {
                let formula = waiting.pop()?;
                if let Self::Column(column) = formula {
                    return Some(column);
                }
                waiting.extend(formula.parts());
            }
        })
    }

    /// The same formula with every indicator in it computed over `source`.
    #[must_use]
    pub fn over(self, source: &Self) -> Self {
        match self {
            Self::Number(_) => self,
            Self::Column(column) => Self::Column(column.over(source.clone())),
            Self::Negate(of) => Self::Negate(Box::new(of.over(source))),
            Self::Binary { op, left, right } => Self::binary(op, left.over(source), right.over(source)),
            Self::Call { function, args } => {
                Self::Call { function, args: args.into_iter().map(|arg| arg.over(source)).collect() }
            }
        }
    }
}

/// A finite number, kept by its bits so that it can be compared and hashed exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal(u64);

impl Literal {
    /// Of a number.
    pub const fn new(value: f64) -> Self {
        Self(value.to_bits())
    }

    /// The number.
    pub const fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl serde::Serialize for Literal {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.value())
    }
}

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / 1000.0)
    }
}
