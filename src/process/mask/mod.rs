//! What an agent is shown instead of true names, dates and prices, and what its orders mean.
//!
//! Owns the mask of one agent in one window, which follows from the seed. Whatever passes in either direction passes
//! here: the messages hold nothing true, and a name, date or price of an order is mapped back before anything else
//! sees it. Invariants: prices and quantities are mapped back exactly; a true name in an answer means nothing.

mod days;
mod messages;
mod names;
mod scale;
mod unit;

use std::collections::BTreeMap;

use days::Days;
use names::Names;
use scale::Scale;
use unit::{Unit, unit};

use super::message::{Hello, Ready, SymbolInfo};
use crate::domain::{Interval, Seed};
use crate::scenario::{MaskSpec, expr};

/// The quote currency's name where symbols are masked.
const QUOTE: &str = "QUOTE";

/// The mask of an agent in a window.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    names: Option<Names>,
    days: Option<Days>,
    /// By the true name of the symbol.
    scales: Option<BTreeMap<String, Scale>>,
    /// The units of the indicators that the agent reads, by their text.
    units: BTreeMap<String, Unit>,
}

impl Mask {
    /// The mask of this agent in this window; what is not to be hidden stays as it is.
    pub fn new(spec: MaskSpec, seed: Seed, (agent, window): (&str, u32), symbols: &[SymbolInfo]) -> Self {
        let window = window.to_string();
        let key = |part: &str, symbol: &str| {
            let bytes = seed.key(&["mask", part, agent, &window, symbol]);
            u64::from_le_bytes(std::array::from_fn(|index| bytes[index]))
        };
        let scale = |info: &SymbolInfo| (info.symbol.clone(), Scale::drawn(key("price", &info.symbol)));
        Self {
            names: spec.symbols.then(|| {
                Names::new(symbols.iter().map(|info| info.symbol.as_str()), |name| key("symbol", name))
            }),
            days: spec.dates.then(|| Days::new(key("date", ""))),
            scales: spec.prices.then(|| symbols.iter().map(scale).collect()),
            units: BTreeMap::new(),
        }
    }

    /// The first message. Symbols stand in the order of their shown names.
    #[must_use]
    pub fn hello(&self, mut hello: Hello) -> Hello {
        if let Some(scales) = &self.scales {
            for info in &mut hello.symbols {
                if let Some(scale) = scales.get(&info.symbol) {
                    info.price_tick = scale.price(info.price_tick);
                    info.quantity_step = scale.quantity(info.quantity_step);
                }
            }
        }
        if let Some(names) = &self.names {
            for info in &mut hello.symbols {
                info.symbol = names.shown(&info.symbol);
                info.base_asset.clone_from(&info.symbol);
            }
            hello.symbols.sort_by(|a, b| names::order(&a.symbol, &b.symbol));
            QUOTE.clone_into(&mut hello.quote_asset);
        }
        hello
    }

    /// Learns which indicators the agent reads.
    ///
    /// # Errors
    /// What of its `ready` would tell it something that is hidden.
    pub fn ready(&mut self, ready: &Ready, interval: Interval) -> Result<(), String> {
        if self.names.is_none() && self.scales.is_none() && self.days.is_none() {
            return Ok(());
        }
        let is_dated = self.names.is_none() && self.scales.is_none();
        if !is_dated && ready.decide.as_ref().is_some_and(|decide| decide.on.is_some()) {
            return Err(
                "its `ready`: with masked symbols or prices `decide.on` is read from the scenario only"
                    .to_owned(),
            );
        }
        for text in &ready.indicators {
            // One that names a symbol names a true one.
            let series = expr::parse_series(text, interval).ok().filter(|series| series.symbol.is_none());
            let Some(unit) = series.and_then(|series| unit(&series.indicator)) else {
                return Err(format!("its `ready`: `{text}` cannot be read with a `mask`"));
            };
            self.units.insert(text.clone(), unit);
        }
        Ok(())
    }
}
