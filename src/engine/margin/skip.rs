//! The skipping loop on margin: the next tick at which funding is paid, a day is settled, or a price comes near a
//! liquidation.

use crate::domain::{Cash, MarginKind, MarginTerms, Price, Qty, Span, SymbolId, Timestamp};
use crate::engine::state::State;
use crate::market::Bars;
use crate::scenario::Intrabar;

/// Prices inside which a symbol cannot bring the account near a liquidation.
#[derive(Debug, Clone, Copy)]
struct SafeBand {
    down: f64,
    up: f64,
}

impl State<'_> {
    /// The first tick of `from..until` that has to be visited because of what is held on margin.
    pub(in crate::engine) fn next_margin_event(&self, from: usize, mut until: usize) -> usize {
        if self.held_on_margin().next().is_none() && !self.ledger.cash().is_negative() {
            return until;
        }
        if self.job.venue.intrabar == Intrabar::Detail || self.changed {
            return from;
        }
        until = until.min(self.next_settlement(from));
        until = until.min(self.next_payment(from));
        self.first_outside(from, until)
    }

    /// The last tick of the next day's end, where anything accrues or is called.
    fn next_settlement(&self, from: usize) -> usize {
        let shares = self.held_on_margin().any(|(_, terms, _)| terms.kind == MarginKind::Shares);
        if !shares && !self.ledger.cash().is_negative() {
            return usize::MAX;
        }
        let midnight = (self.open_at(from).utc_day() + 1) * Span::DAY.micros();
        let market = self.job.market;
        let next_day = market.first_tick_after(from, Timestamp::from_micros(midnight));
        next_day.min(self.job.window.ticks.last) - 1
    }

    /// The tick in whose bar, or before whose open, the next funding is paid.
    fn next_payment(&self, from: usize) -> usize {
        let (market, paid_to) = (self.job.market, self.margin.as_ref().map(|book| book.paid_to));
        let Some(paid_to) = paid_to else { return usize::MAX };
        let just_before = Timestamp::from_micros(paid_to.micros() - 1);
        let next = self.held_on_margin().filter_map(|(symbol, ..)| {
            let margin = market.series(symbol).margin.as_ref()?;
            margin.funding.get(margin.index_after(just_before)).map(|payment| payment.at)
        });
        next.min().map_or(usize::MAX, |at| {
            let opens_after = Timestamp::from_micros(at.micros() + 1 - market.interval.micros());
            market.first_tick_after(from, opens_after)
        })
    }

    /// The first tick whose bars leave the safe bands.
    fn first_outside(&self, from: usize, mut until: usize) -> usize {
        let held: Vec<_> = self.held_on_margin().collect();
        let count = held.len();
        for (symbol, terms, qty) in held {
            let written_off = self.worthless_from[symbol.index()];
            // From then on it is worth nothing, which may use up the margin at the next open.
            until = until.min(written_off.max(from));
            let series = self.job.market.series(symbol);
            let mark = series.margin.as_ref().and_then(|margin| margin.mark.as_ref());
            let last_price = self.mark_price(symbol, self.tick);
            for (bars, price) in [(Some(&series.bars), last_price), (mark, self.price_now(symbol))] {
                let Some(bars) = bars.filter(|_| from < until) else { continue };
                let rows = series.row_from(from)..series.row_from(until);
                let band = self.safe_band(symbol, terms, qty, price, count);
                if let Some(row) = rows.into_iter().find(|&row| leaves(bars, row, band)) {
                    until = until.min(self.job.market.tick_of(symbol, row, from));
                }
            }
        }
        until
    }

    /// How far a price may move against a position before its part of what is left of the margin is used.
    fn safe_band(
        &self,
        symbol: SymbolId,
        terms: &MarginTerms,
        qty: Qty,
        price: Price,
        count: usize,
    ) -> SafeBand {
        let slack = match self.is_isolated(terms) {
            true => {
                let margin = self.set_aside(symbol) + self.gain(symbol, price);
                let own = (margin - self.maintenance(symbol, terms, price)).to_f64();
                own.min(self.exact_equity().to_f64() / count as f64)
            }
            false => self.slack().to_f64() / count as f64,
        };
        let rate = terms.maintenance.last().map_or(0.0, |bracket| bracket.rate.to_fraction());
        let distance = slack * 0.999 / (qty.to_f64().abs() * (1.0 + rate)) - 1e-6;
        let close = price.to_f64();
        if distance <= 0.0 {
            return SafeBand { down: f64::INFINITY, up: f64::NEG_INFINITY };
        }
        if qty.is_negative() {
            SafeBand { down: f64::NEG_INFINITY, up: close + distance }
        } else {
            SafeBand { down: close - distance, up: f64::INFINITY }
        }
    }

    /// What is left above the maintenance of cross perpetuals, at the worse of the marks and the last prices; at most
    /// the equity.
    fn slack(&self) -> Cash {
        let at = |price: &dyn Fn(SymbolId) -> Price| {
            let needed: Cash = self
                .held_on_margin()
                .filter(|(_, terms, _)| terms.is_perpetual() && !self.is_isolated(terms))
                .map(|(symbol, terms, _)| self.maintenance(symbol, terms, price(symbol)))
                .sum();
            self.collateral(price) - needed
        };
        let marks = at(&|symbol| self.price_now(symbol));
        let closes = at(&|symbol| self.mark_price(symbol, self.tick));
        marks.min(closes).min(self.exact_equity())
    }
}

/// Whether a bar leaves a band. A row without a mark is before the range.
fn leaves(bars: &Bars, row: usize, band: SafeBand) -> bool {
    bars.low[row] <= band.down || bars.high[row] >= band.up
}
