//! Outcomes of sweeps as they are kept in the store.

use crate::rooms::store::sweep::{decode_outcome, encode_outcome};
use proptest::collection::vec;
use proptest::prelude::any;
use tiltyard_fuzz::{edited, edits, fuzz};

fn holds(bytes: &[u8]) {
    let Some(outcome) = decode_outcome(bytes) else { return };
    let written = encode_outcome(&outcome);
    let again = decode_outcome(&written).expect("what was written is an outcome");
    assert_eq!(encode_outcome(&again), written, "other bytes than were read");
    assert_eq!(again.returns.len(), outcome.returns.len());
}

#[test]
fn any_bytes() {
    fuzz(&vec(any::<u8>(), 0..2_000), |bytes| holds(&bytes));
}

#[test]
fn edited_zeros() {
    // An outcome of zeros is long enough for every field.
    fuzz(&(0_usize..2_000, edits(8)), |(length, (_, edits))| holds(&edited(&vec![0; length], &edits)));
}
