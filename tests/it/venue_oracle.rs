//! An independent implementation of the matching rules, from their text (`docs/semantics.md`) and in
//! decimals, compared with the engine: one order with its bracket at a time, over random bars, in each
//! intrabar mode.
//!
//! Money is ample and fees are zero here, so that an order's result depends on its bars only.

use crate::support::cases::{Dice, cents};
use crate::testkit::*;
use rust_decimal::{Decimal, RoundingStrategy, prelude::FromPrimitive};
use tiltyard::internals::domain::{
    Bps, Bracket, Distance, OrderKind, OrderOrigin, OrderRequest, Protection, Side, TimeInForce,
};
use tiltyard::internals::engine::{Loop, Replay};
use tiltyard::internals::scenario::{Intrabar, Slippage};

const PLACED: usize = 3;

/// Open, high, low, close.
type Ohlc = [Decimal; 4];

/// A path through a bar: straight lines from point to point.
type PathPoints = Vec<Decimal>;

#[derive(Clone, Copy)]
enum Rest {
    Stop(Decimal),
    Limit(Decimal),
    StopLimit(Decimal, Decimal),
}

struct Case {
    side: Side,
    kind: OrderKind,
    bracket: Bracket,
    mode: Intrabar,
    through: bool,
    slip: Decimal,
    tick: Decimal,
}

/// The oracle's result: tick and price of the order's fill, and of its exit with the name of the order that
/// sold.
type Fate = (Option<(usize, Decimal)>, Option<(usize, Decimal, &'static str)>);

fn eight(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero)
}

/// `from` moved away by a distance, rounded to the tick.
fn away(from: Decimal, distance: Distance, up: bool, tick: Decimal) -> Decimal {
    let by = match distance {
        Distance::Share(share) => from * Decimal::from(share.units()) / Decimal::from(1_000_000_000_000_i64),
        Distance::Absolute(by) => by.to_decimal(),
    };
    let exact = if up { from + by } else { from - by };
    let ticks = exact / tick;
    (if up { ticks.ceil() } else { ticks.floor() }) * tick
}

impl Case {
    fn trail_level(&self, best: Decimal, distance: Distance) -> Decimal {
        away(best, distance, self.side == Side::Buy, self.tick)
    }

    /// Whether a price has reached a resting order's level: from above for a buy limit and a sell stop.
    fn come(&self, side: Side, rest: Rest, price: Decimal) -> bool {
        let (level, limit) = match rest {
            Rest::Limit(level) => (level, true),
            Rest::Stop(level) | Rest::StopLimit(level, _) => (level, false),
        };
        let strict = limit && self.through;
        let below = (side == Side::Buy) == limit;
        match (below, strict) {
            (true, false) => price <= level,
            (true, true) => price < level,
            (false, false) => price >= level,
            (false, true) => price > level,
        }
    }

    /// Where a path first reaches an order: the leg, and the price.
    fn first(&self, side: Side, rest: Rest, way: &PathPoints) -> Option<(usize, Decimal)> {
        let (Rest::Limit(level) | Rest::Stop(level) | Rest::StopLimit(level, _)) = rest;
        way.windows(2).enumerate().find_map(|(leg, ends)| {
            if self.come(side, rest, ends[0]) {
                return Some((leg, ends[0]));
            }
            self.come(side, rest, ends[1]).then_some((leg, level))
        })
    }

    /// The price of a fill, with slippage for a taker.
    fn paid(&self, side: Side, rest: Rest, at: Decimal) -> Decimal {
        let sign = if side == Side::Buy { self.slip } else { -self.slip };
        let slipped = eight(at * (Decimal::ONE + sign));
        match (rest, side) {
            (Rest::Limit(_), _) => at,
            (Rest::Stop(_), _) => slipped,
            (Rest::StopLimit(_, limit), Side::Buy) => slipped.min(limit),
            (Rest::StopLimit(_, limit), Side::Sell) => slipped.max(limit),
        }
    }

    /// What may follow in a bar: its path, or one leg to the extreme that the adverse mode considers.
    fn way(&self, bar: Ohlc, from: Decimal, leg: usize, to_low: bool) -> PathPoints {
        let [open, high, low, close] = bar;
        if self.mode == Intrabar::OhlcPath {
            let [near, far] = if open - low <= high - open { [low, high] } else { [high, low] };
            let corners = [near, far, close];
            return std::iter::once(from).chain(corners[leg..].iter().copied()).collect();
        }
        vec![from, if to_low { low } else { high }]
    }
}

/// Levels of a bracket at an entry price: stop, trailing stop, target.
struct Alive {
    stop: Option<Decimal>,
    trail: Option<(Distance, Decimal)>,
    target: Option<Decimal>,
}

fn come_alive(case: &Case, entry: Decimal) -> Alive {
    let level = |protection: Option<Protection>, up| match protection {
        Some(Protection::FromEntry(distance)) => Some(away(entry, distance, up, case.tick)),
        Some(Protection::At(_)) | None => None,
    };
    Alive {
        stop: level(case.bracket.stop_loss, false),
        trail: case.bracket.trailing_stop.map(|distance| (distance, entry)),
        target: level(case.bracket.take_profit, true),
    }
}

impl Alive {
    /// The stop that a falling price reaches first.
    fn nearest(&self, case: &Case) -> Option<(Decimal, &'static str)> {
        let trail =
            self.trail.map(|(distance, best)| (away(best, distance, false, case.tick), "trailing_stop"));
        let stop = self.stop.map(|level| (level, "stop"));
        match (stop, trail) {
            (Some(stop), Some(trail)) => Some(if trail.0 > stop.0 { trail } else { stop }),
            (one, other) => one.or(other),
        }
    }

    /// How a held position exits in a bar, held from `from` on; `inside` if the entry was in the same bar.
    fn leaves(
        &self,
        case: &Case,
        bar: Ohlc,
        inside: Option<(usize, Decimal)>,
    ) -> Option<(Decimal, &'static str)> {
        let open = bar[0];
        let stop = self.nearest(case);
        let sell = |rest, at| case.paid(Side::Sell, rest, at);
        if inside.is_none() {
            if let Some((level, name)) = stop.filter(|stop| case.come(Side::Sell, Rest::Stop(stop.0), open)) {
                return Some((sell(Rest::Stop(level), open), name));
            }
            if let Some(level) = self.target.filter(|&level| case.come(Side::Sell, Rest::Limit(level), open))
            {
                return Some((sell(Rest::Limit(level), open), "take_profit"));
            }
        }
        let (leg, from) = inside.unwrap_or((0, open));
        let down = stop.and_then(|(level, name)| {
            let rest = Rest::Stop(level);
            case.first(Side::Sell, rest, &case.way(bar, from, leg, true))
                .map(|met| (met, sell(rest, met.1), name))
        });
        let up = self.target.filter(|_| inside.is_none()).and_then(|level| {
            let rest = Rest::Limit(level);
            case.first(Side::Sell, rest, &case.way(bar, from, leg, false))
                .map(|met| (met, sell(rest, met.1), "take_profit"))
        });
        match (down, up) {
            // On a path the earlier leg decides: one leg never reaches both.
            (Some(stop), Some(target)) if case.mode == Intrabar::OhlcPath && target.0.0 < stop.0.0 => {
                Some((target.1, target.2))
            }
            (Some(stop), _) => Some((stop.1, stop.2)),
            (None, target) => target.map(|target| (target.1, target.2)),
        }
    }

    /// At the end of the bar the trailing stop follows its high, or its close if the entry was inside it.
    fn follow(&mut self, bar: Ohlc, inside: bool) {
        if let Some((_, best)) = &mut self.trail {
            *best = (*best).max(if inside { bar[3] } else { bar[1] });
        }
    }
}

/// The result of an order over its bars, the first of which follows its placement; `close` is the close
/// before.
fn fate(case: &Case, bars: &[(usize, Vec<Ohlc>)], close: Decimal) -> Fate {
    let number = |price: tiltyard::internals::domain::Price| price.to_decimal();
    let mut trail: Option<(Distance, Decimal)> = None;
    let mut rest = match case.kind {
        OrderKind::Market => None,
        OrderKind::Limit { price } | OrderKind::TakeProfit { price } => Some(Rest::Limit(number(price))),
        OrderKind::Stop { trigger } => Some(Rest::Stop(number(trigger))),
        OrderKind::StopLimit { trigger, price } => Some(Rest::StopLimit(number(trigger), number(price))),
        OrderKind::TrailingStop { distance } => {
            trail = Some((distance, close));
            Some(Rest::Stop(case.trail_level(close, distance)))
        }
    };
    let (mut entered, mut alive): (Option<(usize, Decimal)>, Option<Alive>) = (None, None);
    for (tick, parts) in bars {
        for &bar in parts {
            let mut inside = None;
            if entered.is_none() {
                let Some(fill) = enter(case, &mut rest, bar) else {
                    if let Some((distance, best)) = &mut trail {
                        let sells = case.side == Side::Sell;
                        *best = if sells { (*best).max(bar[1]) } else { (*best).min(bar[2]) };
                        rest = Some(Rest::Stop(case.trail_level(*best, *distance)));
                    }
                    continue;
                };
                entered = Some((*tick, fill.paid));
                if case.side == Side::Sell {
                    return (entered, None);
                }
                inside = fill.inside;
                alive = Some(come_alive(case, fill.paid));
            }
            let Some(living) = &mut alive else { continue };
            if let Some((price, name)) = living.leaves(case, bar, inside) {
                return (entered, Some((*tick, price, name)));
            }
            living.follow(bar, inside.is_some());
        }
    }
    (entered, None)
}

/// A fill: its price, and where inside the bar it happened.
struct Fill {
    paid: Decimal,
    inside: Option<(usize, Decimal)>,
}

/// Whether an order fills in a bar. A stop-limit triggered beyond its limit becomes a limit order: at the
/// open for the rest of the bar, inside the bar for the next one.
fn enter(case: &Case, rest: &mut Option<Rest>, bar: Ohlc) -> Option<Fill> {
    let side = case.side;
    let Some(now) = *rest else {
        return Some(Fill { paid: case.paid(side, Rest::Stop(Decimal::ZERO), bar[0]), inside: None });
    };
    let within = |at: Decimal, limit: Decimal| if side == Side::Buy { at <= limit } else { at >= limit };
    let (mut now, mut inside) = (now, None);
    let mut met = case.come(side, now, bar[0]).then_some(bar[0]);
    if let (Rest::StopLimit(_, limit), Some(at)) = (now, met)
        && !within(at, limit)
    {
        (now, met) = (Rest::Limit(limit), None);
        *rest = Some(now);
    }
    if met.is_none() {
        let falls = matches!((now, side), (Rest::Limit(_), Side::Buy))
            || matches!((now, side), (Rest::Stop(_) | Rest::StopLimit(..), Side::Sell));
        inside = case.first(side, now, &case.way(bar, bar[0], 0, falls));
        met = inside.map(|(_, at)| at);
    }
    let at = met?;
    if let Rest::StopLimit(_, limit) = now
        && !within(at, limit)
    {
        *rest = Some(Rest::Limit(limit));
        return None;
    }
    Some(Fill { paid: case.paid(side, now, at), inside })
}

fn decimal(value: f64) -> Decimal {
    Decimal::from_f64(value).unwrap().round_dp(8)
}

/// The engine's result for the order, in the oracle's form.
fn found(replay: &Replay, order: u64) -> Fate {
    let fill = |id: u64| replay.fills.iter().find(|fill| fill.order.0 == id);
    let entry = fill(order).map(|fill| (fill.tick, fill.price.to_decimal()));
    let child = replay
        .orders
        .iter()
        .filter(|row| row.origin == OrderOrigin::Bracket(tiltyard::internals::domain::OrderId(order)));
    let exit =
        child.filter_map(|row| fill(row.id.0).map(|f| (f.tick, f.price.to_decimal(), row.kind))).next();
    (entry, exit)
}

/// Bars in cents around 100, sometimes with gaps; the finer ones of half the length.
fn bars_of(dice: &mut Dice) -> (Vec<[f64; 4]>, Vec<TestBar>) {
    let (mut rows, mut fine, mut last) = (Vec::new(), Vec::new(), 100.0);
    for index in 0..24 {
        let swing = if dice.one_in(3) { 0.08 } else { 0.02 };
        let gap = if dice.one_in(3) { dice.between(1.0 - swing, 1.0 + swing) } else { 1.0 };
        let open = cents(last * gap);
        let half = |dice: &mut Dice, open: f64| {
            let close = cents(open * dice.between(1.0 - swing, 1.0 + swing));
            let high = cents(open.max(close) * dice.between(1.0, 1.0 + swing));
            [open, high, cents(open.min(close) * dice.between(1.0 - swing, 1.0)), close]
        };
        let first = half(dice, open);
        let next = if dice.one_in(3) { cents(first[3] * dice.between(0.99, 1.01)) } else { first[3] };
        let second = half(dice, next);
        rows.push([open, first[1].max(second[1]), first[2].min(second[2]), second[3]]);
        fine.extend(
            [first, second]
                .iter()
                .enumerate()
                .map(|(i, b)| (index * 2 + i as i64, b[0], b[1], b[2], b[3], 1.0)),
        );
        last = second[3];
    }
    (rows, fine)
}

fn distance(dice: &mut Dice) -> Distance {
    if dice.one_in(2) {
        Distance::Share(Bps::from_percent(dice.between(0.3, 9.0)))
    } else {
        Distance::Absolute(tiltyard::internals::domain::Price::from_f64(cents(dice.between(0.2, 9.0))))
    }
}

fn kind(dice: &mut Dice, side: Side) -> OrderKind {
    let near =
        |dice: &mut Dice| tiltyard::internals::domain::Price::from_f64(cents(100.0 * dice.between(0.9, 1.1)));
    match dice.below(if side == Side::Buy { 5 } else { 6 }) {
        0 => OrderKind::Limit { price: near(dice) },
        1 => OrderKind::Stop { trigger: near(dice) },
        2 => OrderKind::StopLimit { trigger: near(dice), price: near(dice) },
        3 => OrderKind::TrailingStop { distance: distance(dice) },
        4 => OrderKind::Market,
        _ => OrderKind::TakeProfit { price: near(dice) },
    }
}

/// One random order in a random market, by both loops of the engine and by the oracle.
fn compare(seed: u64) -> (Case, Fate) {
    let mut dice = Dice(seed);
    let (rows, fine) = bars_of(&mut dice);
    let side = if dice.one_in(3) { Side::Sell } else { Side::Buy };
    let mode = [Intrabar::Adverse, Intrabar::OhlcPath, Intrabar::Detail][dice.below(3) as usize];
    let has_detail = mode == Intrabar::Detail && !dice.one_in(4);
    let slip = [0.0, 13.0][dice.below(2) as usize];
    let tick = ["0.00000001", "0.01"][dice.below(2) as usize];
    let from_entry = |dice: &mut Dice| dice.one_in(2).then(|| Protection::FromEntry(distance(dice)));
    let bracket = Bracket {
        stop_loss: from_entry(&mut dice),
        take_profit: from_entry(&mut dice),
        trailing_stop: dice.one_in(2).then(|| distance(&mut dice)),
    };
    let case = Case {
        side,
        kind: kind(&mut dice, side),
        bracket,
        mode,
        through: dice.one_in(3),
        slip: decimal(slip) / Decimal::from(10_000),
        tick: tick.parse().unwrap(),
    };
    let time_in_force = match dice.below(6) {
        0 => TimeInForce::Day,
        1 => TimeInForce::Ioc,
        2 => TimeInForce::GoodTill(hour(6 + dice.below(16) as i64)),
        _ => TimeInForce::Gtc,
    };
    let start = 10 + dice.below(8) as i64;
    let shifted = |rows: &[[f64; 4]]| -> Vec<TestBar> {
        rows.iter().enumerate().map(|(i, r)| (start + i as i64, r[0], r[1], r[2], r[3], 1e9)).collect()
    };
    let mut fixture = Fixture::new(hourly(shifted(&rows)));
    fixture.start = cash("1000000");
    fixture.venue.intrabar = mode;
    fixture.venue.limit_needs_through = case.through;
    fixture.venue.slippage = Slippage::FixedBps { bps: Bps::from_f64(slip) };
    let series = &mut fixture.market.symbols[0];
    series.instrument.price_tick = tick.parse().unwrap();
    let moved: Vec<TestBar> = fine.iter().map(|b| (b.0 + 2 * start, b.1, b.2, b.3, b.4, b.5)).collect();
    series.detail = has_detail.then(|| bars("30m", &moved));
    let request = OrderRequest { side, time_in_force, bracket: Some(bracket), ..buy("3").of_kind(case.kind) };
    let steps = vec![(0, place(buy("10"))), (PLACED, place(request))];
    let replay = fixture.plan(steps.clone());
    let skipping = replay_own(&fixture.job(), Loop::Skip, plan(steps));
    assert_eq!(format!("{replay:?}"), format!("{skipping:?}"), "seed {seed}");

    // An order that can no longer enter has no bars.
    let placed_at = start + PLACED as i64 + 1;
    let until = match time_in_force {
        TimeInForce::Gtc => i64::MAX,
        TimeInForce::Day => (placed_at / 24 + 1) * 24,
        TimeInForce::Ioc => placed_at + 1,
        TimeInForce::GoodTill(at) => (at.micros() + 3_599_999_999) / 3_600_000_000,
    };
    let ohlc = |values: [f64; 4]| values.map(decimal);
    let parts = |tick: usize| match has_detail {
        true => fine[2 * tick..2 * tick + 2].iter().map(|b| ohlc([b.1, b.2, b.3, b.4])).collect(),
        false => vec![ohlc(rows[tick])],
    };
    let later: Vec<_> = (PLACED + 1..rows.len()).map(|tick| (tick, parts(tick))).collect();
    let may_enter = later.iter().filter(|(tick, _)| start + (*tick as i64) < until).count();
    let close = decimal(rows[PLACED][3]);
    let expected = match fate(&case, &later[..may_enter], close) {
        (None, _) => (None, None),
        // The bracket outlives its entry's time in force.
        (Some(_), _) => fate(&case, &later, close),
    };
    let got = found(&replay, 2);
    assert_eq!(
        got, expected,
        "seed {seed}: {side:?} {:?} {bracket:?} {mode:?} detail {has_detail} {time_in_force:?} through {}\n{rows:?}",
        case.kind, case.through
    );
    (case, got)
}

#[test]
fn orders_and_brackets_fill_as_documented() {
    let mut exits = std::collections::BTreeMap::<(&str, &str), usize>::new();
    for seed in 0..20_000 {
        let (case, (entry, exit)) = compare(seed);
        let end = exit.map_or(if entry.is_some() { "held" } else { "waits" }, |exit| exit.2);
        *exits.entry((case.kind.as_str(), end)).or_default() += 1;
    }
    println!("{exits:?}");
    for kind in ["market", "limit", "stop", "stop_limit", "trailing_stop"] {
        for end in ["held", "stop", "trailing_stop", "take_profit"] {
            assert!(exits.get(&(kind, end)).is_some_and(|&count| count > 20), "{kind} {end}: {exits:?}");
        }
    }
}
