//! Conservation on margin, and both loops: random orders long and short, turns, liquidations, gaps, funding, partial
//! fills, every kind of instrument mixed.
//!
//! `TILTYARD_CASES` sets the number of random cases of each property. A million sequences in short markets, on all cores:
//! `cargo nextest run --release --run-ignored only a_million_random_sequences --no-capture`.

use crate::support::cases::{Dice, Monkey, Shape, shaped_fixture};
use crate::support::on_margin::{allow, perpetual, put_on_margin, shares};
use crate::testkit::*;
use proptest::prelude::*;
use tiltyard::internals::domain::{Action, Cash, MaintenanceBasis, MarginKind, Side, Timestamp};
use tiltyard::internals::engine::{ExitState, Loop, PostingKind, Replay, exact_curve};
use tiltyard::internals::market::Bars;
use tiltyard::internals::scenario::{MarginMode, OnBreach};
use tiltyard::internals::strategy::{BarContext, Orders, Strategy, StrategyError};

/// Ticks of a usual market, and of one of a million.
const TICKS: u64 = 60;
const FEW_TICKS: u64 = 16;

fn cases_of_each(usual: u32) -> u32 {
    std::env::var("TILTYARD_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// A random case in which each symbol is spot, shares or perpetual. Prices move by up to three fifths at once: far beyond
/// what any margin bears.
fn fixture(seed: u64, ticks: u64) -> Fixture {
    let mut dice = Dice(seed ^ 0x5a5a);
    let swing = [0.02, 0.07, 0.25, 0.6][dice.below(4) as usize];
    let mut fixture = shaped_fixture(seed, None, Shape { ticks, swing });
    for index in 0..fixture.market.symbols.len() {
        let fee = dice.below(100) as f64;
        let mut terms = match dice.below(7) {
            0 => continue,
            1 | 2 => shares(50.0, 30.0, dice.below(30) as f64, 5.0),
            3 => perpetual(20.0, &[(Some(500), 0.4), (Some(3000), 0.5), (None, 1.0)], fee),
            _ => perpetual(5.0, &[(None, 5.0)], fee),
        };
        if terms.is_perpetual() && dice.one_in(4) {
            terms.maintenance_on = MaintenanceBasis::Entry;
        }
        let funding = funding(&mut dice, &fixture);
        let funding = if terms.is_perpetual() { funding } else { Vec::new() };
        put_on_margin(&mut fixture, index, terms, &funding);
        if dice.one_in(3) && fixture.market.symbols[index].instrument.margin.as_ref().unwrap().is_perpetual()
        {
            let mark = marks(&mut dice, &fixture.market.symbols[index].bars);
            fixture.market.symbols[index].margin.as_mut().unwrap().mark = Some(mark);
        }
    }
    let mode = if dice.one_in(2) { MarginMode::Isolated } else { MarginMode::Cross };
    let leverage = [1.0, 3.0, 20.0][dice.below(3) as usize];
    allow(&mut fixture, leverage, mode);
    if dice.one_in(2) {
        fixture.risk.max_order_size = None;
        fixture.risk.max_position_size = None;
    }
    if dice.one_in(2) {
        fixture.risk.on_breach = OnBreach::HaltNew;
    }
    fixture
}

fn funding(dice: &mut Dice, fixture: &Fixture) -> Vec<(Timestamp, f64)> {
    let clock = &fixture.market.clock;
    let (first, last) = (clock[0].micros(), clock[clock.len() - 1].micros());
    let step = (fixture.market.interval.micros() / 2).max(1) * (1 + dice.below(12) as i64);
    let mut at = first - step;
    let mut all = Vec::new();
    while at < last {
        at += step;
        all.push((Timestamp::from_micros(at), cents(dice.between(-5.0, 5.0)) / 1000.0));
    }
    all
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A mark that stays near the price.
fn marks(dice: &mut Dice, bars: &Bars) -> Bars {
    let mut mark = bars.first(bars.len());
    for row in 0..mark.len() {
        let off = dice.between(0.99, 1.01);
        for column in [&mut mark.open, &mut mark.high, &mut mark.low, &mut mark.close] {
            column[row] = cents(column[row] * off).max(0.01);
        }
    }
    mark
}

/// The monkey, which also turns.
struct Trader(Monkey);

impl Strategy for Trader {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        assert!(
            !ctx.available().is_negative() && !ctx.equity().is_negative(),
            "{} {}",
            ctx.available(),
            ctx.equity()
        );
        let mut own = Orders::new();
        let result = self.0.on_bar(ctx, &mut own);
        for action in own.actions() {
            let mut action = *action;
            if let Action::Place(order) = &mut action {
                order.reverse = !order.reduce_only && self.0.dice.one_in(4);
            }
            orders.push(action);
        }
        result
    }
}

fn replay(fixture: &Fixture, seed: u64, way: Loop) -> Replay {
    let monkey = Monkey { dice: Dice(seed ^ 0xabcd) };
    replay_own(&fixture.job(), way, Box::new(Trader(monkey)))
}

/// Every cent: cash and equity from fills and postings alone.
fn explain(fixture: &Fixture, replay: &Replay) {
    let perpetual = |index: usize| {
        let margin = fixture.market.symbols[index].instrument.margin.as_ref();
        margin.is_some_and(|terms| terms.kind == MarginKind::Perpetual)
    };
    let (mut fill, mut posting) = (0, 0);
    // What cash would be if perpetuals moved their notional, and what they were opened for.
    let mut net = fixture.start;
    let mut held = vec![0_i128; fixture.market.symbols.len()];
    for holding in &replay.holdings {
        while let Some(one) = replay.fills.get(fill).filter(|one| one.tick <= holding.tick) {
            let signed = if one.side == Side::Buy { one.quantity } else { -one.quantity };
            net -= if one.side == Side::Buy { one.notional } else { -one.notional };
            net -= one.fee;
            held[one.symbol.index()] += signed.units();
            fill += 1;
        }
        while let Some(one) = replay.postings.get(posting).filter(|one| one.tick <= holding.tick) {
            net += one.amount;
            posting += 1;
        }
        assert_eq!(holding.cash - holding.owed, net);
        let quantities: Vec<i128> = holding.quantities.iter().map(|qty| qty.units()).collect();
        assert_eq!(quantities, held);
        if (0..held.len()).all(|index| held[index] == 0 || !perpetual(index)) {
            assert_eq!(holding.owed, Cash::ZERO, "nothing is owed for what is not held");
        }
    }
    assert_eq!((fill, posting), (replay.fills.len(), replay.postings.len()));
    let trips: Cash = replay.round_trips.iter().map(|trip| trip.pnl).sum();
    let posted: Cash = replay.postings.iter().map(|one| one.amount).sum();
    assert_eq!(fixture.start + trips + posted, replay.final_equity);
    let fees: Cash = replay.fills.iter().map(|one| one.fee).sum();
    assert_eq!(fees, replay.fees);
}

/// The same replay, to the bit.
fn assert_same(slow: &Replay, fast: &Replay, seed: u64) {
    let bits = |replay: &Replay| replay.equity.iter().map(|mark| mark.to_bits()).collect::<Vec<u64>>();
    if slow != fast || bits(slow) != bits(fast) {
        assert_eq!(format!("{slow:?}"), format!("{fast:?}"), "seed {seed}");
        panic!("the loops differ in what is not shown, seed {seed}");
    }
}

fn check(seed: u64, ticks: u64) -> Replay {
    let fixture = fixture(seed, ticks);
    let slow = replay(&fixture, seed, Loop::BarByBar);
    let fast = replay(&fixture, seed, Loop::Skip);
    assert_same(&slow, &fast, seed);
    explain(&fixture, &slow);
    let curve = exact_curve(&fixture.job(), &slow);
    assert_eq!(curve.last().copied(), Some(slow.final_equity));
    for (exact, mark) in curve.iter().zip(&slow.equity) {
        assert!(
            !exact.is_negative(),
            "seed {seed}: {exact} {:?} {:#?} {:#?} {:?}",
            fixture.risk,
            slow.fills,
            slow.postings,
            slow.status
        );
        assert!((exact.to_f64() - mark).abs() <= 1e-6 * (1.0 + exact.to_f64().abs()), "{exact} {mark}");
    }
    slow
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_of_each(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cent_is_explained_and_both_loops_agree(seed in any::<u64>()) {
        check(seed, TICKS);
    }
}

/// A strategy that acts now and then, so that there is something to skip.
struct Seldom(Monkey, u64);

impl Strategy for Seldom {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        if (ctx.bars_since_start() as u64).is_multiple_of(self.1) {
            self.0.on_bar(ctx, orders)
        } else {
            Ok(())
        }
    }

    fn wake(&mut self, ctx: &BarContext<'_>) -> tiltyard::internals::strategy::Wake {
        let next = self.1 - ctx.bars_since_start() as u64 % self.1;
        tiltyard::internals::strategy::Wake::AfterBars(next as usize)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_of_each(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn skipped_bars_hide_no_liquidation_and_no_payment(seed in any::<u64>(), often in 1_u64..40) {
        let fixture = fixture(seed, TICKS);
        let of = |way| {
            let monkey = Monkey { dice: Dice(seed ^ 0xabcd) };
            replay_own(&fixture.job(), way, Box::new(Seldom(monkey, often)))
        };
        let (slow, fast) = (of(Loop::BarByBar), of(Loop::Skip));
        assert_same(&slow, &fast, seed);
        explain(&fixture, &slow);
    }
}

/// How often what the properties are about has happened.
#[derive(Debug, Default)]
struct Seen {
    postings: std::collections::BTreeMap<&'static str, u64>,
    shorts: u64,
    turns: u64,
    liquidations: u64,
    bankrupt: u64,
    /// Orders that filled in several bars.
    in_parts: u64,
}

impl Seen {
    fn of(replay: &Replay, seed: u64) -> Self {
        let mut seen = Self::default();
        for one in &replay.postings {
            *seen.postings.entry(one.kind.as_str()).or_default() += 1;
        }
        let (fills, trips) = (&replay.fills, &replay.round_trips);
        seen.shorts = trips.iter().filter(|trip| trip.side == Side::Sell).count() as u64;
        let same = |pair: &&[tiltyard::internals::engine::FillRow]| pair[0].order == pair[1].order;
        let in_one_bar = |pair: &&[tiltyard::internals::engine::FillRow]| pair[0].tick == pair[1].tick;
        seen.turns = fills.windows(2).filter(|pair| same(pair) && in_one_bar(pair)).count() as u64;
        seen.in_parts = fills.windows(2).filter(|pair| same(pair) && !in_one_bar(pair)).count() as u64;
        seen.liquidations = replay.flags.liquidations;
        seen.bankrupt = u64::from(replay.status.as_str() == "liquidated");
        let open = trips.iter().any(|trip| trip.state == ExitState::Open);
        assert!(!open || seen.bankrupt == 0, "seed {seed}: a bankrupt account holds nothing");
        seen
    }

    fn and(mut self, other: Self) -> Self {
        for (kind, count) in other.postings {
            *self.postings.entry(kind).or_default() += count;
        }
        self.shorts += other.shorts;
        self.turns += other.turns;
        self.liquidations += other.liquidations;
        self.bankrupt += other.bankrupt;
        self.in_parts += other.in_parts;
        self
    }

    /// Everything happened, and not once only.
    fn assert_all(&self, cases: u64) {
        for kind in [
            PostingKind::Funding,
            PostingKind::BorrowFee,
            PostingKind::Interest,
            PostingKind::LiquidationFee,
            PostingKind::Insurance,
        ] {
            assert!(self.postings.contains_key(kind.as_str()), "{self:?}");
        }
        let often = [self.shorts, self.turns, self.liquidations, self.bankrupt, self.in_parts];
        assert!(often.into_iter().all(|count| count > cases / 300), "{self:?}");
    }
}

/// Replays these sequences on all cores.
fn check_all(seeds: std::ops::Range<u64>, ticks: u64) -> Seen {
    use rayon::prelude::*;
    let seen = seeds.into_par_iter().map(|seed| Seen::of(&check(seed, ticks), seed));
    seen.reduce(Seen::default, Seen::and)
}

#[test]
fn random_cases_reach_every_posting_and_status() {
    check_all(0..1_500, TICKS).assert_all(1_500);
}

/// The long form: a million random order sequences, or as many as `TILTYARD_CASES` says.
#[test]
#[ignore = "takes minutes in release"]
fn a_million_random_sequences_conserve_money() {
    let cases = u64::from(cases_of_each(1_000_000));
    let start = std::time::Instant::now();
    let first = 0x1234_5678_0000;
    let seen = check_all(first..first + cases, FEW_TICKS);
    println!("{cases} sequences in {:.1} s: {seen:?}", start.elapsed().as_secs_f64());
    seen.assert_all(cases);
}
