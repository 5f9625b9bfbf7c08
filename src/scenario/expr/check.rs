//! Type checking, from syntax tree to expression: numbers, conditions, timeframes.
//!
//! Whether a node is a number or a condition is decided by its form alone. One mistake therefore does not
//! hide others: every node is checked, and all mistakes are reported.

use std::ops::Range;

use super::ExprError;
use super::call::Call;
use super::checker::{Checker, Kind};
use super::syntax::{Node, NodeKind, Operator, tree};
use super::token::tokens;
use super::words::find;
use crate::domain::Interval;
use crate::scenario::{BinaryOp, Expr, Series};

/// Parses a condition. Names without an `@` read bars of `default_timeframe`; every timeframe must be a
/// multiple of `base`, the scenario's interval.
///
/// # Errors
/// The first syntax error; without one, all semantic errors, in the order of the text.
pub fn parse(text: &str, default_timeframe: Interval, base: Interval) -> Result<Expr, Vec<ExprError>> {
    let tree = tokens(text).and_then(|tokens| tree(&tokens)).map_err(|error| vec![error])?;
    let mut checker = Checker { text, default_timeframe, base, errors: Vec::new() };
    let expr = checker.expect(&tree, Kind::Condition);
    match expr {
        Some(expr) if checker.errors.is_empty() => Ok(expr),
        _ => {
            checker.errors.sort_by_key(|error| (error.span.start, error.span.end));
            Err(checker.errors)
        }
    }
}

/// The indicator that `text` names, such as `rsi(14)@4h`. Without an `@` it reads bars of `base`, the scenario's
/// interval.
///
/// # Errors
/// As [`parse`]; also where the text is an expression that is no single indicator.
pub fn parse_series(text: &str, base: Interval) -> Result<Series, Vec<ExprError>> {
    let tree = tokens(text).and_then(|tokens| tree(&tokens)).map_err(|error| vec![error])?;
    let mut checker = Checker { text, default_timeframe: base, base, errors: Vec::new() };
    let expr = checker.any(&tree);
    match expr {
        _ if !checker.errors.is_empty() => Err(checker.errors),
        Some(Expr::Series(series)) => Ok(series),
        _ => {
            let error = ExprError::new(tree.span, "this is an expression, not a single indicator");
            Err(vec![error.with_help("declare each indicator of it, and compute with their values")])
        }
    }
}

impl<'t> Checker<'t> {
    /// The node's expression, which must have this type.
    pub fn expect(&mut self, node: &Node<'t>, kind: Kind) -> Option<Expr> {
        let expr = self.any(node);
        if kind_of(node) == kind {
            return expr;
        }
        // The type of an unknown name is unknown; the unknown name is already reported.
        if !is_unknown(node) {
            self.report::<()>(mismatch(node, kind, self.quote(&node.span)));
        }
        None
    }

    /// The node's expression, of either type.
    pub fn any(&mut self, node: &Node<'t>) -> Option<Expr> {
        match &node.kind {
            NodeKind::Number(value) => Some(Expr::Number(*value)),
            NodeKind::Term { name, name_span, args } => {
                let call = Call { name, name_span, args: args.as_deref(), span: &node.span };
                self.call(&call, self.default_timeframe)
            }
            NodeKind::At { of, timeframe, timeframe_span } => self.at(of, timeframe, timeframe_span),
            NodeKind::Negate(of) => self.expect(of, Kind::Number).map(|of| Expr::Negate(Box::new(of))),
            NodeKind::Not(of) => self.expect(of, Kind::Condition).map(|of| Expr::Not(Box::new(of))),
            NodeKind::Binary { op, left, right } => self.binary(*op, left, right, &node.span),
        }
    }

    fn binary(
        &mut self,
        op: Operator,
        left: &Node<'t>,
        right: &Node<'t>,
        span: &Range<usize>,
    ) -> Option<Expr> {
        let operands = match op {
            Operator::Plain(BinaryOp::And | BinaryOp::Or) => Kind::Condition,
            _ => Kind::Number,
        };
        let (l, r) = (self.expect(left, operands), self.expect(right, operands));
        let (left, right) = (Box::new(l?), Box::new(r?));
        match op {
            Operator::Plain(op) => Some(Expr::Binary { op, left, right }),
            Operator::CrossesAbove => self.cross(span, Expr::CrossesAbove { left, right }),
            Operator::CrossesBelow => self.cross(span, Expr::CrossesBelow { left, right }),
        }
    }

    /// Checks a cross: two constants never cross.
    pub fn cross(&mut self, span: &Range<usize>, cross: Expr) -> Option<Expr> {
        if cross.finest_timeframe().is_some() {
            return Some(cross);
        }
        let message = format!("both sides of `{}` are constant", self.quote(span));
        self.report(ExprError::new(span.clone(), message).with_help("compare a field or an indicator"))
    }

    fn at(&mut self, of: &Node<'t>, timeframe: &str, span: &Range<usize>) -> Option<Expr> {
        let interval = self.timeframe(timeframe, span);
        if let NodeKind::Term { name, name_span, args } = &of.kind {
            let call = Call { name, name_span, args: args.as_deref(), span: &of.span };
            if call.reads_bars() {
                let expr = self.call(&call, interval.unwrap_or(self.default_timeframe));
                return expr.filter(|_| interval.is_some());
            }
        }
        self.any(of);
        let message = format!("`{}` cannot have a timeframe", self.quote(&of.span));
        let help = "write `@` after each field or indicator: `close@4h > ema(50)@4h`";
        self.report(ExprError::new(span.clone(), message).with_help(help))
    }

    fn timeframe(&mut self, text: &str, span: &Range<usize>) -> Option<Interval> {
        let Ok(interval) = text.parse::<Interval>() else {
            let message = format!("`{text}` is not a timeframe");
            let help = "a timeframe is a length that divides a day, or whole days: `15m`, `4h`, `1d`, `1w`";
            return self.report(ExprError::new(span.clone(), message).with_help(help));
        };
        if !interval.is_multiple_of(self.base) {
            let message = format!("`{text}` is not a multiple of the scenario's interval, `{}`", self.base);
            let help = "bars of a timeframe are resampled from bars of the scenario's interval";
            return self.report(ExprError::new(span.clone(), message).with_help(help));
        }
        Some(interval)
    }
}

/// The type of a node, from its form.
fn kind_of(node: &Node<'_>) -> Kind {
    match &node.kind {
        NodeKind::Not(_) => Kind::Condition,
        NodeKind::Binary { op: Operator::Plain(op), .. } => match op {
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => Kind::Number,
            _ => Kind::Condition,
        },
        NodeKind::Binary { .. } => Kind::Condition,
        NodeKind::Term { name, args, .. } => match (*name, args.as_deref()) {
            ("crosses_above" | "crosses_below", _) => Kind::Condition,
            ("ago", Some([of, ..])) => kind_of(of),
            _ => Kind::Number,
        },
        NodeKind::Number(_) | NodeKind::At { .. } | NodeKind::Negate(_) => Kind::Number,
    }
}

fn is_unknown(node: &Node<'_>) -> bool {
    match &node.kind {
        NodeKind::Term { name, .. } => find(name).is_none(),
        NodeKind::At { of, .. } => is_unknown(of),
        _ => false,
    }
}

fn mismatch(node: &Node<'_>, wanted: Kind, text: &str) -> ExprError {
    let (message, help) = match wanted {
        Kind::Condition => (
            format!("`{text}` is a number, not a condition"),
            format!("compare it with something: `{text} > ...`"),
        ),
        Kind::Number if is_comparison(node) => (
            format!("`{text}` is a condition, not a number"),
            "comparisons do not chain: write `a < b and b < c`".to_owned(),
        ),
        Kind::Number => (
            format!("`{text}` is a condition, not a number"),
            "compare numbers, and combine conditions with `and`, `or`, `not`".to_owned(),
        ),
    };
    ExprError::new(node.span.clone(), message).with_help(help)
}

fn is_comparison(node: &Node<'_>) -> bool {
    matches!(&node.kind, NodeKind::Binary { op, .. }
        if !matches!(op, Operator::Plain(BinaryOp::And | BinaryOp::Or)))
}
