//! What an instrument that can be held short or on margin asks of its holder.

use super::{Bps, Cash, Rate, Span};

/// The terms of an instrument that is no spot asset.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MarginTerms {
    /// Shares or a perpetual future.
    pub kind: MarginKind,
    /// What an opened position sets aside.
    pub initial: InitialMargin,
    /// What a position needs to be kept, by notional: brackets in ascending order, the last without an end.
    pub maintenance: Vec<MarginBracket>,
    /// The notional that the maintenance margin is taken of.
    pub maintenance_on: MaintenanceBasis,
    /// Fee on the notional of a liquidation.
    pub liquidation_fee: Bps,
    /// A year, of a short's notional at each day's close.
    pub borrow_fee: Bps,
    /// A year, of negative cash at each day's close.
    pub interest: Bps,
    /// Where a perpetual's funding rates come from; `None` for shares.
    pub funding: Option<FundingSource>,
    /// File, folder or glob of the mark price's bars, as written; its content is part of the market's digest.
    #[serde(skip)]
    pub mark: Option<std::path::PathBuf>,
    /// Whether missing funding rates count as zero.
    pub zero_funding_gaps: bool,
}

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarginKind {
    /// Cash shares that can be borrowed: buying and selling moves their price in cash.
    Shares,
    /// A linear perpetual future with a contract size of 1: opening it moves no cash but the fee.
    Perpetual,
}

/// How the initial margin follows from a position's notional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InitialMargin {
    /// The notional over the leverage, at most this multiple (10,000 basis points are 1).
    Leverage(Bps),
    /// At least this share of the notional.
    Share(Bps),
}

/// The notional that the maintenance margin is taken of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceBasis {
    /// The quantity at the mark price (Binance).
    #[default]
    Mark,
    /// The quantity at the average entry price (Bybit).
    Entry,
}

/// One bracket of the maintenance margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct MarginBracket {
    /// Largest notional of the bracket; `None` for the last.
    pub to: Option<Cash>,
    /// Rate on the part of the notional in this bracket.
    pub rate: Bps,
    /// `notional * rate - deduction` is the maintenance margin of a notional in this bracket: what the lower rates
    /// of the brackets below save.
    pub deduction: Cash,
}

/// Where funding rates come from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FundingSource {
    /// A file or a folder with a file for the symbol, as written; its content is part of the market's digest.
    File(#[serde(skip)] std::path::PathBuf),
    /// The same rate at each multiple of a span, in UTC.
    Fixed {
        /// Rate that longs pay.
        rate: Rate,
        /// Time between two payments.
        every: Span,
    },
}

impl MarginTerms {
    /// Whether it is a perpetual future.
    pub fn is_perpetual(&self) -> bool {
        self.kind == MarginKind::Perpetual
    }

    /// Brackets with their deductions, from ends and rates in ascending order.
    pub fn brackets(steps: &[(Option<Cash>, Bps)]) -> Vec<MarginBracket> {
        let (mut below, mut rate_below, mut deduction) = (Cash::ZERO, Bps::ZERO, Cash::ZERO);
        let bracket = |&(to, rate): &(Option<Cash>, Bps)| {
            deduction += below.fee(rate) - below.fee(rate_below);
            (below, rate_below) = (to.unwrap_or(below), rate);
            MarginBracket { to, rate, deduction }
        };
        steps.iter().map(bracket).collect()
    }

    /// The maintenance margin of a notional that is not negative, half up at eight decimal places.
    pub fn maintenance(&self, notional: Cash) -> Cash {
        let bracket = self.maintenance.iter().find(|bracket| bracket.to.is_none_or(|to| notional <= to));
        bracket.map_or(notional, |bracket| (notional.fee(bracket.rate) - bracket.deduction).max(Cash::ZERO))
    }

    /// What a position of this notional, which is not negative, sets aside for an agent whose profile allows
    /// `leverage`: never less than its maintenance margin.
    pub fn initial(&self, notional: Cash, leverage: Bps) -> Cash {
        let initial = match self.initial {
            InitialMargin::Leverage(most) => notional.over(leverage.min(most)),
            InitialMargin::Share(share) => notional.fee(share).max(notional.over(leverage)),
        };
        initial.max(self.maintenance(notional))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cash(text: &str) -> Cash {
        text.parse().unwrap()
    }

    fn terms() -> MarginTerms {
        let rate = Bps::from_percent;
        MarginTerms {
            kind: MarginKind::Perpetual,
            initial: InitialMargin::Leverage(Bps::from_percent(2_000.0)),
            maintenance: MarginTerms::brackets(&[
                (Some(cash("50000")), rate(0.4)),
                (Some(cash("250000")), rate(0.5)),
                (None, rate(1.0)),
            ]),
            maintenance_on: MaintenanceBasis::Mark,
            liquidation_fee: Bps::from_f64(50.0),
            borrow_fee: Bps::ZERO,
            interest: Bps::ZERO,
            funding: None,
            mark: None,
            zero_funding_gaps: false,
        }
    }

    #[test]
    fn maintenance_is_continuous_over_the_brackets() {
        let terms = terms();
        // 50000 * 0.4 % = 200; 250000 * 0.5 % - 50 = 1200; 300000 * 1 % - 1300 = 1700.
        for (notional, wanted) in
            [("0", "0"), ("50000", "200"), ("100000", "450"), ("250000", "1200"), ("300000", "1700")]
        {
            assert_eq!(terms.maintenance(cash(notional)), cash(wanted), "{notional}");
        }
        let deductions: Vec<Cash> = terms.maintenance.iter().map(|bracket| bracket.deduction).collect();
        assert_eq!(deductions, [cash("0"), cash("50"), cash("1300")]);
    }

    #[test]
    fn the_smaller_leverage_counts_and_initial_is_never_below_maintenance() {
        let terms = terms();
        let times = |leverage: f64| Bps::from_percent(leverage * 100.0);
        assert_eq!(terms.initial(cash("1000"), times(10.0)), cash("100"));
        assert_eq!(terms.initial(cash("1000"), times(50.0)), cash("50"));
        let shares = MarginTerms { initial: InitialMargin::Share(Bps::from_percent(50.0)), ..terms };
        assert_eq!(shares.initial(cash("1000"), times(1.0)), cash("1000"));
        assert_eq!(shares.initial(cash("1000"), times(4.0)), cash("500"));
        let strict = MarginTerms { maintenance: MarginTerms::brackets(&[(None, times(0.6))]), ..shares };
        assert_eq!(strict.initial(cash("1000"), times(4.0)), cash("600"));
    }
}
