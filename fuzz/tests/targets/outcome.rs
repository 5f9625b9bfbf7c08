//! Outcomes of sweeps as they are kept in the store.

use tiltyard::internals::store::sweep::{decode_outcome, encode_outcome};
use tiltyard_fuzz::{Edit, edited};

fn holds(bytes: &[u8]) {
    let Some(outcome) = decode_outcome(bytes) else { return };
    let written = encode_outcome(&outcome);
    let again = decode_outcome(&written).expect("what was written is an outcome");
    assert_eq!(encode_outcome(&again), written, "other bytes than were read");
    assert_eq!(again.returns.len(), outcome.returns.len());
}

#[test]
fn any_bytes() {
    bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| holds(bytes));
}

#[test]
fn edited_zeros() {
    // An outcome of zeros is long enough for every field.
    bolero::check!().with_type::<(u16, Vec<Edit>)>().for_each(|(length, edits)| {
        holds(&edited(&vec![0; usize::from(*length) % 2_000], edits));
    });
}
