//! How a fuzz target is run, and its inputs: valid ones with a few edits.

use std::env;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Inputs between two looks at the clock.
const ROUND: u32 = 256;

/// Runs `target` on inputs from `inputs` for `FUZZ_SECONDS` (1 where that is not set). A panic fails with the smallest
/// input that was found to cause it.
///
/// # Panics
/// With that input.
pub fn fuzz<S: Strategy<Value: Debug>>(inputs: &S, target: impl Fn(S::Value)) {
    let seconds = env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let (began, budget) = (Instant::now(), Duration::from_secs_f64(seconds));
    while began.elapsed() < budget {
        let config =
            Config { cases: ROUND, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
        let ran = TestRunner::new(config).run(inputs, |input| {
            target(input);
            Ok::<(), TestCaseError>(())
        });
        if let Err(failure) = ran {
            panic!("{failure}");
        }
    }
}

/// A seed's number, and edits of it.
pub fn edits(most: usize) -> impl Strategy<Value = (u8, Vec<Edit>)> {
    let edit = (any::<u16>(), 0_u8..7, any::<u8>()).prop_map(|(at, what, value)| Edit {
        at,
        what: match what {
            0 => What::Set(value),
            1 => What::Flip(value),
            2 => What::Insert(value),
            3 => What::Remove(value),
            4 => What::Repeat(value),
            5 => What::Word(value),
            _ => What::End,
        },
    });
    (any::<u8>(), vec(edit, 0..=most))
}

/// One change of a text or file.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Where, as a share of the length.
    at: u16,
    /// What is done there.
    what: What,
}

/// What an edit does.
#[derive(Debug, Clone)]
enum What {
    /// Another byte.
    Set(u8),
    /// One bit.
    Flip(u8),
    /// A byte in between.
    Insert(u8),
    /// So many bytes less.
    Remove(u8),
    /// So many bytes once more.
    Repeat(u8),
    /// A word that often goes wrong.
    Word(u8),
    /// Nothing after this.
    End,
}

/// Words that often go wrong.
const WORDS: [&str; 24] = [
    "",
    "\"",
    "'",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "(",
    ")",
    "=",
    ",",
    ";",
    "@",
    "-",
    "nan",
    "inf",
    "1e999",
    "0x7f",
    "99999999999999999999",
    "\u{feff}",
    "\u{1f40d}",
    "\r\n",
    "\0",
];

/// A seed with these edits.
pub fn edited(seed: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for edit in edits {
        let at = usize::from(edit.at) * bytes.len() / (usize::from(u16::MAX) + 1);
        let until = |count: u8| (at + usize::from(count)).min(bytes.len());
        match edit.what {
            What::Set(byte) if at < bytes.len() => bytes[at] = byte,
            What::Flip(bit) if at < bytes.len() => bytes[at] ^= 1 << (bit % 8),
            What::Set(byte) | What::Insert(byte) => bytes.insert(at, byte),
            What::Flip(_) => {}
            What::Remove(count) => drop(bytes.drain(at..until(count))),
            What::Repeat(count) => {
                let again = bytes[at..until(count)].to_vec();
                bytes.splice(at..at, again);
            }
            What::Word(which) => {
                let word = WORDS[usize::from(which) % WORDS.len()];
                bytes.splice(at..at, word.bytes());
            }
            What::End => bytes.truncate(at),
        }
    }
    bytes
}

/// The same as text; what is no UTF-8 becomes a replacement character.
pub fn edited_text(seed: &str, edits: &[Edit]) -> String {
    String::from_utf8_lossy(&edited(seed.as_bytes(), edits)).into_owned()
}

/// One of several seeds.
pub fn pick<T: Copy>(seeds: &[T], which: u8) -> T {
    seeds[usize::from(which) % seeds.len()]
}
