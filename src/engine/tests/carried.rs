//! An agent that continues from an earlier run: two runs in a row are one long run.

use crate::domain::{Action, Bps, OrderKind, Wallet};
use crate::engine::testkit::{
    A, B, Fixture, TestBar, buy, cash, fills, flat, hourly, limit, market_of, place, plan, replay_own, sell,
};
use crate::engine::{ExitState, Job, Loop, Replay, RoundTrip};
use crate::scenario::Delisted;

/// Where the long run is cut: a midnight.
const CUT: usize = 48;
const TICKS: usize = 96;

/// Four days of two wandering symbols; the second has holes, one of them over the cut.
fn fixture() -> Fixture {
    let wave = |i: usize, height: f64, length: f64| 100.0 + height * (i as f64 / length).sin();
    let bar = |i: usize, height, length| -> TestBar {
        let (open, close) = (wave(i, height, length), wave(i + 1, height, length));
        (i as i64, open, open.max(close) + 1.0, open.min(close) - 1.0, close, 1000.0)
    };
    let holed = |i: &usize| i % 7 != 3 && !(CUT - 2..CUT + 3).contains(i);
    let market = market_of(
        "1h",
        vec![
            (0..TICKS).map(|i| bar(i, 20.0, 9.0)).collect(),
            (0..TICKS).filter(holed).map(|i| bar(i, 30.0, 5.0)).collect(),
        ],
    );
    let mut fixture = Fixture::new(market);
    fixture.venue.taker_fee = Bps::from_f64(10.0);
    fixture
}

/// The same steps, by the tick of the market, over a part of its clock.
fn part(
    fixture: &Fixture,
    ticks: std::ops::Range<usize>,
    from: &Wallet<crate::domain::SymbolId>,
    steps: &[(usize, Action)],
) -> Replay {
    let mut job = Job { starting_balance: from.cash, carried: &from.positions, ..fixture.job() };
    (job.window.ticks.first, job.window.ticks.last) = (ticks.start, ticks.end);
    let own = steps.iter().filter(|(tick, _)| ticks.contains(tick));
    let own: Vec<(usize, Action)> = own.map(|(tick, action)| (tick - ticks.start, *action)).collect();
    let by_bar = replay_own(&job, Loop::BarByBar, plan(own.clone()));
    let skipping = replay_own(&job, Loop::Skip, plan(own));
    assert_eq!(format!("{by_bar:?}"), format!("{skipping:?}"), "both loops carry alike");
    by_bar
}

/// One run over all, and two in a row.
fn long_and_short(fixture: &Fixture, steps: &[(usize, Action)]) -> (Replay, Replay, Replay) {
    let start = Wallet::of_cash(fixture.start);
    let long = part(fixture, 0..TICKS, &start, steps);
    let first = part(fixture, 0..CUT, &start, steps);
    let second = part(fixture, CUT..TICKS, &first.left, steps);
    (long, first, second)
}

/// A round trip without the reason of its entry, which does not cross.
fn anonymous(trips: &[RoundTrip]) -> Vec<RoundTrip> {
    trips.iter().map(|trip| RoundTrip { entry_reason: "", ..trip.clone() }).collect()
}

fn assert_one_run(long: &Replay, first: &Replay, second: &Replay) {
    assert_eq!(first.final_equity, second.starting_balance, "nothing is made or lost in between");
    assert_eq!(long.final_equity, second.final_equity);
    assert_eq!(long.equity, [first.equity.clone(), second.equity.clone()].concat());
    assert_eq!(long.left, second.left);
    assert_eq!(long.fees, first.fees + second.fees);
    assert_eq!(fills(long), [fills(first), fills(second)].concat());
    let closed = |replay: &Replay| -> Vec<RoundTrip> {
        anonymous(&replay.round_trips).into_iter().filter(|trip| trip.state == ExitState::Closed).collect()
    };
    assert_eq!(closed(long), [closed(first), closed(second)].concat());
    let open = |replay: &Replay| -> Vec<RoundTrip> {
        anonymous(&replay.round_trips).into_iter().filter(|trip| trip.state == ExitState::Open).collect()
    };
    assert_eq!(open(long), open(second));
}

#[test]
fn two_runs_in_a_row_are_one_long_run() {
    let steps = [
        (4, place(buy("2"))),
        (10, place(buy("1.5"))),
        (20, place(sell("0.7"))),
        (60, place(sell("1"))),
        (70, Action::Close(A, "test")),
        (80, place(buy("1"))),
    ];
    let (long, first, second) = long_and_short(&fixture(), &steps);
    assert_eq!(second.round_trips[0].entry_reason, "carried");
    assert_eq!(second.round_trips[0].fills, 5);
    assert_one_run(&long, &first, &second);
}

/// Hundreds of random sequences of market orders in both symbols; none waits over the cut.
#[test]
fn any_market_orders_give_the_same_in_one_run_and_in_two() {
    let fixture = fixture();
    let mut filled = 0;
    for seed in 0..300_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut steps = Vec::new();
        for tick in 0..TICKS - 1 {
            // An order in the second symbol waits for its next bar, which the hole puts past the cut.
            if draw(4) != 0 || (CUT - 4..CUT).contains(&tick) {
                continue;
            }
            let symbol = if draw(2) == 0 { A } else { B };
            let quantity = format!("0.{:03}", 1 + draw(999));
            steps.push((
                tick,
                match draw(5) {
                    0 => Action::Close(symbol, "test"),
                    1 | 2 => place(crate::domain::OrderRequest { symbol, ..sell(&quantity) }),
                    _ => place(crate::domain::OrderRequest { symbol, ..buy(&quantity) }),
                },
            ));
        }
        let (long, first, second) = long_and_short(&fixture, &steps);
        filled += long.fills.len();
        assert_one_run(&long, &first, &second);
    }
    assert!(filled > 1_000, "{filled}");
}

#[test]
fn orders_do_not_cross() {
    let fixture = Fixture::new(hourly(flat(&[100.0; 96])));
    let steps = [(2, place(buy("2"))), (4, place(sell("2").of_kind(limit("150"))))];
    let first = part(&fixture, 0..CUT, &Wallet::of_cash(fixture.start), &steps);
    let second =
        part(&fixture, CUT..TICKS, &first.left, &[(50, place(sell("2").of_kind(OrderKind::Market)))]);
    assert_eq!(fills(&second), ["51 sell 2 @ 100"]);
    assert_eq!(second.left, Wallet::of_cash(cash("1000")));
}

/// The symbol's last bar lies before the second run: what was written off does not come back.
#[test]
fn a_written_off_position_stays_written_off() {
    let long: Vec<TestBar> = flat(&[100.0; 20]);
    let short = flat(&[100.0; 8]);
    let mut fixture = Fixture::new(market_of("1h", vec![short, long]));
    fixture.delisted = Delisted::WriteOff;
    let steps = [(2, place(buy("2")))];
    let first = part(&fixture, 0..12, &Wallet::of_cash(fixture.start), &steps);
    let second = part(&fixture, 12..20, &first.left, &[]);
    assert_eq!(first.final_equity, cash("800"));
    assert_eq!((second.starting_balance, second.final_equity), (cash("800"), cash("800")));
    assert_eq!(second.flags.delisted, [A]);
    fixture.delisted = Delisted::Carry;
    let first = part(&fixture, 0..12, &Wallet::of_cash(fixture.start), &steps);
    let second = part(&fixture, 12..20, &first.left, &[]);
    assert_eq!((first.final_equity, second.final_equity), (cash("1000"), cash("1000")));
}
