//! Properties of the engine with random strategies, markets with gaps, venues and risk profiles.
//!
//! The ledger is checked against an independent oracle in `rust_decimal`.

use crate::support::cases::{Dice, Monkey, fixture};
use crate::testkit::*;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use tiltyard::internals::domain::{
    Bps, Cash, Liquidity, OrderId, OrderOrigin, OrderStatus, Price, Qty, Side, SymbolId,
};
use tiltyard::internals::engine::{EndReason, ExitState, Replay, ReplayStatus, exact_curve};
use tiltyard::internals::scenario::{Delisted, Slippage, VenueSpec};
use tiltyard::internals::venue::TradingDay;

fn run(fixture: &Fixture, seed: u64) -> Replay {
    fixture.run(Box::new(Monkey { dice: Dice(seed ^ 0xabcd) }))
}

/// Rounded half up at eight places.
fn rounded(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero)
}

/// A second ledger in decimals, computed from the fills only.
struct Oracle {
    cash: Decimal,
    qty: Vec<Decimal>,
    cost: Vec<Decimal>,
    entry_fees: Vec<Decimal>,
    realised: Decimal,
}

impl Oracle {
    fn post(&mut self, fill: &tiltyard::internals::engine::FillRow, venue: &VenueSpec) {
        let index = fill.symbol.index();
        let rate = match fill.liquidity {
            Liquidity::Taker => venue.taker_fee,
            Liquidity::Maker => venue.maker_fee,
        };
        let rate = Decimal::try_from(rate.to_f64()).unwrap() / Decimal::from(10_000);
        let quantity = fill.quantity.to_decimal();
        let notional = rounded(fill.price.to_decimal() * quantity);
        let fee = rounded(notional * rate);
        assert_eq!((fill.notional.to_decimal(), fill.fee.to_decimal()), (notional, fee));
        match fill.side {
            Side::Buy => {
                self.cash -= notional + fee;
                self.qty[index] += quantity;
                self.cost[index] += notional;
                self.entry_fees[index] += fee;
            }
            Side::Sell => {
                let part = |total: Decimal| rounded(total * quantity / self.qty[index]);
                let whole = quantity == self.qty[index];
                let (cost, fees) = if whole {
                    (self.cost[index], self.entry_fees[index])
                } else {
                    (part(self.cost[index]), part(self.entry_fees[index]))
                };
                self.cash += notional - fee;
                self.qty[index] -= quantity;
                self.cost[index] -= cost;
                self.entry_fees[index] -= fees;
                self.realised += notional - fee - cost - fees;
            }
        }
        assert!(self.cash >= Decimal::ZERO && self.qty[index] >= Decimal::ZERO, "negative after {fill:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_to_the_last_unit(seed in any::<u64>()) {
        let fixture = fixture(seed, None);
        let replay = run(&fixture, seed);
        let symbols = fixture.market.symbols.len();
        let zero = vec![Decimal::ZERO; symbols];
        let mut oracle = Oracle { cash: fixture.start.to_decimal(), qty: zero.clone(), cost: zero.clone(), entry_fees: zero, realised: Decimal::ZERO };
        let mut posted = 0;
        for holding in &replay.holdings {
            while replay.fills.get(posted).is_some_and(|fill| fill.tick <= holding.tick) {
                oracle.post(&replay.fills[posted], &fixture.venue);
                posted += 1;
            }
            prop_assert_eq!(holding.cash.to_decimal(), oracle.cash);
            for (held, expected) in holding.quantities.iter().zip(&oracle.qty) {
                prop_assert_eq!(held.to_decimal(), *expected);
            }
        }
        prop_assert_eq!(posted, replay.fills.len());
        let realised: Cash = replay.fills.iter().filter_map(|fill| fill.realised_pnl).sum();
        prop_assert_eq!(realised.to_decimal(), oracle.realised);
        let pnl: Cash = replay.round_trips.iter().map(|trip| trip.pnl).sum();
        prop_assert_eq!(pnl, replay.final_equity - fixture.start);
        let fees: Cash = replay.fills.iter().map(|fill| fill.fee).sum();
        prop_assert_eq!(fees, replay.fees);
        if let ReplayStatus::Forfeit { reason, .. } = &replay.status {
            prop_assert_eq!(reason, "tired");
        }
    }

    /// Each dividend is paid on what was held before its bar, and money is what trades and dividends brought.
    #[test]
    fn dividends_are_conserved(seed in any::<u64>()) {
        let mut fixture = fixture(seed, None);
        crate::skipping::pay_dividends(&mut fixture.market, &mut Dice(seed ^ 0x77));
        let replay = run(&fixture, seed);
        let posted: Cash = replay.postings.iter().map(|one| one.amount).sum();
        let pnl: Cash = replay.round_trips.iter().map(|trip| trip.pnl).sum();
        prop_assert_eq!(pnl + posted, replay.final_equity - fixture.start);
        let (mut due, ticks) = (Vec::new(), replay.window.ticks);
        for (index, series) in fixture.market.symbols.iter().enumerate() {
            for one in &series.actions.as_ref().unwrap().dividends {
                let tick = fixture.market.first_tick_from(one.at);
                let held = replay.holdings.iter().rfind(|holding| holding.tick < tick);
                let held = held.map_or(Qty::ZERO, |holding| holding.quantities[index]);
                let amount = Cash::notional(one.amount, held);
                if ticks.first < tick && tick < ticks.last && !amount.is_zero() {
                    due.push((tick, index, amount));
                }
            }
        }
        due.sort();
        let mut paid: Vec<_> =
            replay.postings.iter().map(|one| (one.tick, one.symbol.unwrap().index(), one.amount)).collect();
        prop_assert!(paid.is_sorted_by_key(|one| one.0));
        paid.sort();
        prop_assert_eq!(paid, due);
    }

    #[test]
    fn both_equity_curves_agree(seed in any::<u64>()) {
        let fixture = fixture(seed, None);
        let replay = run(&fixture, seed);
        let curve = exact_curve(&fixture.job(), &replay);
        prop_assert_eq!(curve.len(), replay.equity.len());
        prop_assert_eq!(curve.last().copied(), Some(replay.final_equity));
        for (exact, mark) in curve.iter().zip(&replay.equity) {
            prop_assert!(!exact.is_negative());
            prop_assert!((exact.to_f64() - mark).abs() <= 1e-6, "{exact} {mark}");
        }
    }

    #[test]
    fn fills_are_inside_their_bar_and_within_their_limit(seed in any::<u64>()) {
        let fixture = fixture(seed, None);
        let replay = run(&fixture, seed);
        for fill in &replay.fills {
            let order = &replay.orders[fill.order.0 as usize - 1];
            let series = fixture.market.series(fill.symbol);
            let at_end = order.origin == OrderOrigin::WindowEnd;
            let row = series.rows[fill.tick];
            let row = if at_end { row.row() } else { row.fresh() }.unwrap();
            let (low, high) = (Price::from_f64(series.bars.low[row]), Price::from_f64(series.bars.high[row]));
            prop_assert!(low <= fill.raw_price && fill.raw_price <= high, "{fill:?} outside {low} {high}");
            match fill.side {
                Side::Buy => prop_assert!(fill.price >= fill.raw_price),
                Side::Sell => prop_assert!(fill.price <= fill.raw_price),
            }
            if fill.liquidity == Liquidity::Maker {
                prop_assert_eq!(fill.price, fill.raw_price);
            }
            prop_assert!(fill.quantity.is_on(series.instrument.quantity_step) && fill.quantity.is_positive());
            // A bracket's target moves with the entry's average price, so its row has the last one only.
            if let (Some(limit), OrderOrigin::Strategy) = (order.limit_price, order.origin) {
                match fill.side {
                    Side::Buy => prop_assert!(fill.price <= limit, "{fill:?} {order:?}"),
                    Side::Sell => prop_assert!(fill.price >= limit, "{fill:?} {order:?}"),
                }
            }
            prop_assert!(fill.at >= order.placed_at && fill.at <= order.ended_at);
            if let Some(cap) = fixture.venue.participation_cap {
                // A sale at the window's end counts towards the symbol's last bar, which may belong to an
                // earlier tick.
                let in_bar = replay.fills.iter().filter(|f| f.symbol == fill.symbol && series.rows[f.tick].row() == Some(row));
                let taken: Qty = in_bar.map(|f| f.quantity).sum();
                prop_assert!(taken.to_f64() <= series.bars.volume[row] * cap.to_fraction() + 1e-8);
            }
        }
    }

    #[test]
    fn open_positions_at_the_end_are_flagged(seed in any::<u64>()) {
        let mut fixture = fixture(seed, None);
        fixture.venue.close_at_end = true;
        let replay = run(&fixture, seed);
        for trip in replay.round_trips.iter().filter(|trip| trip.state == ExitState::Open) {
            let written_off = fixture.delisted == Delisted::WriteOff && replay.flags.delisted.contains(&trip.symbol);
            let unsold = replay.flags.unsold_at_end.contains(&trip.symbol);
            prop_assert!(unsold != written_off, "{trip:?} {:?}", replay.flags);
            prop_assert_eq!(trip.exit_reason, if unsold { "unsold_at_end" } else { "open" });
        }
        let ended = |symbol| replay.orders.iter().any(|o| o.symbol == symbol && o.end == EndReason::UnsoldAtEnd && o.quantity > Some(o.filled));
        prop_assert!(replay.flags.unsold_at_end.iter().all(|&symbol| ended(symbol) && fixture.venue.participation_cap.is_some()));
    }

    #[test]
    fn every_order_ends_once_consistently_with_its_fills(seed in any::<u64>()) {
        let fixture = fixture(seed, None);
        let replay = run(&fixture, seed);
        let end = fixture.market.close_time(fixture.market.clock.len() - 1);
        for (index, order) in replay.orders.iter().enumerate() {
            prop_assert_eq!(order.id, OrderId(index as u64 + 1));
            let filled: Qty = replay.fills.iter().filter(|fill| fill.order == order.id).map(|f| f.quantity).sum();
            prop_assert_eq!(order.filled, filled, "{:?}", order);
            prop_assert!(order.placed_at <= order.ended_at && order.ended_at <= end);
            let fits = match order.status {
                OrderStatus::Filled => filled.is_positive() && matches!(order.end, EndReason::Filled | EndReason::FilledCut),
                OrderStatus::Rejected => filled.is_zero() && matches!(order.end, EndReason::Refused(_) | EndReason::CannotPay),
                OrderStatus::Expired => order.end == EndReason::TimeInForce,
                OrderStatus::Cancelled => !matches!(order.end, EndReason::Filled | EndReason::Refused(_)),
            };
            prop_assert!(fits, "{:?}", order);
            if let (Some(asked), false) = (order.quantity, matches!(order.status, OrderStatus::Rejected)) {
                prop_assert!(filled <= asked, "{:?}", order);
            }
        }
    }

    #[test]
    fn truncating_later_bars_changes_no_earlier_decision(seed in any::<u64>(), at in 0.0..1.0f64) {
        let mut whole = fixture(seed, None);
        let ticks = whole.market.clock.len();
        prop_assume!(ticks >= 2);
        let cut = 1 + ((ticks - 2) as f64 * at) as usize;
        let mut short = fixture(seed, Some(cut));
        for fixture in [&mut whole, &mut short] {
            // The permanent end of a symbol's bars, and the end of the window, are known only afterwards.
            fixture.delisted = Delisted::Carry;
            fixture.venue.close_at_end = false;
        }
        // The usual length of a session is a property of the market, like its calendar, not of a bar.
        let day = |fixture: &Fixture| {
            let ids = (0..fixture.market.symbols.len()).map(|id| SymbolId(id as u16));
            ids.map(|id| TradingDay::of(&fixture.market, id)).collect::<Vec<_>>()
        };
        if day(&whole) != day(&short) {
            let fixed = Slippage::FixedBps { bps: Bps::from_f64(7.0) };
            (whole.venue.slippage, short.venue.slippage) = (fixed, fixed);
        }
        let (whole, short) = (run(&whole, seed), run(&short, seed));
        prop_assert_eq!(&whole.equity[..cut], &short.equity[..]);
        let before: Vec<_> = whole.fills.iter().filter(|fill| fill.tick < cut).collect();
        prop_assert_eq!(before, short.fills.iter().collect::<Vec<_>>());
        for (order, known) in whole.orders.iter().zip(&short.orders) {
            if known.end == EndReason::WindowEnd {
                prop_assert_eq!(order.placed_at, known.placed_at);
            } else {
                prop_assert_eq!(order, known);
            }
        }
        let later = &whole.orders[short.orders.len()..];
        prop_assert!(later.iter().all(|order| order.placed_at >= short.orders.last().map_or(order.placed_at, |o| o.placed_at)));
    }

    #[test]
    fn the_same_job_gives_the_same_bytes(seed in any::<u64>()) {
        let fixture = fixture(seed, None);
        prop_assert_eq!(format!("{:?}", run(&fixture, seed)), format!("{:?}", run(&fixture, seed)));
    }
}

/// The random strategy reaches every case that the properties are about.
#[test]
fn the_random_cases_reach_every_kind_of_end() {
    let mut ends = std::collections::BTreeMap::<&str, usize>::new();
    let mut statuses = std::collections::BTreeMap::<&str, usize>::new();
    let mut flags = (0, 0, 0);
    for seed in 0..3000 {
        let replay = run(&fixture(seed, None), seed);
        *statuses.entry(replay.status.as_str()).or_default() += 1;
        flags.0 += replay.flags.ambiguous_bars;
        flags.1 += replay.flags.bars_without_detail;
        flags.2 += replay.flags.cut_fills;
        for order in &replay.orders {
            *ends.entry(order.end.as_str()).or_default() += 1;
        }
    }
    println!("{ends:?} {statuses:?} {flags:?}");
    for wanted in [
        "filled",
        "filled_cut",
        "agent",
        "bracket_sibling",
        "position_closed",
        "risk_rule",
        "time_in_force",
        "window_end",
        "unsold_at_end",
        "cannot_pay",
        "INVALID_SYMBOL",
        "PRICE_NOT_AVAILABLE",
        "INVALID_QUANTITY",
        "INSUFFICIENT_BALANCE",
        "ORDER_TOO_LARGE",
        "POSITION_LIMIT_EXCEEDED",
        "DAILY_LOSS_LIMIT",
        "CIRCUIT_BREAKER",
    ] {
        assert!(ends.contains_key(wanted), "{wanted} never happened: {ends:?}");
    }
    assert_eq!(statuses.len(), 3, "{statuses:?}");
    assert!(flags.0 > 0 && flags.1 > 0 && flags.2 > 0, "{flags:?}");
}
