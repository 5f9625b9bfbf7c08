//! Short text files that users write: scenarios, agents, risk profiles.

use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

use super::open_regular;

/// Maximum size in bytes of a scenario or a part of one; enough for thousands of agents with rules.
pub const MAX_TEXT: u64 = 4 << 20;

/// Reads a whole text.
///
/// # Errors
/// As [`open_regular`]; `FileTooLarge` beyond [`MAX_TEXT`], `InvalidData` where it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    read_all(open_regular(path)?)
}

/// As [`read_text`], from any reader.
///
/// # Errors
/// As [`read_text`].
pub fn read_all(from: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_TEXT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_TEXT {
        let problem = format!("it is larger than {} MB, which no text of this kind is", MAX_TEXT >> 20);
        return Err(Error::new(ErrorKind::FileTooLarge, problem));
    }
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oversized_and_non_utf8_texts_are_refused() {
        assert_eq!(read_all("name = 1".as_bytes()).unwrap(), "name = 1");
        assert_eq!(read_all(std::io::repeat(b'x')).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read_all(&[0xff, 0xfe][..]).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
