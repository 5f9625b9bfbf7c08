//! Exact money: prices, quantities and cash as integers of `1e-8`.
//!
//! Every amount is an `i128` count of units of `1e-8`. Addition and subtraction are exact; products use 256
//! bits where 128 are too few. Nothing wraps: an overflow saturates at the largest amount of its sign, which
//! the ledger refuses. Operations that round say so in their name or doc: [`Cash::notional`], [`Cash::fee`],
//! [`Cash::pro_rata`], [`Price::slipped`] and [`PriceSum::average`] round half up, shares round down,
//! [`Qty::affordable`] rounds down to the step. [`rust_decimal::Decimal`] is the form at the edges (files,
//! messages) and the reference in the tests.

mod bps;
mod fixed;
mod operations;
mod rate;
mod weighted;

pub use bps::Bps;
pub use fixed::{Cash, MoneyError, Price, Qty, Rounding, UNITS_PER_ONE};
pub use rate::Rate;
pub use weighted::PriceSum;
