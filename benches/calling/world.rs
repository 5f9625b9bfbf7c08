//! Simulated tournaments among agents of known strength: windows of ten returns and five round trips.
//!
//! A window's growth is the sum of a component common to all agents and the agent's own; within the window,
//! returns are a random walk. Seeded: the same seed gives the same tournament.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiltyard::internals::domain::{Cash, Span};
use tiltyard::internals::metrics::{CurveParts, ReturnSums, Score, Summary, TradeSums};
use tiltyard::internals::scenario::{MetricSpec, RankingMetric};
use tiltyard::internals::tournament::standings::{
    Fold, Outcome, Records, ScoreMatrix, Standings, StandingsSpec, standings,
};

/// Returns per window; each round trip takes two.
const RETURNS: usize = 10;
/// Standard deviation of an agent's own growth per window.
const DEVIATION: f64 = 0.03;
/// Standard deviation of the common component, as a share of [`DEVIATION`].
const COMMON: f64 = 0.5;
/// Days per return: windows of 30 days, the shortest that have a Calmar ratio.
const DAYS: i64 = 3;
/// Return periods per year.
const PERIODS: f64 = 365.0 / DAYS as f64;

/// How the agents of a tournament differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They do not.
    Equal,
    /// Growth has a Student's t distribution with three degrees of freedom.
    FatTails,
    /// The last agent has three times the standard deviation at the same mean.
    UnequalVariances,
    /// The last agent trades in a tenth of the windows.
    Rare,
    /// Growth has an autocorrelation of 0.2 from window to window.
    Serial,
    /// Both: fat tails and serial correlation.
    FatSerial,
    /// The last agent is better by one standard deviation of its own growth a window.
    Better,
}

impl Kind {
    /// Those in which no agent is better.
    pub const EQUALS: [Self; 6] =
        [Self::Equal, Self::FatTails, Self::UnequalVariances, Self::Rare, Self::Serial, Self::FatSerial];

    const fn has_fat_tails(self) -> bool {
        matches!(self, Self::FatTails | Self::FatSerial)
    }

    /// Correlation of growth with that of the window before.
    const fn correlation(self) -> f64 {
        if matches!(self, Self::Serial | Self::FatSerial) { 0.2 } else { 0.0 }
    }

    /// Whether the last agent truly differs by this metric: a smaller risk is a smaller drawdown.
    pub fn differs(self, metric: RankingMetric) -> bool {
        let drawdown = metric == RankingMetric::MaxDrawdownPct;
        self == Self::Better || drawdown && matches!(self, Self::UnequalVariances | Self::Rare)
    }

    /// Whether the agent at this index, of `agents`, is truly the best one, where they differ.
    pub fn is_best(self, agent: usize, agents: usize) -> bool {
        match self {
            Self::UnequalVariances => agents == 2 && agent == 0,
            _ => agent + 1 == agents,
        }
    }
}

/// A tournament of this kind.
pub fn tournament(
    kind: Kind,
    seed: u64,
    agents: usize,
    windows: usize,
    metric: RankingMetric,
) -> ScoreMatrix {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let common: Vec<f64> = series(kind, windows, &mut rng).iter().map(|growth| COMMON * growth).collect();
    let summaries = (0..agents).map(|agent| {
        let last = agent + 1 == agents;
        let risk = if last && kind == Kind::UnequalVariances { 3.0 } else { 1.0 };
        let lead = if last && kind == Kind::Better { 1.0 } else { 0.0 };
        let own = series(kind, windows, &mut rng);
        let window = |(own, common): (&f64, &f64)| {
            let acts = !(last && kind == Kind::Rare) || rng.random::<f64>() < 0.1;
            let growth = DEVIATION * ((own + common) * risk + lead);
            let steps = wander(growth, DEVIATION * risk, &mut rng);
            if acts { summary(&steps, metric) } else { summary(&[0.0; RETURNS], metric) }
        };
        own.iter().zip(&common).map(window).collect()
    });
    let summaries: Vec<Vec<Summary>> = summaries.collect();
    matrix(summaries, metric)
}

/// A single agent with independent growth of this mean (in standard deviations of a window).
pub fn alone(seed: u64, windows: usize, mean: f64, metric: RankingMetric) -> ScoreMatrix {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let own = series(Kind::Equal, windows, &mut rng);
    let window = |own: &f64| summary(&wander(DEVIATION * (own + mean), DEVIATION, &mut rng), metric);
    matrix(vec![own.iter().map(window).collect()], metric)
}

/// The true score of that agent's record.
pub fn truth(windows: usize, mean: f64, metric: RankingMetric) -> f64 {
    // Returns are independent normal draws; with ROI they are logarithmic.
    let (mean, deviation) = (DEVIATION * mean / RETURNS as f64, DEVIATION / (RETURNS as f64).sqrt());
    // A round trip is two returns.
    let trip = mean * 2.0 / (deviation * 2.0_f64.sqrt());
    let below = 0.5 * statrs::function::erf::erfc(trip / 2.0_f64.sqrt());
    let gains = (-trip * trip / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() + trip * (1.0 - below);
    match metric {
        RankingMetric::SharpeRatio => mean / deviation * PERIODS.sqrt(),
        RankingMetric::WinRate => (1.0 - below) * 100.0,
        RankingMetric::ProfitFactor => gains / (gains - trip),
        _ => (mean * (windows * RETURNS) as f64).exp_m1() * 100.0,
    }
}

/// Two equal agents whose windows have scores that are no plain numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Odd {
    /// By the mean of windows of which this share is infinite.
    Infinite(f64),
    /// The same with windows that are infinite more often after infinite ones (correlation 0.2 of what decides it).
    InfiniteInRow(f64),
    /// By the profit factor of records whose round trips lose with this probability: often none does.
    SeldomLosing(f64),
    /// By the median of windows of 0 or 100.
    Coins,
    /// The same with a correlation of 0.2 of what decides it.
    CoinsInRow,
    /// By the median of win rates of five round trips: six values.
    WinRates,
    /// By the median of plain numbers.
    Numbers,
}

impl Odd {
    /// All that are played.
    pub const ALL: [Self; 11] = [
        Self::Infinite(0.02),
        Self::Infinite(0.1),
        Self::Infinite(0.5),
        Self::Infinite(0.9),
        Self::InfiniteInRow(0.5),
        Self::SeldomLosing(0.01),
        Self::SeldomLosing(0.03),
        Self::Coins,
        Self::CoinsInRow,
        Self::WinRates,
        Self::Numbers,
    ];

    /// A tournament of two over so many windows; the second is the better by `lead` standard deviations of what decides.
    pub fn tournament(self, seed: u64, windows: usize, lead: f64) -> ScoreMatrix {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let kind = match self {
            Self::InfiniteInRow(_) | Self::CoinsInRow => Kind::Serial,
            _ => Kind::Equal,
        };
        let common = series(kind, windows, &mut rng);
        let agents = [0.0, lead].map(|lead| -> Vec<f64> {
            let own = series(kind, windows, &mut rng);
            let of = |(own, common): (&f64, &f64)| (own + COMMON * common) / (1.0 + COMMON * COMMON).sqrt();
            own.iter().zip(&common).map(of).map(|level| level + lead).collect()
        });
        if let Self::SeldomLosing(share) = self {
            let mut window = |level: &f64| {
                let trips = (0..5).map(|_| {
                    let loses = rng.random::<f64>() < share;
                    cash(if loses { -10.0 } else { 10.0 + level })
                });
                let trades = TradeSums::of(trips);
                Summary { windows: 1, acted: 1, length: Span::DAY, trades, ..Summary::EMPTY }
            };
            let mut summaries = Vec::new();
            for levels in &agents {
                summaries.push(levels.iter().map(&mut window).collect());
            }
            return matrix(summaries, RankingMetric::ProfitFactor);
        }
        let score = |level: f64| {
            let below = 0.5 * statrs::function::erf::erfc(-level / 2.0_f64.sqrt());
            match self {
                Self::Infinite(share) | Self::InfiniteInRow(share) if below > 1.0 - share => {
                    Score::PlusInfinity
                }
                Self::Coins | Self::CoinsInRow => Score::of(if level > 0.0 { 100.0 } else { 0.0 }),
                Self::WinRates => Score::of((below * 6.0).floor() * 20.0),
                _ => Score::of(level),
            }
        };
        let fold = match self {
            Self::Infinite(_) | Self::InfiniteInRow(_) | Self::SeldomLosing(_) => Fold::Mean,
            Self::Coins | Self::CoinsInRow | Self::WinRates | Self::Numbers => Fold::Median,
        };
        let scores = agents.map(|levels| levels.into_iter().map(score).collect());
        ScoreMatrix::new(names(2), names(windows), scores.into(), fold).unwrap()
    }
}

/// Standings without ratings.
pub fn judge(matrix: &ScoreMatrix, seed: u64) -> Standings {
    let spec = StandingsSpec {
        resamples: 99,
        ratings: vec![],
        seed: tiltyard::internals::domain::Seed(seed),
        ..StandingsSpec::default()
    };
    standings(matrix, &spec).unwrap()
}

/// The called winner, if any.
pub fn called(found: &Standings) -> Option<usize> {
    (found.verdict.outcome == Outcome::Called).then_some(found.verdict.leader)
}

fn matrix(summaries: Vec<Vec<Summary>>, metric: RankingMetric) -> ScoreMatrix {
    let (agents, windows) = (summaries.len(), summaries[0].len());
    let records = Records { summaries: vec![summaries], metric, conventions: MetricSpec::default() };
    ScoreMatrix::of_records(names(agents), names(windows), records).unwrap()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| i.to_string()).collect()
}

/// Growth by window, in standard deviations.
fn series(kind: Kind, windows: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let rho = kind.correlation();
    let mut level = normal(rng);
    let step = |_| {
        let draw = if kind.has_fat_tails() { student3(rng) } else { normal(rng) };
        level = rho * level + (1.0 - rho * rho).sqrt() * draw;
        level
    };
    (0..windows).map(step).collect()
}

/// Returns that sum to this growth and otherwise behave like independent ones.
fn wander(growth: f64, deviation: f64, rng: &mut ChaCha8Rng) -> [f64; RETURNS] {
    let draws: [f64; RETURNS] = std::array::from_fn(|_| normal(rng));
    let mean = draws.iter().sum::<f64>() / RETURNS as f64;
    let step = |draw: f64| growth / RETURNS as f64 + deviation * (draw - mean) / (RETURNS as f64).sqrt();
    draws.map(|draw| step(draw).max(-0.9))
}

/// The summary of a window with these returns. With ROI, returns are logarithmic, so that equal means are
/// equal growth.
fn summary(returns: &[f64; RETURNS], metric: RankingMetric) -> Summary {
    let idle = returns.iter().all(|value| *value == 0.0);
    let returns = match metric {
        RankingMetric::RoiPct => returns.map(f64::exp_m1),
        _ => *returns,
    };
    let (mut equity, mut high, mut low, mut worst) = (1.0_f64, 1.0_f64, 1.0_f64, 0.0_f64);
    for value in returns {
        equity *= 1.0 + value;
        (high, low) = (high.max(equity), low.min(equity));
        worst = worst.min(equity / high - 1.0);
    }
    let trips = returns.chunks(2).map(|pair| cash(1000.0 * (pair[0] + pair[1])));
    Summary {
        windows: 1,
        acted: u32::from(!idle),
        length: Span::DAY.times(RETURNS as i64 * DAYS),
        gain: equity - 1.0,
        curve: CurveParts { high, low, worst },
        returns: ReturnSums::of(&returns, PERIODS, 0.0),
        trades: if idle { TradeSums::default() } else { TradeSums::of(trips) },
        pnl: cash(1000.0 * (equity - 1.0)),
        ..Summary::EMPTY
    }
}

fn cash(amount: f64) -> Cash {
    Cash::from_units((amount * 1e8).round() as i128)
}

/// Box and Muller (1958).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}

/// Student's t with three degrees of freedom, scaled to unit variance.
fn student3(rng: &mut ChaCha8Rng) -> f64 {
    let draw = normal(rng);
    let squares: f64 = (0..3).map(|_| normal(rng)).map(|z| z * z).sum();
    draw / squares.sqrt()
}
