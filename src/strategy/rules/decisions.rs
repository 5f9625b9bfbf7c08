//! Rules that keep whole positions, as bits.

use super::symbol::SymbolRules;
use super::warm_up::needs;
use crate::domain::SymbolId;
use crate::scenario::RuleSet;
use crate::strategy::decisions::BarDecisions;
use crate::strategy::{Setup, reader};

/// The decisions of rules that read no position, compiled for one symbol and the window of `setup`.
pub(in crate::strategy) fn decisions<'m>(
    rules: &RuleSet,
    symbol: SymbolId,
    setup: &Setup<'m>,
) -> BarDecisions<'m> {
    let needs = needs(rules, setup.history.market.interval);
    let compiled = SymbolRules::new(symbol, rules, setup, &needs);
    let blocks = reader::blocks(setup, symbol);
    BarDecisions {
        entries: reader::words(blocks.clone(), |block| compiled.enters_in(block)),
        exits: reader::words(blocks, |block| compiled.exits_in(block)),
        once: None,
        max_hold_bars: rules.max_hold_bars,
        bracket: Box::new(move |row| compiled.bracket(row)),
    }
}
