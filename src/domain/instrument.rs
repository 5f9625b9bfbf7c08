//! What can be traded: a symbol with its two assets and its trading rules.

use super::{Cash, Price, Qty, Symbol};

/// A symbol's place in the scenario's list of symbols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct SymbolId(pub u16);

impl SymbolId {
    /// As an index into a list of symbols.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A symbol's trading rules. The base asset is what the scenario says, never cut out of the symbol's
/// name; where it says nothing the base asset bears the symbol's own name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Instrument {
    /// The symbol.
    pub symbol: Symbol,
    /// What is bought and sold.
    pub base_asset: String,
    /// Order prices lie on multiples of this (default 0.00000001).
    pub price_tick: Price,
    /// Quantities lie on multiples of this (default 0.00000001).
    pub quantity_step: Qty,
    /// Smallest notional of an order, in the quote currency (default 1).
    pub min_notional: Cash,
}

impl Instrument {
    /// A symbol with the default rules: eight places, a minimum notional of one.
    pub fn with_defaults(symbol: Symbol) -> Self {
        Self {
            base_asset: symbol.as_str().to_owned(),
            symbol,
            price_tick: Price::from_units(1),
            quantity_step: Qty::from_units(1),
            min_notional: Cash::from_units(super::UNITS_PER_ONE),
        }
    }
}
