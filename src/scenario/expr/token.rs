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
    /// The text after an `@`.
    Timeframe(&'t str),
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
    alt((number, name, timeframe, sign))
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

fn timeframe<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    preceded('@', take_while(1.., char::is_alphanumeric)).map(TokenKind::Timeframe).parse_next(input)
}

fn sign<'t>(input: &mut Text<'t>) -> Lexed<TokenKind<'t>> {
    let two = alt(("<=".value("<="), ">=".value(">="), "==".value("=="), "!=".value("!=")));
    let one = alt((
        "<".value("<"),
        ">".value(">"),
        "+".value("+"),
        "-".value("-"),
        "*".value("*"),
        "/".value("/"),
        "(".value("("),
        ")".value(")"),
        ",".value(","),
    ));
    alt((two, one)).map(TokenKind::Sign).parse_next(input)
}
