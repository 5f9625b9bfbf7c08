//! The expression language of conditions: `rsi(14) < 30 and close@1d > sma(50)@1d`.
//!
//! Owns the conversion between text and [`Expr`](super::Expr) in three steps, each using only the one before:
//! tokenizer (`token`), parser (`syntax`), type checker (`check`, or `named` for conditions over named
//! numbers instead of bars). Never reads a bar. Invariants: every error has a byte span; a resulting
//! expression has the type that was asked for, its timeframes are multiples of the scenario's interval, its periods are
//! in `1 ..= 100000`, its indicators stand at most five deep inside one another; printing an expression and parsing the result gives the same expression.

mod arguments;
mod call;
mod check;
mod checker;
mod error;
mod fraction;
mod indicators;
mod named;
mod print;
mod source;
mod syntax;
mod table;
mod token;
mod words;

#[cfg(test)]
mod tests;

pub use check::{parse, parse_condition, parse_number, parse_series};
pub use checker::{Surroundings, Symbols};
pub use error::ExprError;
pub use fraction::Fraction;
pub use named::NamedCondition;
pub use print::to_text;
pub use table::{OPERATORS, ORIGINS, REFERENCE};
