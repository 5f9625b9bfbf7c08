//! Accounts on margin: short positions, borrowed money, perpetual futures.
//!
//! Owns what differs from a spot wallet: signed fills, free margin, funding, borrow fee and interest, liquidation and
//! margin calls. A replay of spot assets alone never comes here. Invariants: fills and postings together explain every
//! unit of money; no mark of the equity is below zero.
//!
//! # Decisions where the design leaves room
//! - The equity is marked at the last price; margin is tested, and funding paid, at the mark price where there is one.
//! - Spot assets of the same agent are no collateral; they are sold only where the account ends below zero.
//! - A payment of funding inside a bar is made after the fills of its open, at the open of the mark bar; one between
//!   two bars before them, at the last mark.
//! - A day's last bar is the last that opens on its UTC day. What accrues over the days up to the next one is posted at
//!   its close: a weekend is three days.
//! - At a liquidation price exactly, the position is liquidated. It pays the liquidation fee and no other.
//! - A limit order is met after the stops and after the liquidation test of its bar; what it opens is tested anew
//!   against the whole bar.
//! - On a path (`ohlc_path`, `detail`) the other symbols stand at their open until they are walked, at their close then.

mod account;
mod book;
mod carry;
mod fill;
pub(in crate::engine) mod formulas;
mod liquidation;
mod matching;
mod order_entry;
mod skip;
mod walk;

pub(in crate::engine) use book::MarginBook;
