//! Words of results that live as long as the program: written as text, read back as one of the words already known.
//!
//! For `#[serde(with = "crate::domain::word")]` on fields of type [`Word`]. The program has a few hundred such
//! words, and strategies of the user's give their own reasons; longer ones, or more than a million, are no result of ours.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// A word of results, such as `market` or `cross`.
pub type Word = &'static str;

/// Most words that are read back in one process: strategies of many shards may each have given thousands of reasons. Damaged
/// or foreign files cannot take more memory than these.
const MOST: usize = 1 << 20;
/// Most bytes of a word.
const LONGEST: usize = 128;

static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Writes the word as text.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(word: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word)
}

/// Reads a word back.
///
/// # Errors
/// Those of the deserializer; a text that is too long for a word, or one word too many.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(word) = known.get(text.as_str()) {
        return Ok(word);
    }
    if text.len() > LONGEST || known.len() >= MOST {
        return Err(D::Error::custom("it has words that are not tiltyard's"));
    }
    let word: &'static str = Box::leak(text.into_boxed_str());
    known.insert(word);
    Ok(word)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct One(#[serde(with = "super")] super::Word);

    #[test]
    fn a_word_reads_back_once() {
        let text = serde_json::to_string(&One("cross")).unwrap();
        assert_eq!(text, "\"cross\"");
        let read = || serde_json::from_str::<One>(&text).unwrap().0;
        assert_eq!(read(), "cross");
        assert!(std::ptr::eq(read(), read()), "kept once");
        assert!(serde_json::from_str::<One>(&format!("\"{}\"", "x".repeat(200))).is_err());
    }

    #[test]
    fn the_reasons_of_many_shards_are_read_back() {
        for number in 0..10_000 {
            let text = format!("\"reason {number}\"");
            assert_eq!(serde_json::from_str::<One>(&text).unwrap().0, text.trim_matches('"'));
        }
    }
}
