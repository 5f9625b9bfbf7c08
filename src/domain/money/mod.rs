//! Exact money: prices, quantities and cash as integers of one hundred-millionth.
//!
//! Every amount is a whole number of units of `1e-8`, held in an `i128`. Addition and subtraction are exact;
//! products are taken in 256 bits where 128 are too few. Nothing wraps: a result that no wallet could hold is the
//! largest amount of its sign, and the ledger refuses it. The operations that round say how in their name or doc: [`Cash::notional`], [`Cash::fee`],
//! [`Cash::pro_rata`], [`Price::slipped`] and [`PriceSum::average`] half up, shares down, [`Qty::affordable`] down to the step.
//! [`rust_decimal::Decimal`] is the form at the edges (files, messages), and the oracle in the tests.

mod bps;
mod fixed;
mod operations;
mod weighted;

pub use bps::Bps;
pub use fixed::{Cash, MoneyError, Price, Qty, Rounding, UNITS_PER_ONE};
pub use weighted::PriceSum;
