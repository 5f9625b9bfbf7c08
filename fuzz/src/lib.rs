//! Inputs for the fuzz targets: valid ones with a few edits.

use bolero::TypeGenerator;

/// One change of a text or file.
#[derive(Debug, Clone, TypeGenerator)]
pub struct Edit {
    /// Where, as a share of the length.
    at: u16,
    /// What is done there.
    what: What,
}

/// What an edit does.
#[derive(Debug, Clone, TypeGenerator)]
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
    "", "\"", "'", "[", "]", "[[", "{", "}", "(", ")", "=", ",", ";", "@", "-", "nan", "inf", "1e999", "0x7f",
    "99999999999999999999", "\u{feff}", "\u{1f40d}", "\r\n", "\0",
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
