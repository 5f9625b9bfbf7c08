//! The largest simulated statistics of a resample, of any number of columns, in a few kilobytes.

/// How many of the largest statistics of a resample are kept. StepM names fewer columns than these in most steps; where
/// it names all of them, the others are resampled again.
pub(super) const KEPT: usize = 256;

/// Which columns are taken to be as bad as they look under the null hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recentring {
    /// All columns worse than the benchmark: the liberal bound.
    Lower,
    /// Those worse by more than `sqrt(2 ln ln n)` standard errors: Hansen's consistent choice.
    Consistent,
    /// None: the conservative bound of the Reality Check.
    Upper,
}

/// The largest simulated statistics of one resample.
#[derive(Debug, Clone)]
pub(super) struct Largest {
    lower: f64,
    upper: f64,
    /// Under the consistent null hypothesis, with their columns, the largest first; at most [`KEPT`].
    consistent: Vec<(f64, usize)>,
}

impl Largest {
    /// Of no column.
    pub const fn none() -> Self {
        Self { lower: f64::NEG_INFINITY, upper: f64::NEG_INFINITY, consistent: Vec::new() }
    }

    /// Adds a column, by its statistic under each null hypothesis.
    pub fn add(&mut self, column: usize, under: impl Fn(Recentring) -> f64) {
        self.lower = self.lower.max(under(Recentring::Lower));
        self.upper = self.upper.max(under(Recentring::Upper));
        self.enter(under(Recentring::Consistent), column);
    }

    fn enter(&mut self, value: f64, column: usize) {
        let is_full = self.consistent.len() == KEPT;
        if is_full && self.consistent.last().is_none_or(|&(least, _)| value <= least) {
            return;
        }
        let index = self.consistent.partition_point(|&(other, _)| other >= value);
        self.consistent.truncate(KEPT - 1);
        self.consistent.insert(index, (value, column));
    }

    /// Adds the columns of another.
    pub fn join(&mut self, other: Self) {
        (self.lower, self.upper) = (self.lower.max(other.lower), self.upper.max(other.upper));
        other.consistent.into_iter().for_each(|(value, column)| self.enter(value, column));
    }

    /// The largest of the kept columns, which are some of those that this is of; `None` where it cannot be known.
    pub fn of(&self, kept: &[bool], are_all: bool, null: Recentring) -> Option<f64> {
        match null {
            Recentring::Lower => are_all.then_some(self.lower),
            Recentring::Upper => are_all.then_some(self.upper),
            Recentring::Consistent => {
                let found =
                    self.consistent.iter().find(|&&(_, column)| kept[column]).map(|&(value, _)| value);
                found.or_else(|| (self.consistent.len() < KEPT).then_some(f64::NEG_INFINITY))
            }
        }
    }
}
