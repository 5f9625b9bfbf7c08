//! Markets and replays made up for tests.

use crate::domain::{Cash, Interval, Price, Qty, Span, SymbolId, Timestamp, UNITS_PER_ONE, Wallet};
use crate::engine::{ExitState, Flags, Holding, Replay, ReplayStatus, RoundTrip, Window};
use crate::market::{Market, TickRange};

pub fn cash(whole: i128) -> Cash {
    Cash::from_units(whole * UNITS_PER_ONE)
}

/// Daily bars, no symbols, nothing on the clock.
pub fn empty_market() -> Market {
    Market {
        interval: Interval::DAY,
        clock: Vec::new(),
        symbols: Vec::new(),
        in_range: TickRange { first: 0, last: 0 },
        digest: String::new(),
        trading_year: crate::market::TradingYear::of(crate::scenario::Calendar::RoundTheClock),
        stated: None,
        benchmark: None,
        day: Default::default(),
    }
}

/// A round-the-clock market of so many daily bars from 1970-01-01.
pub fn daily_market(days: i64) -> Market {
    let clock = (0..days).map(|day| Timestamp::from_micros(day * Span::DAY.micros())).collect();
    Market { clock, ..empty_market() }
}

/// A replay over the whole market with this equity at each tick, and nothing else.
pub fn replay(market: &Market, start: i128, equity: Vec<f64>) -> Replay {
    let last = equity.last().copied().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "amounts of a test")]
    let exact = |value: f64| Cash::from_units((value * 1e8).round() as i128);
    let holding = |(tick, &value)| Holding {
        tick,
        cash: exact(value),
        owed: Default::default(),
        quantities: [].into(),
    };
    Replay {
        window: Window { index: 0, ticks: TickRange { first: 0, last: market.clock.len() } },
        status: ReplayStatus::Completed,
        starting_balance: cash(start),
        #[expect(clippy::cast_possible_truncation, reason = "whole amounts")]
        final_equity: cash(last as i128),
        written_off: Vec::new(),
        holdings: equity.iter().enumerate().map(holding).collect(),
        equity,
        orders: Vec::new(),
        fills: Vec::new(),
        postings: Vec::new(),
        round_trips: Vec::new(),
        ticks_in_market: 0,
        fees: Cash::ZERO,
        flags: Flags::default(),
        left: Wallet::of_cash(cash(0)),
    }
}

/// A closed round trip between the opens of two ticks.
pub fn round_trip(market: &Market, entry: usize, exit: usize, pnl: i128) -> RoundTrip {
    RoundTrip {
        side: crate::domain::Side::Buy,
        symbol: SymbolId(0),
        state: ExitState::Closed,
        entry_at: market.clock[entry],
        entry_tick: entry,
        exit_at: market.clock[exit],
        exit_tick: exit,
        quantity: Qty::from_units(UNITS_PER_ONE),
        entry_price: Price::from_units(UNITS_PER_ONE),
        exit_price: Price::from_units(UNITS_PER_ONE),
        fees: Cash::ZERO,
        pnl: cash(pnl),
        return_fraction: 0.0,
        mae: Cash::ZERO,
        mfe: Cash::ZERO,
        fills: 2,
        entry_reason: "test",
        exit_reason: "test",
    }
}
