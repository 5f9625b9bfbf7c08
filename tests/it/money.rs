//! Money against `rust_decimal`: every rounding operation of `domain` gives the digits of exact decimal
//! arithmetic.

use ethnum::U256;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use tiltyard::internals::domain::{Bps, Cash, MoneyError, Price, PriceSum, Qty, Rounding, SymbolId};
use tiltyard::internals::ledger::{Ledger, LedgerError};

fn half_up(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero)
}

/// Prices from 1e-8 to 100,000, quantities to 100,000, fees to 10 %.
fn price() -> impl Strategy<Value = Price> {
    (1_i128..10_000_000_000_000).prop_map(Price::from_units)
}

fn qty() -> impl Strategy<Value = Qty> {
    (0_i128..10_000_000_000_000).prop_map(Qty::from_units)
}

fn fee() -> impl Strategy<Value = Bps> {
    (0_u32..100_000).prop_map(|hundredths| Bps::from_f64(f64::from(hundredths) / 100.0))
}

#[expect(clippy::unwrap_used, reason = "a rate prints as a decimal")]
fn rate(bps: Bps) -> Decimal {
    bps.to_string().parse::<Decimal>().unwrap() / Decimal::from(10_000)
}

proptest! {
    #[test]
    fn notional_and_fee_match_decimal_arithmetic(price in price(), qty in qty(), fee in fee()) {
        let notional = Cash::notional(price, qty);
        prop_assert_eq!(notional.to_decimal(), half_up(price.to_decimal() * qty.to_decimal()));
        prop_assert_eq!(notional.fee(fee).to_decimal(), half_up(notional.to_decimal() * rate(fee)));
    }

    #[test]
    fn affordable_is_the_largest_quantity_within_the_amount(
        amount in 1_i128..10_000_000_000_000_000,
        price in price(),
        fee in fee(),
        step in prop::sample::select(vec![1_i128, 1_000, 100_000_000]),
    ) {
        let (amount, step) = (Cash::from_units(amount), Qty::from_units(step));
        let qty = Qty::affordable(amount, price, fee, step);
        prop_assert!(qty.is_on(step));
        prop_assert!(Cash::notional(price, qty).with_fee(fee) <= amount);
        // The quantity is the floor of amount / (price * (1 + fee)), at most one step less.
        let exact = amount.to_decimal() / (price.to_decimal() * (Decimal::ONE + rate(fee)));
        prop_assert!(qty.to_decimal() <= exact);
        let gap = exact - qty.to_decimal();
        prop_assert!(gap < step.to_decimal() * Decimal::TWO, "gap {gap}");
    }

    #[test]
    fn slippage_is_adverse_and_half_up(price in price(), slip in fee()) {
        let up = price.slipped(slip, true);
        let down = price.slipped(slip, false);
        let moved = |factor: Decimal| half_up(price.to_decimal() * factor);
        prop_assert_eq!(up.to_decimal(), moved(Decimal::ONE + rate(slip)));
        prop_assert_eq!(down.to_decimal(), moved(Decimal::ONE - rate(slip)));
    }

    #[test]
    fn pro_rata_shares_add_up(cost in 0_i128..10_000_000_000_000, parts in prop::collection::vec(1_i128..1_000_000, 1..20)) {
        let mut left = Qty::from_units(parts.iter().sum());
        let mut cost = Cash::from_units(cost);
        let total = cost;
        let mut taken = Cash::ZERO;
        for part in parts {
            let share = cost.pro_rata(Qty::from_units(part), left);
            taken += share;
            cost -= share;
            left -= Qty::from_units(part);
        }
        prop_assert_eq!(taken, total);
        prop_assert!(cost.is_zero());
    }

    #[test]
    fn a_decimal_price_is_recovered_from_its_float(units in 1_i128..9_000_000_000_000_000_000) {
        // Data holds the f64 nearest to the decimal that a vendor printed; 15 digits are preserved.
        let digits = units.to_string().len() as u32;
        let units = if digits > 15 { units / 10_i128.pow(digits - 15) * 10_i128.pow(digits - 15) } else { units };
        let price = Price::from_units(units);
        let float: f64 = price.to_string().parse().unwrap();
        prop_assert_eq!(Price::from_f64(float), price);
    }

    #[test]
    fn text_and_decimal_round_trip(units in -10_i128.pow(27)..10_i128.pow(27)) {
        let cash = Cash::from_units(units);
        prop_assert_eq!(cash.to_string().parse::<Cash>().unwrap(), cash);
        prop_assert_eq!(Cash::from_decimal(cash.to_decimal()).unwrap(), cash);
    }
}

#[test]
fn a_hundred_percent_order_leaves_less_than_one_step() {
    // 10000 / (27543.21 * 1.001) = 0.362703184...: at eight decimal places only the last unit is left over.
    let amount: Cash = "10000".parse().unwrap();
    let price: Price = "27543.21".parse().unwrap();
    let fee = Bps::from_f64(10.0);
    let qty = Qty::affordable(amount, price, fee, Qty::from_units(1));
    let left = amount - Cash::notional(price, qty).with_fee(fee);
    assert_eq!(qty.to_string(), "0.36270318");
    assert!(!left.is_negative() && left < "0.001".parse().unwrap(), "{left}");
}

#[test]
fn rounding_to_a_tick() {
    let price: Price = "10.256".parse().unwrap();
    let tick: Price = "0.01".parse().unwrap();
    assert_eq!(price.on_tick(tick, Rounding::Down).to_string(), "10.25000000");
    assert_eq!(price.on_tick(tick, Rounding::Up).to_string(), "10.26000000");
    assert_eq!("10.255".parse::<Price>().unwrap().on_tick(tick, Rounding::HalfUp).to_string(), "10.26000000");
}

#[test]
fn display_rounds_half_away_from_zero() {
    let loss: Cash = "-1234.565".parse().unwrap();
    assert_eq!(format!("{loss:.2}"), "-1234.57");
    assert_eq!(format!("{loss}"), "-1234.56500000");
    assert_eq!(format!("{:.2}", Cash::from_units(-1)), "0.00");
}

#[test]
fn invalid_amounts_are_refused() {
    assert!(matches!("ten".parse::<Cash>(), Err(MoneyError::NotANumber { .. })));
    assert!(matches!("0.000000001".parse::<Cash>(), Err(MoneyError::TooPrecise { .. })));
    assert!(matches!("1000000000000000000001".parse::<Cash>(), Err(MoneyError::TooLarge { .. })));
    assert_eq!("1e3".parse::<Cash>().unwrap(), "1000".parse().unwrap());
}

/// Scaling by a ratio is exact and rounded once, also where the product exceeds 128 bits.
#[test]
fn scaling_by_a_growth_ratio_is_exact() {
    let cash = |text: &str| text.parse::<Cash>().unwrap();
    assert_eq!(cash("100").grown(cash("3"), cash("2")), cash("66.66666667"));
    assert_eq!(cash("0.00000001").grown(cash("2"), cash("1")), cash("0.00000001"), "a half goes up");
    assert_eq!(cash("0.00000001").grown(cash("3"), cash("1")), cash("0"));
    assert_eq!(cash("5").grown(cash("7"), cash("0")), cash("0"));
    let large = "90000000000000000000.00000001";
    assert_eq!(cash(large).grown(cash("3"), cash("3")), cash(large));
    assert_eq!(cash("3").grown(cash("3"), cash(large)), cash(large));
}

/// Amounts of all magnitudes up to `most` units, log-uniform.
fn any_size(most: u32) -> impl Strategy<Value = i128> {
    (0..=most, 1_i128..10).prop_map(move |(zeros, digit)| (digit * 10_i128.pow(zeros)).min(10_i128.pow(most)))
}

/// `a * b / c` half up in 256 bits.
fn exactly(a: i128, b: i128, c: i128) -> i128 {
    let (product, c) = (U256::new(a as u128) * U256::new(b as u128), U256::new(c as u128));
    let twice = product * U256::new(2) + c;
    (twice / (c * U256::new(2))).as_i128()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Balances to 1e15, quantities to 1e18, prices from 1e-8 to 1e10: the ranges that `check` accepts.
    #[test]
    fn the_largest_amounts_multiply_without_loss(
        price in any_size(18),
        noise in 0_i128..1_000,
        quantity in any_size(26),
        part in 1_i128..1_000_000,
        fee in fee(),
    ) {
        let (price, quantity) = (Price::from_units(price + noise), Qty::from_units(quantity + noise));
        let one = 100_000_000;
        let notional = Cash::notional(price, quantity);
        prop_assert_eq!(notional.units(), exactly(price.units(), quantity.units(), one));
        let rate = i128::from(fee.units());
        prop_assert_eq!(notional.fee(fee).units(), exactly(notional.units(), rate, 1_000_000_000_000));
        let sold = Qty::from_units((quantity.units() / 1_000_000 * part).max(1).min(quantity.units()));
        prop_assert_eq!(notional.pro_rata(sold, quantity).units(), exactly(notional.units(), sold.units(), quantity.units()));
        let unit = notional.per_unit(quantity).unwrap();
        prop_assert_eq!(unit.units(), exactly(notional.units(), one, quantity.units()));
        let mut sum = PriceSum::default();
        sum.add(price, quantity);
        sum.add(price, sold);
        prop_assert_eq!(sum.average(), price, "fills at one price average to it");
        prop_assert!(notional.share(Bps::WHOLE) == notional && quantity.share(Bps::WHOLE) == quantity);
    }

    #[test]
    fn the_largest_balances_buy_exactly_what_they_pay_for(
        amount in any_size(23),
        noise in 0_i128..1_000,
        price in any_size(18),
        fee in fee(),
        step in prop::sample::select(vec![1_i128, 1_000, 100_000_000]),
    ) {
        let (amount, price) = (Cash::from_units(amount + noise), Price::from_units(price));
        let step = Qty::from_units(step);
        let quantity = Qty::affordable(amount, price, fee, step);
        prop_assert!(quantity.is_on(step) && !quantity.is_negative());
        prop_assert!(Cash::notional(price, quantity).with_fee(fee) <= amount);
        // At most `amount / (price * (1 + fee))`, and less only where rounding to eight decimal places would cost
        // more.
        let whole = U256::new(1_000_000_000_000);
        let dividend = U256::new(amount.units() as u128) * U256::new(100_000_000) * whole;
        let divisor = U256::new(price.units() as u128) * (whole + U256::new(fee.units() as u128));
        let most = Qty::from_units((dividend / divisor).as_i128()).floor_to(step);
        prop_assert!(quantity <= most);
        prop_assert!(quantity == most || Cash::notional(price, quantity + step).with_fee(fee) > amount);
    }

    #[test]
    fn partial_sells_realise_the_same_total(
        price in any_size(18),
        rise in 1_i128..1_000,
        quantity in any_size(26),
        percent in 1_i128..100,
    ) {
        let (buy, sell) = (Price::from_units(price), Price::from_units(price + rise * price / 100));
        let quantity = Qty::from_units(quantity);
        let start = Cash::notional(buy, quantity);
        prop_assume!(start.is_positive() && Cash::notional(sell, quantity) <= Cash::MAX);
        let mut ledger = Ledger::new(start, 1);
        ledger.buy(SymbolId(0), quantity, buy, Bps::ZERO, Cash::ZERO).unwrap();
        let first = Qty::from_units((quantity.units() / 100 * percent).max(1).min(quantity.units()));
        let mut realised = ledger.sell(SymbolId(0), first, sell, Bps::ZERO, Qty::ZERO).unwrap().realised;
        // The proceeds, the cost of the whole and the part's share of it are each rounded once, to half a unit.
        let gain = exactly(sell.units() - buy.units(), first.units(), 100_000_000);
        prop_assert!((realised.units() - gain).abs() <= 2, "{realised} for {gain} units");
        if quantity > first {
            realised += ledger.sell(SymbolId(0), quantity - first, sell, Bps::ZERO, Qty::ZERO).unwrap().realised;
        }
        prop_assert_eq!(realised, ledger.cash() - start);
    }
}

#[test]
fn a_position_or_a_balance_beyond_the_largest_is_refused() {
    let mut ledger = Ledger::new(Cash::MAX, 1);
    let tiny = Price::from_units(1);
    let more = Qty::MAX_POSITION + Qty::from_units(1);
    assert!(matches!(
        ledger.buy(SymbolId(0), more, tiny, Bps::ZERO, Cash::ZERO),
        Err(LedgerError::TooLarge { .. })
    ));
    ledger.buy(SymbolId(0), Qty::MAX_POSITION, tiny, Bps::ZERO, Cash::ZERO).unwrap();
    let dear: Price = "10000000000".parse().unwrap();
    assert!(matches!(
        ledger.sell(SymbolId(0), Qty::MAX_POSITION, dear, Bps::ZERO, Qty::ZERO),
        Err(LedgerError::TooLarge { .. })
    ));
    assert_eq!(ledger.position(SymbolId(0)).qty(), Qty::MAX_POSITION);
}
