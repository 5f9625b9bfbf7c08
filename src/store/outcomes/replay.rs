//! The outcome of an agent in a window as bytes: its replay with all logs, and what its module has logged.
//!
//! A change of what a replay consists of is a new [`PACK_FORMAT`](super::PACK_FORMAT).

use serde::{Deserialize, Serialize};

use crate::engine::{Replay, ReplayStatus};

/// What one agent did in one window, as a pack carries it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobReplay {
    /// Orders, fills, round trips, the equity curve.
    pub replay: Replay,
    /// What its WebAssembly module has logged.
    pub log: Option<String>,
}

impl JobReplay {
    /// Whether the agent could not go on.
    pub const fn failed(&self) -> bool {
        matches!(self.replay.status, ReplayStatus::Forfeit { .. })
    }
}

/// The bytes of a replay.
#[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
pub fn encode_replay(replay: &JobReplay) -> Vec<u8> {
    postcard::to_stdvec(replay).expect("plain values")
}

/// The replay of bytes; `None` for bytes that are none.
pub fn decode_replay(bytes: &[u8]) -> Option<JobReplay> {
    let (replay, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(replay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    fn replays() -> Vec<JobReplay> {
        let tournament = fixture::tournament();
        let results = tournament.agents.into_iter().flat_map(|agent| agent.windows);
        results
            .zip(0..)
            .map(|(result, n)| JobReplay { replay: result.replay, log: (n == 0).then(|| "told".to_owned()) })
            .collect()
    }

    #[test]
    fn a_replay_is_read_back_bit_for_bit() {
        for one in replays() {
            let bytes = encode_replay(&one);
            let back = decode_replay(&bytes).unwrap();
            assert_eq!(format!("{back:?}"), format!("{one:?}"));
            assert_eq!(encode_replay(&back), bytes);
            assert!((0..bytes.len()).all(|end| decode_replay(&bytes[..end]).is_none()));
            assert!(decode_replay(&[bytes, vec![0]].concat()).is_none());
        }
    }

    /// Packs of an earlier build must not be read as something else.
    #[test]
    fn the_layout_is_that_of_the_format() {
        let all: Vec<u8> = replays().iter().flat_map(encode_replay).collect();
        let found = blake3::hash(&all).to_hex();
        let known = "798411460cf917cf8b38ff7f2b10edd5c368852e98699ed24ee6a4988eb11649";
        assert_eq!(
            found.as_str(),
            known,
            "a replay has changed: count PACK_FORMAT up, then write the new hash here"
        );
    }
}
