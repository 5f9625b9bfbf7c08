//! Two agents, window after window, until it is decided.
//!
//! Owns the order of the windows, which is fixed before the first is played, and the count that the sequential test
//! looks at. The question is the one of chess engine testing: H0, `a` is `elo0` stronger than `b`, against H1, it is
//! `elo1` stronger. A window is won by the larger score; one in which either has
//! none is not played. Never replays: whoever plays a
//! window tells its two scores. Invariant: the decision depends on the scores in the registered order alone, so that
//! looking after every window costs nothing (the error rates hold at every stop).

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::domain::Seed;
use crate::metrics::Score;
use crate::statistics::evidence::{
    Decision, EloEstimate, EloModel, GameCounts, Sprt, SprtError, estimate_elo,
};

/// What a duel decides between, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DuelSpec {
    /// Strength under H0.
    pub elo0: f64,
    /// Strength under H1.
    pub elo1: f64,
    /// Probability of accepting H1 though H0 holds.
    pub alpha: f64,
    /// Probability of the reverse.
    pub beta: f64,
    /// The scale of `elo0` and `elo1`.
    pub model: EloModel,
}

impl Default for DuelSpec {
    /// Equal strength against 100 Elo (64 % of the windows), 5 % each way.
    fn default() -> Self {
        Self { elo0: 0.0, elo1: 100.0, alpha: 0.05, beta: 0.05, model: EloModel::Logistic }
    }
}

/// The windows in the order in which two agents meet in them: drawn by the seed and the pair, whoever of the two is
/// named first.
pub fn registered_order(seed: Seed, a: &str, b: &str, windows: usize) -> Vec<usize> {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let mut order: Vec<usize> = (0..windows).collect();
    order.shuffle(&mut ChaCha8Rng::from_seed(seed.key(&["duel", first, second])));
    order
}

/// How a window that was played ended for `a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DuelResult {
    /// `b` has the larger score.
    Loss,
    /// Equal scores.
    Draw,
    /// `a` has the better score.
    Win,
}

impl DuelResult {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Draw => "draw",
            Self::Win => "win",
        }
    }
}

/// A duel in progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Duel {
    sprt: Sprt,
    counts: [u64; 3],
    llr: f64,
    decision: Decision,
}

impl Duel {
    /// Before the first window.
    ///
    /// # Errors
    /// [`SprtError`] for hypotheses or error rates that make no test.
    pub fn new(spec: &DuelSpec) -> Result<Self, SprtError> {
        let sprt = Sprt::new(spec.elo0, spec.elo1, spec.alpha, spec.beta, spec.model)?;
        Ok(Self { sprt, counts: [0; 3], llr: 0.0, decision: Decision::Continue })
    }

    /// Counts a window; nothing where either has no score.
    ///
    /// # Errors
    /// [`SprtError::Unreachable`].
    pub fn play(&mut self, a: Score, b: Score) -> Result<Option<DuelResult>, SprtError> {
        if a.is_absent() || b.is_absent() {
            return Ok(None);
        }
        let result = match a.cmp(&b) {
            std::cmp::Ordering::Less => DuelResult::Loss,
            std::cmp::Ordering::Equal => DuelResult::Draw,
            std::cmp::Ordering::Greater => DuelResult::Win,
        };
        self.counts[result as usize] += 1;
        let counts = self.games();
        self.llr = self.sprt.llr(&counts)?;
        self.decision = self.sprt.decide(&counts)?;
        Ok(Some(result))
    }

    /// Windows lost, drawn and won by `a`.
    pub const fn counts(&self) -> [u64; 3] {
        self.counts
    }

    /// The log-likelihood ratio of H1 to H0.
    pub const fn llr(&self) -> f64 {
        self.llr
    }

    /// At or below the first H0 is accepted, at or above the second H1 is.
    pub const fn bounds(&self) -> (f64, f64) {
        self.sprt.bounds()
    }

    /// What the test says so far.
    pub const fn decision(&self) -> Decision {
        self.decision
    }

    /// How much stronger `a` looks; nothing before the first window.
    pub fn estimate(&self) -> Option<EloEstimate> {
        estimate_elo(&self.games())
    }

    const fn games(&self) -> GameCounts {
        GameCounts::Trinomial(self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_a_shuffle_that_seed_and_pair_decide() {
        let order = registered_order(Seed(1), "a", "b", 36);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..36).collect::<Vec<_>>());
        assert_eq!(order, registered_order(Seed(1), "b", "a", 36));
        assert_ne!(order, registered_order(Seed(2), "a", "b", 36));
        assert_ne!(order, registered_order(Seed(1), "a", "c", 36));
    }

    #[test]
    fn the_count_is_that_of_the_sequential_test() {
        let spec = DuelSpec::default();
        let mut duel = Duel::new(&spec).unwrap();
        let number = Score::Number;
        assert_eq!(duel.play(number(2.0), number(1.0)).unwrap(), Some(DuelResult::Win));
        assert_eq!(duel.play(number(7.0), Score::PlusInfinity).unwrap(), Some(DuelResult::Loss));
        assert_eq!(duel.play(Score::Absent, number(-9.0)).unwrap(), None);
        assert_eq!(duel.play(Score::PlusInfinity, Score::PlusInfinity).unwrap(), Some(DuelResult::Draw));
        assert_eq!(duel.play(number(0.0), number(-1.0)).unwrap(), Some(DuelResult::Win));
        assert_eq!(duel.counts(), [1, 1, 2]);
        let sprt = Sprt::new(0.0, 100.0, 0.05, 0.05, EloModel::Logistic).unwrap();
        assert_eq!(duel.llr(), sprt.llr(&GameCounts::Trinomial([1, 1, 2])).unwrap());
        assert_eq!(duel.decision(), Decision::Continue);
        // ln(0.95 / 0.05).
        assert!((duel.bounds().1 - 2.944_438_979_166_44).abs() < 1e-12);
    }

    #[test]
    fn a_constant_winner_is_accepted_soon_and_its_mirror_never() {
        let played = |a: f64, b: f64| {
            let mut duel = Duel::new(&DuelSpec::default()).unwrap();
            let mut windows = 0;
            while duel.decision() == Decision::Continue && windows < 1000 {
                duel.play(Score::of(a), Score::of(b)).unwrap();
                windows += 1;
            }
            (duel.decision(), windows)
        };
        let (decision, windows) = played(1.0, 0.0);
        // Each win is worth at most ln(0.64 / 0.5) = 0.247: twelve at least.
        assert_eq!(decision, Decision::AcceptH1);
        assert!((12..20).contains(&windows), "{windows}");
        assert_eq!(played(0.0, 1.0).0, Decision::AcceptH0);
        // Equals: every window a draw.
        assert_eq!(played(1.0, 1.0).0, Decision::AcceptH0);
        assert!(Duel::new(&DuelSpec { elo0: 9.0, elo1: 3.0, ..DuelSpec::default() }).is_err());
    }

    /// Of 2,000 duels of equals at most 5 % (and three standard errors) claim that one is stronger.
    #[test]
    fn equal_agents_are_rarely_distinguished() {
        let mut claimed = 0;
        for seed in 0..2000 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut duel = Duel::new(&DuelSpec::default()).unwrap();
            for _ in 0..2000 {
                use rand::Rng;
                let bit = rng.next_u32() % 2;
                duel.play(Score::of(f64::from(bit)), Score::of(f64::from(1 - bit))).unwrap();
                if duel.decision() != Decision::Continue {
                    break;
                }
            }
            claimed += u32::from(duel.decision() == Decision::AcceptH1);
        }
        assert!(claimed <= 100 + 30, "{claimed} of 2000");
    }
}
