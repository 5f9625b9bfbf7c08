//! `random`: what luck and fees alone do.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::moves::{Moves, leave};
use crate::domain::{Interval, SymbolId};
use crate::indicator::TimeframeClock;
use crate::market::SymbolSeries;
use crate::scenario::StrategySpec;
use crate::strategy::context::{Ahead, NEVER, unit};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Setup, Strategy, StrategyError};

/// `random`: at each bar of the timeframe, each symbol on its own, it toggles with a chance of `turnover`
/// (default 2, at most one a bar) times the bar's length over a day: buys for `size` of the equity where
/// flat, closes what it holds. No warm-up.
///
/// Its stream is `ChaCha12` keyed with the scenario's seed, the agent's name (or the strategy's own `seed`)
/// and the window's number. One number is drawn per symbol and bar whatever the account holds, so that the
/// draws depend on the bars alone.
pub(in crate::strategy) struct RandomTrader<'m> {
    symbols: Vec<Toggled<'m>>,
    chance: f64,
    moves: Moves,
    stream: ChaCha12Rng,
    /// The first tick for which nothing has been drawn.
    undrawn: usize,
    last: usize,
    /// The tick last drawn for, and the indexes of the symbols that toggle at it.
    toggles: (usize, Vec<usize>),
}

/// A symbol with its bars, of which a draw asks at which ticks they are.
struct Toggled<'m> {
    symbol: SymbolId,
    series: &'m SymbolSeries,
    clock: TimeframeClock<'m>,
}

impl<'m> RandomTrader<'m> {
    pub(in crate::strategy) fn new(
        spec: &StrategySpec,
        setup: &Setup<'m>,
        turnover: f64,
        seed: Option<u64>,
    ) -> Self {
        let toggled = |&symbol| Toggled {
            symbol,
            series: setup.history.market.series(symbol),
            clock: setup.history.clock(symbol, spec.timeframe),
        };
        Self {
            symbols: spec.symbols.iter().map(toggled).collect(),
            chance: chance(turnover, spec.timeframe),
            moves: Moves::of(spec),
            stream: ChaCha12Rng::from_seed(key(setup, seed)),
            undrawn: setup.history.ticks.first,
            last: setup.history.ticks.last,
            toggles: (0, Vec::with_capacity(spec.symbols.len())),
        }
    }

    /// Draws for the next tick.
    fn draw_tick(&mut self) {
        let tick = self.undrawn;
        self.undrawn += 1;
        self.toggles.0 = tick;
        self.toggles.1.clear();
        for (index, Toggled { series, clock, .. }) in self.symbols.iter().enumerate() {
            let row = series.rows[tick].fresh();
            if row.is_some_and(|row| clock.just_closed(row)) && unit(&mut self.stream) < self.chance {
                self.toggles.1.push(index);
            }
        }
    }
}

/// Of a toggle at one bar.
#[expect(clippy::cast_precision_loss, reason = "a day is 8.64e10 microseconds")]
fn chance(turnover: f64, timeframe: Interval) -> f64 {
    (turnover * timeframe.micros() as f64 / Interval::DAY.micros() as f64).min(1.0)
}

/// The parts say whether a name or a number follows, so that an agent named `7` is not the seed 7.
fn key(setup: &Setup<'_>, seed: Option<u64>) -> [u8; 32] {
    let window = setup.window.to_string();
    match seed {
        Some(own) => setup.seed.key(&["strategy", "seed", &own.to_string(), &window]),
        None => setup.seed.key(&["strategy", "agent", setup.agent, &window]),
    }
}

impl Strategy for RandomTrader<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        while self.undrawn <= ctx.tick() {
            self.draw_tick();
        }
        if self.toggles.0 != ctx.tick() {
            return Ok(());
        }
        for &index in &self.toggles.1 {
            let symbol = self.symbols[index].symbol;
            if !self.moves.up(ctx, symbol, "random_entry", orders) {
                leave(ctx, symbol, "random_exit", orders);
            }
        }
        Ok(())
    }
}

impl Search for RandomTrader<'_> {
    /// Draws ahead, up to the next tick at which a symbol toggles.
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        while self.undrawn < self.last && (self.toggles.0 <= ahead.tick() || self.toggles.1.is_empty()) {
            self.draw_tick();
        }
        if self.toggles.0 > ahead.tick() && !self.toggles.1.is_empty() { self.toggles.0 } else { NEVER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{Paper, closes, market, play, play_as, played, spec};

    fn random(turnover: f64, seed: Option<u64>) -> StrategySpec {
        spec(StrategyKind::Random { turnover, seed }, 1)
    }

    #[test]
    fn the_chance_is_the_turnover_of_a_bar() {
        // 2 a day over 1440 minutes.
        assert!((chance(2.0, Interval::MINUTE) - 2.0 / 1440.0).abs() < 1e-15);
        assert_eq!(chance(2.0, Interval::DAY), 1.0);
    }

    #[test]
    fn a_certain_chance_toggles_at_every_bar() {
        let market = market(&[closes(&[1.0; 5])]);
        let log = play(&random(1440.0, None), &market, &mut Paper::new("1000"));
        let wanted = ["buy random_entry", "close random_exit"];
        for (tick, action) in played(&log) {
            assert_eq!(action, wanted[tick % 2], "tick {tick}");
        }
        assert_eq!(log.len(), 5);
    }

    #[test]
    fn toggles_as_often_as_its_turnover_says() {
        // 4000 bars at a chance of 0.1: 400 expected, deviation 19; within five of them.
        let market = market(&[closes(&[1.0; 4000])]);
        let log = play(&random(144.0, None), &market, &mut Paper::new("1000"));
        assert!((305..=495).contains(&log.len()), "{}", log.len());
    }

    #[test]
    fn the_stream_depends_on_agent_window_and_seed_but_not_on_the_account() {
        let market = market(&[closes(&[1.0; 400])]);
        let ticks = |agent: &str, window: u32, seed: Option<u64>, paper: &mut Paper| -> Vec<usize> {
            let log = play_as(agent, window, &random(144.0, seed), &market, paper);
            log.iter().map(|entry| entry.0).collect()
        };
        let mut rich = Paper::new("1000");
        let usual = ticks("a", 0, None, &mut rich);
        assert_eq!(usual, ticks("a", 0, None, &mut Paper::new("1000")));
        assert_eq!(usual, ticks("a", 0, None, &mut Paper::new("1000").refusing_buys(0..400)));
        assert_ne!(usual, ticks("b", 0, None, &mut Paper::new("1000")));
        assert_ne!(usual, ticks("a", 1, None, &mut Paper::new("1000")));
        let own = ticks("a", 0, Some(7), &mut Paper::new("1000"));
        assert_eq!(own, ticks("b", 0, Some(7), &mut Paper::new("1000")));
        assert_ne!(own, ticks("7", 0, None, &mut Paper::new("1000")));
    }
}
