//! How far apart the largest drawdowns of two records come to lie where it does not matter who did what.
//!
//! A record has one largest drawdown: leaving a window out of it says little about how else it might have turned out.
//! So the windows of two agents are exchanged at random, in short runs (neighbouring windows depend on each other), and
//! both records are made anew. Between equal agents the observed difference is one of such differences; their root mean
//! square is its standard error (Pitman 1937). Never asks for more than the two curves. Invariants: the draws depend on
//! the number of windows alone; turning the pair turns the sign.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::scale::Scale;
use crate::domain::Seed;
use crate::metrics::{CurveParts, Score, Summary};
use crate::statistics::evidence::Studentised;

/// Exchanges for a pair.
const DRAWS: usize = 199;
/// The same where there are so many pairs that all would take too long.
const DRAWS_OF_MANY: usize = 49;
/// Up to so many agents are few.
const FEW: usize = 64;
/// With this probability a window begins a new run: runs of 1.5 windows on average.
const NEW_RUN: f64 = 2.0 / 3.0;

/// Which windows are exchanged, draw by draw.
pub(super) struct Exchanges {
    draws: Vec<Vec<bool>>,
}

impl Exchanges {
    /// For records of so many windows of one of so many agents.
    pub(super) fn new(windows: usize, agents: usize) -> Self {
        let mut rng = ChaCha8Rng::from_seed(Seed(0).key(&["exchanged windows"]));
        let draw = |_| {
            let mut exchanged = false;
            let mut window = |position: usize| {
                if position == 0 || rng.random::<f64>() < NEW_RUN {
                    exchanged = rng.random::<f64>() < 0.5;
                }
                exchanged
            };
            (0..windows).map(&mut window).collect()
        };
        let count = if agents > FEW { DRAWS_OF_MANY } else { DRAWS };
        Self { draws: (0..count).map(draw).collect() }
    }

    /// The difference of the drawdowns of two records over the same windows, on this scale: the mean over the repeats,
    /// which are exchanged together.
    pub(super) fn test(&self, a: &[&[Summary]], b: &[&[Summary]], scale: Scale) -> Studentised {
        let windows = a.first().map_or(0, |windows| windows.len());
        let of = |chain: Chain| scale.of_score(Score::of(chain.parts.worst * 100.0), windows);
        let in_repeat = |a: &[Summary], b: &[Summary], draw: Option<&[bool]>| {
            let (mut one, mut other) = (Chain::EMPTY, Chain::EMPTY);
            for (position, (a, b)) in a.iter().zip(b).enumerate() {
                let exchanged = draw.is_some_and(|draw| draw[position]);
                let (first, second) = if exchanged { (b, a) } else { (a, b) };
                one.push(first);
                other.push(second);
            }
            of(one) - of(other)
        };
        let difference = |draw: Option<&[bool]>| {
            let all: f64 = a.iter().zip(b).map(|(a, b)| in_repeat(a, b, draw)).sum();
            all / a.len() as f64
        };
        let value = difference(None);
        let square = |draw: &Vec<bool>| {
            let difference = difference(Some(draw));
            difference * difference
        };
        let mean = self.draws.iter().map(square).sum::<f64>() / self.draws.len() as f64;
        Studentised::new(value, mean.sqrt(), windows as f64)
    }
}

/// The curve of windows one after the other.
#[derive(Clone, Copy)]
struct Chain {
    growth: f64,
    parts: CurveParts,
}

impl Chain {
    const EMPTY: Self = Self { growth: 1.0, parts: Summary::EMPTY.curve };

    fn push(&mut self, window: &Summary) {
        self.parts = self.parts.combine(self.growth, window.curve);
        self.growth *= 1.0 + window.gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(gain: f64, worst: f64) -> Summary {
        let curve = CurveParts { high: 1.0_f64.max(1.0 + gain), low: (1.0 + worst).min(1.0 + gain), worst };
        Summary { windows: 1, acted: 1, gain, curve, ..Summary::EMPTY }
    }

    #[test]
    fn worked_by_hand() {
        // Windows in which neither curve ends lower than it began: the deepest fall of a record is that of one window.
        // A has falls of 8 % and 1 %, B of 27 % and 1 %. Whatever is exchanged, one record has 8 % and one 27 %.
        let (a, b) = ([window(0.5, -0.08), window(0.5, -0.01)], [window(0.5, -0.27), window(0.5, -0.01)]);
        let found = Exchanges::new(2, 2).test(&[&a], &[&b], Scale::CubeRoot);
        // Cube roots: -2 and -3.
        assert!((found.value - 1.0).abs() < 1e-9 && (found.error - 1.0).abs() < 1e-9, "{found:?}");
        assert!(found.p_value > 0.3);
        let turned = Exchanges::new(2, 2).test(&[&b], &[&a], Scale::CubeRoot);
        assert_eq!((turned.value, turned.error), (-found.value, found.error));
    }

    #[test]
    fn identical_agents_never_differ() {
        let windows: Vec<Summary> = (0..30).map(|w| window(0.01 * f64::from(w % 3 - 1), -0.02)).collect();
        let found = Exchanges::new(30, 2).test(&[&windows], &[&windows], Scale::CubeRoot);
        assert_eq!((found.value, found.error, found.p_value), (0.0, 0.0, 1.0));
    }

    #[test]
    fn the_record_is_that_of_the_leaderboard() {
        let windows: Vec<Summary> = (0..24).map(|w| window(0.05 * f64::from(w * 7 % 5 - 2), -0.12)).collect();
        let flat = vec![window(0.0, 0.0); 24];
        let whole = Summary::record(windows.iter().copied()).curve.worst * 100.0;
        let found = Exchanges::new(24, 2).test(&[&windows], &[&flat], Scale::CubeRoot);
        assert!((found.value - libm::cbrt(whole)).abs() < 1e-12);
    }
}
