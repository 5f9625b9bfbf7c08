//! What is said in a window: to the agent masked, from it mapped back.

use std::collections::BTreeMap;

use super::{Mask, Scale, Unit};
use crate::process::message::{
    Act, BarMessage, Decide, EndedMessage, Event, Exact, FillMessage, Moment, NewOrder, OrderMessage,
    WindowMessage,
};

type Bars = BTreeMap<String, Vec<BarMessage>>;

impl Mask {
    /// The bars before the window; day numbers count from here on.
    #[must_use]
    pub fn window(&mut self, mut window: WindowMessage) -> WindowMessage {
        if let (Some(days), Moment::At(start)) = (&mut self.days, window.start) {
            days.begin(start);
        }
        self.hide_time(&mut window.start);
        WindowMessage { bars: self.bars(window.bars), ..window }
    }

    /// A decision.
    #[must_use]
    pub fn decide(&self, mut decide: Decide) -> Decide {
        if self.is_open() {
            return decide;
        }
        self.hide_time(&mut decide.time);
        decide.bars = self.bars(decide.bars);
        for (text, values) in &mut decide.indicators {
            let unit = self.units.get(text).copied().unwrap_or(Unit::None);
            let shown = std::mem::take(values).into_iter().map(|(symbol, value)| {
                let value = value.map(|value| self.value(&symbol, unit, value));
                (self.name(symbol), value)
            });
            *values = shown.collect();
        }
        for (symbol, position) in &mut decide.positions {
            position.quantity = self.quantity(symbol, position.quantity);
            position.average_price = self.price(symbol, position.average_price);
        }
        decide.positions =
            decide.positions.into_iter().map(|(symbol, position)| (self.name(symbol), position)).collect();
        decide.orders.iter_mut().for_each(|order| self.order(order));
        for text in &mut decide.context {
            self.hide_time(&mut text.time);
            text.symbol = text.symbol.take().map(|symbol| self.name(symbol));
        }
        // Else they stand in the order of their true names.
        decide.orders.sort_by_key(|order| order.order);
        decide.events.iter_mut().for_each(|event| match event {
            Event::Fill(fill) => self.fill(fill),
            Event::Ended(ended) => self.ended(ended),
        });
        decide
    }

    /// What an answer means.
    ///
    /// # Errors
    /// A time that is none of those that were shown.
    pub fn act(&self, mut act: Act) -> Result<Act, String> {
        if let Some(wake) = &mut act.wake {
            self.reveal_time("wake", wake)?;
        }
        for (index, order) in act.orders.iter_mut().enumerate() {
            self.new_order(order)
                .map_err(|problem| format!("order {} of its `act`: {problem}", index + 1))?;
        }
        if let Some(names) = &self.names {
            act.closes.iter_mut().for_each(|name| *name = names.meant(name));
            act.weights = act.weights.map(|weights| {
                weights.into_iter().map(|(name, weight)| (names.meant(&name), weight)).collect()
            });
        }
        Ok(act)
    }

    fn new_order(&self, order: &mut NewOrder) -> Result<(), String> {
        if let Some(names) = &self.names {
            order.symbol = names.meant(&order.symbol);
        }
        if let Some(expires) = &mut order.expires {
            self.reveal_time("expires", expires)?;
        }
        let Some(scale) = self.scale(&order.symbol) else { return Ok(()) };
        order.quantity = order.quantity.map(|quantity| scale.quantity_back(quantity));
        for price in [&mut order.price, &mut order.trigger, &mut order.stop_loss, &mut order.take_profit] {
            *price = price.map(|price| scale.price_back(price));
        }
        Ok(())
    }

    /// A time of an answer becomes a true one.
    fn reveal_time(&self, key: &str, moment: &mut Moment) -> Result<(), String> {
        let meant = match (&self.days, *moment) {
            (Some(days), shown) => days.meant(shown).map(Moment::At),
            (None, Moment::At(time)) => Some(Moment::At(time)),
            (None, Moment::Day { .. }) => None,
        };
        let shown = if self.days.is_some() {
            "a day number, as times that it is sent are"
        } else {
            "an RFC 3339 time"
        };
        *moment = meant.ok_or_else(|| format!("`{key}` = {moment} has to be {shown}"))?;
        Ok(())
    }

    const fn is_open(&self) -> bool {
        self.names.is_none() && self.days.is_none() && self.scales.is_none()
    }

    fn bars(&self, bars: Bars) -> Bars {
        if self.is_open() {
            return bars;
        }
        let shown = bars.into_iter().map(|(symbol, mut bars)| {
            let scale = self.scale(&symbol);
            bars.iter_mut().for_each(|bar| self.bar(bar, scale));
            (self.name(symbol), bars)
        });
        shown.collect()
    }

    fn bar(&self, bar: &mut BarMessage, scale: Option<Scale>) {
        self.hide_time(&mut bar.close_time);
        let Some(scale) = scale else { return };
        for price in [&mut bar.open, &mut bar.high, &mut bar.low, &mut bar.close] {
            price.0 = scale.number(price.0);
        }
        bar.volume.0 = scale.volume(bar.volume.0);
    }

    fn order(&self, order: &mut OrderMessage) {
        let symbol = std::mem::take(&mut order.symbol);
        order.quantity = order.quantity.map(|quantity| self.quantity(&symbol, quantity));
        order.price = order.price.map(|price| self.price(&symbol, price));
        order.trigger = order.trigger.map(|price| self.price(&symbol, price));
        order.symbol = self.name(symbol);
    }

    fn fill(&self, fill: &mut FillMessage) {
        let symbol = std::mem::take(&mut fill.symbol);
        self.hide_time(&mut fill.time);
        fill.quantity = self.quantity(&symbol, fill.quantity);
        fill.price = self.price(&symbol, fill.price);
        fill.symbol = self.name(symbol);
    }

    fn ended(&self, ended: &mut EndedMessage) {
        let symbol = std::mem::take(&mut ended.symbol);
        self.hide_time(&mut ended.time);
        ended.filled = self.quantity(&symbol, ended.filled);
        ended.symbol = self.name(symbol);
        // A text with true numbers in it.
        ended.detail.clear();
    }

    fn hide_time(&self, moment: &mut Moment) {
        if let (Some(days), Moment::At(time)) = (&self.days, *moment) {
            *moment = days.shown(time);
        }
    }

    fn name(&self, symbol: String) -> String {
        match &self.names {
            Some(names) => names.shown(&symbol),
            None => symbol,
        }
    }

    fn scale(&self, symbol: &str) -> Option<Scale> {
        self.scales.as_ref()?.get(symbol).copied()
    }

    fn price(&self, symbol: &str, price: Exact) -> Exact {
        self.scale(symbol).map_or(price, |scale| scale.price(price))
    }

    fn quantity(&self, symbol: &str, quantity: Exact) -> Exact {
        self.scale(symbol).map_or(quantity, |scale| scale.quantity(quantity))
    }

    fn value(&self, symbol: &str, unit: Unit, value: f64) -> f64 {
        match (self.scale(symbol), unit) {
            (Some(scale), Unit::Price) => scale.number(value),
            (Some(scale), Unit::Quantity) => scale.volume(value),
            (None, _) | (_, Unit::None) => value,
        }
    }
}
