//! Parser, from tokens to syntax tree: precedence and parentheses only.
//!
//! From lowest to highest precedence: `or`; `and`; `not`; comparisons and crosses; `+ -`; `* / %`; unary minus;
//! `@`. Binary operators are left-associative.

use std::ops::Range;

use winnow::combinator::{Infix, Postfix, Prefix, expression};
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::TokenSlice;
use winnow::token::any;

use super::ExprError;
use super::token::{Token, TokenKind};
use crate::scenario::BinaryOp;
use crate::scenario::suggest::closest;

/// A node of the syntax tree with its byte span, parentheses included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'t> {
    pub kind: NodeKind<'t>,
    pub span: Range<usize>,
}

/// The kind of a node.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NodeKind<'t> {
    Number(f64),
    /// A name, with arguments if it has parentheses.
    Term {
        name: &'t str,
        name_span: Range<usize>,
        args: Option<Vec<Node<'t>>>,
    },
    /// `9:30`, in minutes after midnight.
    Clock(f64),
    /// `of@4h`, `of@4h(BTC)`
    At {
        of: Box<Node<'t>>,
        at: Box<At<'t>>,
    },
    Negate(Box<Node<'t>>),
    Not(Box<Node<'t>>),
    Binary {
        op: Operator,
        left: Box<Node<'t>>,
        right: Box<Node<'t>>,
    },
}

/// Where a value is read, as written after it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct At<'t> {
    /// Empty where only a symbol is written.
    pub timeframe: &'t str,
    /// Name and span of the symbol.
    pub symbol: Option<(&'t str, Range<usize>)>,
    /// All of it, the `@` included.
    pub span: Range<usize>,
}

impl At<'_> {
    /// The `@` and the timeframe.
    pub const fn timeframe_span(&self) -> Range<usize> {
        self.span.start..self.span.start + 1 + self.timeframe.len()
    }
}

impl Node<'_> {
    /// The value of a numeric literal, with an optional minus.
    pub fn literal(&self) -> Option<f64> {
        match &self.kind {
            NodeKind::Number(value) => Some(*value),
            NodeKind::Negate(of) => of.literal().map(|value| -value),
            _ => None,
        }
    }
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Plain(BinaryOp),
    CrossesAbove,
    CrossesBelow,
}

type Tokens<'s, 't> = TokenSlice<'s, Token<'t>>;
type Parsed<T> = Result<T, ErrMode<ExprError>>;

const OR: i64 = 1;
const AND: i64 = 2;
const NOT: i64 = 3;
const COMPARE: i64 = 4;
const SUM: i64 = 5;
const PRODUCT: i64 = 6;
const MINUS: i64 = 7;
const TIMEFRAME: i64 = 8;

/// Parses the tokens of a whole text; `tokens` ends with [`TokenKind::End`].
///
/// # Errors
/// The first unexpected token.
pub(super) fn tree<'t>(tokens: &[Token<'t>]) -> Result<Node<'t>, ExprError> {
    let mut input = TokenSlice::new(tokens);
    let parsed = whole(&mut input);
    parsed.map_err(|error| error.into_inner().unwrap_or_else(|_| ExprError::from_input(&input)))
}

fn whole<'t>(input: &mut Tokens<'_, 't>) -> Parsed<Node<'t>> {
    let node = operation(input)?;
    match input.first().map(|token| token.kind) {
        None | Some(TokenKind::End) => Ok(node),
        Some(_) => Err(ErrMode::Cut(unexpected(input, "an operator or the end"))),
    }
}

fn operation<'t>(input: &mut Tokens<'_, 't>) -> Parsed<Node<'t>> {
    expression(operand).prefix(prefix).postfix(postfix).infix(infix).parse_next(input)
}

fn operand<'t>(input: &mut Tokens<'_, 't>) -> Parsed<Node<'t>> {
    let token = any.parse_next(input)?;
    let kind = match token.kind {
        TokenKind::Number(value) => NodeKind::Number(value),
        TokenKind::Clock(minutes) => NodeKind::Clock(minutes),
        TokenKind::Name(name) if !is_keyword(name) => return term(input, name, token.span.clone()),
        TokenKind::Sign("(") => return parenthesised(input, token.span.start),
        _ => return Err(ErrMode::Backtrack(ExprError::new(token.span.clone(), "no value"))),
    };
    Ok(Node { kind, span: token.span.clone() })
}

fn is_keyword(name: &str) -> bool {
    matches!(name, "and" | "or" | "not")
}

fn parenthesised<'t>(input: &mut Tokens<'_, 't>, start: usize) -> Parsed<Node<'t>> {
    let inner = operation(input)?;
    let end = sign(input, ")", "an operator or `)`")?;
    Ok(Node { kind: inner.kind, span: start..end })
}

fn term<'t>(input: &mut Tokens<'_, 't>, name: &'t str, name_span: Range<usize>) -> Parsed<Node<'t>> {
    let (args, end) = match next_is(input, "(") {
        true => arguments(input).map(|(args, end)| (Some(args), end))?,
        false => (None, name_span.end),
    };
    let span = name_span.start..end;
    Ok(Node { kind: NodeKind::Term { name, name_span, args }, span })
}

/// Parses an argument list from `(` to `)`; returns the arguments and the byte offset after the `)`.
fn arguments<'t>(input: &mut Tokens<'_, 't>) -> Parsed<(Vec<Node<'t>>, usize)> {
    sign(input, "(", "`(`")?;
    let mut args = Vec::new();
    if !next_is(input, ")") {
        args.push(operation(input)?);
        while next_is(input, ",") {
            sign(input, ",", "`,`")?;
            args.push(operation(input)?);
        }
    }
    let end = sign(input, ")", "an operator, `,` or `)`")?;
    Ok((args, end))
}

fn next_is(input: &Tokens<'_, '_>, wanted: &str) -> bool {
    matches!(input.first(), Some(Token { kind: TokenKind::Sign(sign), .. }) if *sign == wanted)
}

/// Consumes this sign and returns the byte offset after it.
fn sign(input: &mut Tokens<'_, '_>, wanted: &str, expected: &str) -> Parsed<usize> {
    if !next_is(input, wanted) {
        return Err(ErrMode::Cut(unexpected(input, expected)));
    }
    any.map(|token: &Token<'_>| token.span.end).parse_next(input)
}

/// The last alternative where a value is expected, so that its error is the one reported.
fn prefix<'s, 't>(
    input: &mut Tokens<'s, 't>,
) -> Parsed<Prefix<Tokens<'s, 't>, Node<'t>, ErrMode<ExprError>>> {
    let operator = match input.first().map(|token| token.kind) {
        Some(TokenKind::Sign("-")) => {
            Prefix(MINUS, |input: &mut _, of| Ok(prefixed(input, of, NodeKind::Negate)))
        }
        Some(TokenKind::Name("not")) => {
            Prefix(NOT, |input: &mut _, of| Ok(prefixed(input, of, NodeKind::Not)))
        }
        _ => return Err(ErrMode::Cut(unexpected(input, "a value"))),
    };
    any.value(operator).parse_next(input)
}

/// Builds a prefix node; it starts at its operator, the last token before the operand.
fn prefixed<'t>(input: &Tokens<'_, 't>, of: Node<'t>, kind: fn(Box<Node<'t>>) -> NodeKind<'t>) -> Node<'t> {
    let before = input.previous_tokens().find(|token| token.span.end <= of.span.start);
    let span = before.map_or(of.span.start, |token| token.span.start)..of.span.end;
    Node { kind: kind(Box::new(of)), span }
}

fn postfix<'s, 't>(
    input: &mut Tokens<'s, 't>,
) -> Parsed<Postfix<Tokens<'s, 't>, Node<'t>, ErrMode<ExprError>>> {
    any.verify(|token: &&Token<'t>| matches!(token.kind, TokenKind::At { .. }))
        .map(|_| Postfix(TIMEFRAME, |input: &mut Tokens<'s, 't>, of| Ok(at(input, of))))
        .parse_next(input)
}

/// Builds an `@` node; the timeframe is the token just consumed.
fn at<'t>(input: &Tokens<'_, 't>, of: Node<'t>) -> Node<'t> {
    match input.previous_tokens().next() {
        Some(Token { kind: TokenKind::At { timeframe, symbol }, span }) => {
            let symbol = symbol.map(|(name, start)| (name, start..start + name.len()));
            let at = Box::new(At { timeframe, symbol, span: span.clone() });
            Node { span: of.span.start..span.end, kind: NodeKind::At { of: Box::new(of), at } }
        }
        _ => of,
    }
}

/// One plain function for each operator, as [`Infix`] requires.
macro_rules! left {
    ($power:expr, $op:expr) => {
        Infix::Left($power, |_: &mut _, left, right| Ok(binary($op, left, right)))
    };
}

fn infix<'s, 't>(input: &mut Tokens<'s, 't>) -> Parsed<Infix<Tokens<'s, 't>, Node<'t>, ErrMode<ExprError>>> {
    any.verify_map(|token: &Token<'t>| {
        Some(match token.kind {
            TokenKind::Name("or") => left!(OR, Operator::Plain(BinaryOp::Or)),
            TokenKind::Name("and") => left!(AND, Operator::Plain(BinaryOp::And)),
            TokenKind::Name("crosses_above") => left!(COMPARE, Operator::CrossesAbove),
            TokenKind::Name("crosses_below") => left!(COMPARE, Operator::CrossesBelow),
            TokenKind::Sign("<") => left!(COMPARE, Operator::Plain(BinaryOp::Less)),
            TokenKind::Sign("<=") => left!(COMPARE, Operator::Plain(BinaryOp::LessOrEqual)),
            TokenKind::Sign(">") => left!(COMPARE, Operator::Plain(BinaryOp::Greater)),
            TokenKind::Sign(">=") => left!(COMPARE, Operator::Plain(BinaryOp::GreaterOrEqual)),
            TokenKind::Sign("==") => left!(COMPARE, Operator::Plain(BinaryOp::Equal)),
            TokenKind::Sign("!=") => left!(COMPARE, Operator::Plain(BinaryOp::NotEqual)),
            TokenKind::Sign("+") => left!(SUM, Operator::Plain(BinaryOp::Add)),
            TokenKind::Sign("-") => left!(SUM, Operator::Plain(BinaryOp::Subtract)),
            TokenKind::Sign("*") => left!(PRODUCT, Operator::Plain(BinaryOp::Multiply)),
            TokenKind::Sign("/") => left!(PRODUCT, Operator::Plain(BinaryOp::Divide)),
            TokenKind::Sign("%") => left!(PRODUCT, Operator::Plain(BinaryOp::Remainder)),
            _ => return None,
        })
    })
    .parse_next(input)
}

fn binary<'t>(op: Operator, left: Node<'t>, right: Node<'t>) -> Node<'t> {
    let span = left.span.start..right.span.end;
    Node { kind: NodeKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span }
}

impl<'s, 't> ParserError<Tokens<'s, 't>> for ExprError {
    type Inner = Self;

    fn from_input(input: &Tokens<'s, 't>) -> Self {
        unexpected(input, "something else")
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

fn unexpected(input: &Tokens<'_, '_>, expected: &str) -> ExprError {
    let (kind, span) = match input.first() {
        Some(token) => (token.kind, token.span.clone()),
        None => (TokenKind::End, 0..0),
    };
    let found = match kind {
        TokenKind::Number(value) => format!("`{value}`"),
        TokenKind::Name(name) => format!("`{name}`"),
        TokenKind::Clock(minutes) => format!("`{}`", clock_text(minutes)),
        TokenKind::At { timeframe, symbol: None } => format!("`@{timeframe}`"),
        TokenKind::At { timeframe, symbol: Some((symbol, _)) } => format!("`@{timeframe}({symbol})`"),
        TokenKind::Sign(sign) => format!("`{sign}`"),
        TokenKind::End => "the end".to_owned(),
    };
    let help = match kind {
        TokenKind::Name(name) => misspelt_operator(name),
        _ => None,
    };
    ExprError::new(span, format!("expected {expected}, found {found}")).maybe_help(help)
}

/// A time of day as written.
fn clock_text(minutes: f64) -> String {
    format!("{}:{:02}", (minutes / 60.0).floor(), minutes % 60.0)
}

fn misspelt_operator(name: &str) -> Option<String> {
    let operators = ["and", "or", "crosses_above", "crosses_below"];
    closest(name, operators)
        .filter(|operator| *operator != name)
        .map(|operator| format!("did you mean `{operator}`?"))
}
