//! Rules: conditions over indicators, as parsed from the scenario's expressions.

use serde::Serialize;

use crate::domain::{Bps, IndicatorSpec, Interval};

/// A `rules` strategy. Enters when ALL of `enter_all` hold, leaves when ANY of `exit_any` holds or a
/// protective level is reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSet {
    /// All must hold; at least one.
    pub enter_all: Vec<Condition>,
    /// Any suffices; may be empty.
    pub exit_any: Vec<Condition>,
    /// Stop under the entry price.
    pub stop_loss: Option<Bps>,
    /// Target above the entry price.
    pub take_profit: Option<Bps>,
    /// Stop under the highest price since entry.
    pub trailing_stop: Option<Bps>,
    /// Leaves after this many bars of the scenario's interval.
    pub max_hold_bars: Option<u32>,
    /// Most symbols held at once.
    pub max_positions: Option<u32>,
}

/// One condition: an expression that is true or false.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// As the user wrote it.
    pub text: String,
    /// Its meaning; yields 1 for true, 0 for false, nothing while an indicator warms up (counts as false).
    pub expr: Expr,
}

/// A column over bars of one timeframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Series {
    /// Which.
    pub indicator: IndicatorSpec,
    /// Of which bars; a condition sees the last CLOSED one.
    pub timeframe: Interval,
}

/// An expression. Comparisons and logic yield 1 or 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Expr {
    /// A constant.
    Number(f64),
    /// A column's value at the last closed bar.
    Series(Series),
    /// The value that an expression had `bars` bars earlier, in the timeframe of its series.
    Ago {
        /// What.
        of: Box<Expr>,
        /// Bars back.
        bars: u32,
    },
    /// Minus.
    Negate(Box<Expr>),
    /// Logical not.
    Not(Box<Expr>),
    /// Two operands.
    Binary {
        /// The operation.
        op: BinaryOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// Left was at or below right one bar before and is above now, in the finer of the two timeframes' bars.
    CrossesAbove {
        /// What crosses.
        left: Box<Expr>,
        /// What is crossed.
        right: Box<Expr>,
    },
    /// Left was at or above right one bar before and is below now.
    CrossesBelow {
        /// What crosses.
        left: Box<Expr>,
        /// What is crossed.
        right: Box<Expr>,
    },
    /// A function of numbers.
    Call {
        /// `abs`, `min`, `max`.
        function: Function,
        /// Its arguments.
        args: Vec<Expr>,
    },
}

impl Expr {
    /// The parts it is made of, in order; none for a number or a column.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::Number(_) | Self::Series(_) => Vec::new(),
            Self::Ago { of, .. } | Self::Negate(of) | Self::Not(of) => vec![of.as_ref()],
            Self::Binary { left, right, .. }
            | Self::CrossesAbove { left, right }
            | Self::CrossesBelow { left, right } => vec![left.as_ref(), right.as_ref()],
            Self::Call { args, .. } => args.iter().collect(),
        }
    }

    /// The finest timeframe among its columns: the one whose bars `ago` and crosses count. `None` where it
    /// reads no column.
    pub fn finest_timeframe(&self) -> Option<Interval> {
        match self {
            Self::Series(series) => Some(series.timeframe),
            _ => self.parts().into_iter().filter_map(Self::finest_timeframe).min(),
        }
    }
}

/// An operation of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; by zero there is no value.
    Divide,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `and`
    And,
    /// `or`
    Or,
}

/// A function of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Function {
    /// Magnitude.
    Abs,
    /// Smallest.
    Min,
    /// Largest.
    Max,
}
