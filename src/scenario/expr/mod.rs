//! The language that conditions are written in: `rsi(14) < 30 and close@1d > sma(50)@1d`.
//!
//! Owns the way from text to [`Expr`](super::Expr) and back: words, syntax, meaning. Three steps, each
//! knowing only the one before: characters to words (`token`), words to a tree (`syntax`), tree to checked
//! expression (`check`), or to a condition over named numbers instead of bars (`named`). Never reads a bar. Invariants: every error carries the bytes it is about; an
//! expression that comes out is a condition, its timeframes are multiples of the scenario's interval, its
//! periods lie in `1 ..= 100000`; printing it and parsing the print gives it back.

mod call;
mod check;
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
