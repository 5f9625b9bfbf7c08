//! What a program's node is worth at the close of a bar.
//!
//! A value is a finite number, or NaN for "no value": an indicator that warms up, a look before the first
//! bar, a division by zero, an overflow. Conditions yield 1, 0 or NaN by three-valued logic: `and` is false
//! once one side is false, `or` true once one side is true, whatever the other; else no value stays no value.

use super::compile::{Back, FrameId, Node, NodeId, Program};
use crate::market::Row;
use crate::scenario::{BinaryOp, Function};

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
        self.value(condition, Seen { anchor: row, frame: 0, lag: 0, row }) == 1.0
    }

    fn value(&self, node: NodeId, seen: Seen) -> f64 {
        match &self.nodes[node] {
            Node::Number(value) => *value,
            Node::Series { feed, frame } if *frame == seen.frame => {
                self.feeds[*feed].ago(seen.anchor, seen.lag)
            }
            Node::Series { feed, .. } => self.feeds[*feed].at(seen.row),
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

/// An operation on two values.
#[inline]
pub(super) fn binary_of(op: BinaryOp, l: f64, r: f64) -> f64 {
    match op {
        BinaryOp::And => both(l, r),
        BinaryOp::Or => 1.0 - both(1.0 - l, 1.0 - r),
        BinaryOp::Add => finite(l + r),
        BinaryOp::Subtract => finite(l - r),
        BinaryOp::Multiply => finite(l * r),
        BinaryOp::Divide => finite(l / r),
        BinaryOp::Less => truth(l, r, l < r),
        BinaryOp::LessOrEqual => truth(l, r, l <= r),
        BinaryOp::Greater => truth(l, r, l > r),
        BinaryOp::GreaterOrEqual => truth(l, r, l >= r),
        BinaryOp::Equal => truth(l, r, l == r),
        BinaryOp::NotEqual => truth(l, r, l != r),
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

/// A function of its arguments.
#[inline]
pub(super) fn call_of(function: Function, mut values: impl Iterator<Item = f64>) -> f64 {
    let first = values.next().unwrap_or(f64::NAN);
    match function {
        Function::Abs => first.abs(),
        Function::Min => values.fold(first, |least, value| pick(least, value, value < least)),
        Function::Max => values.fold(first, |most, value| pick(most, value, value > most)),
    }
}

/// `and` of two truths.
fn both(l: f64, r: f64) -> f64 {
    // 0 is false on either side; else NaN spreads through the product.
    if l == 0.0 || r == 0.0 { 0.0 } else { l * r }
}

fn truth(l: f64, r: f64, holds: bool) -> f64 {
    if l.is_nan() || r.is_nan() { f64::NAN } else { f64::from(u8::from(holds)) }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

/// `value` where it is better, else `best`; no value where either has none.
fn pick(best: f64, value: f64, better: bool) -> f64 {
    if value.is_nan() || better { value } else { best }
}
