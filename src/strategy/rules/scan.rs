//! Where conditions hold, found for 64 rows at once.
//!
//! Says exactly what [`Program::holds`] says of each row. Conditions over the base timeframe are evaluated
//! column by column, those over coarser ones and over other symbols where a bar of them closes; what looks back while
//! it mixes timeframes is evaluated row by row. What reads the position is not searched for.

use std::cell::OnceCell;
use std::sync::Arc;

use super::compile::{Back, Node, NodeId, Program};
use super::evaluate::cross_of;
use crate::indicator::{BitCursor, Column, binary_of, call_of, set_bits, word};
use crate::market::{BLOCK, Row};
use crate::scenario::BinaryOp;

/// Values of a node in the rows of a block.
type Chunk = [f64; BLOCK];

/// Finds the words of a condition by its name, or computes them block by block.
pub(super) type Shared<'s> = &'s dyn Fn(String, &dyn Fn(usize) -> u64) -> Arc<[u64]>;

/// A search for the next row at which all, or any, of some conditions hold.
pub(super) struct Scan {
    conditions: Vec<(NodeId, ScanMethod)>,
    all: bool,
    cursor: BitCursor,
}

/// How the rows at which a condition holds are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanMethod {
    /// From columns, 64 rows at once.
    Columns,
    /// It can change only with a bar of a coarse timeframe: there, and in the row after.
    Closes,
    /// Row by row.
    Rows,
}

impl Scan {
    /// Finds rows within the bounds of `scout`.
    pub fn new(program: &Program<'_>, conditions: &[NodeId], all: bool, cursor: BitCursor) -> Self {
        let conditions = conditions.iter().map(|&node| (node, program.way(node))).collect();
        Self { conditions, all, cursor }
    }

    /// The first row from `from` on.
    pub fn next(&mut self, program: &Program<'_>, from: Row) -> Option<Row> {
        let Self { conditions, all, cursor } = self;
        cursor.next(from, |block| {
            together(*all, conditions.iter().map(|&(node, way)| program.word(node, way, block)))
        })
    }

    /// Where they hold. `names` are those of the conditions; by them `shared` finds the words of a condition that another
    /// strategy has asked before.
    pub fn shared_words(&self, program: &Program<'_>, names: &[String], shared: Shared<'_>) -> Arc<[u64]> {
        let parts = OnceCell::new();
        let part = |(&(node, way), name): (&(NodeId, ScanMethod), &String)| {
            // Rows are asked one by one only where the other conditions leave it open.
            (way != ScanMethod::Rows).then(|| shared(name.clone(), &|block| program.word(node, way, block)))
        };
        let which = if self.all { "all" } else { "any" };
        shared(format!("{which} of {names:?}"), &|block| {
            let parts: &Vec<Option<Arc<[u64]>>> =
                parts.get_or_init(|| self.conditions.iter().zip(names).map(part).collect());
            together(
                self.all,
                self.conditions.iter().zip(parts).map(|(&(node, way), part)| match part {
                    Some(words) => words[block],
                    None => program.word(node, way, block),
                }),
            )
        })
    }
}

/// Where all, or any, of some conditions hold; what is decided asks no further.
fn together(all: bool, words: impl Iterator<Item = u64>) -> u64 {
    let decided = if all { 0 } else { u64::MAX };
    let mut found = !decided;
    for holds in words {
        found = if all { found & holds } else { found | holds };
        if found == decided {
            break;
        }
    }
    found
}

impl Program<'_> {
    fn way(&self, node: NodeId) -> ScanMethod {
        match () {
            () if self.is_in_columns(node, false) => ScanMethod::Columns,
            () if self.is_coarse(node) => ScanMethod::Closes,
            () => ScanMethod::Rows,
        }
    }

    /// Whether a value, looked at in the past or not, is found from columns.
    fn is_in_columns(&self, node: NodeId, past: bool) -> bool {
        let node = &self.nodes[node];
        let past = match node {
            Node::Position(_) => return false,
            Node::Series { feed, .. } if past => return self.feeds[*feed].column().is_some(),
            Node::Ago { back, .. } | Node::Cross { back, .. } if !self.steps_base_bars(*back) => {
                return false;
            }
            Node::Ago { .. } | Node::Cross { .. } => true,
            _ => past,
        };
        node.operands().into_iter().all(|operand| self.is_in_columns(operand, past))
    }

    fn steps_base_bars(&self, back: Back) -> bool {
        !back.mixed && self.frames[back.frame].is_every_bar()
    }

    /// Whether nothing of it is read in the base timeframe.
    fn is_coarse(&self, node: NodeId) -> bool {
        let node = &self.nodes[node];
        let coarse = match node {
            Node::Position(_) => false,
            Node::Series { feed, .. } => self.feeds[*feed].column().is_none(),
            Node::Ago { back, .. } | Node::Cross { back, .. } => !self.frames[back.frame].is_every_bar(),
            _ => true,
        };
        coarse && node.operands().into_iter().all(|operand| self.is_coarse(operand))
    }

    /// Where in a block a condition holds.
    fn word(&self, node: NodeId, way: ScanMethod, block: usize) -> u64 {
        let row = block * BLOCK;
        let inside = self.rows.saturating_sub(row).min(BLOCK);
        let mask = u64::MAX.checked_shr((BLOCK - inside) as u32).unwrap_or(0);
        match way {
            ScanMethod::Columns => mask & self.columns_word(node, block),
            ScanMethod::Closes => self.closes_word(node, block, inside),
            ScanMethod::Rows => {
                set_bits(mask).filter(|bit| self.holds(node, row + bit)).fold(0, |word, bit| word | 1 << bit)
            }
        }
    }

    /// A condition over coarse timeframes stays as it is between the closes of their bars; a cross is over
    /// in the row after.
    fn closes_word(&self, node: NodeId, block: usize, inside: usize) -> u64 {
        let closes = self.frames.iter().filter(|frame| !frame.is_every_bar());
        let closes = closes.fold(0, |word, frame| word | frame.closes(block));
        let looks = closes | closes << 1 | 1;
        let mut holds = false;
        (0..inside).fold(0, |word, bit| {
            if looks >> bit & 1 == 1 {
                holds = self.holds(node, block * BLOCK + bit);
            }
            word | u64::from(holds) << bit
        })
    }

    fn columns_word(&self, node: NodeId, block: usize) -> u64 {
        if let Node::Binary { op, left, right } = self.nodes[node] {
            match op {
                BinaryOp::And => return self.columns_word(left, block) & self.columns_word(right, block),
                BinaryOp::Or => return self.columns_word(left, block) | self.columns_word(right, block),
                _ => {}
            }
            if let Some(word) = self.comparison(op, left, right, block) {
                return word;
            }
        }
        if let Node::Cross { above, left, right, .. } = self.nodes[node]
            && let (Some(left), Some(right)) = (self.column(left), self.column(right))
        {
            let (over, under) = if above { (left, right) } else { (right, left) };
            return over.crosses_above(under, block);
        }
        let mut values = [0.0; BLOCK];
        self.chunk(node, block, 0, &mut values);
        word(|bit| values[bit] == 1.0)
    }

    /// A comparison of columns and numbers, which passes over blocks by their bounds.
    fn comparison(&self, op: BinaryOp, left: NodeId, right: NodeId, block: usize) -> Option<u64> {
        let number = |node: NodeId| match self.nodes[node] {
            Node::Number(number) => Some(number),
            _ => None,
        };
        match (self.column(left), self.column(right)) {
            (Some(left), Some(right)) => match op {
                BinaryOp::Greater => Some(left.above(right, block)),
                BinaryOp::GreaterOrEqual => Some(left.at_least(right, block)),
                BinaryOp::Less => Some(right.above(left, block)),
                BinaryOp::LessOrEqual => Some(right.at_least(left, block)),
                _ => None,
            },
            (Some(left), None) => match op {
                BinaryOp::Greater => Some(left.above_number(number(right)?, block)),
                BinaryOp::Less => Some(left.below_number(number(right)?, block)),
                _ => None,
            },
            (None, Some(right)) => match op {
                BinaryOp::Greater => Some(right.below_number(number(left)?, block)),
                BinaryOp::Less => Some(right.above_number(number(left)?, block)),
                _ => None,
            },
            (None, None) => None,
        }
    }

    /// The column that a node is, where it is one of base rows.
    fn column(&self, node: NodeId) -> Option<&Column> {
        match self.nodes[node] {
            Node::Series { feed, .. } => self.feeds[feed].column(),
            _ => None,
        }
    }

    /// The values of a node in the rows of a block less `shift` rows.
    fn chunk(&self, node: NodeId, block: usize, shift: usize, out: &mut Chunk) {
        match &self.nodes[node] {
            Node::Number(number) => *out = [*number; BLOCK],
            Node::Position(_) => *out = [f64::NAN; BLOCK],
            Node::Series { feed, .. } => self.series_chunk(*feed, block, shift, out),
            Node::Ago { of, back } => self.chunk(*of, block, shift + back.bars as usize, out),
            Node::Negate(of) => {
                self.chunk(*of, block, shift, out);
                out.iter_mut().for_each(|value| *value = -*value);
            }
            Node::Not(of) => {
                self.chunk(*of, block, shift, out);
                out.iter_mut().for_each(|value| *value = 1.0 - *value);
            }
            Node::Binary { op, left, right } => {
                let mut other = [0.0; BLOCK];
                self.chunk(*left, block, shift, out);
                self.chunk(*right, block, shift, &mut other);
                out.iter_mut().zip(&other).for_each(|(value, &right)| *value = binary_of(*op, *value, right));
            }
            Node::Cross { above, left, right, back } => {
                let mut sides = [[0.0; BLOCK]; 4];
                let before = shift + back.bars as usize;
                let looks = [(*left, shift), (*right, shift), (*left, before), (*right, before)];
                for ((node, shift), side) in looks.into_iter().zip(&mut sides) {
                    self.chunk(node, block, shift, side);
                }
                let [l, r, l_before, r_before] = &sides;
                for (index, value) in out.iter_mut().enumerate() {
                    *value = cross_of(*above, (l[index], r[index]), (l_before[index], r_before[index]));
                }
            }
            Node::Call { function, args } => {
                let mut values = vec![[0.0; BLOCK]; args.len()];
                for (&arg, values) in args.iter().zip(&mut values) {
                    self.chunk(arg, block, shift, values);
                }
                for (index, value) in out.iter_mut().enumerate() {
                    *value = call_of(*function, values.iter().map(|values| values[index]));
                }
            }
        }
    }

    fn series_chunk(&self, feed: usize, block: usize, shift: usize, out: &mut Chunk) {
        let feed = &self.feeds[feed];
        match feed.column() {
            Some(column) => {
                let mut buffer = [0.0; BLOCK];
                out.copy_from_slice(column.chunk(block, shift, &mut buffer));
            }
            // Of another timeframe, which is never looked at in the past here.
            None => {
                let row = block * BLOCK;
                for (index, value) in out.iter_mut().enumerate() {
                    *value = if row + index < self.rows { feed.at(row + index) } else { f64::NAN };
                }
            }
        }
    }
}
