//! Instruments on margin for tests.
#![allow(dead_code, reason = "each test file uses its own part")]

use crate::testkit::Fixture;
use tiltyard::internals::domain::{
    Bps, Cash, InitialMargin, MaintenanceBasis, MarginKind, MarginTerms, Rate, Timestamp,
};
use tiltyard::internals::market::{FundingRate, MarginSeries};
use tiltyard::internals::scenario::{MarginLimits, MarginMode};

/// A leverage: 3.0 is three times the equity.
pub fn times(leverage: f64) -> Bps {
    Bps::from_f64(leverage * 10_000.0)
}

/// A perpetual with these brackets (end, rate in percent).
pub fn perpetual(
    max_leverage: f64,
    brackets: &[(Option<i128>, f64)],
    liquidation_fee_bps: f64,
) -> MarginTerms {
    let cash = |units: i128| Cash::from_units(units * 100_000_000);
    let steps: Vec<(Option<Cash>, Bps)> =
        brackets.iter().map(|&(to, rate)| (to.map(cash), Bps::from_percent(rate))).collect();
    MarginTerms {
        kind: MarginKind::Perpetual,
        initial: InitialMargin::Leverage(times(max_leverage)),
        maintenance: MarginTerms::brackets(&steps),
        maintenance_on: MaintenanceBasis::Mark,
        liquidation_fee: Bps::from_f64(liquidation_fee_bps),
        borrow_fee: Bps::ZERO,
        interest: Bps::ZERO,
        funding: None,
        mark: None,
        zero_funding_gaps: false,
    }
}

/// Shares with these margins in percent and these rates a year.
pub fn shares(initial: f64, maintenance: f64, borrow_fee: f64, interest: f64) -> MarginTerms {
    MarginTerms {
        kind: MarginKind::Shares,
        initial: InitialMargin::Share(Bps::from_percent(initial)),
        maintenance: MarginTerms::brackets(&[(None, Bps::from_percent(maintenance))]),
        borrow_fee: Bps::from_percent(borrow_fee),
        interest: Bps::from_percent(interest),
        ..perpetual(1.0, &[(None, maintenance)], 0.0)
    }
}

/// Puts a symbol on margin, with funding at these instants.
pub fn put_on_margin(fixture: &mut Fixture, index: usize, terms: MarginTerms, funding: &[(Timestamp, f64)]) {
    let rate = |&(at, rate): &(Timestamp, f64)| FundingRate { at, rate: Rate::from_fraction(rate).unwrap() };
    let series = &mut fixture.market.symbols[index];
    series.instrument.margin = Some(Box::new(terms));
    series.margin = Some(Box::new(MarginSeries { funding: funding.iter().map(rate).collect(), mark: None }));
}

/// Allows shorts at this leverage.
pub fn allow(fixture: &mut Fixture, leverage: f64, mode: MarginMode) {
    fixture.risk.margin = MarginLimits { max_leverage: times(leverage), allow_short: true, mode };
}
