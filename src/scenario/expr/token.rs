//! Tokenizer: numbers, names, timeframes, operators, each with its span.

use std::ops::Range;

use winnow::ascii::{digit0, digit1, multispace0};
use winnow::combinator::{alt, opt, preceded};
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, one_of, take_while};

use super::ExprError;

/// Maximum number of tokens in an expression: far beyond real conditions, and low enough that no nesting can
/// overflow the stack.
const MAX_TOKENS: usize = 400;

/// A token with its byte span.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub kind: TokenKind<'t>,
    pub span: Range<usize>,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TokenKind<'t> {
    /// `14`, `0.5`, `1e-3`
    Number(f64),
    /// `close`, `sma`, `and`
    Name(&'t str),
    /// `9:30`, in minutes after midnight.
    Clock(f64),
    /// `@4h`, `@4h(BTC)`, `@(BTC)`: the timeframe, empty where there is none, and a symbol with its offset.
    At { timeframe: &'t str, symbol: Option<(&'t str, usize)> },
    /// `+`, `<=`, `(`, `,`
    Sign(&'static str),
    /// After the last token.
    End,
}

type Text<'t> = LocatingSlice<&'t str>;
type Lexed<T> = Result<T, ErrMode<ExprError>>;

/// All tokens of the text, ending with [`TokenKind::End`].
///
/// # Errors
/// The first invalid character, or too many tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExprError> {
    let mut input = LocatingSlice::new(text);
    let mut tokens = Vec::new();
    loop {
        let token = token(&mut input).map_err(|error| inner(error, &input))?;
        if tokens.len() == MAX_TOKENS {
            let message = format!("this condition has more than {MAX_TOKENS} tokens");
            return Err(ExprError::new(token.span, message).with_help("split it into several conditions"));
        }
        let done = token.kind == TokenKind::End;
        tokens.push(token);
        if done {
            return Ok(tokens);
        }
    }
}

fn inner(error: ErrMode<ExprError>, input: &Text<'_>) -> ExprError {
    error.into_inner().unwrap_or_else(|_| ExprError::from_input(input))
}

impl<'t> ParserError<Text<'t>> for ExprError {
    type Inner = Self;

    fn from_input(input: &Text<'t>) -> Self {
        let start = input.current_token_start();
        let found = input.chars().next();
        let span = start..start + found.map_or(0, char::len_utf8);
        match found {
            Some(c) => Self::new(span, format!("unexpected `{c}`")).maybe_help(instead_of(c)),
            None => Self::new(span, "the condition is incomplete"),
        }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Help for an operator of another language that this one lacks.
fn instead_of(c: char) -> Option<String> {
    let help = match c {
        '=' => "write `==` for equality",
        '&' => "write `and`",
        '|' => "write `or`",
        '!' => "write `not`, or `!=` for unequal",
        '[' | ']' => "write `ago(x, n)` for the value `n` bars earlier",
        '@' => "write a timeframe without a space: `close@4h`",
        '.' => "write `0.5`, not `.5`",
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        _ => return None,
    };
    Some(help.to_owned())
}

fn token<'t>(input: &mut Text<'t>) -> Lexed<Token<'t>> {
    multispace0.parse_next(input)?;
    if input.is_empty() {
        let end = input.current_token_start();
        return Ok(Token { kind: TokenKind::End, span: end..end });
    }
    alt((clock, number, name, at, sign))
        .with_span()
        .map(|(kind, span)| Token { kind, span })
        .parse_next(input)
}

fn number<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    let start = input.current_token_start();
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1);
    let digits = (digit1, opt(('.', digit0)), opt(exponent)).take().parse_next(input)?;
    let rest = take_while(0.., |c: char| c.is_alphanumeric() || c == '_' || c == '.').parse_next(input)?;
    match digits.parse::<f64>() {
        Ok(value) if rest.is_empty() && value.is_finite() => Ok(TokenKind::Number(value)),
        _ => {
            let end = start + digits.len() + rest.len();
            let error = ExprError::new(start..end, format!("`{digits}{rest}` is not a number"));
            Err(ErrMode::Cut(error.with_help("write numbers as `14`, `0.5` or `1e-3`")))
        }
    }
}

fn name<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    let first = any.verify(|c: &char| c.is_alphabetic() || *c == '_');
    let rest = take_while(0.., |c: char| c.is_alphanumeric() || c == '_');
    (first, rest).take().map(TokenKind::Name).parse_next(input)
}

/// `9:30`: hours and minutes of a day.
fn clock<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    let start = input.current_token_start();
    let (hours, _, minutes) = (digit1, ':', digit0).parse_next(input)?;
    let valid = |text: &str, below: u32| text.parse().ok().filter(|number: &u32| *number < below);
    match (valid(hours, 24), valid(minutes, 60)) {
        (Some(hour), Some(minute)) if minutes.len() == 2 => {
            Ok(TokenKind::Clock(f64::from(hour * 60 + minute)))
        }
        _ => {
            let span = start..start + hours.len() + 1 + minutes.len();
            let error = ExprError::new(span, format!("`{hours}:{minutes}` is not a time of day"));
            Err(ErrMode::Cut(error.with_help("write a time from 0:00 to 23:59, such as `9:30`")))
        }
    }
}

/// Where a value is read: a timeframe, a symbol in parentheses, or both.
fn at<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    let timeframe = preceded('@', take_while(0.., char::is_alphanumeric)).parse_next(input)?;
    let start = input.current_token_start();
    if opt('(').parse_next(input)?.is_some() {
        let name = take_while(0.., |c: char| c != ')').parse_next(input)?;
        if opt(')').parse_next(input)?.is_none() || name.trim().is_empty() {
            let error = ExprError::new(start..start + 1, "a symbol in parentheses is missing");
            return Err(ErrMode::Cut(error.with_help("write `close@1d(BTCUSDT)`, or `close@(BTCUSDT)`")));
        }
        let before = name.len() - name.trim_start().len();
        return Ok(TokenKind::At { timeframe, symbol: Some((name.trim(), start + 1 + before)) });
    }
    if timeframe.is_empty() {
        let error = ExprError::new(start - 1..start, "unexpected `@`");
        return Err(ErrMode::Cut(error.maybe_help(instead_of('@'))));
    }
    Ok(TokenKind::At { timeframe, symbol: None })
}

fn sign<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    let two = alt(("<=".value("<="), ">=".value(">="), "==".value("=="), "!=".value("!=")));
    let less = alt(("<".value("<"), ">".value(">")));
    let one = alt((
        "+".value("+"),
        "-".value("-"),
        "*".value("*"),
        "/".value("/"),
        "%".value("%"),
        "(".value("("),
        ")".value(")"),
        ",".value(","),
    ));
    alt((two, less, one)).map(TokenKind::Sign).parse_next(input)
}
