//! From signal to signal: what a direction does where the signal points up or down.

use super::account::{Account, Setting};
use super::columns::{MarginColumns, Phase};
use super::fills::{EntrySize, MarketOrder};
use crate::domain::{MarginTerms, Side};
use crate::engine::Job;
use crate::engine::batch::Ineligible;
use crate::engine::batch::decided::Wishes;
use crate::engine::batch::replay_summary::ReplaySummary;
use crate::engine::batch::trader::Terms;
use crate::market::Row;
use crate::scenario::{Direction, StrategySpec};
use crate::strategy::BarDecisions;

/// Takes the signals of a strategy through the window.
pub(in crate::engine::batch) fn follow(
    spec: &StrategySpec,
    decisions: &BarDecisions<'_>,
    job: &Job<'_>,
    terms: &Terms<'_>,
    (columns, margin): (&MarginColumns<'_>, &MarginTerms),
) -> Result<ReplaySummary, Ineligible> {
    let mut account = Account::new(Setting { job, terms, columns, margin });
    account.note()?;
    let (base, bars) = (terms.columns.base, terms.columns.len());
    // An order of the last close never fills.
    let last = base + bars - 1;
    let once = decisions.once.as_deref();
    let mut ups = Wishes::new(&decisions.entries, once);
    let mut downs = Wishes::new(&decisions.exits, once);
    let mut row = base + terms.columns.origin;
    while let Some((at, side)) =
        next_signal(&account, spec.entries.direction, (&mut ups, &mut downs), row..last)?
    {
        let wish = if side == Side::Buy { &mut ups } else { &mut downs };
        wish.send(at);
        account.order(at - base, &order(&account, spec, side))?;
        row = at + 1;
    }
    account.settle(bars, Phase::BeforeFills)?;
    if terms.close_at_end {
        account.close_out()?;
    }
    account.finish()
}

/// The next row at which the signal asks for what the account lets happen.
fn next_signal(
    account: &Account<'_>,
    direction: Direction,
    (ups, downs): (&mut Wishes<'_>, &mut Wishes<'_>),
    rows: std::ops::Range<Row>,
) -> Result<Option<(Row, Side)>, Ineligible> {
    let held = account.position().qty();
    let (may_go_up, may_go_down) = match direction {
        Direction::Long => (held.is_zero(), !held.is_zero()),
        Direction::Short => (!held.is_zero(), held.is_zero()),
        Direction::Both => (!held.is_positive(), !held.is_negative()),
    };
    let next = |may: bool, wishes: &mut Wishes<'_>| may.then(|| wishes.next(rows.start, rows.end)).flatten();
    match (next(may_go_up, ups), next(may_go_down, downs)) {
        // Two orders at one close: the later takes the earlier back.
        (Some(up), Some(down)) if up == down => Err(Ineligible::CloseCall),
        (Some(up), down) if down.is_none_or(|down| up < down) => Ok(Some((up, Side::Buy))),
        (_, down) => Ok(down.map(|down| (down, Side::Sell))),
    }
}

/// The order that a signal to this side sends.
fn order(account: &Account<'_>, spec: &StrategySpec, side: Side) -> MarketOrder {
    let leaves = spec.entries.direction != Direction::Both && !account.position().qty().is_zero();
    let entry = spec.entries.quantity.map_or(EntrySize::EquityShare(spec.size), EntrySize::Quantity);
    MarketOrder {
        side,
        size: if leaves { None } else { Some(entry) },
        reverse: spec.entries.direction == Direction::Both,
    }
}
