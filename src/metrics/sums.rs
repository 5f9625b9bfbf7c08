//! Sums of a return series that combine with those of the series after it.
//!
//! Squares are taken about the mean (Chan, Golub and LeVeque 1983), so that a large mean cancels no digits. Invariant:
//! of one series every ratio made of these sums is, to the bit, the one that the metric's own file gives for it.

use serde::{Deserialize, Serialize};

use super::missing::{Measure, Missing};
use super::moments::{count, finite, sum_by};

/// The sums that the ranking metrics need.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReturnSums {
    /// Number of returns.
    pub count: u64,
    /// Sum of the values.
    pub sum: f64,
    /// Sum of squared distances from their mean.
    pub squares: f64,
    /// Sum of squares of what each lies below the threshold.
    pub downside: f64,
    /// The smallest; 0 without returns.
    pub least: f64,
    /// The largest; 0 without returns.
    pub most: f64,
    /// Product of `1 + r`.
    pub product: f64,
    /// Length in years: each return is one over its series' periods a year.
    pub years: f64,
    /// The least and the most periods a year among the series that were combined.
    pub rates: (f64, f64),
}

impl ReturnSums {
    /// Of no returns: the neutral element.
    pub const EMPTY: Self = Self {
        count: 0,
        sum: 0.0,
        squares: 0.0,
        downside: 0.0,
        least: 0.0,
        most: 0.0,
        product: 1.0,
        years: 0.0,
        rates: (0.0, 0.0),
    };

    /// Of a series with so many periods a year; `threshold` is per period.
    pub fn of(returns: &[f64], periods_per_year: f64, threshold: f64) -> Self {
        if returns.is_empty() {
            return Self::EMPTY;
        }
        let n = count(returns);
        let sum = sum_by(returns, |value| value);
        let mean = sum / n;
        let below = |value: f64| (value - threshold).min(0.0);
        Self {
            count: returns.len() as u64,
            sum,
            squares: sum_by(returns, |value| (value - mean) * (value - mean)),
            downside: sum_by(returns, |value| below(value) * below(value)),
            least: returns.iter().copied().fold(f64::INFINITY, f64::min),
            most: returns.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            product: returns.iter().map(|r| 1.0 + r).product(),
            years: n / periods_per_year,
            rates: (periods_per_year, periods_per_year),
        }
    }

    /// Of both series, `later` after this one.
    #[must_use]
    #[inline]
    pub fn combine(self, later: Self) -> Self {
        if self.count == 0 {
            return later;
        }
        if later.count == 0 {
            return self;
        }
        let (n, m) = (self.n(), later.n());
        let apart = later.sum / m - self.sum / n;
        Self {
            count: self.count + later.count,
            sum: self.sum + later.sum,
            squares: self.squares + later.squares + apart * apart * (n * m / (n + m)),
            downside: self.downside + later.downside,
            least: self.least.min(later.least),
            most: self.most.max(later.most),
            product: self.product * later.product,
            years: self.years + later.years,
            rates: (self.rates.0.min(later.rates.0), self.rates.1.max(later.rates.1)),
        }
    }

    /// The number of returns as a float.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn n(&self) -> f64 {
        self.count as f64
    }

    /// Periods a year: that of all series where they agree, else returns over years.
    pub fn periods_per_year(&self) -> f64 {
        let (least, most) = self.rates;
        if least == most { least } else { self.n() / self.years }
    }

    /// Arithmetic mean of the values.
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.n()
    }

    /// Whether all returns are equal.
    pub(super) fn is_constant(&self) -> bool {
        self.least == self.most
    }

    /// Sample standard deviation of returns that differ.
    ///
    /// # Errors
    /// [`Missing::TooFewReturns`] under two returns, [`Missing::NoDispersion`] for equal ones.
    pub(super) fn dispersion(&self) -> Measure {
        self.at_least(2)?;
        if self.is_constant() {
            return Err(Missing::NoDispersion);
        }
        match finite((self.squares / (self.n() - 1.0)).sqrt())? {
            0.0 => Err(Missing::NoDispersion),
            deviation => Ok(deviation),
        }
    }

    /// Compound annual growth rate, as [`super::cagr()`].
    ///
    /// # Errors
    /// As there.
    pub fn cagr(&self) -> Measure {
        self.at_least(1)?;
        if self.product < 0.0 {
            return Err(Missing::Ruined);
        }
        finite(libm::pow(self.product, self.periods_per_year() / self.n()) - 1.0)
    }

    pub(super) fn at_least(&self, least: u64) -> Result<(), Missing> {
        if self.count < least { Err(Missing::TooFewReturns) } else { Ok(()) }
    }
}

/// Gains and losses as another library counts them: of return periods, or of trades' returns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct OtherSums {
    /// Those that gained.
    pub wins: u64,
    /// Those that lost.
    pub losses: u64,
    /// Sum of the gains.
    pub gains: f64,
    /// Sum of the losses, as a positive number.
    pub lost: f64,
}

impl OtherSums {
    /// Of these gains and losses.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self::default(), |mut sums, value| {
            sums.wins += u64::from(value > 0.0);
            sums.losses += u64::from(value < 0.0);
            sums.gains += value.max(0.0);
            sums.lost += (-value).max(0.0);
            sums
        })
    }

    /// Sums over both ranges.
    #[must_use]
    #[inline]
    pub fn combine(self, later: Self) -> Self {
        Self {
            wins: self.wins + later.wins,
            losses: self.losses + later.losses,
            gains: self.gains + later.gains,
            lost: self.lost + later.lost,
        }
    }
}
