//! A minimal reader of Thrift's compact protocol, for the checks before decoding.
//!
//! The `parquet` crate decodes headers itself. This module reads only the numbers in them that decide how
//! much the crate would allocate or how deeply it would recurse.

use super::DecodeError;

/// Maximum nesting of values and of a schema.
const MAX_DEPTH: usize = 64;

const BOOLEANS: std::ops::RangeInclusive<u8> = 1..=2;
const BYTE: u8 = 3;
const INTEGERS: std::ops::RangeInclusive<u8> = 4..=6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LISTS: std::ops::RangeInclusive<u8> = 9..=10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Uncompressed and compressed size from a page header: its fields 2 and 3. Writers emit fields in order.
pub fn page_sizes(head: &[u8]) -> Option<(i64, i64)> {
    let mut reader = Reader { bytes: head };
    let mut last = 0;
    let mut sizes = (None, None);
    while sizes.0.is_none() || sizes.1.is_none() {
        let (field, kind) = reader.field(&mut last)?;
        match (field, INTEGERS.contains(&kind)) {
            (2, true) => sizes.0 = Some(reader.signed()?),
            (3, true) => sizes.1 = Some(reader.signed()?),
            _ => reader.skip(kind, 0)?,
        }
    }
    sizes.0.zip(sizes.1)
}

/// Refuses a footer whose schema is nested deeply enough to overflow the stack while decoding.
pub fn check_schema(footer: &[u8]) -> Result<(), DecodeError> {
    let unreadable = || DecodeError::content("its footer cannot be read");
    let mut reader = Reader { bytes: footer };
    let mut last = 0;
    loop {
        match reader.field(&mut last).ok_or_else(unreadable)? {
            (_, 0) => return Ok(()),
            (2, kind) if LISTS.contains(&kind) => {
                if reader.schema_depth().ok_or_else(unreadable)? > MAX_DEPTH {
                    return Err(DecodeError::Content(format!("its schema is nested over {MAX_DEPTH} deep")));
                }
            }
            (_, kind) => reader.skip(kind, 0).ok_or_else(unreadable)?,
        }
    }
}

/// Remaining bytes; every method returns `None` where they end or are malformed.
struct Reader<'b> {
    bytes: &'b [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn leave(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    #[expect(clippy::cast_possible_wrap, reason = "the sign is in the lowest bit")]
    fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Id and type of the next field of a struct; type 0 ends the struct.
    fn field(&mut self, last: &mut i64) -> Option<(i64, u8)> {
        let byte = self.byte()?;
        let kind = byte & 0x0f;
        if kind != 0 {
            *last = match byte >> 4 {
                0 => self.signed()?,
                step => last.checked_add(i64::from(step))?,
            };
        }
        Some((*last, kind))
    }

    /// Element type and element count of a list. Every element takes at least one byte.
    fn list(&mut self) -> Option<(u8, u64)> {
        let byte = self.byte()?;
        let count = if byte >> 4 == 15 { self.unsigned()? } else { u64::from(byte >> 4) };
        (count <= self.bytes.len() as u64).then_some((byte & 0x0f, count))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // The value of a boolean field is encoded in its type.
            _ if BOOLEANS.contains(&kind) => Some(()),
            BYTE => self.leave(1),
            _ if INTEGERS.contains(&kind) => self.unsigned().map(drop),
            DOUBLE => self.leave(8),
            BINARY => {
                let length = self.unsigned()?;
                self.leave(length)
            }
            UUID => self.leave(16),
            _ if depth == MAX_DEPTH => None,
            _ if LISTS.contains(&kind) => {
                let (of, count) = self.list()?;
                (0..count).try_for_each(|_| self.element(of, depth))
            }
            MAP => {
                let count = self.unsigned()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.element(kinds >> 4, depth)?;
                    self.element(kinds & 0x0f, depth)
                })
            }
            STRUCT => {
                let mut last = 0;
                loop {
                    match self.field(&mut last)? {
                        (_, 0) => return Some(()),
                        (_, kind) => self.skip(kind, depth + 1)?,
                    }
                }
            }
            _ => None,
        }
    }

    /// Skips a list element; a boolean takes one byte here.
    fn element(&mut self, kind: u8, depth: usize) -> Option<()> {
        if BOOLEANS.contains(&kind) { self.leave(1) } else { self.skip(kind, depth + 1) }
    }

    /// The maximum nesting of a schema. The schema is a tree flattened in pre-order: each element states its
    /// number of children.
    fn schema_depth(&mut self) -> Option<usize> {
        let (of, count) = self.list()?;
        let mut open: Vec<i64> = Vec::new();
        let mut deepest = 0;
        for _ in 0..count {
            if of != STRUCT {
                return None;
            }
            let children = self.children()?;
            if let Some(siblings) = open.last_mut() {
                *siblings -= 1;
            }
            if children > 0 {
                open.push(children);
                deepest = deepest.max(open.len());
            }
            while open.last().is_some_and(|left| *left <= 0) {
                open.pop();
            }
            if deepest > MAX_DEPTH {
                // The rest of the footer is not needed.
                return Some(deepest);
            }
        }
        Some(deepest)
    }

    /// `num_children`, field 5 of a schema element.
    fn children(&mut self) -> Option<i64> {
        let (mut last, mut children) = (0, 0);
        loop {
            match self.field(&mut last)? {
                (_, 0) => return Some(children),
                (5, kind) if INTEGERS.contains(&kind) => children = self.signed()?,
                (_, kind) => self.skip(kind, 0)?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_of_a_page_are_read() {
        // Data page (0), 300 bytes uncompressed, 20 compressed.
        assert_eq!(page_sizes(&[0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x28, 0x2c]), Some((300, 20)));
        assert_eq!(page_sizes(&[0x15, 0x00, 0x15]), None);
        assert_eq!(page_sizes(&[0x00]), None, "the header ends before it says");
    }

    /// A footer with a schema of nested groups, one in the other.
    fn chain(depth: u8) -> Vec<u8> {
        let mut footer = vec![0x15, 0x02, 0x19, 0xfc, depth + 1];
        for _ in 0..depth {
            footer.extend([0x55, 0x02, 0x00]);
        }
        footer.extend([0x15, 0x02, 0x00, 0x00]);
        footer
    }

    #[test]
    fn schema_nesting_is_limited() {
        assert!(check_schema(&chain(30)).is_ok());
        assert!(check_schema(&chain(64)).is_ok());
        let error = check_schema(&chain(65)).unwrap_err().to_string();
        assert_eq!(error, "its schema is nested over 64 deep");
        assert!(check_schema(&chain(30)[..40]).is_err());
        assert!(
            check_schema(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]).is_err(),
            "a list longer than its bytes"
        );
    }
}
