//! What a strategy has decided, in words.

use crate::domain::{Action, OrderRequest, Size, SymbolId};
use crate::scenario::MarketSpec;

/// The actions of a decision.
pub(super) fn described(actions: &[Action], market: &MarketSpec) -> String {
    let name = |symbol: SymbolId| {
        let known = market.instruments.get(symbol.index());
        known.map_or_else(|| symbol.0.to_string(), |instrument| instrument.symbol.to_string())
    };
    let one = |action: &Action| match action {
        Action::Place(order) => placed(order, &name(order.symbol)),
        Action::Close(symbol, _) => format!("close {}", name(*symbol)),
        Action::Cancel(order) => format!("cancel order {}", order.0),
        Action::CancelAll(symbol) => format!("cancel all orders in {}", name(*symbol)),
    };
    format!("`{}`", actions.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn placed(order: &OrderRequest, symbol: &str) -> String {
    let size = match order.size {
        Size::Qty(quantity) => format!("{quantity}"),
        Size::Quote(amount) => format!("for {amount}"),
        Size::EquityShare(share) => format!("for {} % of the equity", share.to_f64() / 100.0),
        Size::PositionShare(share) => format!("{} % of the position", share.to_f64() / 100.0),
    };
    format!("{} {} {symbol} {size}", order.kind.as_str(), order.side.as_str())
}
