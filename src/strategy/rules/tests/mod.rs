//! Tests of the rules on hand-made markets: hourly bars, with 4h and 1d frames.

mod acting;
mod conditions;
mod fixture;
mod history;
