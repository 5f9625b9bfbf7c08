//! Conditions to flat programs over indicator columns: once per window, so that a bar costs no hashing, no
//! allocation and no walk through boxes.

use std::collections::{BTreeMap, BTreeSet};

use super::warm_up::Needs;
use crate::domain::{Interval, SymbolId};
use crate::indicator::{Feed, History, TimeframeClock};
use crate::market::Row;
use crate::scenario::{BinaryOp, Expr, Function, PositionValue, Series};

/// A node's index in [`Program::nodes`].
pub(super) type NodeId = usize;
/// A timeframe's index in [`Program::frames`].
pub(super) type FrameId = usize;

/// The conditions of one symbol. A node's operands stand before it.
#[derive(Debug)]
pub(super) struct Program<'m> {
    pub nodes: Vec<Node>,
    pub feeds: Vec<Feed<'m>>,
    pub frames: Vec<TimeframeClock<'m>>,
    /// How many base rows the symbol has.
    pub rows: Row,
    /// What conditions see of the position; set before they are asked.
    pub position: SeenPosition,
}

/// A position as conditions see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenPosition {
    /// Bars of the scenario's interval that it has lived through.
    pub bars_held: f64,
    /// The close above the average price, in percent of it; NaN while flat.
    pub unrealised_pct: f64,
}

impl SeenPosition {
    /// Nothing is held.
    pub const FLAT: Self = Self { bars_held: 0.0, unrealised_pct: f64::NAN };
}

/// The frame of series that no step counts the bars of: those of other symbols.
const NO_FRAME: FrameId = usize::MAX;

/// One operation of a compiled rule.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Number(f64),
    Series { feed: usize, frame: FrameId },
    Position(PositionValue),
    Ago { of: NodeId, back: Back },
    Negate(NodeId),
    Not(NodeId),
    Binary { op: BinaryOp, left: NodeId, right: NodeId },
    Cross { above: bool, left: NodeId, right: NodeId, back: Back },
    Call { function: Function, args: Box<[NodeId]> },
}

impl Node {
    /// The nodes that it is made of.
    pub fn operands(&self) -> Vec<NodeId> {
        match self {
            Self::Number(_) | Self::Series { .. } | Self::Position(_) => Vec::new(),
            Self::Ago { of, .. } | Self::Negate(of) | Self::Not(of) => vec![*of],
            Self::Binary { left, right, .. } | Self::Cross { left, right, .. } => vec![*left, *right],
            Self::Call { args, .. } => args.to_vec(),
        }
    }
}

/// A lookback.
#[derive(Debug, Clone, Copy)]
pub(super) struct Back {
    /// Timeframe whose bars are counted.
    pub frame: FrameId,
    /// Number of bars back.
    pub bars: u32,
    /// Whether what is looked at reads other timeframes or symbols too.
    pub mixed: bool,
}

/// Builds the program of one symbol, condition by condition.
pub(super) struct Compiler<'m, 'w> {
    history: History<'m>,
    symbol: SymbolId,
    needs: &'w Needs,
    program: Program<'m>,
    feed_ids: BTreeMap<Series, usize>,
    frame_ids: BTreeMap<Interval, FrameId>,
    /// Timeframes of other symbols whose closes are among the program's frames.
    others: BTreeSet<(SymbolId, Interval)>,
}

impl<'m, 'w> Compiler<'m, 'w> {
    /// For `symbol`'s columns, which begin as long before the window as `needs` says.
    pub fn new(history: History<'m>, symbol: SymbolId, needs: &'w Needs) -> Self {
        let rows = history.market.series(symbol).bars.len();
        let position = SeenPosition::FLAT;
        let program = Program { nodes: Vec::new(), feeds: Vec::new(), frames: Vec::new(), rows, position };
        Self {
            history,
            symbol,
            needs,
            program,
            feed_ids: BTreeMap::new(),
            frame_ids: BTreeMap::new(),
            others: BTreeSet::new(),
        }
    }

    /// What was built.
    pub fn finish(self) -> Program<'m> {
        self.program
    }

    /// Adds an expression; gives the node of its value.
    pub fn add(&mut self, expr: &Expr) -> NodeId {
        let node = match expr {
            Expr::Number(value) => Node::Number(*value),
            Expr::Series(series) => self.series(series),
            Expr::Position(value) => Node::Position(*value),
            Expr::Ago { of, bars } => Node::Ago { of: self.add(of), back: self.back(expr, *bars) },
            Expr::Negate(of) => Node::Negate(self.add(of)),
            Expr::Not(of) => Node::Not(self.add(of)),
            Expr::Binary { op, left, right } => {
                Node::Binary { op: *op, left: self.add(left), right: self.add(right) }
            }
            Expr::CrossesAbove { left, right } => self.cross(expr, true, left, right),
            Expr::CrossesBelow { left, right } => self.cross(expr, false, left, right),
            Expr::Call { function, args } => {
                Node::Call { function: *function, args: args.iter().map(|arg| self.add(arg)).collect() }
            }
        };
        self.program.nodes.push(node);
        self.program.nodes.len() - 1
    }

    fn cross(&mut self, cross: &Expr, above: bool, left: &Expr, right: &Expr) -> Node {
        Node::Cross { above, left: self.add(left), right: self.add(right), back: self.back(cross, 1) }
    }

    fn series(&mut self, series: &Series) -> Node {
        let other = series.symbol.filter(|symbol| *symbol != self.symbol);
        let frame = if other.is_some() { NO_FRAME } else { self.frame(series.timeframe) };
        if let Some(&feed) = self.feed_ids.get(series) {
            return Node::Series { feed, frame };
        }
        let before = self.needs.get(series).copied().unwrap_or(0);
        let feed = match other {
            None => self.history.feed(self.symbol, series.timeframe, &series.indicator, before),
            Some(other) => {
                let symbols = (self.symbol, other);
                self.history.feed_of_other(symbols, series.timeframe, &series.indicator, before)
            }
        };
        if other.is_some_and(|other| self.others.insert((other, series.timeframe))) {
            self.program.frames.push(feed.clock().clone());
        }
        self.program.feeds.push(feed);
        let id = self.program.feeds.len() - 1;
        self.feed_ids.insert(series.clone(), id);
        Node::Series { feed: id, frame }
    }

    fn frame(&mut self, timeframe: Interval) -> FrameId {
        let frames = &mut self.program.frames;
        *self.frame_ids.entry(timeframe).or_insert_with(|| {
            frames.push(self.history.clock(self.symbol, timeframe));
            frames.len() - 1
        })
    }

    /// A step back over the symbol's own bars of the finest timeframe that `expr` reads.
    fn back(&mut self, expr: &Expr, bars: u32) -> Back {
        let finest = expr.finest_timeframe().unwrap_or(self.history.market.interval);
        Back { frame: self.frame(finest), bars, mixed: self.reads_other_than(expr, finest) }
    }

    /// Whether an expression reads anything but the symbol's own bars of a timeframe.
    fn reads_other_than(&self, expr: &Expr, timeframe: Interval) -> bool {
        match expr {
            Expr::Series(series) => {
                series.timeframe != timeframe || series.symbol.is_some_and(|symbol| symbol != self.symbol)
            }
            _ => expr.parts().into_iter().any(|part| self.reads_other_than(part, timeframe)),
        }
    }
}
