//! What can be traded: a symbol with its two assets and its trading rules.

use super::{Cash, NameError, Price, Qty, Symbol};

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
    /// The symbol as results show it: its unit before the name where that is not 1, `1000PEPEUSDT`.
    pub symbol: Symbol,
    /// The symbol as the data and the scenario name it.
    #[serde(skip)]
    pub source: Symbol,
    /// How much of the base asset a price is for and a quantity counts in: prices are the data's times this,
    /// quantities and volumes divided by it.
    #[serde(skip_serializing_if = "is_one")]
    pub unit: u32,
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
    /// The symbol of `unit` of what the data names `source`.
    ///
    /// # Errors
    /// Where the name would be none a symbol can have.
    pub fn named(source: &Symbol, unit: u32) -> Result<Symbol, NameError> {
        if unit == 1 { Ok(source.clone()) } else { Symbol::new(&format!("{unit}{source}")) }
    }

    /// A symbol with the default rules: eight places, a minimum notional of one.
    pub fn with_defaults(symbol: Symbol) -> Self {
        Self {
            base_asset: symbol.as_str().to_owned(),
            source: symbol.clone(),
            symbol,
            unit: 1,
            price_tick: Price::from_units(1),
            quantity_step: Qty::from_units(1),
            min_notional: Cash::from_units(super::UNITS_PER_ONE),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
const fn is_one(unit: &u32) -> bool {
    *unit == 1
}
