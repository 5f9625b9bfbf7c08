//! Expressions: conditions and numbers over indicators, parsed from the scenario's text.

use serde::Serialize;

use crate::domain::{BinaryOp, Formula, Function, IndicatorSpec, Interval, Literal, SymbolId};

/// One condition: a boolean expression.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// Source text of the rule.
    pub text: String,
    /// Timeframe of what names none in the text; part of the expression, and so of no identity of its own.
    #[serde(skip)]
    pub timeframe: Interval,
    /// The expression; yields 1 for true, 0 for false, and no value (treated as false) while an indicator
    /// warms up.
    pub expr: Expr,
}

/// An indicator column over bars of one timeframe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Series {
    /// Indicator and its parameters.
    pub indicator: IndicatorSpec,
    /// Timeframe of its bars; a condition reads the last closed bar.
    pub timeframe: Interval,
    /// Whose bars; `None` for the symbol that is traded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<SymbolId>,
}

impl Series {
    /// Of the symbol that is traded.
    pub const fn own(indicator: IndicatorSpec, timeframe: Interval) -> Self {
        Self { indicator, timeframe, symbol: None }
    }
}

/// What a condition can ask of the position in its symbol. It has no earlier values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PositionValue {
    /// Bars of the scenario's interval that the position has lived through, this one included; 0 while flat.
    BarsHeld,
    /// The close above the average price paid, in percent of that price, without fees; no value while flat.
    UnrealisedPct,
}

/// An expression. Comparisons and logic yield 1 or 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Expr {
    /// A numeric literal.
    Number(f64),
    /// A column's value at the last closed bar.
    Series(Series),
    /// A value of the position.
    Position(PositionValue),
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
            Self::Number(_) | Self::Series(_) | Self::Position(_) => Vec::new(),
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

    /// Whether it asks anything of the position.
    pub fn reads_position(&self) -> bool {
        matches!(self, Self::Position(_)) || self.parts().into_iter().any(Self::reads_position)
    }

    /// A formula over bars of one timeframe and symbol.
    pub fn of_formula(formula: &Formula, timeframe: Interval, symbol: Option<SymbolId>) -> Self {
        let of = |part: &Formula| Self::of_formula(part, timeframe, symbol);
        match formula {
            Formula::Number(number) => Self::Number(number.value()),
            Formula::Column(indicator) => {
                Self::Series(Series { indicator: indicator.clone(), timeframe, symbol })
            }
            Formula::Negate(part) => Self::Negate(Box::new(of(part))),
            Formula::Binary { op, left, right } => {
                Self::Binary { op: *op, left: Box::new(of(left)), right: Box::new(of(right)) }
            }
            Formula::Call { function, args } => {
                Self::Call { function: *function, args: args.iter().map(of).collect() }
            }
        }
    }

    /// The formula over bars of this timeframe and symbol that it is; `None` where it reads anything else, or looks
    /// back.
    pub fn formula(&self, timeframe: Interval, symbol: Option<SymbolId>) -> Option<Formula> {
        let of = |part: &Self| part.formula(timeframe, symbol);
        match self {
            Self::Number(number) => Some(Formula::Number(Literal::new(*number))),
            Self::Series(series) if series.timeframe == timeframe && series.symbol == symbol => {
                Some(Formula::Column(series.indicator.clone()))
            }
            Self::Negate(part) => of(part).map(|part| Formula::Negate(Box::new(part))),
            Self::Binary { op, left, right } if op.is_arithmetic() => {
                Some(Formula::binary(*op, of(left)?, of(right)?))
            }
            Self::Call { function, args } => {
                let args = args.iter().map(of).collect::<Option<Vec<Formula>>>()?;
                Some(Formula::Call { function: *function, args })
            }
            _ => None,
        }
    }
}
