//! An entry as an order: its type, prices and protective levels, fixed at the deciding close.

use super::compile::{Compiler, NodeId, Program};
use crate::domain::{
    Bps, Bracket, Distance, Interval, OrderKind, OrderRequest, Price, Protection, Side, Size, SymbolId,
    TimeInForce, Timestamp,
};
use crate::market::Row;
use crate::scenario::{AtrMultiple, EntryKind, EntryTime, RuleDistance, RulePrice, RuleSet};

/// Beyond this no price is asked for; products of it would not fit.
const LARGEST: f64 = 1e18;

/// How the entries of one symbol are ordered.
pub(super) struct EntryTerms {
    stop_loss: Option<Away>,
    take_profit: Option<Away>,
    trailing_stop: Option<Away>,
    order: Option<(Kind, EntryTime)>,
}

/// A distance.
#[derive(Clone, Copy)]
enum Away {
    Share(Bps),
    Ranges { atr: NodeId, times: f64 },
}

/// A price.
#[derive(Clone, Copy)]
enum PriceTerm {
    Offset(Away),
    Value(NodeId),
}

#[derive(Clone, Copy)]
enum Kind {
    Limit(PriceTerm),
    Stop(PriceTerm),
    StopLimit(PriceTerm, PriceTerm),
}

/// When and at what close an entry is decided.
#[derive(Clone, Copy)]
pub(super) struct Deciding {
    pub symbol: SymbolId,
    pub row: Row,
    pub close: Price,
    pub time: Timestamp,
    pub interval: Interval,
}

impl EntryTerms {
    /// What the rules say of entries; adds to the program what it reads.
    pub fn new(rules: &RuleSet, compiler: &mut Compiler<'_, '_>) -> Self {
        let mut away =
            |distance: &Option<RuleDistance>| distance.as_ref().map(|one| of_distance(one, compiler));
        let (stop_loss, take_profit) = (away(&rules.stop_loss), away(&rules.take_profit));
        let trailing_stop = away(&rules.trailing_stop);
        let mut price = |price: &RulePrice| match price {
            RulePrice::Offset(distance) => PriceTerm::Offset(of_distance(distance, compiler)),
            RulePrice::Value { expr, .. } => PriceTerm::Value(compiler.add(expr)),
        };
        let order = rules.entry.as_ref().map(|entry| {
            let kind = match &entry.kind {
                EntryKind::Limit { price: limit } => Kind::Limit(price(limit)),
                EntryKind::Stop { trigger } => Kind::Stop(price(trigger)),
                EntryKind::StopLimit { trigger, limit } => Kind::StopLimit(price(trigger), price(limit)),
            };
            (kind, entry.time_in_force)
        });
        Self { stop_loss, take_profit, trailing_stop, order }
    }

    /// The order, protected from its fill on. `None` where one of its prices or levels has no value at this close: there
    /// is no entry then.
    pub fn request(
        &self,
        program: &Program<'_>,
        at: Deciding,
        (side, size): (Side, Bps),
        reason: &'static str,
    ) -> Option<OrderRequest> {
        let order = OrderRequest { side, ..OrderRequest::buy(at.symbol, Size::EquityShare(size), reason) };
        let (kind, time_in_force) = match self.order {
            None => (OrderKind::Market, TimeInForce::Gtc),
            Some((kind, time)) => (kind.placed(program, at, side == Side::Buy)?, lasting(time, at)),
        };
        let bracket = Some(self.bracket(program, at.row)?).filter(|bracket| *bracket != Bracket::default());
        Some(OrderRequest { kind, time_in_force, bracket, ..order })
    }

    /// The protective orders of an entry; they rest in the venue, which tests them before the rules speak. `None` where a
    /// level has no value.
    pub fn bracket(&self, program: &Program<'_>, row: Row) -> Option<Bracket> {
        let level = |away: Option<Away>| match away {
            None => Some(None),
            Some(away) => away.distance(program, row).map(Some),
        };
        Some(Bracket {
            stop_loss: level(self.stop_loss)?.map(Protection::FromEntry),
            take_profit: level(self.take_profit)?.map(Protection::FromEntry),
            trailing_stop: level(self.trailing_stop)?,
        })
    }
}

fn of_distance(distance: &RuleDistance, compiler: &mut Compiler<'_, '_>) -> Away {
    match distance {
        RuleDistance::Share(share) => Away::Share(*share),
        RuleDistance::Ranges(AtrMultiple { atr, times }) => {
            Away::Ranges { atr: compiler.add(atr), times: *times }
        }
    }
}

impl Away {
    /// The distance at the close of a row; `None` where it has no value, or is nothing at eight decimal places.
    fn distance(self, program: &Program<'_>, row: Row) -> Option<Distance> {
        match self {
            Self::Share(share) => Some(Distance::Share(share)),
            Self::Ranges { atr, times } => price(program.number(atr, row) * times).map(Distance::Absolute),
        }
    }

    /// The price at this distance from another.
    fn from(self, reference: Price, up: bool, program: &Program<'_>, row: Row) -> Option<Price> {
        Some(match self.distance(program, row)? {
            Distance::Share(share) => reference.slipped(share, up),
            Distance::Absolute(by) if up => reference + by,
            Distance::Absolute(by) => reference - by,
        })
    }
}

impl PriceTerm {
    fn price(self, reference: Price, up: bool, program: &Program<'_>, row: Row) -> Option<Price> {
        match self {
            Self::Offset(away) => away.from(reference, up, program, row),
            Self::Value(number) => price(program.number(number, row)),
        }
    }
}

impl Kind {
    /// With its prices. A short mirrors a long: its limit lies above the close, its stop below it.
    fn placed(self, program: &Program<'_>, at: Deciding, long: bool) -> Option<OrderKind> {
        let Deciding { row, close, .. } = at;
        Some(match self {
            Self::Limit(price) => OrderKind::Limit { price: price.price(close, !long, program, row)? },
            Self::Stop(trigger) => OrderKind::Stop { trigger: trigger.price(close, long, program, row)? },
            Self::StopLimit(trigger, limit) => {
                let trigger = trigger.price(close, long, program, row)?;
                OrderKind::StopLimit { trigger, price: limit.price(trigger, long, program, row)? }
            }
        })
    }
}

/// A price that was computed as a float, half up at eight decimal places; `None` where it is none that can be asked for.
fn price(value: f64) -> Option<Price> {
    let price = (value > 0.0 && value < LARGEST).then(|| Price::from_f64(value));
    price.filter(|price| price.is_positive())
}

/// A bar that opens at the last instant or later does not match the order any more.
fn lasting(time: EntryTime, at: Deciding) -> TimeInForce {
    match time {
        EntryTime::Gtc => TimeInForce::Gtc,
        EntryTime::Day => TimeInForce::Day,
        EntryTime::Ioc => TimeInForce::Ioc,
        EntryTime::Bars(bars) => TimeInForce::GoodTill(at.time + at.interval.span().times(i64::from(bars))),
        EntryTime::Span(span) => TimeInForce::GoodTill(at.time + span),
    }
}
