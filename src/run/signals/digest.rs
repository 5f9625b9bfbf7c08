//! What identifies a file's rows.

use crate::domain::{OrderKind, OrderRequest, Size};
use crate::scenario::{Scenario, SignalMode, SignalOrder, SignalRows};

/// BLAKE3 over the rows, whatever the layout of the file.
pub(super) fn digest(rows: &SignalRows, mode: SignalMode, scenario: &Scenario) -> String {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 signals");
    let text = |hash: &mut blake3::Hasher, text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    let name = |symbol| scenario.market.instrument(symbol).symbol.as_str();
    let mut bytes = Vec::new();
    text(&mut hash, mode.as_str());
    match rows {
        SignalRows::Values(symbols) => {
            for symbol in symbols {
                text(&mut hash, name(symbol.symbol));
                hash.update(&(symbol.values.len() as u64).to_le_bytes());
                // Many rows at a time: hashing a few bytes costs as much as hashing a thousand.
                for rows in symbol.values.chunks(1_024) {
                    bytes.clear();
                    for (at, share) in rows {
                        bytes.extend(at.micros().to_le_bytes());
                        bytes.extend(share.units().to_le_bytes());
                    }
                    hash.update(&bytes);
                }
            }
        }
        SignalRows::Orders(orders) => {
            for SignalOrder { at, request } in orders {
                hash.update(&at.micros().to_le_bytes());
                text(&mut hash, name(request.symbol));
                text(&mut hash, &in_words(request));
            }
        }
    }
    hash.finalize().to_hex().to_string()
}

/// An order of a file, in full.
fn in_words(order: &OrderRequest) -> String {
    let prices = match order.kind {
        OrderKind::Limit { price } | OrderKind::TakeProfit { price } => format!("{price}"),
        OrderKind::Stop { trigger } => format!("{trigger}"),
        OrderKind::StopLimit { trigger, price } => format!("{trigger} {price}"),
        OrderKind::Market | OrderKind::TrailingStop { .. } => String::new(),
    };
    let size = match order.size {
        Size::Qty(quantity) => format!("quantity {quantity}"),
        Size::Quote(amount) => format!("amount {amount}"),
        Size::EquityShare(share) | Size::PositionShare(share) => format!("share {share}"),
    };
    let (side, kind, tif) = (order.side.as_str(), order.kind.as_str(), order.time_in_force.as_str());
    format!("{side} {kind} {prices} {size} {tif}")
}
