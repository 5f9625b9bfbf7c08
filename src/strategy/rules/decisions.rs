//! Rules that keep whole positions, as bits.

use std::fmt::Write;
use std::sync::Arc;

use super::compile::Compiler;
use super::entry::EntryTerms;
use super::symbol::SymbolRules;
use super::warm_up::{Needs, needs};
use crate::domain::SymbolId;
use crate::scenario::{Condition, Expr, RuleSet};
use crate::strategy::decisions::{BarDecisions, BracketAt};
use crate::strategy::{Setup, reader};

/// The decisions of rules that read no position, compiled for one symbol and the window of `setup`.
pub(in crate::strategy) fn decisions<'m>(
    rules: &RuleSet,
    symbol: SymbolId,
    setup: &Setup<'m>,
) -> BarDecisions<'m> {
    let needs = needs(rules, setup.history.market.interval);
    let compiled = SymbolRules::new(symbol, rules, setup, &needs);
    let shared =
        |condition: String, word: &dyn Fn(usize) -> u64| reader::shared_words(setup, symbol, condition, word);
    let names = |conditions: &[Condition]| -> Vec<String> {
        conditions.iter().map(|condition| name(&condition.expr, &needs)).collect()
    };
    let entries: Arc<[u64]> = compiled.entry_words(&names(&rules.enter_all), &shared);
    let exits = compiled.exit_words(&names(&rules.exit_any), &shared);
    BarDecisions {
        entries,
        exits,
        once: None,
        max_hold_bars: rules.max_hold_bars,
        bracket: bracket(rules, symbol, setup, &needs),
    }
}

/// The protective orders, where there are any. They keep no column but those of their own levels.
fn bracket<'m>(rules: &RuleSet, symbol: SymbolId, setup: &Setup<'m>, needs: &Needs) -> Option<BracketAt<'m>> {
    let distances = [&rules.stop_loss, &rules.take_profit, &rules.trailing_stop];
    if distances.into_iter().all(Option::is_none) {
        return None;
    }
    let mut compiler = Compiler::new(setup.history, symbol, needs);
    let terms = EntryTerms::new(rules, &mut compiler);
    let program = compiler.finish();
    Some(Box::new(move |row| terms.bracket(&program, row)))
}

/// What a condition asks, and how far before the window the columns begin that it reads.
fn name(expr: &Expr, needs: &Needs) -> String {
    let mut name = format!("{expr:?}");
    add_needs(expr, needs, &mut name);
    name
}

fn add_needs(expr: &Expr, needs: &Needs, name: &mut String) {
    if let Expr::Series(series) = expr {
        // Writing to a string does not fail.
        let _ = write!(name, " {:?}", needs.get(series));
    }
    expr.parts().into_iter().for_each(|part| add_needs(part, needs, name));
}
