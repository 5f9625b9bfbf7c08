//! Replays recorded market history for many isolated trading agents at once, and ranks them.
//!
//! # A tournament of trading agents
//!
//! A *scenario* is a TOML file that names bars, windows of time, and agents. Each agent gets a wallet of its own and
//! is replayed over every window: at the close of each bar its *strategy* sees what is known then, and orders; the
//! next bars decide what fills, at what price and cost. No agent sees another one, or a bar that has not closed. Each
//! wallet's equity curve and trades become metrics, a ranking per window, and a leaderboard over all windows.
//!
//! The strategies of a scenario are built in or written as rules. This program enters one of its own:
//!
//! ```
//! use tiltyard::prelude::*;
//!
//! /// Buys what has fallen below its average of 24 bars, sells what is back above it.
//! #[derive(Default)]
//! pub struct BuyTheDip {
//!     average: IndicatorId,
//! }
//!
//! impl Strategy for BuyTheDip {
//!     fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
//!         self.average = needs.indicator("sma(24)")?;
//!         Ok(())
//!     }
//!
//!     fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
//!         for symbol in ctx.symbols() {
//!             let Some(bar) = ctx.bar(symbol) else { continue };
//!             let Some(average) = ctx.indicator(self.average, symbol) else { continue };
//!             match ctx.position(symbol).is_flat() {
//!                 true if bar.close < average => drop(orders.buy(symbol, Size::percent_of_equity(20.0))),
//!                 false if bar.close > average => orders.close(symbol),
//!                 _ => {}
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> Result<(), RunError> {
//!     let mine = Entrant::new("buy-the-dip", || Box::new(BuyTheDip::default()));
//!     let scenario = Tournament::builder().scenario("scenarios/first_tournament.toml");
//!     for row in scenario.entrant(mine).run()?.tournament.leaderboard.rankings {
//!         println!("{:?} {} {:?}", row.rank, row.name, row.score);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # From here
//!
//! - [`Strategy`] is the contract: when a strategy is called, what it sees, what it may do.
//! - [`Tournament::builder`] takes a scenario and [`Entrant`](run::Entrant)s; with `out` the run is stored, and
//!   `tiltyard show`, `tiltyard report` and the other commands find it.
//! - The module [`run`] has the use cases of the program one by one: prepare, run, sweep, duel, rematch, check,
//!   estimate. Each takes an observer of its progress that can cancel it, and gives a typed result or a
//!   [`RunError`](run::RunError) with its span in the scenario.
//! - [`prelude`] has the names that most programs need.
//!
//! # Features
//!
//! All but `serve` and `cloud` are on by default; with none of them scenarios, bars, replays, rankings and sweeps work in memory.
//!
//! | feature | what it adds | what it needs |
//! |---|---|---|
//! | `store` | run folders, the index over them, registered agents, duels and rematches | SQLite |
//! | `report` | pages, pictures and tables of stored runs; implies `store` | a template engine |
//! | `import` | bars and tables from vendors' files, CSV and downloads | HTTP, zip |
//! | `cloud` (no default) | market data and outcomes in object stores (`s3://`) | an HTTP client, tokio |
//! | `wasm` | agents that are WebAssembly modules | an interpreter (wasmi) |
//! | `cli` | the program `tiltyard`; implies `report` and `import` | clap |
//! | `serve` (no default) | `tiltyard serve`: the registry, sessions and battles over HTTP; implies `cli` | tokio, axum |
//!
//! # The same result everywhere
//!
//! Money is exact decimal; randomness comes from the scenario's seed; no result depends on threads, clocks or the
//! order in which replays finish. The same scenario, bars, seed and strategies give the same bytes.

// With rooms left out, what others offer to them alone is not used.
#![cfg_attr(
    not(all(feature = "import", feature = "report", feature = "wasm")),
    allow(unused_imports, dead_code)
)]

#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cloud")]
mod cloud;
#[cfg(feature = "import")]
mod data;
mod decode;
mod domain;
mod engine;
mod files;
mod indicator;
#[doc(hidden)]
pub mod internals;
mod ledger;
mod market;
mod metrics;
pub mod prelude;
mod process;
#[cfg(feature = "report")]
mod report;
mod risk;
pub mod run;
mod scenario;
#[cfg(feature = "serve")]
mod server;
mod statistics;
#[cfg(feature = "store")]
mod store;
mod strategy;
mod sweep;
#[cfg(feature = "import")]
mod tables;
mod tournament;
mod venue;
#[cfg(feature = "wasm")]
mod wasm;

// Values.
pub use domain::{
    AgentName, Bps, Cash, Distance, IndicatorSpec, Interval, OrderId, Price, Protection, Qty, Seed, Side,
    Size, Span, SymbolId, TimeInForce, Timestamp,
};
// What is run.
pub use engine::Loop;
pub use scenario::{NoRegistry, RiskProfile, Scenario};
pub use tournament::{NoProgress, RunOptions};
// What a strategy sees and does.
pub use strategy::{
    Bar, BarContext, ClosedBars, IndicatorId, Needs, NeedsError, NewBuy, NewSell, OpenOrder, Orders,
    PositionView, Strategy, StrategyError, TimeframeId, Wake,
};
// What comes out.
pub use metrics::{Metrics, Score};
pub use tournament::{AgentResult, Assessment, Leaderboard, Ranking, Tournament, WindowResult};
