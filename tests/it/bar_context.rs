//! What a strategy of one's own sees: by hand, and as a law. Whatever it reads at a bar is known at that bar's close.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use crate::skipping::{fixture, framed, window};
use crate::support::cases::{Dice, Monkey};
use crate::support::rules::times;
use crate::testkit::*;
use proptest::prelude::*;
use tiltyard::internals::engine::{Job, Loop, Window};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{Bars, Market, SeriesBars, TickRange};
use tiltyard::internals::scenario::{Delisted, Slippage, WarmUp};
use tiltyard::internals::strategy::{Setup, Strategy, needs_of, prepare_own};
use tiltyard::prelude::*;

/// Declares at random, looks at all there is, and orders by what it saw: one value of another bar, and all that
/// follows is different.
struct Nosy {
    seed: u64,
    indicators: Vec<IndicatorId>,
    timeframes: Vec<TimeframeId>,
    seen: Arc<Mutex<Vec<(Timestamp, u64)>>>,
}

const INDICATORS: [&str; 8] = [
    "sma(3)",
    "ema(4)",
    "rsi(3)",
    "close",
    "atr(2)@COARSE",
    "close@COARSE",
    "ema(2)@COARSE",
    "donchian_high(5)",
];

impl Nosy {
    fn new(seed: u64) -> Self {
        Self { seed, indicators: Vec::new(), timeframes: vec![TimeframeId::default()], seen: Arc::default() }
    }

    fn look(&self, ctx: &BarContext<'_>) -> u64 {
        let mut hash = DefaultHasher::new();
        let values = |hash: &mut DefaultHasher, values: &[f64]| {
            values.iter().for_each(|value| value.to_bits().hash(hash));
            values.len().hash(hash);
        };
        (ctx.time(), ctx.bars_since_start()).hash(&mut hash);
        for symbol in ctx.symbols() {
            for &timeframe in &self.timeframes {
                let bars = ctx.bars_of(symbol, timeframe);
                assert!(bars.open_times().iter().all(
                    |&at| at + bars.interval().span() <= ctx.time() || bars.interval() != ctx.interval()
                ));
                bars.open_times().hash(&mut hash);
                for column in [bars.open(), bars.high(), bars.low(), bars.close(), bars.volume()] {
                    values(&mut hash, column);
                }
                ctx.just_closed(symbol, timeframe).hash(&mut hash);
            }
            for &indicator in &self.indicators {
                values(&mut hash, ctx.indicator_values(indicator, symbol));
                assert_eq!(
                    ctx.indicator(indicator, symbol).is_none(),
                    ctx.indicator_values(indicator, symbol).last().is_none_or(|value| value.is_nan())
                );
            }
            ctx.bar(symbol).map(|bar| bar.close.to_bits()).hash(&mut hash);
            (ctx.price(symbol), ctx.position(symbol).qty, ctx.position(symbol).average_price).hash(&mut hash);
            (ctx.bars_held(symbol), ctx.open_orders(symbol).len()).hash(&mut hash);
        }
        (ctx.cash(), ctx.equity(), ctx.available()).hash(&mut hash);
        ctx.random().to_bits().hash(&mut hash);
        hash.finish()
    }
}

impl Strategy for Nosy {
    fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
        let mut dice = Dice(self.seed);
        let coarse = times(needs.interval(), [4, 24][dice.below(2) as usize]);
        needs.bars(dice.below(30) as u32).look_back(dice.below(5) as u32);
        self.timeframes.push(needs.timeframe_of(coarse, dice.below(6) as u32)?);
        for text in INDICATORS {
            if dice.one_in(2) {
                self.indicators.push(needs.indicator(&text.replace("COARSE", &coarse.to_string()))?);
            }
        }
        Ok(())
    }

    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let seen = self.look(ctx);
        self.seen.lock().unwrap().push((ctx.time(), seen));
        Monkey { dice: Dice(seen) }.on_bar(ctx, orders)
    }
}

/// What is seen and done at each decision.
type Decisions = Vec<(Timestamp, u64, String)>;

fn decisions(job: &Job<'_>, warm_up: WarmUp, seed: u64, way: Loop) -> Decisions {
    let cache = IndicatorCache::new();
    let history = History { market: job.market, cache: &cache, ticks: job.window.ticks, warm_up };
    let setup = Setup { history, seed: Seed(seed), agent: "nosy", window: 0 };
    let nosy = Nosy::new(seed);
    let (seen, done) = (Arc::clone(&nosy.seen), Mutex::new(Vec::new()));
    let strategy = prepare_own(Box::new(nosy), &setup);
    let strategy = strategy.watched(|ctx, actions| {
        // Of the calls at one bar the first: it never orders more after it.
        let mut done: std::sync::MutexGuard<'_, Vec<(Timestamp, String)>> = done.lock().unwrap();
        if done.last().is_none_or(|(time, _)| *time < ctx.time()) {
            done.push((ctx.time(), format!("{actions:?}")));
        }
    });
    way.replay(job, strategy);
    let seen = seen.lock().unwrap().clone();
    let done = done.into_inner().unwrap();
    assert_eq!(done.len(), seen.len());
    seen.into_iter().zip(done).map(|((time, seen), (_, done))| (time, seen, done)).collect()
}

/// The market as it was known before this tick.
fn cut(market: &Market, tick: usize) -> Market {
    let end = market.clock[tick];
    let before = |bars: &Bars| {
        let mut cut = Bars::with_capacity(bars.interval, bars.len());
        for row in 0..bars.first_row_from(end) {
            cut.push(
                bars.ts[row],
                [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]],
            );
        }
        cut
    };
    let series = market.symbols.iter().map(|series| SeriesBars {
        detail: series.detail.as_ref().map(before),
        ..SeriesBars::plain(series.instrument.clone(), before(&series.bars))
    });
    let mut cut = framed(Market::assemble(market.interval, series.collect(), None, None).unwrap());
    cut.day = market.day;
    for (own, whole) in cut.symbols.iter_mut().zip(&market.symbols) {
        own.actions.clone_from(&whole.actions);
    }
    cut
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same decisions whether the bars after a tick exist or not.
    #[test]
    fn nothing_after_the_tick_is_seen(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let mut fixture = fixture(&mut dice);
        // Both are told by bars of the whole range: how long a session is, and which symbol has come to its end.
        fixture.venue.slippage = Slippage::None;
        fixture.delisted = Delisted::Carry;
        let ticks = window(&mut dice, &fixture.market);
        let warm_up = if dice.one_in(3) { WarmUp::Inside } else { WarmUp::Before };
        let started = |tick: usize| fixture.market.symbols.iter().all(|series| series.bars.ts[0] < fixture.market.clock[tick]);
        let at = ticks.first + 1 + dice.below((ticks.last - ticks.first) as u64) as usize;
        prop_assume!(at < ticks.last && started(at));
        let whole = decisions(&Job { window: Window { index: 0, ticks }, ..fixture.job() }, warm_up, seed, Loop::Skip);
        let cut = cut(&fixture.market, at);
        let job = Job {
            market: &cut,
            window: Window { index: 0, ticks: TickRange { last: at, ..ticks } },
            ..fixture.job()
        };
        let shorter = decisions(&job, warm_up, seed, Loop::BarByBar);
        prop_assert!(shorter.len() <= at - ticks.first && !shorter.is_empty());
        // An agent that has given up decides no more, in both.
        prop_assert_eq!(&whole[..shorter.len()], &shorter[..]);
    }
}

/// Eight hours of prices 1 to 8 in one symbol, with frames of 4 and 24 hours.
fn hours(count: usize) -> Market {
    framed(hourly(flat(&(1..=count).map(|price| price as f64).collect::<Vec<_>>())))
}

/// What `look` gives at each bar of the window from tick `first` on.
fn seen<T: Send>(
    market: Market,
    first: usize,
    declare: impl Fn(&mut Needs) -> Result<(), StrategyError> + Send,
    look: impl Fn(&BarContext<'_>) -> T + Send,
) -> Vec<T> {
    struct Looks<'a, T, D, L>(D, L, &'a mut Vec<T>);
    impl<T: Send, D, L> Strategy for Looks<'_, T, D, L>
    where
        D: Fn(&mut Needs) -> Result<(), StrategyError> + Send,
        L: Fn(&BarContext<'_>) -> T + Send,
    {
        fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
            self.0(needs)
        }

        fn on_bar(&mut self, ctx: &BarContext<'_>, _: &mut Orders) -> Result<(), StrategyError> {
            self.2.push(self.1(ctx));
            Ok(())
        }
    }
    let mut fixture = Fixture::new(market);
    fixture.first = first;
    let mut all = Vec::new();
    let replay = fixture.run(Box::new(Looks(declare, look, &mut all)));
    assert_eq!(replay.status.as_str(), "completed", "{:?}", replay.status);
    all
}

#[test]
fn slices_begin_with_the_declared_history_and_end_with_the_bar_that_closed() {
    let closes = |ctx: &BarContext<'_>| ctx.bars(A).close().to_vec();
    let with = |bars| {
        seen(
            hours(6),
            4,
            move |needs| {
                needs.bars(bars);
                Ok(())
            },
            closes,
        )
    };
    assert_eq!(with(0), [vec![5.0], vec![5.0, 6.0]]);
    assert_eq!(with(2), [vec![3.0, 4.0, 5.0], vec![3.0, 4.0, 5.0, 6.0]]);
    assert_eq!(with(100)[0], [1.0, 2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn a_bar_is_read_from_either_end() {
    let bars = seen(
        hours(4),
        3,
        |needs| {
            needs.bars(9);
            Ok(())
        },
        |ctx| {
            let bars = ctx.bars(A);
            let close = |bar: Option<Bar>| bar.map(|bar| bar.close);
            (
                bars.len(),
                close(bars.last()),
                close(bars.ago(1)),
                close(bars.ago(4)),
                close(bars.get(0)),
                bars.latest(2).close().to_vec(),
                bars.iter().next_back().map(|bar| bar.open_time),
            )
        },
    );
    assert_eq!(bars, [(4, Some(4.0), Some(3.0), None, Some(1.0), vec![3.0, 4.0], Some(hour(3)))]);
}

#[test]
fn a_coarse_bar_is_missing_until_it_has_closed() {
    // Hours 0 to 3 make the first bar, which closes with hour 3.
    let id = Arc::new(Mutex::new(TimeframeId::default()));
    let declared = Arc::clone(&id);
    let coarse = seen(
        hours(9),
        0,
        move |needs| {
            *declared.lock().unwrap() = needs.timeframe("4h", 3)?;
            Ok(())
        },
        move |ctx| {
            let four_hours = *id.lock().unwrap();
            (ctx.bars_of(A, four_hours).close().to_vec(), ctx.just_closed(A, four_hours))
        },
    );
    let known = |closes: &[f64]| closes.to_vec();
    assert_eq!(coarse[2], (known(&[]), false));
    assert_eq!(coarse[3], (known(&[4.0]), true));
    assert_eq!(coarse[6], (known(&[4.0]), false));
    assert_eq!(coarse[7], (known(&[4.0, 8.0]), true));
    assert_eq!(coarse[8], (known(&[4.0, 8.0]), false));
}

#[test]
fn an_indicator_has_its_value_at_the_first_bar_where_there_is_history() {
    let read = |first, look_back| {
        let id = Arc::new(Mutex::new(IndicatorId::default()));
        let declared = Arc::clone(&id);
        seen(
            hours(8),
            first,
            move |needs| {
                *declared.lock().unwrap() = needs.look_back(look_back).indicator("sma(3)")?;
                Ok(())
            },
            move |ctx| {
                let id = *id.lock().unwrap();
                let numbers = ctx.indicator_values(id, A).iter().filter(|value| !value.is_nan());
                (ctx.indicator(id, A), numbers.count())
            },
        )
    };
    assert_eq!(read(6, 0)[0], (Some(6.0), 2));
    assert_eq!(read(6, 2)[0], (Some(6.0), 4));
    // No history: the third bar is the first with a value.
    assert_eq!(read(0, 2)[..4], [(None, 0), (None, 0), (Some(2.0), 1), (Some(3.0), 2)]);
}

#[test]
fn a_symbol_without_a_bar_shows_its_last_ones_and_cannot_be_traded() {
    let gap = vec![(0, 1.0, 1.0, 1.0, 1.0, 1.0), (2, 3.0, 3.0, 3.0, 3.0, 1.0)];
    let market = market_of("1h", vec![gap, flat(&[1.0; 3])]);
    let bars = seen(market, 0, |_| Ok(()), |ctx| (ctx.bars(A).close().to_vec(), ctx.bar(A).is_some()));
    assert_eq!(bars, [(vec![1.0], true), (vec![1.0], false), (vec![1.0, 3.0], true)]);
}

#[test]
fn draws_belong_to_the_bar() {
    let often = seen(hours(5), 0, |_| Ok(()), |ctx| [ctx.random(), ctx.random()]);
    let later = seen(hours(5), 2, |_| Ok(()), |ctx| [ctx.random(), ctx.random()]);
    assert_eq!(often[2..], later[..]);
    assert!(often.iter().flatten().all(|draw| (0.0..1.0).contains(draw)));
    assert_ne!(often[0], often[1]);
    assert_ne!(often[0][0], often[0][1]);
}

#[test]
fn a_position_knows_its_bars_and_open_orders_their_prices() {
    let mut fixture = Fixture::new(hours(5));
    fixture.market = hourly(flat(&[10.0; 5]));
    let mut log = Vec::new();
    fixture.run(Box::new(|ctx: &BarContext<'_>, orders: &mut Orders| {
        if ctx.bars_since_start() == 0 {
            orders.buy(A, Size::quantity(2.0)).stop_loss(price("5")).reason("entry");
        }
        let open =
            ctx.open_orders(A).into_iter().map(|order| (order.side, order.trigger_price, order.reason));
        log.push((ctx.bars_held(A), open.collect::<Vec<_>>()));
        Ok(())
    }));
    let stop = |held| (held, vec![(Side::Sell, Some(price("5")), "stop_loss")]);
    assert_eq!(log[0], (0, vec![]));
    assert_eq!(log[1..3], [stop(1), stop(2)]);
}

#[test]
fn a_size_that_is_no_amount_is_refused() {
    let fixture = Fixture::new(hours(3));
    for size in [Size::percent_of_equity(f64::NAN), Size::quantity(-1.0), Size::amount(0.0)] {
        let replay = fixture.run(Box::new(|ctx: &BarContext<'_>, orders: &mut Orders| {
            if ctx.bars_since_start() == 0 {
                orders.buy(A, size);
            }
            Ok(())
        }));
        assert_eq!(ends(&replay), ["market rejected INVALID_QUANTITY"], "{size:?}");
    }
}

#[test]
fn invalid_declarations_are_refused_at_once() {
    let said = |declare: fn(&mut Needs) -> Result<(), StrategyError>| {
        struct Declares(fn(&mut Needs) -> Result<(), StrategyError>);
        impl Strategy for Declares {
            fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
                self.0(needs)
            }

            fn on_bar(&mut self, _: &BarContext<'_>, _: &mut Orders) -> Result<(), StrategyError> {
                Ok(())
            }
        }
        let early = needs_of(&mut Declares(declare), "1h".parse().unwrap())
            .map(drop)
            .map_err(|error| error.to_string());
        // A run that did not ask beforehand gets a forfeit.
        let replay = Fixture::new(hours(3)).run(Box::new(Declares(declare)));
        let late = format!("{:?}", replay.status);
        (early, late)
    };
    for (declare, text) in [
        (
            (|needs| Ok(needs.indicator("smaa(3)").map(drop)?))
                as fn(&mut Needs) -> Result<(), StrategyError>,
            "`smaa(3)` is not an indicator",
        ),
        (|needs| Ok(needs.indicator("close > sma(3)").map(drop)?), "not a single indicator"),
        (|needs| Ok(needs.timeframe("90m", 1).map(drop)?), "`90m`"),
        (|needs| Ok(needs.timeframe("30m", 1).map(drop)?), "not a multiple of the scenario's interval `1h`"),
        (|_| Err("no idea".into()), "no idea"),
        (|_| panic!("at once"), "panicked: at once"),
    ] {
        let (early, late) = said(declare);
        let early = early.unwrap_err();
        assert!(early.contains(text) && late.contains(text), "{early}\n{late}");
    }
    let (early, late) = said(|needs| {
        needs.symbols(["NONE"]);
        Ok(())
    });
    assert_eq!(early, Ok(()));
    assert!(late.contains("the scenario has no symbol `NONE`; it has `S0`"), "{late}");
    let (_, late) = said(|needs| Ok(needs.timeframe("2h", 1).map(drop)?));
    assert!(late.contains("the market was loaded without bars of `2h`"), "{late}");
}
