//! Every check: its code, its boundary, and its cut.

use super::*;
use crate::domain::{Bps, Cash, Instrument, Price, Qty, RefusalCode, Side, Symbol, Timestamp};
use crate::scenario::RiskProfile;

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

fn qty(text: &str) -> Qty {
    text.parse().unwrap()
}

fn instrument() -> Instrument {
    Instrument { quantity_step: qty("0.1"), ..Instrument::with_defaults(Symbol::new("A").unwrap()) }
}

fn account() -> AccountState {
    AccountState {
        equity: cash("1000"),
        available: cash("1000"),
        held: Qty::ZERO,
        free: Qty::ZERO,
        close: "100".parse().unwrap(),
        waiting_buys: Cash::ZERO,
        resting: 0,
        sent: 1,
        losses: Losses {
            day_start: cash("1000"),
            peak: cash("1000"),
            streak: LossStreak::default(),
            day: Default::default(),
        },
    }
}

fn try_buy(profile: &RiskProfile, size: OrderQty, now: &AccountState) -> Result<Accepted, RefusalCode> {
    let instrument = instrument();
    let order = OrderIntent {
        instrument: &instrument,
        side: Side::Buy,
        size,
        price: "100".parse().unwrap(),
        fee: Bps::from_f64(10.0),
        rests: true,
        reduce_only: false,
        from_proceeds: false,
    };
    check(profile, &order, now).map_err(|refusal| refusal.code)
}

fn try_sell(size: OrderQty, reduce_only: bool, now: &AccountState) -> Result<Accepted, RefusalCode> {
    let instrument = instrument();
    let order = OrderIntent {
        instrument: &instrument,
        side: Side::Sell,
        size,
        price: "100".parse().unwrap(),
        fee: Bps::from_f64(10.0),
        rests: true,
        reduce_only,
        from_proceeds: false,
    };
    check(&RiskProfile::standard(), &order, now).map_err(|refusal| refusal.code)
}

#[test]
fn quantities_must_be_positive_on_the_step_and_above_the_minimum() {
    let free = RiskProfile::unlimited();
    for bad in ["0", "-1", "0.05", "0.15"] {
        assert_eq!(
            try_buy(&free, OrderQty::Qty(qty(bad)), &account()),
            Err(RefusalCode::InvalidQuantity),
            "{bad}"
        );
    }
    for bad in ["0", "-5", "1", "1.001", "10"] {
        // 1 / 1.001 is below the minimum notional of 1; 1.001 and 10 buy less than a step of 0.1 at 100.
        assert_eq!(
            try_buy(&free, OrderQty::Amount(cash(bad)), &account()),
            Err(RefusalCode::InvalidQuantity)
        );
    }
    assert!(try_buy(&free, OrderQty::Amount(cash("10.01")), &account()).is_ok());
}

#[test]
fn the_balance_must_pay_the_fee_too() {
    let free = RiskProfile::unlimited();
    // 10 * 100 + 1 fee is 1001.
    assert_eq!(try_buy(&free, OrderQty::Qty(qty("10")), &account()), Err(RefusalCode::InsufficientBalance));
    let accepted = try_buy(&free, OrderQty::Qty(qty("9.9")), &account()).unwrap();
    assert_eq!(accepted.lock_cash, cash("990.99"));
    assert!(try_buy(&free, OrderQty::Amount(cash("1000")), &account()).is_ok());
}

#[test]
fn extreme_sizes_are_refused_without_overflow() {
    let free = RiskProfile::unlimited();
    let huge = OrderQty::Qty(Qty::from_units(i128::MAX / 10 * 10)).bounded();
    assert!(try_buy(&free, huge, &account()).is_err());
    let huge = OrderQty::Amount(Cash::from_units(i128::MAX)).bounded();
    assert_eq!(try_buy(&free, huge, &account()), Err(RefusalCode::InsufficientBalance));
}

#[test]
fn order_and_position_limits_hold_at_their_boundary() {
    let mut profile = RiskProfile::standard();
    profile.max_position_size = None;
    assert!(try_buy(&profile, OrderQty::Qty(qty("5")), &account()).is_ok());
    assert_eq!(try_buy(&profile, OrderQty::Qty(qty("5.1")), &account()), Err(RefusalCode::OrderTooLarge));
    // 50 % of 1000 plus the fee is an amount of 500.5.
    assert!(try_buy(&profile, OrderQty::Amount(cash("500.5")), &account()).is_ok());
    assert_eq!(
        try_buy(&profile, OrderQty::Amount(cash("500.5000001")), &account()),
        Err(RefusalCode::OrderTooLarge)
    );
    let profile = RiskProfile::standard();
    let held = AccountState { held: qty("1"), waiting_buys: cash("100"), ..account() };
    // 100 held, 100 in open orders, 250 allowed.
    assert!(try_buy(&profile, OrderQty::Qty(qty("0.5")), &held).is_ok());
    assert_eq!(try_buy(&profile, OrderQty::Qty(qty("0.6")), &held), Err(RefusalCode::PositionLimitExceeded));
}

#[test]
fn size_to_limit_cuts_to_the_largest_that_passes() {
    let mut profile = RiskProfile { size_to_limit: true, ..RiskProfile::standard() };
    let accepted = try_buy(&profile, OrderQty::Qty(qty("20")), &account()).unwrap();
    assert_eq!(accepted.size, OrderQty::Qty(qty("2.5")));
    assert!(accepted.cut.is_some());
    let accepted = try_buy(&profile, OrderQty::Amount(cash("900")), &account()).unwrap();
    assert_eq!(accepted.size, OrderQty::Amount(cash("250.25")));
    let full = AccountState { held: qty("2.5"), ..account() };
    assert_eq!(try_buy(&profile, OrderQty::Qty(qty("1")), &full), Err(RefusalCode::PositionLimitExceeded));
    profile.max_position_size = None;
    profile.max_order_size = None;
    // 1000 / 100.1 = 9.99, rounded down to the step: 9.9.
    let accepted = try_buy(&profile, OrderQty::Qty(qty("20")), &account()).unwrap();
    assert_eq!(accepted.size, OrderQty::Qty(qty("9.9")));
}

#[test]
fn open_orders_losses_and_rate_refuse_buys_in_this_order() {
    let mut profile = RiskProfile::standard();
    let mut now = AccountState { resting: 50, sent: 101, equity: cash("800"), ..account() };
    let one = OrderQty::Qty(qty("1"));
    assert_eq!(try_buy(&profile, one, &now), Err(RefusalCode::TooManyOpenOrders));
    now.resting = 49;
    assert_eq!(try_buy(&profile, one, &now), Err(RefusalCode::DailyLossLimit));
    now.equity = cash("800.00000001");
    assert_eq!(try_buy(&profile, one, &now), Err(RefusalCode::RateLimited));
    profile.max_drawdown = Some(Bps::from_percent(19.0));
    assert_eq!(try_buy(&profile, one, &now), Err(RefusalCode::CircuitBreaker));
    profile.max_drawdown = None;
    now.sent = 100;
    assert!(try_buy(&profile, one, &now).is_ok());
    profile.max_consecutive_losses = Some(2);
    now.losses.streak.closed(cash("-1"), Some(2));
    assert!(try_buy(&profile, one, &now).is_ok());
    now.losses.streak.closed(cash("-1"), Some(2));
    assert_eq!(try_buy(&profile, one, &now), Err(RefusalCode::CircuitBreaker));
    now.losses.streak.closed(cash("5"), Some(2));
    assert_eq!(try_buy(&profile, one, &now), Err(RefusalCode::CircuitBreaker), "open until the day ends");
    now.losses.streak.new_day();
    assert!(try_buy(&profile, one, &now).is_ok());
}

#[test]
fn a_losing_streak_continues_over_midnight() {
    let mut streak = LossStreak::default();
    streak.closed(cash("-1"), Some(2));
    streak.new_day();
    streak.closed(cash("-1"), Some(2));
    assert!(streak.is_open());
}

#[test]
fn sells_only_need_the_quantity() {
    let losing = AccountState { equity: cash("1"), sent: 1000, held: qty("3"), free: qty("2"), ..account() };
    assert_eq!(try_sell(OrderQty::Qty(qty("2")), false, &losing).unwrap().lock_qty, qty("2"));
    assert_eq!(try_sell(OrderQty::Qty(qty("2.1")), false, &losing), Err(RefusalCode::InsufficientBalance));
    let cut = try_sell(OrderQty::Qty(qty("3")), true, &losing).unwrap();
    assert_eq!((cut.size, cut.cut.is_some()), (OrderQty::Qty(qty("2")), true));
    assert_eq!(try_sell(OrderQty::Qty(qty("1")), true, &account()), Err(RefusalCode::InsufficientBalance));
    assert_eq!(try_sell(OrderQty::Qty(qty("1")), false, &account()), Err(RefusalCode::InsufficientBalance));
    assert_eq!(try_sell(OrderQty::Qty(qty("-1")), false, &losing), Err(RefusalCode::InvalidQuantity));
    let crowded = AccountState { resting: 50, ..losing };
    assert_eq!(try_sell(OrderQty::Qty(qty("1")), false, &crowded), Err(RefusalCode::TooManyOpenOrders));
}

#[test]
fn a_tiny_remainder_can_be_sold_only_as_a_whole() {
    let dust = AccountState { held: qty("0.001"), free: qty("0.001"), ..account() };
    assert!(try_sell(OrderQty::Qty(qty("0.001")), true, &dust).is_ok());
    let mut small = dust;
    small.held = qty("0.2");
    small.free = qty("0.2");
    let instrument = Instrument { min_notional: cash("15"), ..instrument() };
    let order = |size| OrderIntent {
        instrument: &instrument,
        side: Side::Sell,
        size: OrderQty::Qty(qty(size)),
        price: "100".parse::<Price>().unwrap(),
        fee: Bps::ZERO,
        rests: false,
        reduce_only: true,
        from_proceeds: false,
    };
    let code = |size| check(&RiskProfile::unlimited(), &order(size), &small).map_err(|r| r.code);
    assert_eq!(code("0.1"), Err(RefusalCode::InvalidQuantity));
    assert!(code("0.2").is_ok());
}

#[test]
fn the_rate_window_is_open_at_its_old_end() {
    let mut rate = RateCounter::default();
    let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
    assert_eq!(rate.count(at(0)), 1);
    assert_eq!(rate.count(at(59)), 2);
    assert_eq!(rate.count(at(60)), 2);
    assert_eq!(rate.count(at(120)), 1);
}
