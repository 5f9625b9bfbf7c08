//! Rules: conditions over indicators, and how a `rules` strategy orders.

use serde::Serialize;

use super::{Condition, Expr};
use crate::domain::{Bps, Span, Zone};

/// A `rules` strategy. Enters when all of `enter_all` are true; exits when any of `exit_any` is true or a
/// protective level is reached. What was added after the first version is left out of a run's identity where it is not
/// written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSet {
    /// All must be true; at least one condition.
    pub enter_all: Vec<Condition>,
    /// Any one suffices; may be empty.
    pub exit_any: Vec<Condition>,
    /// Exits that sell a part of the position, each once for a position.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exit_parts: Vec<PartialExit>,
    /// Stop below the entry price.
    pub stop_loss: Option<RuleDistance>,
    /// Target above the entry price.
    pub take_profit: Option<RuleDistance>,
    /// Stop below the highest price since entry.
    pub trailing_stop: Option<RuleDistance>,
    /// Exits after this many bars of the scenario's interval.
    pub max_hold_bars: Option<u32>,
    /// Maximum number of symbols held at once.
    pub max_positions: Option<u32>,
    /// How an entry is ordered; `None` at the market.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryOrder>,
    /// Maximum number of entries into one position; at least 1.
    #[serde(skip_serializing_if = "is_one")]
    pub max_entries: u32,
    /// Share of equity of each entry after a position's first; `None` where it is that of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_size: Option<Bps>,
    /// Short positions; `None` where the rules open none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<ShortRules>,
    /// Time zone of times and sessions; part of the expressions that read one, and so of no identity of its own.
    #[serde(skip)]
    pub zone: Zone,
}

/// When a `rules` strategy opens and closes short positions; levels and times are those of long ones, mirrored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShortRules {
    /// All must be true; at least one condition.
    pub enter_all: Vec<Condition>,
    /// Any one suffices; may be empty.
    pub exit_any: Vec<Condition>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it by reference")]
const fn is_one(count: &u32) -> bool {
    *count == 1
}

/// A condition that sells a part of the position.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartialExit {
    /// When it sells.
    pub condition: Condition,
    /// Share of the quantity held at that close; below 100 %.
    pub share: Bps,
}

/// A distance from a price.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RuleDistance {
    /// As a share of that price.
    Share(Bps),
    /// In average true ranges of the deciding bar.
    Ranges(AtrMultiple),
}

/// So many average true ranges.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtrMultiple {
    /// The average true range, as an expression.
    pub atr: Expr,
    /// How many of them; above 0.
    pub times: f64,
}

/// A limit, stop or stop-limit order as an entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryOrder {
    /// Type and prices.
    pub kind: EntryKind,
    /// How long it waits.
    pub time_in_force: EntryTime,
}

/// The type of an entry order, with its prices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum EntryKind {
    /// Buys at its price or lower.
    Limit {
        /// Highest price paid; an offset is below the deciding close.
        price: RulePrice,
    },
    /// Buys at the market once the price has risen to its trigger.
    Stop {
        /// Price that triggers it; an offset is above the deciding close.
        trigger: RulePrice,
    },
    /// Becomes a limit order once the price has risen to its trigger.
    StopLimit {
        /// Price that triggers it; an offset is above the deciding close.
        trigger: RulePrice,
        /// Highest price paid; an offset is above the trigger.
        limit: RulePrice,
    },
}

/// A price of an entry order, fixed at the deciding close.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum RulePrice {
    /// At a distance from a reference price.
    Offset(RuleDistance),
    /// The value of an expression.
    Value {
        /// Source text of the expression.
        text: String,
        /// The expression; a number.
        expr: Expr,
    },
}

/// The times in force that are a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInForceWord {
    /// Until it fills, is cancelled, or the window ends.
    Gtc,
    /// Until the end of the trading day of the decision.
    Day,
    /// For the first bar that could match it.
    Ioc,
}

/// How long an entry order waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum EntryTime {
    /// Until it fills, is cancelled, or the window ends.
    Gtc,
    /// Until the end of the trading day of the decision.
    Day,
    /// For the first bar that could match it.
    Ioc,
    /// For so many intervals of the scenario.
    Bars(u32),
    /// For so long.
    Span(Span),
}

impl RuleSet {
    /// Enters and exits at these conditions, with nothing else stated.
    pub const fn of(enter_all: Vec<Condition>, exit_any: Vec<Condition>) -> Self {
        Self {
            enter_all,
            exit_any,
            exit_parts: Vec::new(),
            stop_loss: None,
            take_profit: None,
            trailing_stop: None,
            max_hold_bars: None,
            max_positions: None,
            entry: None,
            max_entries: 1,
            add_size: None,
            short: None,
            zone: Zone::UTC,
        }
    }

    /// Every expression that is read.
    pub fn expressions(&self) -> Vec<&Expr> {
        let conditions = self.enter_all.iter().chain(&self.exit_any);
        let conditions = conditions.chain(self.exit_parts.iter().map(|part| &part.condition));
        let short = self.short.iter().flat_map(|short| short.enter_all.iter().chain(&short.exit_any));
        let conditions = conditions.chain(short);
        let levels = [&self.stop_loss, &self.take_profit, &self.trailing_stop].into_iter().flatten();
        let prices = self.entry.iter().flat_map(EntryOrder::prices).filter_map(RulePrice::expr);
        conditions
            .map(|condition| &condition.expr)
            .chain(levels.filter_map(RuleDistance::expr))
            .chain(prices)
            .collect()
    }
}

impl RuleDistance {
    /// The expression that it is a multiple of.
    pub const fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Share(_) => None,
            Self::Ranges(AtrMultiple { atr, .. }) => Some(atr),
        }
    }
}

impl RulePrice {
    /// The expression that it is computed from.
    pub const fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Offset(distance) => distance.expr(),
            Self::Value { expr, .. } => Some(expr),
        }
    }
}

impl EntryOrder {
    /// Its prices, trigger first.
    pub fn prices(&self) -> Vec<&RulePrice> {
        match &self.kind {
            EntryKind::Limit { price } | EntryKind::Stop { trigger: price } => vec![price],
            EntryKind::StopLimit { trigger, limit } => vec![trigger, limit],
        }
    }
}
