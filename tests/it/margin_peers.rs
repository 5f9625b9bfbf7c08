//! Accounts on margin against another backtester, and liquidation prices against the venues' formulas.

use crate::support::on_margin::{allow, perpetual, put_on_margin};
use crate::testkit::*;
use tiltyard::internals::domain::{Bps, MaintenanceBasis, MarginTerms};
use tiltyard::internals::engine::{Loop, exact_curve};
use tiltyard::internals::scenario::MarginMode;

/// Equity at each close of the bars and orders below by `backtesting` 0.6.6 (PyPI): `Backtest(bars, S, cash=10000,
/// margin=1/3, commission=.001, trade_on_close=False, hedging=False, exclusive_orders=False)`, with `self.buy(size=n)` and
/// `self.sell(size=n)` at the close of the bar of each index.
#[rustfmt::skip]
const BACKTESTING: [f64; 48] = [
    10000.0, 10000.0, 10000.0, 9947.2, 9759.7, 9572.2, 9384.7, 9767.575,
    8867.575, 9055.075, 9242.575, 9430.075, 9320.795, 9233.295, 9653.295, 9565.795,
    9478.295, 9390.795, 11001.8875, 9441.8875, 9766.8875, 10091.8875, 10416.8875, 10741.8875,
    10706.8125, 9746.8125, 9946.8125, 10416.8875, 10241.8875, 10066.8875, 9891.8875, 10731.8875,
    10556.8875, 10381.8875, 10757.525, 10945.025, 11132.525, 10232.525, 10420.025, 10607.525,
    10795.025, 9068.99375, 8787.74375, 10137.74375, 9856.49375, 9575.24375, 9293.99375, 9012.74375,
];

/// Quantity ordered at the close of a bar; negative is a sell.
const ORDERS: [(usize, i64); 8] =
    [(2, 150), (6, -300), (11, 220), (17, -330), (23, 100), (26, 300), (33, -290), (40, 375)];

fn peer_bars() -> Vec<TestBar> {
    let bar = |i: i64| {
        let open = 100.0 + (i * 37 % 23 - 11) as f64 / 4.0;
        let close = 100.0 + ((i * 53 + 7) % 29 - 14) as f64 / 4.0;
        let high = open.max(close) + (i * 5 % 4) as f64 / 4.0;
        let low = open.min(close) - (i * 3 % 5) as f64 / 4.0;
        (i, open, high, low, close, 1000.0)
    };
    (0..BACKTESTING.len() as i64).map(bar).collect()
}

/// Long and short with up to three times the equity, through zero and back, bar by bar.
#[test]
fn leverage_long_and_short_is_that_of_backtesting() {
    let mut fixture = Fixture::new(market_of("1d", vec![peer_bars()]));
    put_on_margin(&mut fixture, 0, perpetual(3.0, &[(None, 1.0)], 0.0), &[]);
    allow(&mut fixture, 3.0, MarginMode::Cross);
    fixture.start = cash("10000");
    fixture.venue.taker_fee = Bps::from_f64(10.0);
    let steps = ORDERS.map(|(tick, quantity)| {
        let size = quantity.abs().to_string();
        (tick, place(if quantity > 0 { buy(&size) } else { sell(&size) }))
    });
    for way in [Loop::BarByBar, Loop::Skip] {
        let replay = replay_own(&fixture.job(), way, plan(steps.to_vec()));
        assert!(replay.orders.iter().all(|order| order.filled.is_positive()), "{:?}", replay.orders);
        let leverage = replay.fills.iter().map(|fill| fill.notional.to_f64()).fold(0.0, f64::max) / 10_000.0;
        assert!(leverage > 1.5, "{leverage}");
        for (bar, (ours, theirs)) in exact_curve(&fixture.job(), &replay).iter().zip(BACKTESTING).enumerate()
        {
            assert!((ours.to_f64() - theirs).abs() < 1e-6, "bar {bar}: {ours} {theirs}");
        }
    }
}

/// The price at which an isolated position is liquidated, of a bar that goes far against it.
fn liquidated_at(terms: MarginTerms, leverage: f64, quantity: i64, entry: f64) -> f64 {
    let (low, high) = if quantity > 0 { (entry * 0.2, entry) } else { (entry, entry * 3.0) };
    let bars = ohlc(&[[entry; 4], [entry; 4], [entry, high, low, entry], [entry; 4]]);
    let mut fixture = Fixture::new(hourly(bars));
    put_on_margin(&mut fixture, 0, terms, &[]);
    allow(&mut fixture, leverage, MarginMode::Isolated);
    fixture.start = cash("100000000");
    let size = quantity.abs().to_string();
    let order = if quantity > 0 { buy(&size) } else { sell(&size) };
    let replay = fixture.plan(vec![(0, place(order))]);
    assert_eq!(replay.orders[1].reason, "liquidation", "{:?}", replay.orders);
    replay.fills[1].price.to_f64()
}

/// Three brackets as Binance lists them for BTCUSDT perpetuals: notional, maintenance rate, cumulative amount.
const BRACKETS: [(Option<i128>, f64); 3] = [(Some(50_000), 0.4), (Some(250_000), 0.5), (None, 1.0)];
const CUMULATIVE: [f64; 3] = [0.0, 50.0, 1_300.0];

/// Binance, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts" (support FAQ b3c689c1f50a44cabb3a84e663b81d93),
/// one-way mode, isolated: LP = (WB + cum - side * size * EP) / (size * MMR - side * size), with the isolated wallet
/// balance WB = size * EP / leverage, side 1 for long and -1 for short.
#[test]
fn liquidation_prices_are_binance_s_in_three_brackets() {
    for (bracket, (quantity, leverage)) in [(1_i64, 20.0), (4, 10.0), (30, 10.0)].into_iter().enumerate() {
        let (entry, size) = (40_000.0, quantity as f64);
        let (mmr, cum) = (BRACKETS[bracket].1 / 100.0, CUMULATIVE[bracket]);
        let margin = size * entry / leverage;
        for side in [1.0, -1.0] {
            let theirs = (margin + cum - side * size * entry) / (size * mmr - side * size);
            let terms = perpetual(20.0, &BRACKETS, 0.0);
            let ours = liquidated_at(terms, leverage, quantity * side as i64, entry);
            assert!((ours - theirs).abs() < 1e-6, "bracket {bracket}, side {side}: {ours} {theirs}");
        }
    }
}

/// The cumulative amounts of the three brackets, as the same page derives them: the floor of a bracket times the
/// difference of the rates, plus the amount of the bracket below; the page's own example is 1,300 USDT from 250,000 on.
#[test]
fn maintenance_amounts_are_binance_s() {
    let terms = perpetual(20.0, &BRACKETS, 0.0);
    let amounts: Vec<f64> = terms.maintenance.iter().map(|bracket| bracket.deduction.to_f64()).collect();
    assert_eq!(amounts, CUMULATIVE);
    // A position of 500,000 USDT: 1 % of it, less 1,300.
    assert_eq!(terms.maintenance(cash("500000")), cash("3700"));
}

/// Binance's note on brackets: where the position at its liquidation price is in another bracket than at its entry, rate and
/// amount are those of the bracket at the liquidation price. A long of 6 at 45,000 (270,000, third bracket) at 10 times
/// falls into the second one: LP = (27,000 + 50 - 270,000) / (6 * 0.005 - 6).
#[test]
fn the_bracket_is_that_of_the_liquidation_price() {
    let theirs = (27_000.0 + 50.0 - 270_000.0) / (6.0 * 0.005 - 6.0);
    assert!(theirs * 6.0 < 250_000.0);
    let ours = liquidated_at(perpetual(20.0, &BRACKETS, 0.0), 10.0, 6, 45_000.0);
    assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
}

/// Bybit, "Liquidation Price (USDT Contract)" (help centre, isolated margin): LP long = entry - (initial - maintenance
/// margin) / quantity, short mirrored; both margins of the position's value at its entry, the maintenance less the
/// bracket's deduction. Its first example: 1 BTC at 20,000 at 50 times with 0.5 % is liquidated at 19,700.
#[test]
fn the_first_example_of_bybit_s_page() {
    let terms = perpetual(50.0, &[(None, 0.5)], 0.0);
    let terms = MarginTerms { maintenance_on: MaintenanceBasis::Entry, ..terms };
    assert!((liquidated_at(terms.clone(), 50.0, 1, 20_000.0) - 19_700.0).abs() < 1e-6);
    assert!((liquidated_at(terms, 50.0, -1, 20_000.0) - 20_300.0).abs() < 1e-6, "mirrored for a short");
}

/// The same formula, with the deductions of three brackets.
#[test]
fn liquidation_prices_are_bybit_s_in_three_brackets() {
    for (bracket, (quantity, leverage)) in [(1_i64, 20.0), (4, 10.0), (30, 10.0)].into_iter().enumerate() {
        let (entry, size) = (40_000.0, quantity as f64);
        let value = size * entry;
        let maintenance = value * BRACKETS[bracket].1 / 100.0 - CUMULATIVE[bracket];
        for side in [1.0, -1.0] {
            let theirs = entry - side * (value / leverage - maintenance) / size;
            let terms =
                MarginTerms { maintenance_on: MaintenanceBasis::Entry, ..perpetual(20.0, &BRACKETS, 0.0) };
            let ours = liquidated_at(terms, leverage, quantity * side as i64, entry);
            assert!((ours - theirs).abs() < 1e-6, "bracket {bracket}, side {side}: {ours} {theirs}");
        }
    }
}
