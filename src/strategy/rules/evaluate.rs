//! What a program's node is worth at the close of a bar.
//!
//! A value is a finite number, or NaN for "no value": an indicator that warms up, a look before the first
//! bar, a division by zero, an overflow, a position that there is not. Conditions yield 1, 0 or NaN by three-valued logic.

use super::compile::{Back, FrameId, Node, NodeId, Program};
use crate::indicator::{binary_of, call_of};
use crate::market::Row;
use crate::scenario::{BinaryOp, Function, PositionValue};

/// Where values are looked at: base row `anchor` as it stands, or, in the past, the close of the bar of
/// `frame` that lies `lag` bars before the newest one closed at `anchor`.
#[derive(Debug, Clone, Copy)]
struct Seen {
    anchor: Row,
    frame: FrameId,
    lag: u32,
    /// The base row with which that bar closed: what other timeframes are read by.
    row: Row,
}

impl Program<'_> {
    /// Whether the condition is definitely true at the close of base row `row`.
    pub fn holds(&self, condition: NodeId, row: Row) -> bool {
        self.number(condition, row) == 1.0
    }

    /// The value of a number at the close of base row `row`; NaN where there is none.
    pub fn number(&self, number: NodeId, row: Row) -> f64 {
        self.value(number, Seen { anchor: row, frame: 0, lag: 0, row })
    }

    fn value(&self, node: NodeId, seen: Seen) -> f64 {
        match &self.nodes[node] {
            Node::Number(value) => *value,
            Node::Series { feed, frame } if *frame == seen.frame => {
                self.feeds[*feed].ago(seen.anchor, seen.lag)
            }
            Node::Series { feed, .. } => self.feeds[*feed].at(seen.row),
            Node::Position(PositionValue::BarsHeld) => self.position.bars_held,
            Node::Position(PositionValue::UnrealisedPct) => self.position.unrealised_pct,
            Node::Ago { of, back } => self.back(seen, *back).map_or(f64::NAN, |then| self.value(*of, then)),
            Node::Negate(of) => -self.value(*of, seen),
            Node::Not(of) => 1.0 - self.value(*of, seen),
            Node::Binary { op, left, right } => self.binary(*op, *left, *right, seen),
            Node::Cross { above, left, right, back } => self.cross(*above, (*left, *right), *back, seen),
            Node::Call { function, args } => self.call(*function, args, seen),
        }
    }

    fn binary(&self, op: BinaryOp, left: NodeId, right: NodeId, seen: Seen) -> f64 {
        let l = self.value(left, seen);
        // The side that decides alone spares the other.
        match op {
            BinaryOp::And if l == 0.0 => return 0.0,
            BinaryOp::Or if l == 1.0 => return 1.0,
            _ => {}
        }
        binary_of(op, l, self.value(right, seen))
    }

    /// True only at a close of the finer side's bars, when the order of the sides turned with that bar. No
    /// value until both sides have one now and one bar before.
    fn cross(&self, above: bool, (left, right): (NodeId, NodeId), back: Back, seen: Seen) -> f64 {
        let Some(before) = self.back(seen, back) else { return f64::NAN };
        let sides = |seen| (self.value(left, seen), self.value(right, seen));
        let crossed = cross_of(above, sides(seen), sides(before));
        if crossed == 1.0 && !self.just_closed(back.frame, seen) { 0.0 } else { crossed }
    }

    /// In the past of a timeframe, one of its bars has closed by definition.
    fn just_closed(&self, frame: FrameId, seen: Seen) -> bool {
        frame == seen.frame && seen.lag > 0 || self.frames[frame].just_closed(seen.row)
    }

    /// `seen`, moved back; `None` before the first bar.
    fn back(&self, seen: Seen, back: Back) -> Option<Seen> {
        let (anchor, lag) = match back.frame == seen.frame {
            true => (seen.anchor, seen.lag.saturating_add(back.bars)),
            false => (seen.row, back.bars),
        };
        // Only other timeframes are read by the row: where there are none it is not worth the search.
        let row = if back.mixed { self.frames[back.frame].row_of(anchor, lag)? } else { anchor };
        Some(Seen { anchor, frame: back.frame, lag, row })
    }

    fn call(&self, function: Function, args: &[NodeId], seen: Seen) -> f64 {
        call_of(function, args.iter().map(|&arg| self.value(arg, seen)))
    }
}

/// Whether two sides, left and right, have turned since `before`.
#[inline]
pub(super) fn cross_of(above: bool, (l, r): (f64, f64), (l_before, r_before): (f64, f64)) -> f64 {
    if l.is_nan() || r.is_nan() || l_before.is_nan() || r_before.is_nan() {
        return f64::NAN;
    }
    let turned = if above { l_before <= r_before && l > r } else { l_before >= r_before && l < r };
    f64::from(u8::from(turned))
}
