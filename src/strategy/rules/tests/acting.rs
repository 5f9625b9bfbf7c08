//! What a rule set does with what its conditions say.

use super::fixture::{Bar, Books, history, hourly, market, rule_set, setup, spec};
use crate::domain::{
    Action, Bps, Bracket, Distance, OrderId, OrderRequest, Protection, Side, Size, SymbolId,
};
use crate::indicator::IndicatorCache;
use crate::market::Market;
use crate::scenario::{RuleDistance, RuleSet, StrategyKind, StrategySpec};
use crate::strategy::rules::prepare;
use crate::strategy::{Now, Orders};

const A: SymbolId = SymbolId(0);
const B: SymbolId = SymbolId(1);

/// The actions of a fresh strategy at each of these ticks, with the account that each finds.
fn play(
    rules: &RuleSet,
    market: &Market,
    books: impl IntoIterator<Item = (usize, Books)>,
) -> Vec<Vec<Action>> {
    let cache = IndicatorCache::new();
    let symbols = u16::try_from(market.symbols.len()).unwrap();
    let mut strategy = prepare(rules, &spec(rules, symbols), &setup(history(market, &cache)));
    let mut played = Vec::new();
    for (tick, account) in books {
        let now = Now { tick, since_start: tick, open_time: market.clock[tick], market };
        let (mut actions, mut orders) = (Vec::new(), Orders::new());
        strategy.on_bar(now, &account, &mut orders).unwrap();
        while !orders.is_empty() {
            actions.append(orders.list());
            strategy.follow_up(now, &account, &mut orders).unwrap();
        }
        played.push(actions);
    }
    played
}

fn held(symbol: u16, opened_tick: usize) -> Books {
    let mut books = Books::default();
    books.hold(symbol, opened_tick);
    books
}

fn waiting(mut books: Books, symbol: SymbolId, side: Side) -> Books {
    books.waiting.push((symbol, side));
    books
}

fn entry(symbol: SymbolId) -> Action {
    let size = Size::EquityShare(Bps::from_percent(20.0));
    Action::Place(OrderRequest::buy(symbol, size, "rule_entry"))
}

fn always() -> RuleSet {
    rule_set(&["close > 0"], &[])
}

#[test]
fn enters_when_all_conditions_hold() {
    let rules = rule_set(&["close > 1", "close < 4"], &[]);
    let market = market(&[hourly(&[1.0, 2.0, 3.0, 4.0])]);
    let played = play(&rules, &market, (0..4).map(|tick| (tick, Books::default())));
    assert_eq!(played, [vec![], vec![entry(A)], vec![entry(A)], vec![]]);
}

#[test]
fn an_entry_carries_its_protection() {
    let mut rules = always();
    rules.stop_loss = Some(RuleDistance::Share(Bps::from_percent(3.0)));
    rules.take_profit = Some(RuleDistance::Share(Bps::from_percent(6.0)));
    rules.trailing_stop = Some(RuleDistance::Share(Bps::from_percent(5.0)));
    let share = |percent| Distance::Share(Bps::from_percent(percent));
    let bracket = Bracket {
        stop_loss: Some(Protection::FromEntry(share(3.0))),
        take_profit: Some(Protection::FromEntry(share(6.0))),
        trailing_stop: Some(share(5.0)),
    };
    let played = play(&rules, &market(&[hourly(&[1.0])]), [(0, Books::default())]);
    let Action::Place(order) = played[0][0] else { panic!("{played:?}") };
    assert_eq!(order.bracket, Some(bracket));
}

#[test]
fn stays_out_while_an_order_waits() {
    let market = market(&[hourly(&[1.0, 1.0])]);
    let books = [(0, waiting(Books::default(), A, Side::Buy)), (1, waiting(Books::default(), A, Side::Sell))];
    assert_eq!(play(&always(), &market, books), [vec![], vec![]]);
}

#[test]
fn a_held_symbol_is_not_bought_again() {
    let played = play(&always(), &market(&[hourly(&[1.0, 1.0])]), [(1, held(0, 1))]);
    assert_eq!(played, [vec![]]);
}

#[test]
fn positions_and_entries_on_their_way_count_against_the_most() {
    let mut rules = always();
    let three = market(&[hourly(&[1.0, 1.0]), hourly(&[1.0, 1.0]), hourly(&[1.0, 1.0])]);
    rules.max_positions = Some(2);
    // Two slots: the first two symbols of the scenario get them.
    assert_eq!(play(&rules, &three, [(0, Books::default())]), [vec![entry(A), entry(B)]]);
    // One is held, or one entry waits: one slot is left.
    assert_eq!(play(&rules, &three, [(1, held(0, 1))]), [vec![entry(B)]]);
    let on_its_way = waiting(Books::default(), B, Side::Buy);
    assert_eq!(play(&rules, &three, [(0, on_its_way)]), [vec![entry(A)]]);
    let full = waiting(held(2, 0), B, Side::Buy);
    assert_eq!(play(&rules, &three, [(1, full)]), [vec![]]);
}

#[test]
fn a_refused_entry_takes_no_slot() {
    let three = market(&[hourly(&[1.0]), hourly(&[1.0]), hourly(&[1.0])]);
    let mut rules = always();
    rules.max_positions = Some(1);
    // The books number every list from 1: all entries are refused, and each symbol is asked in its turn.
    let books = Books { refuses: vec![OrderId(1)], ..Books::default() };
    let played = play(&rules, &three, [(0, books)]);
    assert_eq!(played, [vec![entry(A), entry(B), entry(SymbolId(2))]]);
    assert_eq!(play(&rules, &three, [(0, Books::default())]), [vec![entry(A)]]);
}

#[test]
fn exits_when_any_exit_rule_holds_even_at_the_bar_of_the_fill() {
    let rules = rule_set(&["close > 0"], &["close > 10", "close < 2"]);
    let market = market(&[hourly(&[5.0, 1.0, 5.0, 11.0])]);
    let played = play(&rules, &market, [(0, Books::default()), (1, held(0, 1))]);
    assert_eq!(played, [vec![entry(A)], vec![Action::Close(A, "rule_exit")]]);
    assert_eq!(play(&rules, &market, [(2, held(0, 1))]), [vec![]]);
    assert_eq!(play(&rules, &market, [(3, held(0, 1))]), [vec![Action::Close(A, "rule_exit")]]);
}

#[test]
fn a_bracket_that_waits_does_not_hinder_an_exit() {
    let rules = rule_set(&["close > 0"], &["close > 0"]);
    let books = waiting(held(0, 0), A, Side::Sell);
    let played = play(&rules, &market(&[hourly(&[1.0])]), [(0, books)]);
    assert_eq!(played, [vec![Action::Close(A, "rule_exit")]]);
}

#[test]
fn a_close_that_waits_is_not_sent_again() {
    let rules = rule_set(&["close > 0"], &["close > 0"]);
    let books = vec![
        (0, held(0, 0)),
        // Filling in parts under a participation cap.
        (1, waiting(held(0, 0), A, Side::Sell)),
        // It ended without selling all: asked again.
        (2, held(0, 0)),
        (3, waiting(held(0, 0), A, Side::Sell)),
        // Sold; then a new position with a bracket, which may be closed at once.
        (4, waiting(Books::default(), A, Side::Buy)),
        (5, waiting(held(0, 5), A, Side::Sell)),
    ];
    let close = vec![Action::Close(A, "rule_exit")];
    let played = play(&rules, &market(&[hourly(&[1.0; 6])]), books);
    assert_eq!(played, [close.clone(), vec![], close.clone(), vec![], vec![], close]);
}

#[test]
fn max_hold_sells_after_as_many_bars_and_comes_before_the_exit_rules() {
    let mut rules = rule_set(&["close > 0"], &["close > 4"]);
    rules.max_hold_bars = Some(3);
    let market = market(&[hourly(&[1.0, 2.0, 3.0, 4.0, 5.0])]);
    // Filled at the open of tick 1: bars 1, 2 and 3 are held, and it is sold at the open of tick 4.
    let books = [(0, Books::default()), (1, held(0, 1)), (2, held(0, 1)), (3, held(0, 1))];
    let played = play(&rules, &market, books);
    assert_eq!(played[1..], [vec![], vec![], vec![Action::Close(A, "max_hold")]]);
    assert_eq!(play(&rules, &market, [(4, held(0, 1))]), [vec![Action::Close(A, "max_hold")]]);
}

#[test]
fn max_hold_does_not_count_the_bar_at_whose_close_it_was_filled() {
    let mut rules = always();
    rules.max_hold_bars = Some(2);
    let market = market(&[hourly(&[1.0; 4])]);
    // Flat when asked at tick 0, and yet opened at tick 0: filled at its close. Bars 1 and 2 are held.
    let books = [(0, Books::default()), (1, held(0, 0)), (2, held(0, 0))];
    let played = play(&rules, &market, books);
    assert_eq!(played[1..], [vec![], vec![Action::Close(A, "max_hold")]]);
}

#[test]
fn max_hold_counts_the_symbols_own_bars() {
    let mut rules = always();
    rules.max_hold_bars = Some(2);
    // The first symbol has no bars at ticks 1 and 2.
    let sparse = [0, 3, 4].map(|hour| Bar { hour, close: 1.0, volume: 1.0 }).to_vec();
    let market = market(&[sparse, hourly(&[1.0; 5])]);
    let books = [(0, held(0, 0)), (1, held(0, 0)), (2, held(0, 0)), (3, held(0, 0))];
    let closes: Vec<bool> = play(&rules, &market, books)
        .iter()
        .map(|actions| actions.contains(&Action::Close(A, "max_hold")))
        .collect();
    assert_eq!(closes, [false, false, false, true]);
}

#[test]
fn an_exit_reads_the_position() {
    // Bought at 1: the closes are 0 %, 100 % and 200 % above.
    let prices = market(&[hourly(&[1.0, 2.0, 3.0])]);
    let close = vec![Action::Close(A, "rule_exit")];
    let books = || [(0, held(0, 0)), (1, held(0, 0)), (2, held(0, 0))];
    let gain = rule_set(&["close > 0"], &["unrealised_pct >= 100"]);
    assert_eq!(play(&gain, &prices, books()), [vec![], close.clone(), close.clone()]);
    // The bar of the fill counts as one.
    let age = rule_set(&["close > 0"], &["bars_held == 3"]);
    assert_eq!(play(&age, &prices, books()), [vec![], vec![], close]);
}

#[test]
fn an_entry_sees_no_position() {
    let prices = market(&[hourly(&[1.0])]);
    let flat = |text: &str| play(&rule_set(&[text], &[]), &prices, [(0, Books::default())]);
    assert_eq!(flat("bars_held == 0"), [vec![entry(A)]]);
    assert_eq!(flat("unrealised_pct > 0 or unrealised_pct <= 0"), [vec![]]);
}

#[test]
fn nothing_is_decided_for_a_symbol_without_a_bar() {
    let rules = rule_set(&["close > 0"], &["close > 0"]);
    let sparse = vec![Bar { hour: 0, close: 1.0, volume: 1.0 }];
    let market = market(&[sparse, hourly(&[1.0, 1.0])]);
    assert_eq!(play(&rules, &market, [(1, Books::default())]), [vec![entry(B)]]);
    assert_eq!(play(&rules, &market, [(1, held(0, 0))]), [vec![entry(B)]]);
}

#[test]
fn exits_are_ordered_before_entries() {
    let rules = rule_set(&["close > 0"], &["close > 0"]);
    let market = market(&[hourly(&[1.0]), hourly(&[1.0])]);
    let played = play(&rules, &market, [(0, held(1, 0))]);
    assert_eq!(played, [vec![Action::Close(B, "rule_exit"), entry(A)]]);
}

#[test]
fn symbols_are_considered_in_the_scenarios_order() {
    let rules = always();
    let market = market(&[hourly(&[1.0]), hourly(&[1.0])]);
    let cache = IndicatorCache::new();
    let mut backwards = spec(&rules, 2);
    backwards.symbols.reverse();
    let mut strategy = prepare(&rules, &backwards, &setup(history(&market, &cache)));
    let now = Now { tick: 0, since_start: 0, open_time: market.clock[0], market: &market };
    let mut orders = Orders::new();
    strategy.on_bar(now, &Books::default(), &mut orders).unwrap();
    assert_eq!(orders.actions(), [entry(A), entry(B)]);
}

#[test]
fn a_cross_written_as_a_rule_enters_where_the_built_in_one_does() {
    let closes: Vec<f64> = (0..200_u32).map(|i| f64::from(50 + (i * 37 + i * i) % 23)).collect();
    let market = market(&[hourly(&closes)]);
    let cache = IndicatorCache::new();
    let mut history = history(&market, &cache);
    history.ticks.first = 60;
    for timeframe in ["1h", "4h"] {
        let text = format!("ema(3)@{timeframe} crosses_above ema(9)@{timeframe}");
        let rules = spec(&rule_set(&[&text], &[]), 1);
        let kind = StrategyKind::EmaCross { fast: 3, slow: 9 };
        let built_in = StrategySpec { kind, timeframe: timeframe.parse().unwrap(), ..rules.clone() };
        let entries = |spec: &StrategySpec| -> Vec<usize> {
            let mut strategy = crate::strategy::prepare(spec, &setup(history));
            let enters = |tick: &usize| {
                let (tick, mut orders) = (*tick, Orders::new());
                let now =
                    Now { tick, since_start: tick - 60, open_time: market.clock[tick], market: &market };
                strategy.on_bar(now, &Books::default(), &mut orders).unwrap();
                !orders.is_empty()
            };
            (60..200).filter(enters).collect()
        };
        assert!(!entries(&rules).is_empty());
        assert_eq!(entries(&rules), entries(&built_in), "{timeframe}");
    }
}
