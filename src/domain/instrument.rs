//! Instruments: a symbol with its base asset and trading rules.

use super::{Cash, MarginTerms, NameError, Price, Qty, Symbol};

/// Index of a symbol in the scenario's list of symbols.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct SymbolId(pub u16);

impl SymbolId {
    /// The index as `usize`.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A symbol and its trading rules. The scenario states the base asset; it is never derived from the symbol's
/// name. Without a statement the base asset has the symbol's full name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Instrument {
    /// The symbol as results show it, prefixed with its unit where that is not 1: `1000PEPEUSDT`.
    pub symbol: Symbol,
    /// The symbol as the data and the scenario spell it.
    #[serde(skip)]
    pub source: Symbol,
    /// Units of the base asset per quoted unit. Prices are the data's prices times this number; quantities
    /// and volumes are divided by it.
    #[serde(skip_serializing_if = "is_one")]
    pub unit: u32,
    /// The asset that is bought and sold.
    pub base_asset: String,
    /// Tick size: order prices are multiples of it (default 0.00000001).
    pub price_tick: Price,
    /// Lot size: quantities are multiples of it (default 0.00000001).
    pub quantity_step: Qty,
    /// Minimum notional of an order, in the quote currency (default 1).
    pub min_notional: Cash,
    /// Margin, funding and borrowing; `None` for a spot asset, which is only ever bought with money that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Box<MarginTerms>>,
}

impl Instrument {
    /// The name of `source` quoted in lots of `unit`: `1000PEPEUSDT`.
    ///
    /// # Errors
    /// [`NameError`] where the result is not a valid symbol.
    pub fn named(source: &Symbol, unit: u32) -> Result<Symbol, NameError> {
        if unit == 1 { Ok(source.clone()) } else { Symbol::new(&format!("{unit}{source}")) }
    }

    /// An instrument with the default rules: tick and lot size of 0.00000001, minimum notional of 1.
    pub fn with_defaults(symbol: Symbol) -> Self {
        Self {
            base_asset: symbol.as_str().to_owned(),
            source: symbol.clone(),
            symbol,
            unit: 1,
            price_tick: Price::from_units(1),
            quantity_step: Qty::from_units(1),
            min_notional: Cash::from_units(super::UNITS_PER_ONE),
            margin: None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
const fn is_one(unit: &u32) -> bool {
    *unit == 1
}
