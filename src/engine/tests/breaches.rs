//! Loss limits that act by themselves, and those that only refuse.

use super::super::testkit::*;
use crate::domain::{Bps, OrderOrigin, OrderStatus, RefusalCode};
use crate::engine::ReplayStatus;
use crate::scenario::{OnBreach, RiskProfile};

fn daily(on_breach: OnBreach) -> RiskProfile {
    let daily_loss_limit = Some(Bps::from_percent(10.0));
    RiskProfile { daily_loss_limit, on_breach, ..RiskProfile::unlimited() }
}

/// Price 100 for three hours, then 80 until the next day's second hour.
fn falling(on_breach: OnBreach) -> Fixture {
    let mut prices = vec![100.0; 3];
    prices.resize(27, 80.0);
    let mut fixture = Fixture::new(hourly(flat(&prices)));
    fixture.risk = daily(on_breach);
    fixture
}

#[test]
fn halt_new_refuses_buys_until_the_day_ends_and_holds_the_rest() {
    let steps =
        vec![(0, place(buy("6"))), (4, place(buy("1"))), (5, place(sell("1"))), (24, place(buy("1")))];
    let replay = falling(OnBreach::HaltNew).plan(steps);
    assert_eq!(fills(&replay), ["1 buy 6 @ 100", "6 sell 1 @ 80", "25 buy 1 @ 80"]);
    assert_eq!(ends(&replay)[1], "market rejected DAILY_LOSS_LIMIT");
    assert!(replay.orders[1].detail.contains("-120.0"), "{}", replay.orders[1].detail);
}

#[test]
fn the_day_starts_from_the_mark_of_midnight() {
    // Lost 12 % on day one; on day two the equity of 880 is the base, and nothing is lost.
    let replay = falling(OnBreach::HaltNew).plan(vec![(0, place(buy("6"))), (23, place(buy("1")))]);
    assert_eq!(ends(&replay)[1], "market rejected DAILY_LOSS_LIMIT");
    let replay = falling(OnBreach::HaltNew).plan(vec![(0, place(buy("6"))), (24, place(buy("1")))]);
    assert_eq!(ends(&replay)[1], "market filled filled");
}

#[test]
fn flatten_sells_at_the_next_open_and_stays_out_until_midnight() {
    let steps = vec![
        (0, place(buy("6"))),
        (1, place(buy("1").of_kind(limit("50")))),
        (3, place(buy("1"))),
        (5, place(sell("1"))),
        (24, place(buy("1"))),
    ];
    let replay = falling(OnBreach::Flatten).plan(steps);
    // The mark of tick 3 breaches: orders are cancelled, all is sold at the open of tick 4.
    assert_eq!(fills(&replay), ["1 buy 6 @ 100", "4 sell 6 @ 80", "25 buy 1 @ 80"]);
    assert_eq!(
        ends(&replay),
        [
            "market filled filled",
            "limit cancelled risk_rule",
            "market filled filled",
            "market rejected DAILY_LOSS_LIMIT",
            "market rejected DAILY_LOSS_LIMIT",
            "market filled filled"
        ]
    );
    assert_eq!(replay.orders[2].origin, OrderOrigin::Risk);
    assert_eq!(replay.status, ReplayStatus::Completed);
}

#[test]
fn disqualify_is_out_for_the_window_with_its_loss_kept() {
    let mut calls = Vec::new();
    let fixture = falling(OnBreach::Disqualify);
    let strategy = |ctx: &crate::strategy::BarContext<'_>, orders: &mut crate::strategy::Orders| {
        calls.push(ctx.bars_since_start());
        if [0, 24].contains(&ctx.bars_since_start()) {
            orders.place(buy("6"));
        }
        Ok(())
    };
    let replay = fixture.run(Box::new(strategy));
    assert_eq!(replay.status, ReplayStatus::Disqualified { at: hour(4), code: RefusalCode::DailyLossLimit });
    assert_eq!(fills(&replay), ["1 buy 6 @ 100", "4 sell 6 @ 80"]);
    assert_eq!(calls, [0, 1, 2]);
    assert!(replay.equity[4..].iter().all(|&equity| equity == 880.0));
    assert_eq!(replay.equity.len(), 27);
}

#[test]
fn drawdown_opens_the_breaker_while_it_lasts() {
    let prices = [100.0, 100.0, 120.0, 100.0, 118.0, 118.0];
    let mut fixture = Fixture::new(hourly(flat(&prices)));
    fixture.risk = RiskProfile { max_drawdown: Some(Bps::from_percent(10.0)), ..RiskProfile::unlimited() };
    let steps = vec![(0, place(buy("8"))), (3, place(buy("1"))), (4, place(buy("1")))];
    let replay = fixture.plan(steps);
    // Peak 1160 at tick 2; at tick 3 1000 is 13.8 % below; at tick 4 1144 is not.
    assert_eq!(ends(&replay)[1..], ["market rejected CIRCUIT_BREAKER", "market filled filled"]);
    fixture.risk.on_breach = OnBreach::Disqualify;
    let replay = fixture.plan(vec![(0, place(buy("8")))]);
    assert_eq!(replay.status, ReplayStatus::Disqualified { at: hour(4), code: RefusalCode::CircuitBreaker });
    assert_eq!(fills(&replay)[1], "4 sell 8 @ 118");
}

#[test]
fn losing_trades_in_a_row_open_the_breaker_until_midnight() {
    // Falls a little every hour: each round trip loses.
    let prices: Vec<f64> = (0..28).map(|i| 100.0 - f64::from(i)).collect();
    let mut fixture = Fixture::new(hourly(flat(&prices)));
    fixture.risk = RiskProfile { max_consecutive_losses: Some(2), ..RiskProfile::unlimited() };
    let mut steps = Vec::new();
    for tick in [0, 2, 4, 24] {
        steps.push((tick, place(buy("1"))));
        steps.push((tick + 1, place(sell("1"))));
    }
    let replay = fixture.plan(steps);
    let buys: Vec<_> = replay.orders.iter().filter(|o| o.side == crate::domain::Side::Buy).collect();
    let codes: Vec<_> = buys.iter().map(|o| o.end.as_str()).collect();
    assert_eq!(codes, ["filled", "filled", "CIRCUIT_BREAKER", "filled"]);
}

#[test]
fn a_symbol_that_cannot_be_sold_stays_carried() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1.0),
        (1, 100.0, 100.0, 100.0, 100.0, 1.0),
        (2, 80.0, 80.0, 80.0, 80.0, 1.0),
    ];
    let mut fixture = Fixture::new(market_of("1h", vec![rows, flat(&[1.0; 5])]));
    fixture.risk = daily(OnBreach::Disqualify);
    let replay = fixture.plan(vec![(0, place(buy("6")))]);
    assert_eq!(fills(&replay), ["1 buy 6 @ 100"]);
    assert_eq!(ends(&replay)[1], "market cancelled window_end");
    assert_eq!(replay.final_equity, cash("880"));
}

#[test]
fn an_agent_that_was_flattened_has_its_equity_as_its_peak_when_it_may_trade_again() {
    // Down to 80 on the first day: 16 % below the peak of 1000. On the second day the account of 840 is the peak.
    let mut prices = vec![100.0; 3];
    prices.resize(26, 80.0);
    prices.extend([80.0, 90.0, 76.0, 76.0, 76.0]);
    let mut fixture = Fixture::new(hourly(flat(&prices)));
    fixture.risk = RiskProfile {
        max_drawdown: Some(Bps::from_percent(10.0)),
        on_breach: OnBreach::Flatten,
        ..RiskProfile::unlimited()
    };
    let steps =
        vec![(0, place(buy("8"))), (5, place(buy("1"))), (24, place(buy("8"))), (30, place(buy("1")))];
    let replay = fixture.plan(steps);
    // 840 at the second midnight; 8 from 80 on: 920 at 90, and at 76 808 is more than 10 % below that.
    assert_eq!(fills(&replay), ["1 buy 8 @ 100", "4 sell 8 @ 80", "25 buy 8 @ 80", "29 sell 8 @ 76"]);
    let refused: Vec<_> = replay.orders.iter().filter(|o| o.status == OrderStatus::Rejected).collect();
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|order| order.end.as_str() == "CIRCUIT_BREAKER"));
    let steps = vec![(0, place(buy("8"))), (24, place(buy("8")))];
    let both = replay_own(&fixture.job(), crate::engine::Loop::Skip, plan(steps));
    assert_eq!(fills(&both), fills(&replay));
}

#[test]
fn a_capped_liquidation_continues_after_disqualification() {
    let mut rows = flat(&[100.0, 100.0, 80.0, 80.0, 80.0, 80.0, 80.0]);
    rows.iter_mut().skip(3).for_each(|bar| bar.5 = 30.0);
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    fixture.risk = daily(OnBreach::Disqualify);
    let replay = fixture.plan(vec![(0, place(buy("8")))]);
    assert_eq!(fills(&replay), ["1 buy 8 @ 100", "3 sell 3 @ 80", "4 sell 3 @ 80", "5 sell 2 @ 80"]);
}
