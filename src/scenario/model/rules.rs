//! Rules: conditions over indicators, parsed from the scenario's expressions.

use serde::Serialize;

use crate::domain::{Bps, IndicatorSpec, Interval};

/// A `rules` strategy. Enters when all of `enter_all` are true; exits when any of `exit_any` is true or a
/// protective level is reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSet {
    /// All must be true; at least one condition.
    pub enter_all: Vec<Condition>,
    /// Any one suffices; may be empty.
    pub exit_any: Vec<Condition>,
    /// Stop below the entry price.
    pub stop_loss: Option<Bps>,
    /// Target above the entry price.
    pub take_profit: Option<Bps>,
    /// Stop below the highest price since entry.
    pub trailing_stop: Option<Bps>,
    /// Exits after this many bars of the scenario's interval.
    pub max_hold_bars: Option<u32>,
    /// Maximum number of symbols held at once.
    pub max_positions: Option<u32>,
}

/// One condition: a boolean expression.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// Source text of the rule.
    pub text: String,
    /// The expression; yields 1 for true, 0 for false, and no value (treated as false) while an indicator
    /// warms up.
    pub expr: Expr,
}

/// An indicator column over bars of one timeframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Series {
    /// Indicator and its parameters.
    pub indicator: IndicatorSpec,
    /// Timeframe of its bars; a condition reads the last closed bar.
    pub timeframe: Interval,
}

/// An expression. Comparisons and logic yield 1 or 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Expr {
    /// A numeric literal.
    Number(f64),
    /// A column's value at the last closed bar.
    Series(Series),
    /// The value of an expression `bars` bars earlier, in the timeframe of its series.
    Ago {
        /// Expression whose past value is taken.
        of: Box<Expr>,
        /// Number of bars back.
        bars: u32,
    },
    /// Arithmetic negation: `-a`.
    Negate(Box<Expr>),
    /// Logical negation: `not a`.
    Not(Box<Expr>),
    /// A binary operation.
    Binary {
        /// Operator between the operands.
        op: BinaryOp,
        /// Operand on its left.
        left: Box<Expr>,
        /// Operand on its right.
        right: Box<Expr>,
    },
    /// `left` was at or below `right` one bar before and is above it now, counted in the bars of the finer
    /// timeframe of the two.
    CrossesAbove {
        /// The crossing value.
        left: Box<Expr>,
        /// The value that is crossed.
        right: Box<Expr>,
    },
    /// `left` was at or above `right` one bar before and is below it now.
    CrossesBelow {
        /// The crossing value.
        left: Box<Expr>,
        /// The value that is crossed.
        right: Box<Expr>,
    },
    /// A function call.
    Call {
        /// `abs`, `min`, `max`.
        function: Function,
        /// Arguments of the call.
        args: Vec<Expr>,
    },
}

impl Expr {
    /// The direct subexpressions, in order; none for a number or a column.
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

    /// The finest timeframe among its columns, in whose bars `ago` and crosses count. `None` without any
    /// column.
    pub fn finest_timeframe(&self) -> Option<Interval> {
        match self {
            Self::Series(series) => Some(series.timeframe),
            _ => self.parts().into_iter().filter_map(Self::finest_timeframe).min(),
        }
    }
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; division by zero has no value.
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
    /// Absolute value of the argument.
    Abs,
    /// Minimum of the arguments.
    Min,
    /// Maximum of the arguments.
    Max,
}
