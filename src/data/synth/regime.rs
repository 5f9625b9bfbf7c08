//! Bull, bear and sideways times that last for weeks.

use super::draw::Stream;

/// The market's mood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    /// Rising.
    Bull,
    /// Falling, and wilder.
    Bear,
    /// Calm, drawn back to where it came from.
    Sideways,
}

impl Regime {
    /// Growth a year, in units of the symbol's volatility.
    pub const fn drift(self) -> f64 {
        match self {
            Self::Bull => 2.4,
            Self::Bear => -2.6,
            Self::Sideways => 0.0,
        }
    }

    /// Multiplies the symbol's volatility.
    pub const fn volatility(self) -> f64 {
        match self {
            Self::Bull => 0.9,
            Self::Bear => 1.35,
            Self::Sideways => 0.75,
        }
    }

    /// Share of the distance to its slow average that the price loses in a day.
    pub const fn pull(self) -> f64 {
        match self {
            Self::Bull | Self::Bear => 0.0,
            Self::Sideways => 0.12,
        }
    }

    /// Days that it lasts on average.
    const fn days(self) -> f64 {
        match self {
            Self::Bull => 40.0,
            Self::Bear => 24.0,
            Self::Sideways => 28.0,
        }
    }

    /// The regime of the next bar: a Markov chain; a regime that ends gives way to either other evenly.
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
