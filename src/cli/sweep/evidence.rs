//! What a sweep's choice is worth.

use crate::scenario::SweepSpec;
use crate::store::sweep::EvidenceRecord;
use crate::sweep::Searched;
use crate::tournament::{Plan, Tournament};

/// stub until the selection evidence lands
pub(super) fn of(_: &Plan<'_>, _: &SweepSpec, _: &Searched, _: &Tournament) -> Option<EvidenceRecord> {
    None
}
