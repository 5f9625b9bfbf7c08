//! Orders on margin pass the risk checks.

use crate::domain::{Bps, Cash, OrderRequest, Price, Qty, RefusalCode, Side, Size};
use crate::engine::state::State;
use crate::engine::working::{Stage, Working};
use crate::risk::{self, Accepted, AccountState, MarginAccount, OrderIntent, OrderQty, Refusal};

impl State<'_> {
    /// The checks of an order whose prices are on their tick.
    pub(in crate::engine) fn admit_on_margin(
        &self,
        request: &OrderRequest,
        intent: &OrderIntent<'_>,
        close: Price,
        sent: usize,
    ) -> Result<Accepted, Refusal> {
        let symbol = request.symbol;
        let Some(terms) = self.terms(symbol) else {
            return Err(Refusal::new(RefusalCode::InvalidSymbol, "the symbol is not on margin"));
        };
        let equity = self.exact_equity();
        let position = self.ledger.position(symbol).qty();
        let same_side = self.waiting.iter().filter(|o| o.symbol == symbol && o.side == request.side);
        let same_side = same_side.filter(|order| !order.reduce_only && !order.is_child());
        let account = AccountState {
            equity,
            available: self.ledger.available(),
            held: position.abs(),
            free: position.abs(),
            close,
            waiting_buys: same_side.map(Working::waiting_notional).sum(),
            resting: self.waiting.iter().filter(|order| order.stage != Stage::Market).count(),
            sent,
            losses: self.losses(equity),
        };
        let free = self.free_margin(None, None);
        let margin = MarginAccount {
            terms,
            position,
            held_margin: self.margin_of(symbol, terms, self.price_now(symbol)),
            // What the sells of the same open free is not known yet: the fill is cut to it.
            free_margin: if request.from_proceeds { Cash::MAX } else { free },
            reverse: request.reverse,
        };
        risk::check_on_margin(self.job.risk, intent, &account, &margin)
    }

    /// Shares of equity become a notional, shares of the position a quantity.
    pub(in crate::engine) fn resolve_on_margin(
        &self,
        request: &OrderRequest,
        equity: Cash,
        step: Qty,
    ) -> Result<OrderQty, Refusal> {
        let held = self.ledger.position(request.symbol).qty().abs();
        let size = match request.size {
            Size::Qty(qty) => OrderQty::Qty(qty),
            Size::Quote(amount) => OrderQty::Amount(amount),
            Size::EquityShare(share) => OrderQty::Amount(equity.share(share)),
            Size::PositionShare(_) if self.closable(request.symbol, request.side).is_zero() => {
                return Err(Refusal::new(RefusalCode::InsufficientBalance, "nothing is held on that side"));
            }
            Size::PositionShare(Bps::WHOLE) => OrderQty::Qty(held),
            Size::PositionShare(share) => OrderQty::Qty(held.share(share).floor_to(step)),
        };
        Ok(size.bounded())
    }

    /// The order that closes all that is held of a symbol on margin, at the market.
    pub(in crate::engine) fn closing_request(
        &self,
        symbol: crate::domain::SymbolId,
        reason: &'static str,
    ) -> OrderRequest {
        let short = self.ledger.position(symbol).qty().is_negative();
        let side = if short { Side::Buy } else { Side::Sell };
        OrderRequest { side, ..OrderRequest::sell(symbol, Size::ALL, reason) }
    }
}
