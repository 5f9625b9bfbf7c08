//! The expression language of conditions: `rsi(14) < 30 and close@1d > sma(50)@1d`.
//!
//! Owns the conversion between text and [`Expr`](super::Expr) in three steps, each using only the one before:
//! tokenizer (`token`), parser (`syntax`), type checker (`check`, or `named` for conditions over named
//! numbers instead of bars). Never reads a bar. Invariants: every error has a byte span; a resulting
//! expression is a condition, its timeframes are multiples of the scenario's interval, its periods are in `1
//! ..= 100000`; printing an expression and parsing the result gives the same expression.

mod call;
mod check;
mod checker;
mod error;
mod fraction;
mod named;
mod print;
mod syntax;
mod token;
mod words;

#[cfg(test)]
mod tests;

pub use check::{parse, parse_series};
pub use error::ExprError;
pub use fraction::Fraction;
pub use named::NamedCondition;
pub use print::to_text;
pub use words::{OPERATORS, REFERENCE};
