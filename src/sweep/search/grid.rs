//! Grid search: every combination, with the last parameter varying fastest.

use super::contract::{PointBatch, PointResult, Search};
use crate::scenario::SweepSpec;
use crate::sweep::Space;

/// Iterates over the grid once.
#[derive(Debug)]
pub(super) struct Grid {
    spec: SweepSpec,
    next: usize,
    total: usize,
}

impl Grid {
    /// For a sweep whose values are all listed.
    pub fn new(spec: &SweepSpec) -> Self {
        Self { spec: spec.clone(), next: 0, total: Space::of(spec).combinations().unwrap_or(0) }
    }
}

impl Search for Grid {
    fn ask(&mut self, most: usize) -> PointBatch {
        let space = Space::of(&self.spec);
        let last = self.total.min(self.next.saturating_add(most));
        let points = (self.next..last).map(|number| space.point(number)).collect();
        self.next = last;
        PointBatch { points, windows: None }
    }

    fn tell(&mut self, _: Vec<PointResult>) {}
}
