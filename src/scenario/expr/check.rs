//! Type checking, from syntax tree to expression: numbers, conditions, timeframes.
//!
//! Whether a node is a number or a condition is decided by its form alone. One mistake therefore does not
//! hide others: every node is checked, and all mistakes are reported.

use std::ops::Range;

use super::ExprError;
use super::call::Call;
use super::checker::{Checker, Kind, SeriesPlace, Surroundings, Symbols};
use super::syntax::{At, Node, NodeKind, Operator, tree};
use super::table::find;
use super::token::tokens;
use super::words::Meaning;
use crate::domain::{Interval, Symbol, SymbolId, TimePart};
use crate::scenario::suggest;
use crate::scenario::{BinaryOp, Expr, Series};

/// Parses a condition over bars. Names without an `@` read bars of `default_timeframe`; every timeframe must be a
/// multiple of `base`, the scenario's interval.
///
/// # Errors
/// The first syntax error; without one, all semantic errors, in the order of the text.
pub fn parse(text: &str, default_timeframe: Interval, base: Interval) -> Result<Expr, Vec<ExprError>> {
    parse_condition(text, &Surroundings::bars(default_timeframe, base))
}

/// Parses a condition in its surroundings.
///
/// # Errors
/// As [`parse`].
pub fn parse_condition(text: &str, surroundings: &Surroundings<'_>) -> Result<Expr, Vec<ExprError>> {
    parse_as(text, surroundings, Kind::Condition)
}

/// Parses a number in its surroundings.
///
/// # Errors
/// As [`parse`].
pub fn parse_number(text: &str, surroundings: &Surroundings<'_>) -> Result<Expr, Vec<ExprError>> {
    parse_as(text, surroundings, Kind::Number)
}

fn parse_as(text: &str, surroundings: &Surroundings<'_>, kind: Kind) -> Result<Expr, Vec<ExprError>> {
    let tree = tokens(text).and_then(|tokens| tree(&tokens)).map_err(|error| vec![error])?;
    let mut checker = Checker::new(text, surroundings);
    match checker.expect(&tree, kind) {
        Some(expr) if checker.errors.is_empty() => Ok(expr),
        _ => Err(checker.mistakes()),
    }
}

/// The indicator that `text` names, such as `rsi(14)@4h`. Without an `@` it reads bars of `base`, the scenario's
/// interval.
///
/// # Errors
/// As [`parse`]; also where the text is an expression that is no single indicator.
pub fn parse_series(text: &str, base: Interval) -> Result<Series, Vec<ExprError>> {
    let tree = tokens(text).and_then(|tokens| tree(&tokens)).map_err(|error| vec![error])?;
    let surroundings = Surroundings::bars(base, base);
    let mut checker = Checker::new(text, &surroundings);
    let expr = checker.any(&tree);
    match expr {
        _ if !checker.errors.is_empty() => Err(checker.mistakes()),
        Some(Expr::Series(series)) => Ok(series),
        _ => {
            let error = ExprError::new(tree.span, "this is an expression, not a single indicator");
            Err(vec![error.with_help("declare each indicator of it, and compute with their values")])
        }
    }
}

impl<'t> Checker<'_, 't> {
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
            NodeKind::Clock(_) => {
                let message = format!("`{}` is a time of day", self.quote(&node.span));
                let help = "compare it with the local time: `time_of_day >= 9:30`";
                self.report(ExprError::new(node.span.clone(), message).with_help(help))
            }
            NodeKind::Term { name, name_span, args } => {
                let call = Call { name, name_span, args: args.as_deref(), span: &node.span };
                self.call(&call, self.place)
            }
            NodeKind::At { of, at } => self.at(of, at),
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
        let (l, r) = (self.side(op, left, right, operands), self.side(op, right, left, operands));
        let (left, right) = (Box::new(l?), Box::new(r?));
        match op {
            Operator::Plain(op) => Some(Expr::Binary { op, left, right }),
            Operator::CrossesAbove => self.cross(span, Expr::CrossesAbove { left, right }),
            Operator::CrossesBelow => self.cross(span, Expr::CrossesBelow { left, right }),
        }
    }

    /// One side of an operator. A time of day is compared with the local time only.
    fn side(&mut self, op: Operator, node: &Node<'t>, other: &Node<'t>, kind: Kind) -> Option<Expr> {
        let compares = matches!(op, Operator::Plain(op) if !op.is_arithmetic()) && kind == Kind::Number;
        match node.kind {
            NodeKind::Clock(minutes) if compares && is_time_of_day(other) => Some(Expr::Number(minutes)),
            _ => self.expect(node, kind),
        }
    }

    /// Reports what has no earlier values.
    pub fn has_a_past(&mut self, expr: &Expr, span: &Range<usize>) -> Option<()> {
        if !expr.reads_position() {
            return Some(());
        }
        let message = format!("`{}` reads the position, which has no earlier values", self.quote(span));
        let help = "compare it at the deciding close: `unrealised_pct > 3`";
        self.report(ExprError::new(span.clone(), message).with_help(help))
    }

    /// Checks a cross: two constants never cross.
    pub fn cross(&mut self, span: &Range<usize>, cross: Expr) -> Option<Expr> {
        self.has_a_past(&cross, span)?;
        if cross.finest_timeframe().is_some() {
            return Some(cross);
        }
        let message = format!("both sides of `{}` are constant", self.quote(span));
        self.report(ExprError::new(span.clone(), message).with_help("compare a field or an indicator"))
    }

    fn at(&mut self, of: &Node<'t>, at: &At<'t>) -> Option<Expr> {
        let place = self.place_of(at);
        if let NodeKind::Term { name, name_span, args } = &of.kind {
            let call = Call { name, name_span, args: args.as_deref(), span: &of.span };
            if call.reads_bars() {
                let expr = self.call(&call, place.unwrap_or(self.place));
                return expr.filter(|_| place.is_some());
            }
        }
        self.any(of);
        let what = if at.symbol.is_some() { "a symbol" } else { "a timeframe" };
        let message = format!("`{}` cannot have {what}", self.quote(&of.span));
        let help = "write `@` after each field or indicator: `close@4h > ema(50)@4h`";
        self.report(ExprError::new(at.span.clone(), message).with_help(help))
    }

    /// The bars that an `@` names.
    fn place_of(&mut self, at: &At<'t>) -> Option<SeriesPlace> {
        let timeframe = match at.timeframe {
            "" => Some(self.place.timeframe),
            text => self.timeframe(text, &at.timeframe_span()),
        };
        let symbol = match &at.symbol {
            None => Some(None),
            Some((name, span)) => self.symbol(name, span).map(Some),
        };
        Some(SeriesPlace { timeframe: timeframe?, symbol: symbol? })
    }

    fn symbol(&mut self, name: &str, span: &Range<usize>) -> Option<SymbolId> {
        let symbols = match self.surroundings.symbols {
            Symbols::Unknown => return Some(SymbolId(0)),
            Symbols::Own => {
                let error = ExprError::new(span.clone(), "another symbol cannot be named here");
                return self.report(error.with_help("a series is of the symbol that is asked for"));
            }
            Symbols::Of(symbols) => symbols,
        };
        let index = symbols.iter().position(|symbol| symbol.as_str() == name);
        if let Some(id) = index.and_then(|index| u16::try_from(index).ok()) {
            return Some(SymbolId(id));
        }
        let known: Vec<&str> = symbols.iter().map(Symbol::as_str).collect();
        let error = ExprError::new(span.clone(), format!("`{name}` is not a symbol of the scenario"));
        self.report(error.maybe_help(suggest::help(name, &known)))
    }

    fn timeframe(&mut self, text: &str, span: &Range<usize>) -> Option<Interval> {
        let Ok(interval) = text.parse::<Interval>() else {
            let message = format!("`{text}` is not a timeframe");
            let help = "a timeframe is a length that divides a day, or whole days: `15m`, `4h`, `1d`, `1w`";
            return self.report(ExprError::new(span.clone(), message).with_help(help));
        };
        if !interval.is_multiple_of(self.surroundings.base) {
            let message = format!(
                "`{text}` is not a multiple of the scenario's interval, `{}`",
                self.surroundings.base
            );
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
        NodeKind::Binary { op: Operator::Plain(op), .. } if op.is_arithmetic() => Kind::Number,
        NodeKind::Binary { .. } => Kind::Condition,
        NodeKind::Term { name, args, .. } => match (*name, args.as_deref()) {
            ("crosses_above" | "crosses_below", _) => Kind::Condition,
            ("ago", Some([of, ..])) => kind_of(of),
            _ => Kind::Number,
        },
        NodeKind::Number(_) | NodeKind::Clock(_) | NodeKind::At { .. } | NodeKind::Negate(_) => Kind::Number,
    }
}

fn is_time_of_day(node: &Node<'_>) -> bool {
    let NodeKind::Term { name, .. } = &node.kind else { return false };
    find(name).is_some_and(|word| matches!(word.meaning, Meaning::Time(TimePart::TimeOfDay)))
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
