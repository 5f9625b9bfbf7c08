//! The scores of an agent in a window as bytes: what ranks it, without its curve and logs.
//!
//! A change of what they consist of is a new [`PACK_FORMAT`](super::PACK_FORMAT).

use serde::{Deserialize, Serialize};

use crate::engine::Replay;
use crate::metrics::{Metrics, PeriodStats};
use crate::tournament::WindowResult;

/// As a pack carries them.
#[derive(Serialize, Deserialize)]
struct JobScores<R, M> {
    /// Without curve and logs.
    replay: R,
    metrics: M,
}

/// The bytes of scores, as [`scored`](crate::tournament::scored()) gives them.
#[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
pub fn encode_scores(scores: &WindowResult) -> Vec<u8> {
    let WindowResult { replay, metrics, .. } = scores;
    postcard::to_stdvec(&JobScores { replay, metrics }).expect("plain values")
}

/// The scores of bytes; `None` for bytes that are none.
pub fn decode_scores(bytes: &[u8]) -> Option<WindowResult> {
    let (JobScores::<Replay, Metrics> { replay, metrics }, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then(|| WindowResult { replay, metrics, course: PeriodStats::default(), packed: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    fn scores() -> impl Iterator<Item = WindowResult> {
        let results = fixture::tournament().agents.into_iter().flat_map(|agent| agent.windows);
        results.map(|mut result| {
            result.free_logs();
            WindowResult { course: PeriodStats::default(), ..result }
        })
    }

    #[test]
    fn scores_are_read_back_bit_for_bit() {
        for one in scores() {
            let bytes = encode_scores(&one);
            let back = decode_scores(&bytes).unwrap();
            assert_eq!(format!("{back:?}"), format!("{one:?}"));
            assert_eq!(encode_scores(&back), bytes);
            assert!((0..bytes.len()).all(|end| decode_scores(&bytes[..end]).is_none()));
            assert!(decode_scores(&[bytes, vec![0]].concat()).is_none());
        }
    }

    /// Packs of an earlier build must not be read as something else.
    #[test]
    fn the_layout_is_that_of_the_format() {
        let all: Vec<u8> = scores().flat_map(|one| encode_scores(&one)).collect();
        let found = blake3::hash(&all).to_hex();
        let known = "bd023c3b5e206fe0affa36f09d15b5497cb49a4698d9b853e0f4555b890be7e0";
        assert_eq!(
            found.as_str(),
            known,
            "scores have changed: count PACK_FORMAT up, then write the new hash here"
        );
    }
}
