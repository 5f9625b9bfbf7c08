//! What a symbol on margin has beside its bars: payments of funding, and bars of the mark price.

use super::bars::{Bars, Row};
use super::funding::FundingRate;
use crate::domain::Timestamp;

/// What a symbol on margin has beside its bars.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MarginSeries {
    /// Payments of funding in ascending time; empty for shares.
    pub funding: Vec<FundingRate>,
    /// The mark price's bars, one beside each of the symbol's; `None` where the last price is the mark price. Rows
    /// before the scenario's range may be NaN.
    pub mark: Option<Bars>,
}

impl MarginSeries {
    /// The payments after `from` and up to `to`.
    pub fn payments(&self, from: Timestamp, to: Timestamp) -> &[FundingRate] {
        let (first, last) = (self.index_after(from), self.index_after(to));
        &self.funding[first..last.max(first)]
    }

    /// The index of the first payment after an instant.
    pub fn index_after(&self, at: Timestamp) -> usize {
        self.funding.partition_point(|one| one.at <= at)
    }

    /// What was known at the close of the symbol's first `rows` bars and before `until`.
    #[must_use]
    pub(super) fn until(&self, rows: Row, until: Timestamp) -> Self {
        let funding = self.funding.iter().copied().take_while(|one| one.at <= until).collect();
        Self { funding, mark: self.mark.as_ref().map(|mark| mark.first(rows)) }
    }
}
