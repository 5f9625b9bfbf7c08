//! Market regimes: bull, bear and sideways periods that last for weeks.

use super::draw::Stream;

/// A market regime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    /// A trend of rising prices.
    Bull,
    /// Falling prices, higher volatility.
    Bear,
    /// Low volatility, mean-reverting.
    Sideways,
}

impl Regime {
    /// Drift per year, in units of the symbol's volatility.
    pub const fn drift(self) -> f64 {
        match self {
            Self::Bull => 2.4,
            Self::Bear => -2.6,
            Self::Sideways => 0.0,
        }
    }

    /// Factor on the symbol's volatility.
    pub const fn volatility(self) -> f64 {
        match self {
            Self::Bull => 0.9,
            Self::Bear => 1.35,
            Self::Sideways => 0.75,
        }
    }

    /// Mean reversion: share of the distance to the slow average that the price loses per day.
    pub const fn pull(self) -> f64 {
        match self {
            Self::Bull | Self::Bear => 0.0,
            Self::Sideways => 0.12,
        }
    }

    /// Mean duration in days.
    const fn days(self) -> f64 {
        match self {
            Self::Bull => 40.0,
            Self::Bear => 24.0,
            Self::Sideways => 28.0,
        }
    }

    /// The regime of the next bar: a Markov chain; after a regime ends, the two others are equally likely.
    pub fn next(self, bar_days: f64, stream: &mut Stream) -> Self {
        let (ends, which) = (stream.uniform() * self.days() < bar_days, stream.uniform() < 0.5);
        match (ends, self, which) {
            (false, same, _) => same,
            (true, Self::Bull, true) | (true, Self::Sideways, true) => Self::Bear,
            (true, Self::Bull, false) | (true, Self::Bear, true) => Self::Sideways,
            (true, Self::Bear, false) | (true, Self::Sideways, false) => Self::Bull,
        }
    }
}
