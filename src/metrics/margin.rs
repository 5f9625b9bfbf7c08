//! Metrics of an account on margin: exposure, leverage, what holding cost, long and short trades apart.
//!
//! Measured of markets with an instrument on margin alone; a spot account has none of them.

use serde::{Deserialize, Serialize};

use super::missing::{Measure, Missing};
use crate::domain::{Cash, Metric, Side};
use crate::engine::{ExitState, PostingKind, Replay, valued_at};
use crate::market::Market;

/// What one agent's margin did in one or several windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MarginMetrics {
    /// Funding received, less funding paid.
    pub funding: Cash,
    /// Fees for borrowed shares; at most 0.
    pub borrow_fees: Cash,
    /// Interest on negative cash; at most 0.
    pub interest: Cash,
    /// Fees of liquidations; at most 0.
    pub liquidation_fees: Cash,
    /// Losses beyond the margin that the venue bore; at least 0.
    pub insurance: Cash,
    /// Positions that the venue has closed.
    pub liquidations: u64,
    /// Sum over the ticks of gross notional over equity.
    pub gross: f64,
    /// Sum over the ticks of net notional over equity.
    pub net: f64,
    /// Ticks of the windows.
    pub ticks: u64,
    /// Ticks at whose close a position was held.
    pub held: u64,
    /// Closed round trips of long positions.
    pub long: SideTrades,
    /// Closed round trips of short positions.
    pub short: SideTrades,
}

/// Closed round trips of one side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideTrades {
    /// How many.
    pub count: u64,
    /// Those with a gain after fees.
    pub wins: u64,
    /// Net of all fees.
    pub pnl: Cash,
}

impl MarginMetrics {
    /// Of a replay on this market; `None` where no instrument is on margin.
    pub fn of(replay: &Replay, market: &Market) -> Option<Self> {
        market.symbols.iter().find(|series| series.instrument.margin.is_some())?;
        let posted = |kind: PostingKind| -> Cash {
            replay.postings.iter().filter(|one| one.kind == kind).map(|one| one.amount).sum()
        };
        let mut all = Self {
            funding: posted(PostingKind::Funding),
            borrow_fees: posted(PostingKind::BorrowFee),
            interest: posted(PostingKind::Interest),
            liquidation_fees: posted(PostingKind::LiquidationFee),
            insurance: posted(PostingKind::Insurance),
            liquidations: replay.flags.liquidations,
            long: SideTrades::of(replay, Side::Buy),
            short: SideTrades::of(replay, Side::Sell),
            ..Self::default()
        };
        let ticks = replay.window.ticks;
        for valued in valued_at(replay, market, ticks.first..ticks.last) {
            all.ticks += 1;
            if valued.in_market && valued.equity.is_positive() {
                all.held += 1;
                all.gross += valued.gross.to_f64() / valued.equity.to_f64();
                all.net += valued.net.to_f64() / valued.equity.to_f64();
            }
        }
        Some(all)
    }

    /// Of several windows together.
    #[must_use]
    pub fn combine(self, later: Self) -> Self {
        Self {
            funding: self.funding + later.funding,
            borrow_fees: self.borrow_fees + later.borrow_fees,
            interest: self.interest + later.interest,
            liquidation_fees: self.liquidation_fees + later.liquidation_fees,
            insurance: self.insurance + later.insurance,
            liquidations: self.liquidations + later.liquidations,
            gross: self.gross + later.gross,
            net: self.net + later.net,
            ticks: self.ticks + later.ticks,
            held: self.held + later.held,
            long: self.long.combine(later.long),
            short: self.short.combine(later.short),
        }
    }

    /// What holding cost or brought: funding, borrow fees and interest.
    pub fn carry(&self) -> Cash {
        self.funding + self.borrow_fees + self.interest
    }

    /// A metric of the catalogue, a fraction where files have percent. `None` for one that is not of margin.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn value(&self, metric: Metric) -> Option<Measure> {
        let mean = |sum: f64, count: u64| {
            if count == 0 { Err(Missing::TooFewReturns) } else { Ok(sum / count as f64) }
        };
        Some(match metric {
            Metric::GrossExposurePct => mean(self.gross, self.ticks),
            Metric::NetExposurePct => mean(self.net, self.ticks),
            Metric::MeanLeverage => mean(self.gross, self.held),
            Metric::Carry => Ok(self.carry().to_f64()),
            Metric::Funding => Ok(self.funding.to_f64()),
            Metric::BorrowFees => Ok(self.borrow_fees.to_f64()),
            Metric::Interest => Ok(self.interest.to_f64()),
            Metric::LiquidationFees => Ok(self.liquidation_fees.to_f64()),
            Metric::Insurance => Ok(self.insurance.to_f64()),
            Metric::Liquidations => Ok(self.liquidations as f64),
            Metric::LongTrades => Ok(self.long.count as f64),
            Metric::LongPnl => Ok(self.long.pnl.to_f64()),
            Metric::LongWinRate => self.long.win_rate(),
            Metric::ShortTrades => Ok(self.short.count as f64),
            Metric::ShortPnl => Ok(self.short.pnl.to_f64()),
            Metric::ShortWinRate => self.short.win_rate(),
            _ => return None,
        })
    }
}

impl SideTrades {
    fn of(replay: &Replay, side: Side) -> Self {
        let closed = replay.round_trips.iter().filter(|trip| trip.state == ExitState::Closed);
        closed.filter(|trip| trip.side == side).fold(Self::default(), |sum, trip| Self {
            count: sum.count + 1,
            wins: sum.wins + u64::from(trip.pnl.is_positive()),
            pnl: sum.pnl + trip.pnl,
        })
    }

    fn combine(self, later: Self) -> Self {
        Self { count: self.count + later.count, wins: self.wins + later.wins, pnl: self.pnl + later.pnl }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn win_rate(self) -> Measure {
        if self.count == 0 { Err(Missing::NoTrades) } else { Ok(self.wins as f64 / self.count as f64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_add_up_and_means_are_over_their_ticks() {
        let cash = |units| Cash::from_units(units);
        let trades = |count, wins, pnl| SideTrades { count, wins, pnl: cash(pnl) };
        let one = MarginMetrics {
            funding: cash(-300),
            borrow_fees: cash(-20),
            gross: 6.0,
            net: -6.0,
            ticks: 10,
            held: 3,
            short: trades(2, 1, 50),
            ..MarginMetrics::default()
        };
        let other = MarginMetrics { interest: cash(-5), gross: 3.0, net: 3.0, ticks: 20, held: 3, ..one };
        let both = one.combine(other);
        assert_eq!(both.carry(), cash(-645));
        assert_eq!(both.value(Metric::GrossExposurePct), Some(Ok(0.3)));
        assert_eq!(both.value(Metric::NetExposurePct), Some(Ok(-0.1)));
        assert_eq!(both.value(Metric::MeanLeverage), Some(Ok(1.5)));
        assert_eq!(both.value(Metric::ShortTrades), Some(Ok(4.0)));
        assert_eq!(both.value(Metric::ShortWinRate), Some(Ok(0.5)));
        assert_eq!(both.value(Metric::LongWinRate), Some(Err(Missing::NoTrades)));
        assert_eq!(both.value(Metric::RoiPct), None);
    }
}
