//! Orders of a trial on margin: the risk checks at a close, the fill at the next open.

use super::account::{Account, OpenPosition, SYMBOL};
use super::columns::Phase;
use crate::domain::{Bps, Cash, DayStart, Price, Qty, Side};
use crate::engine::batch::Ineligible;
use crate::engine::margin::formulas::Opening;
use crate::ledger::{LedgerError, MarginTrade};
use crate::risk::{AccountState, LossStreak, Losses, MarginAccount, OrderIntent, OrderQty, check_on_margin};

/// A market order.
#[derive(Debug, Clone, Copy)]
pub(super) struct MarketOrder {
    /// Buy or sell.
    pub side: Side,
    /// What it asks for; `None` closes all that is held.
    pub size: Option<EntrySize>,
    /// Whether it closes what is held on the other side before it opens.
    pub reverse: bool,
}

/// What an entry asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum EntrySize {
    /// A base quantity.
    Quantity(Qty),
    /// A share of the equity at the deciding close, as a notional.
    EquityShare(Bps),
}

impl Account<'_> {
    /// Sends an order at the close of bar `at`: the risk checks pass, cut or refuse it, and it fills at the next open.
    pub fn order(&mut self, at: usize, order: &MarketOrder) -> Result<(), Ineligible> {
        let fill = at + 1;
        self.settle(fill, Phase::BeforeFills)?;
        self.count_days(at);
        let Some(size) = self.admit(at, order) else { return Ok(()) };
        self.settle(fill, Phase::AfterFills)?;
        let columns = self.setting.terms.columns;
        let price = if order.side == Side::Buy { columns.buy[fill] } else { columns.sell(fill) };
        let raw = self.setting.job.market.series(SYMBOL).bars.open[fill + columns.base];
        self.fill(fill, order, size, (Price::from_units(price.into()), Price::from_f64(raw)), false)
    }

    /// The size that the risk checks let pass.
    fn admit(&self, at: usize, order: &MarketOrder) -> Option<OrderQty> {
        let job = self.setting.job;
        let (close, mark) = (self.close(at), self.setting.columns.mark_at_close(at));
        let equity = self.equity_at(close);
        let size = match order.size {
            None => OrderQty::Qty(self.held_qty()),
            Some(EntrySize::Quantity(qty)) => OrderQty::Qty(qty),
            Some(EntrySize::EquityShare(share)) => OrderQty::Amount(equity.share(share)),
        };
        let intent = OrderIntent {
            instrument: &job.market.series(SYMBOL).instrument,
            side: order.side,
            size: size.bounded(),
            price: close,
            fee: job.venue.taker_fee,
            rests: false,
            reduce_only: order.size.is_none(),
            from_proceeds: false,
        };
        // Its words are in no result.
        let losses = Losses {
            day_start: self.day_start,
            peak: equity,
            streak: LossStreak::default(),
            day: DayStart::UTC,
        };
        let account = AccountState {
            equity,
            available: self.ledger.available(),
            held: self.held_qty(),
            free: self.held_qty(),
            close,
            waiting_buys: Cash::ZERO,
            resting: 0,
            sent: 1,
            losses,
        };
        let margin = MarginAccount {
            terms: self.setting.margin,
            position: self.position().qty(),
            held_margin: self.margin_taken(mark),
            free_margin: self.free_margin(mark),
            reverse: order.reverse,
        };
        check_on_margin(job.risk, &intent, &account, &margin).ok().map(|accepted| accepted.size)
    }

    /// Fills an order in a bar, as far as the free margin carries what it opens.
    fn fill(
        &mut self,
        bar: usize,
        order: &MarketOrder,
        size: OrderQty,
        (price, raw): (Price, Price),
        at_close: bool,
    ) -> Result<(), Ineligible> {
        let job = self.setting.job;
        let step = job.market.series(SYMBOL).instrument.quantity_step;
        let held = self.position().qty();
        let against = (if order.side == Side::Buy { -held } else { held }).max(Qty::ZERO);
        let wanted = size.on_margin(price, step);
        let (closes, opens) = match () {
            () if order.size.is_none() => (wanted.min(against), Qty::ZERO),
            () if order.reverse => (against, wanted),
            () => (wanted.min(against), (wanted - against).max(Qty::ZERO)),
        };
        let opens = self.carried(closes, opens, (price, raw), step);
        if !(closes + opens).is_positive() {
            return Ok(());
        }
        self.leave_bars(bar)?;
        let trade = |qty| MarginTrade {
            symbol: SYMBOL,
            side: order.side,
            qty,
            price,
            fee: job.venue.taker_fee,
            perpetual: self.setting.margin.is_perpetual(),
        };
        let (closing, opening) = (trade(closes), trade(opens));
        if closes.is_positive() {
            self.close_all(bar, &closing, at_close)?;
        }
        if opens.is_positive() {
            self.open(bar, &opening)?;
        }
        self.note()
    }

    /// The part of what a fill opens that the free margin carries.
    fn carried(&self, closes: Qty, opens: Qty, (price, raw): (Price, Price), step: Qty) -> Qty {
        if !opens.is_positive() {
            return Qty::ZERO;
        }
        // It opens where nothing is held, or turns.
        let opening = Opening {
            terms: self.setting.margin,
            leverage: self.setting.job.risk.margin.max_leverage,
            free: self.free_margin(raw),
            taken: self.margin_taken(raw),
            kept: Qty::ZERO,
            sets_aside: self.is_isolated() && !closes.is_positive(),
            closes,
            price,
            raw,
            fee: self.setting.job.venue.taker_fee,
        };
        opening.carried(opens, step)
    }

    fn close_all(&mut self, bar: usize, trade: &MarginTrade, at_close: bool) -> Result<(), Ineligible> {
        let sold = self.ledger.close_on_margin(trade).map_err(too_large)?;
        self.set_aside = Cash::ZERO;
        self.notional += sold.notional.to_f64().abs();
        self.trade_closed(bar, sold.realised, at_close);
        Ok(())
    }

    fn open(&mut self, bar: usize, trade: &MarginTrade) -> Result<(), Ineligible> {
        let bought = self.ledger.open_on_margin(trade).map_err(too_large)?;
        if self.is_isolated() {
            let leverage = self.setting.job.risk.margin.max_leverage;
            self.set_aside = self.setting.margin.initial(bought.notional, leverage);
        }
        self.notional += bought.notional.to_f64().abs();
        self.open = Some(OpenPosition { bar, spent: bought.notional + bought.fee });
        Ok(())
    }

    /// Closes what is held at the last close.
    pub fn close_out(&mut self) -> Result<(), Ineligible> {
        let (columns, held) = (self.setting.terms.columns, self.position().qty());
        if held.is_zero() {
            return Ok(());
        }
        let last = columns.len() - 1;
        // It was held through the last bar.
        self.leave_bars(last)?;
        self.survive(last, last + 1)?;
        let side = if held.is_negative() { Side::Buy } else { Side::Sell };
        let raw = self.close(last);
        let price = raw.slipped(self.setting.terms.slippage, side == Side::Buy);
        let order = MarketOrder { side, size: None, reverse: false };
        self.fill(last, &order, OrderQty::Qty(held.abs()), (price, raw), true)
    }
}

/// The ledger refuses only what is too large here.
fn too_large(_: LedgerError) -> Ineligible {
    Ineligible::TooLarge
}
