//! What an agent is ranked by: a number, an infinity, or nothing; and the order of these.
//!
//! Owns the total order of scores and their mean and median. Never invents a score: what does not exist is left out
//! and stays absent.

use std::cmp::Ordering;

/// A value by which agents are ranked. More is better.
///
/// Ordered by [`Ord`]: the greater score is the better one. Infinities tie among themselves, and [`Score::Absent`]
/// is behind all others.
#[derive(Debug, Clone, Copy)]
pub enum Score {
    /// There is no such value: the trade metrics of an agent without a trade, a Calmar ratio of a short record.
    Absent,
    /// Losses over no risk: a falling curve without dispersion.
    MinusInfinity,
    /// A finite number.
    Number(f64),
    /// Gains over no risk: a profit factor without losses, a Sortino ratio without a downside.
    PlusInfinity,
}

impl Score {
    /// Of a number that may be infinite; a NaN is no score.
    pub fn of(value: f64) -> Self {
        if value.is_nan() {
            Self::Absent
        } else if value.is_infinite() {
            if value > 0.0 { Self::PlusInfinity } else { Self::MinusInfinity }
        } else {
            // Adding zero turns a negative zero into zero, so that both are one score.
            Self::Number(value + 0.0)
        }
    }

    /// Infinite by the sign of the numerator of a ratio whose divisor is zero; 0 over 0 has no sign and is 0.
    pub fn over_nothing(numerator: f64) -> Self {
        match numerator.partial_cmp(&0.0) {
            Some(Ordering::Greater) => Self::PlusInfinity,
            Some(Ordering::Less) => Self::MinusInfinity,
            Some(Ordering::Equal) => Self::Number(0.0),
            None => Self::Absent,
        }
    }

    /// Whether there is none.
    pub const fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it is an infinity.
    pub const fn is_infinite(self) -> bool {
        matches!(self, Self::PlusInfinity | Self::MinusInfinity)
    }

    /// As a float, infinities as they are; `None` where there is no score.
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Absent => None,
            Self::MinusInfinity => Some(f64::NEG_INFINITY),
            Self::Number(value) => Some(value),
            Self::PlusInfinity => Some(f64::INFINITY),
        }
    }

    /// The number, where it is one.
    pub const fn number(self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(value),
            _ => None,
        }
    }

    /// The order of a table: the better score first, absent ones last.
    pub fn better_first(&self, other: &Self) -> Ordering {
        other.cmp(self)
    }

    /// The same with less being better.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Absent => Self::Absent,
            Self::MinusInfinity => Self::PlusInfinity,
            Self::Number(value) => Self::of(-value),
            Self::PlusInfinity => Self::MinusInfinity,
        }
    }

    /// The arithmetic mean of the scores that exist: infinite where one of them is, absent without any or where
    /// infinities of both signs meet.
    pub fn mean(scores: impl IntoIterator<Item = Self>) -> Self {
        let known: Vec<f64> = scores.into_iter().filter_map(Self::value).collect();
        #[expect(clippy::cast_precision_loss, reason = "counts of windows")]
        let count = known.len() as f64;
        let sum: f64 = known.iter().sum();
        if sum.is_infinite() && known.iter().all(|value| value.is_finite()) {
            // The sum of huge numbers overflows where their mean does not.
            return Self::of(known.iter().map(|value| value / count).sum());
        }
        Self::of(sum / count)
    }

    /// The median of the scores that exist; of an even number the mean of the two in the middle.
    pub fn median(scores: impl IntoIterator<Item = Self>) -> Self {
        let mut known: Vec<Self> = scores.into_iter().filter(|score| !score.is_absent()).collect();
        known.sort_unstable();
        let middle = known.len() / 2;
        match known.len() {
            0 => Self::Absent,
            odd if odd % 2 == 1 => known[middle],
            _ if known[middle - 1] == known[middle] => known[middle],
            _ => Self::mean([known[middle - 1], known[middle]]),
        }
    }

    const fn class(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::MinusInfinity => 1,
            Self::Number(_) => 2,
            Self::PlusInfinity => 3,
        }
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            (a, b) => a.class().cmp(&b.class()),
        }
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Score {}

/// From a stored number: nothing is absent.
impl From<Option<f64>> for Score {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Absent, Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::Score::{Absent, MinusInfinity, Number, PlusInfinity};
    use super::*;

    #[test]
    fn infinities_order_beyond_numbers_and_missing_is_last() {
        let mut all = [Absent, Number(3.0), PlusInfinity, Number(-2.0), MinusInfinity, Absent, PlusInfinity];
        all.sort_by(Score::better_first);
        let wanted = [PlusInfinity, PlusInfinity, Number(3.0), Number(-2.0), MinusInfinity, Absent, Absent];
        assert_eq!(all, wanted);
        assert_eq!(Number(0.0), Number(-0.0));
        assert_eq!(Score::of(f64::NAN), Absent);
        assert_eq!(Score::of(f64::INFINITY), PlusInfinity);
    }

    #[test]
    fn a_zero_divisor_leaves_the_sign() {
        assert_eq!(Score::over_nothing(0.1), PlusInfinity);
        assert_eq!(Score::over_nothing(-0.1), MinusInfinity);
        assert_eq!(Score::over_nothing(0.0), Number(0.0));
    }

    #[test]
    fn means_leave_absent_scores_out_and_keep_infinities() {
        assert_eq!(Score::mean([Number(1.0), Absent, Number(3.0)]), Number(2.0));
        assert_eq!(Score::mean([Number(1.0), PlusInfinity]), PlusInfinity);
        assert_eq!(Score::mean([MinusInfinity, PlusInfinity]), Absent);
        assert_eq!(Score::mean([Absent]), Absent);
        assert_eq!(Score::mean([Number(1.5e308), Number(1.5e308)]), Number(1.5e308));
        assert_eq!(Score::median([Number(1.5e308), Number(1.5e308)]), Number(1.5e308));
        assert_eq!(Score::median([Number(1.7e308), Number(1.5e308)]), Number(1.6e308));
        assert_eq!(Score::mean([]), Absent);
    }

    #[test]
    fn medians_leave_absent_scores_out() {
        assert_eq!(Score::median([Number(5.0), Absent, Number(1.0), Number(2.0)]), Number(2.0));
        assert_eq!(Score::median([Number(5.0), Number(1.0)]), Number(3.0));
        assert_eq!(Score::median([Number(5.0), PlusInfinity, PlusInfinity, Number(1.0)]), PlusInfinity);
        assert_eq!(Score::median([PlusInfinity, PlusInfinity]), PlusInfinity);
        assert_eq!(Score::median([]), Absent);
    }
}
